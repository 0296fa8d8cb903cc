#include "model/schedule.h"

#include <string.h>

#include "model/civil.h"
#include "model/zone.h"

enum { BOUNDARIES_MAX = 4096, NEAR_S = ZONE_OFFSET_MAX };

struct source {
	const char *worker; /* NULL: nobody */
	int layer;
	int64_t slot;
};

/* ---- turns of one layer ---- */

static int64_t slot_start(const struct layer *l, const struct zone *z, int64_t slot)
{
	return zone_utc(z, l->start_local + slot * l->period_s);
}

/* How many turns the wall clock can be ahead or behind near a change. */
static int64_t slack(const struct layer *l)
{
	return NEAR_S / l->period_s + 1;
}

static int change_near(const struct zone *z, int64_t utc)
{
	return zone_next(z, utc - NEAR_S) <= utc + NEAR_S;
}

/* The last turn whose hand-off is not after ${utc}; negative: none yet.  Where the clock is put
 * back the turns of the second pass began in the first, hence the search from above. */
static int64_t slot_at(const struct layer *l, const struct zone *z, int64_t utc)
{
	int64_t slot = floor_div(zone_local(z, utc) - l->start_local, l->period_s);

	if (!change_near(z, utc))
		return slot;
	slot += slack(l);
	while (slot >= 0 && slot_start(l, z, slot) > utc)
		slot--;
	return slot;
}

static int64_t next_handoff(const struct layer *l, const struct zone *z, int64_t utc)
{
	int64_t slot = slot_at(l, z, utc), best;

	if (slot < 0)
		slot = -1;
	best = slot_start(l, z, slot + 1);
	if (!change_near(z, utc) && !change_near(z, best))
		return best;
	for (int64_t i = 2; i <= slack(l) + 1; i++) {
		int64_t at = slot_start(l, z, slot + i);
		if (at < best)
			best = at;
	}
	return best;
}

/* ---- the whole ---- */

static struct source source_at(const struct schedule *s, const struct zone *z, int64_t at_ms)
{
	for (size_t i = s->n_overrides; i-- > 0;) {
		const struct override *o = &s->overrides[i];
		if (o->from_ms <= at_ms && at_ms < o->to_ms)
			return (struct source){o->worker, SCHEDULE_OVERRIDE, (int64_t)i};
	}
	for (size_t k = 0; k < s->n_layers; k++) {
		const struct layer *l = &s->layer[k];
		int64_t slot = slot_at(l, z, floor_div(at_ms, 1000));
		if (slot >= 0 && (!l->has_hours || hours_open(&l->hours, z, at_ms)))
			return (struct source){l->member[slot % (int64_t)l->n], (int)k, slot};
	}
	return (struct source){NULL, 0, 0};
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The first instant after ${at_ms} at which source_at may differ; ${turns}: turns of a single
 * member count too. */
static int64_t next_boundary(const struct schedule *s, const struct zone *z, int64_t at_ms,
			     int turns)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < s->n_overrides; i++) {
		if (s->overrides[i].from_ms > at_ms)
			next = earlier(next, s->overrides[i].from_ms);
		if (s->overrides[i].to_ms > at_ms)
			next = earlier(next, s->overrides[i].to_ms);
	}
	for (size_t k = 0; k < s->n_layers; k++) {
		const struct layer *l = &s->layer[k];
		int64_t utc = floor_div(at_ms, 1000);
		if (turns || l->n > 1 || slot_at(l, z, utc) < 0)
			next = earlier(next, next_handoff(l, z, utc) * 1000);
		if (l->has_hours)
			next = earlier(next, hours_next_change(&l->hours, z, at_ms));
	}
	return next;
}

const char *schedule_at(const struct schedule *s, const struct zone *z, int64_t at_ms)
{
	return source_at(s, z, at_ms).worker;
}

static int same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

int64_t schedule_next(const struct schedule *s, const struct zone *z, int64_t at_ms)
{
	const char *now = schedule_at(s, z, at_ms);
	int64_t at = at_ms;

	for (int i = 0; i < BOUNDARIES_MAX; i++) {
		at = next_boundary(s, z, at, 0);
		if (at == INT64_MAX || !same(schedule_at(s, z, at), now))
			return at;
	}
	return INT64_MAX;
}

/* Where to begin so that the shift which ${from_ms} lies in is seen from its beginning. */
static int64_t walk_from(const struct schedule *s, int64_t from_ms)
{
	int64_t back_s = 0;

	for (size_t k = 0; k < s->n_layers; k++)
		if (s->layer[k].period_s > back_s)
			back_s = s->layer[k].period_s;
	int64_t at = from_ms - (back_s + 2 * DAY_S) * 1000;
	for (size_t i = 0; i < s->n_overrides; i++)
		if (s->overrides[i].to_ms > from_ms && s->overrides[i].from_ms < at)
			at = s->overrides[i].from_ms;
	return at;
}

size_t schedule_shifts(const struct schedule *s, const struct zone *z, int64_t from_ms,
		       int64_t to_ms, struct shift *out, size_t max)
{
	int64_t at = walk_from(s, from_ms);
	size_t n = 0;

	while (at < to_ms && n < max) {
		struct source src = source_at(s, z, at), then = src;
		int64_t end = at;
		while (end < INT64_MAX && then.worker && then.layer == src.layer &&
		       then.slot == src.slot) {
			end = next_boundary(s, z, end, 1);
			then = source_at(s, z, end);
		}
		if (!src.worker)
			end = next_boundary(s, z, at, 1);
		if (src.worker && end > from_ms)
			out[n++] = (struct shift){at, end, src.worker, src.layer, src.slot};
		at = end;
	}
	return n;
}
