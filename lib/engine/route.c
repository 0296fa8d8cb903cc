#include "engine/route.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "engine/duty.h"
#include "engine/lookup.h"
#include "engine/lot.h"
#include "engine/roster.h"
#include "engine/route_p.h"
#include "engine/world.h"
#include "json/js.h"

const char *const route_verdict_names[ROUTE_VERDICTS] = {
	[ROUTE_ELIGIBLE] = "eligible",
	[ROUTE_NO_WORKER] = "no_such_worker",
	[ROUTE_PAUSED] = "paused",
	[ROUTE_AWAY] = "away",
	[ROUTE_NOT_NAMED] = "not_named",
	[ROUTE_CONFIDENTIALITY] = "pool_not_allowed",
	[ROUTE_SKILLS] = "lacks_skills",
	[ROUTE_CERTIFICATIONS] = "lacks_certifications",
	[ROUTE_TRUST] = "trust_too_low",
	[ROUTE_RATING] = "rating_too_low",
	[ROUTE_SUSPENDED] = "suspended",
	[ROUTE_REQUESTER] = "is_the_requester",
	[ROUTE_HAS_IT] = "has_it",
	[ROUTE_DECLINED] = "declined_before",
	[ROUTE_OFF] = "out_of_hours",
	[ROUTE_FULL] = "at_capacity",
	[ROUTE_OUTSIDE] = "not_in_its_pools",
	[ROUTE_LANE_PAUSED] = "the_lane_is_paused",
};

const char *const route_rule_names[ROUTE_RULES + 1] = {"value", "least_loaded", "round_robin",
                                                       "random", NULL};

/* Not all of it zeroed: the lists are long and their lengths say what is in them. */
static void begin(struct picking *p, struct world *w, struct roster *r)
{
	p->w = w;
	p->r = r;
	p->t = NULL;
	p->requester = NULL;
	p->rule = ROUTE_BY_VALUE;
	p->log_left = 0;
	p->brief = p->n_best = p->n_others = p->n_hopes = 0;
	p->again.seat = NULL;
	p->again_offers = 0;
	p->idle = 0;
}

/* What the model says of a seat, in full. */
static void expected(const struct picking *p, const struct seat *s, struct outlook *o)
{
	outlook_in(p->w, p->r->stats, &p->r->usual, s->crew, s->wk, o);
}

/* ---- exploring ---- */

static const struct seat *explore(struct picking *p, int64_t now_ms, uint64_t *draw)
{
	enum { PROBES = 8 };
	const struct roster *r = p->r;
	const struct seat *least = NULL;
	double least_known = INFINITY;

	*draw = lot_of(&p->t->id, p->w->seq);
	if (!r->n || p->rule != ROUTE_BY_VALUE || p->t->n_assigns || (int)(*draw % 1000) >= r->lane->explore_milli ||
	    now_ms - p->t->created_ms > (p->t->due_ms - p->t->created_ms) / 2)
		return NULL;
	uint64_t h = *draw;
	for (int i = 0; i < PROBES; i++) {
		h = lot_mix(h + 0x9e3779b97f4a7c15u);
		const struct seat *s = &r->seats[h % r->n];
		struct outlook o;
		if (route_judge(p, s) != ROUTE_ELIGIBLE || s->external)
			continue;
		expected(p, s, &o);
		if (o.known < least_known) {
			least = s;
			least_known = o.known;
		}
	}
	return least;
}

/* ---- who has been asked ---- */

static void mark(struct world *w, const struct task *t, int set)
{
	if (w->n_marks < w->n_crews) {
		w->marks = mem_grow(w->marks, w->n_crews, sizeof(*w->marks));
		memset(w->marks + w->n_marks, 0, (w->n_crews - w->n_marks) * sizeof(*w->marks));
		w->n_marks = w->n_crews;
	}
	for (uint32_t i = 0; i < t->n_assigns; i++)
		w->marks[t->assigns[i].worker->id] = set ? i + 1 : 0;
}

static int64_t left_of(const struct task *t, int64_t now_ms)
{
	int64_t left = (t->breached ? t->expire_ms : t->due_ms) - now_ms;

	return left > 1000 ? left : 1000;
}

static void predict(const struct picking *p, const struct scored *c, struct choice *out)
{
	const struct misses *m = &p->r->stats->misses;
	struct outlook o;

	expected(p, c->seat, &o);
	double median = outlook_quantile(&o, 0.5, log1p(c->live));
	out->model_ms = (int64_t)fmin(median, 1e13);
	out->p50_ms = (int64_t)fmin(median * exp(m->q50), 1e14);
	out->p90_ms = (int64_t)fmin(median * exp(m->q90), 1e14);
}

/* Seats that this task will never go to, whatever becomes free. */
static void never(const struct picking *p, uint32_t counts[ROUTE_VERDICTS])
{
	const struct task *t = p->t;

	if (p->requester && roster_find(p->r, p->requester))
		counts[ROUTE_REQUESTER]++;
	for (int i = 0; i < t->n_assigns; i++)
		if (t->assigns[i].declined && t->assigns[i].state == AS_ENDED &&
		    t->assigns[i].worker != p->requester && roster_find(p->r, t->assigns[i].worker))
			counts[ROUTE_DECLINED]++;
}

static void nobody(const struct picking *p, json_t *why, struct choice *out)
{
	uint32_t counts[ROUTE_VERDICTS];

	memcpy(counts, p->r->refused, sizeof(counts));
	never(p, counts);
	out->nobody = p->r->n == counts[ROUTE_REQUESTER] + counts[ROUTE_DECLINED];
	out->class_full = p->r->n && !p->idle;
	if (!why || !out->nobody || p->t->told)
		return;
	json_t *reasons = json_object();
	route_reasons(reasons, counts);
	js_set_new(why, "reasons", reasons);
	js_set_new(why, "wouldHelp", route_remedies(p->t, counts));
	route_show(p, why);
}

/* What is kept of the last walk is the best of all, whatever the task. */
static int anybody_may(const struct picking *p)
{
	return p->brief && p->rule == ROUTE_BY_VALUE && (!p->t || !p->t->n_assigns) &&
	       !(p->requester && roster_find(p->r, p->requester));
}

/* As route_walk.  A task is mostly routed in the instant for which its time was estimated. */
static void walk(struct picking *p)
{
	struct roster *r = p->r;

	if (!anybody_may(p)) {
		route_walk(p);
		return;
	}
	if (!r->first.seat || r->first.log_left != p->log_left || r->first.load_gen != p->w->load_gen) {
		route_walk(p);
		r->first.seat = p->n_best ? p->best[0].seat : NULL;
		r->first.log_left = p->log_left;
		r->first.load_gen = p->w->load_gen;
		return;
	}
	p->best[0] = (struct scored){.seat = r->first.seat, .live = r->first.seat->crew->live};
	p->n_best = 1;
}

static void pick(struct picking *p, int64_t now_ms, json_t *why,
                 struct choice *out)
{
	uint64_t draw = 0;
	const struct seat *seat = explore(p, now_ms, &draw);
	struct scored c = {.seat = NULL};

	walk(p);
	if (seat)
		c = route_score(p, seat);
	else if (p->n_best)
		c = p->best[0];
	else
		c = p->again;
	if (!c.seat) {
		nobody(p, why, out);
		return;
	}
	out->worker = c.seat->wk;
	out->instead_of = c.seat->instead_of;
	predict(p, &c, out);
	if (!why)
		return;
	route_show(p, why);
	if (!seat)
		return;
	json_t *explored = json_object();
	js_set_int(explored, "draw", (int64_t)(draw % 1000));
	js_set_int(explored, "below", p->r->lane->explore_milli);
	js_set_new(why, "explored", explored);
}

void route_choose(struct world *w, struct task *t, int64_t now_ms, json_t *why, struct choice *out)
{
	struct picking p;

	begin(&p, w, roster_of(w, t->match, now_ms));
	p.t = t;
	p.rule = w->rule;
	p.requester = task_requester(w, t);
	p.log_left = log((double)left_of(t, now_ms));
	p.brief = !why;
	memset(out, 0, sizeof(*out));
	mark(w, t, 1);
	pick(&p, now_ms, why, out);
	mark(w, t, 0);
}

/* ---- questions of others ---- */

enum route_verdict route_may_take(struct world *w, struct task *t, const char *name, int64_t now_ms,
                                  const struct worker **wk)
{
	struct roster *r = roster_of(w, t->match, now_ms);
	const struct crew *c = world_find_crew(w, name);
	const struct seat *s = c ? roster_find(r, c) : NULL;
	struct picking p;

	begin(&p, w, r);
	p.t = t;
	p.requester = task_requester(w, t);
	*wk = s ? s->wk : NULL;
	if (!s)
		return roster_verdict(w, t->match, name, now_ms);
	mark(w, t, 1);
	enum route_verdict v = route_judge(&p, s);
	mark(w, t, 0);
	return v;
}

int64_t route_estimate(struct world *w, const struct spec *spec, const char *kind, int64_t now_ms)
{
	struct match *m = world_match_kind(w, spec, kind);
	struct roster *r = roster_of(w, m, now_ms);
	struct picking p;
	struct outlook o;
	double ms;

	if (!r->n)
		return 0;
	begin(&p, w, r);
	p.log_left = log((double)spec->sla_ms);
	p.brief = 1;
	walk(&p);
	if (!p.n_best) { /* who would be first of those who are busy */
		p.brief = 0;
		route_walk(&p);
	}
	const struct seat *s = p.n_best ? p.best[0].seat : p.others[0].seat;
	expected(&p, s, &o);
	if (p.n_best) /* else each takes one after the other; those before it are shared out */
		ms = outlook_quantile(&o, 0.5, log1p(s->crew->live));
	else
		ms = outlook_quantile(&o, 0.5, 0) * (1 + (double)(m->fresh.n + m->tried.n + 1) / r->n);
	return (int64_t)fmin(ms * exp(r->stats->misses.q50), 1e13);
}

/* While it is not answered, the chance that it will be in time falls; when it is one half, it is
 * time: F(due) - F(t) = (1 - F(t)) / 2, so F(t) = 2 F(due) - 1. */
int64_t route_backup_ms(const struct world *w, const struct task *t, const char *name,
                        int64_t now_ms)
{
	const struct lane *lane = match_lane(w, t->match);
	const struct assign *a = task_assign_of(t, name);
	const struct worker *wk = a ? crew_worker(w, a->worker) : NULL;
	struct outlook o;

	if (!lane || !lane->backup || !lane->predictive || !a || t->warned || t->due_ms <= now_ms)
		return INT64_MAX;
	outlook_of(w, match_stats((struct world *)w, t->match), a->worker, wk, lane, &o);
	double x = wk && wk->kind == WORKER_HUMAN ? log1p(a->load) : 0;
	double p = 2 * outlook_within(&o, log((double)(t->due_ms - a->since_ms)), x) - 1;
	int64_t at = now_ms + (t->due_ms - now_ms) / 10; /* a moment to begin */
	if (p > 0.001) {
		double ms = outlook_quantile(&o, p < 0.999 ? p : 0.999, x);
		if (ms > (double)(t->due_ms - a->since_ms))
			return INT64_MAX;
		if (a->since_ms + (int64_t)ms > at)
			at = a->since_ms + (int64_t)ms;
	}
	return at < t->warn_ms ? at : INT64_MAX;
}
