/*
 * engine/evolve.h -- evolve(state, event): apply what happened.
 *
 * Purpose    The only writer of the world.  Replaying a journal through it gives the state that
 *            the living erd had, because decisions are not made again.
 * Errors     FAIL_FAILURE when the event cannot follow (no such transition, unknown task): the journal and
 *            this program disagree, and erd must stop.
 */
#ifndef ENGINE_EVOLVE_H
#define ENGINE_EVOLVE_H

struct err;
struct event;
struct world;

int evolve(struct world *w, const struct event *ev, struct err *err);

#endif
