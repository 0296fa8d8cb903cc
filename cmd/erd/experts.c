/*
 * Workers that are programs: an offer to one starts it with the task on stdin; what it prints goes
 * back through the drop as an answer like any other.  A program that fails gives the task back.
 * After a restart programs whose task still waits for them are run again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "model/message.h"
#include "model/taskview.h"
#include "out/agent.h"
#include "spool/drop.h"
#include "spool/views.h"
#include "spool/walk.h"

enum {
	VIEW_MAX = 256 << 20,
	AHEAD_MAX = 64 /* programs handed over before their turn: their input waits in memory */
};

/* A task may be with several programs at once. */
struct run {
	UT_hash_handle hh;
	struct id task;
	char worker[]; /* with the task the key */
};

void experts_want(struct erd *e, const struct id *task, const char *worker)
{
	size_t n = strlen(worker);
	struct run *r = mem_alloc(sizeof(*r) + n + 1), *have;

	r->task = *task;
	memcpy(r->worker, worker, n + 1);
	HASH_FIND(hh, e->runs, &r->task, sizeof(r->task) + n, have);
	if (have)
		free(r);
	else
		HASH_ADD_KEYPTR(hh, e->runs, &r->task, sizeof(r->task) + n, r);
}

static void forget(struct erd *e, struct run *r)
{
	HASH_DEL(e->runs, r);
	free(r);
}

void experts_release(struct erd *e)
{
	while (e->runs)
		forget(e, e->runs);
}

/* The program that has the task, or NULL. */
static const struct worker *program(const struct erd *e, const struct assign *a)
{
	const struct worker *wk = a ? config_worker(e->world->config, a->worker->name) : NULL;

	return wk && wk->kind == WORKER_EXEC && a->state != AS_ENDED && a->state != AS_BLOCKED ? wk
	                                                                                       : NULL;
}

/* What erd would refuse would leave the task with the program for good. */
static int acceptable(const struct buf *text, struct err *err)
{
	json_t *doc = js_parse(text->data, text->len, &js_limits_message, err);
	struct message m;

	if (doc && text->len <= DROP_MESSAGE_MAX && message_parse(doc, &m, err) == 0) {
		message_release(&m);
		return 1;
	}
	json_decref(doc);
	err_set(err, FAIL_INVALID, "its message is too long");
	err->code = FAIL_INVALID;
	return 0;
}

/* A message in the program's name, through the drop; erd reads it on its next scan. */
static int say(struct erd *e, const struct id *task, const char *worker, const char *type,
               json_t *body, struct err *err)
{
	char msg_id[ID_TEXT_MAX], task_id[ID_TEXT_MAX];
	struct buf text = BUF_INIT;
	struct id id;
	json_t *m = json_object();

	id_new(&id);
	id_format(&id, "msg_", msg_id);
	js_set_int(m, "er", 1);
	js_set_str(m, "type", type);
	js_set_str(m, "id", msg_id);
	js_set_str(m, "task", id_format(task, "task_", task_id));
	js_set_str(m, "from", worker);
	js_set_time(m, "at", erd_now(e));
	js_set_new(m, "body", body);
	js_dump(&text, m, JS_COMPACT);
	buf_addc(&text, '\n');
	int rc = acceptable(&text, err) ? drop_message(&e->spool, msg_id, text.data, text.len, err)
	                                : -1;
	buf_release(&text);
	json_decref(m);
	return rc;
}

static json_t *answer_body(const char *bytes, size_t n, struct err *err)
{
	json_t *out = js_parse(bytes, n, &js_limits_doc, err);
	json_t *body;

	if (!out)
		return NULL;
	if (!json_object_get(out, "answer")) {
		json_decref(out);
		err_set(err, FAIL_INVALID, "printed no \"answer\"");
		return NULL;
	}
	body = json_object();
	js_set_copy(body, "answer", json_object_get(out, "answer"));
	js_set_copy(body, "confidence", json_object_get(out, "confidence"));
	js_set_copy(body, "evidence", json_object_get(out, "evidence"));
	json_decref(out);
	return body;
}

static int release(struct erd *e, const struct agent_job *job, const char *reason, struct err *err)
{
	json_t *body = json_object();

	js_set_str(body, "reason", reason);
	log_event(LOG_WARNING_, "program.failed", "worker", job->worker, "reason", reason, NULL);
	return say(e, &job->task, job->worker, "release", body, err);
}

static void done(void *ctx, const struct agent_job *job, const struct agent_result *r)
{
	struct erd *e = ctx;
	struct err err = ERR_INIT, why = ERR_INIT;
	json_t *body = r->outcome == AGENT_ANSWERED ? answer_body(r->bytes, r->n, &why) : NULL;
	int rc = -1;

	if (body)
		rc = say(e, &job->task, job->worker, "answer", body, &why);
	if (!body || (rc != 0 && why.code == FAIL_INVALID))
		rc = release(e, job, why.code ? why.msg : r->reason, &err);
	else if (rc != 0)
		err = why;
	if (rc == 0)
		return;
	/* It cannot be stored: the program is run again after the restart. */
	log_event(LOG_CRIT_, "program.lost", "worker", job->worker, "reason", err.msg, NULL);
	e->stop = fail_exit(FAIL_TEMPORARY);
}

int experts_start(struct erd *e, struct err *err)
{
	e->agents = agents_new(e->spool.path, done, e, err);
	if (!e->agents)
		return -1;
	for (uint32_t i = 0; i < e->world->n_tasks; i++) {
		const struct task *t = world_at(e->world, i);
		for (struct assign *a = NULL; t && (a = task_live_assign(t, a));)
			if (program(e, a))
				experts_want(e, &t->id, a->worker->name);
	}
	return 0;
}

/* The program starts the task in its own name before it is run. */
static int begin(struct erd *e, const struct task *t, const struct worker *wk, struct err *err)
{
	struct message m = {.type = MSG_START, .task = t->id, .from = wk->name};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	struct decision d;
	int rc;

	const struct assign *a = task_assign_of(t, wk->name);
	if (a->state != AS_OFFERED && a->state != AS_ACCEPTED)
		return 0;
	rc = record_input(e, &in, NULL, &d, err);
	decision_release(&d);
	if (rc == 0)
		rc = record_commit(e, err);
	return rc;
}

static int fold(void *ctx, const struct event *ev, struct err *err)
{
	json_t **view = ctx;

	if (ev->type >= EV_CONFIG_SET)
		return 0;
	if (*view)
		return taskview_apply(*view, ev, err);
	*view = taskview_create(ev, err);
	return *view ? 0 : -1;
}

/* From its file, or, since views may be deleted, from the journal. */
static json_t *view_of(const struct erd *e, const struct task *t, struct err *err)
{
	char path[SPOOL_NAME_MAX];
	struct buf text = BUF_INIT;
	json_t *view = NULL;

	if (io_read_file(e->spool.tasks, layout_task_path(&t->id, path), VIEW_MAX, &text, NULL) == 0)
		view = js_parse(buf_str(&text), text.len, &js_limits_own, NULL);
	buf_release(&text);
	if (view && (uint64_t)taskview_seq(view) == t->last_seq)
		return view;
	json_decref(view);
	view = NULL;
	if (walk_task_from(&e->spool, &t->id, t->created, t->last_seq, fold, &view, err) != 0) {
		json_decref(view);
		return NULL;
	}
	return view;
}

static int hand_over(struct erd *e, const struct task *t, const struct worker *wk,
                     const json_t *view, struct err *err)
{
	json_t *doc = taskview_worker_doc(view, wk->name);
	struct buf text = BUF_INIT;

	if (!doc)
		return 0;
	js_dump(&text, doc, JS_COMPACT);
	buf_addc(&text, '\n');
	struct agent_job job = {.worker = wk->name, .task = t->id, .attempt = t->attempts + 1,
	                        .argv = wk->exec_argv, .stdin_bytes = text.data,
	                        .stdin_len = text.len,
	                        .timeout_ms = wk->exec_timeout_ms};
	int rc = agents_start(e->agents, &job, err);
	json_decref(doc);
	buf_release(&text);
	return rc;
}

static int run_one(struct erd *e, const struct run *r, struct err *err)
{
	const struct task *t = world_task(e->world, &r->task);
	const struct worker *wk = t ? program(e, task_assign_of(t, r->worker)) : NULL;

	if (!wk)
		return 0;
	if (begin(e, t, wk, err) != 0 || views_flush_task(e->views, &r->task, err) != 0)
		return -1;
	json_t *view = view_of(e, t, err);
	int rc = view ? hand_over(e, t, wk, view, err) : -1;
	json_decref(view);
	return rc;
}

/* The others when a program has ended: the loop wakes then. */
int experts_run(struct erd *e, struct err *err)
{
	while (e->runs && agents_waiting(e->agents) < AHEAD_MAX) {
		struct run *r = e->runs;

		HASH_DEL(e->runs, r);
		int rc = run_one(e, r, err);
		free(r);
		if (rc != 0)
			return -1;
	}
	return 0;
}
