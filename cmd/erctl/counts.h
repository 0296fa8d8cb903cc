/*
 * erctl/counts.h -- what `status` counts, from views, folders and the end of the journal.
 *
 * Rules      Gold tasks are tests, not tasks: they are in no figure.
 * Complexity O(rows of the index).
 * Ownership  counts_release, also after an error.
 */
#ifndef ERCTL_COUNTS_H
#define ERCTL_COUNTS_H

#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "model/state.h"

struct err;
struct spool;

/* What is open in one lane. */
struct lane_count {
	char *name; /* owned */
	size_t open, at_risk, overdue; /* past 80 % of its time, past all of it */
	UT_hash_handle hh;
};

struct counts {
	size_t tasks[ST_COUNT], open;
	size_t waiting, refused; /* messages */
	int64_t oldest_ms;       /* age of the oldest message in new/ */
	uint64_t seq;            /* of the last event */
	int running;             /* an erd holds the lock */
	size_t at_risk, overdue;
	struct lane_count *lanes; /* owned; by name */
	int64_t now_ms;
};

int counts_read(const struct spool *s, struct counts *out, struct err *err);
void counts_release(struct counts *st);

#endif
