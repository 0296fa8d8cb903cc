/*
 * erctl/standing.h -- what verification has shown of workers (engine/reputation.h), for people.
 */
#ifndef ERCTL_STANDING_H
#define ERCTL_STANDING_H

#include <jansson.h>

#include "cmd.h"

struct buf;
struct config;
struct err;

/* One object for each lane in which something is known of the worker; NULL with *err. */
json_t *standing_of(const struct run *r, const char *worker, struct err *err);
/* The same as a table; nothing when it is empty. */
void standing_print(struct run *r, const json_t *lanes);

struct standing_list {
	struct buf *text; /* "ana in support.triage, …" */
	json_t *list;     /* objects */
};
/* Who is suspended, and where answers wait for programs (not one that is at work just now: it is
 * not there, or what it says comes late).  Looks only when a lane of ${c} verifies.  What cannot be
 * read is left out. */
void standing_find(const struct run *r, const struct config *c,
                   const struct standing_list *suspended, const struct standing_list *programs);

extern const struct cmd cmd_worker_reinstate; /* a verb of the noun worker */

#endif
