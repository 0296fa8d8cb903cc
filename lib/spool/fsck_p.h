/*
 * spool/fsck_p.h -- private to fsck*.c: blobs against the journal.
 *
 * Order      blobs_named for each event, then blobs_check: what the journal names was there before it.
 */
#ifndef SPOOL_FSCK_P_H
#define SPOOL_FSCK_P_H

#include "spool/fsck.h"
#include "spool/idmap.h"

struct event;

struct fsck_blobs {
	const struct spool *s;
	int64_t now_ms;
	int erd_running;
	fsck_say *find; /* counts, and makes ${path} safe */
	void *ctx;
	struct idmap named; /* by the first half of the hash */
};

/* Remembers what the event names, and finds what is not there. */
void blobs_named(struct fsck_blobs *b, const struct event *ev);
/* Reads every blob. */
int blobs_check(struct fsck_blobs *b, struct err *err);
void blobs_release(struct fsck_blobs *b);

#endif
