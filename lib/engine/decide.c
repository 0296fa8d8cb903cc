#include "engine/decide.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/near.h"
#include "engine/decide_p.h"
#include "engine/lookup.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"

json_t *data_worker(const char *worker)
{
	json_t *data = json_object();

	js_set_str(data, "worker", worker);
	return data;
}

struct assign *own_assign(struct world *w, const struct message *m, const struct task *t,
                          struct err *err)
{
	char id[ID_TEXT_MAX];

	struct assign *own = task_assign_of(t, m->from);
	if (!(own ? crew_worker(w, own->worker) : config_worker(w->config, m->from))) {
		struct near near;
		struct buf hint = BUF_INIT;
		near_init(&near, m->from);
		config_near(w->config, CFG_WORKER, &near);
		near_add(&near, &hint);
		err_set(err, FAIL_NOT_FOUND, "no such worker \"%s\"%s", m->from, buf_str(&hint));
		buf_release(&hint);
		return NULL;
	}
	if (own && own->state > AS_HELD)
		return own;
	id_format(&t->id, "task_", id);
	if (own && own->state == AS_HELD) {
		err_set(err, FAIL_CONFLICT, "%s: the answer of %s is being verified", id, m->from);
		return NULL;
	}
	const struct assign *held = task_live_assign(t, NULL);
	if (held)
		err_set(err, FAIL_CONFLICT, "%s: %s %s", id,
		        held->state == AS_OFFERED ? "offered to" : "held by", held->worker->name);
	else
		err_set(err, FAIL_DENIED, "%s: not offered to %s", id, m->from);
	return NULL;
}

static int refuse_closed(const struct world *w, const struct message *m, struct err *err)
{
	uint64_t content;
	char id[ID_TEXT_MAX];
	enum state s = world_closed(w, &m->task, &content);

	id_format(&m->task, "task_", id);
	if (s == ST_NONE)
		return err_set(err, FAIL_NOT_FOUND, "%s: no such task", id);
	return err_set(err, FAIL_CONFLICT, "%s: already %s", id, state_name(s));
}

/* A second cancel of a cancelled task has what it wants: clients retry. */
static int cancelled_before(const struct world *w, const struct message *m)
{
	uint64_t content;

	return m->type == MSG_CANCEL && world_closed(w, &m->task, &content) == ST_CANCELLED;
}

static int decide_message(struct world *w, int64_t now_ms, const struct input *in,
                          struct decision *out, struct err *err)
{
	const struct message *m = in->msg;

	if (m->type == MSG_SUBMIT)
		return decide_submit(w, now_ms, in, out, err);
	if (m->type == MSG_REINSTATE)
		return decide_reinstate(w, m, out, err);
	if (cancelled_before(w, m)) {
		out->replayed = 1;
		return 0;
	}
	struct task *t = world_task(w, &m->task);
	if (!t)
		return refuse_closed(w, m, err);
	switch (m->type) {
	case MSG_ANSWER:
		return decide_answer(w, now_ms, in, t, out, err);
	case MSG_CHECKED:
		return decide_checked(w, now_ms, in, t, out, err);
	case MSG_ACKNOWLEDGE:
	case MSG_UNACKNOWLEDGE:
	case MSG_ESCALATE:
	case MSG_RESOLVE:
		return decide_escalation(w, now_ms, in, t, out, err);
	case MSG_CANCEL:
	case MSG_COMMENT:
	case MSG_REPLY:
		return decide_requester(w, now_ms, m, t, out, err);
	default:
		return decide_worker(w, now_ms, m, t, out, err);
	}
}

static int decide_config(const struct world *w, const struct input *in, struct decision *out,
                         struct err *err)
{
	struct config *trial = config_new();
	int rc = in->config_doc ? config_set(trial, in->config_kind, in->config_name, in->config_doc, err)
	                        : 0;
	struct sha256 sha;
	char hex[SHA256_HEX];

	config_free(trial);
	if (rc != 0)
		return -1;
	const json_t *have = config_doc(w->config, in->config_kind, in->config_name);
	if (have ? in->config_doc && json_equal(have, in->config_doc) : !in->config_doc)
		return 0;
	json_t *data = json_object();
	js_set_str(data, "kind", config_words[in->config_kind]);
	js_set_str(data, "name", in->config_name);
	if (in->config_doc) {
		js_hash(in->config_doc, &sha);
		js_set_str(data, "sha256", sha256_hex(&sha, hex));
		js_set_copy(data, "doc", in->config_doc);
	} else {
		js_set_new(data, "doc", json_null());
	}
	draft_plain(out, EV_CONFIG_SET, "erd", data);
	return 0;
}

static void decide_webhook(const struct input *in, struct decision *out)
{
	out->events[out->n++] = (struct draft){.type = in->webhook, .has_task = 1, .task = in->task,
	                                       .actor = "erd", .data = json_incref(in->webhook_data)};
}

static void decide_clock(const struct input *in, struct decision *out)
{
	json_t *data = json_object();

	js_set_int(data, "byMs", in->step_ms);
	draft_plain(out, EV_CLOCK_STEPPED, "erd", data);
}

/* An answer is judged beside the others of its task; a recheck looks at all of them again. */
static int wants_docs(const struct input *in, const struct task *t)
{
	if (in->kind == IN_TIMER)
		return t->recheck;
	if (in->kind != IN_MESSAGE)
		return 0;
	return in->msg->type == MSG_ANSWER || in->msg->type == MSG_RESOLVE || in->msg->type == MSG_CHECKED;
}

int input_needs(const struct world *w, const struct input *in, struct input_docs *out)
{
	const struct task *t = world_task(w, in->kind == IN_MESSAGE ? &in->msg->task : &in->task);

	if (!t || !wants_docs(in, t))
		return 0;
	out->task = t->id;
	out->created = t->created;
	out->verdict = t->verdict;
	out->n = 0;
	for (int i = 0; i < t->n_assigns && out->n < OVERLAP_MAX; i++)
		if (t->assigns[i].state == AS_HELD)
			out->answers[out->n++] = t->assigns[i].answer;
	return 1;
}

int decide(struct world *w, int64_t now_ms, const struct input *in, struct decision *out,
           struct err *err)
{
	struct task *t;

	out->n = 0;
	out->brief = in->brief;
	out->moves = &w->moves;
	out->replayed = out->class_full = 0;
	out->errors = NULL;
	switch (in->kind) {
	case IN_MESSAGE:
		return decide_message(w, now_ms, in, out, err);
	case IN_CONFIG:
		return decide_config(w, in, out, err);
	case IN_WEBHOOK:
		decide_webhook(in, out);
		return 0;
	case IN_CLOCK:
		decide_clock(in, out);
		return 0;
	case IN_SUSPECT:
		decide_suspend(w, in, out);
		return 0;
	case IN_TIMER:
		t = world_task(w, &in->task);
		if (t && t->recheck)
			return decide_recheck(w, now_ms, in, t, out, err);
		if (t)
			decide_timer(w, now_ms, t, out);
		return 0;
	case IN_ROUTE:
		if ((t = world_task(w, &in->task)) && task_wants(t))
			decide_route(w, now_ms, t, out);
		return 0;
	}
	return err_set(err, FAIL_FAILURE, "unknown kind of input");
}

void decision_release(struct decision *d)
{
	for (size_t i = 0; i < d->n; i++)
		json_decref(d->events[i].data);
	json_decref(d->errors);
	d->n = 0;
	d->errors = NULL;
}
