/*
 * tests/tools/hook-receiver.c -- receive webhooks on loopback, check and record them.
 *
 * Purpose    The other end for demo and tests.  Listens on 127.0.0.1, prints the port as its first
 *            line, then appends each request as one JSON line (to --output, else stdout):
 *            {"method":…,"path":…,"headers":{…},"body":…,"verified":true|false|null,
 *             "scheme":"standard+humanrail"|…|null,"reason"?:…,"status":200}
 *            Header names are in lower case.  verified is null when nothing was asked for; with
 *            --secret every signature header there must be right and one must be there; with
 *            --bearer that too.  A body that is not UTF-8 is "bodyBase64" instead.
 * Limits     One connection at a time; head 64 KiB, body 4 MiB, 10 s to send it.
 * Exit       0 after --count requests or SIGTERM, 1 after --timeout, 2 usage, 71 no socket.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/js.h"
#include "out/sign.h"

enum { HEAD_MAX = 65536, BODY_MAX = 4 << 20, READ_MS = 10000, EXIT_USAGE = 2, EXIT_SOCKET = 71 };

static struct {
	const char *secret, *bearer, *output;
	long port, status, fail_first, count, timeout_s, retry_after_s, slow_ms;
} opt = {.status = 200};

struct request {
	struct buf raw; /* head and body */
	size_t head;    /* bytes of the head, with its empty line */
	json_t *doc;    /* what is recorded */
	json_t *headers;
};

struct seen {
	char *id;
	long n;
};

static int64_t deadline_ms = INT64_MAX;

static const char usage[] =
    "usage: hook-receiver [--port N] [--output FILE] [--secret S] [--bearer T] [--status N]\n"
    "                     [--fail-first N] [--retry-after S] [--slow MS] [--count N]\n"
    "                     [--timeout S]\n";

/* ---- reading ---- */

static int readable(int fd, int64_t until_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int64_t left = (until_ms < deadline_ms ? until_ms : deadline_ms) - now_mono_ms();

	if (left < 0)
		return 0;
	return poll(&p, 1, left > 3600000 ? 3600000 : (int)left) > 0;
}

static long content_length(const struct request *rq)
{
	const char *at = strcasestr(rq->raw.data, "\r\ncontent-length:");

	return at && at < rq->raw.data + rq->head ? strtol(at + 17, NULL, 10) : 0;
}

/* 0 once head and body are whole. */
static int read_request(int fd, struct request *rq)
{
	int64_t until = now_mono_ms() + READ_MS;

	while (readable(fd, until)) {
		char chunk[16384];
		ssize_t n = read(fd, chunk, sizeof(chunk));
		char *end;

		if (n <= 0)
			return -1;
		buf_add(&rq->raw, chunk, (size_t)n);
		end = rq->head ? NULL : strstr(buf_str(&rq->raw), "\r\n\r\n");
		if (end)
			rq->head = (size_t)(end + 4 - rq->raw.data);
		if (!buf_ok(&rq->raw) || (!rq->head && rq->raw.len > HEAD_MAX))
			return -1;
		if (rq->head && rq->raw.len - rq->head >= (size_t)content_length(rq))
			return 0;
	}
	return -1;
}

static json_t *safe_string(const char *s, size_t n)
{
	struct buf b = BUF_INIT;
	json_t *v;

	safe_add(&b, s, n, SAFE_LINE);
	v = json_string(buf_str(&b));
	buf_release(&b);
	return v;
}

static void parse_header(json_t *headers, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	char name[128];
	size_t k = colon ? (size_t)(colon - line) : 0, from = k + 1;

	if (!k || k >= sizeof(name))
		return;
	for (size_t i = 0; i < k; i++)
		name[i] = (char)(line[i] >= 'A' && line[i] <= 'Z' ? line[i] + 32 : line[i]);
	name[k] = '\0';
	while (from < n && line[from] == ' ')
		from++;
	if (utf8_valid(name, k))
		json_object_set_new(headers, name, safe_string(line + from, n - from));
}

/* Method, path and headers from the head; 0 or -1. */
static int parse_head(struct request *rq)
{
	char *line = rq->raw.data, *end = strstr(line, "\r\n"), *path, *rest;

	path = memchr(line, ' ', (size_t)(end - line));
	rest = path ? memchr(path + 1, ' ', (size_t)(end - path - 1)) : NULL;
	if (!rest)
		return -1;
	rq->doc = json_object();
	json_object_set_new(rq->doc, "method", safe_string(line, (size_t)(path - line)));
	json_object_set_new(rq->doc, "path", safe_string(path + 1, (size_t)(rest - path - 1)));
	rq->headers = json_object();
	json_object_set_new(rq->doc, "headers", rq->headers);
	for (line = end + 2; (size_t)(line - rq->raw.data) + 2 < rq->head; line = end + 2) {
		end = strstr(line, "\r\n");
		parse_header(rq->headers, line, (size_t)(end - line));
	}
	return 0;
}

static void set_body(struct request *rq)
{
	const char *body = rq->raw.data + rq->head;
	size_t n = rq->raw.len - rq->head;
	struct buf b = BUF_INIT;

	if (utf8_valid(body, n)) {
		json_object_set_new(rq->doc, "body", json_stringn(body, n));
		return;
	}
	base64_encode(&b, body, n);
	js_set_str(rq->doc, "bodyBase64", buf_str(&b));
	buf_release(&b);
}

/* ---- checking ---- */

struct check {
	struct buf scheme; /* what was right, joined by + */
	char reason[256];  /* the first thing that was wrong */
};

static void note(struct check *c, const char *scheme, int bad, const char *reason)
{
	if (bad && !c->reason[0])
		snprintf(c->reason, sizeof(c->reason), "%s: %.200s", scheme, reason);
	if (!bad)
		buf_addf(&c->scheme, "%s%s", c->scheme.len ? "+" : "", scheme);
}

static const char *header(const struct request *rq, const char *name)
{
	return json_string_value(json_object_get(rq->headers, name));
}

static void check_standard(const struct request *rq, struct sign_in *in, struct check *c)
{
	const char *stamp = header(rq, "webhook-timestamp"),
		   *value = header(rq, "webhook-signature");
	struct err err = ERR_INIT;
	char *end;

	if (!value)
		return;
	in->id = header(rq, "webhook-id");
	in->timestamp_s = stamp ? strtoll(stamp, &end, 10) : 0;
	if (!in->id || !stamp || end == stamp || *end)
		note(c, "standard", 1, "webhook-id or webhook-timestamp is missing or malformed");
	else
		note(c, "standard", sign_verify_standard(in, value, now_wall_ms() / 1000, &err),
		     err.msg);
}

static void check_humanrail(const struct request *rq, const struct sign_in *in, struct check *c)
{
	const char *a = header(rq, "x-humanrail-signature"),
		   *b = header(rq, "x-escalation-signature");
	int64_t now_s = now_wall_ms() / 1000;
	struct err err = ERR_INIT;

	if (!a && !b)
		return;
	if (!a || !b)
		note(c, "humanrail", 1, "one of the two headers is missing");
	else
		note(c, "humanrail",
		     sign_verify_humanrail(in, a, now_s, &err) ||
		         sign_verify_humanrail(in, b, now_s, &err),
		     err.msg);
}

static void check_bearer(const struct request *rq, struct check *c)
{
	const char *value = header(rq, "authorization");

	if (!value || strncmp(value, "Bearer ", 7) || strcmp(value + 7, opt.bearer))
		note(c, "bearer", 1, value ? "another token" : "no authorization header");
	else
		note(c, "bearer", 0, "");
}

static void verify(struct request *rq)
{
	struct sign_in in = {.secret = opt.secret,
	                     .id = "",
	                     .body = rq->raw.data + rq->head,
	                     .n = rq->raw.len - rq->head};
	struct check c = {.scheme = BUF_INIT};

	if (opt.secret) {
		check_standard(rq, &in, &c);
		check_humanrail(rq, &in, &c);
		if (!c.scheme.len)
			note(&c, "signature", 1, "no signature header");
	}
	if (opt.bearer)
		check_bearer(rq, &c);
	json_object_set_new(rq->doc, "verified",
	                    opt.secret || opt.bearer ? json_boolean(!c.reason[0]) : json_null());
	json_object_set_new(rq->doc, "scheme",
	                    c.scheme.len ? json_string(buf_str(&c.scheme)) : json_null());
	if (c.reason[0])
		json_object_set_new(rq->doc, "reason", safe_string(c.reason, strlen(c.reason)));
	buf_release(&c.scheme);
}

/* ---- answering ---- */

/* How often this id was seen before. */
static long times_seen(const char *id)
{
	static struct seen *list;
	static size_t n;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i].id, id))
			return list[i].n++;
	list = mem_grow(list, n + 1, sizeof(*list));
	list[n++] = (struct seen){mem_strdup(id), 1};
	return 0;
}

static long choose_status(const struct request *rq)
{
	const char *id = header(rq, "webhook-id");

	return times_seen(id ? id : "") < opt.fail_first ? 500 : opt.status;
}

static void answer(int fd, long status)
{
	char text[256], retry[64] = "";
	int n;

	if (opt.slow_ms)
		poll(NULL, 0, (int)opt.slow_ms);
	if (opt.retry_after_s && status >= 400)
		snprintf(retry, sizeof(retry), "retry-after: %ld\r\n", opt.retry_after_s);
	n = snprintf(text, sizeof(text),
	             "HTTP/1.1 %ld %s\r\n%scontent-type: application/json\r\n"
	             "content-length: 3\r\nconnection: close\r\n\r\n{}\n",
	             status, status < 300 ? "OK" : "Refused", retry);
	if (send(fd, text, (size_t)n, MSG_NOSIGNAL) < 0)
		perror("hook-receiver: answer");
}

static void record(int out, const json_t *doc)
{
	struct buf line = BUF_INIT;
	struct err err = ERR_INIT;

	js_dump(&line, doc, JS_COMPACT);
	buf_addc(&line, '\n');
	if (io_write_all(out, line.data, line.len, &err)) {
		fprintf(stderr, "hook-receiver: %s\n", err.msg);
		exit(EXIT_FAILURE);
	}
	buf_release(&line);
}

/* 1 when it was a request. */
static int serve(int fd, int out)
{
	struct request rq = {.raw = {.max = HEAD_MAX + BODY_MAX}};
	int ok = !read_request(fd, &rq) && !parse_head(&rq);
	long status;

	if (ok) {
		status = choose_status(&rq);
		set_body(&rq);
		verify(&rq);
		js_set_int(rq.doc, "status", status);
		record(out, rq.doc); /* before the answer: who was answered finds the line */
		answer(fd, status);
	}
	json_decref(rq.doc);
	buf_release(&rq.raw);
	return ok;
}

/* ---- the program ---- */

static int listen_on(long port)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	                         .sin_port = htons((uint16_t)port),
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&in, sizeof(in)) || listen(fd, 128) ||
	    getsockname(fd, (struct sockaddr *)&in, &len)) {
		perror("hook-receiver: listen");
		exit(EXIT_SOCKET);
	}
	printf("%d\n", ntohs(in.sin_port));
	fflush(stdout);
	return fd;
}

static int open_output(void)
{
	int fd;

	if (!opt.output)
		return STDOUT_FILENO;
	fd = open(opt.output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0) {
		perror(opt.output);
		exit(EXIT_FAILURE);
	}
	return fd;
}

static void number(const char *text, long *out)
{
	char *end;

	*out = strtol(text, &end, 10);
	if (end == text || *end || *out < 0) {
		fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
}

static void parse_options(int argc, char **argv)
{
	static const struct option options[] = {
	    {"port", 1, NULL, 'p'},        {"output", 1, NULL, 'o'}, {"secret", 1, NULL, 's'},
	    {"bearer", 1, NULL, 'b'},      {"status", 1, NULL, 'r'}, {"fail-first", 1, NULL, 'f'},
	    {"retry-after", 1, NULL, 'a'}, {"slow", 1, NULL, 'w'},   {"count", 1, NULL, 'c'},
	    {"timeout", 1, NULL, 't'},     {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			number(optarg, &opt.port);
			break;
		case 'o':
			opt.output = optarg;
			break;
		case 's':
			opt.secret = optarg;
			break;
		case 'b':
			opt.bearer = optarg;
			break;
		case 'r':
			number(optarg, &opt.status);
			break;
		case 'f':
			number(optarg, &opt.fail_first);
			break;
		case 'a':
			number(optarg, &opt.retry_after_s);
			break;
		case 'w':
			number(optarg, &opt.slow_ms);
			break;
		case 'c':
			number(optarg, &opt.count);
			break;
		case 't':
			number(optarg, &opt.timeout_s);
			break;
		default:
			fputs(usage, stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
}

static void on_term(int sig)
{
	(void)sig;
	_exit(EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
	long served = 0;
	int out, listener;

	parse_options(argc, argv);
	signal(SIGTERM, on_term);
	signal(SIGINT, on_term);
	if (opt.timeout_s)
		deadline_ms = now_mono_ms() + opt.timeout_s * 1000;
	out = open_output();
	listener = listen_on(opt.port);
	while (!opt.count || served < opt.count) {
		int fd;

		if (!readable(listener, INT64_MAX)) {
			if (now_mono_ms() >= deadline_ms)
				return EXIT_FAILURE;
			continue;
		}
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		served += serve(fd, out);
		close(fd);
	}
	return EXIT_SUCCESS;
}
