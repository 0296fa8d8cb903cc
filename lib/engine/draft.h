/*
 * engine/draft.h -- building the list of events that a decision proposes.
 *
 * Rule       A task event is proposed only where the transition table has a row for it: draft_task
 *            walks the task's live assignments along, so several events of one decision are
 *            checked in order, and the state of each is what evolve will find.
 * Ownership  draft_* steal ${data}.
 */
#ifndef ENGINE_DRAFT_H
#define ENGINE_DRAFT_H

#include "engine/decide.h"
#include "engine/world.h"

struct live {
	const char *worker; /* borrowed */
	uint8_t state;      /* enum assign_state */
};

struct drafts {
	struct decision *out;
	struct id task;
	enum state state;  /* after the drafts so far */
	const char *actor;
	struct live live[TASK_LIVE_MAX + 1]; /* likewise; one more may be claiming */
	size_t n_live;
	int held, overlap, review; /* as in struct task */
	enum state lives;          /* what those who have it make of the task (task_state) */
};

/* ${t} NULL: a task that is not there yet. */
void drafts_init(struct drafts *d, struct decision *out, const struct id *id, const struct task *t,
                 const char *actor);
/* Propose; asserts that the table allows it.  data.worker says whose assignment is meant. */
void draft_task(struct drafts *d, enum event_type type, json_t *data);
/* The same of a fact, whose ${more} is stolen. */
void draft_fact(struct drafts *d, enum event_type type, const struct fact *fact);
/* task.created; ${kind}: struct terms.  Without it the event has data in any case. */
void draft_created(struct drafts *d, const struct created *c, const char *kind);
/* 1 when the table has a row for ${type} next. */
int draft_allowed(const struct drafts *d, enum event_type type);
/* An event without a task state. */
void draft_plain(struct decision *out, enum event_type type, const char *actor, json_t *data);

#endif
