/*
 * engine/evolve_p.h -- private to evolve*.c: one file per kind of event.
 */
#ifndef ENGINE_EVOLVE_P_H
#define ENGINE_EVOLVE_P_H

#include <jansson.h>
#include <stdint.h>

struct err;
struct event;
struct world;

int evolve_task(struct world *w, const struct event *ev, struct err *err);
int evolve_created(struct world *w, const struct event *ev, struct err *err);

void evolve_clock(struct world *w, int64_t by_ms);

/* The time at ${pointer} of an event's data, or ${dflt}. */
int64_t event_time(const json_t *data, const char *pointer, int64_t dflt);

#endif
