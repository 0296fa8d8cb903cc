/* Who may be asked at all: the reasons that hold for every task of a match. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/duty.h"
#include "engine/reputation.h"
#include "engine/roster.h"
#include "engine/staff.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/traits.h"

enum { DELEGATES_MAX = 4 /* from one to the next */ };

struct filling {
	struct world *w;
	struct roster *r;
	const struct match *m;
	int64_t now_ms;
	uint32_t cap;
	int any_suspended; /* in the lane */
};

static void until(struct filling *f, int64_t ms)
{
	if (ms > f->now_ms && ms < f->r->until_ms)
		f->r->until_ms = ms;
}

/* The absence that covers ${now}, or NULL; whatever changes later bounds the roster's time. */
static const struct away *away_now(struct filling *f, const struct worker *wk)
{
	const struct away *found = NULL;

	for (size_t i = 0; i < wk->n_away; i++) {
		const struct away *a = &wk->away[i];
		until(f, a->from_ms);
		until(f, a->until_ms);
		if (a->from_ms <= f->now_ms && f->now_ms < a->until_ms && !found)
			found = a;
	}
	return found;
}

static int certified(struct filling *f, const struct worker *wk)
{
	const struct strings *need = &f->m->need.certifications;
	int ok = 1;

	for (size_t i = 0; i < need->n; i++) {
		int64_t ends = traits_of(&wk->certifications, need->s[i], INT64_MIN);
		until(f, ends);
		ok &= ends > f->now_ms;
	}
	return ok;
}

static void refuse(struct filling *f, const char *name, const char *instead_of, enum route_verdict v)
{
	struct roster *r = f->r;

	r->refused[v]++;
	if (json_array_size(r->shown) >= ROSTER_REFUSED_MAX)
		return;
	char line[256];
	snprintf(line, sizeof(line), "%s %s%s%s", name, route_verdict_names[v],
	         instead_of ? " for " : "", instead_of ? instead_of : "");
	json_array_append_new(r->shown, json_string(line));
}

static void seat(struct filling *f, const struct worker *wk, const char *instead_of, int external)
{
	struct roster *r = f->r;

	if (r->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 16;
		r->seats = mem_grow(r->seats, f->cap, sizeof(*r->seats));
	}
	struct seat *s = &r->seats[r->n++];
	memset(s, 0, sizeof(*s));
	s->crew = world_crew(f->w, wk->name);
	s->wk = wk;
	s->instead_of = instead_of;
	s->external = external && f->m->confidentiality == CONF_INTERNAL_FIRST;
	duty_know(f->w, s->crew, wk, f->now_ms);
}

/* Who stands for ${wk} now: itself, or whoever it leads to; NULL: nobody.  Going in circles ends. */
static const struct worker *stand_in(struct filling *f, const struct worker *wk)
{
	for (int hops = 0; wk && hops <= DELEGATES_MAX; hops++) {
		const struct away *a = away_now(f, wk);
		if (!a)
			return wk;
		wk = a->delegate ? config_worker(f->w->config, a->delegate) : NULL;
	}
	return NULL;
}

static int barred(const struct filling *f, int external)
{
	return external && (f->m->confidentiality == CONF_INTERNAL_ONLY ||
	                    (f->m->confidentiality == CONF_RESTRICTED && !f->m->need.workers.n));
}

static int suspended(const struct filling *f, const struct worker *wk)
{
	const struct crew *c = f->any_suspended ? world_find_crew(f->w, wk->name) : NULL;

	return c && reputation_suspended(f->w, f->m->lane, c);
}

static enum route_verdict judge(struct filling *f, const struct worker *wk, int external)
{
	const struct requirements *need = &f->m->need;

	if (!wk)
		return ROUTE_NO_WORKER;
	until(f, wk->pause_ends_ms);
	if (f->now_ms < wk->pause_ends_ms)
		return ROUTE_PAUSED;
	if (need->workers.n && !strings_has(&need->workers, wk->name))
		return ROUTE_NOT_NAMED;
	if (barred(f, external))
		return ROUTE_CONFIDENTIALITY;
	if (suspended(f, wk))
		return ROUTE_SUSPENDED;
	if (!traits_meet(&need->skills, &wk->skills))
		return ROUTE_SKILLS;
	if (!certified(f, wk))
		return ROUTE_CERTIFICATIONS;
	if (wk->trust_level < need->trust_level)
		return ROUTE_TRUST;
	return wk->rating_milli < need->min_rating_milli ? ROUTE_RATING : ROUTE_ELIGIBLE;
}

static void consider(struct filling *f, const struct staff *s, uint32_t at)
{
	const struct worker *wk = s->members[at], *who = wk && wk->n_away ? stand_in(f, wk) : wk;
	const char *name = s->pool->members.s[at];
	int external = staff_external(s->pool, wk);

	if (wk && !who) {
		refuse(f, name, NULL, ROUTE_AWAY);
		return;
	}
	const char *instead_of = who != wk ? name : NULL;
	if (instead_of && who->external && s->pool->kind != POOL_INTERNAL)
		external = 1;
	enum route_verdict v = judge(f, who, external);
	if (v == ROUTE_ELIGIBLE)
		seat(f, who, instead_of, external);
	else
		refuse(f, who ? who->name : name, instead_of, v);
}

/* What is to be said of members that are not looked at, since they lack a skill. */
static void refuse_others(struct filling *f, const uint32_t counts[STAFF_CLASSES])
{
	uint32_t *refused = f->r->refused;

	refused[ROUTE_NO_WORKER] += counts[STAFF_MISSING];
	refused[ROUTE_PAUSED] += counts[STAFF_PAUSED];
	refused[ROUTE_SKILLS] += counts[STAFF_OWN];
	refused[barred(f, 1) ? ROUTE_CONFIDENTIALITY : ROUTE_SKILLS] += counts[STAFF_EXTERNAL];
}

static uint32_t behind(const struct places *p, uint32_t at)
{
	uint32_t i = 0;

	while (i < p->n && p->at[i] < at)
		i++;
	return i;
}

/* Those from ${at} on who have the rarest skill, and who may have somebody in their place. */
static void consider_skilled(struct filling *f, const struct staff *s, uint32_t at,
                             uint32_t counts[STAFF_CLASSES])
{
	const struct places *have = staff_rarest(s, &f->m->need.skills), *absent = &s->absent;
	uint32_t i = behind(have, at), k = behind(absent, at);

	while (i < have->n || k < absent->n) {
		if (k == absent->n || (i < have->n && have->at[i] < absent->at[k])) {
			counts[s->class[have->at[i]]]--;
			consider(f, s, have->at[i++]);
		} else {
			consider(f, s, absent->at[k++]);
		}
	}
}

/* As if all were considered in turn. */
static void consider_pool(struct filling *f, const char *name)
{
	const struct pool *pool = config_pool(f->w->config, name);
	const struct staff *s = pool ? staff_of(f->w, pool) : NULL;
	int by_skill = s && s->indexed && !f->any_suspended && f->m->need.skills.names.n && !f->m->need.workers.n;
	uint32_t counts[STAFF_CLASSES], at = 0;

	if (!s)
		return;
	memcpy(counts, s->counts, sizeof(counts));
	/* until all that are shown have been refused */
	for (; at < s->n && !(by_skill && json_array_size(f->r->shown) == ROSTER_REFUSED_MAX); at++) {
		consider(f, s, at);
		counts[s->class[at]] -= !s->members[at] || !staff_varies(s->members[at]);
	}
	if (!by_skill)
		return;
	consider_skilled(f, s, at, counts);
	refuse_others(f, counts);
}

/* By name; who is there in more than one way counts once: of our own before external, and in its
 * own name before somebody else's. */
static int by_name(const void *a, const void *b)
{
	const struct seat *x = a, *y = b;
	int c = x->crew == y->crew ? 0 : strcmp(x->wk->name, y->wk->name);

	if (c)
		return c;
	if (x->external != y->external)
		return (int)x->external - (int)y->external;
	if (!x->instead_of != !y->instead_of)
		return x->instead_of ? 1 : -1;
	return x->instead_of ? strcmp(x->instead_of, y->instead_of) : 0;
}

static void sort_unique(struct roster *r)
{
	uint32_t kept = 0;
	int sorted = 1;

	for (uint32_t i = 1; i < r->n && sorted; i++)
		sorted = by_name(&r->seats[i - 1], &r->seats[i]) < 0;
	if (!sorted)
		qsort(r->seats, r->n, sizeof(*r->seats), by_name);
	for (uint32_t i = 0; i < r->n; i++)
		if (!i || r->seats[kept - 1].crew != r->seats[i].crew)
			r->seats[kept++] = r->seats[i];
	r->n = kept;
}

static void index_seats(struct roster *r)
{
	uint32_t size = 4;

	while (size < 2 * r->n + 2)
		size *= 2;
	r->mask = size - 1;
	r->slots = mem_alloc(size * sizeof(*r->slots));
	for (uint32_t i = 0; i < r->n; i++) {
		uint32_t crew = r->seats[i].crew->id, at = crew * 0x9e3779b1u & r->mask;
		while (r->slots[at].seat)
			at = (at + 1) & r->mask;
		r->slots[at] = (struct slot){crew, i + 1};
	}
}

static int lane_paused(struct filling *f, const struct lane *lane)
{
	until(f, lane->pause_ends_ms);
	return f->now_ms < lane->pause_ends_ms;
}

static void pause_all(struct roster *r)
{
	r->refused[ROUTE_LANE_PAUSED] = r->n ? r->n : 1;
	r->n = 0;
}

void roster_fill(struct world *w, struct roster *r, int64_t now_ms)
{
	struct filling f = {.w = w, .r = r, .m = r->match, .now_ms = now_ms};
	const struct book *book = reputation_book(w, f.m->lane);

	f.any_suspended = book && book->suspended;
	r->shown = json_array();
	if (f.m->pool)
		consider_pool(&f, f.m->pool);
	else
		for (size_t i = 0; r->lane && i < r->lane->pools.n; i++)
			consider_pool(&f, r->lane->pools.s[i]);
	if (!r->lane)
		r->n = 0; /* its document is gone: nobody is asked */
	else if (lane_paused(&f, r->lane))
		pause_all(r);
	sort_unique(r);
	index_seats(r);
	r->reasons = json_object();
	route_reasons(r->reasons, r->refused);
	while (r->n > ROUTE_ALL_SHOWN && json_array_size(r->shown) > ROSTER_REFUSED_SHOWN)
		json_array_remove(r->shown, json_array_size(r->shown) - 1);
}

static enum route_verdict judge_in(struct filling *f, const char *pool_name, const char *name)
{
	const struct pool *pool = config_pool(f->w->config, pool_name);
	const struct worker *wk = config_worker(f->w->config, name);

	if (!pool || !strings_has(&pool->members, name))
		return ROUTE_OUTSIDE;
	if (wk && away_now(f, wk))
		return ROUTE_AWAY;
	return judge(f, wk, staff_external(pool, wk));
}

enum route_verdict roster_verdict(struct world *w, struct match *m, const char *name, int64_t now_ms)
{
	struct roster r = {.match = m, .until_ms = INT64_MAX};
	struct filling f = {.w = w, .r = &r, .m = m, .now_ms = now_ms, .any_suspended = 1};
	const struct lane *lane = config_lane(w->config, m->lane);
	enum route_verdict v = ROUTE_OUTSIDE;

	if (!lane)
		return v;
	if (m->pool)
		v = judge_in(&f, m->pool, name);
	for (size_t i = 0; !m->pool && i < lane->pools.n && v != ROUTE_ELIGIBLE; i++) {
		enum route_verdict in = judge_in(&f, lane->pools.s[i], name);
		if (in != ROUTE_OUTSIDE)
			v = in;
	}
	return v == ROUTE_ELIGIBLE && lane_paused(&f, lane) ? ROUTE_LANE_PAUSED : v;
}
