/* engine/verify/crowd_p.h -- what crowd.c and crowd_learn.c share. */
#ifndef ENGINE_VERIFY_CROWD_P_H
#define ENGINE_VERIFY_CROWD_P_H

#include "engine/verify/crowd.h"

uint32_t crowd_cats(const struct crowd *c);               /* k, at least 2 */
void crowd_points(const struct crowd *c, double p[CROWD_GRID]);
void crowd_mix(const struct crowd *c, double mix[CROWD_GRID]); /* how frequent; sums to 1 */
void crowd_share(const double mix[CROWD_GRID], const struct voter *v, double share[CROWD_GRID]);

/* What a task looks like from each answer: the chance of that answer by what may be true.  Up to
 * CROWD_CATS_MAX categories these are all; above, they are the different answers given, and in the
 * last place all others together. */
enum { CROWD_SLOTS = CROWD_VOTES_MAX + 1 };

struct crowd_view {
	size_t n, slots;
	uint32_t category[CROWD_SLOTS]; /* of a slot */
	double weight[CROWD_SLOTS];     /* prior of a slot */
	double like[CROWD_VOTES_MAX][CROWD_SLOTS];
	size_t at[CROWD_VOTES_MAX];             /* the slot that an answer names */
	uint32_t others;                        /* how many categories the last slot stands for; 0: one */
};

void crowd_look(const struct crowd *c, const struct vote *votes, size_t n, struct crowd_view *v);
/* The posterior of the slots without the answers ${but} and ${nor} (SIZE_MAX: with all). */
void crowd_weigh(const struct crowd_view *v, size_t but, size_t nor, double *post);

#endif
