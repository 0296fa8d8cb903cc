/* out/retry.c -- when a failed webhook is tried again. */
#include "out/retry.h"

#include "base/mem.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

enum { JITTER_PERCENT = 20 };

/* After the first attempt, the second, … */
static const int64_t schedule[] = {
    5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR,  5 * HOUR,
    10 * HOUR,  14 * HOUR,  20 * HOUR,   24 * HOUR,
};

int64_t retry_jittered(int64_t ms, uint32_t random)
{
	int64_t permille = 1000 - 10 * JITTER_PERCENT + random % (20 * JITTER_PERCENT + 1);

	return ms / 1000 * permille + ms % 1000 * permille / 1000;
}

static int heeds_retry_after(int status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

int64_t retry_wait_ms(const struct retry_policy *p, int attempt, uint32_t random, int status,
                      int64_t retry_after_ms)
{
	const int rows = NITEMS(schedule);
	int max = p->max == RETRY_STANDARD ? rows : p->max;
	int64_t wait = p->backoff_ms;

	if (attempt > max)
		return -1;
	if (wait == RETRY_STANDARD)
		wait = schedule[attempt < rows ? attempt - 1 : rows - 1];
	wait = retry_jittered(wait, random);
	if (!heeds_retry_after(status) || retry_after_ms <= wait)
		return wait;
	return retry_after_ms < 24 * HOUR ? retry_after_ms : wait > 24 * HOUR ? wait : 24 * HOUR;
}
