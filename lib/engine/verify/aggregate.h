/*
 * engine/verify/aggregate.h -- what many answers to the same questions say together.  Batch; pure.
 *
 * Purpose    Labels with posteriors, and the skill of each worker, from (question, worker, category)
 *            triples alone.  Behind `erctl aggregate`, and the yardstick of the incremental model
 *            that the engine keeps (crowd.h).
 * Methods    majority   The share of the votes.
 *            weighted   One chance of being right per worker, errors uniform; EM.  Votes weigh
 *                       log((k-1) p / (1-p)), as in Nitzan and Paroush, "Optimal decision rules in
 *                       uncertain dichotomous choice situations", Int. Economic Review 23, 1982.
 *            ds         Dawid and Skene, "Maximum Likelihood Estimation of Observer Error-Rates
 *                       Using the EM Algorithm", Applied Statistics 28(1), 1979, pp. 20-28: a
 *                       confusion table per worker, 50 rounds, 0.01 added to each cell, from vote
 *                       shares.  E step in logs.
 *            default    The average of five opinions (Stone, "The opinion pool", Annals of
 *                       Mathematical Statistics 32, 1961): the vote shares, and four fits of one
 *                       hierarchical confusion model (fit_tiers.c), whose rows shrink to what the
 *                       worker's accuracy implies, which shrinks to the crowd's.  The four are all
 *                       pairs of two choices that answers without truth cannot settle: whether a
 *                       class is rare or is named too rarely (its learned frequency counts in full,
 *                       or by its square root), and whether typical confusions are shared by the
 *                       crowd.  Each alone loses to the majority on some kind of data (skewed
 *                       classes, shared bias, few answers per question); where they disagree the
 *                       votes decide.  Where their labels are far from those of ds, each
 *                       begins again with ds, and stays where that makes the answers clearly
 *                       likelier (most workers may say the same whatever is asked: then
 *                       the shares of the votes are a bad beginning).
 * Compare    Kim and Ghahramani, "Bayesian Classifier Combination", AISTATS 2012, for the Bayesian
 *            Dawid-Skene; Venanzi et al., "Community-Based Bayesian Aggregation Models for
 *            Crowdsourcing", WWW 2014, for shrinking to a crowd; Whitehill et al., "Whose Vote
 *            Should Count More", NIPS 2009, for weights that come of agreement.
 * Anchors    A question whose truth is known counts as that from the start, and its label is it.
 * Ties       The lowest category of those within 1e-9 of the highest posterior, and marked.
 * Order      The result does not depend on the order of the votes, but for rounding.
 * Limits     AGG_VOTES_MAX votes; ids dense from 0.  Not settling within the rounds is a result.
 * Errors     FAIL_INVALID: an id out of range, too many votes.
 * Ownership  agg_release frees; input is borrowed during agg_run only.
 * Purity     No I/O, clock, globals or random numbers; the same input gives the same bytes.
 */
#ifndef ENGINE_VERIFY_AGGREGATE_H
#define ENGINE_VERIFY_AGGREGATE_H

#include <stddef.h>
#include <stdint.h>

struct err;

enum { AGG_VOTES_MAX = 100000000 };
#define AGG_NONE UINT32_MAX

enum agg_method { AGG_DEFAULT, AGG_DS, AGG_MAJORITY, AGG_WEIGHTED, AGG_METHODS };

extern const char *const agg_method_names[AGG_METHODS];

struct agg_vote {
	uint32_t question, worker, answer;
};

struct agg_input {
	const struct agg_vote *votes; /* borrowed; one per question and worker */
	size_t n;
	uint32_t questions, workers, categories;
	const int32_t *gold;          /* [questions] the known category, -1: not known; or NULL */
	void (*progress)(void *arg, double done); /* 0..1, or NULL */
	void *arg;
};

struct agg_skill {
	uint32_t answers;
	double right;            /* of them, expected */
	double accuracy, lo, hi; /* Beta posterior around the crowd's: mean, 5 % and 95 % */
};

struct agg_cell {
	uint32_t truth, answer;
	double count; /* expected */
};

struct agg_detail;

struct agg_result {
	uint32_t *label;         /* [questions] AGG_NONE: nobody answered and nothing is known */
	double *posterior;       /* [questions] of the label */
	uint8_t *tie;            /* [questions] 1: others are as likely */
	struct agg_skill *skill; /* [workers] */
	unsigned rounds;         /* of the longest fit */
	int settled;
	struct agg_detail *detail;
};

int agg_run(enum agg_method method, const struct agg_input *in, struct agg_result *out,
            struct err *err);
void agg_release(struct agg_result *r);

/* How many categories share the first place, and whether ${category} is one of them. */
unsigned agg_tied(const struct agg_result *r, uint32_t question, uint32_t category, int *one);
/* The confusion counts of a worker, one after the other: begin with *at = 0; 0 at the end. */
int agg_confusion(const struct agg_result *r, uint32_t worker, size_t *at, struct agg_cell *out);

#endif
