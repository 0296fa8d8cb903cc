#include "engine/roster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"
#include "engine/stats.h"
#include "engine/world.h"

enum { HORIZON_MIN = 4, HORIZON_MAX = 26, EXTERNAL_BELOW = 1000000 };

/* ---- scores ---- */

double roster_score(const struct roster *r, const struct seat *s, double log_left, double x,
                    double load)
{
	const struct weights *wt = &r->lane->weights;

	return 0.001 * wt->success * s->o.take * s->o.pass * outlook_within(&s->o, log_left, x) +
	       s->base - 0.001 * wt->load * load;
}

static void expect(struct world *w, struct roster *r, struct seat *s)
{
	outlook_of(w, r->stats, s->crew, s->wk, r->lane, &s->o);
	s->base = -0.001 * r->lane->weights.cost * ((double)s->wk->cost_usd_micro / 1e6) / r->price;
}

/* External ones stand behind all others. */
static double bound_of(const struct roster *r, const struct order *o, const struct seat *s)
{
	double log_left = (o->horizon + 1e-9) * M_LN2 + log(1000);

	return roster_score(r, s, log_left, 0, 0) - (s->external ? EXTERNAL_BELOW : 0);
}

/* ---- orders ---- */

static int place_before(const struct place *a, const struct place *b)
{
	return a->bound != b->bound ? a->bound > b->bound : a->seat < b->seat;
}

static int by_bound(const void *a, const void *b)
{
	return place_before(a, b) ? -1 : place_before(b, a);
}

/* Where ${p} stands, or would. */
static uint32_t place_of(const struct order *o, uint32_t n, const struct place *p)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (place_before(&o->v[mid], p))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void move_place(struct roster *r, struct order *o, const struct place *old, double bound)
{
	uint32_t from = place_of(o, r->n, old);
	struct place p = {bound, old->seat};

	memmove(o->v + from, o->v + from + 1, (r->n - 1 - from) * sizeof(p));
	uint32_t to = place_of(o, r->n - 1, &p);
	memmove(o->v + to + 1, o->v + to, (r->n - 1 - to) * sizeof(p));
	o->v[to] = p;
}

static void drop_orders(struct roster *r)
{
	for (int i = 0; i < ROSTER_ORDERS; i++)
		r->orders[i].horizon = -1;
}

static int horizon_of(int64_t left_ms)
{
	int h = HORIZON_MIN;

	while (h < HORIZON_MAX && ((int64_t)1000 << h) < left_ms)
		h++;
	return h;
}

const struct order *roster_order(struct roster *r, int64_t left_ms)
{
	int h = horizon_of(left_ms);
	struct order *o = &r->orders[0];

	for (int i = 0; i < ROSTER_ORDERS; i++) {
		if (r->orders[i].horizon == h) {
			r->orders[i].used = ++r->uses;
			return &r->orders[i];
		}
		if (r->orders[i].used < o->used)
			o = &r->orders[i];
	}
	if (!o->v)
		o->v = mem_alloc((r->n + 1) * sizeof(*o->v));
	o->horizon = h;
	o->used = ++r->uses;
	for (uint32_t i = 0; i < r->n; i++)
		o->v[i] = (struct place){bound_of(r, o, &r->seats[i]), i};
	qsort(o->v, r->n, sizeof(*o->v), by_bound);
	return o;
}

/* ---- up to date ---- */

static void expect_anew(struct world *w, struct roster *r, struct seat *s)
{
	struct place old[ROSTER_ORDERS];

	for (int i = 0; i < ROSTER_ORDERS; i++)
		if (r->orders[i].horizon >= 0)
			old[i] = (struct place){bound_of(r, &r->orders[i], s), (uint32_t)(s - r->seats)};
	expect(w, r, s);
	for (int i = 0; i < ROSTER_ORDERS; i++)
		if (r->orders[i].horizon >= 0)
			move_place(r, &r->orders[i], &old[i], bound_of(r, &r->orders[i], s));
}

static void expect_all(struct world *w, struct roster *r)
{
	drop_orders(r);
	for (uint32_t i = 0; i < r->n; i++)
		expect(w, r, &r->seats[i]);
	r->hour = w->hour;
	r->news = r->stats->n_news;
}

static void read_news(struct world *w, struct roster *r)
{
	uint32_t n = r->stats->n_news - r->news;

	if (n > LANE_NEWS || n > r->n / 2 + 1) {
		expect_all(w, r);
		return;
	}
	for (; r->news != r->stats->n_news; r->news++) {
		struct seat *s = roster_find(r, w->crew_at[r->stats->news[r->news % LANE_NEWS]]);
		if (s)
			expect_anew(w, r, s);
	}
}

struct seat *roster_find(const struct roster *r, const struct crew *c)
{
	for (uint32_t at = c->id * 0x9e3779b1u & r->mask; r->slots[at]; at = (at + 1) & r->mask)
		if (r->seats[r->slots[at] - 1].crew == c)
			return &r->seats[r->slots[at] - 1];
	return NULL;
}

int roster_over(const struct roster *r, int64_t now_ms)
{
	return now_ms < r->from_ms || now_ms >= r->until_ms;
}

int64_t roster_until(const struct roster *r)
{
	return r->until_ms;
}

static void clear(struct world *w, struct roster *r)
{
	w->n_seats -= r->n;
	free(r->seats);
	free(r->slots);
	json_decref(r->shown);
	for (int i = 0; i < ROSTER_ORDERS; i++) {
		free(r->orders[i].v);
		r->orders[i] = (struct order){.horizon = -1};
	}
	r->seats = NULL;
	r->slots = NULL;
	r->shown = NULL;
	r->n = 0;
	memset(r->refused, 0, sizeof(r->refused));
}

void roster_drop(struct world *w, struct match *m)
{
	struct roster *r = m->roster;

	if (!r)
		return;
	clear(w, r);
	DL_DELETE(w->rosters, r);
	free(r);
	m->roster = NULL;
}

/* The longest unused ones go; a match that waits with its roster is looked at again instead. */
static void make_room(struct world *w, const struct roster *keep)
{
	while (w->n_seats > ROSTER_SEATS_MAX && w->rosters->prev != keep) {
		struct match *m = w->rosters->prev->match;
		roster_drop(w, m);
		if (m->fresh.n || m->tried.n)
			world_wake(w, m);
	}
}

static void make(struct world *w, struct roster *r, int64_t now_ms)
{
	const struct lane *lane = config_lane(w->config, r->match->lane);

	clear(w, r);
	r->lane = lane;
	r->stats = world_lane(w, r->match->lane, 1);
	r->gen = w->config_gen;
	r->from_ms = now_ms;
	r->until_ms = INT64_MAX;
	r->price = lane && lane->price_usd_micro ? (double)lane->price_usd_micro / 1e6 : 1;
	roster_fill(w, r, now_ms);
	w->n_seats += r->n;
	expect_all(w, r);
	make_room(w, r);
}

struct roster *roster_of(struct world *w, struct match *m, int64_t now_ms)
{
	struct roster *r = m->roster;

	if (!r) {
		r = m->roster = mem_alloc(sizeof(*r));
		r->match = m;
		for (int i = 0; i < ROSTER_ORDERS; i++)
			r->orders[i].horizon = -1;
	} else {
		DL_DELETE(w->rosters, r);
	}
	DL_PREPEND(w->rosters, r);
	if (r->gen != w->config_gen || !r->slots || roster_over(r, now_ms))
		make(w, r, now_ms);
	else if (r->hour != w->hour)
		expect_all(w, r);
	else if (r->news != r->stats->n_news)
		read_news(w, r);
	return r;
}
