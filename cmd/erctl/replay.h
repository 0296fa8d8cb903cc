/*
 * erctl/replay.h -- what the engine knows and a rebuild of the views needs.
 *
 * Purpose    outbox/due is a view whose content depends on which deliveries were made; the
 *            engine's state has that, so a replay of the journal finds the sequence numbers
 *            of the events that are still to be delivered.
 */
#ifndef ERCTL_REPLAY_H
#define ERCTL_REPLAY_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct spool;

struct undelivered {
	uint64_t *seq; /* owned, ascending */
	size_t n;
};

/* Replay the journal from its beginning.  0 or -1. */
int replay_undelivered(const struct spool *s, struct undelivered *out, struct err *err);
/* ${ctx} is a struct undelivered: the callback that views_rebuild wants. */
int undelivered_has(void *ctx, uint64_t seq);
void undelivered_release(struct undelivered *u);

#endif
