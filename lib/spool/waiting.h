/*
 * spool/waiting.h -- is a key waiting in new/ already?
 *
 * Purpose    What drop_submit and drop_batch_commit look at before they publish keyed submits.
 * Method     Singles: open new/ID.  Batches: every new/batch_* is read line-wise in 1 MiB steps;
 *            only lines in which one of the ids occurs are parsed.  A listing made while others
 *            rename may miss names, so a large folder is listed until a pass brings nothing new.
 * Order      The caller holds flock(new/) and looks at the views afterwards, never before:
 *            erd writes the view first and unlinks the message then.
 * Rule       A file of another user is never taken for our own earlier try.
 */
#ifndef SPOOL_WAITING_H
#define SPOOL_WAITING_H

#include <stddef.h>

#include "base/ids.h"
#include "base/sha256.h"

struct err;
struct spool;

struct waiting_key {
	struct id id;
	struct sha256 content;
};

enum waiting_found {
	WAITING_NONE,
	WAITING_SAME,  /* waits with the same content */
	WAITING_OTHER, /* with other content, or another user's */
	WAITING_GONE   /* single only: was there and vanished: look at the view */
};

/* new/ID.  With ${confirm} a WAITING_SAME was made durable.  -1 on error. */
int waiting_single(const struct spool *s, const struct waiting_key *key, int confirm,
                   struct err *err);

/* Every hit of ${keys} (sorted by id) in a pending batch; returns 0 to go on, else what the
 * search ends with. */
typedef int waiting_hit(void *ctx, const struct waiting_key *key, enum waiting_found found);
/* With ${confirm} each batch that held a hit was made durable. 0, what the callback said, or -1. */
int waiting_batches(const struct spool *s, const struct waiting_key *keys, size_t n, int confirm,
                    waiting_hit *hit, void *ctx, struct err *err);

/* tasks/XX/ID.json: WAITING_NONE, _SAME or _OTHER, or -1. */
int waiting_view(const struct spool *s, const struct waiting_key *key, struct err *err);

#endif
