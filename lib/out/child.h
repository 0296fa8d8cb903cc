/*
 * out/child.h -- one program that works on a task.
 *
 * Purpose    What out/agent.h does with each of its children: start, read, time, end.
 * Method     stdin is an anonymous file: nothing to feed, no SIGPIPE when it is not read.  stdout
 *            and stderr are pipes that do not block on our side.
 * Order      child_launch; child_handle per turn of the loop until it returns 1; child_free.
 * Ownership  struct child owns what it points to; child_free closes and frees, the process must
 *            have been reaped (child_handle returned 1, or child_reap) or never launched.
 */
#ifndef OUT_CHILD_H
#define OUT_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "out/agent.h"

enum child_phase { CHILD_RUNNING, CHILD_TERMED, CHILD_KILLED };

struct child {
	struct child *next;   /* in the queue */
	struct agent_job job; /* argv and stdin NULL; worker, lane owned */
	char *input;          /* owned; job.stdin_len bytes, NULL once it runs */
	char **argv;          /* owned */
	pid_t pid;            /* 0: not running */
	int pidfd, out, err;  /* -1 when closed */
	enum child_phase phase;
	int64_t deadline_ms;
	struct buf answer;
	size_t said; /* bytes of stdout, kept or not */
	int status;  /* exit status, when it is a result */
	char *log; /* owned; AGENT_LOG_MAX bytes while it runs */
	size_t nlog;
	char why[256]; /* failed, and why; "" while not */
	int absent;    /* failed: there is no such program */
};

struct child_place {
	const char *spool; /* absolute */
	char *env_path;    /* "PATH=…"; not changed */
};

/* FAIL_NOT_FOUND, FAIL_DENIED: the program.  FAIL_TEMPORARY: the system is short of something; ${c}
 * is as before and may be launched again. */
int child_launch(struct child *c, const struct child_place *at, struct err *err);
/* Read what is there, watch the clock.  1 when it ended and all it wrote was taken: ->answer is one
 * unless ->why says otherwise. */
int child_handle(struct child *c, const struct pollfd *fds, size_t n, int64_t now_ms);
/* Note why it failed, as one safe line; the first reason stays. */
void child_fail(struct child *c, const char *text);
/* Kill its group and wait for it.  Its wait status. */
int child_reap(struct child *c);
void child_free(struct child *c);

#endif
