/*
 * erctl/results.h -- wait until tasks are closed; shared by wait, ask and submit --wait.
 *
 * Rules      Without a limit of the caller's the wait ends one minute behind the latest
 *            deadline among the tasks (a task that erd has not seen yet: one hour from now).
 * Errors     FAIL_PENDING when time is up (r->hint says how to go on); FAIL_INTERRUPTED.
 */
#ifndef ERCTL_RESULTS_H
#define ERCTL_RESULTS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"

struct err;
struct run;

enum { RESULTS_DEFAULT_LIMIT = -1, RESULTS_NO_LIMIT = 0 };

struct results {
	const struct id *ids;
	size_t n;
	int any;          /* the first is enough */
	int64_t limit_ms; /* or one of the two above */
	/* Told once per closed task in order of closing; ${doc} is er.result.v1, borrowed. */
	void (*closed)(void *ctx, const struct id *id, const json_t *doc);
	void *ctx;
};

int results_wait(struct run *r, const struct results *w, struct err *err);

/* What a requester sees of er.result.v1: the dialect's document, or all of it; borrowed. */
const json_t *results_document(const json_t *result);
/* 1: completed; 0: failed, cancelled or expired. */
int results_good(const json_t *result);

#endif
