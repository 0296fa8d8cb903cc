/*
 * Stage 6: a share of the answers goes to a reviewer, as a task of its own in the lane that the lane
 * names: it is routed, reminded of and answered like any other.  What the reviewer says decides.
 */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "engine/decide_p.h"
#include "engine/lot.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/dialect.h"
#include "model/state.h"

enum { DOUBT = 4, DOUBT_KNOWN = 20 };

/* ---- who is reviewed ---- */

/* More of those who are new or doubtful. */
static int rate_for(const struct answered *v, int rate)
{
	struct standing s;

	reputation_of_fast(v->skill, &s);
	if (s.known < DOUBT_KNOWN || s.mean_micro < 800000)
		rate *= DOUBT;
	return rate < 1000 ? rate : 1000;
}

int review_wanted(const struct answered *v, const struct agreement *a, json_t **why)
{
	int risk = answered_risk(v);
	int rate, drawn = (int)(lot_of(&v->t->id, (uint64_t)v->attempt) % 1000);

	*why = json_object();
	if (v->t->gold || v->t->esc || !v->how->qa.lane || v->t->reviews) {
		js_set_str(*why, "note", "nobody reviews this kind of task");
		return 0;
	}
	rate = verify_qa_milli(v->how, risk, risk >= 0 && v->lane ? v->lane->risk[risk].qa_milli : -1);
	rate = rate ? rate_for(v, rate) : 0;
	if (a->kind == AGREE_NOT && v->how->on_fail[STAGE_CONSENSUS] == UNSURE_REVIEW)
		rate = 1000;
	js_set_int(*why, "rateMilli", rate);
	js_set_int(*why, "drawn", drawn);
	return drawn < rate;
}

/* ---- asking ---- */

static json_t *one_of(const char *const *words)
{
	json_t *list = json_array(), *s = json_object();

	for (int i = 0; words[i]; i++)
		json_array_append_new(list, json_string(words[i]));
	js_set_new(s, "enum", list);
	return s;
}

/* A correction must be an answer: the task's own schema, with its own root for what it refers to. */
static json_t *verdict_schema(const json_t *answers)
{
	static const char *const verdicts[] = {"confirm", "correct", "reject", NULL};
	json_t *s = json_object(), *p = json_object(), *need = json_array(), *reason = json_object();

	js_set_str(s, "type", "object");
	js_set_new(p, "verdict", one_of(verdicts));
	if (json_is_object(answers)) {
		json_t *inner = json_copy((json_t *)answers);
		if (!json_object_get(inner, "$id"))
			js_set_str(inner, "$id", "urn:er:answer");
		js_set_new(p, "answer", inner);
	} else {
		js_set_new(p, "answer", json_object());
	}
	js_set_str(reason, "type", "string");
	js_set_int(reason, "maxLength", 4000);
	js_set_new(p, "reason", reason);
	js_set_new(s, "properties", p);
	json_array_append_new(need, json_string("verdict"));
	js_set_new(s, "required", need);
	js_set_new(s, "additionalProperties", json_false());
	return s;
}

static json_t *review_body(const struct answered *v, const struct opinion *o,
                           const struct agreement *a)
{
	static const char *const parts[] = {"payload", "context", "artifacts", "task", NULL};
	const json_t *made = v->in->created, *asked = json_object_get(made, "body");
	json_t *body = json_object(), *payload = json_object();
	char id[ID_TEXT_MAX], title[160];

	snprintf(title, sizeof(title), "Review: %.120s", js_str_or(made, "/spec/title", v->t->match->lane));
	js_set_int(body, "er", 1);
	js_set_str(body, "lane", v->how->qa.lane);
	js_set_str(body, "title", title);
	js_set_str(body, "instructions",
	           "Is this answer right?  Confirm it, give the right one, or reject it.");
	js_set_str(payload, "task", id_format(&v->t->id, "task_", id));
	js_set_str(payload, "lane", v->t->match->lane);
	js_set_str(payload, "title", js_str_or(made, "/spec/title", NULL));
	for (size_t i = 0; parts[i]; i++)
		js_set_copy(payload, parts[i], json_object_get(asked, parts[i]));
	js_set_copy(payload, "answer", a->answer ? a->answer : o->answer);
	js_set_int(payload, "scoreMicro", a->score_micro);
	js_set_new(body, "payload", payload);
	js_set_new(body, "schema", verdict_schema(answer_schema(v)));
	return body;
}

struct id review_id(const struct world *w, const struct id *task, int attempt, int n)
{
	char text[ID_TEXT_MAX], key[ID_TEXT_MAX + 48];
	struct id id;

	snprintf(key, sizeof(key), "review\n%s\n%d\n%d", id_format(task, "task_", text), attempt, n);
	id_from_key(&id, w->organisation, key);
	return id;
}

static void no_reviewer(const struct answered *v, const char *why)
{
	json_t *reasons = json_array();

	json_array_append_new(reasons, reason_of("", "/qa", why));
	stage_failed(v, STAGE_QA, reasons);
	json_decref(reasons);
}

/* Whoever else is at work need not be. */
static void release_live(const struct answered *v)
{
	struct drafts *d = v->d;

	for (size_t k = d->n_live; k-- > 0;) {
		json_t *data = data_worker(d->live[k].worker);
		js_set_str(data, "reason", "enough answers");
		draft_task(d, EV_RELEASED, data);
	}
}

/* The answer at hand waits with the others. */
static void hold_for(const struct answered *v, const struct opinion *o, const struct agreement *a,
                     const struct id *review)
{
	char text[ID_TEXT_MAX];

	if (strcmp(v->worker, o->worker) != 0)
		draft_fact(v->d, EV_HELD, &(struct fact){.worker = v->worker, .attempt = v->attempt,
		                                         .awaits = awaits_names[AWAITS_ANSWERS]});
	draft_held(v, a, &(struct fact){.worker = o->worker, .attempt = o->attempt,
	                                .awaits = awaits_names[AWAITS_REVIEW],
	                                .review = id_format(review, "task_", text)});
	release_live(v);
}

/* The next review that the answer may have; 0: it had all. */
static int next_review(const struct answered *v, const struct opinion *o, struct id *id)
{
	uint64_t was;

	for (int i = 0; i < REVIEWS_MAX; i++) {
		*id = review_id(v->w, &v->t->id, o->attempt, i);
		if (world_closed(v->w, id, &was) == ST_NONE)
			return 1;
	}
	return 0;
}

void review_ask(const struct answered *v, const struct opinion *o, const struct agreement *a)
{
	struct id id;

	if (next_review(v, o, &id))
		hold_for(v, o, a, &id);
	else
		no_reviewer(v, "nobody reviewed it in time");
}

/* Where it is not the one that the answer was held for. */
static void tell_which(const struct answered *v, const struct opinion *o, const struct id *review)
{
	struct id first = review_id(v->w, &v->t->id, o->attempt, 0);
	char text[ID_TEXT_MAX];

	if (memcmp(&first, review, sizeof(first)) != 0)
		draft_fact(v->d, EV_HELD, &(struct fact){.worker = o->worker, .attempt = o->attempt,
		                                         .awaits = awaits_names[AWAITS_REVIEW],
		                                         .review = id_format(review, "task_", text)});
}

/* The task of a review is made by a decision of its own: whoever answered does not wait for it. */
static void review_make(const struct answered *v, const struct opinion *o, const struct agreement *a)
{
	struct new_task n = {.from = "er", .reviews = &v->t->id};
	struct err bad = ERR_INIT;

	if (!next_review(v, o, &n.id)) {
		no_reviewer(v, "nobody reviewed it in time");
		return;
	}
	tell_which(v, o, &n.id);
	json_t *body = review_body(v, o, a);
	n.body = body;
	int rc = draft_own_task(v->w, v->now_ms, &n, v->d->out, &bad);
	json_decref(body);
	if (rc != 0)
		no_reviewer(v, bad.msg);
}

/* ---- what the reviewer said ---- */

struct verdict {
	struct answered v;
	struct opinion all[OVERLAP_MAX + 1];
	size_t n;
	struct agreement a;
	const json_t *said; /* {verdict, answer, reason} */
	const char *reviewer;
};

static json_t *qa_data(const struct verdict *k, int attempt, const char *word)
{
	json_t *data = check_data(STAGE_QA, attempt);

	js_set_str(data, "verdict", word);
	js_set_str(data, "reviewer", k->reviewer);
	js_set_str(data, "reason", js_str_or(k->said, "/reason", NULL));
	return data;
}

/* What is known of the workers may have changed since the reviewer was asked: who agrees is told anew. */
static void pass_all(struct verdict *k, const char *word)
{
	if (k->n > 1)
		tell_agreement(&k->v, k->all, k->n, &k->a);
	for (size_t i = 0; i < k->n; i++)
		if (k->a.agrees[i])
			draft_task(k->v.d, EV_CHECK_PASSED, qa_data(k, k->all[i].attempt, word));
}

/* The reviewer's own answer stands, when it is one. */
static int corrected(struct verdict *k)
{
	const json_t *answer = json_object_get(k->said, "answer");

	if (!answer || !answer_meets(&k->v, answer))
		return 0;
	pass_all(k, "corrected");
	json_decref(k->a.answer);
	k->a.answer = json_incref((json_t *)answer);
	return 1;
}

static void reject(struct verdict *k)
{
	json_t *reasons = json_array();

	json_array_append_new(reasons,
	                      reason_of("", "/qa", js_str_or(k->said, "/reason", "a reviewer rejected it")));
	for (size_t i = 0; i < k->n; i++) {
		if (!k->a.agrees[i] || k->all[i].attempt == k->v.attempt)
			continue;
		json_t *data = data_worker(k->all[i].worker);
		js_set_str(data, "reason", "a reviewer rejected the answer");
		js_set_new(data, "declined", json_true());
		draft_task(k->v.d, EV_RELEASED, data);
	}
	stage_failed_with(&k->v, STAGE_QA, reasons, qa_data(k, k->v.attempt, "rejected"));
	json_decref(reasons);
}

static void obey(struct verdict *k)
{
	const char *word = js_str_or(k->said, "/verdict", "reject");
	const struct opinion *o = &k->all[k->a.winner];

	if (strcmp(word, "confirm") == 0)
		pass_all(k, "confirmed");
	else if (strcmp(word, "correct") != 0 || !corrected(k)) {
		reject(k);
		return;
	}
	if (k->a.learn)
		js_set_new(k->a.learn, "truth",
		           learn_truth(&k->v, k->a.answer ? k->a.answer : o->answer));
	json_t *verified = verified_data(&k->a, k->n);
	js_set_str(verified, "reviewed", word);
	draft_good(&k->v, o, verified);
}

static void decide_verdict(struct verdict *k)
{
	const json_t *said = k->v.in->verdict;

	k->n = opinions_of(&k->v, k->all);
	agreement_of(&k->v, k->all, k->n, &k->a);
	for (size_t i = 0; i < k->n; i++)
		if (k->all[i].attempt == k->v.attempt)
			k->a.winner = (int)i;
	k->a.agrees[k->a.winner] = 1;
	k->said = json_object_get(said, "answer");
	k->reviewer = js_str_or(said, "/worker", "unknown");
	if (said)
		obey(k);
	else
		review_make(&k->v, &k->all[k->a.winner], &k->a);
	agreement_release(&k->a);
}

/* ---- a task to be looked at again ---- */

/* What is with a reviewer stays there. */
static int loses(const struct world *w, const struct task *t, const struct assign *a)
{
	return a->state != AS_ENDED && !(a->state == AS_HELD && t->review) &&
	       reputation_suspended(w, t->match->lane, a->worker);
}

/* Whoever is suspended has it no longer, and its answer does not count. */
static int without_suspended(struct drafts *d, const struct world *w, const struct task *t)
{
	int n = 0;

	for (int i = 0; i < t->n_assigns; i++) {
		const struct assign *a = &t->assigns[i];
		if (!loses(w, t, a))
			continue;
		json_t *data = data_worker(a->worker->name);
		js_set_str(data, "reason", "suspended");
		js_set_new(data, "declined", json_true());
		draft_task(d, EV_RELEASED, data);
		n++;
	}
	return n;
}

static const struct assign *under_review(const struct task *t)
{
	for (int i = 0; t->review && i < t->n_assigns; i++)
		if (t->assigns[i].state == AS_HELD && t->assigns[i].awaits == AWAITS_REVIEW)
			return &t->assigns[i];
	return NULL;
}

/* A reviewer is still at it. */
static int reviewing(const struct world *w, const struct task *t, const struct assign *a)
{
	for (int n = 0; n < REVIEWS_MAX; n++) {
		struct id id = review_id(w, &t->id, a->attempt, n);
		if (world_task(w, &id))
			return 1;
	}
	return 0;
}

/* A review of a task that has ended meanwhile. */
static int orphan(const struct world *w, const struct task *t)
{
	return t->reviews && !world_task(w, &t->parent);
}

int recheck_due(const struct world *w, const struct task *t)
{
	const struct assign *a = under_review(t);

	if (orphan(w, t) || (a && !reviewing(w, t, a)))
		return 1;
	for (int i = 0; i < t->n_assigns; i++)
		if (loses(w, t, &t->assigns[i]))
			return 1;
	return 0;
}

int decide_recheck(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
                   struct decision *out, struct err *err)
{
	const struct assign *a = under_review(t);
	struct drafts d;
	struct verdict k = {.n = 0};

	(void)err;
	drafts_init(&d, out, &t->id, t, "erd");
	if (orphan(w, t)) {
		draft_fact(&d, EV_CANCELLED, &(struct fact){.reason = "the task has ended"});
		return 0;
	}
	if (without_suspended(&d, w, t))
		return 0;
	if (!a || reviewing(w, t, a)) /* engine_next has asked for nothing */
		return 0;
	answered_held(&k.v, w, now_ms, in, t, a, &d);
	decide_verdict(&k);
	return 0;
}
