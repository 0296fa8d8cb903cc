/*
 * out/limits.h -- how much a program may take, set by its own process before it is one.
 *
 * Purpose    Programs that judge answers (cmd/erd/rulings.c) see what strangers wrote: one that is led
 *            astray must not take the machine with it.
 * Method     setrlimit, soft and hard alike, so that it cannot be raised again, and no new privileges: a
 *            setuid program is no way out.  Never above what erd itself has.  There is no limit of
 *            processes: the system counts those of the user, erd's and everybody's with it, so that
 *            such a limit would hit the wrong one.  Each process may take as much as the limit says.
 * Errors     -1 when one of them cannot be set: the program must not run then.
 */
#ifndef OUT_LIMITS_H
#define OUT_LIMITS_H

#include <stdint.h>

struct limits { /* 0: as erd has it */
	int64_t memory_bytes; /* of address space */
	int64_t file_bytes;   /* of each file that it writes */
	int64_t cpu_s;
	int files;            /* open at once */
};

/* In the child, after the fork: nothing but system calls. */
int limits_apply(const struct limits *l);

#endif
