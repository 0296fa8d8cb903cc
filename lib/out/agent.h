/*
 * out/agent.h -- exec workers: programs that answer tasks.
 *
 * Purpose    Run the program a worker document names with the task (er.inbox.v1) on its stdin, and
 *            take what it prints as the answer.  The caller checks that it is one JSON object
 *            {"answer":…,"confidence"?:…} and puts it through the drop like any other.
 * Method     At most AGENTS_MAX children at once, the rest wait in order.  stdin is an anonymous
 *            file; stdout and stderr are pipes, read without blocking; exits come by pidfd.
 * Order      agents_start at any time; in the loop agents_pollfds before waiting (until at most
 *            agents_next_ms) and agents_handle after it.  ${done} is called from agents_handle
 *            only.
 * Guards     argv[0] with a slash is relative to the spool's folder, else found in PATH.  Own
 *            process group, killed whole when the child ends or its time is up: SIGTERM,
 *            AGENT_GRACE_MS later SIGKILL.  Environment: PATH, HOME=/nonexistent, LANG=C.UTF-8,
 *            ER_TASK, ER_WORKER, ER_SPOOL; of one that judges also TZ=UTC, ER_LANE.  Runs in the
 *            spool's folder, umask 077, within the job's limits.
 * Limits     Output AGENT_OUTPUT_MAX bytes, of one that judges AGENT_VERDICT_MAX are kept; of stderr the last AGENT_LOG_MAX are kept;
 *            AGENT_ARGS_MAX arguments; AGENTS_QUEUE_MAX waiting.
 * Ownership  A job is copied; what ${done} is handed is borrowed until it returns.
 * Units      Times of this module are of now_mono_ms (base/clock.h).
 */
#ifndef OUT_AGENT_H
#define OUT_AGENT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "out/limits.h"

struct agents; /* opaque */
struct err;
struct pollfd;

enum {
	AGENTS_MAX = 8,
	AGENTS_POLLFDS = 3 * AGENTS_MAX, /* what agents_pollfds fills at most */
	AGENTS_QUEUE_MAX = 100000,
	AGENT_OUTPUT_MAX = 1 << 20,
	AGENT_VERDICT_MAX = 16 << 10,
	AGENT_LOG_MAX = 4096,
	AGENT_ARGS_MAX = 256,
	AGENT_GRACE_MS = 2000
};

struct agent_job {
	const char *worker;
	struct id task;
	int attempt;
	const json_t *argv; /* array of 1..AGENT_ARGS_MAX strings */
	const char *stdin_bytes;
	size_t stdin_len;
	int64_t timeout_ms; /* > 0; counts from the start of the program */
	int silent;         /* exit status 0 without output is well, too */
	int judge;          /* so are 0 and 1 with any output or none; what is too long of it is left out */
	const char *lane;   /* of one that judges, else NULL */
	struct limits limits;
};

enum agent_outcome { AGENT_ANSWERED, AGENT_FAILED };

struct agent_result {
	enum agent_outcome outcome;
	const char *bytes; /* ANSWERED: all of stdout, not empty unless .silent or .judge */
	size_t n;
	int status;        /* ANSWERED: exit status, 0 unless .judge */
	int cut;           /* more was printed than is kept */
	const char *reason; /* FAILED: one safe line */
	int absent;         /* FAILED: there is no such program */
	const char *log;    /* the end of stderr as it came: not safe, may be empty */
	size_t nlog;
};
/* ${job}: argv and stdin are not set. */
typedef void agent_done(void *ctx, const struct agent_job *job, const struct agent_result *r);

/* ${spool_path} must exist. */
struct agents *agents_new(const char *spool_path, agent_done *done, void *ctx, struct err *err);
/* Kills what runs; ${done} is not called. */
void agents_free(struct agents *a);

/* FAIL_INVALID: argv is no such array.  FAIL_TEMPORARY: too many wait.  A program that cannot be
 * started is an AGENT_FAILED later; while the system is short of processes or descriptors it
 * waits. */
int agents_start(struct agents *a, const struct agent_job *job, struct err *err);

size_t agents_pollfds(const struct agents *a, struct pollfd *fds); /* room for AGENTS_POLLFDS */
void agents_handle(struct agents *a, const struct pollfd *fds, size_t n);
int64_t agents_next_ms(const struct agents *a); /* when to call agents_handle at the latest */
size_t agents_running(const struct agents *a);
size_t agents_waiting(const struct agents *a);
const char *agents_held(const struct agents *a); /* why none is started for the moment, or NULL */

#endif
