/*
 * erctl/identity.h -- who speaks: the login name, and the worker somebody acts as.
 *
 * Rules      A name here is a choice, not a proof (er-spool(5)).  The login name is $USER,
 *            $LOGNAME, else "uid:N": looking it up in the password database would load its
 *            libraries, which costs more than the whole submit.
 */
#ifndef ERCTL_IDENTITY_H
#define ERCTL_IDENTITY_H

struct err;
struct run;

enum { IDENTITY_MAX = 65 };

/* Returns ${out}. */
const char *identity_login(char out[IDENTITY_MAX]);
/* --from where the verb has it, else --as, else the login name.  FAIL_USAGE: too long or
 * unprintable. */
int identity_requester(const struct run *r, char out[IDENTITY_MAX], struct err *err);

/* Fill r->worker: --as, ER_WORKER, else the worker whose "user" is the caller.
 * FAIL_NOT_FOUND with near names when there is no such worker. */
int identity_worker(struct run *r, struct err *err);

#endif
