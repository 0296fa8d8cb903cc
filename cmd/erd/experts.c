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
#include "model/taskview.h"
#include "out/agent.h"
#include "spool/drop.h"
#include "spool/views.h"

enum { VIEW_MAX = 16 << 20 };

void experts_want(struct erd *e, const struct id *task)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (id_cmp(&e->runs[i], task) == 0)
			return;
	if (e->n_runs == e->cap_runs) {
		e->cap_runs = e->cap_runs ? e->cap_runs * 2 : 16;
		e->runs = mem_grow(e->runs, e->cap_runs, sizeof(*e->runs));
	}
	e->runs[e->n_runs++] = *task;
}

static const struct worker *program_of(const struct erd *e, const struct task *t)
{
	const struct assign *a = t ? task_live_assign(t) : NULL;
	const struct worker *wk = a ? config_worker(e->world->config, a->worker->name) : NULL;

	return wk && wk->kind == WORKER_EXEC && t->state != ST_BLOCKED ? wk : NULL;
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
	int rc = drop_message(&e->spool, msg_id, text.data, text.len, err);
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
	json_decref(out);
	return body;
}

static void done(void *ctx, const struct agent_job *job, const struct agent_result *r)
{
	struct erd *e = ctx;
	struct err err = ERR_INIT, why = ERR_INIT;
	json_t *body = r->outcome == AGENT_ANSWERED ? answer_body(r->bytes, r->n, &why) : NULL;
	const char *type = "answer";

	if (!body) {
		const char *reason = why.code ? why.msg : r->reason;
		type = "release";
		body = json_object();
		js_set_str(body, "reason", reason);
		log_event(LOG_WARNING_, "program.failed", "worker", job->worker, "reason", reason, NULL);
	}
	if (say(e, &job->task, job->worker, type, body, &err) != 0)
		log_event(LOG_ERR_, "program.lost", "worker", job->worker, "reason", err.msg, NULL);
}

int experts_start(struct erd *e, struct err *err)
{
	e->agents = agents_new(e->spool.path, done, e, err);
	if (!e->agents)
		return -1;
	for (uint32_t i = 0; i < e->world->n_tasks; i++)
		if (world_at(e->world, i) && program_of(e, world_at(e->world, i)))
			experts_want(e, &world_at(e->world, i)->id);
	return 0;
}

/* The program starts the task in its own name before it is run. */
static int begin(struct erd *e, const struct task *t, const struct worker *wk, struct err *err)
{
	struct message m = {.type = MSG_START, .task = t->id, .from = wk->name};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	struct decision d;
	int rc;

	if (t->state != ST_OFFERED && t->state != ST_ACCEPTED)
		return 0;
	rc = record_input(e, &in, NULL, &d, err);
	decision_release(&d);
	if (rc == 0)
		rc = record_commit(e, err);
	return rc;
}

static int run_one(struct erd *e, const struct id *id, struct err *err)
{
	const struct task *t = world_task(e->world, id);
	const struct worker *wk = program_of(e, t);
	struct buf text = BUF_INIT;
	char path[SPOOL_NAME_MAX];
	json_t *view = NULL, *doc = NULL;
	int rc = -1;

	if (!wk)
		return 0;
	if (begin(e, t, wk, err) != 0 || views_flush_task(e->views, id, err) != 0)
		return -1;
	if (io_read_file(e->spool.tasks, layout_task_path(id, path), VIEW_MAX, &text, err) != 0)
		goto out;
	view = js_parse(text.data, text.len, &js_limits_own, err);
	if (!view || !(doc = taskview_worker_doc(view, wk->name)))
		goto out;
	buf_clear(&text);
	js_dump(&text, doc, JS_COMPACT);
	buf_addc(&text, '\n');
	struct agent_job job = {.worker = wk->name, .task = *id, .attempt = t->attempts + 1,
	                        .argv = wk->exec_argv, .stdin_bytes = text.data,
	                        .stdin_len = text.len,
	                        .timeout_ms = wk->exec_timeout_ms};
	rc = agents_start(e->agents, &job, err);
out:
	json_decref(doc);
	json_decref(view);
	buf_release(&text);
	return rc;
}

int experts_run(struct erd *e, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < e->n_runs; i++) {
		struct id id = e->runs[i];
		rc = run_one(e, &id, err);
	}
	e->n_runs = 0;
	return rc;
}
