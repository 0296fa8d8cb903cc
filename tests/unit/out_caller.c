/* tests/unit/out_caller.c -- services that answer, and those that do not. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "out/caller.h"
#include "out/sign.h"
#include "kit.h"
#include "out_server.h"
#include "spool/layout.h"

enum { WAIT_MS = 8000, RESULTS = 64 };

#define SECRET "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
#define BODY "{\"id\":\"x\"}\n"

static struct fixture {
	char path[64], url[128];
	struct spool spool;
	struct http *http;
	struct callers *c;
	struct server *server;
	int n;
	struct {
		enum call_outcome outcome;
		char worker[32], reason[600];
		int attempt, tries, raw_key;
		int64_t retry_after_ms;
		struct buf bytes;
	} done[RESULTS];
} f;

static void on_done(void *ctx, const struct call_job *job, const struct call_result *r)
{
	(void)ctx;
	ck_assert_int_lt(f.n, RESULTS);
	f.done[f.n].outcome = r->outcome;
	f.done[f.n].attempt = job->attempt;
	f.done[f.n].tries = job->tries;
	f.done[f.n].raw_key = r->raw_key;
	f.done[f.n].retry_after_ms = r->retry_after_ms;
	snprintf(f.done[f.n].worker, sizeof(f.done[f.n].worker), "%s", job->worker);
	snprintf(f.done[f.n].reason, sizeof(f.done[f.n].reason), "%s", r->reason);
	buf_add(&f.done[f.n].bytes, r->bytes, r->n);
	ck_assert_ptr_null(job->url);
	ck_assert_ptr_null(job->body);
	f.n++;
}

static void setup(void)
{
	memset(&f, 0, sizeof(f));
	snprintf(f.path, sizeof(f.path), "/tmp/er-caller-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f.path));
	f.spool.path = f.path;
	f.spool.etc = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f.http = http_new(NULL);
	f.c = callers_new(&f.spool, f.http, on_done, NULL);
}

static void teardown(void)
{
	char command[128];
	FILE *rm;

	callers_free(f.c);
	http_free(f.http);
	if (f.server)
		server_stop(f.server);
	for (int i = 0; i < f.n; i++)
		buf_release(&f.done[i].bytes);
	close(f.spool.etc);
	snprintf(command, sizeof(command), "rm -r %s", f.path);
	rm = popen(command, "r");
	ck_assert_ptr_nonnull(rm);
	ck_assert_int_eq(pclose(rm), 0);
}

static void serve(enum server_mode mode, int status, const char *body, const char *extra)
{
	f.server = server_new(mode);
	f.server->status[0] = status;
	f.server->body = body;
	f.server->extra = extra;
	server_start(f.server);
	snprintf(f.url, sizeof(f.url), "http://127.0.0.1:%d/ask", f.server->port);
}

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = openat(f.spool.etc, name, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

	ck_assert_int_eq(io_write_all(fd, text, strlen(text), NULL), 0);
	close(fd);
}

static struct call_job job(void)
{
	return (struct call_job){.worker = "web", .attempt = 2, .tries = 1, .url = f.url,
	                         .allow_private = 1, .timeout_ms = 5000, .body = BODY,
	                         .n = strlen(BODY)};
}

static void start(const struct call_job *j)
{
	struct err err = ERR_INIT;

	ck_assert_msg(!callers_start(f.c, j, &err), "%s", err.msg);
}

static void run_until(int n)
{
	int64_t end = now_mono_ms() + WAIT_MS;

	while (f.n < n && now_mono_ms() < end)
		ck_assert_int_eq(http_poll(f.http, NULL, 0, 100, NULL), 0);
	ck_assert_int_eq(f.n, n);
}

static void ask(void)
{
	struct call_job j = job();

	start(&j);
	ck_assert_uint_eq(callers_active(f.c), 1);
	run_until(1);
	ck_assert_uint_eq(callers_active(f.c), 0);
}

START_TEST(an_answer)
{
	serve(SERVER_ANSWERS, 200, "{\"answer\":1}", NULL);
	ask();
	ck_assert_int_eq(f.done[0].outcome, CALL_ANSWERED);
	ck_assert_str_eq(buf_str(&f.done[0].bytes), "{\"answer\":1}");
	ck_assert_str_eq(f.done[0].worker, "web");
	ck_assert_int_eq(f.done[0].attempt, 2);
	ck_assert_int_eq(f.done[0].tries, 1);
	ck_assert_str_eq(server_body(f.server, 0), BODY);
	ck_assert_str_eq(server_header(f.server, 0, "content-type"), "application/json");
	ck_assert_str_eq(server_header(f.server, 0, "user-agent"), "er/" ER_VERSION);
	ck_assert_str_eq(server_header(f.server, 0, "idempotency-key"),
	                 "task_00000000000000000000000000-2");
	ck_assert_ptr_null(server_header(f.server, 0, "authorization"));
	ck_assert_ptr_null(server_header(f.server, 0, "webhook-signature"));
}
END_TEST

START_TEST(signed_and_with_a_token)
{
	struct sign_in in = {.secret = SECRET, .id = "task_00000000000000000000000000-2",
	                     .body = BODY, .n = strlen(BODY)};
	struct call_job j;
	struct err err = ERR_INIT;
	char value[256];

	serve(SERVER_ANSWERS, 200, "{}", NULL);
	put("secret", SECRET "\n", 0600);
	put("token", "t0ken\n", 0600);
	j = job();
	j.secret_file = "secret";
	j.bearer_file = "token";
	start(&j);
	run_until(1);
	ck_assert_str_eq(server_header(f.server, 0, "authorization"), "Bearer t0ken");
	ck_assert_str_eq(server_header(f.server, 0, "webhook-id"), in.id);
	in.timestamp_s = strtoll(server_header(f.server, 0, "webhook-timestamp"), NULL, 10);
	snprintf(value, sizeof(value), "%s", server_header(f.server, 0, "webhook-signature"));
	ck_assert_msg(!sign_verify_standard(&in, value, now_wall_ms() / 1000, &err), "%s", err.msg);
	ck_assert_int_eq(f.done[0].raw_key, 0);
}
END_TEST

static const struct {
	int status;
	const char *body;
	enum call_outcome outcome;
	const char *reason;
} replies[] = {
    {202, "", CALL_LATER, ""},
    {204, "", CALL_REFUSED,
     "replied 204, which is neither an answer (200) nor a promise of one (202)"},
    {302, "", CALL_REFUSED, "replied 302, a redirect, which is not followed"},
    {400, "{\"reason\":\"no\\ncat\"}", CALL_REFUSED, "replied 400: no<U+000A>cat"},
    {403, "{\"reason\":7}", CALL_REFUSED, "replied 403"},
    {404, "<html>", CALL_REFUSED, "replied 404"},
    {408, "", CALL_RETRY, "replied 408"},
    {425, "", CALL_RETRY, "replied 425"},
    {429, "", CALL_RETRY, "replied 429"},
    {500, "{\"reason\":\"full\"}", CALL_RETRY, "replied 500: full"},
    {503, "", CALL_RETRY, "replied 503"},
};

START_TEST(what_replies_mean)
{
	serve(SERVER_ANSWERS, replies[_i].status, replies[_i].body, "retry-after: 7\r\n");
	ask();
	ck_assert_int_eq(f.done[0].outcome, replies[_i].outcome);
	ck_assert_str_eq(f.done[0].reason, replies[_i].reason);
	ck_assert_int_eq(f.done[0].retry_after_ms, 7000);
}
END_TEST

/* Up to the limit and one byte more. */
START_TEST(long_answers)
{
	char *body = malloc(CALL_ANSWER_MAX + 2);
	size_t n = CALL_ANSWER_MAX + (size_t)_i;

	memset(body, 'x', n);
	body[n] = '\0';
	serve(SERVER_ANSWERS, 200, body, NULL);
	ask();
	ck_assert_int_eq(f.done[0].outcome, _i ? CALL_REFUSED : CALL_ANSWERED);
	if (_i)
		ck_assert_str_eq(f.done[0].reason, "replied 200 with more than 1048576 bytes");
	else
		ck_assert_uint_eq(f.done[0].bytes.len, n);
	server_stop(f.server);
	f.server = NULL;
	free(body);
}
END_TEST

START_TEST(an_endless_answer_ends)
{
	serve(SERVER_ENDLESS, 200, NULL, NULL);
	ask();
	ck_assert_int_eq(f.done[0].outcome, CALL_REFUSED);
	ck_assert_ptr_nonnull(strstr(f.done[0].reason, "more than"));
}
END_TEST

START_TEST(no_reply)
{
	struct call_job j;

	serve(SERVER_HANGS, 200, NULL, NULL);
	j = job();
	j.timeout_ms = 200;
	start(&j);
	run_until(1);
	ck_assert_int_eq(f.done[0].outcome, CALL_RETRY);
	ck_assert_int_eq(f.done[0].retry_after_ms, -1);
	ck_assert_str_ne(f.done[0].reason, "");
}
END_TEST

START_TEST(a_private_address_is_final)
{
	struct call_job j;

	serve(SERVER_ANSWERS, 200, NULL, NULL);
	j = job();
	j.allow_private = 0;
	start(&j);
	run_until(1);
	ck_assert_int_eq(f.done[0].outcome, CALL_REFUSED);
	ck_assert_ptr_nonnull(strstr(f.done[0].reason, "not public"));
	ck_assert_int_eq(server_hits(f.server), 0);
}
END_TEST

START_TEST(what_cannot_be_started)
{
	struct err err = ERR_INIT;
	struct call_job j;

	serve(SERVER_ANSWERS, 200, NULL, NULL);
	put("open", "x\n", 0644);
	put("bad", "a\tb\x01\n", 0600);
	j = job();
	j.bearer_file = "nowhere";
	ck_assert_int_eq(callers_start(f.c, &j, &err), -1);
	ck_assert_int_eq(err.code, FAIL_NOT_FOUND);
	err_clear(&err);
	j.bearer_file = "open";
	ck_assert_int_eq(callers_start(f.c, &j, &err), -1);
	ck_assert_int_eq(err.code, FAIL_CONFIG);
	err_clear(&err);
	j.bearer_file = "bad";
	ck_assert_int_eq(callers_start(f.c, &j, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_ptr_null(strstr(err.msg, "a\tb"));
	err_clear(&err);
	j = job();
	j.url = "ftp://x.example/";
	ck_assert_int_eq(callers_start(f.c, &j, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_uint_eq(callers_active(f.c), 0);
	ck_assert_int_eq(server_hits(f.server), 0);
}
END_TEST

START_TEST(no_more_than_so_many_at_once)
{
	struct err err = ERR_INIT;
	struct call_job j;

	serve(SERVER_HANGS, 200, NULL, NULL);
	j = job();
	j.timeout_ms = 500;
	for (int i = 0; i < CALLERS_MAX; i++)
		start(&j);
	ck_assert_int_eq(callers_start(f.c, &j, &err), -1);
	ck_assert_int_eq(err.code, FAIL_TEMPORARY);
	run_until(CALLERS_MAX);
	start(&j);
	ck_assert_uint_eq(callers_active(f.c), 1); /* freed under way */
}
END_TEST

START_TEST(waits)
{
	static const int64_t want[] = {5000, 30000, 120000};

	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(call_wait_ms(i + 1, 0, -1), want[i] * 4 / 5);
		ck_assert_int_eq(call_wait_ms(i + 1, 400, -1), want[i] * 6 / 5);
		ck_assert_int_eq(call_wait_ms(i + 1, 7, 1), call_wait_ms(i + 1, 7, -1));
		ck_assert_int_eq(call_wait_ms(i + 1, 7, 900000), 900000);
	}
	ck_assert_int_eq(call_wait_ms(4, 7, 1), -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("out_caller");
	TCase *t = tcase_create("caller");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, an_answer);
	tcase_add_test(t, signed_and_with_a_token);
	tcase_add_loop_test(t, what_replies_mean, 0, NITEMS(replies));
	tcase_add_loop_test(t, long_answers, 0, 2);
	tcase_add_test(t, an_endless_answer_ends);
	tcase_add_test(t, no_reply);
	tcase_add_test(t, a_private_address_is_final);
	tcase_add_test(t, what_cannot_be_started);
	tcase_add_test(t, no_more_than_so_many_at_once);
	tcase_add_test(t, waits);
	suite_add_tcase(s, t);
	return kit_run(s);
}
