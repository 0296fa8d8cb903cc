/*
 * erctl/history.h -- what the journal says of lanes and workers over a time.
 *
 * Method     One walk over the journal; what counts are the tasks that came in since a moment, with
 *            all that became of them.  Gold tasks are work, so they count for workers, and for no
 *            lane.
 * Complexity O(events of the journal); memory by those tasks.
 * Ownership  history_release.
 */
#ifndef ERCTL_HISTORY_H
#define ERCTL_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

struct err;
struct spool;

struct times {
	int64_t *ms; /* sorted at the end; owned */
	size_t n, cap;
};

struct lane_row {
	char *name;
	uint64_t created, completed, failed, expired, cancelled, open;
	uint64_t in_time;  /* completed before they were due */
	uint64_t late;     /* were due, and not completed by then */
	struct times took; /* created -> completed */
	UT_hash_handle hh;
};

struct worker_row {
	char *name;
	uint64_t offers, accepted, declined, missed, released;
	uint64_t answers, rejected, completed;
	struct times react; /* offered -> accepted or declined */
	struct times work;  /* accepted -> answered */
	UT_hash_handle hh;
};

struct history {
	struct lane_row *lanes;     /* by name */
	struct worker_row *workers; /* by name */
	uint64_t tasks;
};

int history_read(const struct spool *s, int64_t since_ms, int64_t now_ms, struct history *out,
               struct err *err);
void history_release(struct history *st);
int64_t times_quantile(const struct times *t, double q); /* 0 when there are none */

#endif
