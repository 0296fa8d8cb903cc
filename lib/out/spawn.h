/*
 * out/spawn.h -- start a program as a child with nothing of ours but three descriptors.
 *
 * Method     fork, own process group, descriptors 0 1 2 and no others, signals at their defaults,
 *            no core file, lower priority, gone when we are (PR_SET_PDEATHSIG), execve.
 * Errors     FAIL_NOT_FOUND: no such program; FAIL_TEMPORARY: no process to be had.  What goes
 *            wrong after the fork is a line on the child's stderr and exit status 126.
 */
#ifndef OUT_SPAWN_H
#define OUT_SPAWN_H

#include <sys/types.h>

#include "out/limits.h"

struct err;

struct spawn {
	const char *program; /* whole path */
	char *const *argv;
	char *const *envp;
	const char *dir; /* to run in */
	int fd[3];       /* borrowed */
	struct limits limits;
};

/* The path of ${name}: with a slash relative to ${dir}, else sought in ${path}.  The caller frees
 * it.  NULL and FAIL_NOT_FOUND or FAIL_DENIED. */
char *spawn_find(const char *name, const char *dir, const char *path, struct err *err);
/* The child's pid, which is also its group's; or -1.  ${pidfd} is readable once it ended, -1 on a
 * kernel without. */
pid_t spawn_child(const struct spawn *s, int *pidfd, struct err *err);

#endif
