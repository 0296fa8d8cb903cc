#include "engine/verify/crowd.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "engine/verify/beta.h"
#include "engine/verify/crowd_p.h"

static const double tie_within = 1e-9, crowd_each = 8, class_n = 8, least = 1e-6;

/* Chance to be right, between guessing (0) and never wrong (1); below: a part of guessing. */
static const double above[CROWD_GRID] = {-0.85, -0.5, 0, 0.1, 0.2, 0.3, 0.4, 0.5,
                                         0.6, 0.7, 0.76, 0.82, 0.88, 0.93, 0.97, 0.99};
/* The prior: most are good, some guess, few mean the contrary. */
static const double prior[CROWD_GRID] = {0.02, 0.02, 0.10, 0.02, 0.03, 0.04, 0.06, 0.09,
                                         0.12, 0.14, 0.12, 0.09, 0.07, 0.05, 0.02, 0.01};

void crowd_init(struct crowd *c, uint32_t k, double floor)
{
	memset(c, 0, sizeof *c);
	c->k = k;
	c->floor = floor;
}

void crowd_grow(struct crowd *c, uint32_t k)
{
	if (k > c->k)
		c->k = k;
}

void voter_init(struct voter *v)
{
	memset(v, 0, sizeof *v);
	for (int g = 0; g < CROWD_GRID; g++)
		v->like[g] = 1;
}

uint32_t crowd_cats(const struct crowd *c)
{
	return c->k < 2 ? 2 : c->k;
}

void crowd_points(const struct crowd *c, double p[CROWD_GRID])
{
	double chance = 1.0 / crowd_cats(c);

	for (int g = 0; g < CROWD_GRID; g++)
		p[g] = above[g] < 0 ? chance * (1 + above[g]) : chance + (1 - chance) * above[g];
}

void crowd_mix(const struct crowd *c, double mix[CROWD_GRID])
{
	for (int g = 0; g < CROWD_GRID; g++)
		mix[g] = (CROWD_PRIOR * prior[g] + (c->points[g] > 0 ? c->points[g] : 0)) /
		         (CROWD_PRIOR + c->voters);
}

void crowd_share(const double mix[CROWD_GRID], const struct voter *v, double share[CROWD_GRID])
{
	double sum = 0;

	for (int g = 0; g < CROWD_GRID; g++)
		sum += share[g] = mix[g] * (v ? v->like[g] : 1);
	for (int g = 0; g < CROWD_GRID; g++)
		share[g] /= sum;
}

/* ---- what an answer says ---- */

static double odds(double p)
{
	p = p < least ? least : p > 1 - least ? 1 - least : p;
	return p / (1 - p);
}

/* The crowd's own confusions: chances by true category. */
struct habits {
	double row[CROWD_CATS_MAX][CROWD_CATS_MAX];
	double right; /* over all classes */
};

static double above_floor(const struct crowd *c, const double mix[CROWD_GRID],
                          const double p[CROWD_GRID])
{
	double sum = 0, weight = 0;

	for (int g = 0; g < CROWD_GRID; g++) {
		if (p[g] < c->floor)
			continue;
		sum += mix[g] * p[g];
		weight += mix[g];
	}
	return weight > 0 ? sum / weight : p[CROWD_GRID - 1];
}

static void class_chances(const struct crowd *c, double *out)
{
	uint32_t k = crowd_cats(c);
	double total = c->tasks + class_n * k;

	for (uint32_t j = 0; j < k; j++)
		out[j] = (c->classes[j] + class_n) / total;
}

static void crowd_habits(const struct crowd *c, double coin, const double *classes,
                         struct habits *h)
{
	uint32_t k = crowd_cats(c);
	double n0 = crowd_each * k, wrong = (1 - coin) / (k - 1);

	h->right = 0;
	for (uint32_t j = 0; j < k; j++) {
		double total = n0;
		for (uint32_t l = 0; l < k; l++)
			total += c->confusion[j][l];
		for (uint32_t l = 0; l < k; l++)
			h->row[j][l] = (c->confusion[j][l] + n0 * (l == j ? coin : wrong)) / total;
		h->right += classes[j] * h->row[j][j];
	}
}

/* The chance that this worker says ${answer} when ${truth} is so. */
static double says(const struct crowd *c, const struct habits *h, const struct voter *v, double p,
                   uint32_t truth, uint32_t answer)
{
	double o = odds(h->row[truth][truth]) * odds(p) / odds(h->right), right = o / (1 + o);
	double base = truth == answer ? right
	                              : (1 - right) * h->row[truth][answer] /
	                                    (1 - h->row[truth][truth]);
	double total = CROWD_ROW;

	if (!v)
		return base;
	for (uint32_t l = 0; l < crowd_cats(c); l++)
		total += (double)v->confusion[truth][l];
	return ((double)v->confusion[truth][answer] + CROWD_ROW * base) / total;
}

static double mean_of(const double p[CROWD_GRID], const double share[CROWD_GRID])
{
	double sum = 0;

	for (int g = 0; g < CROWD_GRID; g++)
		sum += p[g] * share[g];
	return sum;
}

static void look_few(const struct crowd *c, const struct vote *votes, struct crowd_view *v,
                     const double mix[CROWD_GRID], const double p[CROWD_GRID])
{
	struct habits h;
	double share[CROWD_GRID];

	v->slots = crowd_cats(c);
	class_chances(c, v->weight);
	crowd_habits(c, above_floor(c, mix, p), v->weight, &h);
	for (uint32_t j = 0; j < v->slots; j++)
		v->category[j] = j;
	for (size_t i = 0; i < v->n; i++) {
		crowd_share(mix, votes[i].voter, share);
		double mean = mean_of(p, share);
		v->at[i] = votes[i].answer;
		for (uint32_t j = 0; j < v->slots; j++)
			v->like[i][j] = says(c, &h, votes[i].voter, mean, j, votes[i].answer);
	}
}

static size_t slot_of(struct crowd_view *v, uint32_t category)
{
	for (size_t s = 0; s < v->slots; s++) {
		if (v->category[s] == category)
			return s;
	}
	v->category[v->slots] = category;
	return v->slots++;
}

static void look_many(const struct crowd *c, const struct vote *votes, struct crowd_view *v,
                      const double mix[CROWD_GRID], const double p[CROWD_GRID])
{
	double share[CROWD_GRID];

	v->slots = 0;
	for (size_t i = 0; i < v->n; i++)
		v->at[i] = slot_of(v, votes[i].answer);
	v->others = c->k - (uint32_t)v->slots;
	for (size_t s = 0; s < v->slots; s++)
		v->weight[s] = 1.0 / c->k;
	v->weight[v->slots] = (double)v->others / c->k;
	v->category[v->slots++] = c->k;
	for (size_t i = 0; i < v->n; i++) {
		crowd_share(mix, votes[i].voter, share);
		double mean = mean_of(p, share);
		for (size_t s = 0; s < v->slots; s++)
			v->like[i][s] = s == v->at[i] ? mean : (1 - mean) / (c->k - 1);
	}
}

void crowd_look(const struct crowd *c, const struct vote *votes, size_t n, struct crowd_view *v)
{
	double mix[CROWD_GRID], p[CROWD_GRID];

	assert(n <= CROWD_VOTES_MAX);
	v->n = n;
	v->others = 0;
	crowd_mix(c, mix);
	crowd_points(c, p);
	if (crowd_cats(c) <= CROWD_CATS_MAX)
		look_few(c, votes, v, mix, p);
	else
		look_many(c, votes, v, mix, p);
}

static void weigh_one(const struct crowd_view *v, size_t i, double *post)
{
	double sum = 0;

	for (size_t s = 0; s < v->slots; s++)
		sum += post[s] *= v->like[i][s];
	for (size_t s = 0; s < v->slots; s++)
		post[s] /= sum;
}

void crowd_weigh(const struct crowd_view *v, size_t but, size_t nor, double *post)
{
	memcpy(post, v->weight, v->slots * sizeof *post);
	for (size_t i = 0; i < v->n; i++)
		if (i != but && i != nor)
			weigh_one(v, i, post);
}

void crowd_posterior(const struct crowd *c, const struct vote *votes, size_t n, double *out)
{
	struct crowd_view v;
	double post[CROWD_SLOTS];

	crowd_look(c, votes, n, &v);
	crowd_weigh(&v, SIZE_MAX, SIZE_MAX, post);
	if (crowd_cats(c) <= CROWD_CATS_MAX) {
		memcpy(out, post, c->k * sizeof *out);
		return;
	}
	for (uint32_t j = 0; j < c->k; j++)
		out[j] = v.others ? post[v.slots - 1] / v.others : 0;
	for (size_t s = 0; s + 1 < v.slots; s++)
		out[v.category[s]] = post[s];
}

/* Above CROWD_CATS_MAX the slots are of those that answered, and are not the same without one. */
static double right_of_many(const struct crowd *c, const struct vote *votes, size_t n, size_t who)
{
	struct vote others[CROWD_VOTES_MAX];
	struct crowd_view v;
	double post[CROWD_SLOTS];

	memcpy(others, votes, n * sizeof *others);
	others[who] = votes[n - 1];
	crowd_look(c, others, n - 1, &v);
	crowd_weigh(&v, SIZE_MAX, SIZE_MAX, post);
	for (size_t s = 0; s + 1 < v.slots; s++)
		if (v.category[s] == votes[who].answer)
			return post[s];
	return v.others ? post[v.slots - 1] / v.others : 0;
}

void crowd_by_others(const struct crowd *c, const struct vote *votes, size_t n, double *right)
{
	int few = crowd_cats(c) <= CROWD_CATS_MAX;
	struct crowd_view v;
	double post[CROWD_SLOTS];

	if (few)
		crowd_look(c, votes, n, &v);
	for (size_t who = 0; who < n; who++) {
		if (!few) {
			right[who] = right_of_many(c, votes, n, who);
			continue;
		}
		memcpy(post, v.weight, v.slots * sizeof *post);
		for (size_t i = 0; i + 1 < n; i++)
			weigh_one(&v, i == who ? n - 1 : i, post);
		right[who] = post[votes[who].answer];
	}
}

/* ---- when to stop ---- */

static void likeliest(const struct crowd_view *v, const double *post, struct crowd_verdict *out)
{
	size_t slots = v->slots - (v->others > 0 && v->n > 0), equal = 0;
	double best = 0;

	for (size_t s = 0; s < slots; s++)
		best = post[s] > best ? post[s] : best;
	out->posterior = best;
	out->category = UINT32_MAX;
	for (size_t s = 0; s < slots; s++) {
		if (post[s] < best - tie_within)
			continue;
		equal++;
		out->category = v->category[s] < out->category ? v->category[s] : out->category;
	}
	out->tie = equal > 1;
}

void crowd_enough(const struct crowd *c, const struct crowd_rule *rule, const struct vote *votes,
                  size_t n, struct crowd_verdict *out)
{
	struct crowd_view v;
	double post[CROWD_SLOTS];

	crowd_look(c, votes, n, &v);
	crowd_weigh(&v, SIZE_MAX, SIZE_MAX, post);
	likeliest(&v, post, out);
	if (n >= rule->min && n > 0 && out->posterior >= rule->confidence && !out->tie)
		out->next = CROWD_STOP;
	else
		out->next = n >= rule->max ? CROWD_GIVE_UP : CROWD_MORE;
}

/* ---- what is known of a worker ---- */

double voter_mean(const struct crowd *c, const struct voter *v)
{
	double mix[CROWD_GRID], p[CROWD_GRID], share[CROWD_GRID];

	crowd_mix(c, mix);
	crowd_points(c, p);
	crowd_share(mix, v, share);
	return mean_of(p, share);
}

void voter_accuracy(const struct crowd *c, const struct voter *v, double *mean, double *lo,
                    double *hi)
{
	double mix[CROWD_GRID], p[CROWD_GRID], share[CROWD_GRID], var = 1e-6;

	crowd_mix(c, mix);
	crowd_points(c, p);
	crowd_share(mix, v, share);
	*mean = mean_of(p, share);
	for (int g = 0; g < CROWD_GRID; g++)
		var += share[g] * (p[g] - *mean) * (p[g] - *mean);
	double n = *mean * (1 - *mean) / var - 1;
	n = n > 0.01 ? n : 0.01;
	*lo = beta_quantile(*mean * n, (1 - *mean) * n, 0.05);
	*hi = beta_quantile(*mean * n, (1 - *mean) * n, 0.95);
}

double voter_below(const struct crowd *c, const struct voter *v)
{
	double mix[CROWD_GRID], p[CROWD_GRID], share[CROWD_GRID], sum = 0;

	crowd_mix(c, mix);
	crowd_points(c, p);
	crowd_share(mix, v, share);
	for (int g = 0; g < CROWD_GRID; g++)
		sum += p[g] < c->floor ? share[g] : 0;
	return sum;
}

/* Whom to suspect, before the lane's own workers have shown: a guesser above all. */
static const double suspects[CROWD_GRID] = {0.05, 0.04, 0.70, 0.04, 0.04, 0.04, 0.04, 0.04,
                                            0.04, 0.04, 0.04, 0.04, 0.04, 0.04, 0.04, 0.04};
static const double constants = 0.1; /* and one who always says the same */

double voter_evidence(const struct crowd *c, const struct voter *v)
{
	double p[CROWD_GRID], sum = 0, weight = 0, same = 0;
	uint32_t k = crowd_cats(c);

	crowd_points(c, p);
	for (int g = 0; g < CROWD_GRID; g++) {
		double w = CROWD_PRIOR * suspects[g] + (c->points[g] > 0 ? c->points[g] : 0);
		if (p[g] >= c->floor)
			continue;
		sum += w * v->since[g];
		weight += w;
	}
	sum = weight > 0 ? sum / weight : 0;
	if (k > CROWD_CATS_MAX)
		return sum;
	for (uint32_t j = 0; j < k; j++)
		same += v->always[j] / k;
	return (1 - constants) * sum + constants * same;
}
