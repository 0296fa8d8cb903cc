/*
 * engine/duty.h -- who can take one more task now.
 *
 * Purpose    One bit per worker: at capacity, or out of hours.  Routing passes over those at the cost
 *            of looking at the bit; whoever becomes free wakes the tasks that waited for him.
 * Method     Hours (model/calendar.h) are asked for once per change of them: a heap holds the next
 *            one of each worker.  All of it follows from the state and the time; none is saved.
 * Clock set back
 *            All are asked anew.
 */
#ifndef ENGINE_DUTY_H
#define ENGINE_DUTY_H

#include <stdint.h>

#include "engine/world.h"

void duty_init(struct world *w);
void duty_release(struct world *w);
void duty_forget(struct world *w);                 /* the configuration has changed */
void duty_know(struct world *w, struct crew *c, const struct worker *wk, int64_t now_ms);
/* By id. */
static inline int duty_busy(const struct world *w, uint32_t crew)
{
	return crew / 64 < w->busy.n && w->busy.v[crew / 64] >> crew % 64 & 1;
}
/* Hours that changed until ${now_ms}, and matches whose time has come. */
void duty_advance(struct world *w, int64_t now_ms);
int64_t duty_next_ms(const struct world *w);       /* INT64_MAX: nobody waits for that */
/* ${m} waits in vain: when it is worth another look. */
void duty_wait(struct world *w, const struct match *m);

#endif
