/*
 * engine/outlook.h -- what to expect of a worker in a lane.
 *
 * Method     Each number is an average of evidence and of a prior that counts as so many
 *            observations, level by level: the pair of lane and worker, else the worker
 *            elsewhere, else the lane, else a stated default (outlook.c).  Chances are Beta means;
 *            the time is log-normal with its mean and variance unknown, which makes the prediction
 *            a Student t in the logarithm.
 * Complexity One lookup of the pair.
 */
#ifndef ENGINE_OUTLOOK_H
#define ENGINE_OUTLOOK_H

#include <stdint.h>

struct crew;
struct lane;
struct lane_stats;
struct worker;
struct world;

struct outlook {
	double take, pass; /* chances: answers at all, and rightly */
	double mu, sd, nu; /* of log(ms) with nothing else in hand; degrees of freedom */
	double lane_mu, offset, slope;
	double known;      /* how many observations of the pair are behind it */
};

/* What is the same for all workers, until the lane's shown record changes. */
struct outlook_lane {
	double take, mu, var, slope;
};

void outlook_of_lane(const struct lane_stats *l, const struct lane *lane, struct outlook_lane *out);
void outlook_in(const struct world *w, const struct lane_stats *l, const struct outlook_lane *usual,
                const struct crew *c, const struct worker *wk, struct outlook *out);
/* Both.  ${wk} and ${lane} may be NULL: their documents are gone. */
void outlook_of(const struct world *w, const struct lane_stats *l, const struct crew *c,
                const struct worker *wk, const struct lane *lane, struct outlook *out);
/* The chance to be done within ${log_ms}, with ${x} = log(1 + tasks in hand). */
double outlook_within(const struct outlook *o, double log_ms, double x);
/* The time within which it is done with chance ${p}, in ms. */
double outlook_quantile(const struct outlook *o, double p, double x);

#endif
