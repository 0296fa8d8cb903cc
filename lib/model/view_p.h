/*
 * model/view_p.h -- private to lib/model: setting members of a task view in place.
 *
 * Rule       view_set keeps the order of keys that model/taskview.h documents, whatever
 *            the order of events, so that equal views are equal bytes.
 */
#ifndef MODEL_VIEW_P_H
#define MODEL_VIEW_P_H

#include "model/event.h"

void view_set(json_t *view, const char *key, json_t *value); /* steals value */
/* Text as it is, an integer as milliseconds since the epoch; absent: not set. */
void view_set_time(json_t *view, const char *key, const json_t *data, const char *from);
/* The array view.KEY, made when absent. */
json_t *view_array(json_t *view, const char *key);

/* What ${ev} changes beyond seq, state and updatedAt. */
void view_fold(json_t *view, const struct event *ev);

/* view_escalation.c: the same for what a chain does. */
void view_escalation(json_t *view, const struct event *ev);
void view_escalation_begin(json_t *view, const struct event *created);

/* offered, accepted, started, blocked, submitted */
int assignment_live(const json_t *assignment);

#endif
