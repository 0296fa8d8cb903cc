/*
 * Programs that judge answers: an answer that is held for the programs of its lane is shown to them
 * one after the other, until one says no.  The verdict goes through the drop as a message
 * "checked".
 *
 * A program that cannot judge (it breaks, takes too long or too much) is no fault of who answered:
 * the task waits, and the program is asked again, after some tries every minute, and at once when
 * the configuration changes, for as long as the task is open.  It is said in the log once when a
 * program begins to fail and once when it does no longer.  One that is not there (and is not being
 * replaced) will not come by waiting: that ends the task.
 *
 * Nothing of this is stored but the verdict: after a restart all answers that are held for programs
 * are judged anew, and a verdict that was dropped before is read first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "model/message.h"
#include "model/ruling.h"
#include "out/agent.h"

enum {
	AGAIN_MAX = 2, /* of AGENTS_MAX for programs that failed before: others have their turn */
	LAST_PAUSE_S = 60,
	ABSENT_TRIES = 2, /* a file that is replaced is away for a moment */
	FILE_BYTES = 1 << 20,
	FILES = 64
};

static const int pauses_s[] = {1, 2, 5, 15, 30};

/* A program that fails for some answers. */
struct broken {
	UT_hash_handle hh;
	size_t n;    /* rulings that it fails for now */
	char name[]; /* "LANE/PROGRAM" */
};

struct ruling_key {
	struct id task;
	int attempt;
};

struct ruling {
	UT_hash_handle hh;
	struct ruling_key key;
	size_t program;        /* the next one; those before it passed */
	uint64_t gen;          /* of the configuration that is true of */
	char name[65];         /* of the program that runs */
	int tries;             /* of it that failed */
	struct broken *broken; /* borrowed; that program, while it fails */
	int64_t at_ms;         /* of now_mono_ms: not before */
	char worker[];
};

struct rulings {
	struct agents *agents;
	struct ruling *wanted, *again, *running; /* owned; in order */
	struct ruling *later;  /* owned; those that failed */
	struct broken *broken; /* owned */
	int64_t later_ms;      /* when the first of them is, if there are any */
	uint64_t gen;          /* of the configuration they failed with */
	int held;              /* it was said that none can be started now */
};

static struct ruling *find(struct ruling *list, const struct id *task, int attempt)
{
	struct ruling_key key;
	struct ruling *r;

	memset(&key, 0, sizeof(key));
	key.task = *task;
	key.attempt = attempt;
	HASH_FIND(hh, list, &key, sizeof(key), r);
	return r;
}

static void add(struct ruling **list, struct ruling *r)
{
	HASH_ADD(hh, *list, key, sizeof(r->key), r);
}

/* The program no longer fails for this one; ${works}: for it has judged. */
static void settle(struct rulings *all, struct ruling *r, int works)
{
	struct broken *b = r->broken;

	r->broken = NULL;
	r->tries = 0;
	if (!b || --b->n)
		return;
	if (works)
		log_event(LOG_NOTICE_, "rule.recovered", "program", b->name, NULL);
	HASH_DEL(all->broken, b);
	free(b);
}

/* It is in no list. */
static void ruling_free(struct rulings *all, struct ruling *r)
{
	settle(all, r, 0);
	free(r);
}

void rulings_want(struct erd *e, const struct id *task, const char *worker, int attempt)
{
	struct rulings *all = e->rulings;
	size_t n = strlen(worker) + 1;

	if (find(all->wanted, task, attempt) || find(all->again, task, attempt) ||
	    find(all->later, task, attempt) || find(all->running, task, attempt))
		return;
	struct ruling *r = mem_alloc(sizeof(*r) + n);
	r->key.task = *task;
	r->key.attempt = attempt;
	r->gen = e->world->config_gen;
	memcpy(r->worker, worker, n);
	add(&all->wanted, r);
}

/* The answer, when it still waits for programs. */
static const struct assign *waiting(const struct erd *e, const struct ruling *r)
{
	const struct task *t = world_task(e->world, &r->key.task);
	const struct assign *a = t ? task_assign_of(t, r->worker) : NULL;

	return a && a->state == AS_HELD && a->awaits == AWAITS_PROGRAMS &&
	       a->attempt == r->key.attempt
	           ? a : NULL;
}

/* ---- what comes of it ---- */

static void tell(struct erd *e, struct ruling *r, json_t *body)
{
	struct err err = ERR_INIT;

	js_set_str(body, "worker", r->worker);
	js_set_int(body, "attempt", r->key.attempt);
	if (say(e, &r->key.task, "erd", "checked", body, &err) != 0)
		say_lost(e, r->worker, &err);
	ruling_free(e->rulings, r);
}

/* Frees ${r}.  ${reasons} is stolen; NULL: it passed. */
static void verdict(struct erd *e, struct ruling *r, json_t *reasons)
{
	json_t *body = json_object();

	js_set_new(body, "passed", json_boolean(!reasons));
	if (reasons)
		js_set_new(body, "reasons", reasons);
	tell(e, r, body);
}

/* Frees ${r}: nobody will ever judge. */
static void no_judge(struct erd *e, struct ruling *r)
{
	json_t *body = json_object();

	js_set_new(body, "passed", json_false());
	js_set_str(body, "absent", r->name);
	tell(e, r, body);
}

static void note_broken(struct rulings *all, struct ruling *r, const char *lane, const char *reason)
{
	char name[160], task[ID_TEXT_MAX];
	struct broken *b;

	if (r->broken)
		return;
	snprintf(name, sizeof(name), "%.80s/%s", lane, r->name);
	HASH_FIND_STR(all->broken, name, b);
	if (!b) {
		b = mem_alloc(sizeof(*b) + strlen(name) + 1);
		memcpy(b->name, name, strlen(name) + 1);
		HASH_ADD_STR(all->broken, name, b);
		log_event(LOG_WARNING_, "rule.failing", "program", name, "task",
		          id_format(&r->key.task, "task_", task), "reason", reason, NULL);
	}
	b->n++;
	r->broken = b;
}

/* It could not judge: steals ${r}. */
static void try_later(struct erd *e, struct ruling *r, const char *lane, const char *reason)
{
	struct rulings *all = e->rulings;
	int pause_s = r->tries < (int)NITEMS(pauses_s) ? pauses_s[r->tries] : LAST_PAUSE_S;

	note_broken(all, r, lane, reason);
	r->tries += r->tries < (int)NITEMS(pauses_s);
	r->at_ms = now_mono_ms() + pause_s * INT64_C(1000);
	if (!all->later || r->at_ms < all->later_ms)
		all->later_ms = r->at_ms;
	add(&all->later, r);
}

/* The end of stderr, which says most, up to ${max} bytes. */
static void add_said(struct buf *out, const struct agent_result *got, size_t max)
{
	size_t n = got->nlog;

	while (n && (got->log[n - 1] == '\n' || got->log[n - 1] == '\0'))
		n--;
	for (size_t i = n > max ? n - max : 0; i < n; i++)
		buf_addc(out, got->log[i] ? got->log[i] : ' ');
}

/* For whoever wrote the program. */
static void log_said(const struct ruling *r, const char *lane, const struct agent_result *got)
{
	char task[ID_TEXT_MAX], program[160];
	struct buf text = BUF_INIT;

	add_said(&text, got, LOG_VALUE_MAX / 2);
	if (!text.len)
		return;
	snprintf(program, sizeof(program), "%.80s/%s", lane, r->name);
	log_event(LOG_INFO_, "rule.said", "program", program, "task",
	          id_format(&r->key.task, "task_", task), "text", buf_str(&text), NULL);
	buf_release(&text);
}

/* Interpreters end a program that broke with status 1, too, and say so on stderr only. */
static int no_verdict(const struct agent_result *got)
{
	return got->status == 1 && !got->n && got->nlog;
}

static void broke(struct erd *e, struct ruling *r, const char *lane, const struct agent_result *got)
{
	struct buf said = BUF_INIT, why = BUF_INIT;

	add_said(&said, got, LOG_VALUE_MAX / 2);
	const char *last = strrchr(buf_str(&said), '\n');
	buf_addf(&why, "exit status 1 with nothing but errors: %s",
	         last ? last + 1 : buf_str(&said));
	try_later(e, r, lane, buf_str(&why));
	buf_release(&said);
	buf_release(&why);
}

static void program_done(void *ctx, const struct agent_job *job, const struct agent_result *got)
{
	struct erd *e = ctx;
	struct rulings *all = e->rulings;
	struct ruling *r = find(all->running, &job->task, job->attempt);

	HASH_DEL(all->running, r);
	log_said(r, job->lane, got);
	if (!waiting(e, r)) {
		ruling_free(all, r);
	} else if (got->absent && r->tries >= ABSENT_TRIES) {
		no_judge(e, r);
	} else if (got->outcome != AGENT_ANSWERED) {
		try_later(e, r, job->lane, got->reason);
	} else if (no_verdict(got)) {
		broke(e, r, job->lane, got);
	} else if (got->status == 1) {
		settle(all, r, 1);
		verdict(e, r, ruling_reasons(r->name, got->bytes, got->n, got->cut));
	} else {
		settle(all, r, 1);
		r->program++;
		add(&all->wanted, r);
	}
}

/* ---- asking ---- */

int rulings_start(struct erd *e, struct err *err)
{
	struct rulings *all = e->rulings = mem_alloc(sizeof(*all));

	all->gen = e->world->config_gen;
	all->agents = agents_new(e->spool.path, program_done, e, err);
	if (!all->agents)
		return -1;
	for (uint32_t i = 0; i < e->world->n_tasks; i++) {
		const struct task *t = world_at(e->world, i);
		for (int k = 0; t && k < t->n_assigns; k++) {
			const struct assign *a = &t->assigns[k];
			if (a->state == AS_HELD && a->awaits == AWAITS_PROGRAMS)
				rulings_want(e, &t->id, a->worker->name, a->attempt);
		}
	}
	return 0;
}

static void list_free(struct rulings *all, struct ruling **list)
{
	while (*list) {
		struct ruling *r = *list;
		HASH_DEL(*list, r);
		ruling_free(all, r);
	}
}

void rulings_free(struct rulings *all)
{
	if (!all)
		return;
	agents_free(all->agents);
	list_free(all, &all->wanted);
	list_free(all, &all->again);
	list_free(all, &all->running);
	list_free(all, &all->later);
	free(all);
}

/* Steals ${r}. */
static void start_program(struct erd *e, struct ruling *r, const struct rule_program *p,
                          const struct ruled *what)
{
	struct rulings *all = e->rulings;
	const char *lane = js_str_or(what->created, "/spec/lane", "");
	json_t *told = ruling_told(what);
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;

	js_dump(&text, told, JS_COMPACT);
	buf_addc(&text, '\n');
	json_decref(told);
	struct agent_job job = {.worker = r->worker, .task = r->key.task, .attempt = r->key.attempt,
	                        .argv = p->argv, .stdin_bytes = text.data, .stdin_len = text.len,
	                        .timeout_ms = p->timeout_ms, .judge = 1, .lane = lane,
	                        .limits = {.memory_bytes = (int64_t)p->memory_mib << 20,
	                                   .file_bytes = FILE_BYTES, .files = FILES,
	                                   .cpu_s = (p->timeout_ms + 999) / 1000}};
	snprintf(r->name, sizeof(r->name), "%s", p->name);
	if (agents_start(all->agents, &job, &why) == 0)
		add(&all->running, r);
	else
		try_later(e, r, lane, why.msg);
	buf_release(&text);
}

/* data of the task.submitted of ${a}: they come in the order of the assignments. */
static const json_t *answer_of(const struct input *in, const struct task *t, const struct assign *a)
{
	size_t k = 0;

	for (const struct assign *x = t->assigns; x < a; x++)
		k += x->state == AS_HELD;
	return k < INPUT_ANSWERS_MAX ? in->answers[k] : NULL;
}

/* Steals ${r}.  1: all have passed it. */
static int judge(struct erd *e, struct ruling *r, const struct input *in, const struct assign *a)
{
	const char *name = js_str_or(in->created, "/spec/lane", "");
	const struct lane *lane = config_lane(e->world->config, name);
	const struct task *t = world_task(e->world, &r->key.task);
	const struct ruled what = {.task = &r->key.task, .created = in->created,
	                           .submitted = answer_of(in, t, a),
	                           .worker = r->worker, .attempt = r->key.attempt,
	                           .now_ms = erd_now(e)};

	if (r->gen != e->world->config_gen) { /* what passed may have been other programs */
		settle(e->rulings, r, 0);
		r->program = 0;
		r->gen = e->world->config_gen;
	}
	if (!lane || r->program >= lane->verify.n_programs) {
		verdict(e, r, NULL);
		return 1;
	}
	start_program(e, r, &lane->verify.program[r->program], &what);
	return 0;
}

/* 1: a verdict was dropped; -1: the journal cannot be read. */
static int run_next(struct erd *e, struct ruling **list, struct err *err)
{
	struct ruling *r = *list;
	const struct assign *a = waiting(e, r);
	struct message m = {.type = MSG_CHECKED, .task = r->key.task};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	struct docs docs = {.n = 0};
	int rc = 0;

	HASH_DEL(*list, r);
	if (!a) {
		ruling_free(e->rulings, r);
		return 0;
	}
	rc = docs_load(e, &in, &docs, err);
	if (rc == 0)
		rc = judge(e, r, &in, a);
	else
		ruling_free(e->rulings, r);
	docs_release(&docs);
	return rc;
}

/* Those whose wait is over join the others; all of them when the configuration is another. */
static void wake(struct erd *e)
{
	struct rulings *all = e->rulings;
	int64_t now = now_mono_ms();
	int changed = all->gen != e->world->config_gen;
	struct ruling *r, *next;

	all->gen = e->world->config_gen;
	if (!all->later || (now < all->later_ms && !changed))
		return;
	all->later_ms = INT64_MAX;
	HASH_ITER(hh, all->later, r, next) {
		if (r->at_ms <= now || changed) {
			HASH_DEL(all->later, r);
			add(&all->again, r);
		} else if (r->at_ms < all->later_ms) {
			all->later_ms = r->at_ms;
		}
	}
}

/* Said once, not at every try. */
static void tell_held(struct rulings *all)
{
	const char *why = agents_held(all->agents);

	if (why && !all->held)
		log_event(LOG_WARNING_, "rule.held", "reason", why, NULL);
	all->held = why != NULL;
}

static int room(const struct rulings *all)
{
	return agents_running(all->agents) + agents_waiting(all->agents) < AGENTS_MAX;
}

static unsigned running_again(const struct rulings *all)
{
	struct ruling *r, *next;
	unsigned n = 0;

	HASH_ITER(hh, all->running, r, next)
		n += r->tries > 0;
	return n;
}

int rulings_run(struct erd *e, struct err *err)
{
	struct rulings *all = e->rulings;
	int said = 0, rc = 0;

	wake(e);
	tell_held(all);
	while (rc >= 0 && all->again && room(all) && running_again(all) < AGAIN_MAX) {
		rc = run_next(e, &all->again, err);
		said |= rc > 0;
	}
	while (rc >= 0 && all->wanted && room(all)) {
		rc = run_next(e, &all->wanted, err);
		said |= rc > 0;
	}
	return rc < 0 ? -1 : said;
}

/* ---- the loop ---- */

size_t rulings_pollfds(const struct erd *e, struct pollfd *fds)
{
	return agents_pollfds(e->rulings->agents, fds);
}

void rulings_handle(struct erd *e, const struct pollfd *fds, size_t n)
{
	agents_handle(e->rulings->agents, fds, n);
}

int64_t rulings_next_ms(const struct erd *e)
{
	const struct rulings *all = e->rulings;
	int64_t program_ms = agents_next_ms(all->agents);

	return all->later && all->later_ms < program_ms ? all->later_ms : program_ms;
}

int rulings_active(const struct erd *e)
{
	const struct rulings *all = e->rulings;

	return all->wanted || all->again || all->running;
}
