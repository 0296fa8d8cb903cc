/*
 * erctl/taskdoc.h -- the body of a submit: a file, the field flags, or one over the other.
 *
 * Rules      Without flags the text stays as it came.  The named flags (--lane, --title …)
 *            speak the native dialect: over a document of another one they are refused, and
 *            --set a.b=v serves.
 * Ownership  taskdoc_release.
 */
#ifndef ERCTL_TASKDOC_H
#define ERCTL_TASKDOC_H

#include <jansson.h>

#include "base/buf.h"

struct err;
struct run;

struct taskdoc {
	struct buf text; /* what goes into the message */
	json_t *body;
};

/* 1 when a field flag was given: a task can then be made without a file. */
int taskdoc_flags(const struct run *r);
/* ${path} NULL: from flags alone. */
int taskdoc_make(struct taskdoc *d, const struct run *r, const char *path, struct err *err);
/* A body that is at hand (stolen). */
void taskdoc_take_new(struct taskdoc *d, json_t *body);
void taskdoc_release(struct taskdoc *d);

/* "NAME" stays a name, "@FILE" is read. */
json_t *taskdoc_schema(const char *text, struct err *err);

#endif
