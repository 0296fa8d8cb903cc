#include "engine/roster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"
#include "engine/lookup.h"
#include "engine/stats.h"
#include "engine/world.h"

enum { HORIZON_MIN = 4, HORIZON_MAX = 26 };

/* ---- scores ---- */

double roster_score(const struct seat *s, double log_left, uint32_t live)
{
	const struct outlook o = {.mu = s->mu, .sd = s->sd, .nu = s->nu, .slope = s->slope};
	double load = s->share * live;

	return s->chance * outlook_within(&o, log_left, live && o.slope > 0 ? log1p(live) : 0) +
	       s->base - load;
}

static void expect(struct world *w, struct roster *r, struct seat *s)
{
	const struct weights *wt = &r->lane->weights;
	struct outlook o;

	outlook_of(w, r->stats, s->crew, s->wk, r->lane, &o);
	s->chance = (float)(0.001 * wt->success * o.take * o.pass);
	s->mu = (float)o.mu;
	s->sd = (float)o.sd;
	s->nu = (float)o.nu;
	s->slope = (float)o.slope;
	s->known = (float)o.known;
	s->base = (float)(-0.001 * wt->cost * ((double)s->wk->cost_usd_micro / 1e6) / r->price);
	s->share = (float)(0.001 * wt->load / (s->wk->capacity ? s->wk->capacity : 10));
}

static float bound_of(const struct order *o, const struct seat *s)
{
	double log_left = (o->horizon + 1e-9) * M_LN2 + log(1000);

	/* rounded up: no score is above it */
	return nextafterf((float)roster_score(s, log_left, 0), INFINITY);
}

static struct place place(const struct roster *r, const struct order *o, const struct seat *s)
{
	return (struct place){bound_of(o, s), s->external, (unsigned)(s - r->seats) & INT32_MAX};
}

/* ---- orders ---- */

static int place_before(const struct place *a, const struct place *b)
{
	if (a->external != b->external)
		return a->external < b->external;
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

static void move_place(struct roster *r, struct order *o, const struct place *old,
                       const struct place *new)
{
	uint32_t from = place_of(o, r->n, old);

	memmove(o->v + from, o->v + from + 1, (r->n - 1 - from) * sizeof(*new));
	uint32_t to = place_of(o, r->n - 1, new);
	memmove(o->v + to + 1, o->v + to, (r->n - 1 - to) * sizeof(*new));
	o->v[to] = *new;
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
		h += 2;
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
		o->v[i] = place(r, o, &r->seats[i]);
	qsort(o->v, r->n, sizeof(*o->v), by_bound);
	return o;
}

/* ---- up to date ---- */

static void expect_anew(struct world *w, struct roster *r, struct seat *s)
{
	struct place old[ROSTER_ORDERS], new;

	for (int i = 0; i < ROSTER_ORDERS; i++)
		if (r->orders[i].horizon >= 0)
			old[i] = place(r, &r->orders[i], s);
	expect(w, r, s);
	for (int i = 0; i < ROSTER_ORDERS; i++) {
		if (r->orders[i].horizon < 0)
			continue;
		new = place(r, &r->orders[i], s);
		move_place(r, &r->orders[i], &old[i], &new);
	}
}

static void expect_all(struct world *w, struct roster *r)
{
	drop_orders(r);
	for (uint32_t i = 0; i < r->n; i++)
		expect(w, r, &r->seats[i]);
	r->lane_shown = r->stats->n_shown;
	r->crews_shown = w->news.n_shown;
	r->news = r->stats->n_news;
}

static struct seat *find(const struct roster *r, uint32_t crew)
{
	for (uint32_t at = crew * 0x9e3779b1u & r->mask; r->slots[at]; at = (at + 1) & r->mask)
		if (r->crews[r->slots[at] - 1] == crew)
			return &r->seats[r->slots[at] - 1];
	return NULL;
}

struct seat *roster_find(const struct roster *r, const struct crew *c)
{
	return find(r, c->id);
}

static void expect_of(struct world *w, struct roster *r, uint32_t crew)
{
	struct seat *s = find(r, crew);

	if (s)
		expect_anew(w, r, s);
}

/* Answers come with several pieces of news: once is enough. */
static int told_again(const struct roster *r)
{
	const uint32_t *news = r->stats->news;

	for (uint32_t i = r->news + 1; i != r->stats->n_news; i++)
		if (news[i % LANE_NEWS] == news[r->news % LANE_NEWS])
			return 1;
	return 0;
}

/* What was learned since, one by one while that is cheaper than all at once. */
static void read_news(struct world *w, struct roster *r)
{
	uint32_t pairs = r->stats->n_news - r->news, crews = w->news.n_shown - r->crews_shown;

	if (r->lane_shown != r->stats->n_shown || pairs > LANE_NEWS || crews > CREW_NEWS ||
	    pairs > r->n / 2 + 1 || crews > 8 * r->n) {
		expect_all(w, r);
		return;
	}
	for (; r->news != r->stats->n_news; r->news++)
		if (!told_again(r))
			expect_of(w, r, r->stats->news[r->news % LANE_NEWS]);
	for (; r->crews_shown != w->news.n_shown; r->crews_shown++)
		expect_of(w, r, w->news.shown[r->crews_shown % CREW_NEWS]);
}

static int over(const struct roster *r, int64_t now_ms)
{
	return now_ms < r->from_ms || now_ms >= r->until_ms;
}

static void clear(struct world *w, struct roster *r)
{
	w->n_seats -= r->n;
	free(r->seats);
	free(r->slots);
	free(r->crews);
	json_decref(r->shown);
	json_decref(r->reasons);
	for (int i = 0; i < ROSTER_ORDERS; i++) {
		free(r->orders[i].v);
		r->orders[i] = (struct order){.horizon = -1};
	}
	r->seats = NULL;
	r->slots = NULL;
	r->crews = NULL;
	r->shown = NULL;
	r->reasons = NULL;
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

/* The longest unused ones go. */
static void make_room(struct world *w, const struct roster *keep)
{
	while (w->n_seats > ROSTER_SEATS_MAX && w->rosters->prev != keep)
		roster_drop(w, w->rosters->prev->match);
}

static void make(struct world *w, struct roster *r, int64_t now_ms)
{
	const struct lane *lane = config_lane(w->config, r->match->lane);

	clear(w, r);
	r->lane = lane;
	r->stats = match_stats(w, r->match);
	r->gen = w->config_gen;
	r->from_ms = now_ms;
	r->until_ms = INT64_MAX;
	r->price = lane && lane->price_usd_micro ? (double)lane->price_usd_micro / 1e6 : 1;
	roster_fill(w, r, now_ms);
	w->n_seats += r->n;
	expect_all(w, r);
	make_room(w, r);
	r->match->until_ms = r->until_ms;
	if (!r->match->ready && (r->match->fresh.n || r->match->tried.n)) {
		world_wake(w, r->match); /* somebody else asked; others may be eligible now */
		w->retell = 1;
	}
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
	if (r->gen != w->config_gen || !r->slots || over(r, now_ms))
		make(w, r, now_ms);
	else
		read_news(w, r);
	return r;
}
