#include "base/timefmt.h"
#include "engine/decide_p.h"
#include "engine/duty.h"
#include "engine/escalation.h"
#include "engine/lookup.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/world.h"
#include "json/js.h"

enum { REMINDERS_MAX = 6 };

/* ---- timers ---- */

static json_t *data_due(const struct task *t)
{
	json_t *data = json_object();

	js_set_time(data, "dueAt", t->due_ms);
	return data;
}

/* One more beside whoever has it, where the lane wants that.  A task that waits would only take
 * two workers from others. */
static void set_backup(json_t *data, const struct drafts *d, const struct lane *lane,
                       const struct task *t)
{
	if ((!lane || lane->backup) && t->want < 2 && d->n_live && !t->esc)
		js_set_int(data, "want", 2);
}

static void draft_warning(struct drafts *d, const struct lane *lane, const struct task *t,
                          int predicted)
{
	json_t *data = data_due(t);

	if (predicted)
		js_set_new(data, "predicted", json_true());
	set_backup(data, d, lane, t);
	draft_task(d, EV_SLA_WARNING, data);
}

/* Who has not begun loses it; who has goes on, and the first good answer wins. */
static void take_from_idle(struct drafts *d)
{
	const char *idle[TASK_LIVE_MAX + 1];
	int n = 0;

	for (size_t i = 0; i < d->n_live; i++)
		if (d->live[i].state <= AS_ACCEPTED)
			idle[n++] = d->live[i].worker;
	for (int i = 0; i < n; i++) {
		json_t *data = data_worker(idle[i]);
		js_set_str(data, "reason", "the task is late");
		draft_task(d, EV_REASSIGNED, data);
	}
}

static const char *const breach_names[] = {[BREACH_REROUTE] = "reroute",
                                           [BREACH_ESCALATE] = "escalate",
                                           [BREACH_EXPIRE] = "expire"};

/* 1 when that was its end. */
static int draft_breach(struct drafts *d, const struct lane *lane, const struct task *t)
{
	enum on_breach policy = lane ? lane->on_breach : BREACH_REROUTE;
	int working = 0;

	if (t->esc && policy != BREACH_EXPIRE) { /* whom to ask next is the chain's business */
		draft_task(d, EV_SLA_BREACHED, data_due(t));
		return 0;
	}
	for (size_t i = 0; i < d->n_live; i++)
		working += d->live[i].state > AS_ACCEPTED;
	json_t *data = data_due(t);
	js_set_str(data, "onBreach", breach_names[policy]);
	if (policy != BREACH_EXPIRE)
		js_set_int(data, "want", working + 1 < TASK_WANT_MAX ? working + 1 : TASK_WANT_MAX);
	draft_task(d, EV_SLA_BREACHED, data);
	if (policy == BREACH_EXPIRE) {
		data = json_object();
		js_set_str(data, "reason", "late, and the lane lets late tasks expire");
		draft_task(d, EV_EXPIRED, data);
		return 1;
	}
	take_from_idle(d);
	if (policy == BREACH_ESCALATE) {
		data = json_object();
		js_set_str(data, "reason", "late");
		js_set_str(data, "pool", lane->escalate_to);
		draft_task(d, EV_ESCALATED, data);
	}
	return 0;
}

/* The n-th reminder comes twice as long after the one before as that one did: they thin out. */
static void draft_reminder(struct drafts *d, const struct lane *lane, const struct task *t,
                           int64_t now_ms)
{
	int64_t gap = lane && lane->remind_ms ? lane->remind_ms : INT64_C(3600000);
	const struct live *l = &d->live[0];

	for (size_t i = 1; i < d->n_live; i++)
		if (d->live[i].state > l->state)
			l = &d->live[i];
	json_t *data = data_worker(l->worker);
	js_set_int(data, "n", t->reminders + 1);
	js_set_time(data, "dueAt", t->due_ms);
	if (t->reminders + 1 < REMINDERS_MAX)
		js_set_time(data, "nextAt", now_ms + (gap << (t->reminders + 1)));
	draft_task(d, EV_REMINDED, data);
}

static void draft_offers_over(struct drafts *d, const struct task *t, int64_t now_ms)
{
	for (struct assign *a = NULL; (a = task_live_assign(t, a));)
		if (a->state == AS_OFFERED && now_ms >= a->offer_ends_ms)
			draft_worker(d, EV_OFFER_EXPIRED, a->worker->name);
}

/* Everything of this task that is due at ${now_ms}, in the order in which it matters; an end makes
 * the rest moot. */
void decide_timer(struct world *w, int64_t now_ms, struct task *t, struct decision *out)
{
	const struct lane *lane = match_lane(w, t->match);
	struct drafts d;

	drafts_init(&d, out, &t->id, t, "erd");
	if (t->hold_ms) {
		draft_task(&d, EV_QUEUED, NULL);
		return;
	}
	if (t->state == ST_BLOCKED) { /* only reached when the requester never replied */
		json_t *data = json_object();
		js_set_str(data, "reason", "the requester did not reply");
		draft_task(&d, EV_EXPIRED, data);
		return;
	}
	if (t->esc && now_ms < t->expire_ms && decide_chain_timer(now_ms, t, &d))
		return; /* what else is due comes in the next decision */
	if (now_ms >= t->backup_ms && now_ms < t->warn_ms && !t->alerted && !t->warned)
		draft_warning(&d, lane, t, 1);
	if (now_ms >= t->warn_ms && !t->warned)
		draft_warning(&d, lane, t, 0);
	if (now_ms >= t->due_ms && !t->breached) {
		if (now_ms < t->expire_ms)
			draft_offers_over(&d, t, now_ms);
		if (draft_breach(&d, lane, t))
			return;
	} else if (now_ms < t->expire_ms) {
		draft_offers_over(&d, t, now_ms);
	}
	if (now_ms >= t->expire_ms) {
		draft_task(&d, EV_EXPIRED, NULL);
		return;
	}
	if (now_ms >= t->remind_ms && d.n_live)
		draft_reminder(&d, lane, t, now_ms);
}

/* ---- what the engine itself wants next ---- */

/* What was to be looked at again has become moot. */
static int moot(struct world *w, struct task *t)
{
	if (!t->recheck || recheck_due(w, t))
		return 0;
	t->recheck = 0;
	world_set_timer(w, t);
	return 1;
}

/* An empty level of a chain whose agent may be somebody else now: it is routed again. */
static void look_again(struct world *w, int64_t now_ms)
{
	const struct heap_item *top;

	while ((top = heap_top(&w->timers)) && top->at_ms <= now_ms) {
		struct task *t = world_at(w, top->owner);
		if (moot(w, t))
			continue;
		if (!t->esc || t->esc->retry_ms > now_ms)
			return;
		t->esc->retry_ms = INT64_MAX;
		world_unwait(w, t);
		world_requeue(w, t);
		world_set_timer(w, t);
	}
}

int engine_next(struct world *w, int64_t now_ms, struct input *in)
{
	const struct heap_item *top;
	const struct task *t;

	if (reputation_next(w, in))
		return 1;
	look_again(w, now_ms);
	top = heap_top(&w->timers);
	*in = (struct input){.kind = IN_TIMER};
	do {
		duty_advance(w, now_ms);
		if (top && top->at_ms <= now_ms) {
			in->task = world_at(w, top->owner)->id;
			return 1;
		}
		t = world_to_route(w);
	} while (!t && duty_next_ms(w) <= now_ms);
	if (!t)
		return 0;
	in->kind = IN_ROUTE;
	in->task = t->id;
	return 1;
}

int engine_clock(const struct world *w, int64_t now_ms, int64_t step_ms, struct input *in)
{
	if (w->at_ms - now_ms > CLOCK_SLACK_MS && step_ms == 0) /* erd was away meanwhile */
		step_ms = now_ms - w->at_ms;
	*in = (struct input){.kind = IN_CLOCK, .step_ms = step_ms};
	return step_ms > CLOCK_SLACK_MS || step_ms < -CLOCK_SLACK_MS;
}

int64_t engine_next_ms(const struct world *w)
{
	const struct heap_item *top = heap_top(&w->timers);

	int64_t duty = duty_next_ms(w);

	return top && top->at_ms < duty ? top->at_ms : duty;
}
