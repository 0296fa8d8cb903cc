/* Notices to workers: each channel end to end on loopback, throttling, retries, hostile titles. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "json/js.h"
#include "model/config.h"
#include "out/agent.h"
#include "out/http.h"
#include "out/notice.h"
#include "kit.h"
#include "out_server.h"
#include "spool/layout.h"

enum { WAIT_MS = 8000, TOLD_MAX = 64 };
#define NOW INT64_C(1795373078123)

static struct fixture {
	char path[64];
	struct spool spool;
	struct config *config;
	struct http *http;
	struct notices *n;
	struct server *server;
	struct {
		char channel[8], error[256];
		int failed, last;
	} told[TOLD_MAX];
	int n_told;
} f;

static void on_told(void *ctx, const char *worker, const char *channel, const char *error, int last)
{
	(void)ctx;
	(void)worker;
	ck_assert_int_lt(f.n_told, TOLD_MAX);
	snprintf(f.told[f.n_told].channel, sizeof(f.told[0].channel), "%s", channel);
	snprintf(f.told[f.n_told].error, sizeof(f.told[0].error), "%s", error ? error : "");
	f.told[f.n_told].failed = error != NULL;
	f.told[f.n_told++].last = last;
}

static void setup(void)
{
	memset(&f, 0, sizeof(f));
	snprintf(f.path, sizeof(f.path), "/tmp/er-notice-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f.path));
	f.spool.root = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(mkdirat(f.spool.root, "etc", 0750), 0);
	ck_assert_int_eq(mkdirat(f.spool.root, "outbox", 0750), 0);
	f.spool.outbox = openat(f.spool.root, "outbox", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f.spool.path = f.path;
	f.spool.etc = openat(f.spool.root, "etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f.config = config_new();
	f.http = http_new(NULL);
	f.server = server_new(SERVER_ANSWERS);
	f.n = notices_new(&f.spool, f.http, f.config, on_told, NULL, NULL);
	ck_assert_ptr_nonnull(f.n);
}

static void teardown(void)
{
	notices_free(f.n);
	http_free(f.http);
	server_end(f.server);
	config_free(f.config);
	close(f.spool.etc);
	close(f.spool.outbox);
	close(f.spool.root);
	tree_remove(f.path);
}

static void document(enum config_kind kind, const char *name, json_t *doc)
{
	struct err err = ERR_INIT;

	ck_assert_ptr_nonnull(doc);
	ck_assert_msg(config_set(f.config, kind, name, doc, &err) == 0, "%s", err.msg);
	json_decref(doc);
}

static const char *url(const char *path)
{
	static char text[2][128]; /* two may be in use */
	static int turn;

	turn = !turn;
	snprintf(text[turn], sizeof(text[0]), "http://127.0.0.1:%d%s", f.server->port, path);
	return text[turn];
}

static void add(enum notice_kind kind, const char *title, int64_t now)
{
	struct notice what = {.kind = kind, .worker = "ana", .title = title, .lane = "refunds",
	                      .due_ms = NOW + 600000};

	what.task.b[15] = 7;
	notices_add(f.n, &what, now);
}

/* Turn the loop at ${now} until ${n} outcomes were told in all. */
static void run_until(int n, int64_t now)
{
	struct pollfd fds[AGENTS_POLLFDS];
	int64_t end = now_mono_ms() + WAIT_MS;

	notices_run(f.n, now);
	while (f.n_told < n && now_mono_ms() < end) {
		size_t k = notices_pollfds(f.n, fds);
		ck_assert_int_eq(http_poll(f.http, fds, k, 50, NULL), 0);
		notices_handle(f.n, fds, k);
		notices_run(f.n, now);
	}
	ck_assert_int_eq(f.n_told, n);
	ck_assert_uint_eq(notices_active(f.n), 0);
}

static char *file_text(const char *name)
{
	static struct buf text = BUF_INIT;

	buf_clear(&text);
	ck_assert_int_eq(io_read_file(f.spool.root, name, 65536, &text, NULL), 0);
	return text.data;
}

START_TEST(a_program_gets_it_on_stdin)
{
	document(CFG_WORKER, "ana",
	         json_pack("{s:{s:{s:[s,s,s]}}}", "notify", "exec", "command", "sh", "-c",
	                   "cat > got.json"));
	add(NOTICE_OFFERED, "Refund 12?", NOW);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].failed, 0);
	json_t *doc = json_loads(file_text("got.json"), 0, NULL);
	ck_assert_str_eq(js_str_or(doc, "/schema", ""), "er.notice.v1");
	ck_assert_str_eq(js_str_or(doc, "/tasks/0/what", ""), "offered");
	ck_assert_str_eq(js_str_or(doc, "/tasks/0/title", ""), "Refund 12?");
	json_decref(doc);
}
END_TEST

START_TEST(ntfy_and_slack)
{
	server_start(f.server);
	document(CFG_WORKER, "ana",
	         json_pack("{s:{s:b,s:{s:s},s:{s:s}}}", "notify", "allowPrivate", 1, "ntfy", "url",
	                   url("/topic"), "slack", "url", url("/slack")));
	add(NOTICE_BREACH, "Is <b> & \x1b[31mred", NOW);
	run_until(2, NOW);
	int ntfy = strncmp(f.server->seen[0], "POST /topic", 11) != 0;
	ck_assert_ptr_nonnull(strstr(server_body(f.server, ntfy), "is overdue"));
	ck_assert_ptr_null(strchr(server_body(f.server, ntfy), 0x1b));
	ck_assert_ptr_nonnull(strstr(server_header(f.server, ntfy, "Title"), "=?UTF-8?B?"));
	json_t *doc = json_loads(server_body(f.server, !ntfy), 0, NULL);
	ck_assert_ptr_nonnull(strstr(js_str_or(doc, "/text", ""), "Is &lt;b&gt; &amp; "));
	json_decref(doc);
}
END_TEST

START_TEST(private_addresses_only_where_allowed)
{
	server_start(f.server);
	document(CFG_WORKER, "ana", json_pack("{s:{s:{s:s}}}", "notify", "ntfy", "url", url("/t")));
	add(NOTICE_OFFERED, "x", NOW);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].failed, 1);
	ck_assert_int_eq(server_hits(f.server), 0);
}
END_TEST

START_TEST(throttled_then_bundled)
{
	server_start(f.server);
	document(CFG_WORKER, "ana",
	         json_pack("{s:{s:b,s:i,s:[s,s],s:{s:s}}}", "notify", "allowPrivate", 1,
	                   "minSeconds", 120, "on", "offered", "breach", "ntfy", "url", url("/t")));
	add(NOTICE_OFFERED, "first", NOW);
	run_until(1, NOW);
	for (int i = 0; i < 25; i++)
		add(NOTICE_OFFERED, "more", NOW + 1000);
	add(NOTICE_REMINDER, "not wanted", NOW + 1000);
	run_until(1, NOW + 119000);
	ck_assert_int_eq(notices_next_ms(f.n), NOW + 120000);
	run_until(2, NOW + 120000);
	ck_assert_int_eq(server_hits(f.server), 2);
	ck_assert_ptr_nonnull(strstr(server_body(f.server, 1), "and 5 more"));
	ck_assert_ptr_null(strstr(server_body(f.server, 1), "not wanted"));
}
END_TEST

START_TEST(tried_again_and_given_up)
{
	static const int64_t wait[] = {5000, 30000, 120000, 600000, 3600000};
	int64_t now = NOW;

	f.server->status[0] = 500;
	server_start(f.server);
	document(CFG_WORKER, "ana",
	         json_pack("{s:{s:b,s:{s:s}}}", "notify", "allowPrivate", 1, "slack", "url",
	                   url("/s")));
	add(NOTICE_OFFERED, "x", now);
	run_until(1, now);
	for (size_t i = 0; i < sizeof(wait) / sizeof(wait[0]); i++) {
		ck_assert_int_eq(notices_next_ms(f.n), now + wait[i]);
		now += wait[i];
		run_until((int)i + 2, now);
		ck_assert_str_eq(f.told[i + 1].error, "HTTP status 500");
		ck_assert_int_eq(f.told[i + 1].last, i == 4);
	}
	ck_assert_int_eq(notices_next_ms(f.n), INT64_MAX);
}
END_TEST

/* ---- a mail server of few words ---- */

struct mailbox {
	int fd, port;
	pthread_t thread;
	char text[16384];
};

static void say(int fd, const char *line)
{
	ck_assert_int_eq(send(fd, line, strlen(line), MSG_NOSIGNAL), (ssize_t)strlen(line));
}

static void *mailbox_main(void *arg)
{
	struct mailbox *m = arg;
	int fd = accept(m->fd, NULL, NULL);
	FILE *in = fdopen(fd, "r");
	char line[4096];
	int data = 0;

	say(fd, "220 here\r\n");
	while (in && fgets(line, sizeof(line), in)) {
		strncpy(m->text + strlen(m->text), line, sizeof(m->text) - strlen(m->text) - 1);
		if (data && strcmp(line, ".\r\n") != 0)
			continue;
		if (data) {
			data = 0;
			say(fd, "250 taken\r\n");
		} else if (strncmp(line, "DATA", 4) == 0) {
			data = 1;
			say(fd, "354 go on\r\n");
		} else if (strncmp(line, "QUIT", 4) == 0) {
			say(fd, "221 bye\r\n");
			break;
		} else {
			say(fd, "250 fine\r\n");
		}
	}
	if (in)
		fclose(in);
	return NULL;
}

static void mailbox_start(struct mailbox *m)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);

	m->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(m->fd, (struct sockaddr *)&in, sizeof(in)), 0);
	ck_assert_int_eq(listen(m->fd, 4), 0);
	ck_assert_int_eq(getsockname(m->fd, (struct sockaddr *)&in, &len), 0);
	m->port = ntohs(in.sin_port);
	ck_assert_int_eq(pthread_create(&m->thread, NULL, mailbox_main, m), 0);
}

START_TEST(mail)
{
	static struct mailbox m;
	char where[64];

	mailbox_start(&m);
	snprintf(where, sizeof(where), "smtp://127.0.0.1:%d", m.port);
	document(CFG_ENDPOINT, "mail",
	         json_pack("{s:{s:s,s:s,s:b}}", "smtp", "url", where, "from", "er@example.org",
	                   "plain", 1));
	document(CFG_WORKER, "ana",
	         json_pack("{s:{s:{s:s}}}", "notify", "mail", "to", "ana@example.org"));
	add(NOTICE_ASSIGNED, "Grün\r\nBcc: all@example.org", NOW);
	run_until(1, NOW);
	ck_assert_msg(!f.told[0].failed, "%s", f.told[0].error);
	http_free(f.http); /* hangs up */
	f.http = http_new(NULL);
	pthread_join(m.thread, NULL);
	close(m.fd);
	ck_assert_ptr_nonnull(strstr(m.text, "MAIL FROM:<er@example.org>"));
	ck_assert_ptr_nonnull(strstr(m.text, "RCPT TO:<ana@example.org>"));
	ck_assert_ptr_nonnull(strstr(m.text, "Date: Sun, 22 Nov 2026 "));
	ck_assert_ptr_null(strstr(m.text, "\nBcc:"));
	const char *body = strstr(m.text, "\r\n\r\n");
	ck_assert_ptr_nonnull(body);
	struct buf coded = BUF_INIT, plain = BUF_INIT;
	for (const char *p = body + 4; *p && *p != '.'; p++)
		if (*p != '\r' && *p != '\n')
			buf_addc(&coded, *p);
	ck_assert_int_eq(base64_decode(&plain, buf_str(&coded), coded.len), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&plain), "Grün"));
	ck_assert_ptr_nonnull(strstr(buf_str(&plain), "was given to you"));
	buf_release(&coded);
	buf_release(&plain);
}
END_TEST

START_TEST(an_address_cannot_add_commands)
{
	document(CFG_ENDPOINT, "mail",
	         json_pack("{s:{s:s,s:s}}", "smtp", "url", "smtp://127.0.0.1:9", "from", "er@x"));
	document(CFG_WORKER, "ana",
	         json_pack("{s:{s:{s:s}}}", "notify", "mail", "to", "a@x>\r\nRCPT TO:<b@x"));
	add(NOTICE_OFFERED, "x", NOW);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].failed, 1);
	ck_assert_str_eq(f.told[0].error, "not a bare mail address");
}
END_TEST

START_TEST(secrets_come_from_private_files)
{
	int fd = openat(f.spool.etc, "token", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_eq(io_write_all(fd, "s3cret\n", 7, NULL), 0);
	server_start(f.server);
	document(CFG_WORKER, "ana",
	         json_pack("{s:{s:b,s:i,s:{s:s,s:s}}}", "notify", "allowPrivate", 1, "minSeconds",
	                   0,
	                   "ntfy", "url", url("/t"), "tokenFile", "token"));
	add(NOTICE_OFFERED, "x", NOW);
	run_until(1, NOW);
	ck_assert_str_eq(server_header(f.server, 0, "Authorization"), "Bearer s3cret");
	ck_assert_int_eq(fchmod(fd, 0644), 0);
	add(NOTICE_OFFERED, "x", NOW + 1);
	run_until(2, NOW + 1);
	ck_assert_int_eq(f.told[1].failed, 1);
	ck_assert_int_eq(server_hits(f.server), 1);
	close(fd);
}
END_TEST

static void add_event(uint64_t seq, int64_t now)
{
	struct notice what = {.kind = NOTICE_OFFERED, .worker = "ana", .title = "t", .lane = "l",
	                      .seq = seq, .pos = {1, 100 * (uint32_t)seq, 90}};

	notices_add(f.n, &what, now);
}

static struct notice_refs kept(int64_t now, uint64_t seq)
{
	struct notice_refs open;
	uint64_t got;

	notices_free(f.n);
	f.n = notices_new(&f.spool, f.http, f.config, on_told, NULL, NULL);
	ck_assert_int_eq(notices_kept(f.n, now, &got, &open, NULL), 0);
	ck_assert_uint_eq(got, seq);
	return open;
}

/* What is still to be said is noted when something was said, or when all is asked for. */
START_TEST(kept_across_a_restart)
{
	document(CFG_WORKER, "ana",
	         json_pack("{s:{s:{s:[s]},s:i}}", "notify", "exec", "command", "true",
	                   "minSeconds", 100));
	struct notice_refs open = kept(NOW, 0);
	ck_assert_uint_eq(open.n, 0);
	add_event(7, NOW);
	ck_assert_int_eq(notices_keep(f.n, 7, 0, NULL), 0); /* nothing was said: nothing to write */
	open = kept(NOW, 0);
	add_event(7, NOW);
	ck_assert_int_eq(notices_keep(f.n, 7, 1, NULL), 0);
	open = kept(NOW, 7);
	ck_assert_uint_eq(open.n, 1);
	ck_assert_uint_eq(open.v[0].seq, 7);
	ck_assert_uint_eq(open.v[0].pos.offset, 700);
	refs_release(&open);
	add_event(7, NOW);
	run_until(1, NOW);
	add_event(12, NOW + 1000); /* within the 100 s */
	add_event(12, NOW + 1000);
	add_event(9, NOW + 1000);
	ck_assert_int_eq(notices_keep(f.n, 15, 0, NULL), 0);
	open = kept(NOW + 2000, 15);
	ck_assert_uint_eq(open.n, 2);
	ck_assert_uint_eq(open.v[0].seq, 9);
	ck_assert_uint_eq(open.v[1].seq, 12);
	refs_release(&open);
	add_event(9, NOW + 2000);
	ck_assert_int_eq(notices_next_ms(f.n), NOW + 100000); /* as before */
	/* the clock was set back: nobody is silenced */
	open = kept(NOW - INT64_C(2) * 86400000, 15);
	refs_release(&open);
	add_event(9, NOW - INT64_C(2) * 86400000);
	ck_assert_int_eq(notices_next_ms(f.n), NOW - INT64_C(2) * 86400000);
}
END_TEST

START_TEST(only_so_many_are_kept)
{
	document(CFG_WORKER, "ana",
	         json_pack("{s:{s:{s:[s]}}}", "notify", "exec", "command", "true"));
	for (uint64_t seq = 1; seq <= NOTICE_KEPT_MAX + 50; seq++)
		add_event(seq, NOW);
	ck_assert_int_eq(notices_keep(f.n, 2000, 1, NULL), 0);
	struct notice_refs open = kept(NOW, 2000);
	ck_assert_uint_eq(open.n, NOTICE_KEPT_MAX);
	ck_assert_uint_eq(open.v[0].seq, 51);
	refs_release(&open);
}
END_TEST

START_TEST(a_note_that_cannot_be_read)
{
	static const char *const texts[] = {
	    "", "[]", "{\"er\":1,\"seq\":\"x\"}", "{\"seq\":1,\"open\":[{\"seq\":1}]}",
	    "{\"seq\":1,\"open\":[{\"seq\":1,\"segment\":-1,\"offset\":1,\"length\":1}]}"};
	struct err err = ERR_INIT;
	struct notice_refs open;
	uint64_t seq;

	ck_assert_int_eq(io_replace(f.spool.outbox, "notices.json", texts[_i], strlen(texts[_i]),
	                            NULL),
	                 0);
	ck_assert_int_eq(notices_kept(f.n, NOW, &seq, &open, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "notices.json"));
	ck_assert_uint_eq(seq, 0);
	ck_assert_ptr_null(open.v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("out_notice");
	TCase *t = tcase_create("all");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_program_gets_it_on_stdin);
	tcase_add_test(t, ntfy_and_slack);
	tcase_add_test(t, private_addresses_only_where_allowed);
	tcase_add_test(t, throttled_then_bundled);
	tcase_add_test(t, tried_again_and_given_up);
	tcase_add_test(t, mail);
	tcase_add_test(t, an_address_cannot_add_commands);
	tcase_add_test(t, secrets_come_from_private_files);
	tcase_add_test(t, kept_across_a_restart);
	tcase_add_test(t, only_so_many_are_kept);
	tcase_add_loop_test(t, a_note_that_cannot_be_read, 0, 5);
	suite_add_tcase(s, t);
	return kit_run(s);
}
