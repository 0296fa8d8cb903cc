/*
 * An answer passes the verification stages in order; each writes its verdict.  Now: stage 1, the
 * schema, and evidence where it is demanded.  The answer is in the journal (submitted) before any
 * check is.
 */
#include <string.h>

#include "base/err.h"
#include "engine/decide_p.h"
#include "engine/world.h"
#include "json/js.h"
#include "json/schema/schema.h"
#include "model/contract.h"
#include "model/message.h"

enum { ERRORS_BYTES = 64 * 1024 };

static json_t *data_attempt(const char *worker, int attempt)
{
	json_t *data = data_worker(worker);

	js_set_int(data, "attempt", attempt);
	return data;
}

static void draft_check(struct drafts *d, int passed, int attempt, json_t *errors)
{
	if (passed) {
		draft_fact(d, EV_CHECK_PASSED, &(struct fact){.stage = "schema", .attempt = attempt});
		return;
	}
	json_t *data = json_object();

	js_set_str(data, "stage", "schema");
	js_set_int(data, "attempt", attempt);
	js_set_copy(data, "errors", errors);
	draft_task(d, EV_CHECK_FAILED, data);
}

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
static json_t *stage_schema(const struct world *w, const json_t *created, const json_t *answer,
                            struct err *err)
{
	const json_t *doc = json_object_get(created, "answerSchema");
	struct schema_errors errors = {.n = 0};

	if (!doc)
		doc = json_object_get(json_object_get(created, "spec"), "schema");
	if (!doc || json_is_null(doc))
		return NULL;
	const struct schema *s = contract_schema(w->config, doc, err);
	if (!s)
		return NULL;
	if (schema_validate(s, answer, &errors) == 0)
		return NULL;
	json_t *out = errors_that_fit(&errors);
	schema_errors_release(&errors);
	return out;
}

/* Evidence belongs to stage 1: without it the answer is as incomplete as without a required member. */
static void stage_evidence(const json_t *created, const json_t *evidence, json_t **errors)
{
	json_t *e;

	const json_t *spec = json_object_get(created, "spec");

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

static void draft_rejected(struct drafts *d, const struct message *m, const struct task *t,
                           int attempt, json_t *errors)
{
	int left = t->max_attempts - attempt;
	json_t *data = data_attempt(m->from, attempt);

	js_set_int(data, "attemptsLeft", left > 0 ? left : 0);
	js_set_copy(data, "reasons", errors);
	draft_check(d, 0, attempt, errors);
	draft_task(d, EV_REJECTED, data);
	if (left <= 0) {
		data = json_object();
		js_set_str(data, "reason", "no valid answer within the lane's attempts");
		draft_task(d, EV_FAILED, data);
	}
}

static void draft_submitted(struct drafts *d, const struct message *m, int attempt)
{
	draft_fact(d, EV_SUBMITTED, &(struct fact){
		.worker = m->from, .attempt = attempt,
		.answer = json_object_get(m->body, "answer"),
		.confidence = json_object_get(m->body, "confidence"),
		.evidence = json_object_get(m->body, "evidence")});
}

/* The first good answer wins. */
static void release_others(struct drafts *d, const struct message *m)
{
	for (size_t i = d->n_live; i-- > 0;) { /* from behind: the list closes its gaps */
		if (strcmp(d->live[i].worker, m->from) == 0)
			continue;
		draft_fact(d, EV_RELEASED, &(struct fact){.worker = d->live[i].worker,
		                                          .reason = "another answer came first"});
	}
}

/* Right in form, and not sure enough for its level. */
static void draft_unsure(struct drafts *d, const struct task *t, int64_t now_ms,
                         const struct message *m, int attempt)
{
	json_t *data = json_object();

	js_set_str(data, "stage", "confidence");
	js_set_int(data, "attempt", attempt);
	draft_task(d, EV_CHECK_FAILED, data);
	chain_pass_on(d, t, now_ms, m->from, json_object_get(m->body, "confidence"));
}

static void draft_good(struct drafts *d, const struct message *m, int attempt)
{
	draft_fact(d, EV_VERIFIED, &(struct fact){.attempt = attempt});
	release_others(d, m);
}

static int may_answer(const struct task *t, const struct assign *own, struct err *err)
{
	char id[ID_TEXT_MAX];

	if (own->state == AS_BLOCKED)
		return err_set(err, FAIL_CONFLICT, "%s: waits for the requester's reply",
		               id_format(&t->id, "task_", id));
	if (t->state == ST_SUBMITTED)
		return err_set(err, FAIL_CONFLICT, "%s: another answer is being verified",
		               id_format(&t->id, "task_", id));
	return 0;
}

int draft_answer(struct world *w, int64_t now_ms, const struct message *m, const json_t *created,
                 const struct task *t, const struct assign *own, struct drafts *d, struct err *err)
{
	int attempt = t->attempts + 1;
	struct err bad;

	err_clear(&bad); /* clearing it all would cost more than the rest */
	d->out->errors = stage_schema(w, created, json_object_get(m->body, "answer"), &bad);
	if (bad.code != FAIL_NONE) {
		*err = bad;
		return err_wrap(err, "the task's schema");
	}
	stage_evidence(created, json_object_get(m->body, "evidence"), &d->out->errors);
	if (own)
		draft_started(d, w, now_ms, t, own);
	else
		draft_worker(d, EV_STARTED, m->from);
	draft_submitted(d, m, attempt);
	if (d->out->errors) {
		draft_rejected(d, m, t, attempt, d->out->errors);
		return 0;
	}
	draft_check(d, 1, attempt, NULL);
	if (own && chain_unsure(w, t, m->from, json_object_get(m->body, "confidence"))) {
		draft_unsure(d, t, now_ms, m, attempt);
		return 0;
	}
	draft_good(d, m, attempt);
	if (t->esc)
		draft_task(d, EV_ESC_RESOLVED, data_worker(m->from));
	draft_fact(d, EV_COMPLETED, &(struct fact){.worker = m->from, .attempt = attempt});
	return 0;
}

int decide_answer(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
                  struct decision *out, struct err *err)
{
	const struct assign *own = own_assign(w, in->msg, t, err);
	struct drafts d;

	if (!own || may_answer(t, own, err) != 0)
		return -1;
	drafts_init(&d, out, &t->id, t, in->msg->from);
	return draft_answer(w, now_ms, in->msg, in->created, t, own, &d, err);
}
