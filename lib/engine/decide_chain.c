/*
 * Chains: when to go on to the next level, and who has taken it.
 *
 * A level is entered by an event (escalation.triggered, escalation.escalated), which takes the
 * task from everyone; whoever is to be asked there is then found like any route, by IN_ROUTE
 * (decide_level.c).
 */
#include <stdlib.h>
#include <string.h>

#include "engine/decide_p.h"
#include "engine/escalation.h"
#include "engine/world.h"
#include "json/js.h"

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

/* ---- offers ---- */

void chain_offer(struct drafts *d, const struct world *w, const struct task *t, const char *worker,
		 const char *instead_of)
{
	static const char *const kinds[] = {
	    [WORKER_HUMAN] = "human", [WORKER_EXEC] = "exec", [WORKER_HTTP] = "http"};
	const struct escalation *e = t->esc;
	const struct worker *wk = config_worker(w->config, worker);
	json_t *data = data_worker(worker);
	int level, round;

	js_set_time(data, "expiresAt",
		    !e->stopped && escalation_next(e, &level, &round) ? e->level_ends_ms
								      : t->expire_ms);
	js_set_int(data, "level", e->level + 1);
	js_set_str(data, "for", instead_of);
	js_set_str(data, "kind", kinds[wk ? wk->kind : WORKER_HUMAN]);
	draft_task(d, EV_OFFERED, data);
}
