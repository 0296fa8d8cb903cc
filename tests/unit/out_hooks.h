/*
 * tests/unit/out_hooks.h -- an outbox in a temporary folder, a receiver, and reports kept.
 *
 * Order      setup (a checked fixture) makes all but the receiver's port; then set its answers and
 *            server_start; put_file and add; run_until.
 */
#ifndef TESTS_OUT_HOOKS_H
#define TESTS_OUT_HOOKS_H

#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "model/config.h"
#include "out/http.h"
#include "out/sign.h"
#include "out/webhook.h"
#include "out_server.h"
#include "spool/layout.h"

enum { WAIT_MS = 8000, REPORTS = 64 };

#define SECRET "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
#define NOW INT64_C(1700000000123)

static struct fixture {
	char path[64];
	struct spool spool;
	struct config *config;
	struct http *http;
	struct webhooks *w;
	struct server *server;
	struct webhook_report told[REPORTS];
	int n;
	int settle; /* at once, as if the commit were immediate */
} f;

static void on_told(void *ctx, const struct webhook_report *r)
{
	(void)ctx;
	ck_assert_int_lt(f.n, REPORTS);
	f.told[f.n++] = *r;
	if (f.settle)
		ck_assert_int_eq(webhooks_settle(f.w, r, NOW, NULL), 0);
}

static void restart(void)
{
	webhooks_free(f.w);
	f.w = webhooks_new(&f.spool, f.http, f.config, on_told, NULL, NULL);
	ck_assert_ptr_nonnull(f.w);
}

static void setup_with(enum server_mode mode)
{
	int root;

	memset(&f, 0, sizeof(f));
	snprintf(f.path, sizeof(f.path), "/tmp/er-webhook-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f.path));
	root = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(mkdirat(root, "outbox", 0750) | mkdirat(root, "etc", 0750), 0);
	f.spool.root = root;
	f.spool.path = f.path;
	f.spool.outbox = openat(root, "outbox", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f.spool.etc = openat(root, "etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f.config = config_new();
	f.http = http_new(NULL);
	f.settle = 1;
	f.server = server_new(mode);
	restart();
}

static void setup(void)
{
	setup_with(SERVER_ANSWERS);
}

static void teardown(void)
{
	webhooks_free(f.w);
	http_free(f.http);
	server_end(f.server);
	config_free(f.config);
	close(f.spool.etc);
	close(f.spool.outbox);
	close(f.spool.root);
	tree_remove(f.path);
}

/* ---- building ---- */

static const char *url(const char *path)
{
	static char text[128];

	snprintf(text, sizeof(text), "http://127.0.0.1:%d%s", f.server->port, path);
	return text;
}

static void endpoint(const char *name, json_t *doc)
{
	struct err err = ERR_INIT;

	ck_assert_msg(!config_set(f.config, CFG_ENDPOINT, name, doc, &err), "%s", err.msg);
	json_decref(doc);
}

static void allow_server(void)
{
	endpoint("local", json_pack("{s:s,s:b}", "match", url("/"), "allowPrivate", 1));
}

static const char *event_of(uint64_t seq)
{
	static char text[ID_TEXT_MAX];
	struct id id = {{0}};

	id.b[15] = (uint8_t)seq;
	return id_format(&id, "evt_", text);
}

static struct id task_of(unsigned n)
{
	struct id id = {{0}};

	id.b[14] = (uint8_t)n;
	return id;
}

static char *outbox_name(const char *dir, uint64_t seq)
{
	static char name[128];

	snprintf(name, sizeof(name), "%s/%s.json", dir, event_of(seq));
	return name;
}

static int exists(const char *dir, uint64_t seq)
{
	struct stat st;

	return !fstatat(f.spool.outbox, outbox_name(dir, seq), &st, 0);
}

/* Write the file of event ${seq}; steals ${more}, whose members are added or replace. */
static void put_file(uint64_t seq, json_t *more)
{
	json_t *doc =
	    json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:s}", "schema", "er.delivery.v1", "id",
	              event_of(seq), "task", "task_x", "seq", (json_int_t)seq, "type",
	              "task.completed", "dialect", "er", "url", url("/hook"), "body", "{\"a\":1}");
	struct buf text = BUF_INIT;

	if (more)
		json_object_update(doc, more);
	js_dump(&text, doc, JS_COMPACT);
	ck_assert_int_eq(
	    io_replace(f.spool.outbox, outbox_name("due", seq), text.data, text.len, NULL), 0);
	buf_release(&text);
	json_decref(doc);
	json_decref(more);
}

static void add(unsigned task, uint64_t seq)
{
	struct id id = task_of(task);

	webhooks_add(f.w, &id, seq, event_of(seq), 0, 0);
}

/* Run at ${now} until ${n} reports were told in all. */
static void run_until(int n, int64_t now)
{
	int64_t end = now_mono_ms() + WAIT_MS;

	ck_assert_int_eq(webhooks_run(f.w, now, NULL), 0);
	while (f.n < n && now_mono_ms() < end) {
		ck_assert_int_eq(http_poll(f.http, NULL, 0, 100, NULL), 0);
		ck_assert_int_eq(webhooks_run(f.w, now, NULL), 0);
	}
	ck_assert_int_eq(f.n, n);
	ck_assert_uint_eq(webhooks_active(f.w), 0);
}

static const char *delivered_log(void)
{
	static struct buf text = BUF_INIT;

	buf_clear(&text);
	io_read_file(f.spool.outbox, "delivered.ndjson", 65536, &text, NULL);
	return buf_str(&text);
}

#endif
