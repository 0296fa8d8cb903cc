/*
 * engine/transition.h -- the one table of a task's life, and the one lookup in it.
 *
 * Purpose    Every event of a task is a row (from, event, to), or it does not happen.  decide
 *            asks before it proposes an event, evolve asserts when it applies one, `erctl help
 *            states` prints the rows, a test walks every pair.
 * Several    A task may be with several workers at once (offers in parallel, a backup): its state is
 *            that of the one who is furthest, so the end of one assignment has a row for each
 *            state that the others may leave it in.
 * Rule       No row leaves a final state; every state is reachable from ST_NONE.
 */
#ifndef ENGINE_TRANSITION_H
#define ENGINE_TRANSITION_H

#include <stddef.h>
#include <stdint.h>

#include "model/event.h"
#include "model/state.h"

struct transition {
	enum state from;
	enum event_type on;
	enum state to;
};

extern const struct transition transitions[];
extern const size_t transitions_count;

/* A state that may follow ${on} in ${from}, or -1: it cannot happen.  The only one, unless an event
 * of one assignment meets others: then the furthest of those that live decides (task_state). */
int state_next(enum state from, enum event_type on);

/* The same by place, for those who ask at every event (world.moves). */
struct moves {
	int8_t next[ST_COUNT][EV_COUNT];
	uint16_t to[ST_COUNT][EV_COUNT]; /* a bit for each state */
};
_Static_assert(ST_COUNT <= 16, "struct moves has 16 bits for states");

void moves_make(struct moves *m); /* zeroed before */

static inline int moves_allow(const struct moves *m, enum state from, enum event_type on,
                              enum state to)
{
	return m->to[from][on] >> to & 1;
}

#endif
