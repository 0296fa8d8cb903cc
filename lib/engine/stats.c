#include "engine/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/lookup.h"
#include "engine/outlook.h"
#include "engine/world.h"

#define HALF_LIFE_MS (INT64_C(30) * 24 * HOUR_MS) /* where no lane says another */

/* ---- pairs ---- */

static size_t slot_of(const struct pairs *p, uint32_t lane, uint32_t crew)
{
	uint64_t h = ((uint64_t)lane << 32 | crew) * 0x9e3779b97f4a7c15u;
	size_t i = (size_t)(h >> 24) & (p->cap - 1);

	while (p->v[i].lane && (p->v[i].lane != lane || p->v[i].crew != crew))
		i = (i + 1) & (p->cap - 1);
	return i;
}

const struct pair *stats_pair_find(const struct world *w, const struct lane_stats *l,
                                   const struct crew *c)
{
	if (!w->pairs.cap)
		return NULL;
	const struct pair *p = &w->pairs.v[slot_of(&w->pairs, l->id + 1, c->id + 1)];
	return p->lane ? p : NULL;
}

const struct record *stats_pair(const struct world *w, const struct lane_stats *l,
                                const struct crew *c)
{
	const struct pair *p = stats_pair_find(w, l, c);

	return p ? &p->rec : NULL;
}

static void grow(struct pairs *p)
{
	struct pairs old = *p;

	p->cap = old.cap ? 2 * old.cap : 256;
	p->v = mem_alloc(p->cap * sizeof(*p->v));
	for (size_t i = 0; i < old.cap; i++)
		if (old.v[i].lane)
			p->v[slot_of(p, old.v[i].lane, old.v[i].crew)] = old.v[i];
	free(old.v);
}

struct pair *stats_pair_make(struct world *w, uint32_t lane, uint32_t crew)
{
	struct pairs *p = &w->pairs;

	if (p->n + 1 > p->cap / 4 * 3)
		grow(p);
	struct pair *at = &p->v[slot_of(p, lane + 1, crew + 1)];
	if (!at->lane) {
		at->lane = lane + 1;
		at->crew = crew + 1;
		p->n++;
	}
	return at;
}

void stats_release(struct world *w)
{
	free(w->pairs.v);
	free(w->news.lanes);
	free(w->news.crews);
}

/* ---- evidence that fades ---- */

static void fade(struct record *r, int64_t at_ms, int64_t half_life_ms)
{
	double f = 1;

	if (at_ms <= r->at_ms)
		return;
	if (r->at_ms)
		f = exp2(-(double)(at_ms - r->at_ms) / (double)half_life_ms);
	r->at_ms = at_ms;
	r->take.yes *= f;
	r->take.no *= f;
	r->pass.yes *= f;
	r->pass.no *= f;
	r->time.n *= f;
	r->time.ss *= f;
}

/* One more value of weight ${u}; ${own} is its own variance, where it is but expected. */
static void spread_add(struct spread *s, double y, double u, double own)
{
	double d = y - s->mean;

	s->n += u;
	s->mean += u * d / s->n;
	s->ss += u * (d * (y - s->mean) + own);
}

void stats_unsettled_lane(struct world *w, struct lane_stats *l)
{
	if (l->dirty)
		return;
	l->dirty = 1;
	w->news.lanes = mem_grow(w->news.lanes, w->news.n_lanes + 1, sizeof(*w->news.lanes));
	w->news.lanes[w->news.n_lanes++] = l;
}

void stats_unsettled_crew(struct world *w, struct crew *c)
{
	if (c->dirty)
		return;
	c->dirty = 1;
	w->news.crews = mem_grow(w->news.crews, w->news.n_crews + 1, sizeof(*w->news.crews));
	w->news.crews[w->news.n_crews++] = c;
}

static void show_lane(struct lane_stats *l)
{
	l->shown = l->now;
	l->shown_slope = l->slope;
	l->n_shown++;
}

static void show_crew(struct world *w, struct crew *c)
{
	c->shown = c->now;
	w->news.shown[w->news.n_shown++ % CREW_NEWS] = c->id;
	w->shown_at[c->id] = w->news.n_shown;
}

void stats_day(struct world *w, int64_t at_ms)
{
	const int64_t day_ms = 24 * HOUR_MS;
	int64_t into = at_ms - w->day * day_ms;

	if (into >= 0 && into < day_ms) /* nearly always, and a division costs more than the rest */
		return;
	w->day = at_ms / day_ms;
	for (size_t i = 0; i < w->news.n_lanes; i++) {
		show_lane(w->news.lanes[i]);
		w->news.lanes[i]->dirty = 0;
	}
	for (size_t i = 0; i < w->news.n_crews; i++) {
		show_crew(w, w->news.crews[i]);
		w->news.crews[i]->dirty = 0;
	}
	w->news.n_lanes = w->news.n_crews = 0;
}

static double weight(const struct record *r)
{
	return r->take.yes + r->take.no + r->pass.yes + r->pass.no + r->time.n;
}

static int much_more(const struct record *now, const struct record *shown)
{
	return weight(now) > 2 * weight(shown) + 2;
}

/* ---- times ---- */

struct timing {
	struct world *w;
	struct lane_stats *l;
	struct crew *c;
	struct record *pair;
	struct outlook o; /* what was expected */
	double x;         /* log(1 + what else the worker had) */
};

/* A time freed of load, into all three records. */
static void add_time(struct timing *m, double y, double u, double own)
{
	double r = y - m->o.mu;
	struct spread *lane = &m->l->now.time;

	spread_add(&m->pair->time, y, u, own);
	spread_add(&m->c->now.time, y - m->o.lane_mu, u, own);
	lane->n += u;
	lane->mean += u * (y - m->o.offset - lane->mean) / lane->n;
	lane->ss += u * (r * r + own);
}

static void add_answered(struct timing *m, double y)
{
	m->l->slope.xx += m->x * m->x;
	m->l->slope.xy += m->x * (y - m->o.mu);
	add_time(m, y - m->o.slope * m->x, 1, 0);
}

/* E[y | y > c] of a normal, and what is left of its variance. */
static void add_censored(struct timing *m, double y)
{
	double sd = m->o.sd, z = (y - m->o.slope * m->x - m->o.mu) / sd;

	if (z < -1) /* it had hardly begun */
		return;
	if (z > 4)
		z = 4; /* beyond that the model is wrong, not the worker infinitely slow */
	double beyond = 0.5 * erfc(z * M_SQRT1_2);
	double mills = exp(-0.5 * z * z) / (2.5066282746310002 * beyond);
	add_time(m, m->o.mu + sd * mills, 1 - beyond, sd * sd * (1 + z * mills - mills * mills));
}

static void saw_time(struct timing *m, const struct assign *a, enum evidence what, int64_t at_ms)
{
	const struct worker *wk = crew_worker(m->w, m->c);
	int64_t ms = at_ms - a->since_ms;

	if (ms < 1)
		ms = 1;
	m->x = wk && wk->kind == WORKER_HUMAN ? log1p(a->load) : 0;
	if (what == SEEN_ANSWERED)
		add_answered(m, log((double)ms));
	else
		add_censored(m, log((double)ms));
}

static void count(struct record *r, enum evidence what)
{
	switch (what) {
	case SEEN_ACCEPTED:
		r->take.yes++;
		break;
	case SEEN_REFUSED:
		r->take.no++;
		break;
	case SEEN_PASSED:
		r->pass.yes++;
		break;
	case SEEN_REJECTED:
		r->pass.no++;
		break;
	default:
		break;
	}
}

void stats_saw(struct world *w, const struct task *t, struct assign *a, enum evidence what,
               int64_t at_ms)
{
	const struct lane *lane = match_lane(w, t->match);
	int64_t half = lane ? lane->half_life_ms : HALF_LIFE_MS;
	struct timing m = {.w = w, .l = match_stats(w, t->match), .c = a->worker};

	m.pair = &stats_pair_make(w, m.l->id, m.c->id)->rec;
	fade(m.pair, at_ms, half);
	fade(&m.l->now, at_ms, half);
	fade(&m.c->now, at_ms, HALF_LIFE_MS);
	count(m.pair, what);
	count(&m.l->now, what);
	count(&m.c->now, what);
	if (what == SEEN_ANSWERED || what == SEEN_NOTHING) {
		outlook_of(w, m.l, m.c, crew_worker(w, m.c), lane, &m.o);
		saw_time(&m, a, what, at_ms);
	}
	m.l->news[m.l->n_news++ % LANE_NEWS] = m.c->id;
	stats_unsettled_lane(w, m.l);
	stats_unsettled_crew(w, m.c);
	if (much_more(&m.l->now, &m.l->shown))
		show_lane(m.l);
	if (much_more(&m.c->now, &m.c->shown))
		show_crew(w, m.c);
}

/* Robbins and Monro (1951): each miss moves the quantile by a step, so that it is passed by the
 * share it stands for, whatever the distribution. */
void stats_took(struct lane_stats *l, int64_t took_ms, int64_t model_ms)
{
	struct misses *m = &l->misses;
	double step = 2 / (m->n + 4);

	if (took_ms < 1 || model_ms < 1)
		return;
	if (step < 0.08)
		step = 0.08;
	double r = log((double)took_ms / (double)model_ms);
	m->q50 += step * ((r > m->q50) - 0.5);
	m->q90 += step * 2 * ((r > m->q90) - 0.1);
	if (m->q90 < m->q50)
		m->q90 = m->q50;
	m->n++;
}
