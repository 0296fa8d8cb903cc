#include <string.h>

#include "base/timefmt.h"
#include "engine/decide_p.h"
#include "engine/route.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/dialect.h"

static const char *const kind_names[] = {
	[WORKER_HUMAN] = "human", [WORKER_EXEC] = "exec", [WORKER_HTTP] = "http"};

static const struct lane *lane_of(const struct world *w, const struct task *t)
{
	return config_lane(w->config, t->match->lane);
}

void data_clock(json_t *data, int64_t now_ms, const struct task *t)
{
	int64_t stood = now_ms > t->blocked_ms ? now_ms - t->blocked_ms : 0; /* clocks step back */

	js_set_time(data, "dueAt", t->due_ms + stood);
	js_set_time(data, "expiresAt", t->expire_ms + stood);
}

static void set_reminder(json_t *data, const struct lane *lane, int64_t now_ms)
{
	if (lane && lane->remind_ms)
		js_set_time(data, "remindAt", now_ms + lane->remind_ms);
}

void draft_offered(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
                   const struct worker *wk, json_t *data)
{
	const struct lane *lane = lane_of(w, t);

	js_set_time(data, "expiresAt", now_ms + lane->offer_ms);
	js_set_str(data, "kind", kind_names[wk->kind]);
	set_reminder(data, lane, now_ms);
	draft_task(d, EV_OFFERED, data);
}

/* Offers that the task no longer wants: one that asked several has found somebody. */
static void withdraw(struct drafts *d, const struct task *t, const char *taken_by)
{
	const char *open[TASK_LIVE_MAX + 1];
	int n = 0, active = 0;

	for (size_t i = 0; i < d->n_live; i++) {
		if (d->live[i].state == AS_OFFERED)
			open[n++] = d->live[i].worker;
		active += d->live[i].state > AS_OFFERED;
	}
	for (int i = t->want > active ? t->want - active : 0; i < n; i++) {
		json_t *data = data_worker(open[i]);
		js_set_str(data, "reason", "taken by another");
		js_set_str(data, "by", taken_by);
		draft_task(d, EV_RELEASED, data);
	}
}

void draft_accepted(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
                    const char *worker, int automatic)
{
	json_t *data = data_worker(worker);

	if (automatic)
		js_set_new(data, "automatic", json_true());
	set_reminder(data, lane_of(w, t), now_ms);
	draft_task(d, EV_ACCEPTED, data);
	if (!t->esc)
		withdraw(d, t, worker);
	if (t->esc || strcmp(t->dialect->name, "chain") == 0)
		chain_accepted(d, w, now_ms, t, worker);
}

static void route_by_chain(const struct world *w, int64_t now_ms, struct task *t,
                           struct decision *out)
{
	struct drafts d;

	drafts_init(&d, out, &t->id, t, "erd");
	decide_chain_route(w, now_ms, t, &d);
}

void decide_route(struct world *w, int64_t now_ms, struct task *t, struct decision *out)
{
	if (t->esc) {
		route_by_chain(w, now_ms, t, out);
		return;
	}
	json_t *candidates = json_array();
	const struct worker *wk = route_pick(w, t, candidates, &out->class_full);
	const struct lane *lane = lane_of(w, t);
	struct drafts d;

	if (!wk || !lane) {
		json_decref(candidates);
		return;
	}
	drafts_init(&d, out, &t->id, t, "erd");
	int beside = t->want > 1 && d.n_live > 0;
	json_t *matched = data_worker(wk->name);
	if (beside)
		js_set_new(matched, "backup", json_true());
	js_set_new(matched, "candidates", candidates);
	draft_task(&d, EV_MATCHED, matched);
	json_t *offered = data_worker(wk->name);
	if (beside)
		js_set_new(offered, "backup", json_true());
	draft_offered(&d, w, now_ms, t, wk, offered);
	if (lane->auto_trust >= 0 && wk->trust_level >= lane->auto_trust)
		draft_accepted(&d, w, now_ms, t, wk->name, 1);
}
