/*
 * engine/bounds.h -- what scores can be at most, sixteen seats at a time.
 *
 * Purpose    A score in full costs an erfc and a cache line or two of the seat.  A decision asks
 *            here first, and only for those who can still be among the best there.
 * Method     Blocks of columns, in loops that compilers make vector instructions of: the Student t
 *            as in engine/outlook.c, a reciprocal root by Newton's method, and erf by formula
 *            7.1.28 of Abramowitz and Stegun, all in single precision.
 * Exact      The bound is not below the score, and with less than 16 tasks in hand hardly more than BOUND_LOOSE
 *            of the chance above it (a unit test looks): so who is chosen does not depend on this, only how many are scored.
 * Complexity A nanosecond or two a seat of a block that does not reach far enough, else about 6; 40 bytes a seat.
 */
#ifndef ENGINE_BOUNDS_H
#define ENGINE_BOUNDS_H

#include <stdint.h>

struct seat;

enum { BLOCK = 16 };
#define BOUND_LOOSE 0.0018F
#define BOUND_OFF 8e-4F       /* what the formulas are off is less than this part of the chance... */
#define BOUND_OFF_TERMS 1e-6F /* ...and this one of all terms */

/* The first ${n} places are used. */
struct block {
	float chance[BLOCK], base[BLOCK], share[BLOCK]; /* as in struct seat */
	float mu[BLOCK], per_sd[BLOCK], per_nu[BLOCK], slope[BLOCK];
	uint32_t crew[BLOCK], seat[BLOCK];              /* ids, and indexes of seats */
	uint32_t n;
	uint32_t external; /* all of them, or none */
};

void block_set(struct block *b, uint32_t at, const struct seat *s);
/* Of a score at any time with nothing in hand. */
static inline float idle_bound(float chance, float base)
{
	return chance + base + BOUND_OFF * chance + BOUND_OFF_TERMS * (chance - base);
}
float block_top(const struct block *b); /* the highest idle_bound; there must be one */
/* Whether somebody's score in endless time may reach ${low}, or idle_bound ${tell}: cheaper than: */
int block_reaches(const struct block *b, const uint32_t lives[BLOCK], float low, float tell);
/* Of each one's score with ${lives} tasks in hand. */
void block_bounds(const struct block *b, double log_left, const uint32_t lives[BLOCK],
                  float out[restrict BLOCK]);
/* Not above the score that has this bound. */
float block_least(const struct block *b, uint32_t at, uint32_t live, float bound);

#endif
