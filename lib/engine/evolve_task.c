#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "engine/escalation.h"
#include "engine/reputation.h"
#include "engine/evolve_p.h"
#include "engine/lookup.h"
#include "engine/stages.h"
#include "engine/transition.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/created.h"
#include "model/dialect.h"
#include "model/fact.h"

static const char *worker_of(const struct event *ev)
{
	return ev->fact->worker ? ev->fact->worker : "";
}

static int is(const struct event *ev, enum fact_is what)
{
	return (ev->fact->is & what) != 0;
}

/* ---- its workers ---- */

/* Nobody to remind, nobody who is expected. */
static void no_more_due(struct task *t)
{
	if (task_live_assign(t, NULL))
		return;
	t->remind_ms = t->backup_ms = INT64_MAX;
	t->reminders = 0;
}

static void end_assign(struct world *w, struct assign *a)
{
	if (a->state > AS_HELD)
		crew_live(w, a->worker, -1);
	a->state = AS_ENDED;
}

static void on_offered(struct world *w, struct task *t, const struct event *ev)
{
	struct assign *a = task_add_assign(t, world_crew(w, worker_of(ev)));

	if (a->state <= AS_HELD) {
		a->load = (uint8_t)(a->worker->live < UINT8_MAX ? a->worker->live : UINT8_MAX);
		crew_live(w, a->worker, 1);
	}
	t->hold_ms = 0; /* an operator need not wait */
	a->worker->asked = ev->seq;
	a->state = AS_OFFERED;
	a->offers++;
	a->backup = (uint8_t)is(ev, FACT_BACKUP);
	a->timed = 0;
	a->declined &= ev->fact->by == NULL; /* an operator asks anew */
	a->since_ms = ev->at_ms;
	a->offer_ends_ms = fact_at(ev->fact, FACT_EXPIRES, INT64_MAX);
	t->remind_ms = fact_at(ev->fact, FACT_REMIND, t->remind_ms);
	t->told = 0;
}

/* The first match's prediction is what is held against it. */
static void on_matched(struct task *t, const struct event *ev)
{
	int64_t model = ev->fact->model_ms;

	if (t->matched_ms || model <= 0)
		return;
	t->matched_ms = ev->at_ms;
	t->model_ms = model;
}

static void on_completed(struct world *w, const struct task *t, const struct event *ev)
{
	struct assign *a = task_assign_of(t, worker_of(ev));

	if (a)
		stats_saw(w, t, a, SEEN_PASSED, ev->at_ms);
	if (t->matched_ms)
		stats_took(match_stats(w, t->match), ev->at_ms - t->matched_ms, t->model_ms);
}

/* An answer ends the wait for it; a rejected one begins no new one. */
static void on_answer(struct world *w, struct task *t, const struct event *ev, enum evidence what)
{
	struct assign *a = task_assign_of(t, worker_of(ev));

	if (what == SEEN_ANSWERED)
		t->attempts++;
	if (a && what == SEEN_ANSWERED) {
		a->answer = ev->pos;
		a->attempt = t->attempts;
	}
	if (!a || (what == SEEN_ANSWERED && a->timed))
		return;
	if (what == SEEN_ANSWERED)
		a->timed = 1;
	stats_saw(w, t, a, what, ev->at_ms);
}

/* The answer waits, and its giver is free for other work. */
static void on_held(struct world *w, struct task *t, const struct event *ev)
{
	struct assign *a = task_assign_of(t, worker_of(ev));
	const char *awaits = ev->fact->awaits ? ev->fact->awaits : "";

	if (!a)
		return;
	end_assign(w, a);
	a->state = AS_HELD;
	for (int i = 0; awaits_names[i]; i++)
		if (strcmp(awaits, awaits_names[i]) == 0)
			a->awaits = (uint8_t)i;
	if (a->awaits == AWAITS_REVIEW) {
		t->review = t->recheck = 1; /* its task is to be made */
		t->verdict = (struct journal_pos){0, 0, 0};
	}
	if (ev->fact->wanted && ev->fact->wanted <= OVERLAP_MAX)
		t->overlap = (uint8_t)ev->fact->wanted;
	no_more_due(t);
}

/* Sent back to work. */
static void on_rejected(struct world *w, struct task *t, const struct event *ev)
{
	struct assign *a = task_assign_of(t, worker_of(ev));

	on_answer(w, t, ev, SEEN_REJECTED);
	if (!a || a->state > AS_HELD)
		return;
	if (a->state == AS_HELD)
		t->review = 0;
	a->state = AS_STARTED;
	crew_live(w, a->worker, 1);
}

static void on_accepted(struct world *w, struct task *t, struct assign *a, const struct event *ev)
{
	int64_t backup = fact_at(ev->fact, FACT_BACKUP_AT, INT64_MAX);

	a->state = AS_ACCEPTED;
	a->accepted_ms = ev->at_ms;
	if (!is(ev, FACT_AUTOMATIC))
		stats_saw(w, t, a, SEEN_ACCEPTED, ev->at_ms);
	if (backup < t->backup_ms)
		t->backup_ms = backup;
	t->remind_ms = fact_at(ev->fact, FACT_REMIND, t->remind_ms);
	t->reminders = 0;
}

static void saw_the_end(struct world *w, const struct task *t, struct assign *a, int64_t at_ms)
{
	if (a->state > AS_OFFERED && !a->timed)
		stats_saw(w, t, a, SEEN_NOTHING, at_ms);
}

static void lost(struct world *w, struct task *t, struct assign *a, const struct event *ev)
{
	if (ev->type == EV_DECLINED || ev->type == EV_OFFER_EXPIRED || is(ev, FACT_PENALTY))
		stats_saw(w, t, a, SEEN_REFUSED, ev->at_ms);
	if (ev->type != EV_REASSIGNED || !ev->fact->by) /* an operator's doing */
		saw_the_end(w, t, a, ev->at_ms);
	end_assign(w, a);
	no_more_due(t);
}

static void end_all(struct world *w, struct task *t, int64_t at_ms)
{
	struct assign *a;

	while ((a = task_live_assign(t, NULL))) {
		saw_the_end(w, t, a, at_ms);
		end_assign(w, a);
	}
}

/* A review that ended: the task that it is about goes on. */
static void tell_parent(struct world *w, const struct task *t, const struct event *ev)
{
	struct task *parent = t->reviews ? world_task(w, &t->parent) : NULL;
	const struct assign *a = NULL;

	if (!parent || !parent->review)
		return;
	if (ev->state == ST_COMPLETED)
		a = task_assign_of(t, worker_of(ev));
	parent->verdict = !a ? (struct journal_pos){0, 0, 0} : t->verdict.length ? t->verdict : a->answer;
	parent->recheck = 1;
	world_set_timer(w, parent);
}

/* A task that ends while its answer is reviewed: nobody needs the review any more. */
static void tell_review(struct world *w, const struct task *t)
{
	for (int i = 0; t->review && i < t->n_assigns; i++) {
		if (t->assigns[i].state != AS_HELD || t->assigns[i].awaits != AWAITS_REVIEW)
			continue;
		for (int n = 0; n < REVIEWS_MAX; n++) {
			struct id id = review_id(w, &t->id, t->assigns[i].attempt, n);
			struct task *review = world_task(w, &id);
			if (!review)
				continue;
			review->recheck = 1;
			world_set_timer(w, review);
		}
	}
}

static void close_task(struct world *w, struct task *t, int64_t at_ms)
{
	end_all(w, t, at_ms);
	if (!w->forgets)
		idtable_put(&w->closed, &t->id, t->content | t->state);
	world_drop_task(w, t);
}

static void on_assignment(struct world *w, struct task *t, const struct event *ev)
{
	struct assign *a = task_assign_of(t, worker_of(ev));

	if (!a)
		return;
	switch (ev->type) {
	case EV_ACCEPTED:
		on_accepted(w, t, a, ev);
		break;
	case EV_STARTED:
		a->state = AS_STARTED;
		break;
	case EV_BLOCKED:
		a->state = AS_BLOCKED;
		t->blocked_ms = ev->at_ms;
		break;
	case EV_DECLINED:
		a->declined = 1;
		lost(w, t, a, ev);
		break;
	default: /* offer_expired, released, reassigned */
		if (a->state == AS_HELD && t->max_attempts < UINT8_MAX &&
		    reputation_suspended(w, t->match->lane, a->worker))
			t->max_attempts++; /* no fault of the task's: another may answer instead */
		a->declined |= (uint8_t)is(ev, FACT_DECLINED);
		lost(w, t, a, ev);
	}
}

/* ---- its clock ---- */

/* The requester has replied, or whoever asked has left: the clock goes on where it stood. */
static void clock_goes_on(struct task *t, const struct event *ev)
{
	int64_t stood = ev->at_ms > t->blocked_ms ? ev->at_ms - t->blocked_ms : 0;

	if (!(ev->fact->has & 1U << FACT_DUE))
		return;
	t->warn_ms += stood;
	t->matched_ms += t->matched_ms ? stood : 0;
	if (t->backup_ms != INT64_MAX)
		t->backup_ms += stood;
	if (t->remind_ms != INT64_MAX)
		t->remind_ms += stood;
	t->due_ms = fact_at(ev->fact, FACT_DUE, t->due_ms);
	t->expire_ms = fact_at(ev->fact, FACT_EXPIRES, t->expire_ms);
	for (struct assign *a = NULL; (a = task_live_assign(t, a));)
		a->since_ms += stood;
}

static void on_clock(struct task *t, const struct event *ev)
{
	int want = ev->fact->want;

	if (want > 0 && want <= TASK_WANT_MAX)
		t->want = (uint8_t)want;
	if (ev->type == EV_REMINDED) {
		t->reminders++;
		t->remind_ms = fact_at(ev->fact, FACT_NEXT, INT64_MAX);
	} else if (ev->type == EV_SLA_BREACHED) {
		t->breached = t->warned = 1;
	} else if (ev->type == EV_SLA_WARNING) {
		t->alerted = 1;
		t->warned |= (uint8_t)!is(ev, FACT_PREDICTED);
	}
}

/* To other workers, those of ${pool}. */
static void on_escalated(struct world *w, struct task *t, const struct event *ev)
{
	const char *pool = ev->fact->pool;

	if (!pool)
		return;
	world_unwait(w, t);
	world_rematch(w, t, pool);
}

static void on_unblocked(struct task *t)
{
	for (struct assign *a = NULL; (a = task_live_assign(t, a));)
		if (a->state == AS_BLOCKED)
			a->state = AS_STARTED;
}

static void apply(struct world *w, struct task *t, const struct event *ev)
{
	switch (ev->type) {
	case EV_QUEUED:
		t->hold_ms = 0;
		t->told |= (uint8_t)is(ev, FACT_REASONS);
		break;
	case EV_OFFERED:
		on_offered(w, t, ev);
		break;
	case EV_ACCEPTED:
	case EV_STARTED:
	case EV_BLOCKED:
	case EV_DECLINED:
	case EV_OFFER_EXPIRED:
	case EV_RELEASED:
	case EV_REASSIGNED:
		on_assignment(w, t, ev);
		break;
	case EV_UNBLOCKED:
		on_unblocked(t);
		break;
	case EV_MATCHED:
		on_matched(t, ev);
		break;
	case EV_SUBMITTED:
		on_answer(w, t, ev, SEEN_ANSWERED);
		break;
	case EV_REJECTED:
		on_rejected(w, t, ev);
		break;
	case EV_HELD:
		on_held(w, t, ev);
		reputation_held(w, t, ev);
		break;
	case EV_CHECK_PASSED:
	case EV_CHECK_FAILED:
		if (ev->data) /* else only a note: nothing to learn */
			reputation_check(w, t, ev);
		break;
	case EV_VERIFIED:
		if (t->reviews && ev->data && json_object_get(ev->data, "answer"))
			t->verdict = ev->pos; /* what several reviewers say together */
		reputation_verified(w, t, ev);
		break;
	case EV_SLA_BREACHED:
	case EV_SLA_WARNING:
	case EV_REMINDED:
		on_clock(t, ev);
		break;
	case EV_ESCALATED:
		on_clock(t, ev);
		on_escalated(w, t, ev);
		break;
	case EV_ESC_ESCALATED:
	case EV_ESC_UNACKNOWLEDGED:
		end_all(w, t, ev->at_ms);
		break;
	case EV_COMPLETED:
		on_completed(w, t, ev);
		break;
	default:
		break;
	}
}

static void note_delivery(struct world *w, const struct task *t, const struct event *ev)
{
	if (!t->deliver || !t->dialect->wants(ev->type))
		return;
	struct delivery *d = mem_alloc(sizeof(*d));
	d->seq = ev->seq;
	d->task = t->id;
	d->event_ms = d->next_ms = ev->at_ms;
	HASH_ADD(hh, w->deliveries, seq, sizeof(d->seq), d);
}

static int disagree(const struct event *ev, enum state was, struct err *err)
{
	return err_set(err, FAIL_FAILURE, "event %llu: %s cannot follow in state %s",
	               (unsigned long long)ev->seq, event_name(ev->type), state_name(was));
}

/* What the assignments make of the task must be what the event says. */
static int agrees(const struct task *t, const struct event *ev)
{
	return ev->state == ST_SUBMITTED || ev->state == ST_VERIFIED || state_final(ev->state) ||
	       ev->state == task_state(t);
}

/* Only told: the task waits for what it waited for. */
static int is_note(const struct event *ev, enum state was)
{
	return ev->state == was && (ev->type == EV_MATCHED || ev->type == EV_CHECK_PASSED ||
	                            ev->type == EV_CHECK_FAILED || ev->type == EV_COMMENTED);
}

static int apply_fact(struct world *w, const struct event *ev, struct err *err)
{
	if (ev->type == EV_CREATED && evolve_created(w, ev, err) != 0)
		return -1;
	struct task *t = world_task(w, &ev->task);
	enum state was = t ? (enum state)t->state : ST_NONE;
	w->recent = t;
	if (!t || !moves_allow(&w->moves, was, ev->type, ev->state))
		return disagree(ev, was, err);
	apply(w, t, ev);
	t->last_seq = ev->seq;
	note_delivery(w, t, ev);
	if (is_note(ev, was) && !t->esc)
		return 0;
	escalation_apply(w, t, ev);
	if (was == ST_BLOCKED && ev->state != ST_BLOCKED)
		clock_goes_on(t, ev);
	if (!agrees(t, ev))
		return disagree(ev, was, err);
	t->state = (uint8_t)ev->state;
	if (state_final(ev->state)) {
		tell_parent(w, t, ev);
		tell_review(w, t);
		close_task(w, t, ev->at_ms);
		return 0;
	}
	world_requeue(w, t);
	world_set_timer(w, t);
	return 0;
}

int evolve_task(struct world *w, const struct event *ev, struct err *err)
{
	struct event known;
	struct fact fact;

	if (ev->fact)
		return apply_fact(w, ev, err);
	memset(&fact, 0, sizeof(fact));
	if (ev->type != EV_CREATED)
		fact_read(&fact, ev->data);
	known = *ev;
	known.fact = &fact;
	return apply_fact(w, &known, err);
}
