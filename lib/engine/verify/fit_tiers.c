/*
 * engine/verify/fit_tiers.c -- confusion tables in tiers: what little is known of a worker is filled
 * up from what is known of all.
 *
 * Model      Given the true class j, worker w answers by a row with a Dirichlet prior of strength s1
 *            around its expectation: right with the chance that w's accuracy implies for class j,
 *            wrong as the crowd is wrong there.  w's accuracy has a Beta prior of strength s2 around
 *            what the crowd reaches on the classes that w saw; it moves the crowd's chance of each
 *            class by the same log odds.  The crowd's rows have 4 k imaginary answers around one
 *            accuracy for all classes (4 per category, so that a rare class among many is not
 *            judged by a handful of answers); without shared confusions they are that alone.
 * Method     EM from the vote shares.  s1 and s2 are those of a grid that make the counts most
 *            likely (empirical Bayes: Dirichlet-multinomial and Beta-binomial), looked up in some
 *            of the rounds, not in the first ones: soft counts make all workers look alike.
 * Guard      Nothing can turn a class round: the crowd's accuracy never falls to chance.
 * Limits     The grid is judged by some thousands of workers and cells, evenly spaced.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/verify/fit.h"

enum { ROUNDS = 40, SAMPLE = 4096 };

static const double grid[] = {0.5, 1, 2, 4, 8, 16, 32, 64, 128, 512, 4096};
static const double crowd_each = 4;       /* imaginary answers per category of a row */
static const double right_0 = 3.5, n_0 = 5; /* and of the accuracy of all */
static const double above_chance = 0.02, s1_first = 8, s2_first = 4;

struct crowd_fit {
	double all;                  /* accuracy over everything */
	double *pool;                /* [npool] chances */
	double *diag, *total;        /* [k] chance to be right; answers */
	double *right, *expect, *n;  /* [nw] */
	double *base;                /* [nrow] chance to be right, before w's own row */
	double s1, s2;
};

static int is_right(const struct ballots *b, size_t cell)
{
	size_t p = b->cell_pool[cell];

	return b->pool_true[p] == b->pool_answer[p];
}

/* ---- what the crowd does ---- */

static void crowd_counts(const struct fit *f, struct crowd_fit *c)
{
	const struct ballots *b = f->b;
	double right = right_0, n = n_0;

	memset(c->pool, 0, b->npool * sizeof *c->pool);
	memset(c->diag, 0, b->k * sizeof *c->diag);
	memset(c->total, 0, b->k * sizeof *c->total);
	for (size_t i = 0; i < b->ncell; i++)
		c->pool[b->cell_pool[i]] += f->cell[i];
	for (size_t p = 0; p < b->npool; p++) {
		c->total[b->pool_true[p]] += c->pool[p];
		n += c->pool[p];
		if (b->pool_true[p] == b->pool_answer[p]) {
			c->diag[b->pool_true[p]] = c->pool[p];
			right += c->pool[p];
		}
	}
	c->all = right / n;
	if (c->all < 1.0 / b->k + above_chance)
		c->all = 1.0 / b->k + above_chance;
}

static void crowd_chances(const struct fit *f, struct crowd_fit *c, int shared)
{
	const struct ballots *b = f->b;
	double s0 = crowd_each * b->k;

	crowd_counts(f, c);
	for (uint32_t j = 0; j < b->k; j++)
		c->diag[j] = shared ? (c->diag[j] + s0 * c->all) / (c->total[j] + s0) : c->all;
	for (size_t p = 0; p < b->npool; p++) {
		uint32_t j = b->pool_true[p];
		double coin = b->pool_answer[p] == j ? c->all : (1 - c->all) / (b->k - 1);
		c->pool[p] = shared ? (c->pool[p] + s0 * coin) / (c->total[j] + s0) : coin;
	}
}

/* ---- what each worker does ---- */

static void worker_counts(const struct fit *f, struct crowd_fit *c)
{
	const struct ballots *b = f->b;

	memset(c->right, 0, b->nw * sizeof *c->right);
	memset(c->expect, 0, b->nw * sizeof *c->expect);
	memset(c->n, 0, b->nw * sizeof *c->n);
	for (size_t i = 0; i < b->ncell; i++) {
		if (is_right(b, i))
			c->right[b->row_worker[b->cell_row[i]]] += f->cell[i];
	}
	for (size_t r = 0; r < b->nrow; r++) {
		c->expect[b->row_worker[r]] += f->row[r] * c->diag[b->row_true[r]];
		c->n[b->row_worker[r]] += f->row[r];
	}
	for (uint32_t w = 0; w < b->nw; w++)
		c->expect[w] = c->n[w] > 0 ? c->expect[w] / c->n[w] : c->all;
}

static double odds(double p)
{
	p = p < 1e-9 ? 1e-9 : p > 1 - 1e-9 ? 1 - 1e-9 : p;
	return p / (1 - p);
}

static void row_bases(const struct fit *f, struct crowd_fit *c)
{
	const struct ballots *b = f->b;

	for (size_t r = 0; r < b->nrow; r++) {
		uint32_t w = b->row_worker[r];
		double mean = (c->right[w] + c->s2 * c->expect[w]) / (c->n[w] + c->s2);
		double o = odds(c->diag[b->row_true[r]]) * odds(mean) / odds(c->expect[w]);
		c->base[r] = o / (1 + o);
	}
}

static double cell_base(const struct ballots *b, const struct crowd_fit *c, size_t cell)
{
	uint32_t r = b->cell_row[cell];
	double p = is_right(b, cell) ? c->base[r]
	                             : (1 - c->base[r]) * c->pool[b->cell_pool[cell]] /
	                                   (1 - c->diag[b->row_true[r]]);

	return p > 1e-9 ? p : 1e-9;
}

/* ---- how much workers differ ---- */

static double lg(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

static double workers_fit(const struct ballots *b, const struct crowd_fit *c, double s)
{
	double sum = 0;
	size_t step = b->nw / SAMPLE + 1;

	for (size_t w = 0; w < b->nw; w += step) {
		double e = c->expect[w], x = c->right[w], n = c->n[w];
		if (n > 1e-9)
			sum += lg(x + s * e) - lg(s * e) + lg(n - x + s * (1 - e)) - lg(s * (1 - e)) +
			       lg(s) - lg(n + s);
	}
	return sum;
}

static double rows_fit(const struct fit *f, const struct crowd_fit *c, double s)
{
	const struct ballots *b = f->b;
	double sum = 0;
	size_t step = b->ncell / SAMPLE / 4 + 1;

	for (size_t w = 0; w < b->nw; w += step < b->nw / 16 ? step : b->nw / 16 + 1) {
		uint32_t row = UINT32_MAX;
		for (size_t i = b->worker_cell[w]; i < b->worker_cell[w + 1]; i++) {
			double base = s * cell_base(b, c, i);
			sum += lg(f->cell[i] + base) - lg(base);
		}
		/* rows are in the order of the worker's cells, each begins at its first */
		for (size_t i = b->worker_cell[w]; i < b->worker_cell[w + 1]; i++) {
			if (row != UINT32_MAX && b->cell_row[i] <= row)
				continue;
			row = b->cell_row[i];
			sum -= lg(f->row[row] + s) - lg(s);
		}
	}
	return sum;
}

static void choose_workers(const struct ballots *b, struct crowd_fit *c)
{
	double best = -INFINITY;

	for (size_t g = 0; g < NITEMS(grid); g++) {
		double fits = workers_fit(b, c, grid[g]);
		if (fits > best) {
			best = fits;
			c->s2 = grid[g];
		}
	}
}

static void choose_rows(const struct fit *f, struct crowd_fit *c)
{
	double best = -INFINITY;

	for (size_t g = 0; g < NITEMS(grid); g++) {
		double fits = rows_fit(f, c, grid[g]);
		if (fits > best) {
			best = fits;
			c->s1 = grid[g];
		}
	}
}

static int looks(unsigned round)
{
	return round == 4 || round == 7 || round == 9 || round == 13 || round == 19 || round == 27;
}

/* ---- the fit ---- */

static double one_round(struct fit *f, struct crowd_fit *c, const struct tiers *how, unsigned round)
{
	const struct ballots *b = f->b;

	fit_count(f);
	fit_prior(f, 1);
	for (uint32_t j = 0; j < b->k; j++)
		f->prior[j] *= how->frequent;
	crowd_chances(f, c, how->shared);
	worker_counts(f, c);
	if (looks(round))
		choose_workers(b, c);
	row_bases(f, c);
	if (looks(round))
		choose_rows(f, c);
	for (size_t i = 0; i < b->ncell; i++)
		f->cell[i] = log((f->cell[i] + c->s1 * cell_base(b, c, i)) /
		                 (f->row[b->cell_row[i]] + c->s1));
	return fit_weigh(f);
}

void fit_tiers(struct fit *f, const struct tiers *how)
{
	const struct ballots *b = f->b;
	size_t n = b->npool + 2 * (size_t)b->k + 3 * (size_t)b->nw + b->nrow;
	double *mem = mem_alloc((n ? n : 1) * sizeof *mem);
	struct crowd_fit c = {.s1 = s1_first, .s2 = s2_first};

	c.pool = mem;
	c.diag = c.pool + b->npool;
	c.total = c.diag + b->k;
	c.right = c.total + b->k;
	c.expect = c.right + b->nw;
	c.n = c.expect + b->nw;
	c.base = c.n + b->nw;
	if (how->start)
		memcpy(f->post, how->start, b->cand_off[b->nq] * sizeof *f->post);
	else
		fit_shares(f);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		double moved = one_round(f, &c, how, round);
		if (fit_still(f, round, ROUNDS, round > 4 ? moved : 1))
			break;
	}
	free(mem);
}
