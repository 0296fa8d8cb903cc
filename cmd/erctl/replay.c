#include "replay.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/evolve.h"
#include "engine/world.h"
#include "spool/journal.h"
#include "spool/layout.h"

static int apply(void *ctx, const struct event *ev, struct err *err)
{
	return evolve(ctx, ev, err);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int replay_undelivered(const struct spool *s, struct undelivered *out, struct err *err)
{
	struct world *w = world_new(s->organisation);
	int rc = journal_walk(s, NULL, 1, apply, w, NULL, err);

	out->n = 0;
	out->seq = mem_grow(NULL, HASH_COUNT(w->deliveries) + 1, sizeof(*out->seq));
	for (const struct delivery *d = w->deliveries; rc == 0 && d; d = d->hh.next)
		out->seq[out->n++] = d->seq;
	qsort(out->seq, out->n, sizeof(*out->seq), by_number);
	world_free(w);
	if (rc != 0)
		undelivered_release(out);
	return rc;
}

int undelivered_has(void *ctx, uint64_t seq)
{
	const struct undelivered *u = ctx;

	return bsearch(&seq, u->seq, u->n, sizeof(seq), by_number) != NULL;
}

void undelivered_release(struct undelivered *u)
{
	free(u->seq);
	u->seq = NULL;
	u->n = 0;
}
