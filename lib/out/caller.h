/*
 * out/caller.h -- http workers: services that answer tasks.
 *
 * Purpose    What out/agent.h is for programs: POST the task (er.inbox.v1) to the URL that a worker
 *            document names and say what came of it.  The caller checks that an answer is one JSON
 *            object {"answer":…,"confidence"?:…,"evidence"?:…} and puts it through the drop like
 *            any other.
 * Request    content-type: application/json; user-agent: er/VERSION; idempotency-key:
 *            TASK-ATTEMPT, the same for all tries of one attempt.  With a secret file signed as
 *            Standard Webhooks (webhook-id is that key), with a bearer file Authorization: Bearer.
 * Replies    200: the answer.  202: the service will answer through the drop by itself.  408, 425,
 *            429, 5xx, no reply in time: worth another try.  All others, and an address that the
 *            guard of out/http.h refuses: it will not do it; a JSON body's "reason" is told.
 * Order      callers_start at any time; ${done} is called from http_poll only.  callers_free before
 *            http_free.
 * Limits     CALLERS_MAX at once: the caller keeps the others.  Replies of CALL_ANSWER_MAX bytes.
 * Ownership  A job is copied; what ${done} is handed is borrowed until it returns.
 */
#ifndef OUT_CALLER_H
#define OUT_CALLER_H

#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "out/http.h"

struct callers; /* opaque */
struct err;
struct spool;

enum { CALLERS_MAX = 16, CALL_TRIES = 4, CALL_ANSWER_MAX = HTTP_BODY_MAX };

struct call_job {
	const char *worker;
	struct id task;
	int attempt;
	int tries; /* before this one */
	const char *url;
	const char *secret_file, *bearer_file; /* or NULL; see out/secret.h */
	int allow_private;
	int64_t timeout_ms; /* > 0; of the whole request */
	const char *body;
	size_t n;
};

enum call_outcome { CALL_ANSWERED, CALL_LATER, CALL_RETRY, CALL_REFUSED };

struct call_result {
	enum call_outcome outcome;
	const char *bytes; /* ANSWERED: the reply's body */
	size_t n;
	const char *reason;     /* RETRY, REFUSED: one safe line */
	int64_t retry_after_ms; /* RETRY: what the reply asked for, or -1 */
	int raw_key;            /* the secret was no base 64: its own bytes are the key */
};
/* ${job}: of its pointers only worker is set. */
typedef void call_done(void *ctx, const struct call_job *job, const struct call_result *r);

struct callers *callers_new(const struct spool *s, struct http *h, call_done *done, void *ctx);
void callers_free(struct callers *c); /* what runs is dropped; ${done} is not called */

/* FAIL_TEMPORARY: CALLERS_MAX run, or the system is short of something.  Others: the document or a
 * file that it names is wrong.  ${done} is not called then. */
int callers_start(struct callers *c, const struct call_job *job, struct err *err);
size_t callers_active(const struct callers *c);

/* How long to wait after the try number ${tries} (from 1) failed: 5 s, 30 s, 2 min, +-20 %, or
 * Retry-After where that is longer; -1: that was the last.  Pure. */
int64_t call_wait_ms(int tries, uint32_t random, int64_t retry_after_ms);

#endif
