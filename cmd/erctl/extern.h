/*
 * erctl/extern.h -- verbs that are programs of their own, as git finds git-foo.
 *
 * Method     erctl-VERB in ER_LIBEXECDIR, then on PATH; ER_SPOOL tells it the spool.
 *            Built-in verbs always win.
 */
#ifndef ERCTL_EXTERN_H
#define ERCTL_EXTERN_H

struct err;
struct run;

/* Does not return when the program starts.  FAIL_USAGE with near names when there is none. */
int extern_run(struct run *r, char **argv, struct err *err);

#endif
