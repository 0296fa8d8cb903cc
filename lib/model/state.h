/*
 * model/state.h -- the words for where a task stands (DESIGN.md section 5).
 *
 * The transition table is engine/transition.h; this is only the vocabulary, shared
 * with those who read events and views.
 */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

enum state {
	ST_NONE,      /* not created */
	ST_QUEUED,    /* waits for a worker */
	ST_OFFERED,
	ST_ACCEPTED,
	ST_STARTED,
	ST_BLOCKED,   /* a question awaits the requester; the SLA clock stands */
	ST_SUBMITTED, /* an answer is being verified */
	ST_VERIFIED,
	ST_COMPLETED, /* final */
	ST_FAILED,    /* final */
	ST_CANCELLED, /* final */
	ST_EXPIRED,   /* final */
	ST_COUNT
};

const char *state_name(enum state s);     /* "queued"; "none" for ST_NONE */
int state_by_name(const char *name);      /* or -1 */
int state_final(enum state s);

#endif
