/*
 * engine/transition.h -- the one table of a task's life, and the one lookup in it.
 *
 * Purpose    Every event of a task is a row (from, event, to), or it does not happen.  decide
 *            asks before it proposes an event, evolve asserts when it applies one, `erctl help
 *            states` prints the rows, a test walks every pair.
 * Rule       No row leaves a final state; every state is reachable from ST_NONE.
 */
#ifndef ENGINE_TRANSITION_H
#define ENGINE_TRANSITION_H

#include <stddef.h>

#include "model/event.h"
#include "model/state.h"

struct transition {
	enum state from;
	enum event_type on;
	enum state to;
};

extern const struct transition transitions[];
extern const size_t transitions_count;

/* The state after ${on} in ${from}, or -1 when that cannot happen. */
int state_next(enum state from, enum event_type on);

#endif
