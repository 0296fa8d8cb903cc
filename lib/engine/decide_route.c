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
	int64_t backup = t->esc ? INT64_MAX : route_backup_ms(w, t, worker, now_ms);
	if (backup != INT64_MAX)
		js_set_time(data, "backupAt", backup);
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

static json_t *prediction(const struct choice *c, int64_t now_ms)
{
	json_t *p = json_object();

	js_set_time(p, "p50At", now_ms + c->p50_ms);
	js_set_time(p, "p90At", now_ms + c->p90_ms);
	js_set_int(p, "modelMs", c->model_ms);
	return p;
}

/* Said once, until somebody could be asked. */
static void nobody_can(struct drafts *d, const struct task *t, const struct choice *c, json_t *why)
{
	if (c->nobody && !t->told && d->state == ST_QUEUED)
		draft_task(d, EV_QUEUED, why);
	else
		json_decref(why);
}

static void set_chosen(json_t *data, const struct choice *c, int beside)
{
	js_set_str(data, "worker", c->worker->name);
	js_set_str(data, "for", c->instead_of);
	if (beside)
		js_set_new(data, "backup", json_true());
}

void decide_route(struct world *w, int64_t now_ms, struct task *t, struct decision *out)
{
	const struct lane *lane = lane_of(w, t);
	json_t *why = json_object();
	struct choice c;
	struct drafts d;

	if (t->esc) {
		json_decref(why);
		route_by_chain(w, now_ms, t, out);
		return;
	}
	route_choose(w, t, now_ms, why, &c);
	drafts_init(&d, out, &t->id, t, "erd");
	if (!c.worker) {
		out->class_full = c.class_full;
		nobody_can(&d, t, &c, why);
		return;
	}
	int beside = t->want > 1 && d.n_live > 0;
	set_chosen(why, &c, beside);
	js_set_new(why, "prediction", prediction(&c, now_ms));
	draft_task(&d, EV_MATCHED, why);
	json_t *offered = json_object();
	set_chosen(offered, &c, beside);
	draft_offered(&d, w, now_ms, t, c.worker, offered);
	if (lane->auto_trust >= 0 && c.worker->trust_level >= lane->auto_trust)
		draft_accepted(&d, w, now_ms, t, c.worker->name, 1);
	gold_may_follow(w, now_ms, t, c.worker->name, out);
}
