/*
 * out/pending.h -- which delivery may start next.
 *
 * Purpose    The book-keeping of out/webhook.h without its I/O: per task a line of deliveries in
 *            event order of which only the first may be under way, a clock over all lines, and a
 *            limit per host.
 * Method     Lines are found by hash of the task and wait in a heap (base/heap.h) by the time of
 *            their first delivery.  A line is either in the heap, or parked at a busy host, or
 *            taken.
 * Order      pending_take; then pending_admit; then pending_wait (again later) or pending_drop
 *            (done with its first delivery).  pending_leave gives the host's place back, once per
 *            admit.
 * Ownership  struct pending owns lines and deliveries; pointers are valid until pending_drop.
 * Complexity Add, take, drop: O(log lines).  About 150 bytes per line, 56 per delivery.
 */
#ifndef OUT_PENDING_H
#define OUT_PENDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"

enum { PENDING_PER_HOST = 4 };

struct delivery {
	struct delivery *next; /* higher seq */
	uint64_t seq;
	struct id event;
	int64_t next_ms; /* wall clock */
	int attempts;    /* made so far */
	int missing;     /* times its file was not there */
};

struct host;

struct line {
	struct id task;
	struct delivery *first, *last;
	struct delivery *taken; /* the one under way, or NULL */
	void *user;             /* the caller's, NULL at first */
	struct line *hash_next;
	struct line *park_next;
	struct host *parked;   /* where it is parked, or NULL */
	struct host *reserved; /* the place kept for it after that, or NULL */
	uint32_t owner, slot;  /* in the heap */
};

struct pending; /* opaque */

struct pending *pending_new(void);
void pending_free(struct pending *p);

/* ${next_ms} 0: at once.  One that is known stays as it is, but is no longer held back for a
 * missing file. */
void pending_add(struct pending *p, const struct id *task, const struct id *event, uint64_t seq,
                 int attempts, int64_t next_ms);
struct line *pending_find(struct pending *p, const struct id *task); /* NULL when it has none */

/* The line that is due the longest at ${now_ms}, with ->taken set; NULL when none is. */
struct line *pending_take(struct pending *p, int64_t now_ms);
/* A place at ${host}: the host, or NULL: the line is parked, no longer taken, until one is free. */
struct host *pending_admit(struct pending *p, struct line *line, const char *host);
void pending_leave(struct pending *p, struct host *host);
/* Try ->taken again at ${next_ms}. */
void pending_wait(struct pending *p, struct line *line, int64_t next_ms);
/* ->taken is over; frees the line when that was all it had. */
void pending_drop(struct pending *p, struct line *line);

int64_t pending_next_ms(const struct pending *p); /* INT64_MAX when no line waits */
void pending_each(struct pending *p, void (*fn)(void *ctx, struct line *line), void *ctx);
size_t pending_lines(const struct pending *p);

#endif
