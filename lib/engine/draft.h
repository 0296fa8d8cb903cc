/*
 * engine/draft.h -- building the list of events that a decision proposes.
 *
 * Rule       A task event is proposed only where the transition table has a row for it: draft_task
 *            walks the state along, so several events of one decision are checked in order.
 * Ownership  draft_* steal ${data}.
 */
#ifndef ENGINE_DRAFT_H
#define ENGINE_DRAFT_H

#include "engine/decide.h"

struct task;

struct drafts {
	struct decision *out;
	struct id task;
	enum state state;  /* after the drafts so far */
	const char *actor;
};

void drafts_init(struct drafts *d, struct decision *out, const struct id *task, enum state state,
                 const char *actor);
/* Propose; asserts that the table allows it. */
void draft_task(struct drafts *d, enum event_type type, json_t *data);
/* 1 when the table allows ${type} next. */
int draft_allowed(const struct drafts *d, enum event_type type);
/* An event without a task state. */
void draft_plain(struct decision *out, enum event_type type, const char *actor, json_t *data);

#endif
