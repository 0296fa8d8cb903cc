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

/* Who is suspended: "ana in support.triage, …" into ${text}, objects into ${list}.  Looks only when
 * a lane of ${c} verifies.  What cannot be read is left out. */
void standing_suspended(const struct run *r, const struct config *c, struct buf *text,
                        json_t *list);

extern const struct cmd cmd_worker_reinstate; /* a verb of the noun worker */

#endif
