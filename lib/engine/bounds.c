#include "engine/bounds.h"

#include <math.h>

#include "engine/roster.h"
#include "engine/world.h"

/* log(1 + i), rounded down: what is beyond counts as the last. */
enum { LOGS = 16 };
static const float log1p_of[LOGS] = {
	0,         0.693147F, 1.098612F, 1.386294F, 1.609437F, 1.791759F, 1.945910F, 2.079441F,
	2.197224F, 2.302585F, 2.397895F, 2.484906F, 2.564949F, 2.639057F, 2.708050F, 2.772588F};

/* Beyond t_max of a Student t with at least 8 degrees of freedom there is less left than 7e-4: that is in
 * BOUND_OFF.  Sums of logarithms of times are off by less than off_log. */
static const float t_max = 6, off_log = 1e-5F;

void block_set(struct block *b, uint32_t at, const struct seat *s)
{
	b->chance[at] = s->chance;
	b->base[at] = s->base;
	b->share[at] = s->share;
	b->mu[at] = s->mu;
	b->per_sd[at] = 1 / s->sd;
	b->per_nu[at] = 1 / s->nu;
	b->slope[at] = s->slope;
	b->crew[at] = s->crew->id;
}

float block_top(const struct block *b)
{
	float top = idle_bound(b->chance[0], b->base[0]);

	for (uint32_t i = 1; i < b->n; i++) {
		float bound = idle_bound(b->chance[i], b->base[i]);
		top = bound > top ? bound : top;
	}
	return top;
}

int block_reaches(const struct block *b, const uint32_t lives[BLOCK], float low, float tell)
{
	int any = 0;

	for (int i = 0; i < BLOCK; i++) {
		float load = b->share[i] * (float)(int32_t)lives[i];
		float idle = idle_bound(b->chance[i], b->base[i]);
		any |= (idle - load + BOUND_OFF_TERMS * load >= low) | (idle >= tell);
	}
	return any;
}

/* z of a normal for ${t} >= 0 of a Student t; the root's reciprocal is right to 1e-4. */
static inline float normal_of(float t, float per_nu)
{
	float u = t * t * per_nu * 0.5F, v = 1 + u;
	float y = 1 + u * (0.1F * u - 0.42F);

	y = y * (1.5F - 0.5F * v * y * y);
	y = y * (1.5F - 0.5F * v * y * y);
	return t * (1 - 0.25F * per_nu) * y;
}

/* The chance of a normal to be between 0 and ${z}. */
static inline float inside(float z)
{
	float x = z * 0.70710678F;
	float v = 1 + x * (0.0705230784F +
	                   x * (0.0422820123F +
	                        x * (0.0092705272F +
	                             x * (0.0001520143F + x * (0.0002765672F + x * 0.0000430638F)))));

	v *= v;
	v *= v;
	v *= v;
	v *= v;
	return 0.5F - 0.5F / v;
}

/* Three loops, since compilers make no vectors of conditions before sums. */
void block_bounds(const struct block *b, double log_left, const uint32_t lives[BLOCK],
                  float out[restrict BLOCK])
{
	float x[BLOCK], live[BLOCK], t[BLOCK], near[BLOCK], left = (float)log_left;

	for (int i = 0; i < BLOCK; i++) {
		x[i] = log1p_of[lives[i] < LOGS ? lives[i] : LOGS - 1];
		live[i] = (float)(int32_t)lives[i];
	}
	for (int i = 0; i < BLOCK; i++) {
		t[i] = (left - b->mu[i] - b->slope[i] * x[i] + off_log) * b->per_sd[i];
		near[i] = fabsf(t[i]) > t_max ? t_max : fabsf(t[i]);
	}
	for (int i = 0; i < BLOCK; i++) {
		float within = 0.5F + copysignf(inside(normal_of(near[i], b->per_nu[i])), t[i]);
		float chance = b->chance[i], load = b->share[i] * live[i];

		out[i] = chance * within + b->base[i] - load + BOUND_OFF * chance +
		         BOUND_OFF_TERMS * (chance - b->base[i] + load);
	}
}

float block_least(const struct block *b, uint32_t at, uint32_t live, float bound)
{
	float load = b->share[at] * (float)(int32_t)live, chance = b->chance[at];

	if (live >= LOGS)
		return -INFINITY;
	return bound - (BOUND_LOOSE + off_log * b->per_sd[at]) * chance -
	       4 * BOUND_OFF_TERMS * (chance - b->base[at] + load);
}
