/*
 * model/fact.h -- what the engine reads in an event's data, typed.
 *
 * Purpose    evolve reads a task event's data here and nowhere else (a task's beginning: model/created.h;
 *            a chain's events: engine/escalation.h).  The common events are made of it too, so that a
 *            rehearsal, which has no journal, needs no documents.
 * Method     decide -> fact -> fact_json -> journal -> fact_read -> evolve.  fact_read(fact_json(f)) is f
 *            in all that evolve reads.
 * Ownership  Everything is borrowed; ${more} is taken by fact_json.
 */
#ifndef MODEL_FACT_H
#define MODEL_FACT_H

#include <jansson.h>
#include <stdint.h>

/* "dueAt", …: which of them there are is told by .has, a bit each. */
enum fact_time {
	FACT_DUE,
	FACT_EXPIRES,
	FACT_REMIND,
	FACT_BACKUP_AT,
	FACT_NEXT,
	FACT_P50, /* of the prediction */
	FACT_P90,
	FACT_TIMES
};

enum fact_is { /* bits */
	FACT_BACKUP = 1,
	FACT_CLAIMED = 2,
	FACT_AUTOMATIC = 4,
	FACT_DECLINED = 8,
	FACT_PENALTY = 16,
	FACT_PREDICTED = 32,
	FACT_REASONS = 64 /* why nobody can take it; in ${more} */
};

struct fact {
	json_t *more;           /* what only people read; the data begins with it, or NULL */
	const char *stage, *worker, *instead_of, *kind, *reason, *by, *pool, *awaits, *review; /* or NULL */
	int64_t at[FACT_TIMES];
	int64_t model_ms;       /* of the prediction; 0: none */
	unsigned has, is;
	int attempt, want;      /* 0: not said */
	int answers, wanted, took_ms; /* likewise */
	const json_t *answer, *confidence, *evidence; /* or NULL; written, not read */
};

static inline void fact_set(struct fact *f, enum fact_time which, int64_t ms)
{
	f->at[which] = ms;
	f->has |= 1U << which;
}

static inline int64_t fact_at(const struct fact *f, enum fact_time which, int64_t dflt)
{
	return f->has >> which & 1 ? f->at[which] : dflt;
}

json_t *fact_json(const struct fact *f); /* a new reference */
void fact_read(struct fact *f, const json_t *data);

#endif
