/*
 * engine/escalation.h -- a task whose route is a chain: at which level it stands, and its clock.
 *
 * Purpose    An escalation is a task like any other; this is what it has beside one.  The chain
 *            is the one in its task.created, whatever became of etc/chains/ since.
 * Clock      A level ends so many seconds after it was entered, by an instant in the event that
 *            entered it.  Enough acknowledgements stop the clock; when they end (withdrawn, released,
 *            expired) it goes on with what was left.  At the last level of the last round nobody
 *            is left to ask: there is no end, the task expires as every task does.
 * Late       A level that ended while erd was away ends once, when it is back, and the next one has
 *            its whole time from then: nobody is passed over because the machine was off.
 * Ownership  The world owns chains (shared by their hash) and the task its escalation.
 */
#ifndef ENGINE_ESCALATION_H
#define ENGINE_ESCALATION_H

#include <jansson.h>
#include <stdint.h>
#include <uthash.h>

#include "base/sha256.h"
#include "model/chain.h"

struct buf;
struct crew;
struct err;
struct event;
struct task;
struct world;

/* A chain that running escalations use. */
struct chain_ref {
	struct sha256 sha;   /* of the document and its name */
	uint32_t refs;
	char *name;          /* owned */
	json_t *doc;         /* owned reference */
	struct chain chain;
	UT_hash_handle hh;
};

struct escalation {
	struct chain_ref *ref;
	int64_t level_ends_ms; /* undefined while stopped */
	int64_t left_ms;       /* of the level, while stopped */
	int64_t ack_ends_ms;   /* INT64_MAX: holds */
	int64_t retry_ms;      /* transient: when an empty level is worth another look; INT64_MAX */
	uint8_t level, round;  /* from 0 */
	uint8_t stopped;
	uint8_t blind;         /* answers of other levels are not shown */
	uint8_t n_acks;
	const struct crew *ack[CHAIN_ACKS_MAX];
};

static inline const struct chain *escalation_chain(const struct escalation *e)
{
	return &e->ref->chain;
}

static inline const struct chain_level *escalation_level(const struct escalation *e)
{
	return &e->ref->chain.level[e->level];
}

/* The level after this one: 1, or 0 when there is none. */
int escalation_next(const struct escalation *e, int *level, int *round);
int escalation_acked(const struct escalation *e, const char *worker);
/* How many more workers of the level are to be asked. */
int escalation_wants(const struct task *t);
int64_t escalation_next_ms(const struct escalation *e); /* its next timer, or INT64_MAX */
/* Whether ${worker} is named by any level: itself, in a pool or in a schedule. */
int escalation_knows(const struct world *w, const struct escalation *e, const char *worker);

/* ---- for evolve, world and snapshot ---- */

/* task.created: data.chain makes the task an escalation. */
int escalation_begin(struct world *w, struct task *t, const struct event *ev, struct err *err);
void escalation_apply(struct world *w, struct task *t, const struct event *ev);
void escalation_shift(struct escalation *e, int64_t by_ms);
void escalation_free(struct world *w, struct task *t);
struct chain_ref *escalation_ref(struct world *w, const char *name, const json_t *doc,
                                 struct err *err);

#endif
