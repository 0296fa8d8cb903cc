/*
 * Crowds for tests: answers of real ones (from ../shared/data/crowd, where it is) and of invented
 * ones, seeded.
 */
#ifndef ENGINE_CROWD_KIT_H
#define ENGINE_CROWD_KIT_H

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/verify/aggregate.h"

/* ---- chance: splitmix64 (Steele, Lea and Flood, OOPSLA 2014) ---- */

static uint64_t kit_state;

static uint64_t kit_bits(void)
{
	uint64_t z = kit_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static double kit_chance(void)
{
	return (double)(kit_bits() >> 11) * 0x1p-53;
}

static uint32_t kit_below(uint32_t n)
{
	return (uint32_t)(kit_chance() * n);
}

/* ---- answers ---- */

struct answers {
	struct agg_vote *votes;
	size_t n;
	uint32_t nq, nw, k;
	int32_t *truth; /* [nq] -1: not known */
};

static void answers_release(struct answers *a)
{
	free(a->votes);
	free(a->truth);
	*a = (struct answers){0};
}

static inline void answers_shuffle(struct answers *a)
{
	for (size_t i = a->n; i > 1; i--) {
		size_t j = kit_below((uint32_t)i);
		struct agg_vote t = a->votes[i - 1];
		a->votes[i - 1] = a->votes[j];
		a->votes[j] = t;
	}
}

enum { KIT_NAMES = 2048, KIT_NAME = 40 };

struct kit_names {
	char name[KIT_NAMES][KIT_NAME];
	uint32_t n;
};

static inline uint32_t kit_id(struct kit_names *names, const char *name)
{
	for (uint32_t i = 0; i < names->n; i++) {
		if (strcmp(names->name[i], name) == 0)
			return i;
	}
	ck_assert_uint_lt(names->n, KIT_NAMES);
	snprintf(names->name[names->n], KIT_NAME, "%s", name);
	return names->n++;
}

static inline FILE *kit_open(const char *set, const char *file)
{
	char path[256];
	FILE *f = NULL;

	for (const char *up = "../shared"; !f && strlen(up) < 40; up = "../../shared") {
		snprintf(path, sizeof path, "%s/data/crowd/%s/%s", up, set, file);
		f = fopen(path, "r");
		if (strcmp(up, "../../shared") == 0)
			break;
	}
	return f;
}

/* 0: the data are not here. */
static inline int answers_real(const char *set, struct answers *a)
{
	static struct kit_names questions, workers;
	char line[256], q[KIT_NAME], w[KIT_NAME];
	FILE *f = kit_open(set, "answer.csv");
	int category;

	if (!f)
		return 0;
	*a = (struct answers){.votes = mem_alloc(20000 * sizeof *a->votes)};
	questions.n = workers.n = 0;
	while (fgets(line, sizeof line, f)) {
		if (sscanf(line, "%39[^,],%39[^,],%d", q, w, &category) != 3)
			continue; /* the header */
		a->votes[a->n++] = (struct agg_vote){kit_id(&questions, q), kit_id(&workers, w),
		                                     (uint32_t)category};
		a->k = (uint32_t)category + 1 > a->k ? (uint32_t)category + 1 : a->k;
	}
	fclose(f);
	a->nq = questions.n;
	a->nw = workers.n;
	a->truth = mem_alloc(a->nq * sizeof *a->truth);
	memset(a->truth, -1, a->nq * sizeof *a->truth);
	f = kit_open(set, "truth.csv");
	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "%39[^,],%d", q, &category) == 2)
			a->truth[kit_id(&questions, q)] = category;
	}
	fclose(f);
	return 1;
}

/* ---- invented crowds ---- */

struct kind {
	const char *name;
	int nq, nw, k, per;
	double right, differ; /* log odds of being right: around this chance, with this deviation */
	double skew;          /* each class is so many times as frequent as the one before */
	double hard;          /* deviation of the questions' difficulty, in log odds */
	double bias;          /* of each worker by class, in log odds */
	double spam, against, together; /* shares of the workers */
	double trap;          /* share of questions that most get wrong, and alike */
	double alike;         /* share of errors that are typical for the class */
	double mute;          /* share of workers who say the first category whatever is asked */
	double busy;          /* workers answer as often as rank to the power of minus this */
};

struct kit_crowd {
	double *skill, *bias, *often, all;
	int *type, *favourite, *alike;
	double *classes;
};

static inline double kit_normal(void)
{
	double u = kit_chance();

	return sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * kit_chance());
}

static inline void kit_crowd(const struct kind *s, struct kit_crowd *c)
{
	double sum = 0;

	*c = (struct kit_crowd){0};
	c->skill = mem_alloc((size_t)s->nw * sizeof(double));
	c->often = mem_alloc((size_t)s->nw * sizeof(double));
	c->bias = mem_alloc((size_t)(s->nw * s->k) * sizeof(double));
	c->type = mem_alloc((size_t)s->nw * sizeof(int));
	c->favourite = mem_alloc((size_t)s->nw * sizeof(int));
	c->alike = mem_alloc((size_t)s->k * sizeof(int));
	c->classes = mem_alloc((size_t)s->k * sizeof(double));
	for (int j = 0; j < s->k; j++) {
		sum += c->classes[j] = pow(s->skew, j);
		c->alike[j] = (j + 1 + (int)kit_below((uint32_t)s->k - 1)) % s->k;
	}
	for (int j = 0; j < s->k; j++)
		c->classes[j] /= sum;
	for (int w = 0; w < s->nw; w++) {
		double u = kit_chance();
		c->skill[w] = log(s->right / (1 - s->right)) + s->differ * kit_normal();
		c->type[w] = u < s->spam ? 1 : u < s->spam + s->against ? 2
		             : u < s->spam + s->against + s->together ? 3
		             : u < s->spam + s->against + s->together + s->mute ? 4 : 0;
		c->favourite[w] = (int)kit_below((uint32_t)s->k);
		c->all += c->often[w] = pow(w + 1, -s->busy);
		for (int j = 0; j < s->k; j++)
			c->bias[w * s->k + j] = s->bias * kit_normal();
	}
}

static inline void kit_crowd_release(struct kit_crowd *c)
{
	free(c->skill);
	free(c->often);
	free(c->bias);
	free(c->type);
	free(c->favourite);
	free(c->alike);
	free(c->classes);
}

static inline int kit_wrong(const struct kind *s, int truth)
{
	return (truth + 1 + (int)kit_below((uint32_t)s->k - 1)) % s->k;
}

struct kit_question {
	int truth, trap, lure;
	double hard;
};

static inline int kit_answer(const struct kind *s, const struct kit_crowd *c,
                             const struct kit_question *q, int w)
{
	double p = 1 / (1 + exp(q->hard - c->skill[w] - c->bias[w * s->k + q->truth]));

	if (c->type[w] == 1)
		return kit_chance() < 0.5 ? c->favourite[w] : (int)kit_below((uint32_t)s->k);
	if (c->type[w] == 3)
		return q->lure;
	if (c->type[w] == 4)
		return 0;
	p = p < 0.02 ? 0.02 : p > 0.99 ? 0.99 : p;
	p = c->type[w] == 2 ? 1 - p : p;
	if (kit_chance() < (q->trap ? 0.45 * p : p))
		return q->truth;
	if (q->trap)
		return kit_chance() < 0.8 ? q->lure : (int)kit_below((uint32_t)s->k);
	return kit_chance() < s->alike ? c->alike[q->truth] : kit_wrong(s, q->truth);
}

static inline void answers_invent(const struct kind *s, struct answers *a)
{
	struct kit_crowd c;
	int *last = mem_alloc((size_t)s->nw * sizeof(int));

	*a = (struct answers){.nq = (uint32_t)s->nq, .nw = (uint32_t)s->nw, .k = (uint32_t)s->k};
	a->votes = mem_alloc((size_t)(s->nq * s->per) * sizeof *a->votes);
	a->truth = mem_alloc(a->nq * sizeof *a->truth);
	kit_crowd(s, &c);
	for (int i = 0; i < s->nq; i++) {
		struct kit_question q = {0};
		double u = kit_chance();
		while (q.truth < s->k - 1 && (u -= c.classes[q.truth]) > 0)
			q.truth++;
		q.hard = s->hard * kit_normal();
		q.trap = kit_chance() < s->trap;
		q.lure = kit_wrong(s, q.truth);
		a->truth[i] = q.truth;
		for (int n = 0; n < s->per; n++) {
			int w;
			do {
				double x = kit_chance() * c.all;
				for (w = 0; w < s->nw - 1 && (x -= c.often[w]) > 0; w++)
					;
			} while (last[w] == i + 1);
			last[w] = i + 1;
			a->votes[a->n++] = (struct agg_vote){(uint32_t)i, (uint32_t)w,
			                                     (uint32_t)kit_answer(s, &c, &q, w)};
		}
	}
	kit_crowd_release(&c);
	free(last);
}

/* ---- how good ---- */

/* The share of right labels; ties count in part. */
static inline double answers_accuracy(const struct answers *a, const struct agg_result *r)
{
	double right = 0, n = 0;

	for (uint32_t q = 0; q < a->nq; q++) {
		int hit;
		unsigned equal;
		if (a->truth[q] < 0 || r->label[q] == AGG_NONE)
			continue;
		equal = agg_tied(r, q, (uint32_t)a->truth[q], &hit);
		right += hit ? 1.0 / equal : 0;
		n++;
	}
	return n > 0 ? right / n : 0;
}

static inline double answers_judge(const struct answers *a, enum agg_method method)
{
	struct agg_input in = {.votes = a->votes, .n = a->n, .questions = a->nq, .workers = a->nw,
	                       .categories = a->k};
	struct agg_result r;
	struct err err = ERR_INIT;

	ck_assert_msg(agg_run(method, &in, &r, &err) == 0, "%s", err.msg);
	double accuracy = answers_accuracy(a, &r);
	agg_release(&r);
	return accuracy;
}

#endif
