/*
 * out/retry.h -- when a failed webhook is tried again.  Pure.
 *
 * Method     A task's own policy: constant backoff.  Otherwise the schedule of Standard
 *            Webhooks 1.0.0 (ten attempts over 75 hours).  +-20 % jitter either way, so that what
 *            failed together does not come back together.
 * Limits     Retry-After lengthens a wait to at most 24 h.
 */
#ifndef OUT_RETRY_H
#define OUT_RETRY_H

#include <stdint.h>

enum { RETRY_STANDARD = -1 }; /* in both members */

struct retry_policy {
	int max;            /* retries after the first attempt */
	int64_t backoff_ms; /* between any two */
};

/* ${ms} +-20 %. */
int64_t retry_jittered(int64_t ms, uint32_t random);
/* Milliseconds to wait after ${attempt} (1 is the first) failed, or -1 when it was the last.
 * ${random}: any number.  ${status}: the reply's, 0 for none; ${retry_after_ms}: -1 for none. */
int64_t retry_wait_ms(const struct retry_policy *p, int attempt, uint32_t random, int status,
                      int64_t retry_after_ms);

#endif
