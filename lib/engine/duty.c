#include "engine/duty.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"
#include "engine/roster.h"
#include "engine/staff.h"
#include "engine/world.h"
#include "model/calendar.h"
#include "model/zone.h"

static void slot_moved(void *ctx, uint32_t owner, uint32_t slot)
{
	const struct world *w = ctx;

	w->crew_at[owner]->duty_slot = slot;
}

void duty_init(struct world *w)
{
	heap_init(&w->duty, slot_moved, w);
	w->wake_ms = INT64_MAX;
	w->duty_ms = INT64_MIN;
}

void duty_release(struct world *w)
{
	heap_release(&w->duty);
	free(w->busy.v);
}

static void set_busy(struct world *w, const struct crew *c, int busy)
{
	uint32_t word = c->id / 64;

	if (word >= w->busy.n) {
		uint32_t n = 2 * word + 8;
		w->busy.v = mem_grow(w->busy.v, n, sizeof(*w->busy.v));
		memset(w->busy.v + w->busy.n, 0, (n - w->busy.n) * sizeof(*w->busy.v));
		w->busy.n = n;
	}
	w->busy.v[word] &= ~(UINT64_C(1) << c->id % 64);
	w->busy.v[word] |= (uint64_t)busy << c->id % 64;
}

static void judge(struct world *w, struct crew *c)
{
	const struct worker *wk = c->doc_gen == w->config_gen ? c->doc : NULL;
	int was = duty_busy(w, c->id);
	int busy = wk && (c->off || (wk->capacity && c->live >= (uint32_t)wk->capacity));

	set_busy(w, c, busy);
	w->load_gen++;
	if (was && !busy)
		world_wake_all(w, c);
}

void crew_live(struct world *w, struct crew *c, int by)
{
	c->live += (uint32_t)by;
	w->lives[c->id] = c->live;
	judge(w, c);
}

/* In or out of hours at ${now_ms}, and until when.  A zone that is not known closes nobody out. */
static void ask_hours(struct world *w, struct crew *c, int64_t now_ms)
{
	const struct hours *h = c->doc ? c->doc->hours : NULL;
	const struct zone *z = h && h->zone ? config_zone(w->config, h->zone) : NULL;

	c->off = z && !hours_open(h, z, now_ms);
	int64_t next = z ? hours_next_change(h, z, now_ms) : INT64_MAX;
	if (c->duty_slot != HEAP_NONE)
		heap_remove(&w->duty, c->duty_slot);
	if (next != INT64_MAX)
		heap_add(&w->duty, next, c->id);
	judge(w, c);
}

void duty_know(struct world *w, struct crew *c, const struct worker *wk, int64_t now_ms)
{
	if (c->doc_gen == w->config_gen)
		return;
	c->doc = wk;
	c->doc_gen = w->config_gen;
	if (wk->hours) {
		ask_hours(w, c, now_ms);
		return;
	}
	c->off = 0;
	judge(w, c);
}

void duty_forget(struct world *w)
{
	while (w->duty.n)
		heap_remove(&w->duty, 0);
	staff_forget(w);
	w->config_gen++;
	w->wake_ms = INT64_MAX;
}

static void ask_all(struct world *w, int64_t now_ms)
{
	for (uint32_t i = 0; i < w->n_crews; i++) {
		struct crew *c = w->crew_at[i];
		if (c->doc_gen == w->config_gen && c->doc->hours)
			ask_hours(w, c, now_ms);
	}
}

/* Absences begin and end, certifications expire. */
static void wake_due(struct world *w, int64_t now_ms)
{
	struct match *m, *next;

	w->wake_ms = INT64_MAX;
	DL_FOREACH_SAFE(w->stuck, m, next) {
		if (now_ms >= m->until_ms) {
			w->retell = 1;
			world_wake(w, m);
		} else {
			duty_wait(w, m);
		}
	}
}

void duty_advance(struct world *w, int64_t now_ms)
{
	const struct heap_item *top;

	if (now_ms < w->duty_ms) { /* the clock was set back */
		ask_all(w, now_ms);
		world_wake_all(w, NULL);
	}
	while ((top = heap_top(&w->duty)) && top->at_ms <= now_ms)
		ask_hours(w, w->crew_at[top->owner], now_ms);
	w->duty_ms = now_ms;
	if (now_ms >= w->wake_ms)
		wake_due(w, now_ms);
}

void duty_wait(struct world *w, const struct match *m)
{
	if (m->until_ms < w->wake_ms)
		w->wake_ms = m->until_ms;
}

int64_t duty_next_ms(const struct world *w)
{
	const struct heap_item *top = heap_top(&w->duty);
	int64_t at = top && top->at_ms < w->wake_ms ? top->at_ms : w->wake_ms;

	return w->stuck ? at : INT64_MAX;
}
