/* out/webhook.c -- deliver outbox/due/ in order, with retries, until delivered or dead. */
#include "out/webhook.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/js.h"
#include "out/http.h"
#include "out/pending.h"
#include "out/target.h"
#include "spool/layout.h"

enum {
	ACTIVE_MAX = 64,
	STARTS_MAX = 256, /* per run, so that a run stays short */
	TIMEOUT_MS = 20000,
	MISSING_MIN_MS = 1000, /* a file that is not there yet: look again, longer each time */
	MISSING_SHIFT_MAX = 8
};

struct webhooks {
	const struct spool *spool;
	struct http *http;
	const struct config *config;
	webhook_told *told;
	void *ctx;
	struct pending *pending;
	size_t active;
	int64_t run_wall_ms, run_mono_ms; /* the caller's clock at the last run, and ours */
};

/* An attempt, from its start until it is settled; hangs on line->user. */
struct attempt {
	struct webhooks *w;
	struct line *line;
	struct host *host; /* NULL once its place was given back */
	struct retry_policy retry;
	char type[64], to[256];
	int raw_key;
};

struct webhooks *webhooks_new(const struct spool *s, struct http *h, const struct config *config,
                              webhook_told *told, void *ctx, struct err *err)
{
	struct webhooks *w = mem_alloc(sizeof(*w));

	w->spool = s;
	w->http = h;
	w->config = config;
	w->told = told;
	w->ctx = ctx;
	w->pending = pending_new();
	if (io_mkdir(s->outbox, "due", 0750, err) || io_mkdir(s->outbox, "dead", 0750, err)) {
		webhooks_free(w);
		return NULL;
	}
	return w;
}

static void free_attempt(void *ctx, struct line *line)
{
	(void)ctx;
	free(line->user);
}

void webhooks_free(struct webhooks *w)
{
	if (!w)
		return;
	pending_each(w->pending, free_attempt, NULL);
	pending_free(w->pending);
	free(w);
}

void webhooks_add(struct webhooks *w, const struct id *task, uint64_t seq, const char *event_id,
                  int attempts, int64_t next_ms)
{
	struct id event;
	int bad = id_parse(event_id, "evt_", &event);

	assert(!bad);
	pending_add(w->pending, task, &event, seq, attempts, next_ms);
}

/* ---- what came of it ---- */

static int64_t now_ms(const struct webhooks *w)
{
	return w->run_wall_ms + (now_mono_ms() - w->run_mono_ms);
}

static void leave_host(struct attempt *a)
{
	if (a->host)
		pending_leave(a->w->pending, a->host);
	a->host = NULL;
}

/* Tell the caller; a line that is to try again is back in the queue before. */
static void report(struct attempt *a, enum webhook_outcome outcome, int status, const char *error,
                   int64_t wait_ms)
{
	struct webhooks *w = a->w;
	struct delivery *d = a->line->taken;
	struct webhook_report r = {.seq = d->seq,
	                           .task = a->line->task,
	                           .outcome = outcome,
	                           .status = status,
	                           .attempt = ++d->attempts,
	                           .raw_key = a->raw_key};

	id_format(&d->event, "evt_", r.event);
	snprintf(r.error, sizeof(r.error), "%s", error);
	for (size_t n = strlen(r.error); n && !utf8_valid(r.error, n);)
		r.error[--n] = '\0'; /* not cut within a character */
	if (outcome == WEBHOOK_RETRY) {
		r.next_ms = now_ms(w) + wait_ms;
		a->line->user = NULL;
		pending_wait(w->pending, a->line, r.next_ms);
		free(a);
	}
	w->told(w->ctx, &r);
}

static void failed(struct attempt *a, int status, const char *error, int64_t retry_after_ms)
{
	int attempt = a->line->taken->attempts + 1;
	uint32_t random;
	int64_t wait_ms;

	entropy_fill(&random, sizeof(random));
	wait_ms = retry_wait_ms(&a->retry, attempt, random, status, retry_after_ms);
	report(a, wait_ms < 0 ? WEBHOOK_DEAD : WEBHOOK_RETRY, status, error, wait_ms);
}

static void on_done(void *ctx, const struct http_result *r)
{
	struct attempt *a = ctx;
	char text[64];

	a->w->active--;
	leave_host(a);
	snprintf(text, sizeof(text), "answered %d", r->status);
	if (r->status >= 200 && r->status < 300)
		report(a, WEBHOOK_DELIVERED, r->status, "", 0);
	else if (r->status == 410)
		report(a, WEBHOOK_DEAD, r->status, "answered 410: gone", 0);
	else if (r->status >= 300 && r->status < 400)
		failed(a, r->status, "answered with a redirect, which is not followed", -1);
	else if (r->status)
		failed(a, r->status, text, r->retry_after_ms);
	else
		failed(a, 0, r->error, -1);
}

/* ---- an attempt ---- */

static void due_name(const struct delivery *d, const char *dir, char out[64])
{
	char event[ID_TEXT_MAX];

	snprintf(out, 64, "%s/%s.json", dir, id_format(&d->event, "evt_", event));
}

/* No outcome: the file will come with the views, or with the next look. */
static void postpone(struct webhooks *w, struct line *line, int64_t now)
{
	struct delivery *d = line->taken;
	int shift = d->missing < MISSING_SHIFT_MAX ? d->missing : MISSING_SHIFT_MAX;

	d->missing++;
	pending_wait(w->pending, line, now + ((int64_t)MISSING_MIN_MS << shift));
}

static struct attempt *attempt_new(struct webhooks *w, struct line *line, const struct target *t)
{
	struct attempt *a = mem_alloc(sizeof(*a));

	a->w = w;
	a->line = line;
	a->retry = t->retry;
	a->raw_key = t->raw_key;
	snprintf(a->type, sizeof(a->type), "%s", t->type ? t->type : "");
	snprintf(a->to, sizeof(a->to), "%s", t->host);
	line->user = a;
	return a;
}

static void send_it(struct webhooks *w, struct line *line, struct target *t, int64_t now)
{
	struct http_request rq = {.url = t->url,
	                          .headers = t->header,
	                          .body = t->body,
	                          .n = t->n,
	                          .allow_private = t->allow_private,
	                          .timeout_ms = TIMEOUT_MS};
	struct err err = ERR_INIT;
	struct host *host = pending_admit(w->pending, line, t->host);
	struct attempt *a;
	int rc;

	if (!host)
		return;
	rc = target_sign(t, now / 1000, &err);
	a = attempt_new(w, line, t);
	a->host = host;
	if (!rc && !http_post(w->http, &rq, on_done, a, &err)) {
		w->active++;
		return;
	}
	leave_host(a);
	failed(a, 0, err.msg, -1);
}

static void start(struct webhooks *w, struct line *line, int64_t now)
{
	struct target t;
	struct err err = ERR_INIT;
	char name[64];
	int rc;

	due_name(line->taken, "due", name);
	rc = target_load(&t, w->spool, w->config, name, &err);
	if (!rc && t.unwanted)
		report(attempt_new(w, line, &t), WEBHOOK_DELIVERED, 0,
		       "not sent: the endpoint rule does not ask for this event", 0);
	else if (!rc)
		send_it(w, line, &t, now);
	else if (!t.doc && err.code != FAIL_INVALID)
		postpone(w, line, now);
	else if (err.code == FAIL_INVALID)
		report(attempt_new(w, line, &t), WEBHOOK_DEAD, 0, err.msg, 0);
	else
		failed(attempt_new(w, line, &t), 0, err.msg, -1);
	target_release(&t);
}

int webhooks_run(struct webhooks *w, int64_t now, struct err *err)
{
	struct line *line;

	(void)err; /* what goes wrong concerns one delivery: its report says so */
	w->run_wall_ms = now;
	w->run_mono_ms = now_mono_ms();
	for (int i = 0; i < STARTS_MAX && w->active < ACTIVE_MAX; i++) {
		line = pending_take(w->pending, now);
		if (!line)
			break;
		start(w, line, now);
	}
	return 0;
}

int64_t webhooks_next_ms(const struct webhooks *w)
{
	return w->active < ACTIVE_MAX ? pending_next_ms(w->pending) : INT64_MAX;
}

size_t webhooks_active(const struct webhooks *w)
{
	return w->active;
}

/* ---- after the commit ---- */

static int log_delivered(const struct webhooks *w, const struct attempt *a,
                         const struct webhook_report *r, int64_t now, struct err *err)
{
	json_t *row = json_object();
	struct buf line = BUF_INIT;
	char task[ID_TEXT_MAX];
	int fd, rc;

	js_set_str(row, "id", r->event);
	js_set_str(row, "task", id_format(&r->task, "task_", task));
	js_set_int(row, "seq", (int64_t)r->seq);
	js_set_str(row, "type", a ? a->type : NULL);
	js_set_str(row, "to", a ? a->to : NULL);
	js_set_int(row, "status", r->status);
	js_set_int(row, "attempt", r->attempt);
	js_set_time(row, "at", now);
	js_dump(&line, row, JS_COMPACT);
	buf_addc(&line, '\n');
	json_decref(row);
	fd = io_open(w->spool->outbox, "delivered.ndjson",
	             O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0640);
	if (fd < 0)
		rc = err_errno(err, "cannot open delivered.ndjson");
	else
		rc = io_write_all(fd, line.data, line.len, err);
	if (fd >= 0 && io_close(fd, "delivered.ndjson", err))
		rc = -1;
	buf_release(&line);
	return rc;
}

static int put_away(const struct webhooks *w, const struct attempt *a,
                    const struct webhook_report *r, int64_t now, struct err *err)
{
	char due[64], dead[64];
	struct stat st;

	snprintf(due, sizeof(due), "due/%s.json", r->event);
	snprintf(dead, sizeof(dead), "dead/%s.json", r->event);
	if (fstatat(w->spool->outbox, due, &st, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
		return 0; /* done before */
	if (r->outcome == WEBHOOK_DEAD) {
		if (renameat(w->spool->outbox, due, w->spool->outbox, dead))
			return err_errno(err, "cannot move %s", due);
		return 0;
	}
	if (log_delivered(w, a, r, now, err))
		return -1;
	if (unlinkat(w->spool->outbox, due, 0) && errno != ENOENT)
		return err_errno(err, "cannot remove %s", due);
	return 0;
}

/* Whether ${line}'s taken delivery is the one of ${r} and has its outcome. */
static int is_reported(const struct line *line, const struct webhook_report *r)
{
	const struct attempt *a = line->user;

	return line->taken && line->taken->seq == r->seq && a && !a->host;
}

int webhooks_settle(struct webhooks *w, const struct webhook_report *r, int64_t now,
                    struct err *err)
{
	struct line *line = pending_find(w->pending, &r->task);
	struct attempt *a;
	int rc;

	if (r->outcome == WEBHOOK_RETRY)
		return 0;
	if (!line || !is_reported(line, r))
		return put_away(w, NULL, r, now, err);
	a = line->user;
	rc = put_away(w, a, r, now, err);
	line->user = NULL;
	pending_drop(w->pending, line);
	free(a);
	return rc;
}
