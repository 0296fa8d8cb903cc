/*
 * Whom to ask at a level of a chain.
 *
 * The operator named the level's agents: neither skills nor what else the lane requires speak
 * against them.  Whoever is away, paused or out of hours is not there; whoever is at capacity has
 * no room now.  A schedule says who is on call: neither hours nor load excuse from that.
 *
 * A level at which nobody is there is passed over at once, but never the last one of a round: so
 * a chain of nobodies takes its time and does not run round and round.  Where somebody is there
 * and only has no room the level is not empty: it waits, at most for its time.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "engine/decide_p.h"
#include "engine/duty.h"
#include "engine/escalation.h"
#include "engine/lookup.h"
#include "engine/route.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/schedule.h"

struct candidate {
	const struct worker *worker;
	const char *instead_of; /* who is away; NULL: nobody */
	uint32_t live;
};

struct asking {
	struct world *w;
	const struct task *t;
	struct candidate best[CHAIN_ACKS_MAX];
	int n, max;
	int on_call; /* a schedule named them */
	int64_t now_ms;
	int64_t next_ms; /* when somebody comes or goes */
	uint32_t counts[ROUTE_VERDICTS];
	json_t *lines; /* owned: candidates as the journal has them (engine/route.h) */
};

static int before(const struct candidate *a, const struct candidate *b)
{
	if (a->live != b->live)
		return a->live < b->live;
	return strcmp(a->worker->name, b->worker->name) < 0;
}

/* Insert where it belongs; the last one falls off. */
static void insert(struct asking *q, struct candidate c)
{
	int at = q->n;

	for (int i = 0; i < q->n; i++)
		if (q->best[i].worker == c.worker)
			return;
	while (at > 0 && before(&c, &q->best[at - 1]))
		at--;
	if (at == q->max)
		return;
	if (q->n < q->max)
		q->n++;
	memmove(&q->best[at + 1], &q->best[at], (size_t)(q->n - 1 - at) * sizeof(c));
	q->best[at] = c;
}

enum { DELEGATES_MAX = 4 /* from one to the next, as in roster_fill.c */ };

static const struct away *away_now(struct asking *q, const struct worker *wk)
{
	const struct away *found = NULL;

	for (size_t i = 0; i < wk->n_away; i++) {
		const struct away *a = &wk->away[i];
		int64_t edge = q->now_ms < a->from_ms ? a->from_ms : a->until_ms;
		if (edge > q->now_ms && edge < q->next_ms)
			q->next_ms = edge;
		if (!found && a->from_ms <= q->now_ms && q->now_ms < a->until_ms)
			found = a;
	}
	return found;
}

/* Who stands for ${wk} now: itself, or whoever it leads to; NULL: nobody. */
static const struct worker *stand_in(struct asking *q, const struct worker *wk)
{
	for (int hops = 0; wk && hops <= DELEGATES_MAX; hops++) {
		const struct away *a = away_now(q, wk);
		if (!a)
			return wk;
		wk = a->delegate ? config_worker(q->w->config, a->delegate) : NULL;
	}
	return NULL;
}

static enum route_verdict judge(struct asking *q, const struct worker *wk, struct crew *crew)
{
	const struct assign *a = task_assign_of(q->t, wk->name);

	if (q->now_ms < wk->pause_ends_ms) {
		if (wk->pause_ends_ms < q->next_ms)
			q->next_ms = wk->pause_ends_ms;
		return ROUTE_PAUSED;
	}
	if (strcmp(sender_name(q->w, q->t->from->name), wk->name) == 0)
		return ROUTE_REQUESTER;
	if (a && a->state)
		return ROUTE_HAS_IT;
	if (a && a->declined)
		return ROUTE_DECLINED;
	duty_know(q->w, crew, wk, q->now_ms); /* so that it is known when they become free */
	if (q->on_call || !duty_busy(q->w, crew->id))
		return ROUTE_ELIGIBLE;
	return crew->off ? ROUTE_OFF : ROUTE_FULL;
}

static json_t *line_of(const char *name, const char *instead_of, enum route_verdict v)
{
	char line[256];

	snprintf(line, sizeof(line), "%s %s%s%s", name, route_verdict_names[v],
	         instead_of ? " for " : "", instead_of ? instead_of : "");
	return json_string(line);
}

static void note(struct asking *q, const char *name, const char *instead_of, enum route_verdict v)
{
	q->counts[v]++;
	if (q->lines && json_array_size(q->lines) < ROUTE_ALL_SHOWN)
		json_array_append_new(q->lines, line_of(name, instead_of, v));
}

static void consider(struct asking *q, const char *name)
{
	const struct worker *own = config_worker(q->w->config, name);
	const struct worker *wk = own ? stand_in(q, own) : NULL;

	if (!wk) {
		note(q, name, NULL, own ? ROUTE_AWAY : ROUTE_NO_WORKER);
		return;
	}
	const char *instead_of = wk == own ? NULL : name;
	struct crew *crew = world_crew(q->w, wk->name);
	enum route_verdict v = judge(q, wk, crew);

	note(q, wk->name, instead_of, v);
	if (v == ROUTE_ELIGIBLE)
		insert(q, (struct candidate){wk, instead_of, crew->live});
}

static void consider_pool(struct asking *q, const struct pool *pool)
{
	int outside =
	    pool->kind != POOL_INTERNAL && q->t->match->confidentiality >= CONF_INTERNAL_ONLY;

	for (size_t i = 0; i < pool->members.n; i++) {
		if (outside)
			note(q, pool->members.s[i], NULL, ROUTE_CONFIDENTIALITY);
		else
			consider(q, pool->members.s[i]);
	}
}

static const char *on_call(const struct world *w, const char *name, int64_t now_ms, int64_t *next)
{
	const struct schedule *s = config_schedule(w->config, name);
	const struct zone *z = s ? config_zone(w->config, s->zone) : NULL;

	if (!z)
		return NULL;
	*next = schedule_next(s, z, now_ms);
	return schedule_at(s, z, now_ms);
}

/* q->next_ms: when the agent may be somebody else; INT64_MAX: only after a change of configuration,
 * or when somebody has room again. */
static void ask_agent(struct asking *q, const char *agent)
{
	const struct pool *pool = config_pool(q->w->config, agent);
	int64_t next = INT64_MAX;
	const char *who;

	if (config_worker(q->w->config, agent)) {
		consider(q, agent);
	} else if (pool) {
		consider_pool(q, pool);
	} else if ((who = on_call(q->w, agent, q->now_ms, &next))) {
		q->on_call = 1;
		consider(q, who);
	}
	if (next < q->next_ms)
		q->next_ms = next;
}

const char *chain_agent_now(const struct world *w, const char *agent, int64_t now_ms)
{
	int64_t next;

	if (config_worker(w->config, agent))
		return agent;
	return config_pool(w->config, agent) ? NULL : on_call(w, agent, now_ms, &next);
}

static json_t *with_candidates(const struct asking *q, json_t *data)
{
	json_t *refused;

	if (!q->lines || !json_array_size(q->lines))
		return data;
	refused = json_object();
	route_reasons(refused, q->counts);
	js_set_copy(data, "candidates", q->lines);
	js_set_int(data, "eligible", q->counts[ROUTE_ELIGIBLE]);
	js_set_new(data, "refused", refused);
	return data;
}

/* Of more candidates than are shown those who are asked are always among them. */
static void show_chosen(const struct asking *q)
{
	for (int i = q->n; i-- > 0;) {
		json_t *line =
		    line_of(q->best[i].worker->name, q->best[i].instead_of, ROUTE_ELIGIBLE);
		size_t at = 0, n = json_array_size(q->lines);
		while (at < n && !json_equal(json_array_get(q->lines, at), line))
			at++;
		if (at == n) {
			json_array_remove(q->lines, n - 1);
			json_array_insert(q->lines, 0, line);
		}
		json_decref(line);
	}
}

static void offer_all(struct drafts *d, const struct asking *q)
{
	const struct escalation *e = q->t->esc;

	if (q->lines)
		show_chosen(q);

	for (int i = 0; i < q->n; i++) {
		const struct candidate *c = &q->best[i];
		json_t *why = with_candidates(q, data_worker(c->worker->name));
		js_set_str(why, "chain", escalation_chain(e)->name);
		js_set_int(why, "level", e->level + 1);
		js_set_str(why, "agentId", escalation_level(e)->agent);
		js_set_str(why, "for", c->instead_of);
		draft_task(d, EV_MATCHED, why);
		chain_offer(d, q->w, q->t, c->worker->name, c->instead_of);
	}
}

/* Said once, until somebody could be asked. */
static void nobody_can(struct drafts *d, const struct asking *q)
{
	const struct escalation *e = q->t->esc;
	json_t *why, *reasons, *help;
	int any = 0;

	if (q->t->told || d->state != ST_QUEUED || !q->lines)
		return;
	for (int v = ROUTE_ELIGIBLE + 1; v < ROUTE_VERDICTS; v++)
		any |= q->counts[v] > 0;
	why = with_candidates(q, json_object());
	reasons = json_object();
	route_reasons(reasons, q->counts);
	help = any ? route_remedies(q->t, q->counts) : json_array();
	if (!any)
		json_array_append_new(help, json_string("somebody who is on call, or in the pool"));
	js_set_new(why, "reasons", reasons);
	js_set_new(why, "wouldHelp", help);
	js_set_str(why, "chain", escalation_chain(e)->name);
	js_set_int(why, "level", e->level + 1);
	js_set_str(why, "agentId", escalation_level(e)->agent);
	draft_fact(d, EV_QUEUED, &(struct fact){.is = FACT_REASONS, .more = why});
}

/* Nobody is asked now: the level is empty, or there is no room. */
static void pass_or_wait(struct drafts *d, const struct asking *q)
{
	struct escalation *e = q->t->esc;
	int level, round, full = q->counts[ROUTE_FULL] > 0;

	if (!full && q->t->state == ST_QUEUED && escalation_chain(e)->skip_empty &&
	    (size_t)e->level + 1 < escalation_chain(e)->n && escalation_next(e, &level, &round)) {
		chain_go(d, q->t, level, round, q->now_ms, "empty",
		         with_candidates(q, json_object()));
		return;
	}
	if (!full)
		nobody_can(d, q);
	e->retry_ms = q->next_ms;
}

void decide_chain_route(struct world *w, int64_t now_ms, struct task *t, struct drafts *d)
{
	struct asking q = {.w = w,
	                   .t = t,
	                   .max = escalation_wants(t),
	                   .now_ms = now_ms,
	                   .next_ms = INT64_MAX,
	                   .lines = d->out->brief ? NULL : json_array()};

	assert(q.max <= CHAIN_ACKS_MAX);
	if (q.max > 0)
		ask_agent(&q, escalation_level(t->esc)->agent);
	offer_all(d, &q);
	if (!q.n && q.max > 0)
		pass_or_wait(d, &q);
	json_decref(q.lines);
}
