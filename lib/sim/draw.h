/*
 * sim/draw.h -- chance, from a seed.  Pure.
 *
 * Method     SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every stream of a simulation has its own
 *            state, so that one more draw in one place changes nothing elsewhere.
 * Units      dist_draw gives milliseconds.
 */
#ifndef SIM_DRAW_H
#define SIM_DRAW_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct draw {
	uint64_t state;
};

void draw_seed(struct draw *d, uint64_t seed, uint64_t stream);
static inline uint64_t draw_bits(struct draw *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline double draw_unit(struct draw *d) /* [0, 1) */
{
	return (double)(draw_bits(d) >> 11) * 0x1p-53;
}
size_t draw_below(struct draw *d, size_t n);
double draw_normal(struct draw *d);
double draw_exponential(struct draw *d); /* mean 1 */

enum dist_kind { DIST_CONSTANT, DIST_LOGNORMAL, DIST_EXPONENTIAL, DIST_SAMPLES };

/* How long something takes. */
struct dist {
	enum dist_kind kind;
	double middle;   /* minutes: the value, the median or the mean */
	double sigma;    /* DIST_LOGNORMAL: standard deviation of the logarithm */
	double *samples; /* owned; minutes */
	size_t n;
};

/* 12, {"median":12,"spread":2} (two thirds lie within a factor of spread), {"mean":12} or
 * {"samples":[…]}: minutes.  Absent: *out untouched. */
int dist_read(const json_t *doc, const char *pointer, struct dist *out, struct err *err);
void dist_release(struct dist *d);
int64_t dist_draw(const struct dist *d, double factor, struct draw *draw);

#endif
