#include <string.h>

#include "base/timefmt.h"
#include "engine/decide_p.h"
#include "engine/lookup.h"
#include "engine/route.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/dialect.h"

static const char *const kind_names[] = {
	[WORKER_HUMAN] = "human", [WORKER_EXEC] = "exec", [WORKER_HTTP] = "http"};

static const struct lane *lane_of(const struct world *w, const struct task *t)
{
	return match_lane(w, t->match);
}

void data_clock(json_t *data, int64_t now_ms, const struct task *t)
{
	int64_t stood = now_ms > t->blocked_ms ? now_ms - t->blocked_ms : 0; /* clocks step back */

	js_set_time(data, "dueAt", t->due_ms + stood);
	js_set_time(data, "expiresAt", t->expire_ms + stood);
}

static void set_reminder(struct fact *fact, const struct lane *lane, int64_t now_ms)
{
	if (lane && lane->remind_ms)
		fact_set(fact, FACT_REMIND, now_ms + lane->remind_ms);
}

void draft_worker(struct drafts *d, enum event_type type, const char *worker)
{
	draft_fact(d, type, &(struct fact){.worker = worker});
}

void draft_offered(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
                   const struct worker *wk, struct fact *fact)
{
	const struct lane *lane = lane_of(w, t);
	/* one that came in is offered in the same moment, one that was held a little later: not to be told */
	int64_t from_ms = t->gold && now_ms - t->created_ms < 1000 ? t->created_ms : now_ms;

	fact_set(fact, FACT_EXPIRES, from_ms + lane->offer_ms);
	fact->kind = kind_names[wk->kind];
	set_reminder(fact, lane, now_ms);
	draft_fact(d, EV_OFFERED, fact);
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
	int want = d->overlap - d->held + t->want - 1 - active;
	for (int i = want > 0 ? want : 0; i < n; i++)
		draft_fact(d, EV_RELEASED, &(struct fact){.worker = open[i], .by = taken_by,
		                                          .reason = "taken by another"});
}

void draft_accepted(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
                    const char *worker, int automatic)
{
	struct fact fact = {.worker = worker, .is = automatic ? FACT_AUTOMATIC : 0};

	set_reminder(&fact, lane_of(w, t), now_ms);
	int64_t backup = t->esc ? INT64_MAX : route_backup_ms(w, t, worker, now_ms);
	if (backup != INT64_MAX)
		fact_set(&fact, FACT_BACKUP_AT, backup);
	draft_fact(d, EV_ACCEPTED, &fact);
	if (!t->esc)
		withdraw(d, t, worker);
	if (t->esc || strcmp(t->dialect->name, "chain") == 0)
		chain_accepted(d, w, now_ms, t, worker);
}

static void route_by_chain(struct world *w, int64_t now_ms, struct task *t,
                           struct decision *out)
{
	struct drafts d;

	drafts_init(&d, out, &t->id, t, "erd");
	decide_chain_route(w, now_ms, t, &d);
}

static void set_prediction(struct fact *fact, const struct choice *c, int64_t now_ms)
{
	fact_set(fact, FACT_P50, now_ms + c->p50_ms);
	fact_set(fact, FACT_P90, now_ms + c->p90_ms);
	fact->model_ms = c->model_ms;
}

/* Said once, until somebody could be asked. */
static void nobody_can(struct drafts *d, const struct task *t, const struct choice *c, json_t *why)
{
	if (c->nobody && !t->told && d->state == ST_QUEUED)
		draft_fact(d, EV_QUEUED, &(struct fact){.is = FACT_REASONS, .more = why});
	else
		json_decref(why);
}

static struct fact chosen(const struct choice *c, int beside)
{
	return (struct fact){.worker = c->worker->name, .instead_of = c->instead_of,
	                     .is = beside ? FACT_BACKUP : 0};
}

void decide_route(struct world *w, int64_t now_ms, struct task *t, struct decision *out)
{
	const struct lane *lane = lane_of(w, t);
	struct choice c;
	struct drafts d;

	if (t->esc) {
		route_by_chain(w, now_ms, t, out);
		return;
	}
	json_t *why = out->brief ? NULL : json_object();
	route_choose(w, t, now_ms, why, &c);
	drafts_init(&d, out, &t->id, t, "erd");
	if (!c.worker) {
		out->class_full = c.class_full;
		nobody_can(&d, t, &c, why);
		return;
	}
	int beside = t->want > 1 && d.n_live > 0;
	struct fact matched = chosen(&c, beside), offered = matched;
	set_prediction(&matched, &c, now_ms);
	matched.more = why;
	draft_fact(&d, EV_MATCHED, &matched);
	draft_offered(&d, w, now_ms, t, c.worker, &offered);
	if (lane->auto_trust >= 0 && c.worker->trust_level >= lane->auto_trust)
		draft_accepted(&d, w, now_ms, t, c.worker->name, 1);
	gold_may_follow(w, now_ms, t, c.worker->name, out);
}
