/* out/caller.c -- http workers: services that answer tasks. */
#include "out/caller.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/js.h"
#include "out/retry.h"
#include "out/secret.h"
#include "out/sign.h"

enum { HEADERS_MAX = 7, KEY_MAX = ID_TEXT_MAX + 16, REASON_MAX = 512 };

struct call {
	struct call *next, *prev;
	struct callers *c;
	struct call_job job; /* worker owned, no other pointers */
	int raw_key;
};

struct callers {
	const struct spool *spool;
	struct http *http;
	call_done *done;
	void *ctx;
	struct call *first;
	size_t active;
};

struct callers *callers_new(const struct spool *s, struct http *h, call_done *done, void *ctx)
{
	struct callers *c = mem_alloc(sizeof(*c));

	*c = (struct callers){.spool = s, .http = h, .done = done, .ctx = ctx};
	return c;
}

static void call_free(struct call *k)
{
	free((char *)k->job.worker);
	free(k);
}

void callers_free(struct callers *c)
{
	if (!c)
		return;
	while (c->first) {
		struct call *k = c->first;

		c->first = k->next;
		call_free(k);
	}
	free(c);
}

size_t callers_active(const struct callers *c)
{
	return c->active;
}

/* ---- the request ---- */

struct head {
	struct buf line[HEADERS_MAX];
	const char *list[HEADERS_MAX + 1]; /* NULL-ended, into line */
	size_t n;
};

static struct buf *next_line(struct head *h)
{
	assert(h->n < HEADERS_MAX);
	return &h->line[h->n++];
}

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	buf_release(b);
}

static int add_signature(struct head *h, const struct callers *c, const struct call_job *job,
                         const char *key, int *raw_key, struct err *err)
{
	struct buf secret = BUF_INIT;
	int rc = secret_read(&secret, c->spool, job->secret_file, err);
	struct sign_in in = {.secret = buf_str(&secret), .id = key,
	                     .timestamp_s = now_wall_ms() / 1000, .body = job->body, .n = job->n};

	if (rc == 0) {
		struct buf *b = next_line(h);

		buf_addf(next_line(h), "webhook-id: %s", key);
		buf_addf(next_line(h), "webhook-timestamp: %" PRId64, in.timestamp_s);
		buf_adds(b, "webhook-signature: ");
		rc = sign_standard(&in, b, raw_key, err);
	}
	wipe(&secret);
	return rc;
}

static int add_bearer(struct head *h, const struct callers *c, const char *file, struct err *err)
{
	struct buf token = BUF_INIT;
	int rc = secret_read(&token, c->spool, file, err);

	if (rc == 0)
		buf_addf(next_line(h), "authorization: Bearer %s", buf_str(&token));
	wipe(&token);
	return rc;
}

static int fill_head(struct head *h, const struct callers *c, const struct call_job *job,
                     int *raw_key, struct err *err)
{
	char task[ID_TEXT_MAX], key[KEY_MAX];

	snprintf(key, sizeof(key), "%s-%d", id_format(&job->task, "task_", task), job->attempt);
	buf_adds(next_line(h), "content-type: application/json");
	buf_adds(next_line(h), "user-agent: er/" ER_VERSION);
	buf_addf(next_line(h), "idempotency-key: %s", key);
	if (job->secret_file && add_signature(h, c, job, key, raw_key, err))
		return -1;
	if (job->bearer_file && add_bearer(h, c, job->bearer_file, err))
		return -1;
	for (size_t i = 0; i < h->n; i++)
		h->list[i] = buf_str(&h->line[i]);
	h->list[h->n] = NULL;
	return 0;
}

/* ---- what came of it ---- */

static void add_reason(struct buf *out, const struct http_result *h)
{
	json_t *doc = js_parse(h->body, h->n, &js_limits_doc, NULL);
	const char *reason = js_str_or(doc, "/reason", NULL);

	if (reason) {
		buf_adds(out, ": ");
		safe_adds(out, reason, SAFE_LINE);
	}
	json_decref(doc);
}

static int worth_a_retry(int status)
{
	return status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
}

static enum call_outcome judge(const struct http_result *h, struct buf *reason)
{
	if (h->status == 200 && !h->cut)
		return CALL_ANSWERED;
	if (h->status == 202)
		return CALL_LATER;
	if (!h->status) {
		buf_adds(reason, h->error);
		return h->refused ? CALL_REFUSED : CALL_RETRY;
	}
	buf_addf(reason, "replied %d", h->status);
	if (h->status == 200)
		buf_addf(reason, " with more than %d bytes", CALL_ANSWER_MAX);
	else if (h->status < 300)
		buf_adds(reason, ", which is neither an answer (200) nor a promise of one (202)");
	else if (h->status < 400)
		buf_adds(reason, ", a redirect, which is not followed");
	else
		add_reason(reason, h);
	return worth_a_retry(h->status) ? CALL_RETRY : CALL_REFUSED;
}

/* Cut between characters. */
static void keep_short(struct buf *b)
{
	if (b->len <= REASON_MAX)
		return;
	size_t n = REASON_MAX;
	while (n && !utf8_valid(b->data, n))
		n--;
	b->data[n] = '\0';
	b->len = n;
}

static void on_done(void *ctx, const struct http_result *h)
{
	struct call *k = ctx;
	struct callers *c = k->c;
	struct buf reason = BUF_INIT;
	struct call_result r = {.outcome = judge(h, &reason), .bytes = h->body, .n = h->n,
	                        .retry_after_ms = h->retry_after_ms, .raw_key = k->raw_key};

	if (k->prev)
		k->prev->next = k->next;
	else
		c->first = k->next;
	if (k->next)
		k->next->prev = k->prev;
	c->active--;
	keep_short(&reason);
	r.reason = buf_str(&reason);
	c->done(c->ctx, &k->job, &r);
	buf_release(&reason);
	call_free(k);
}

/* ---- starting ---- */

static struct call *call_new(struct callers *c, const struct call_job *job)
{
	struct call *k = mem_alloc(sizeof(*k));

	k->c = c;
	k->job = (struct call_job){.worker = mem_strdup(job->worker), .task = job->task,
	                           .attempt = job->attempt, .tries = job->tries};
	return k;
}

static void enter(struct callers *c, struct call *k)
{
	k->next = c->first;
	if (c->first)
		c->first->prev = k;
	c->first = k;
	c->active++;
}

int callers_start(struct callers *c, const struct call_job *job, struct err *err)
{
	struct head h = {.n = 0};
	struct call *k;
	int rc;

	if (c->active >= CALLERS_MAX)
		return err_set(err, FAIL_TEMPORARY, "%zu services are being asked", c->active);
	k = call_new(c, job);
	rc = fill_head(&h, c, job, &k->raw_key, err);
	struct http_request rq = {.url = job->url, .headers = h.list, .body = job->body, .n = job->n,
	                          .allow_private = job->allow_private,
	                          .timeout_ms = job->timeout_ms, .body_max = CALL_ANSWER_MAX};
	if (rc == 0)
		rc = http_post(c->http, &rq, on_done, k, err);
	if (rc == 0)
		enter(c, k);
	else
		call_free(k);
	for (size_t i = 0; i < HEADERS_MAX; i++)
		wipe(&h.line[i]);
	return rc;
}

int64_t call_wait_ms(int tries, uint32_t random, int64_t retry_after_ms)
{
	static const int64_t waits[CALL_TRIES - 1] = {5000, 30000, 120000};

	assert(tries >= 1);
	if (tries >= CALL_TRIES)
		return -1;
	int64_t wait = retry_jittered(waits[tries - 1], random);
	return retry_after_ms > wait ? retry_after_ms : wait;
}
