#include "engine/verify/ballots.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/verify/aggregate.h"

static void *array(size_t n, size_t size)
{
	void *p = mem_grow(NULL, n ? n : 1, size);

	memset(p, 0, (n ? n : 1) * size);
	return p;
}

/* ---- a table of pairs that forgets at once ---- */

struct pairs {
	uint64_t *key;
	uint32_t *value, *stamp, now;
	size_t mask;
};

/* Forget all, and have room for ${n} more. */
static void pairs_begin(struct pairs *p, size_t n)
{
	size_t want = 16;

	while (want < 2 * n)
		want *= 2;
	if (!p->key || p->mask + 1 < want) {
		free(p->key);
		free(p->value);
		free(p->stamp);
		p->key = array(want, sizeof *p->key);
		p->value = array(want, sizeof *p->value);
		p->stamp = array(want, sizeof *p->stamp);
		p->mask = want - 1;
		p->now = 0;
	}
	p->now++;
}

static void pairs_release(struct pairs *p)
{
	free(p->key);
	free(p->value);
	free(p->stamp);
}

/* Where the value of the pair is kept; ${fresh} is set when it is a new one. */
static uint32_t *pairs_at(struct pairs *p, uint32_t a, uint32_t b, int *fresh)
{
	uint64_t key = (uint64_t)a << 32 | b, h = key * 0x9e3779b97f4a7c15u;
	size_t i = (size_t)(h ^ h >> 29) & p->mask;

	while (p->stamp[i] == p->now && p->key[i] != key)
		i = (i + 1) & p->mask;
	*fresh = p->stamp[i] != p->now;
	p->stamp[i] = p->now;
	p->key[i] = key;
	return &p->value[i];
}

/* ---- by question ---- */

static void by_question(struct ballots *b, const struct agg_input *in)
{
	size_t *next = array(b->nq + (size_t)1, sizeof *next);

	for (size_t i = 0; i < in->n; i++)
		b->off[in->votes[i].question + 1]++;
	for (uint32_t q = 0; q < b->nq; q++)
		b->off[q + 1] += b->off[q];
	memcpy(next, b->off, (b->nq + (size_t)1) * sizeof *next);
	for (size_t i = 0; i < in->n; i++) {
		const struct agg_vote *v = &in->votes[i];
		size_t at = next[v->question]++;
		b->worker[at] = v->worker;
		b->answer[at] = v->answer;
		b->given[v->worker]++;
	}
	free(next);
}

struct chosen {
	uint32_t category, votes;
};

static int most_first(const void *x, const void *y)
{
	const struct chosen *a = x, *b = y;

	if (a->votes != b->votes)
		return a->votes > b->votes ? -1 : 1;
	return a->category < b->category ? -1 : a->category > b->category;
}

static int ascending(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

/* The categories chosen for a question into ${out} (room for CANDIDATES_MAX); how many. */
static size_t chosen_of(const struct ballots *b, uint32_t q, struct pairs *p, struct chosen *tmp,
                        uint32_t *out)
{
	size_t n = 0;
	int fresh;

	pairs_begin(p, b->off[q + 1] - b->off[q]);
	for (size_t i = b->off[q]; i < b->off[q + 1]; i++) {
		uint32_t *at = pairs_at(p, 0, b->answer[i], &fresh);
		if (fresh) {
			*at = (uint32_t)n;
			tmp[n++] = (struct chosen){b->answer[i], 0};
		}
		tmp[*at].votes++;
	}
	qsort(tmp, n, sizeof *tmp, most_first);
	n = n < CANDIDATES_MAX ? n : CANDIDATES_MAX;
	for (size_t i = 0; i < n; i++)
		out[i] = tmp[i].category;
	qsort(out, n, sizeof *out, ascending);
	return n;
}

static void candidates(struct ballots *b, const int32_t *gold)
{
	struct pairs p = {0};
	size_t most = 0, n = 0, cap = 0;

	for (uint32_t q = 0; q < b->nq; q++)
		most = b->off[q + 1] - b->off[q] > most ? b->off[q + 1] - b->off[q] : most;
	struct chosen *tmp = array(most, sizeof *tmp);
	for (uint32_t q = 0; q < b->nq; q++) {
		if (n + CANDIDATES_MAX > cap) {
			cap = 2 * cap + 4096;
			b->cand = mem_grow(b->cand, cap, sizeof *b->cand);
		}
		b->cand_off[q] = n;
		if (gold && gold[q] >= 0)
			b->cand[n++] = (uint32_t)gold[q];
		else if (b->k <= CANDIDATES_ALL)
			for (uint32_t c = 0; c < b->k; c++)
				b->cand[n++] = c;
		else
			n += chosen_of(b, q, &p, tmp, b->cand + n);
	}
	b->cand_off[b->nq] = n;
	free(tmp);
	pairs_release(&p);
}

/* ---- the cells ---- */

struct maker {
	struct pairs rows, cells, pool;
	size_t cell_cap, row_cap, pool_cap;
};

static uint32_t row_of(struct ballots *b, struct maker *m, uint32_t worker, uint32_t truth)
{
	int fresh;
	uint32_t *at = pairs_at(&m->rows, 0, truth, &fresh);

	if (fresh) {
		if (b->nrow == m->row_cap) {
			m->row_cap = 2 * m->row_cap + 1024;
			b->row_worker = mem_grow(b->row_worker, m->row_cap, sizeof *b->row_worker);
			b->row_true = mem_grow(b->row_true, m->row_cap, sizeof *b->row_true);
		}
		*at = (uint32_t)b->nrow;
		b->row_worker[b->nrow] = worker;
		b->row_true[b->nrow++] = truth;
	}
	return *at;
}

static uint32_t cell_of(struct ballots *b, struct maker *m, uint32_t worker, uint32_t truth,
                        uint32_t answer)
{
	int fresh;
	uint32_t *at = pairs_at(&m->cells, truth, answer, &fresh);

	if (fresh) {
		if (b->ncell == m->cell_cap) {
			m->cell_cap = 2 * m->cell_cap + 1024;
			b->cell_row = mem_grow(b->cell_row, m->cell_cap, sizeof *b->cell_row);
			b->cell_pool = mem_grow(b->cell_pool, m->cell_cap, sizeof *b->cell_pool);
		}
		*at = (uint32_t)b->ncell;
		b->cell_row[b->ncell] = row_of(b, m, worker, truth);
		b->cell_pool[b->ncell++] = answer; /* until pool() */
	}
	return *at;
}

static void pool(struct ballots *b, struct maker *m)
{
	int fresh;

	pairs_begin(&m->pool, b->ncell);
	for (size_t c = 0; c < b->ncell; c++) {
		uint32_t truth = b->row_true[b->cell_row[c]], answer = b->cell_pool[c];
		uint32_t *at = pairs_at(&m->pool, truth, answer, &fresh);
		if (fresh) {
			if (b->npool == m->pool_cap) {
				m->pool_cap = 2 * m->pool_cap + 1024;
				b->pool_true = mem_grow(b->pool_true, m->pool_cap, sizeof(uint32_t));
				b->pool_answer = mem_grow(b->pool_answer, m->pool_cap, sizeof(uint32_t));
			}
			*at = (uint32_t)b->npool;
			b->pool_true[b->npool] = truth;
			b->pool_answer[b->npool++] = answer;
		}
		b->cell_pool[c] = *at;
	}
}

/* Worker by worker, so that the table of pairs stays small. */
static void cells(struct ballots *b)
{
	struct maker m = {0};
	size_t *first = array(b->nw + (size_t)1, sizeof *first), at = 0, cell = 0;
	struct { uint32_t question, within; } *mine = array(b->n, sizeof *mine);

	for (uint32_t w = 0; w < b->nw; w++)
		first[w + 1] = first[w] + b->given[w];
	for (uint32_t q = 0; q < b->nq; q++) {
		b->cell_off[q] = cell;
		cell += (b->off[q + 1] - b->off[q]) * (b->cand_off[q + 1] - b->cand_off[q]);
		for (size_t i = b->off[q]; i < b->off[q + 1]; i++) {
			at = first[b->worker[i]]++;
			mine[at].question = q;
			mine[at].within = (uint32_t)(i - b->off[q]);
		}
	}
	b->cell_off[b->nq] = cell;
	b->cell = array(cell, sizeof *b->cell);
	for (uint32_t w = 0; w < b->nw; w++) {
		b->worker_cell[w] = b->ncell;
		size_t begin = first[w] - b->given[w], pairs = 0;
		for (size_t i = begin; i < first[w]; i++)
			pairs += b->cand_off[mine[i].question + 1] - b->cand_off[mine[i].question];
		pairs_begin(&m.rows, pairs);
		pairs_begin(&m.cells, pairs);
		for (size_t i = begin; i < first[w]; i++) {
			uint32_t q = mine[i].question;
			size_t nc = b->cand_off[q + 1] - b->cand_off[q];
			uint32_t *out = b->cell + b->cell_off[q] + mine[i].within * nc;
			for (size_t c = 0; c < nc; c++)
				out[c] = cell_of(b, &m, w, b->cand[b->cand_off[q] + c],
				                 b->answer[b->off[q] + mine[i].within]);
		}
	}
	b->worker_cell[b->nw] = b->ncell;
	pool(b, &m);
	pairs_release(&m.rows);
	pairs_release(&m.cells);
	pairs_release(&m.pool);
	free(first);
	free(mine);
}

void ballots_init(struct ballots *b, const struct agg_input *in)
{
	*b = (struct ballots){.n = in->n, .nq = in->questions, .nw = in->workers,
	                      .k = in->categories};
	b->off = array(b->nq + (size_t)1, sizeof *b->off);
	b->cand_off = array(b->nq + (size_t)1, sizeof *b->cand_off);
	b->cell_off = array(b->nq + (size_t)1, sizeof *b->cell_off);
	b->worker = array(b->n, sizeof *b->worker);
	b->answer = array(b->n, sizeof *b->answer);
	b->given = array(b->nw, sizeof *b->given);
	b->worker_cell = array(b->nw + (size_t)1, sizeof *b->worker_cell);
	by_question(b, in);
	candidates(b, in->gold);
	cells(b);
}

void ballots_release(struct ballots *b)
{
	free(b->off);
	free(b->worker);
	free(b->answer);
	free(b->cand_off);
	free(b->cand);
	free(b->cell_off);
	free(b->cell);
	free(b->cell_row);
	free(b->cell_pool);
	free(b->row_worker);
	free(b->row_true);
	free(b->pool_true);
	free(b->pool_answer);
	free(b->given);
	free(b->worker_cell);
	*b = (struct ballots){0};
}
