#include "engine/route.h"

#include <string.h>

#include "engine/world.h"
#include "json/js.h"
#include "model/traits.h"

const char *const route_verdict_names[ROUTE_VERDICTS] = {
	[ROUTE_ELIGIBLE] = "eligible",
	[ROUTE_NO_WORKER] = "no_such_worker",
	[ROUTE_PAUSED] = "paused",
	[ROUTE_KIND] = "kind_not_served",
	[ROUTE_SKILLS] = "lacks_skills",
	[ROUTE_CERTIFICATIONS] = "lacks_certifications",
	[ROUTE_TRUST] = "trust_too_low",
	[ROUTE_RATING] = "rating_too_low",
	[ROUTE_CONFIDENTIALITY] = "pool_not_allowed",
	[ROUTE_REQUESTER] = "is_the_requester",
	[ROUTE_HAS_IT] = "has_it",
	[ROUTE_DECLINED] = "declined_before",
	[ROUTE_FULL] = "at_capacity",
};

struct candidate {
	const struct worker *worker;
	int external;     /* asked after internal ones when the policy says internal_first */
	unsigned offers;  /* of this task to this worker */
	unsigned live;
};

struct picking {
	const struct world *w;
	const struct task *t;
	json_t *shown; /* borrowed, may be NULL */
	struct candidate best;
	int own_reason; /* somebody was out for a reason of this task only */
};

/* Reasons that hold for every task of this match come first, those of this task last. */
static enum route_verdict judge(const struct picking *p, const struct pool *pool,
                                const struct worker *wk)
{
	const struct match *m = p->t->match;
	const struct requirements *need = &m->need;

	if (!wk)
		return ROUTE_NO_WORKER;
	if (wk->paused)
		return ROUTE_PAUSED;
	if (wk->kind == WORKER_HTTP)
		return ROUTE_KIND;
	if (m->confidentiality >= CONF_INTERNAL_ONLY && pool->kind != POOL_INTERNAL)
		return ROUTE_CONFIDENTIALITY;
	if (!traits_meet(&need->skills, &wk->skills))
		return ROUTE_SKILLS;
	if (!strings_subset(&need->certifications, &wk->certifications.names))
		return ROUTE_CERTIFICATIONS;
	if (wk->trust_level < need->trust_level)
		return ROUTE_TRUST;
	if (wk->rating_milli < need->min_rating_milli)
		return ROUTE_RATING;
	const struct crew *c = world_find_crew(p->w, wk->name);
	if (wk->capacity && c && c->live >= (uint32_t)wk->capacity)
		return ROUTE_FULL;
	if (strcmp(p->t->from->name, wk->name) == 0)
		return ROUTE_REQUESTER;
	const struct assign *a = task_assign_of(p->t, wk->name);
	if (a && a->state != AS_ENDED)
		return ROUTE_HAS_IT;
	return a && a->declined ? ROUTE_DECLINED : ROUTE_ELIGIBLE;
}

static int better(const struct candidate *a, const struct candidate *b)
{
	if (!b->worker)
		return 1;
	if (a->external != b->external)
		return a->external < b->external;
	if (a->offers != b->offers)
		return a->offers < b->offers;
	if (a->live != b->live)
		return a->live < b->live;
	return strcmp(a->worker->name, b->worker->name) < 0;
}

static void show(struct picking *p, const char *name, enum route_verdict v)
{
	if (!p->shown || json_array_size(p->shown) >= ROUTE_CANDIDATES_SHOWN)
		return;
	json_t *c = json_object();
	js_set_str(c, "worker", name);
	js_set_str(c, "verdict", route_verdict_names[v]);
	json_array_append_new(p->shown, c);
}

static void consider(struct picking *p, const struct pool *pool, const char *name)
{
	const struct worker *wk = config_worker(p->w->config, name);
	enum route_verdict v = judge(p, pool, wk);

	show(p, name, v);
	if (v == ROUTE_REQUESTER || v == ROUTE_DECLINED || v == ROUTE_HAS_IT)
		p->own_reason = 1;
	if (v != ROUTE_ELIGIBLE)
		return;
	const struct crew *crew = world_find_crew(p->w, name);
	const struct assign *a = task_assign_of(p->t, name);
	struct candidate c = {
		.worker = wk,
		.external = p->t->match->confidentiality == CONF_INTERNAL_FIRST &&
		            pool->kind == POOL_EXTERNAL,
		.offers = a ? a->offers : 0,
		.live = crew ? crew->live : 0,
	};
	if (better(&c, &p->best))
		p->best = c;
}

static void consider_pool(struct picking *p, const char *name)
{
	const struct pool *pool = config_pool(p->w->config, name);

	for (size_t i = 0; pool && i < pool->members.n; i++)
		consider(p, pool, pool->members.s[i]);
}

const struct worker *route_pick(const struct world *w, const struct task *t, json_t *candidates,
                                int *class_full)
{
	struct picking p = {.w = w, .t = t, .shown = candidates};
	const struct lane *lane = config_lane(w->config, t->match->lane);

	if (t->match->pool)
		consider_pool(&p, t->match->pool);
	else
		for (size_t i = 0; lane && i < lane->pools.n; i++)
			consider_pool(&p, lane->pools.s[i]);
	*class_full = !p.best.worker && !p.own_reason;
	return p.best.worker;
}
