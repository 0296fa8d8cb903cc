/*
 * erctl/idargs.h -- ids on the command line: whole, or any unique beginning.
 */
#ifndef ERCTL_IDARGS_H
#define ERCTL_IDARGS_H

#include <jansson.h>

#include "base/ids.h"

struct err;
struct run;

/* FAIL_NOT_FOUND also when ambiguous (the message lists some), and for a whole id of which there
 * is neither a task nor a message. */
int idarg(const struct run *r, const char *text, struct id *out, struct err *err);
/* The same without that last look: for the journal, which outlives every view. */
int idarg_any(const struct run *r, const char *text, struct id *out, struct err *err);
/* The task's view: a new reference, or NULL: FAIL_PENDING, it waits for erd. */
json_t *idarg_view(const struct run *r, const struct id *id, struct err *err);

#endif
