/*
 * erctl/counts.h -- what `status` counts, from views, folders and the end of the journal.
 */
#ifndef ERCTL_COUNTS_H
#define ERCTL_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "model/state.h"

struct err;
struct spool;

struct counts {
	size_t tasks[ST_COUNT], open;
	size_t waiting, refused; /* messages */
	int64_t oldest_ms;       /* age of the oldest message in new/ */
	uint64_t seq;            /* of the last event */
	int running;             /* an erd holds the lock */
};

int counts_read(const struct spool *s, struct counts *out, struct err *err);

#endif
