/*
 * erctl/simulate_from.h -- a scenario out of a spool's own history.
 *
 * Method     One walk over the journal.  What came in within the last so many days comes in again
 *            at the same moments, with the same bodies.  A worker's reaction and working times are
 *            drawn from those that the journal has of them (from everybody's, where there are fewer
 *            than FROM_FEW), offers are ignored and answers invalid as often as they were.  The
 *            answer to a task is the one it was given, or the last one that its lane accepted.
 * Limits     FROM_TASKS_MAX tasks; then the last ones.  Which answers were true is not known: all
 *            are.
 * Errors     FAIL_NOT_FOUND: no task came in then.
 */
#ifndef ERCTL_SIMULATE_FROM_H
#define ERCTL_SIMULATE_FROM_H

#include <jansson.h>
#include <stdint.h>

struct err;
struct spool;

enum { FROM_FEW = 5, FROM_TASKS_MAX = 100000, FROM_SAMPLES_MAX = 1000 };

/* What came in since ${since_ms}. *scenario and *etc (the configuration as it is now): new
   references. */
int simulate_from(const struct spool *s, int64_t since_ms, json_t **scenario, json_t **etc,
                  struct err *err);

#endif
