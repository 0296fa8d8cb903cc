#include "engine/verify/aggregate.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/verify/beta.h"
#include "engine/verify/fit.h"

const char *const agg_method_names[AGG_METHODS] = {"default", "ds", "majority", "weighted"};

static const double tie_within = 1e-9;
/* A worker's skill before the first answer counts as so many of the crowd's answers. */
static const double skill_n = 4;
/* The logarithm of how much likelier: so much, and so much for each answer; less where one label has
 * become more common than the votes make it. */
static const double clearly = 6, clearly_each[] = {0.02, 0.01};
static const double far_apart = 0.05, more_common = 0.02; /* of the labels */

struct agg_detail {
	struct ballots b;
	double *post;  /* [candidates] */
	double *count; /* [cells] */
};

/* ---- the default ---- */

enum { TIERS = 4 };
static const struct tiers tiers[TIERS] = {
	{1, 1, NULL}, {0, 1, NULL}, {1, 0.5, NULL}, {0, 0.5, NULL}};

static size_t likeliest(const struct ballots *b, const double *post, uint32_t q)
{
	size_t best = b->cand_off[q];

	for (size_t c = best; c < b->cand_off[q + 1]; c++)
		best = post[c] > post[best] ? c : best;
	return best;
}

/* The share of questions that get another label. */
static double apart(const struct ballots *b, const double *one, const double *other)
{
	size_t n = 0;

	for (uint32_t q = 0; q < b->nq; q++)
		n += b->cand_off[q] < b->cand_off[q + 1] && likeliest(b, one, q) != likeliest(b, other, q);
	return b->nq ? (double)n / b->nq : 0;
}

/* The share of the label that most questions get. */
static double most_common(const struct ballots *b, const double *post)
{
	size_t *n = mem_alloc(b->k * sizeof *n), most = 0;

	for (uint32_t q = 0; q < b->nq; q++) {
		if (b->cand_off[q] == b->cand_off[q + 1])
			continue;
		size_t of = ++n[b->cand[likeliest(b, post, q)]];
		most = of > most ? of : most;
	}
	free(n);
	return b->nq ? (double)most / b->nq : 0;
}

static void progress_part(struct fit *f, size_t i, size_t of)
{
	f->from = (double)i / (double)of;
	f->to = (double)(i + 1) / (double)of;
}

/* Where most say the same whatever is asked, EM that begins with the shares of the votes ends with them.
 * What tables of single workers say is another beginning, and counts where it makes the answers
 * clearly likelier. */
static void begin_again(struct fit *f, const double *tables, double evidence, const struct tiers *how,
                        double *post)
{
	size_t n = f->b->cand_off[f->b->nq];
	struct tiers again = *how;

	again.start = tables;
	fit_tiers(f, &again);
	if (f->evidence > evidence)
		memcpy(post, f->post, n * sizeof *post);
}

static void pool_opinions(struct fit *f)
{
	size_t n = f->b->cand_off[f->b->nq];
	double *mem = mem_alloc((n ? n : 1) * (TIERS + 2) * sizeof *mem);
	double *tables = mem, *sum = mem + n, *post = mem + 2 * n, evidence[TIERS];

	progress_part(f, 0, TIERS + 1);
	fit_tables(f);
	memcpy(tables, f->post, n * sizeof *tables);
	memcpy(sum, f->share, n * sizeof *sum);
	for (size_t i = 0; i < TIERS; i++) {
		progress_part(f, i + 1, TIERS + 1);
		fit_tiers(f, &tiers[i]);
		evidence[i] = f->evidence;
		memcpy(post + i * n, f->post, n * sizeof *post);
		for (size_t c = 0; c < n; c++)
			sum[c] += f->post[c];
	}
	if (apart(f->b, sum, tables) > far_apart) {
		int suspect = most_common(f->b, sum) > most_common(f->b, f->share) + more_common;
		for (size_t i = 0; i < TIERS; i++)
			evidence[i] += clearly + clearly_each[suspect] * (double)f->b->n;
		memcpy(sum, f->share, n * sizeof *sum);
		for (size_t i = 0; i < TIERS; i++) {
			begin_again(f, tables, evidence[i], &tiers[i], post + i * n);
			for (size_t c = 0; c < n; c++)
				sum[c] += post[i * n + c];
		}
	}
	for (size_t c = 0; c < n; c++)
		f->post[c] = sum[c] / (TIERS + 1);
	free(mem);
}

/* ---- what comes out ---- */

static void labels(const struct ballots *b, const double *post, struct agg_result *out)
{
	for (uint32_t q = 0; q < b->nq; q++) {
		size_t from = b->cand_off[q], to = b->cand_off[q + 1], best = from;
		unsigned equal = 0;
		out->label[q] = AGG_NONE;
		if (from == to || (b->off[q] == b->off[q + 1] && to - from > 1))
			continue;
		for (size_t c = from; c < to; c++)
			best = post[c] > post[best] ? c : best;
		for (size_t c = to; c-- > from;) {
			if (post[c] >= post[best] - tie_within) {
				out->label[q] = b->cand[c];
				out->posterior[q] = post[best];
				equal++;
			}
		}
		out->tie[q] = equal > 1;
	}
}

static void skills(const struct ballots *b, const double *count, struct agg_result *out)
{
	double right = 0;

	for (size_t c = 0; c < b->ncell; c++) {
		size_t p = b->cell_pool[c];
		if (b->pool_true[p] == b->pool_answer[p]) {
			out->skill[b->row_worker[b->cell_row[c]]].right += count[c];
			right += count[c];
		}
	}
	double mean = (right + 1) / ((double)b->n + 2);
	for (uint32_t w = 0; w < b->nw; w++) {
		struct agg_skill *s = &out->skill[w];
		double good = s->right + skill_n * mean;
		double bad = b->given[w] - s->right + skill_n * (1 - mean);
		s->answers = b->given[w];
		s->accuracy = good / (good + bad);
		s->lo = beta_quantile(good, bad, 0.05);
		s->hi = beta_quantile(good, bad, 0.95);
	}
}

static void *array(size_t n, size_t size)
{
	return mem_alloc(n ? n * size : size);
}

static void run(enum agg_method method, const struct agg_input *in, struct agg_result *out)
{
	struct agg_detail *d = mem_alloc(sizeof *d);
	struct fit f;

	ballots_init(&d->b, in);
	fit_init(&f, &d->b);
	f.progress = in->progress;
	f.arg = in->arg;
	if (method == AGG_MAJORITY)
		fit_shares(&f);
	else if (method == AGG_WEIGHTED)
		fit_coin(&f);
	else if (method == AGG_DS)
		fit_tables(&f);
	else
		pool_opinions(&f);
	fit_count(&f);
	*out = (struct agg_result){.rounds = f.rounds, .settled = f.settled, .detail = d};
	out->label = array(in->questions, sizeof *out->label);
	out->posterior = array(in->questions, sizeof *out->posterior);
	out->tie = array(in->questions, sizeof *out->tie);
	out->skill = array(in->workers, sizeof *out->skill);
	labels(&d->b, f.post, out);
	skills(&d->b, f.cell, out);
	d->post = f.post;
	d->count = f.cell;
	f.post = f.cell = NULL;
	fit_release(&f);
}

static int check(const struct agg_input *in, struct err *err)
{
	if (in->n > AGG_VOTES_MAX)
		return err_set(err, FAIL_INVALID, "more than %d answers", AGG_VOTES_MAX);
	if (in->questions > AGG_VOTES_MAX || in->workers > AGG_VOTES_MAX ||
	    in->categories > AGG_VOTES_MAX)
		return err_set(err, FAIL_INVALID, "more than %d questions, workers or categories",
		               AGG_VOTES_MAX);
	for (size_t i = 0; i < in->n; i++) {
		const struct agg_vote *v = &in->votes[i];
		if (v->question >= in->questions || v->worker >= in->workers ||
		    v->answer >= in->categories)
			return err_set(err, FAIL_INVALID, "answer %zu: an id out of range", i);
	}
	for (uint32_t q = 0; in->gold && q < in->questions; q++) {
		if (in->gold[q] >= 0 && (uint32_t)in->gold[q] >= in->categories)
			return err_set(err, FAIL_INVALID, "question %u: known category out of range", q);
	}
	return 0;
}

int agg_run(enum agg_method method, const struct agg_input *in, struct agg_result *out,
            struct err *err)
{
	struct agg_input with = *in;

	*out = (struct agg_result){0};
	if (check(in, err) < 0)
		return -1;
	if (with.categories < 2)
		with.categories = 2; /* nobody disagrees: the other one exists all the same */
	run(method, &with, out);
	return 0;
}

void agg_release(struct agg_result *r)
{
	if (r->detail) {
		ballots_release(&r->detail->b);
		free(r->detail->post);
		free(r->detail->count);
	}
	free(r->detail);
	free(r->label);
	free(r->posterior);
	free(r->tie);
	free(r->skill);
	*r = (struct agg_result){0};
}

unsigned agg_tied(const struct agg_result *r, uint32_t question, uint32_t category, int *one)
{
	const struct ballots *b = &r->detail->b;
	unsigned n = 0;

	*one = 0;
	if (r->label[question] == AGG_NONE)
		return 0;
	for (size_t c = b->cand_off[question]; c < b->cand_off[question + 1]; c++) {
		if (r->detail->post[c] >= r->posterior[question] - tie_within) {
			n++;
			*one |= b->cand[c] == category;
		}
	}
	return n;
}

int agg_confusion(const struct agg_result *r, uint32_t worker, size_t *at, struct agg_cell *out)
{
	const struct ballots *b = &r->detail->b;
	size_t cell = b->worker_cell[worker] + *at;

	if (cell >= b->worker_cell[worker + 1])
		return 0;
	++*at;
	*out = (struct agg_cell){.truth = b->pool_true[b->cell_pool[cell]],
	                         .answer = b->pool_answer[b->cell_pool[cell]],
	                         .count = r->detail->count[cell]};
	return 1;
}
