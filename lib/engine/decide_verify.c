/* The stages in their order, and what becomes of an answer that passed or failed one. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/err.h"
#include "engine/decide_p.h"
#include "engine/lookup.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/world.h"
#include "json/js.h"

static const struct verify nothing_asked = {
	.min_overlap = 1, .max_overlap = 1, .confidence_milli = 500,
	.gold = {.accept_milli = -1, .more_milli = -1, .reject_milli = -1},
	.on_fail = {[STAGE_RULES] = ON_FAIL_RETURN}};

const struct verify *verify_of(const struct world *w, const struct task *t)
{
	const struct lane *lane = match_lane(w, t->match);

	return lane ? &lane->verify : &nothing_asked;
}

json_t *data_attempt(const char *worker, int attempt)
{
	json_t *data = data_worker(worker);

	js_set_int(data, "attempt", attempt);
	return data;
}

json_t *reason_of(const char *instance, const char *keyword, const char *message)
{
	json_t *e = json_object();

	js_set_str(e, "instance", instance);
	js_set_str(e, "keyword", keyword);
	js_set_str(e, "message", message);
	return e;
}

/* ---- verdicts ---- */

json_t *check_data(enum stage stage, int attempt)
{
	json_t *data = json_object();

	js_set_str(data, "stage", stage_names[stage]);
	js_set_int(data, "attempt", attempt);
	return data;
}

void stage_note(const struct answered *v, enum stage stage, const char *note)
{
	draft_fact(v->d, EV_CHECK_PASSED, &(struct fact){.stage = stage_names[stage], .attempt = v->attempt,
	                                                 .reason = note});
}

void stage_passed(const struct answered *v, json_t *data)
{
	draft_task(v->d, EV_CHECK_PASSED, data);
}

static void draft_end(struct drafts *d, const char *why)
{
	json_t *data = json_object();

	js_set_str(data, "reason", why);
	draft_task(d, EV_FAILED, data);
}

void stage_failed(const struct answered *v, enum stage stage, const json_t *reasons)
{
	stage_failed_with(v, stage, reasons, check_data(stage, v->attempt));
}

/* Answers that the task may still have: one that was held is not the last one. */
static int attempts_left(const struct answered *v)
{
	int left = v->t->max_attempts - (v->held ? v->t->attempts : v->attempt);

	return left > 0 ? left : 0;
}

/* Another answer is at its programs. */
static int one_more_at_hand(const struct answered *v)
{
	for (int i = 0; i < v->t->n_assigns; i++)
		if (v->t->assigns[i].state == AS_HELD && v->t->assigns[i].awaits == AWAITS_PROGRAMS &&
		    v->t->assigns[i].attempt != v->attempt)
			return 1;
	return 0;
}

/* An answer whose programs are done when another one is with a reviewer already. */
static int beside_review(const struct answered *v)
{
	const struct assign *a = v->held && v->t->review ? task_assign_of(v->t, v->worker) : NULL;

	return a && a->awaits != AWAITS_REVIEW;
}

static void set_aside(const struct answered *v, enum stage stage)
{
	json_t *data = data_worker(v->worker);

	js_set_str(data, "reason", "the answer did not pass");
	js_set_str(data, "stage", stage_names[stage]);
	js_set_new(data, "declined", json_true());
	draft_task(v->d, EV_RELEASED, data);
}

void stage_failed_with(const struct answered *v, enum stage stage, const json_t *reasons, json_t *check)
{
	int left = attempts_left(v), policy = v->how->on_fail[stage];

	js_set_copy(check, "errors", reasons);
	draft_task(v->d, EV_CHECK_FAILED, check);
	if (beside_review(v)) {
		set_aside(v, stage);
		return;
	}
	json_t *data = data_attempt(v->worker, v->attempt);
	js_set_int(data, "attemptsLeft", left);
	js_set_copy(data, "reasons", reasons);
	draft_task(v->d, EV_REJECTED, data);
	if (policy == ON_FAIL_REROUTE)
		set_aside(v, stage);
	if (policy == ON_FAIL_END)
		draft_end(v->d, "an answer did not pass, and the lane lets such tasks fail");
	else if (!left && !one_more_at_hand(v))
		draft_end(v->d, "no valid answer within the lane's attempts");
}

/* ---- the end of a good answer ---- */

/* The first good answer wins. */
static void release_others(const struct answered *v, const char *worker)
{
	struct drafts *d = v->d;

	for (size_t i = d->n_live; i-- > 0;) { /* from behind: the list closes its gaps */
		if (strcmp(d->live[i].worker, worker) == 0 ||
		    (!v->held && strcmp(d->live[i].worker, v->worker) == 0))
			continue;
		draft_fact(d, EV_RELEASED, &(struct fact){.worker = d->live[i].worker,
		                                          .reason = "another answer came first"});
	}
}

static void draft_end_good(const struct answered *v, const struct opinion *o)
{
	release_others(v, o->worker);
	if (v->t->esc)
		draft_task(v->d, EV_ESC_RESOLVED, data_worker(o->worker));
	draft_fact(v->d, EV_COMPLETED, &(struct fact){.worker = o->worker, .attempt = o->attempt});
	dispute_decided(v, o->answer);
}

void draft_good(const struct answered *v, const struct opinion *o, json_t *verified)
{
	js_set_int(verified, "attempt", o->attempt);
	if (v->t->reviews && json_object_get(verified, "answer"))
		js_set_str(verified, "worker", o->worker); /* read as a reviewer's word */
	draft_task(v->d, EV_VERIFIED, verified);
	draft_end_good(v, o);
}

/* ---- consensus and qa ---- */

/* The answers that are held, and the one at hand: by attempt. */
size_t opinions_of(const struct answered *v, struct opinion all[OVERLAP_MAX + 1])
{
	size_t n = 0, k = 0;

	for (int i = 0; i < v->t->n_assigns && n < OVERLAP_MAX; i++) {
		const struct assign *a = &v->t->assigns[i];
		if (a->state != AS_HELD)
			continue;
		const json_t *data = v->in->answers[k++];
		if (a->awaits == AWAITS_PROGRAMS && a->attempt != v->attempt)
			continue; /* not judged yet */
		if (v->fresh && a->attempt == v->attempt)
			continue;
		all[n++] = (struct opinion){
			a->worker->name, v->stats ? reputation_skill(v->w, v->stats, a->worker) : NULL,
			a->attempt, json_object_get(data, "answer"), json_object_get(data, "confidence")};
	}
	if (v->fresh)
		all[n++] = (struct opinion){v->worker, v->skill, v->attempt, v->answer, v->confidence};
	return n;
}

/* What is learned of a new answer goes with the event, also where events have no other data. */
void draft_held(const struct answered *v, const struct agreement *a, const struct fact *fact)
{
	struct fact with = *fact;
	json_t *learn = NULL;

	if (v->fresh && a->learn) {
		learn = json_object();
		js_set_copy(learn, "learn", a->learn);
	}
	with.more = json_incref(learn);
	draft_fact(v->d, EV_HELD, &with);
	if (v->d->out->brief)
		v->d->out->events[v->d->out->n - 1].data = learn;
	else
		json_decref(learn);
}

static void mark(json_t *data, const struct agreement *a)
{
	if (a->tie)
		js_set_new(data, "tie", json_true());
	if (a->kind == AGREE_NOT)
		js_set_new(data, "unsure", json_true());
}

/* Where an answer is another one, as far as fields were compared; texts are not. */
static json_t *differences(const struct agreement *a, const struct opinion *all, size_t who)
{
	const json_t *result = a->answer ? a->answer : all[a->winner].answer;
	json_t *out = json_array(), *told;
	const char *at;

	json_object_foreach(a->fields, at, told) {
		const char *pointer = strcmp(at, "/") == 0 ? "" : at;
		const json_t *own = js_at(all[who].answer, pointer), *v = js_at(result, pointer);
		double spread = json_number_value(json_object_get(told, "spread"));
		if (own == v || (own && v && json_equal((json_t *)own, (json_t *)v)))
			continue;
		if (json_object_get(told, "spread") && json_is_number(own) &&
		    fabs(json_number_value(own) - json_number_value(v)) <= 3 * spread)
			continue;
		json_array_append_new(out, reason_of(pointer, "/consensus", "most others answered differently"));
	}
	if (!json_array_size(out))
		json_array_append_new(out, reason_of("", "/consensus", "most others answered differently"));
	return out;
}

void tell_agreement(const struct answered *v, const struct opinion *all, size_t n,
                    const struct agreement *a)
{
	for (size_t i = 0; i < n; i++) {
		json_t *data = check_data(STAGE_CONSENSUS, all[i].attempt);
		js_set_int(data, "scoreMicro", a->score_micro);
		js_set_int(data, "answers", (json_int_t)n);
		js_set_copy(data, "fields", a->fields);
		mark(data, a);
		if (a->note[0])
			js_set_str(data, "note", a->note);
		if (!a->agrees[i])
			js_set_new(data, "errors", differences(a, all, i));
		draft_task(v->d, a->agrees[i] ? EV_CHECK_PASSED : EV_CHECK_FAILED, data);
	}
}

json_t *verified_data(const struct agreement *a, size_t n)
{
	json_t *data = json_object();

	if (a->answer)
		js_set_copy(data, "answer", a->answer);
	js_set_int(data, "answers", (json_int_t)n);
	js_set_int(data, "scoreMicro", a->score_micro);
	if (a->learn)
		js_set_copy(data, "learn", a->learn);
	return data;
}

static void no_agreement(const struct answered *v, int too_few)
{
	release_others(v, v->worker);
	draft_end(v->d, too_few ? "not enough answers within the lane's attempts" : "the answers do not agree");
}

/* A lane that asks for no verification, or a chain: the answer stands. */
static void stands_alone(const struct answered *v)
{
	struct opinion own = {v->worker, v->skill, v->attempt, v->answer, v->confidence};

	stage_note(v, STAGE_CONSENSUS, "one answer is enough");
	stage_note(v, STAGE_QA, "nobody reviews this kind of task");
	draft_fact(v->d, EV_VERIFIED, &(struct fact){.attempt = v->attempt});
	draft_end_good(v, &own);
}

/* More answers are wanted than the task may have: what there is is not enough, or all that there will be. */
static int none_left(const struct answered *v, size_t n, struct agreement *a)
{
	if (a->kind != AGREE_MORE || attempts_left(v) || one_more_at_hand(v))
		return 0;
	a->kind = AGREE_NOT;
	return v->how->approval.field || (int)n < v->t->overlap;
}

/* Nobody reviews, and ${why}. */
static void pass_unseen(const struct answered *v, const struct opinion *all, size_t n,
                        const struct agreement *a, json_t *why)
{
	for (size_t i = 0; i < n; i++) {
		if (!a->agrees[i])
			continue;
		json_t *data = check_data(STAGE_QA, all[i].attempt);
		json_object_update_missing(data, why);
		draft_task(v->d, EV_CHECK_PASSED, data);
	}
}

static void conclude(struct answered *v)
{
	struct opinion all[OVERLAP_MAX + 1];
	size_t n = opinions_of(v, all);
	struct agreement a;
	json_t *why = NULL;

	agreement_of(v, all, n, &a);
	const struct opinion *o = &all[a.winner];
	if (a.kind == AGREE_MORE && trusted_alone(v, all, n, &a))
		a.kind = AGREE_ENOUGH;
	else if (a.kind == AGREE_ENOUGH && attempts_left(v) && doubts_want_more(v, all, n))
		a.kind = AGREE_MORE;
	int too_few = none_left(v, n, &a);
	if (a.kind == AGREE_MORE) {
		draft_held(v, &a, &(struct fact){
			.worker = v->worker, .attempt = v->attempt, .awaits = awaits_names[AWAITS_ANSWERS],
			.answers = (int)n, .wanted = (int)n + 1 > v->t->overlap ? (int)n + 1 : v->t->overlap});
	} else {
		int fails = too_few || (a.kind == AGREE_NOT &&
		                        (v->how->approval.field ||
		                         v->how->on_fail[STAGE_CONSENSUS] == UNSURE_FAIL));
		a.agrees[a.winner] |= (uint8_t)!fails; /* where all of it is nobody's, the nearest stands for it */
		tell_agreement(v, all, n, &a);
		if (fails) {
			no_agreement(v, too_few);
		} else if (review_wanted(v, &a, &why)) {
			json_decref(why);
			review_ask(v, o, &a);
		} else {
			pass_unseen(v, all, n, &a, why);
			json_decref(why);
			json_t *verified = verified_data(&a, n);
			mark(verified, &a);
			draft_good(v, o, verified);
		}
	}
	agreement_release(&a);
}

/* Right in form, and not sure enough for its level. */
static int unsure(const struct answered *v)
{
	json_t *data;

	if (v->held || !chain_unsure(v->w, v->t, v->worker, v->confidence))
		return 0;
	data = json_object();
	js_set_str(data, "stage", "confidence");
	js_set_int(data, "attempt", v->attempt);
	draft_task(v->d, EV_CHECK_FAILED, data);
	chain_pass_on(v->d, v->t, v->now_ms, v->worker, v->confidence);
	return 1;
}

int verify_answer(struct answered *v, enum stage first, struct err *err)
{
	static int (*const stages[])(struct answered *, struct err *) = {
		[STAGE_SCHEMA] = stage_schema, [STAGE_RULES] = stage_rules,
		[STAGE_ANOMALY] = stage_anomaly, [STAGE_GOLD] = stage_gold};

	for (enum stage s = first; s < STAGE_CONSENSUS; s++) {
		int rc = stages[s](v, err);
		if (rc <= 0)
			return rc;
		if (s == STAGE_SCHEMA && unsure(v))
			return 0;
	}
	if (beside_review(v)) /* it is heard when the reviewer is done */
		draft_fact(v->d, EV_HELD, &(struct fact){.worker = v->worker, .attempt = v->attempt,
		                                         .awaits = awaits_names[AWAITS_ANSWERS]});
	else if (v->how->asked && !v->t->esc)
		conclude(v);
	else
		stands_alone(v);
	return 0;
}
