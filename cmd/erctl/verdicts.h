/*
 * erctl/verdicts.h -- what the six stages of verification say: a line each, and their numbers.
 */
#ifndef ERCTL_VERDICTS_H
#define ERCTL_VERDICTS_H

#include <jansson.h>

struct event;
struct run;

/* Of one answer of a task's view: what passed, failed, waits, or was not reached. */
void verdicts_show(struct run *r, const json_t *view, const json_t *answer);

/* The numbers and reasons of an event about an answer, for explain; nothing of other events.
 * ${asked_first}: answers that the task wanted at first. */
void verdicts_explain(struct run *r, const struct event *ev, int asked_first);

#endif
