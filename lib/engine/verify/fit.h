/*
 * engine/verify/fit.h -- the fits behind aggregate.h: posteriors of all candidates of all questions.
 *
 * Order      fit_init; then any of the fits, each of which starts from the vote shares and leaves
 *            its posteriors in .post; fit_release.
 * Speed      A round is two passes over the answers; stops when the posteriors move by less than
 *            FIT_STILL on average.
 */
#ifndef ENGINE_VERIFY_FIT_H
#define ENGINE_VERIFY_FIT_H

#include "engine/verify/ballots.h"

#define FIT_STILL 3e-5

struct fit {
	const struct ballots *b; /* borrowed */
	double *share;           /* [candidates] of the votes */
	double *post;            /* [candidates] */
	double *cell, *row;      /* expected counts, then logarithms of chances; totals of rows */
	double *prior;           /* [k] logarithms */
	double evidence;         /* logarithm of how likely the last fit makes the answers */
	unsigned rounds;         /* of the longest fit so far */
	int settled;             /* all fits so far */
	void (*progress)(void *arg, double done);
	void *arg;
	double from, to;         /* what part of the progress the next fit is */
};

struct tiers {
	int shared; /* the crowd has typical confusions */
	double frequent; /* how much the classes' frequency counts: its exponent, 0..1 */
	const double *start; /* [candidates] to begin with; NULL: the vote shares */
};

void fit_init(struct fit *f, const struct ballots *b);
void fit_release(struct fit *f);

void fit_shares(struct fit *f);                        /* majority */
void fit_coin(struct fit *f);                          /* weighted */
void fit_tables(struct fit *f);                        /* Dawid and Skene */
void fit_tiers(struct fit *f, const struct tiers *how); /* hierarchical */

/* For the fits: */
void fit_count(struct fit *f);                   /* .cell and .row of .post */
void fit_prior(struct fit *f, double add);       /* .prior of .post; .add to each class */
double fit_weigh(struct fit *f);                 /* .post of .prior and logs in .cell, .evidence; mean move */
int fit_still(struct fit *f, unsigned round, unsigned of, double moved); /* 1: it is over */

#endif
