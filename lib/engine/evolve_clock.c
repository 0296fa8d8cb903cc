/* The clock was set: what is waited for keeps its distance.  See engine_clock (engine/decide.h). */
#include "engine/escalation.h"
#include "engine/evolve_p.h"
#include "engine/world.h"

static void move(int64_t *at, int64_t by_ms)
{
	if (*at != INT64_MAX)
		*at += by_ms;
}

static void move_task(struct world *w, struct task *t, int64_t by_ms)
{
	int64_t *const own[] = {&t->created_ms, &t->expire_ms, &t->blocked_ms,
				&t->backup_ms,	&t->remind_ms, &t->warn_ms};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		move(own[i], by_ms);
	if (t->hold_ms)
		t->hold_ms += by_ms;
	if (t->matched_ms)
		t->matched_ms += by_ms;
	if (!t->due_fixed)
		move(&t->due_ms, by_ms);
	for (int i = 0; i < t->n_assigns; i++) {
		move(&t->assigns[i].offer_ends_ms, by_ms);
		move(&t->assigns[i].since_ms, by_ms);
		move(&t->assigns[i].accepted_ms, by_ms);
	}
	if (t->esc)
		escalation_shift(t->esc, by_ms);
	world_unwait(w, t);
	world_requeue(w, t);
	world_set_timer(w, t);
}

void evolve_clock(struct world *w, int64_t by_ms)
{
	struct delivery *d, *next;

	for (uint32_t i = 0; i < w->n_tasks; i++)
		if (world_at(w, i))
			move_task(w, world_at(w, i), by_ms);
	HASH_ITER(hh, w->deliveries, d, next)
	move(&d->next_ms, by_ms);
}
