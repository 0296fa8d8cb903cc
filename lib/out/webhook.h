/*
 * out/webhook.h -- deliver outbox/due/ in order, with retries, until delivered or dead.
 *
 * Purpose    The shell side of webhooks: which delivery is due, sending it, judging the reply.  What
 *            became of each attempt is told to the caller, who journals it; this module keeps only what
 *            can be had again from outbox/due and the journal.
 * Rules      Per task in event order: the next only after the one before was delivered or died.
 *            Between tasks no order.  At most 64 at once, 4 per host.
 *            2xx delivered.  410: dead at once.  3xx and all else: retry by the task's own policy
 *            (max_retries, backoff_seconds: constant backoff) or the standard schedule
 *            0 5s 5m 30m 2h 5h 10h 14h 20h 24h, +-20 % jitter; Retry-After on 429, 502, 503, 504
 *            lengthens the wait, capped at 24 h.  After the last: dead letter.
 *            Same id on every attempt, new timestamp and signature.  Headers: content-type application/json,
 *            user-agent er/VERSION, the signatures of out/sign.h (both styles where the dialect asks),
 *            authorization: Bearer … when given; webhook-* headers also without a secret (unsigned).
 * Endpoints  The operator's etc/endpoints rules (model/config.h) may redirect a URL prefix or give a
 *            dialect a default target and secret file, and allow private addresses for it.
 * Files      Reads outbox/due/EVT.json when its turn comes; on delivered: unlink and a line in
 *            outbox/delivered.ndjson; on dead: move to outbox/dead/.  These follow the caller's journal
 *            commit: webhook_settle.
 */
#ifndef OUT_WEBHOOK_H
#define OUT_WEBHOOK_H

#include <stdint.h>

#include "base/ids.h"

struct config;
struct err;
struct http;
struct spool;
struct webhooks; /* opaque */

enum webhook_outcome { WEBHOOK_DELIVERED, WEBHOOK_RETRY, WEBHOOK_DEAD };

struct webhook_report {
	uint64_t seq;            /* of the event */
	struct id task;
	char event[40];          /* "evt_…" */
	enum webhook_outcome outcome;
	int status;              /* HTTP, 0: none */
	char error[256];
	int attempt;             /* 1 for the first */
	int64_t next_ms;         /* wall clock; for RETRY */
	int raw_key;             /* the secret was no base64, its bytes are the key: log it */
};
typedef void webhook_told(void *ctx, const struct webhook_report *r);

struct webhooks *webhooks_new(const struct spool *s, struct http *h, const struct config *config,
                              webhook_told *told, void *ctx, struct err *err);
void webhooks_free(struct webhooks *w);

/* A delivery that is due: from startup's list (attempts so far, when next) or a new outbox file (0, 0).
 * Adding one that is known is harmless. */
void webhooks_add(struct webhooks *w, const struct id *task, uint64_t seq, const char *event_id,
                  int attempts, int64_t next_ms);
/* Start what is due at ${now_ms}.  Due ones only. */
int webhooks_run(struct webhooks *w, int64_t now_ms, struct err *err);
int64_t webhooks_next_ms(const struct webhooks *w); /* next start, INT64_MAX when none */
size_t webhooks_active(const struct webhooks *w);   /* transfers under way */

/* The outcome was journalled and committed: put the file away. */
int webhooks_settle(struct webhooks *w, const struct webhook_report *r, int64_t now_ms, struct err *err);

#endif
