#include <math.h>
#include <string.h>

#include "engine/verify/crowd_p.h"

/* Who always says the same says something else in 4 of 100 answers. */
static const double constant = 0.96;
static const double first = 0.8, tiny = 1e-250, huge = 1e250;

struct lesson {
	double mix[CROWD_GRID], p[CROWD_GRID];
	double weight;
};

/* How likely the answer was for a worker of each point, when it is right with chance ${right}. */
static void likelihoods(const struct crowd *c, const struct lesson *l, double right,
                        double x[CROWD_GRID])
{
	double others = crowd_cats(c) - 1;

	for (int g = 0; g < CROWD_GRID; g++)
		x[g] = right * l->p[g] + (1 - right) * (1 - l->p[g]) / others;
}

/* What became known of an answer: the chance that it is right, before (below 0: it is new) and
 * now. */
struct news {
	uint32_t answer;
	double before, now;
};

/* Before .like knows: what a worker above the floor would have said. */
static double expected(const struct crowd *c, const struct lesson *l, const struct voter *v,
                       const double x[CROWD_GRID])
{
	double good = 0, total = 0;

	for (int g = 0; g < CROWD_GRID; g++) {
		if (l->p[g] < c->floor)
			continue;
		good += l->mix[g] * v->like[g] * x[g];
		total += l->mix[g] * v->like[g];
	}
	return total > tiny ? good / total : x[CROWD_GRID - 1];
}

/* How often the trusted give this answer, whatever is true. */
static double usual(const struct crowd *c, uint32_t answer)
{
	uint32_t k = crowd_cats(c);
	double of = 1, all = k;

	for (uint32_t j = 0; j < k; j++) {
		of += c->confusion[j][answer];
		for (uint32_t l = 0; l < k; l++)
			all += c->confusion[j][l];
	}
	return of / all;
}

/* Who always says the same, against one above the floor, or whoever says what all say. */
static void gather_same(const struct crowd *c, const struct lesson *l, struct voter *v,
                        const struct news *n, double begin, double good)
{
	uint32_t k = crowd_cats(c);
	double often = n->before < 0 ? usual(c, n->answer) : 0;

	good = often > good ? often : good;
	for (uint32_t j = 0; j < k; j++) {
		double says = j == n->answer ? constant : (1 - constant) / (k - 1);
		says = n->before >= 0 ? 1 : pow(says, l->weight);
		v->always[j] = (v->always[j] + begin) * says / good;
		v->always[j] = v->always[j] > huge ? huge : v->always[j];
	}
}

static void gather(const struct crowd *c, const struct lesson *l, struct voter *v,
                   const struct news *n, const double x[CROWD_GRID])
{
	double good = expected(c, l, v, x), s = (double)v->seen;
	double begin = n->before >= 0 ? 0 : v->seen == 1 ? first : (1 - first) / (s * (s - 1));

	for (int g = 0; g < CROWD_GRID; g++) {
		v->since[g] = (v->since[g] + begin) * x[g] / good;
		v->since[g] = v->since[g] > huge ? huge : v->since[g];
	}
	if (crowd_cats(c) <= CROWD_CATS_MAX)
		gather_same(c, l, v, n, begin, good);
}

static void believe(struct voter *v, const double x[CROWD_GRID])
{
	double most = 0;

	for (int g = 0; g < CROWD_GRID; g++) {
		v->like[g] *= x[g];
		most = v->like[g] > most ? v->like[g] : most;
	}
	for (int g = 0; g < CROWD_GRID; g++) {
		v->like[g] /= most;
		v->like[g] = v->like[g] < tiny ? tiny : v->like[g];
	}
}

static void judge(struct crowd *c, const struct lesson *l, struct voter *v, const struct news *n)
{
	double x[CROWD_GRID], old[CROWD_GRID];

	if (n->before < 0) {
		c->voters += v->seen == 0;
		v->seen++;
		v->answers += l->weight;
	}
	likelihoods(c, l, n->now, x);
	if (n->before >= 0)
		likelihoods(c, l, n->before, old);
	for (int g = 0; g < CROWD_GRID; g++) {
		x[g] = n->before >= 0 ? x[g] / old[g] : x[g];
		x[g] = l->weight == 1 ? x[g] : pow(x[g], l->weight);
	}
	gather(c, l, v, n, x);
	believe(v, x);
	for (int g = 0; g < CROWD_GRID; g++)
		c->points[g] -= v->share[g];
	crowd_share(l->mix, v, v->share);
	for (int g = 0; g < CROWD_GRID; g++)
		c->points[g] += v->share[g];
}

static double trust(const struct crowd *c, const struct lesson *l, const struct voter *v)
{
	double sum = 0;

	for (int g = 0; v && g < CROWD_GRID; g++)
		sum += l->p[g] >= c->floor ? v->share[g] : 0;
	return sum;
}

static double not_below_0(double x)
{
	return x > 0 ? x : 0;
}

/* The confusion that this answer is counted under: what was believed before, and is now. */
static void count(struct crowd *c, const struct lesson *l, const struct ballot *b,
                  const double *before, const double *now)
{
	double good = trust(c, l, b->voter);

	for (uint32_t j = 0; j < crowd_cats(c); j++) {
		double more = l->weight * (now[j] - (before ? before[j] : 0));
		double *all = &c->confusion[j][b->answer];
		*all = not_below_0(*all + good * more);
		if (b->voter) {
			float *own = &b->voter->confusion[j][b->answer];
			*own = (float)not_below_0((double)*own + more);
		}
	}
}

static void lesson_begin(const struct crowd *c, double weight, struct lesson *l)
{
	l->weight = weight;
	crowd_mix(c, l->mix);
	crowd_points(c, l->p);
}

static void look_at(const struct crowd *c, const struct ballot *ballots, size_t n,
                    struct crowd_view *v)
{
	struct vote votes[CROWD_VOTES_MAX] = {{NULL, 0}};

	for (size_t i = 0; i < n && i < CROWD_VOTES_MAX; i++)
		votes[i] = (struct vote){ballots[i].voter, ballots[i].answer};
	crowd_look(c, votes, n, v);
}

void crowd_answer(struct crowd *c, const struct ballot *ballots, size_t n, double weight)
{
	struct lesson l;
	struct crowd_view v;
	double now[CROWD_SLOTS], before[CROWD_SLOTS], rest[CROWD_SLOTS], less[CROWD_SLOTS];
	size_t last = n - 1;
	int few = crowd_cats(c) <= CROWD_CATS_MAX;

	look_at(c, ballots, n, &v);
	lesson_begin(c, weight, &l);
	crowd_weigh(&v, SIZE_MAX, SIZE_MAX, now);
	crowd_weigh(&v, last, SIZE_MAX, before);
	for (size_t i = 0; i < n; i++) {
		struct news w = {ballots[i].answer, -1, 0};
		crowd_weigh(&v, i, SIZE_MAX, rest);
		crowd_weigh(&v, i, last, less);
		w.now = rest[v.at[i]];
		w.before = i < last ? less[v.at[i]] : -1;
		if (ballots[i].voter)
			judge(c, &l, ballots[i].voter, &w);
		if (few)
			count(c, &l, &ballots[i], i < last ? before : NULL, now);
	}
	c->tasks += n == 1 ? weight : 0;
	for (uint32_t j = 0; few && j < crowd_cats(c); j++)
		c->classes[j] = not_below_0(c->classes[j] +
		                            weight * (now[j] - (n > 1 ? before[j] : 0)));
}

void crowd_learn(struct crowd *c, const struct ballot *ballots, size_t n, double weight)
{
	for (size_t i = 1; i <= n; i++)
		crowd_answer(c, ballots, i, weight);
}

void crowd_anchor(struct crowd *c, const struct ballot *ballots, size_t n, uint32_t truth,
                  int learned, double weight)
{
	struct lesson l;
	struct crowd_view v;
	double now[CROWD_CATS_MAX] = {0}, before[CROWD_SLOTS], rest[CROWD_SLOTS];
	int few = crowd_cats(c) <= CROWD_CATS_MAX;

	look_at(c, ballots, n, &v);
	lesson_begin(c, weight, &l);
	crowd_weigh(&v, SIZE_MAX, SIZE_MAX, before);
	if (few)
		now[truth] = 1;
	for (size_t i = 0; i < n; i++) {
		struct news w = {ballots[i].answer, -1, ballots[i].answer == truth};
		crowd_weigh(&v, i, SIZE_MAX, rest);
		w.before = learned ? rest[v.at[i]] : -1;
		if (ballots[i].voter)
			judge(c, &l, ballots[i].voter, &w);
		if (few)
			count(c, &l, &ballots[i], learned ? before : NULL, now);
	}
}

void crowd_fade(struct voter *v, double factor)
{
	v->answers *= factor;
	for (int g = 0; g < CROWD_GRID; g++)
		v->like[g] = pow(v->like[g], factor);
	for (int j = 0; j < CROWD_CATS_MAX; j++) {
		for (int l = 0; l < CROWD_CATS_MAX; l++)
			v->confusion[j][l] *= (float)factor;
	}
}
