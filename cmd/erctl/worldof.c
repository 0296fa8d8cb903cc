#include "worldof.h"

#include "base/buf.h"
#include "base/err.h"
#include "engine/evolve.h"
#include "engine/snapshot.h"
#include "engine/world.h"
#include "spool/journal.h"
#include "spool/layout.h"
#include "spool/snapshot.h"

static int apply(void *ctx, const struct event *ev, struct err *err)
{
	return evolve(ctx, ev, err);
}

struct world *worldof(const struct spool *s, struct err *err)
{
	struct journal_mark mark = {.seq = 0};
	struct buf state = BUF_INIT;
	struct err unread = ERR_INIT;
	struct world *w = world_new(s->organisation);
	int found = snapshot_load(s, &mark, &state, err), rc = found < 0 ? -1 : 0;

	if (found == 1 && world_load(w, state.data, state.len, &unread) != 0) {
		found = 0; /* of another version: all of the journal, then */
		world_free(w);
		w = world_new(s->organisation);
	}
	buf_release(&state);
	if (rc == 0)
		rc = journal_walk(s, found == 1 ? &mark : NULL, 0, apply, w, NULL, err);
	if (rc >= 0)
		return w;
	world_free(w);
	return NULL;
}
