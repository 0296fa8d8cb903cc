/* tests/unit/out_http.c -- transfers against a receiver on loopback, and the guard. */
#include <netinet/in.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "out/http.h"
#include "kit.h"
#include "out_server.h"

enum { WAIT_MS = 8000 };

struct outcome {
	int calls, status;
	char error[256];
	int64_t retry_after_ms;
	size_t n;
	char body[16];
};

static void on_done(void *ctx, const struct http_result *r)
{
	struct outcome *o = ctx;

	o->calls++;
	o->status = r->status;
	o->retry_after_ms = r->retry_after_ms;
	o->n = r->n;
	memcpy(o->error, r->error, sizeof(o->error));
	snprintf(o->body, sizeof(o->body), "%.*s", (int)(r->n < 15 ? r->n : 15), r->body);
}

static const char *const headers[] = {"content-type: application/json", "x-test: yes", NULL};

static struct http_request request(const char *url)
{
	return (struct http_request){.url = url,
	                             .headers = headers,
	                             .body = "{\"a\":1}",
	                             .n = 7,
	                             .allow_private = 1,
	                             .timeout_ms = 5000,
	                             .body_max = 100};
}

static void run(struct http *h, const struct outcome *o)
{
	int64_t end = now_mono_ms() + WAIT_MS;

	while (!o->calls && now_mono_ms() < end)
		ck_assert_int_eq(http_poll(h, NULL, 0, 100, NULL), 0);
	ck_assert_int_eq(o->calls, 1);
	ck_assert_uint_eq(http_running(h), 0);
}

static struct outcome post(const struct http_request *rq)
{
	struct http *h = http_new(NULL);
	struct outcome o = {0};
	struct err err = ERR_INIT;

	ck_assert_msg(!http_post(h, rq, on_done, &o, &err), "%s", err.msg);
	run(h, &o);
	http_free(h);
	return o;
}

static const char *url_of(const struct server *s)
{
	static char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/hook?x=1", s->port);
	return url;
}

START_TEST(a_request_arrives_as_given)
{
	struct server *s = server_new(SERVER_ANSWERS);
	struct http_request rq;
	struct outcome o;

	server_start(s);
	setenv("http_proxy", "http://127.0.0.1:1", 1); /* must not be heeded */
	rq = request(url_of(s));
	o = post(&rq);
	unsetenv("http_proxy");
	ck_assert_int_eq(o.status, 200);
	ck_assert_str_eq(o.error, "");
	ck_assert_str_eq(o.body, "ok\n");
	ck_assert_int_eq(o.retry_after_ms, -1);
	ck_assert_int_eq(strncmp(s->seen[0], "POST /hook?x=1 HTTP/1.1\r\n", 25), 0);
	ck_assert_str_eq(server_header(s, 0, "x-test"), "yes");
	ck_assert_str_eq(server_header(s, 0, "content-type"), "application/json");
	ck_assert_ptr_null(server_header(s, 0, "expect"));
	ck_assert_str_eq(server_body(s, 0), "{\"a\":1}");
	server_stop(s);
}
END_TEST

START_TEST(an_empty_body_is_sent_empty)
{
	struct server *s = server_new(SERVER_ANSWERS);
	struct http_request rq;

	server_start(s);
	rq = request(url_of(s));
	rq.body = NULL;
	rq.n = 0;
	ck_assert_int_eq(post(&rq).status, 200);
	ck_assert_str_eq(server_header(s, 0, "content-length"), "0");
	server_stop(s);
}
END_TEST

START_TEST(retry_after_is_read)
{
	struct server *s = server_new(SERVER_ANSWERS);
	struct http_request rq;
	struct outcome o;

	s->status[0] = 503;
	s->extra = "retry-after: 7\r\n";
	server_start(s);
	rq = request(url_of(s));
	o = post(&rq);
	ck_assert_int_eq(o.status, 503);
	ck_assert_int_eq(o.retry_after_ms, 7000);
	server_stop(s);
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
	struct server *s = server_new(SERVER_ANSWERS);
	struct http_request rq;
	char location[128];

	s->status[0] = 302;
	s->extra = location;
	server_start(s);
	snprintf(location, sizeof(location), "location: %s\r\n", url_of(s));
	rq = request(url_of(s));
	ck_assert_int_eq(post(&rq).status, 302);
	ck_assert_int_eq(server_hits(s), 1);
	server_stop(s);
}
END_TEST

START_TEST(no_answer_ends_in_time)
{
	struct server *s = server_new(SERVER_HANGS);
	struct http_request rq;
	struct outcome o;
	int64_t start = now_mono_ms();

	server_start(s);
	rq = request(url_of(s));
	rq.timeout_ms = 150;
	o = post(&rq);
	ck_assert_int_eq(o.status, 0);
	ck_assert_str_ne(o.error, "");
	ck_assert_int_lt(now_mono_ms() - start, 3000);
	server_stop(s);
}
END_TEST

START_TEST(an_endless_body_is_cut)
{
	struct server *s = server_new(SERVER_ENDLESS);
	struct http_request rq;
	struct outcome o;
	int64_t start = now_mono_ms();

	server_start(s);
	rq = request(url_of(s));
	o = post(&rq);
	ck_assert_int_eq(o.status, 200);
	ck_assert_str_eq(o.error, "");
	ck_assert_uint_eq(o.n, rq.body_max);
	ck_assert_int_lt(now_mono_ms() - start, 3000);
	server_stop(s);
}
END_TEST

START_TEST(nobody_listens)
{
	struct server *s = server_new(SERVER_ANSWERS);
	struct http_request rq;
	struct outcome o;
	char url[64];

	server_start(s);
	snprintf(url, sizeof(url), "%s", url_of(s));
	server_stop(s);
	rq = request(url);
	o = post(&rq);
	ck_assert_int_eq(o.status, 0);
	ck_assert_ptr_nonnull(strcasestr(o.error, "connect"));
}
END_TEST

/* All of these lead to this machine or its network; none may reach a socket. */
static const char *const private_hosts[] = {
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "169.254.169.254",
    "[64:ff9b::a9fe:a9fe]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "10.0.0.1",
    "100.100.100.200",
    "[::]",
    "192.168.1.1",
};

START_TEST(private_addresses_are_refused)
{
	struct server *s = server_new(SERVER_ANSWERS);
	struct http_request rq;
	struct outcome o;
	char url[128];

	server_start(s);
	snprintf(url, sizeof(url), "http://%s:%d/", private_hosts[_i], s->port);
	rq = request(url);
	rq.allow_private = 0;
	o = post(&rq);
	ck_assert_int_eq(o.status, 0);
	ck_assert_msg(strstr(o.error, "not public") != NULL, "%s: %s", url, o.error);
	ck_assert_int_eq(server_hits(s), 0);
	server_stop(s);
}
END_TEST

/* A connection that one request was allowed must not serve one that is not. */
START_TEST(an_allowed_connection_is_not_lent)
{
	struct server *s = server_new(SERVER_ANSWERS);
	struct http *h = http_new(NULL);
	struct http_request rq;
	struct outcome a = {0}, b = {0};

	server_start(s);
	rq = request(url_of(s));
	ck_assert_int_eq(http_post(h, &rq, on_done, &a, NULL), 0);
	run(h, &a);
	rq.allow_private = 0;
	ck_assert_int_eq(http_post(h, &rq, on_done, &b, NULL), 0);
	run(h, &b);
	ck_assert_int_eq(a.status, 200);
	ck_assert_int_eq(b.status, 0);
	ck_assert_int_eq(server_hits(s), 1);
	http_free(h);
	server_stop(s);
}
END_TEST

static const char *const bad_urls[] = {
    "",
    "x",
    "/hook",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "ftp://127.0.0.1/",
    "http://",
    "http://user@127.0.0.1/",
    "http://user:pw@127.0.0.1/",
    "https://@:x@127.0.0.1/",
    "http://127.0.0.1:99999/",
    "http://a b/",
};

START_TEST(bad_urls_are_refused)
{
	struct http *h = http_new(NULL);
	struct http_request rq = request(bad_urls[_i]);
	struct err err = ERR_INIT;

	ck_assert_int_eq(http_post(h, &rq, on_done, NULL, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_uint_eq(http_running(h), 0);
	http_free(h);
}
END_TEST

START_TEST(a_header_cannot_smuggle_another)
{
	static const char *const bad[] = {"a: b\r\nc: d", "a: b\nc", "a: \x01", "novalue", ": x"};
	struct http *h = http_new(NULL);

	for (size_t i = 0; i < NITEMS(bad); i++) {
		const char *const list[] = {bad[i], NULL};
		struct http_request rq = request("http://127.0.0.1/");
		struct err err = ERR_INIT;

		rq.headers = list;
		ck_assert_int_eq(http_post(h, &rq, on_done, NULL, &err), -1);
		ck_assert_int_eq(err.code, FAIL_INVALID);
	}
	http_free(h);
}
END_TEST

START_TEST(low_ports_are_refused)
{
	struct http_request rq = request("http://8.8.8.8:25/");
	struct outcome o;

	rq.allow_private = 0;
	o = post(&rq);
	ck_assert_int_eq(o.status, 0);
	ck_assert_ptr_nonnull(strstr(o.error, "8.8.8.8:25 is refused"));
}
END_TEST

/* Wait for ${fd} in http_poll until it has revents. */
static int wake_of(struct http *h, int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int64_t end = now_mono_ms() + WAIT_MS;

	while (!p.revents && now_mono_ms() < end)
		ck_assert_int_eq(http_poll(h, &p, 1, WAIT_MS, NULL), 0);
	return p.revents;
}

START_TEST(callers_descriptors_wake)
{
	struct server *s = server_new(SERVER_HANGS);
	struct http *h = http_new(NULL);
	struct outcome o = {0};
	int data[2], hangup[2];

	server_start(s);
	ck_assert_int_eq(pipe(data) | pipe(hangup), 0);
	ck_assert_int_eq((int)write(data[1], "x", 1), 1);
	close(hangup[1]);
	for (int busy = 0; busy < 2; busy++) {
		struct http_request rq = request(url_of(s));

		ck_assert_int_eq(wake_of(h, data[0]), POLLIN);
		ck_assert_int_eq(wake_of(h, hangup[0]), POLLHUP);
		if (!busy)
			ck_assert_int_eq(http_post(h, &rq, on_done, &o, NULL), 0);
	}
	ck_assert_uint_eq(http_running(h), 1);
	http_free(h); /* the transfer under way is dropped */
	ck_assert_int_eq(o.calls, 0);
	server_stop(s);
}
END_TEST

static const struct {
	const char *addr;
	int public;
} addresses[] = {
    {"0.0.0.0", 0},
    {"0.255.255.255", 0},
    {"1.0.0.0", 1},
    {"9.255.255.255", 1},
    {"10.0.0.0", 0},
    {"10.255.255.255", 0},
    {"11.0.0.0", 1},
    {"100.63.255.255", 1},
    {"100.64.0.0", 0},
    {"100.127.255.255", 0},
    {"100.128.0.0", 1},
    {"127.0.0.1", 0},
    {"127.255.255.255", 0},
    {"128.0.0.0", 1},
    {"169.253.255.255", 1},
    {"169.254.169.254", 0},
    {"169.255.0.0", 1},
    {"172.15.255.255", 1},
    {"172.16.0.0", 0},
    {"172.31.255.255", 0},
    {"172.32.0.0", 1},
    {"192.0.0.0", 0},
    {"192.0.0.255", 0},
    {"192.0.1.0", 1},
    {"192.0.2.1", 0},
    {"192.0.3.0", 1},
    {"192.88.99.1", 0},
    {"192.167.255.255", 1},
    {"192.168.0.1", 0},
    {"192.169.0.0", 1},
    {"198.17.255.255", 1},
    {"198.18.0.0", 0},
    {"198.19.255.255", 0},
    {"198.20.0.0", 1},
    {"198.51.100.7", 0},
    {"203.0.113.7", 0},
    {"203.0.114.0", 1},
    {"223.255.255.255", 1},
    {"224.0.0.1", 0},
    {"239.255.255.255", 0},
    {"240.0.0.0", 0},
    {"255.255.255.255", 0},
    {"8.8.8.8", 1},
    {"::", 0},
    {"::1", 0},
    {"::ffff:127.0.0.1", 0},
    {"::ffff:10.1.2.3", 0},
    {"::ffff:8.8.8.8", 1},
    {"::8.8.8.8", 0},
    {"64:ff9b::808:808", 0},
    {"64:ff9b:1::1", 0},
    {"100::1", 0},
    {"1fff:ffff::1", 0},
    {"2001::1", 0},
    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", 0},
    {"2001:1ff:ffff::1", 0},
    {"2001:200::1", 1},
    {"2001:db7::1", 1},
    {"2001:db8::1", 0},
    {"2001:db9::1", 1},
    {"2002:7f00:1::", 0},
    {"2003::1", 1},
    {"2606:4700:4700::1111", 1},
    {"3ffe::1", 1},
    {"3fff::1", 0},
    {"3fff:fff:ffff::1", 0},
    {"3fff:1000::1", 1},
    {"4000::1", 0},
    {"5f00::1", 0},
    {"fc00::1", 0},
    {"fd00:ec2::254", 0},
    {"fe80::1", 0},
    {"fec0::1", 0},
    {"ff02::1", 0},
};

START_TEST(address_table)
{
	for (size_t i = 0; i < NITEMS(addresses); i++) {
		struct sockaddr_in in = {.sin_family = AF_INET};
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
		int v4 = inet_pton(AF_INET, addresses[i].addr, &in.sin_addr) == 1;

		ck_assert_int_eq(v4 || inet_pton(AF_INET6, addresses[i].addr, &in6.sin6_addr) == 1,
		                 1);
		ck_assert_msg(http_address_public(v4 ? (void *)&in : (void *)&in6) ==
		                  addresses[i].public,
		              "%s", addresses[i].addr);
	}
	ck_assert_int_eq(http_address_public(&(struct sockaddr){.sa_family = AF_UNIX}), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("out_http");
	TCase *t = tcase_create("http");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, a_request_arrives_as_given);
	tcase_add_test(t, an_empty_body_is_sent_empty);
	tcase_add_test(t, retry_after_is_read);
	tcase_add_test(t, a_redirect_is_not_followed);
	tcase_add_test(t, no_answer_ends_in_time);
	tcase_add_test(t, an_endless_body_is_cut);
	tcase_add_test(t, nobody_listens);
	tcase_add_loop_test(t, private_addresses_are_refused, 0, NITEMS(private_hosts));
	tcase_add_test(t, an_allowed_connection_is_not_lent);
	tcase_add_loop_test(t, bad_urls_are_refused, 0, NITEMS(bad_urls));
	tcase_add_test(t, a_header_cannot_smuggle_another);
	tcase_add_test(t, low_ports_are_refused);
	tcase_add_test(t, callers_descriptors_wake);
	tcase_add_test(t, address_table);
	suite_add_tcase(s, t);
	return kit_run(s);
}
