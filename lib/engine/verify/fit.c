#include "engine/verify/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ROUNDS = 50 };
static const double smoothing = 0.01;
/* Of 3 answers before the first, 2 are right. */
static const double coin_right = 2, coin_wrong = 1;

static double *doubles(size_t n)
{
	return mem_alloc((n ? n : 1) * sizeof(double));
}

static void all_shares(const struct ballots *b, double *out)
{
	for (uint32_t q = 0; q < b->nq; q++) {
		size_t from = b->off[q], to = b->off[q + 1];
		for (size_t c = b->cand_off[q]; c < b->cand_off[q + 1]; c++) {
			size_t n = 0;
			for (size_t i = from; i < to; i++)
				n += b->answer[i] == b->cand[c];
			out[c] = to > from ? (double)n / (double)(to - from) : 0;
			if (b->cand_off[q + 1] - b->cand_off[q] == 1)
				out[c] = 1; /* the truth is known */
		}
	}
}

void fit_init(struct fit *f, const struct ballots *b)
{
	size_t cands = b->cand_off[b->nq];

	*f = (struct fit){.b = b, .settled = 1, .to = 1};
	f->share = doubles(cands);
	f->post = doubles(cands);
	f->cell = doubles(b->ncell);
	f->row = doubles(b->nrow);
	f->prior = doubles(b->k);
	all_shares(b, f->share);
}

void fit_release(struct fit *f)
{
	free(f->share);
	free(f->post);
	free(f->cell);
	free(f->row);
	free(f->prior);
	*f = (struct fit){0};
}

void fit_shares(struct fit *f)
{
	memcpy(f->post, f->share, f->b->cand_off[f->b->nq] * sizeof *f->post);
}

void fit_count(struct fit *f)
{
	const struct ballots *b = f->b;

	memset(f->cell, 0, b->ncell * sizeof *f->cell);
	memset(f->row, 0, b->nrow * sizeof *f->row);
	for (uint32_t q = 0; q < b->nq; q++) {
		size_t nc = b->cand_off[q + 1] - b->cand_off[q];
		const double *p = f->post + b->cand_off[q];
		const uint32_t *cell = b->cell + b->cell_off[q];
		for (size_t i = b->off[q]; i < b->off[q + 1]; i++, cell += nc) {
			for (size_t c = 0; c < nc; c++)
				f->cell[cell[c]] += p[c];
		}
	}
	for (size_t c = 0; c < b->ncell; c++)
		f->row[b->cell_row[c]] += f->cell[c];
}

void fit_prior(struct fit *f, double add)
{
	const struct ballots *b = f->b;
	double total = add * b->k;

	for (uint32_t j = 0; j < b->k; j++)
		f->prior[j] = add;
	for (uint32_t q = 0; q < b->nq; q++) {
		if (b->off[q] == b->off[q + 1])
			continue; /* nobody answered */
		total++;
		for (size_t c = b->cand_off[q]; c < b->cand_off[q + 1]; c++)
			f->prior[b->cand[c]] += f->post[c];
	}
	for (uint32_t j = 0; j < b->k; j++)
		f->prior[j] = log(f->prior[j] / total + 1e-300);
}

/* exp and normalize; the sum of the moves from ${old}.  ${all}: the logarithm of the sum is added. */
static double softmax(double *logs, size_t n, double *old, double *all)
{
	double most = logs[0], sum = 0, moved = 0;

	for (size_t c = 1; c < n; c++)
		most = logs[c] > most ? logs[c] : most;
	for (size_t c = 0; c < n; c++)
		sum += logs[c] = exp(logs[c] - most);
	*all += most + log(sum);
	for (size_t c = 0; c < n; c++) {
		moved += fabs(logs[c] / sum - old[c]);
		old[c] = logs[c] / sum;
	}
	return moved;
}

double fit_weigh(struct fit *f)
{
	const struct ballots *b = f->b;
	double logs[CANDIDATES_MAX], moved = 0;

	f->evidence = 0;
	for (uint32_t q = 0; q < b->nq; q++) {
		size_t nc = b->cand_off[q + 1] - b->cand_off[q];
		const uint32_t *cell = b->cell + b->cell_off[q];
		if (nc < 2 || b->off[q] == b->off[q + 1])
			continue;
		for (size_t c = 0; c < nc; c++)
			logs[c] = f->prior[b->cand[b->cand_off[q] + c]];
		for (size_t i = b->off[q]; i < b->off[q + 1]; i++, cell += nc) {
			for (size_t c = 0; c < nc; c++)
				logs[c] += f->cell[cell[c]];
		}
		moved += softmax(logs, nc, f->post + b->cand_off[q], &f->evidence);
	}
	return b->nq ? moved / b->nq : 0;
}

int fit_still(struct fit *f, unsigned round, unsigned of, double moved)
{
	int still = moved < FIT_STILL;

	if (f->progress)
		f->progress(f->arg, f->from + (f->to - f->from) * (still ? 1 : (double)round / of));
	f->rounds = round > f->rounds ? round : f->rounds;
	if (!still && round == of)
		f->settled = 0;
	return still;
}

void fit_tables(struct fit *f)
{
	const struct ballots *b = f->b;

	fit_shares(f);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		fit_count(f);
		fit_prior(f, 0);
		for (size_t c = 0; c < b->ncell; c++)
			f->cell[c] = log((f->cell[c] + smoothing) /
			                 (f->row[b->cell_row[c]] + smoothing * b->k));
		if (fit_still(f, round, ROUNDS, fit_weigh(f)))
			break;
	}
}

static void coin_weights(struct fit *f, double *right)
{
	const struct ballots *b = f->b;

	memset(right, 0, b->nw * sizeof *right);
	for (size_t c = 0; c < b->ncell; c++) {
		if (b->pool_true[b->cell_pool[c]] == b->pool_answer[b->cell_pool[c]])
			right[b->row_worker[b->cell_row[c]]] += f->cell[c];
	}
	for (uint32_t w = 0; w < b->nw; w++) {
		double p = (right[w] + coin_right) / (b->given[w] + coin_right + coin_wrong);
		right[w] = log(p * (b->k - 1) / (1 - p));
	}
}

void fit_coin(struct fit *f)
{
	const struct ballots *b = f->b;
	double *weight = doubles(b->nw);

	fit_shares(f);
	for (uint32_t j = 0; j < b->k; j++)
		f->prior[j] = 0;
	for (unsigned round = 1; round <= ROUNDS; round++) {
		fit_count(f);
		coin_weights(f, weight);
		for (size_t c = 0; c < b->ncell; c++) {
			size_t p = b->cell_pool[c];
			f->cell[c] = b->pool_true[p] == b->pool_answer[p]
			                 ? weight[b->row_worker[b->cell_row[c]]] : 0;
		}
		if (fit_still(f, round, ROUNDS, fit_weigh(f)))
			break;
	}
	free(weight);
}
