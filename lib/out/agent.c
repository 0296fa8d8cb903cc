/* out/agent.c -- exec workers: programs that answer tasks. */
#include "out/agent.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "out/child.h"

enum {
	LOOK_EVERY_MS = 50, /* without pidfd */
	HELD_MIN_MS = 250,  /* the system was short of something: longer each time */
	HELD_MAX_MS = 30000
};

static const char default_path[] = "/usr/local/bin:/usr/bin:/bin";

struct agents {
	char *spool;    /* owned; absolute */
	char *env_path; /* owned; "PATH=…" */
	agent_done *done;
	void *ctx;
	struct child *running[AGENTS_MAX];
	size_t nrunning;
	struct child *first, *last; /* waiting */
	size_t nwaiting;
	int64_t held_ms, held_until_ms; /* 0: not held */
	struct err held;
};

struct agents *agents_new(const char *spool_path, agent_done *done, void *ctx, struct err *err)
{
	const char *path = getenv("PATH");
	char *real = realpath(spool_path, NULL);
	struct buf b = BUF_INIT;
	struct agents *a;

	if (!real) {
		err_errno(err, "cannot open %s", spool_path);
		return NULL;
	}
	a = mem_alloc(sizeof(*a));
	a->spool = real;
	buf_addf(&b, "PATH=%s", path && path[0] ? path : default_path);
	a->env_path = buf_detach(&b);
	a->done = done;
	a->ctx = ctx;
	return a;
}

void agents_free(struct agents *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->nrunning; i++) {
		child_reap(a->running[i]);
		child_free(a->running[i]);
	}
	while (a->first) {
		struct child *c = a->first;

		a->first = c->next;
		child_free(c);
	}
	free(a->spool);
	free(a->env_path);
	free(a);
}

/* ---- taking a job ---- */

static char **copy_argv(const json_t *argv, struct err *err)
{
	size_t n = json_array_size(argv);
	char **copy;

	if (n < 1 || n > AGENT_ARGS_MAX) {
		err_set(err, FAIL_INVALID, "a command has 1 to %d words", AGENT_ARGS_MAX);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *word = json_array_get(argv, i);

		if (!json_is_string(word) || (i == 0 && !json_string_length(word))) {
			err_set(err, FAIL_INVALID, "word %zu of the command is no text", i + 1);
			return NULL;
		}
	}
	copy = mem_alloc((n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = mem_strdup(json_string_value(json_array_get(argv, i)));
	return copy;
}

int agents_start(struct agents *a, const struct agent_job *job, struct err *err)
{
	struct child *c;
	char **argv;

	assert(job->timeout_ms > 0);
	if (a->nwaiting >= AGENTS_QUEUE_MAX)
		return err_set(err, FAIL_TEMPORARY, "%zu programs wait to be run", a->nwaiting);
	argv = copy_argv(job->argv, err);
	if (!argv)
		return -1;
	c = mem_alloc(sizeof(*c));
	c->job = *job;
	c->job.argv = NULL;
	c->job.worker = mem_strdup(job->worker);
	c->job.lane = job->lane ? mem_strdup(job->lane) : NULL;
	c->job.stdin_bytes = NULL;
	c->input = mem_alloc(job->stdin_len + 1);
	memcpy(c->input, job->stdin_bytes, job->stdin_len);
	c->argv = argv;
	c->pidfd = c->out = c->err = -1;
	buf_init(&c->answer, 0);
	if (a->last)
		a->last->next = c;
	else
		a->first = c;
	a->last = c;
	a->nwaiting++;
	return 0;
}

/* ---- the loop ---- */

size_t agents_pollfds(const struct agents *a, struct pollfd *fds)
{
	size_t n = 0;

	for (size_t i = 0; i < a->nrunning; i++) {
		const struct child *c = a->running[i];
		const int fd[] = {c->pidfd, c->out, c->err};

		for (size_t k = 0; k < NITEMS(fd); k++)
			if (fd[k] >= 0)
				fds[n++] = (struct pollfd){.fd = fd[k], .events = POLLIN};
	}
	return n;
}

static void tell(struct agents *a, struct child *c)
{
	struct agent_result r = {.log = c->log ? c->log : "", .nlog = c->nlog, .reason = ""};

	if (c->why[0]) {
		r.outcome = AGENT_FAILED;
		r.reason = c->why;
		r.absent = c->absent;
	} else {
		r.outcome = AGENT_ANSWERED;
		r.bytes = buf_str(&c->answer);
		r.n = c->answer.len;
		r.status = c->status;
		r.cut = c->said > c->answer.len;
	}
	a->done(a->ctx, &c->job, &r);
	child_free(c);
}

/* What is lacking now is lacking for all of them. */
static void hold(struct agents *a, const struct err *err)
{
	a->held_ms = a->held_ms ? 2 * a->held_ms : HELD_MIN_MS;
	if (a->held_ms > HELD_MAX_MS)
		a->held_ms = HELD_MAX_MS;
	a->held_until_ms = now_mono_ms() + a->held_ms;
	a->held = *err;
}

static void start_waiting(struct agents *a)
{
	const struct child_place at = {a->spool, a->env_path};

	while (a->first && a->nrunning < AGENTS_MAX && now_mono_ms() >= a->held_until_ms) {
		struct child *c = a->first;
		struct err err = ERR_INIT;
		int rc = child_launch(c, &at, &err);

		if (rc && err.code == FAIL_TEMPORARY) {
			hold(a, &err);
			return;
		}
		a->held_ms = a->held_until_ms = 0;
		a->first = c->next;
		if (!a->first)
			a->last = NULL;
		c->next = NULL;
		a->nwaiting--;
		if (rc) {
			child_fail(c, err.msg);
			c->absent = err.code == FAIL_NOT_FOUND;
			tell(a, c);
		} else {
			a->running[a->nrunning++] = c;
		}
	}
}

void agents_handle(struct agents *a, const struct pollfd *fds, size_t n)
{
	int64_t now = now_mono_ms();

	for (size_t i = 0; i < a->nrunning;) {
		struct child *c = a->running[i];

		if (!child_handle(c, fds, n, now)) {
			i++;
			continue;
		}
		a->running[i] = a->running[--a->nrunning];
		tell(a, c);
	}
	start_waiting(a);
}

int64_t agents_next_ms(const struct agents *a)
{
	int64_t next = INT64_MAX;

	if (a->first && a->nrunning < AGENTS_MAX)
		next = a->held_until_ms;
	for (size_t i = 0; i < a->nrunning; i++) {
		const struct child *c = a->running[i];
		int64_t at = c->phase == CHILD_KILLED ? INT64_MAX : c->deadline_ms;

		if (c->pidfd < 0 && at > now_mono_ms() + LOOK_EVERY_MS)
			at = now_mono_ms() + LOOK_EVERY_MS;
		next = at < next ? at : next;
	}
	return next;
}

size_t agents_running(const struct agents *a)
{
	return a->nrunning;
}

size_t agents_waiting(const struct agents *a)
{
	return a->nwaiting;
}

const char *agents_held(const struct agents *a)
{
	return a->held_ms ? a->held.msg : NULL;
}
