/*
 * Workers that are no people: an offer to one starts its program with the task on stdin, or posts
 * the task to its service; what comes back goes through the drop as an answer like any other.  One
 * that fails gives the task back, a service after some tries.  After a restart those whose task
 * still waits for them are asked again, from the first try on.
 */
#include <stdio.h>
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
#include "out/caller.h"
#include "spool/views.h"
#include "spool/walk.h"

enum {
	VIEW_MAX = 256 << 20,
	SHORT_MS = 5000, /* until the system may have what it was short of */
	AHEAD_MAX = 64 /* programs handed over before their turn: their input waits in memory */
};

/* A task may be with several at once. */
struct run {
	UT_hash_handle hh;
	int tries;     /* that failed */
	int64_t at_ms; /* of now_mono_ms: not before */
	struct id task;
	char worker[]; /* with the task the key */
};

static struct run *run_new(const struct id *task, const char *worker)
{
	size_t n = strlen(worker);
	struct run *r = mem_alloc(sizeof(*r) + n + 1);

	r->task = *task;
	memcpy(r->worker, worker, n + 1);
	return r;
}

static size_t key_size(const struct run *r)
{
	return sizeof(r->task) + strlen(r->worker);
}

static struct run *run_find(struct run *runs, const struct run *like)
{
	struct run *have;

	HASH_FIND(hh, runs, &like->task, key_size(like), have);
	return have;
}

/* Steals ${r}. */
static void run_add(struct run **runs, struct run *r)
{
	if (run_find(*runs, r))
		free(r);
	else
		HASH_ADD_KEYPTR(hh, *runs, &r->task, key_size(r), r);
}

static void drop(struct run **runs, struct run *r)
{
	if (!r)
		return;
	HASH_DEL(*runs, r);
	free(r);
}

/* Programs and services wait apart: neither holds up the other. */
static struct run **queue_of(struct erd *e, const struct worker *wk)
{
	return wk->kind == WORKER_HTTP ? &e->calls : &e->runs;
}

void experts_want(struct erd *e, const struct id *task, const struct worker *wk)
{
	struct run *r = run_new(task, wk->name);

	drop(&e->later, run_find(e->later, r));
	run_add(queue_of(e, wk), r);
}

void experts_release(struct erd *e)
{
	struct run **all[] = {&e->runs, &e->calls, &e->later};

	for (size_t i = 0; i < NITEMS(all); i++)
		while (*all[i])
			drop(all[i], *all[i]);
}

/* The program or service that has the task, or NULL. */
static const struct worker *program(const struct erd *e, const struct assign *a)
{
	const struct worker *wk = a ? config_worker(e->world->config, a->worker->name) : NULL;

	return wk && wk->kind != WORKER_HUMAN && a->state != AS_ENDED && a->state != AS_BLOCKED
	           ? wk : NULL;
}

/* ---- what comes of it ---- */

static void program_done(void *ctx, const struct agent_job *job, const struct agent_result *r)
{
	if (r->outcome == AGENT_ANSWERED)
		experts_answered(ctx, &job->task, job->worker, r->bytes, r->n);
	else
		experts_gave_up(ctx, &job->task, job->worker, r->reason);
}

static void wait_for(struct erd *e, const struct id *task, const char *worker, int tries,
                     int64_t wait_ms, const char *reason)
{
	struct run *r = run_new(task, worker);

	r->tries = tries;
	r->at_ms = now_mono_ms() + wait_ms;
	if (!e->later || r->at_ms < e->later_ms)
		e->later_ms = r->at_ms;
	run_add(&e->later, r);
	log_event(LOG_WARNING_, "program.retry", "worker", worker, "reason", reason, NULL);
}

/* ${tries} have failed: once more, or enough of it. */
static void try_later(struct erd *e, const struct id *task, const char *worker, int tries,
                      int64_t retry_after_ms, const char *reason)
{
	const struct task *t = world_task(e->world, task);
	char text[640];
	uint32_t random;

	if (!t || !program(e, task_assign_of(t, worker)))
		return; /* it no longer waits for this one */
	entropy_fill(&random, sizeof(random));
	int64_t wait = call_wait_ms(tries, random, retry_after_ms);
	if (wait >= 0 && wait < experts_time_left(e, t)) {
		wait_for(e, task, worker, tries, wait, reason);
		return;
	}
	snprintf(text, sizeof(text), "%s (try %d of %d%s)", reason, tries, CALL_TRIES,
	         wait < 0 ? "" : ", and no time for another");
	experts_gave_up(e, task, worker, text);
}

static void service_done(void *ctx, const struct call_job *job, const struct call_result *r)
{
	struct erd *e = ctx;
	const struct task *t = world_task(e->world, &job->task);

	if (r->raw_key && !job->tries)
		log_event(LOG_NOTICE_, "program.raw_key", "worker", job->worker, "reason",
		          "the secret is not whsec_ + base64: its bytes are the key", NULL);
	if (r->outcome == CALL_ANSWERED)
		experts_answered(e, &job->task, job->worker, r->bytes, r->n);
	else if (r->outcome == CALL_REFUSED)
		experts_gave_up(e, &job->task, job->worker, r->reason);
	else if (r->outcome == CALL_RETRY && t && job->attempt == t->attempts + 1)
		try_later(e, &job->task, job->worker, job->tries + 1, r->retry_after_ms, r->reason);
}

/* ---- asking ---- */

int experts_start(struct erd *e, struct err *err)
{
	const struct worker *wk;

	e->agents = agents_new(e->spool.path, program_done, e, err);
	if (!e->agents)
		return -1;
	e->callers = callers_new(&e->spool, e->http, service_done, e);
	for (uint32_t i = 0; i < e->world->n_tasks; i++) {
		const struct task *t = world_at(e->world, i);
		for (struct assign *a = NULL; t && (a = task_live_assign(t, a));)
			if ((wk = program(e, a)))
				experts_want(e, &t->id, wk);
	}
	return 0;
}

/* It starts the task in its own name before it is asked. */
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

	if (io_read_file(e->spool.tasks, layout_task_path(&t->id, path), VIEW_MAX, &text,
	                 NULL) == 0)
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

static int run_program(struct erd *e, const struct task *t, const struct worker *wk,
                       const struct buf *text, struct err *err)
{
	struct agent_job job = {.worker = wk->name, .task = t->id, .attempt = t->attempts + 1,
	                        .argv = wk->exec_argv, .stdin_bytes = text->data,
	                        .stdin_len = text->len, .timeout_ms = wk->exec_timeout_ms};

	return agents_start(e->agents, &job, err);
}

static void call_service(struct erd *e, const struct task *t, const struct worker *wk, int tries,
                         const struct buf *text)
{
	struct call_job job = {.worker = wk->name, .task = t->id, .attempt = t->attempts + 1,
	                       .tries = tries, .url = wk->http.url,
	                       .secret_file = wk->http.secret_file,
	                       .bearer_file = wk->http.bearer_file,
	                       .allow_private = wk->http.allow_private,
	                       .timeout_ms = wk->http.timeout_ms, .body = text->data,
	                       .n = text->len};
	struct err why = ERR_INIT;

	if (callers_start(e->callers, &job, &why) == 0)
		return;
	if (why.code == FAIL_TEMPORARY) /* ours, not the service's: no try of its own */
		wait_for(e, &t->id, wk->name, tries, SHORT_MS, why.msg);
	else
		experts_gave_up(e, &t->id, wk->name, why.msg);
}

static int hand_over(struct erd *e, const struct task *t, const struct worker *wk, int tries,
                     const json_t *view, struct err *err)
{
	json_t *doc = taskview_worker_doc(view, wk->name);
	struct buf text = BUF_INIT;
	int rc = 0;

	if (!doc)
		return 0;
	js_dump(&text, doc, JS_COMPACT);
	buf_addc(&text, '\n');
	if (wk->kind == WORKER_HTTP)
		call_service(e, t, wk, tries, &text);
	else
		rc = run_program(e, t, wk, &text, err);
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
	int rc = view ? hand_over(e, t, wk, r->tries, view, err) : -1;
	json_decref(view);
	return rc;
}

static int run_next(struct erd *e, struct run **queue, struct err *err)
{
	struct run *r = *queue;

	HASH_DEL(*queue, r);
	int rc = run_one(e, r, err);
	free(r);
	return rc;
}

/* Those whose wait is over join the queue. */
static void wake(struct erd *e)
{
	int64_t now = now_mono_ms();
	struct run *r, *next;

	if (!e->later || now < e->later_ms)
		return;
	e->later_ms = INT64_MAX;
	HASH_ITER(hh, e->later, r, next) {
		if (r->at_ms <= now) {
			HASH_DEL(e->later, r);
			run_add(&e->calls, r);
		} else if (r->at_ms < e->later_ms) {
			e->later_ms = r->at_ms;
		}
	}
}

/* Said once, not at every try. */
static void tell_held(struct erd *e)
{
	const char *why = agents_held(e->agents);

	if (why && !e->held)
		log_event(LOG_WARNING_, "program.held", "reason", why, NULL);
	e->held = why != NULL;
}

/* The others when one has ended: the loop wakes then. */
int experts_run(struct erd *e, struct err *err)
{
	wake(e);
	tell_held(e);
	while (e->runs && agents_waiting(e->agents) < AHEAD_MAX)
		if (run_next(e, &e->runs, err) != 0)
			return -1;
	while (e->calls && callers_active(e->callers) < CALLERS_MAX)
		if (run_next(e, &e->calls, err) != 0)
			return -1;
	return 0;
}

int64_t experts_next_ms(const struct erd *e)
{
	int64_t program_ms = agents_next_ms(e->agents);

	return e->later && e->later_ms < program_ms ? e->later_ms : program_ms;
}
