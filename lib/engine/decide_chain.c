/*
 * Chains: whom to ask at a level, and when to go on to the next.
 *
 * A level is entered by an event (escalation.triggered, escalation.escalated), which takes the
 * task from everyone; whoever is to be asked there is then found like any route, by IN_ROUTE.  A level at
 * which nobody can be asked is passed over at once, but never the last one of a round: so a
 * chain of nobodies takes its time and does not run round and round.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/decide_p.h"
#include "engine/escalation.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/schedule.h"

static json_t *data_level(const struct escalation *e, int level, int round, int64_t now_ms)
{
	const struct chain *c = escalation_chain(e);
	json_t *data = json_object();

	js_set_str(data, "chain", c->name);
	js_set_int(data, "level", level + 1);
	js_set_int(data, "levels", (int64_t)c->n);
	js_set_int(data, "round", round + 1);
	js_set_str(data, "agentId", c->level[level].agent);
	js_set_time(data, "levelEndsAt", now_ms + c->level[level].timeout_ms);
	return data;
}

json_t *chain_triggered(const struct chain *c, int64_t now_ms)
{
	struct chain_ref ref = {.chain = *c};
	struct escalation e = {.ref = &ref};

	return data_level(&e, 0, 0, now_ms);
}

void chain_go(struct drafts *d, const struct task *t, int level, int round, int64_t now_ms,
	      const char *reason, json_t *more)
{
	json_t *data = data_level(t->esc, level, round, now_ms);

	if (t->state == ST_BLOCKED)
		data_clock(data, now_ms, t);
	js_set_int(data, "fromLevel", t->esc->level + 1);
	js_set_str(data, "reason", reason);
	if (more)
		json_object_update(data, more);
	json_decref(more);
	draft_task(d, EV_ESC_ESCALATED, data);
}

void chain_unacknowledge(struct drafts *d, const struct task *t, int64_t now_ms, const char *worker,
			 const char *reason)
{
	json_t *data = json_object();
	const struct escalation *e = t->esc;

	js_set_str(data, "worker", worker);
	js_set_str(data, "reason", reason);
	if (t->state == ST_BLOCKED)
		data_clock(data, now_ms, t);
	js_set_int(data, "level", e->level + 1);
	js_set_time(data, "levelEndsAt", e->stopped ? now_ms + e->left_ms : e->level_ends_ms);
	draft_task(d, EV_ESC_UNACKNOWLEDGED, data);
}

void chain_acknowledge(struct drafts *d, const struct task *t, int64_t now_ms, const char *worker)
{
	const struct escalation *e = t->esc;
	json_t *data = data_worker(worker);
	int need, have;

	if (!e) { /* a trigger that a lane took: there is no clock */
		draft_task(d, EV_ESC_ACKNOWLEDGED, data);
		return;
	}
	need = escalation_level(e)->acknowledgers;
	have = e->n_acks + 1;
	js_set_int(data, "level", e->level + 1);
	js_set_int(data, "acknowledgers", have);
	js_set_int(data, "required", need);
	if (have >= need && !e->stopped) {
		int64_t left = e->level_ends_ms - now_ms;
		js_set_int(data, "leftMs", left > 0 ? left : 0);
		if (escalation_chain(e)->ack_ms)
			js_set_time(data, "expiresAt", now_ms + escalation_chain(e)->ack_ms);
	}
	draft_task(d, EV_ESC_ACKNOWLEDGED, data);
}

void chain_take(struct drafts *d, const struct task *t, const char *worker)
{
	if (t->esc->n_acks + 1 < escalation_level(t->esc)->acknowledgers)
		return;
	for (struct assign *a = NULL; (a = task_live_assign(t, a));) {
		if (strcmp(a->worker->name, worker) == 0 ||
		    escalation_acked(t->esc, a->worker->name))
			continue;
		json_t *data = data_worker(a->worker->name);
		js_set_str(data, "reason", "acknowledged by another");
		js_set_str(data, "to", worker);
		draft_task(d, EV_REASSIGNED, data);
	}
}

void chain_accepted(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
		    const char *worker)
{
	const struct worker *wk = config_worker(w->config, worker);

	if (wk && wk->kind != WORKER_HUMAN)
		return;
	if (t->esc)
		chain_take(d, t, worker);
	chain_acknowledge(d, t, now_ms, worker);
}

/* ---- timers ---- */

int decide_chain_timer(int64_t now_ms, const struct task *t, struct drafts *d)
{
	const struct escalation *e = t->esc;
	int level, round;

	if (e->stopped) {
		if (now_ms < e->ack_ends_ms || t->state > ST_STARTED)
			return 0;
		chain_unacknowledge(d, t, now_ms, NULL, "expired");
		return 1;
	}
	if (now_ms < e->level_ends_ms || !escalation_next(e, &level, &round) ||
	    t->state == ST_SUBMITTED)
		return 0;
	chain_go(d, t, level, round, now_ms, "timeout", NULL);
	return 1;
}

/* ---- answers ---- */

int chain_unsure(const struct world *w, const struct task *t, const char *worker,
		 const json_t *confidence)
{
	if (!t->esc || !escalation_level(t->esc)->threshold)
		return 0;
	const struct worker *wk = config_worker(w->config, worker);
	int sure = confidence_of(confidence);
	if (sure < 0) /* a program that does not say how sure it is, is not; a person is */
		return wk && wk->kind != WORKER_HUMAN;
	return sure < escalation_level(t->esc)->threshold;
}

void chain_pass_on(struct drafts *d, const struct task *t, int64_t now_ms, const char *worker,
		   const json_t *confidence)
{
	const json_t *asked =
	    json_array_get(json_object_get(t->esc->ref->doc, "levels"), t->esc->level);
	json_t *more = data_worker(worker);
	int level, round;

	js_set_copy(more, "confidence", confidence);
	js_set_copy(more, "confidenceThreshold", json_object_get(asked, "confidenceThreshold"));
	if (escalation_next(t->esc, &level, &round)) {
		chain_go(d, t, level, round, now_ms, "low_confidence", more);
		return;
	}
	js_set_str(more, "reason", "no level of the chain was sure enough");
	draft_task(d, EV_FAILED, more);
}

/* ---- whom to ask ---- */

struct candidate {
	const struct worker *worker;
	const char *instead_of; /* who is away; NULL: nobody */
	uint32_t live;
};

struct asking {
	const struct world *w;
	const struct task *t;
	struct candidate best[CHAIN_ACKS_MAX];
	int n, max;
	int64_t now_ms;
	int64_t next_ms; /* when somebody comes or goes */
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

/* The operator named the level's agents: neither skills nor hours nor load speak against them, but
 * whoever is away is not there. */
static void consider(struct asking *q, const char *name)
{
	const struct worker *own = config_worker(q->w->config, name);
	const struct worker *wk = stand_in(q, own);
	const struct assign *a = wk ? task_assign_of(q->t, wk->name) : NULL;
	const struct crew *crew = wk ? world_find_crew(q->w, wk->name) : NULL;

	if (wk && q->now_ms < wk->pause_ends_ms && wk->pause_ends_ms < q->next_ms)
		q->next_ms = wk->pause_ends_ms;
	if (!wk || q->now_ms < wk->pause_ends_ms || (a && (a->declined || a->state)) ||
	    strcmp(q->t->from->name, wk->name) == 0)
		return;
	insert(q, (struct candidate){wk, wk == own ? NULL : name, crew ? crew->live : 0});
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

/* q->next_ms: when the agent may be somebody else; INT64_MAX: only after a change of configuration. */
static void ask_agent(struct asking *q, const char *agent)
{
	const struct pool *pool = config_pool(q->w->config, agent);
	int64_t next = INT64_MAX;
	const char *who;

	if (config_worker(q->w->config, agent)) {
		consider(q, agent);
	} else if (pool) {
		int outside = pool->kind != POOL_INTERNAL &&
			      q->t->match->confidentiality >= CONF_INTERNAL_ONLY;
		for (size_t i = 0; !outside && i < pool->members.n; i++)
			consider(q, pool->members.s[i]);
	} else if ((who = on_call(q->w, agent, q->now_ms, &next))) {
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

void chain_offer(struct drafts *d, const struct world *w, const struct task *t, const char *worker,
		 const char *instead_of, int matched)
{
	static const char *const kinds[] = {
	    [WORKER_HUMAN] = "human", [WORKER_EXEC] = "exec", [WORKER_HTTP] = "http"};
	const struct escalation *e = t->esc;
	const struct worker *wk = config_worker(w->config, worker);
	json_t *data = data_worker(worker);
	int level, round;

	if (matched) {
		json_t *why = data_worker(worker);
		js_set_str(why, "chain", escalation_chain(e)->name);
		js_set_int(why, "level", e->level + 1);
		js_set_str(why, "agentId", escalation_level(e)->agent);
		js_set_str(why, "for", instead_of);
		draft_task(d, EV_MATCHED, why);
	}
	js_set_time(data, "expiresAt",
		    !e->stopped && escalation_next(e, &level, &round) ? e->level_ends_ms
								      : t->expire_ms);
	js_set_int(data, "level", e->level + 1);
	js_set_str(data, "for", instead_of);
	js_set_str(data, "kind", kinds[wk ? wk->kind : WORKER_HUMAN]);
	draft_task(d, EV_OFFERED, data);
}

void decide_chain_route(const struct world *w, int64_t now_ms, struct task *t, struct drafts *d)
{
	struct asking q = {.w = w, .t = t, .max = escalation_wants(t), .now_ms = now_ms,
			   .next_ms = INT64_MAX};
	struct escalation *e = t->esc;
	int level, round;

	assert(q.max <= CHAIN_ACKS_MAX);
	if (q.max > 0)
		ask_agent(&q, escalation_level(e)->agent);
	for (int i = 0; i < q.n; i++)
		chain_offer(d, w, t, q.best[i].worker->name, q.best[i].instead_of, 1);
	if (q.n || q.max <= 0)
		return;
	if (t->state == ST_QUEUED && escalation_chain(e)->skip_empty &&
	    (size_t)e->level + 1 < escalation_chain(e)->n && escalation_next(e, &level, &round))
		chain_go(d, t, level, round, now_ms, "empty", NULL);
	else
		e->retry_ms = q.next_ms;
}
