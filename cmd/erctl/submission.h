/*
 * erctl/submission.h -- one task on its way into the spool; used by submit and ask.
 *
 * Order      submission_check (configuration, intake, id), submission_send (durable on
 *            return), then perhaps submission_view for a reply; submission_release.
 * Promise    submission_send returning 0 means what drop_submit's 0 means.  A verdict is
 *            waited for only when asked and only when an erd runs.
 * Errors     FAIL_INVALID from the check; FAIL_CONFLICT, FAIL_TEMPORARY from the drop; a
 *            refusal by erd has erd's code and sentence.
 */
#ifndef ERCTL_SUBMISSION_H
#define ERCTL_SUBMISSION_H

#include <jansson.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/sha256.h"
#include "identity.h"
#include "model/intake.h"
#include "taskdoc.h"

struct config;
struct err;
struct run;

enum { VERDICT_WAIT_MS = 5000 };

struct submission {
	struct taskdoc doc;    /* the caller fills it; owned from then on */
	const char *key;       /* in: --key or NULL */
	int want_verdict;      /* in */
	char from[IDENTITY_MAX];
	int64_t at_ms;
	struct config *config; /* owned */
	struct spec spec;
	int checked;           /* spec is set */
	struct id task;
	char id[ID_TEXT_MAX];
	struct sha256 content;
	int replayed;
	int erd_running;
	int decided;           /* a verdict came */
};

int submission_check(struct submission *s, struct run *r, struct err *err);
int submission_send(struct submission *s, struct run *r, struct err *err);
/* The task's view: erd's when it is there in time, otherwise as erd will make it. */
json_t *submission_view(struct submission *s, struct run *r, struct err *err);
void submission_release(struct submission *s);

/* The id that belongs to ${key} here, or a random one for NULL.  FAIL_INVALID: key length. */
int submission_id(const struct run *r, const char *key, struct id *out, struct err *err);
/* 0 when ${verdict} is ok, else -1 with its code and sentence; "errors" go to r->details. */
int verdict_check(struct run *r, const json_t *verdict, struct err *err);

#endif
