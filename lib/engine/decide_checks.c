/* The stages that judge one answer alone. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "engine/decide_p.h"
#include "engine/lookup.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/verify/anomaly.h"
#include "engine/world.h"
#include "json/js.h"
#include "json/logic/logic.h"
#include "json/schema/schema.h"
#include "model/contract.h"
#include "model/message.h"
#include "model/ruling.h"

enum { ERRORS_BYTES = 64 * 1024 };

static const struct anomaly_lane nothing_learned;

/* ---- 1: schema ---- */

/* Both events of a rejection carry the reasons and must fit a journal line, and pointers into a
 * hostile answer may be a megabyte long: as many as fit. */
static json_t *errors_that_fit(const struct schema_errors *errors)
{
	char nothing[] = "", hidden[] = "what is wrong has names too long to show";
	struct schema_errors some = {.n = 0};
	size_t bytes = 0;

	for (size_t i = 0; i < errors->n; i++) {
		const struct schema_error *e = &errors->e[i];
		size_t n = strlen(e->instance) + strlen(e->keyword) + strlen(e->message);
		if (n > ERRORS_BYTES - bytes)
			continue;
		bytes += n;
		some.e[some.n++] = *e;
	}
	if (!some.n)
		some.e[some.n++] = (struct schema_error){nothing, nothing, hidden};
	some.total = errors->total;
	return schema_errors_json(&some);
}

/* The errors as JSON, or NULL when the answer meets the schema. */
static json_t *schema_errors_of(const struct answered *v)
{
	struct schema_errors errors; /* long, and as long as its n says */

	errors.n = errors.total = 0;
	if (!v->contract || schema_validate(v->contract->schema, v->answer, &errors) == 0)
		return NULL;
	json_t *out = errors_that_fit(&errors);
	schema_errors_release(&errors);
	return out;
}

/* Evidence belongs to stage 1: without it the answer is as incomplete as without a required member. */
static void evidence_errors(const json_t *created, const json_t *evidence, json_t **errors)
{
	const json_t *spec = json_object_get(created, "spec");
	json_t *e;

	if (!json_is_true(json_object_get(spec, "evidenceRequired")) || json_array_size(evidence) > 0)
		return;
	e = json_object();
	js_set_str(e, "instance", "/evidence");
	js_set_str(e, "keyword", "/evidenceRequired");
	js_set_str(e, "message", "evidence is required");
	if (!*errors)
		*errors = json_array();
	json_array_append_new(*errors, e);
}

int stage_schema(struct answered *v, struct err *err)
{
	struct err bad;

	err_clear(&bad); /* cheaper than all of it zeroed */
	if (answer_contract(v, &bad) != 0) {
		*err = bad;
		return err_wrap(err, "the task's schema");
	}
	json_t *errors = schema_errors_of(v);
	evidence_errors(v->in->created, v->evidence, &errors);
	if (!errors) {
		stage_note(v, STAGE_SCHEMA, NULL);
		return 1;
	}
	stage_failed(v, STAGE_SCHEMA, errors);
	v->d->out->errors = errors;
	return 0;
}

/* ---- 2: rules ---- */

/* What a rule may look at: what rule programs are told, the worker's document, and the time as a number. */
static json_t *rule_data(const struct answered *v)
{
	const struct worker *wk =
		v->crew ? crew_worker(v->w, v->crew) : config_worker(v->w->config, v->worker);
	json_t *data = ruling_told(&(struct ruled){.task = &v->t->id, .created = v->in->created,
	                                           .submitted = v->said, .worker = v->worker,
	                                           .attempt = v->attempt, .now_ms = v->now_ms});
	json_t *worker = json_object_get(data, "worker");
	if (wk)
		js_set_int(worker, "trustLevel", wk->trust_level);
	if (wk)
		js_set_copy(worker, "document", wk->doc);
	js_set_int(data, "now", v->now_ms / 1000);
	return data;
}

/* A rule that fails, or cannot be worked out for this answer, is a reason. */
static void judge_rule(const struct rule *r, const json_t *data, json_t *reasons)
{
	struct err bad = ERR_INIT;
	json_t *out = logic_run(r->logic, data, &bad);
	char keyword[96], text[600];

	if (out && logic_truthy(out)) {
		json_decref(out);
		return;
	}
	snprintf(keyword, sizeof(keyword), "/rules/%s", r->name);
	snprintf(text, sizeof(text), "%.400s%s%.180s", r->message ? r->message : "does not meet the rule",
	         out ? "" : ": ", out ? "" : bad.msg);
	json_array_append_new(reasons, reason_of(r->field, keyword, text));
	json_decref(out);
}

static int rules_failed(struct answered *v, json_t *reasons)
{
	stage_failed(v, STAGE_RULES, reasons);
	if (v->how->on_fail[STAGE_RULES] == ON_FAIL_RETURN && !v->held)
		v->d->out->errors = json_incref(reasons);
	json_decref(reasons);
	return 0;
}

static void rules_passed(const struct answered *v)
{
	if (!v->how->n_rules && !v->how->n_programs) {
		stage_note(v, STAGE_RULES, "the lane has none");
		return;
	}
	json_t *data = check_data(STAGE_RULES, v->attempt);
	if (v->how->n_rules)
		js_set_int(data, "rules", (json_int_t)v->how->n_rules);
	if (v->how->n_programs)
		js_set_int(data, "programs", (json_int_t)v->how->n_programs);
	stage_passed(v, data);
}

int stage_rules(struct answered *v, struct err *err)
{
	(void)err;
	if (!v->how->n_rules && !v->how->n_programs) {
		rules_passed(v);
		return 1;
	}
	json_t *reasons = json_array(), *data = v->how->n_rules ? rule_data(v) : NULL;
	for (size_t i = 0; i < v->how->n_rules; i++)
		judge_rule(&v->how->rules[i], data, reasons);
	json_decref(data);
	if (json_array_size(reasons))
		return rules_failed(v, reasons);
	json_decref(reasons);
	if (v->how->n_programs) {
		draft_fact(v->d, EV_HELD, &(struct fact){.worker = v->worker, .attempt = v->attempt,
		                                         .awaits = awaits_names[AWAITS_PROGRAMS]});
		return 0;
	}
	rules_passed(v);
	return 1;
}

/* ---- 3: anomaly ---- */

/* Who stood out, and in what; a worker's habits are told to the operator, who it is in the reasons. */
static json_t *anomaly_reasons(const struct anomaly_verdict *verdict)
{
	json_t *reasons = json_array();

	for (int i = 0; i < ANOMALY_COUNT; i++) {
		char keyword[64], text[300];
		if (!(verdict->of[i].fired & FIRED_ANSWER))
			continue;
		snprintf(keyword, sizeof(keyword), "/anomaly/%s", anomaly_name((enum anomaly)i));
		anomaly_reason(verdict, (enum anomaly)i, text, sizeof(text));
		json_array_append_new(reasons, reason_of("", keyword, text));
	}
	return reasons;
}

static void limits_of(const struct answered *v, struct anomaly_limits *lim)
{
	*lim = anomaly_defaults;
	lim->answer_ppm = v->how->alpha_micro;
	if (v->lane)
		lim->half_life_ms = v->lane->half_life_ms;
	for (int i = 0; i < ANOMALY_COUNT; i++)
		if (strings_has(&v->how->anomaly_off, anomaly_name((enum anomaly)i)))
			lim->off |= 1u << i;
}

static void judge_anomaly(const struct answered *v, const struct traces *t,
                          struct anomaly_verdict *out)
{
	const struct lane_stats *l = v->stats;
	const struct skill *s = v->skill;
	struct anomaly_worker nobody;
	struct anomaly_limits lim;

	anomaly_worker_init(&nobody, v->worker);
	limits_of(v, &lim);
	anomaly_judge(l && l->book ? &l->book->anomaly : &nothing_learned, s ? &s->anomaly : &nobody, t,
	              &lim, out);
}

static void traces_of(const struct answered *v, struct traces *out)
{
	char id[ID_TEXT_MAX];
	const struct anomaly_answer in = {v->answer, id_format(&v->t->id, "task_", id), v->took_ms,
	                                  v->said_ms};

	anomaly_features(&in, out);
}

/* Gold tasks teach too, and are never held back: that would tell them apart. */
int stage_anomaly(struct answered *v, struct err *err)
{
	struct anomaly_verdict verdict;
	struct traces t;
	json_t *data, *reasons;

	(void)err;
	if (!v->how->alpha_micro) {
		stage_note(v, STAGE_ANOMALY, "the lane does not ask for it");
		return 1;
	}
	traces_of(v, &t);
	judge_anomaly(v, &t, &verdict);
	data = check_data(STAGE_ANOMALY, v->attempt);
	anomaly_verdict_json(&verdict, data);
	js_set_new(data, "traces", anomaly_traces_json_new(&t));
	if (verdict.fired & FIRED_LIFE) /* what it does at all answers: the worker's, not this one's */
		js_set_new(data, "habit", json_true());
	if (!(verdict.fired & FIRED_ANSWER) || v->t->gold) {
		stage_passed(v, data);
		return 1;
	}
	reasons = anomaly_reasons(&verdict);
	stage_failed_with(v, STAGE_ANOMALY, reasons, data);
	json_decref(reasons);
	return 0;
}

/* ---- programs ---- */

/* An answer that nobody can judge: no fault of its giver, and no result. */
static void nobody_judges(const struct answered *v, const char *program)
{
	json_t *data = check_data(STAGE_RULES, v->attempt), *reasons = json_array();
	char keyword[96], text[120];

	snprintf(keyword, sizeof(keyword), "/programs/%.64s", program);
	snprintf(text, sizeof(text), "the lane's program %.64s is not there", program);
	json_array_append_new(reasons, reason_of("", keyword, "there is no such program to judge the answer"));
	js_set_new(data, "errors", reasons);
	draft_task(v->d, EV_CHECK_FAILED, data);
	data = json_object();
	js_set_str(data, "reason", text);
	draft_task(v->d, EV_FAILED, data);
}

/* What the lane's programs said of an answer that waits for them: body {worker, attempt, passed,
 * reasons, absent}. */
int decide_checked(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
                   struct decision *out, struct err *err)
{
	const json_t *body = in->msg->body;
	const struct assign *a = task_assign_of(t, js_str_or(body, "/worker", ""));
	struct drafts d;
	struct answered v;
	char id[ID_TEXT_MAX];

	if (!a || a->state != AS_HELD || a->awaits != AWAITS_PROGRAMS ||
	    a->attempt != js_int_or(body, "/attempt", 0))
		return err_set(err, FAIL_CONFLICT, "%s: no such answer waits for programs",
		               id_format(&t->id, "task_", id));
	drafts_init(&d, out, &t->id, t, "erd");
	answered_held(&v, w, now_ms, in, t, a, &d);
	v.fresh = 1;
	if (json_object_get(body, "absent")) {
		nobody_judges(&v, js_str_or(body, "/absent", ""));
		return 0;
	}
	if (!json_is_true(json_object_get(body, "passed"))) {
		const json_t *reasons = json_object_get(body, "reasons");
		return rules_failed(&v, reasons ? json_incref((json_t *)reasons) : json_array());
	}
	rules_passed(&v);
	return verify_answer(&v, STAGE_ANOMALY, err);
}
