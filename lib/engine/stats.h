/*
 * engine/stats.h -- what the journal shows of workers and lanes.
 *
 * Purpose    Evidence of three kinds, for each worker, each lane and each pair of both that ever met:
 *            does an offer lead to an answer, does the answer pass, and how long does it take.
 *            engine/outlook.h makes predictions of it.
 * Method     Counts and sums that fade: what is one half-life old counts half (applied when news
 *            comes, so nothing changes while nothing happens).  Times are logarithms, so that they are
 *            heavy-tailed, freed of what else the worker had in hand by the lane's slope.  A wait that
 *            ended without an answer counts as what it is expected to have become, with the
 *            weight of how long it was (a step of expectation-maximisation).
 * Shown      A pair's own evidence counts at once.  What a worker did elsewhere, and what others did in
 *            the lane, counts whenever there is twice as much of it as was shown before, and from
 *            the next day (UTC) on: so that orders need not be made anew for every answer,
 *            and a restart sees the same.
 * Memory     104 bytes a pair that met.
 */
#ifndef ENGINE_STATS_H
#define ENGINE_STATS_H

#include <stddef.h>
#include <stdint.h>

struct assign;
struct crew;
struct lane_stats;
struct skill;
struct task;
struct world;

struct tally {
	double yes, no;
};

struct spread { /* of logarithms of milliseconds */
	double n, mean, ss;
};

struct record {
	struct tally take, pass;
	struct spread time; /* a worker's: how much slower than the lane */
	int64_t at_ms;      /* of the last news */
};

struct pair {
	uint32_t lane, crew; /* their ids + 1; 0: an empty slot */
	struct record rec;
	struct skill *skill; /* owned, or NULL (engine/reputation.h) */
};

struct pairs {
	struct pair *v; /* owned; open addressing */
	size_t n, cap;
};

enum { LANE_NEWS = 64, CREW_NEWS = 4096, HOUR_MS = 3600000 };

/* How good predictions for the lane were: quantiles of log(what it took / what the model said). */
struct misses {
	double q50, q90, n;
};

enum evidence {
	SEEN_ACCEPTED,
	SEEN_REFUSED,  /* declined, ran out, given back late */
	SEEN_ANSWERED, /* in time or not: it took as long as it took */
	SEEN_NOTHING,  /* ended without an answer: a censored wait */
	SEEN_PASSED,
	SEEN_REJECTED
};

void stats_saw(struct world *w, const struct task *t, struct assign *a, enum evidence what,
               int64_t at_ms);
/* The task took ${took_ms} from its first match; the model had said ${model_ms}. */
void stats_took(struct lane_stats *l, int64_t took_ms, int64_t model_ms);
/* The time of an event: on a new day all that was learned is shown. */
void stats_day(struct world *w, int64_t at_ms);
const struct record *stats_pair(const struct world *w, const struct lane_stats *l,
                                const struct crew *c); /* or NULL */
const struct pair *stats_pair_find(const struct world *w, const struct lane_stats *l,
                                   const struct crew *c); /* or NULL */
struct pair *stats_pair_make(struct world *w, uint32_t lane, uint32_t crew);
/* After loading: the two records may differ. */
void stats_unsettled_lane(struct world *w, struct lane_stats *l);
void stats_unsettled_crew(struct world *w, struct crew *c);
void stats_release(struct world *w);

#endif
