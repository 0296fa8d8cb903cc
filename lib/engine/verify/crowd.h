/*
 * engine/verify/crowd.h -- how sure are we now, is one more answer needed, and whom do we believe?
 *
 * Purpose    The incremental twin of aggregate.h: per lane and category field one struct crowd, per
 *            worker in it one struct voter.  Each answer teaches both in time that does not
 *            depend on history.
 * Model      A worker is right with a chance p, one of CROWD_GRID points from always wrong over
 *            guessing to nearly always right.  How frequent the points are among the lane's workers
 *            is learned (the discrete mixing distribution of Laird, "Nonparametric maximum
 *            likelihood estimation of a mixing distribution", JASA 73, 1978, kept up to date worker
 *            by worker as in Neal and Hinton, "A view of the EM algorithm …", 1998), from a stated
 *            prior that counts as CROWD_PRIOR workers.  So a lane with good workers and spammers
 *            soon expects one or the other, and needs few answers to tell which.
 *            Up to CROWD_CATS_MAX categories the worker's confusion counts are added: a row is as if
 *            CROWD_ROW answers had been seen around what p and the crowd's own confusions (themselves
 *            shrunk to one accuracy, with 8 k answers) imply.  Above, errors are uniform.
 *            The posterior of a task is the product of the workers' predictive chances with the
 *            class frequencies: exact Bayes for workers that answer once per task.
 * Learning   A worker is judged by the posterior of the others (leave one out), so nobody confirms
 *            themselves; confusion counts take the whole posterior (one step of EM).  The crowd's
 *            confusions count an answer by the chance that its worker is above the floor.  Gold and
 *            decisions of QA are anchors: the truth is certain.
 * Suspension voter_evidence() is an e-process against "at or above the floor, as the lane's workers
 *            there are": a sum of likelihood ratios begun at every answer (so that one who turns bad
 *            is seen, too), the one begun at answer s weighted 0.7 for the first, 0.3 / (s (s - 1))
 *            later; Shin, Ramdas and Rinaldo, "E-detectors", 2023; Ville, 1939.  Who always says the
 *            same is compared with how often the trusted say it, too: else, where one category is rare,
 *            everybody is suspect until the lane has learned how rare.  The chance that it
 *            EVER passes 1 / alpha is at most alpha for a worker drawn from those above the floor,
 *            however long they work: VOTER_ALPHA is the stated rate of false suspensions.
 * Units      Chances are 0..1.  Categories 0..k-1.
 * Limits     CROWD_VOTES_MAX answers to a task; any number of categories.
 * Purity     No allocation, I/O, clock, globals.  Both structs are flat numbers: a snapshot may
 *            write them byte for byte.  The same calls in the same order give the same bits.
 * Complexity One more answer to a task of n, k categories: n (CROWD_GRID + k^2 + n k) up to
 *            CROWD_CATS_MAX, else n (CROWD_GRID + n^2): 3 to 40 us.
 */
#ifndef ENGINE_VERIFY_CROWD_H
#define ENGINE_VERIFY_CROWD_H

#include <stddef.h>
#include <stdint.h>

enum { CROWD_CATS_MAX = 8, CROWD_GRID = 16, CROWD_VOTES_MAX = 64 };

#define CROWD_PRIOR 4.0
#define CROWD_ROW 12.0
#define VOTER_ALPHA 0.08

struct crowd {
	uint32_t k;
	uint32_t reserved; /* 0: the struct has no holes */
	double floor;      /* below it a worker should not work here */
	double tasks, voters;
	double points[CROWD_GRID];     /* expected workers at each point */
	double classes[CROWD_CATS_MAX];
	double confusion[CROWD_CATS_MAX][CROWD_CATS_MAX]; /* true, answered */
};

struct voter {
	double answers;           /* fades */
	uint64_t seen;            /* does not */
	double like[CROWD_GRID];  /* likelihood of all answers so far, the largest is 1 */
	double share[CROWD_GRID]; /* posterior when last judged: what .points of the crowd has of them */
	double since[CROWD_GRID]; /* the e-process, by what the worker would have become */
	double always[CROWD_CATS_MAX]; /* the same: who always says this */
	float confusion[CROWD_CATS_MAX][CROWD_CATS_MAX];
};

struct vote {
	const struct voter *voter; /* NULL: nothing is known of them */
	uint32_t answer;
};

/* For learning: the voter is changed.  NULL: only the crowd learns. */
struct ballot {
	struct voter *voter;
	uint32_t answer;
};

void crowd_init(struct crowd *c, uint32_t k, double floor);
/* Categories up to ${k}-1 exist from now on.  What was learned is kept. */
void crowd_grow(struct crowd *c, uint32_t k);
void voter_init(struct voter *v);

/* The chance of each category into ${out}[k]; they sum to 1.  Answers are below k. */
void crowd_posterior(const struct crowd *c, const struct vote *votes, size_t n, double *out);

/* The chance that each answer is right, by the others alone. */
void crowd_by_others(const struct crowd *c, const struct vote *votes, size_t n, double *right);

struct crowd_rule {
	double confidence;  /* of the lane */
	uint32_t min, max;  /* overlap */
};

enum crowd_next { CROWD_STOP, CROWD_MORE, CROWD_GIVE_UP };

struct crowd_verdict {
	enum crowd_next next; /* GIVE_UP: max answers, and not sure */
	uint32_t category;    /* the likeliest; of equals the lowest */
	int tie;              /* there are equals, within 1e-9 */
	double posterior;
};

void crowd_enough(const struct crowd *c, const struct crowd_rule *rule, const struct vote *votes,
                  size_t n, struct crowd_verdict *out);

/* Another answer came in: the last of ${ballots}, which are all of its task so far.  ${weight}: 1, or
 * less where the task should count less. */
void crowd_answer(struct crowd *c, const struct ballot *ballots, size_t n, double weight);
/* All answers of a task at once, none of which crowd_answer has seen.  Where many tasks are open at
 * a time crowd_answer is better: those that agree close first, so closed tasks alone make workers
 * look better than they are, until the others have closed. */
void crowd_learn(struct crowd *c, const struct ballot *ballots, size_t n, double weight);
/* The truth of a task became known: gold, or a decision of QA.  ${learned}: crowd_answer or
 * crowd_learn has seen these answers, what that taught is replaced.  The classes' frequencies do
 * not learn from it: gold is chosen. */
void crowd_anchor(struct crowd *c, const struct ballot *ballots, size_t n, uint32_t truth,
                  int learned, double weight);
/* Time has passed: what is known of the worker counts ${factor} (0..1) of what it did. */
void crowd_fade(struct voter *v, double factor);

/* ${v} may be NULL. */
double voter_mean(const struct crowd *c, const struct voter *v);
/* The mean, and bounds that the accuracy is between with 90 % (the Beta distribution of the
 * posterior's mean and variance).  ${v} may be NULL. */
void voter_accuracy(const struct crowd *c, const struct voter *v, double *mean, double *lo,
                    double *hi);
/* The chance that the accuracy is below the floor. */
double voter_below(const struct crowd *c, const struct voter *v);
/* Above 1 / VOTER_ALPHA: suspend. */
double voter_evidence(const struct crowd *c, const struct voter *v);

#endif
