/*
 * engine/reputation.h -- what verification has shown of a worker in a lane.
 *
 * Purpose    Gold tasks, agreement with peers and reviewers' verdicts, learned from the journal alone, each
 *            once: it feeds routing (who is suspended), the share that is reviewed, how many answers are
 *            asked for, and what erctl worker show says.
 * Method     Accuracy is a Beta posterior over faded counts (half-life of the lane); an agreement counts as
 *            much as the others were sure without this worker's own vote.  Suspicion is an e-process
 *            against "at least as good as the lane's floor": the average of one over gold and reviews (likelihood ratios towards
 *            four worse accuracies, mixed over when the worker changed with weights 1/(n(n+1)), so that
 *            somebody who was good for years is found too) and of one for each modelled field (engine/verify/crowd.h),
 *            the first a tenth of it where there are such; an average of e-processes is one.  By Ville's inequality it passes 1/alpha once in the
 *            life of a worker who is good enough with a chance of alpha at most (Ramdas et al., Statistical Science 38(4),
 *            2023); alpha is VOTER_ALPHA.
 * Suspended  By an event, when suspicion passes 1/alpha; reinstated by an operator, and then suspicion
 *            begins anew.
 * Ownership  The pair of lane and worker owns its skill, the lane its book.
 * Memory     About 0.5 KiB for each pair that was verified and 0.7 for each of its modelled fields, 21 KiB for
 *            each lane.
 */
#ifndef ENGINE_REPUTATION_H
#define ENGINE_REPUTATION_H

#include <stdint.h>

#include "engine/verify/anomaly.h"
#include "engine/verify/crowd.h"

struct crew;
struct decision;
struct err;
struct event;
struct input;
struct lane_stats;
struct message;
struct task;
struct world;

enum { DOUBTS = 4, BALLOTS_MAX = 8 /* fields of an answer whose workers are modelled */ };

struct doubt {
	double e[DOUBTS]; /* against each worse accuracy */
	uint32_t n;
};

struct counts {
	double right, wrong; /* faded */
};

/* A worker in a lane. */
struct skill {
	struct counts gold, peers, qa;
	struct doubt doubt;
	struct anomaly_worker anomaly;
	struct voter *voters;  /* owned; by the lane's fields */
	uint32_t n_voters;
	int64_t at_ms;         /* of the last news: faded up to here */
	int64_t suspended_ms;  /* since; 0: not */
	uint32_t answers;      /* ever verified */
	uint32_t golds;        /* gold tasks ever given */
};

/* A lane. */
struct book {
	struct anomaly_lane anomaly;
	struct crowd ballots[BALLOTS_MAX];
	uint64_t field[BALLOTS_MAX]; /* hash of each pointer */
	uint32_t n_fields;
	uint32_t suspended;    /* workers, now */
};

struct standing {
	int known;           /* observations behind it, rounded */
	int mean_micro, low_micro, high_micro; /* accuracy, and 90 % of its posterior */
	int suspicion_micro; /* share of the way to suspension, in logarithms; at most 1000000 */
	int64_t suspended_ms;
	struct counts gold, peers, qa;
	uint32_t answers, golds;
};

/* All zeros but the prior's mean when nothing is known. */
void reputation_of(const struct world *w, const char *lane, const char *worker, struct standing *out);
/* The mean and the counts alone: without the work for bounds. */
void reputation_mean(const struct world *w, const char *lane, const char *worker, struct standing *out);
/* The same of a skill, which may be NULL. */
void reputation_of_fast(const struct skill *s, struct standing *out);
/* That and the lower bound. */
void reputation_low(const struct skill *s, struct standing *out);
/* More speaks against "at least as good as the floor" than for it. */
int reputation_doubted(const struct world *w, const char *lane, const char *worker);
double reputation_floor(const struct world *w, const char *lane);
int reputation_suspended(const struct world *w, const char *lane, const struct crew *c);
struct skill *reputation_skill(const struct world *w, const struct lane_stats *l, const struct crew *c); /* or NULL */
struct book *reputation_book(const struct world *w, const char *lane); /* or NULL */
/* The lane's field with this pointer, or -1. */
int book_field(const struct book *b, const char *pointer);

/* Somebody who is to be suspended: 1 and *in. */
int reputation_next(struct world *w, struct input *in);
void decide_suspend(struct world *w, const struct input *in, struct decision *out);
int decide_reinstate(struct world *w, const struct message *m, struct decision *out, struct err *err);

/* ---- for evolve and snapshot ---- */

void reputation_check(struct world *w, struct task *t, const struct event *ev);
void reputation_held(struct world *w, struct task *t, const struct event *ev);
void reputation_verified(struct world *w, struct task *t, const struct event *ev);
void gold_given(struct world *w, const struct task *t, const char *worker);
void reputation_corrected(struct world *w, const struct event *ev);
void reputation_worker_event(struct world *w, const struct event *ev);
/* Made when new. */
struct skill *reputation_skill_make(struct world *w, struct lane_stats *l, struct crew *c);
struct book *reputation_book_make(struct lane_stats *l);
void reputation_release(struct world *w);

#endif
