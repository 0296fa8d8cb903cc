#include "engine/roster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"
#include "engine/lookup.h"
#include "engine/stats.h"
#include "engine/world.h"

/* ---- scores ---- */

double roster_in_time(const struct seat *s, double log_left, uint32_t live)
{
	const struct outlook o = {.mu = s->mu, .sd = s->sd, .nu = s->nu, .slope = s->slope};

	return outlook_within(&o, log_left, live && o.slope > 0 ? log1p(live) : 0);
}

double roster_score(const struct seat *s, double log_left, uint32_t live)
{
	double load = s->share * live;

	return s->chance * roster_in_time(s, log_left, live) + s->base - load;
}

static void expect(struct world *w, struct roster *r, struct seat *s)
{
	const struct weights *wt = &r->lane->weights;
	struct outlook o;

	r->first.seat = NULL;
	outlook_in(w, r->stats, &r->usual, s->crew, s->wk, &o);
	s->take = (float)o.take;
	s->pass = (float)o.pass;
	s->chance = (float)(0.001 * wt->success * o.take * o.pass);
	s->mu = (float)o.mu;
	s->sd = (float)o.sd;
	s->nu = (float)o.nu;
	s->slope = (float)o.slope;
	s->base = (float)(-0.001 * wt->cost * ((double)s->wk->cost_usd_micro / 1e6) / r->price);
	s->share = (float)(0.001 * wt->load / (s->wk->capacity ? s->wk->capacity : 10));
}

/* ---- blocks ---- */

static float rest_from(const struct roster *r, uint32_t b)
{
	const struct block *own = &r->blocks[b];
	float top = block_top(own);

	if (b + 1 < r->n_blocks && own->external == own[1].external && r->rest[b + 1] > top)
		top = r->rest[b + 1];
	return top;
}

static float bound_of(const struct seat *s)
{
	return idle_bound(s->chance, s->base);
}

/* There is one more where external ones begin. */
static uint32_t blocks_max(uint32_t n)
{
	return n / BLOCK + 2;
}

enum { KEYS = 256 };

/* External ones behind all others, else the better the bound the smaller; about. */
static uint32_t key_of(const struct seat *s, float least, float per_key)
{
	uint32_t key = (uint32_t)((bound_of(s) - least) * per_key);

	return (s->external ? 2 * KEYS : KEYS) - 1 - (key < KEYS ? key : KEYS - 1);
}

static float scale(const struct roster *r, float *least)
{
	float most = *least = r->n ? bound_of(&r->seats[0]) : 0;

	for (uint32_t i = 0; i < r->n; i++) {
		float bound = bound_of(&r->seats[i]);
		most = bound > most ? bound : most;
		*least = bound < *least ? bound : *least;
	}
	return most - *least > 1e-6F ? KEYS / (most - *least) : 0;
}

/* Seats into blocks by a counting sort. */
static void place_all(struct roster *r)
{
	uint32_t from[2 * KEYS + 1] = {0};
	float least, per_key = scale(r, &least);

	for (uint32_t i = 0; i < r->n; i++)
		from[key_of(&r->seats[i], least, per_key) + 1]++;
	for (uint32_t k = 0; k < KEYS; k++)
		from[k + 1] += from[k];
	from[KEYS] = (from[KEYS] + BLOCK - 1) / BLOCK * BLOCK; /* external ones begin a block */
	for (uint32_t k = KEYS; k < 2 * KEYS; k++)
		from[k + 1] += from[k];
	r->n_blocks = blocks_max(r->n);
	memset(r->blocks, 0, r->n_blocks * sizeof(*r->blocks));
	for (uint32_t i = 0; i < r->n; i++) {
		struct seat *s = &r->seats[i];
		s->place = from[key_of(s, least, per_key)]++;
		struct block *b = &r->blocks[s->place / BLOCK];
		b->n++;
		b->external = s->external;
		b->seat[s->place % BLOCK] = i;
		block_set(b, s->place % BLOCK, s);
	}
	while (r->n_blocks && !r->blocks[r->n_blocks - 1].n)
		r->n_blocks--;
	for (uint32_t b = r->n_blocks; b-- > 0;)
		r->rest[b] = rest_from(r, b);
}

/* ---- up to date ---- */

static void expect_anew(struct world *w, struct roster *r, struct seat *s)
{
	uint32_t b = s->place / BLOCK;

	expect(w, r, s);
	block_set(&r->blocks[b], s->place % BLOCK, s);
	for (;; b--) {
		float rest = rest_from(r, b);
		if (rest == r->rest[b])
			return;
		r->rest[b] = rest;
		if (!b || r->blocks[b - 1].external != r->blocks[b].external)
			return;
	}
}

static void expect_all(struct world *w, struct roster *r)
{
	outlook_of_lane(r->stats, r->lane, &r->usual);
	for (uint32_t i = 0; i < r->n; i++)
		expect(w, r, &r->seats[i]);
	place_all(r);
	r->lane_shown = r->stats->n_shown;
	r->crews_shown = w->news.n_shown;
	r->news = r->stats->n_news;
}

static struct seat *find(const struct roster *r, uint32_t crew)
{
	const struct slot *s;

	for (uint32_t at = crew * 0x9e3779b1u & r->mask; (s = &r->slots[at])->seat; at = (at + 1) & r->mask)
		if (s->crew == crew)
			return &r->seats[s->seat - 1];
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

/* Whoever's record changed since, by looking at all seats. */
static void read_all_shown(struct world *w, struct roster *r)
{
	for (uint32_t b = 0; b < r->n_blocks; b++)
		for (uint32_t i = 0; i < r->blocks[b].n; i++)
			if ((int32_t)(w->shown_at[r->blocks[b].crew[i]] - r->crews_shown) > 0)
				expect_anew(w, r, &r->seats[r->blocks[b].seat[i]]);
	r->crews_shown = w->news.n_shown;
}

/* What was learned since, one by one while that is cheaper than all at once. */
static void read_news(struct world *w, struct roster *r)
{
	uint32_t pairs = r->stats->n_news - r->news, crews = w->news.n_shown - r->crews_shown;

	if (r->lane_shown != r->stats->n_shown || pairs > LANE_NEWS || pairs > r->n / 2 + 1) {
		expect_all(w, r);
		return;
	}
	for (; r->news != r->stats->n_news; r->news++)
		if (!told_again(r))
			expect_of(w, r, r->stats->news[r->news % LANE_NEWS]);
	if (crews > CREW_NEWS || crews > r->n / 8)
		read_all_shown(w, r);
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
	free(r->blocks);
	free(r->rest);
	json_decref(r->shown);
	json_decref(r->reasons);
	r->seats = NULL;
	r->slots = NULL;
	r->blocks = NULL;
	r->rest = NULL;
	r->shown = NULL;
	r->reasons = NULL;
	r->first.seat = NULL;
	r->n = r->n_blocks = 0;
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
	r->blocks = mem_alloc(blocks_max(r->n) * sizeof(*r->blocks));
	r->rest = mem_alloc(blocks_max(r->n) * sizeof(*r->rest));
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
