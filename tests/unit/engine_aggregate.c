/* engine: what many answers say together, on real and on invented crowds. */
#include "kit.h"
#include "engine_crowd_kit.h"

#include "engine/verify/beta.h"

/* ---- the crowds whose truth is known ---- */

static void real_figures(const char *set, double majority, double ds)
{
	struct answers a;

	if (!answers_real(set, &a)) {
		printf("engine_aggregate: no ../shared/data/crowd/%s: skipped\n", set);
		return;
	}
	double got[AGG_METHODS];
	for (int m = 0; m < AGG_METHODS; m++)
		got[m] = answers_judge(&a, (enum agg_method)m);
	printf("%-10s majority %.4f  weighted %.4f  ds %.4f  default %.4f\n", set,
	       got[AGG_MAJORITY], got[AGG_WEIGHTED], got[AGG_DS], got[AGG_DEFAULT]);
	ck_assert_double_eq_tol(got[AGG_MAJORITY], majority, 0.0005);
	ck_assert_double_ge(got[AGG_DS], ds);
	ck_assert_double_ge(got[AGG_DEFAULT], got[AGG_DS]);
	ck_assert_double_ge(got[AGG_DEFAULT], got[AGG_MAJORITY]);
	answers_release(&a);
}

START_TEST(real_crowds)
{
	real_figures("dog", 0.8222, 0.842);
	real_figures("sentiment", 0.6960, 0.712);
}
END_TEST

/* The first ${per} answers of each question, in random order. */
static void thin(struct answers *a, uint32_t per)
{
	uint32_t *have = mem_alloc(a->nq * sizeof *have);
	size_t n = 0;

	answers_shuffle(a);
	for (size_t i = 0; i < a->n; i++) {
		if (have[a->votes[i].question]++ < per)
			a->votes[n++] = a->votes[i];
	}
	a->n = n;
	free(have);
}

START_TEST(real_crowds_thinned)
{
	static const char *const sets[] = {"dog", "sentiment"};
	struct answers a;

	kit_state = 5;
	for (size_t s = 0; s < NITEMS(sets); s++) {
		for (uint32_t per = 2; per <= 5; per++) {
			double gain = 0;
			enum { RUNS = 4 };
			for (int run = 0; run < RUNS; run++) {
				if (!answers_real(sets[s], &a))
					return;
				thin(&a, per);
				gain += answers_judge(&a, AGG_DEFAULT);
				gain -= answers_judge(&a, AGG_MAJORITY);
				answers_release(&a);
			}
			ck_assert_double_ge(gain / RUNS, 0);
		}
	}
}
END_TEST

/* ---- invented crowds ---- */

static const struct kind kinds[] = {
	{"all alike, two classes", 500, 40, 2, 5, .right = .8, .skew = 1},
	{"all alike, three answers each", 500, 40, 4, 3, .right = .7, .skew = 1},
	{"unlike workers", 500, 40, 2, 5, .right = .7, .differ = 1, .skew = 1, .busy = .8},
	{"skewed classes", 600, 40, 2, 5, .right = .8, .differ = .7, .skew = .11, .busy = .8},
	{"skewed and biased", 600, 40, 2, 5, .right = .75, .differ = .7, .skew = .2, .bias = 1,
	 .busy = .8},
	{"hard and easy questions", 600, 40, 2, 5, .right = .75, .differ = .5, .skew = 1,
	 .hard = 1.5, .busy = .8},
	{"hard, skewed, biased", 600, 40, 2, 5, .right = .8, .differ = .5, .skew = .15, .hard = 1.5,
	 .bias = .5, .busy = .8},
	{"traps: most are wrong", 600, 40, 3, 7, .right = .8, .differ = .5, .skew = 1, .trap = .2,
	 .busy = .8},
	{"traps among skewed classes", 600, 40, 2, 7, .right = .85, .differ = .5, .skew = .2,
	 .trap = .2, .busy = .8},
	{"two answers, three a worker", 300, 200, 3, 2, .right = .75, .differ = .8, .skew = 1},
	{"one answer", 300, 30, 3, 1, .right = .75, .differ = .8, .skew = 1},
	{"spam, 40 %", 400, 50, 4, 5, .right = .8, .differ = .5, .skew = 1, .spam = .4, .busy = .8},
	{"adversaries, 25 %", 400, 40, 2, 7, .right = .8, .differ = .5, .skew = 1, .against = .25,
	 .busy = .5},
	{"colluders, 25 %", 400, 40, 4, 7, .right = .8, .differ = .5, .skew = 1, .together = .25,
	 .busy = .5},
	{"typical confusions", 400, 40, 5, 5, .right = .65, .differ = .7, .skew = 1, .bias = .7,
	 .alike = .8, .busy = .8},
	{"20 categories", 400, 40, 20, 5, .right = .6, .differ = .7, .skew = .9, .bias = .5,
	 .alike = .3, .busy = .8},
	{"100 categories", 500, 60, 100, 4, .right = .6, .differ = .7, .skew = 1, .hard = .5,
	 .busy = .8},
	{"1000 categories", 600, 60, 1000, 3, .right = .6, .differ = .7, .skew = 1, .busy = .8},
	{"ten classes, each half the last", 500, 50, 10, 5, .right = .65, .differ = .7, .skew = .5,
	 .hard = 1, .bias = .5, .alike = .5, .busy = .8},
	{"five workers, 20 questions", 20, 5, 2, 5, .right = .75, .differ = .6, .skew = 1},
	{"108 questions, all answer", 108, 39, 2, 39, .right = .65, .differ = .6, .skew = .8,
	 .hard = .6, .bias = .9},
	{"two answers, eight classes", 600, 60, 8, 2, .right = .65, .differ = .8, .skew = .85,
	 .bias = .7, .alike = .6, .busy = .8},
	{"1 of 20 is positive", 1000, 40, 2, 3, .right = .9, .differ = .5, .skew = .05, .busy = .5},
	{"1000 workers, one answer each", 200, 1000, 2, 5, .right = .75, .differ = .8, .skew = 1},
	{"three of five say one thing", 300, 30, 2, 5, .right = .85, .skew = 1, .mute = .6},
	{"three of five, four classes", 300, 30, 4, 5, .right = .85, .differ = .5, .skew = 1,
	 .mute = .6},
};

/* The default may lose to the majority by chance only: over the runs of a kind the mean difference
 * is at least minus two standard errors, and never worth mentioning. */
START_TEST(never_worse_than_majority)
{
	const struct kind *s = &kinds[_i];
	enum { RUNS = 8 };
	double sum = 0, square = 0, votes = 0;
	struct answers a;

	kit_state = 77 + (uint64_t)_i;
	for (int run = 0; run < RUNS; run++) {
		answers_invent(s, &a);
		double majority = answers_judge(&a, AGG_MAJORITY);
		double gain = answers_judge(&a, AGG_DEFAULT) - majority;
		votes += majority;
		sum += gain;
		square += gain * gain;
		answers_release(&a);
	}
	double mean = sum / RUNS, error = sqrt((square / RUNS - mean * mean) / (RUNS - 1));
	printf("%-32s majority %.4f  default %+.4f (error %.4f)\n", s->name, votes / RUNS, mean,
	       error);
	ck_assert_double_ge(mean, -2 * error - 1e-12);
	ck_assert_double_ge(mean, -0.01);
}
END_TEST

/* ---- manners ---- */

static struct agg_result judge(enum agg_method m, const struct agg_input *in)
{
	struct agg_result r;
	struct err err = ERR_INIT;

	ck_assert_msg(agg_run(m, in, &r, &err) == 0, "%s", err.msg);
	return r;
}

START_TEST(ties_go_to_the_lowest)
{
	static const struct agg_vote v[] = {{0, 0, 2}, {0, 1, 1}, {1, 0, 2}, {1, 1, 2}};
	struct agg_input in = {.votes = v, .n = 4, .questions = 3, .workers = 2, .categories = 3};
	struct agg_result r = judge((enum agg_method)_i, &in);
	int hit;

	ck_assert_uint_eq(r.label[1], 2);
	ck_assert_uint_eq(r.tie[1], 0);
	ck_assert_uint_eq(r.label[2], AGG_NONE); /* nobody answered */
	if (_i == AGG_MAJORITY) {
		ck_assert_uint_eq(r.label[0], 1);
		ck_assert_uint_eq(r.tie[0], 1);
		ck_assert_uint_eq(agg_tied(&r, 0, 2, &hit), 2);
		ck_assert_int_eq(hit, 1);
		ck_assert_uint_eq(agg_tied(&r, 0, 0, &hit), 2);
		ck_assert_int_eq(hit, 0);
		ck_assert_double_eq_tol(r.posterior[0], 0.5, 1e-12);
	}
	agg_release(&r);
}
END_TEST

START_TEST(gold_is_an_anchor)
{
	struct answers a;
	static const struct kind against = {"", 200, 10, 2, 5, .right = .9, .skew = 1,
	                                    .against = .6};
	int32_t gold[200];

	kit_state = 12;
	answers_invent(&against, &a);
	for (uint32_t q = 0; q < a.nq; q++)
		gold[q] = q % 3 == 0 ? a.truth[q] : -1;
	struct agg_input in = {.votes = a.votes, .n = a.n, .questions = a.nq, .workers = a.nw,
	                       .categories = a.k, .gold = gold};
	struct agg_result r = judge(AGG_DS, &in);
	ck_assert_double_ge(answers_accuracy(&a, &r), 0.95); /* though most mean the contrary */
	for (uint32_t q = 0; q < a.nq; q += 3) {
		ck_assert_int_eq((int)r.label[q], gold[q]);
		ck_assert_double_eq_tol(r.posterior[q], 1, 1e-9);
	}
	agg_release(&r);
	answers_release(&a);
}
END_TEST

START_TEST(skills_have_bounds)
{
	struct answers a;
	static const struct kind some = {"", 300, 12, 3, 5, .right = .8, .skew = 1, .spam = .3};
	size_t at = 0;
	struct agg_cell cell;
	double sum = 0;

	kit_state = 3;
	answers_invent(&some, &a);
	struct agg_input in = {.votes = a.votes, .n = a.n, .questions = a.nq, .workers = a.nw,
	                       .categories = a.k};
	struct agg_result r = judge(AGG_DEFAULT, &in);
	for (uint32_t w = 0; w < a.nw; w++) {
		ck_assert_double_lt(r.skill[w].lo, r.skill[w].accuracy);
		ck_assert_double_gt(r.skill[w].hi, r.skill[w].accuracy);
	}
	while (agg_confusion(&r, 0, &at, &cell))
		sum += cell.count;
	ck_assert_double_eq_tol(sum, r.skill[0].answers, 1e-6);
	agg_release(&r);
	answers_release(&a);
}
END_TEST

START_TEST(odd_input)
{
	static const struct agg_vote same[] = {{0, 0, 0}, {0, 1, 0}}, far[] = {{0, 0, 7}};
	struct agg_input in = {.votes = same, .n = 2, .questions = 1, .workers = 2,
	                       .categories = 1};
	struct agg_result r = judge((enum agg_method)_i, &in);
	struct err err = ERR_INIT;

	ck_assert_uint_eq(r.label[0], 0);
	agg_release(&r);
	in = (struct agg_input){0};
	r = judge((enum agg_method)_i, &in);
	agg_release(&r);
	in = (struct agg_input){.votes = far, .n = 1, .questions = 1, .workers = 1,
	                        .categories = 7};
	ck_assert_int_eq(agg_run((enum agg_method)_i, &in, &r, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	agg_release(&r);
}
END_TEST

/* 10^5 answers here, a tenth of what is promised for 10 s: time and memory are linear. */
START_TEST(many_answers)
{
	static const struct kind many = {"", 20000, 200, 4, 5, .right = .75, .differ = .7,
	                                 .skew = 1, .busy = .5};
	struct answers a;

	kit_state = 9;
	answers_invent(&many, &a);
	double majority = answers_judge(&a, AGG_MAJORITY);
	ck_assert_double_gt(answers_judge(&a, AGG_DEFAULT), majority);
	answers_release(&a);
}
END_TEST

START_TEST(beta_values)
{
	/* P(X <= 0.5) of Beta(2, 3) is 11/16; Beta(1, 1) is the identity */
	ck_assert_double_eq_tol(beta_below(2, 3, 0.5), 0.6875, 1e-12);
	ck_assert_double_eq_tol(beta_below(1, 1, 0.3), 0.3, 1e-12);
	ck_assert_double_eq_tol(beta_quantile(1, 1, 0.95), 0.95, 1e-9);
	ck_assert_double_eq_tol(beta_below(5e6, 5e6, 0.5), 0.5, 1e-6);
	ck_assert_double_eq_tol(beta_below(0.5, 0.5, 0.25), 1.0 / 3, 1e-10);
	for (double p = 0.01; p < 1; p += 0.07)
		ck_assert_double_eq_tol(beta_below(7, 2, beta_quantile(7, 2, p)), p, 1e-8);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_aggregate");
	TCase *t = tcase_create("aggregate");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, beta_values);
	tcase_add_test(t, real_crowds);
	tcase_add_test(t, real_crowds_thinned);
	tcase_add_loop_test(t, never_worse_than_majority, 0, NITEMS(kinds));
	tcase_add_loop_test(t, ties_go_to_the_lowest, 0, AGG_METHODS);
	tcase_add_test(t, gold_is_an_anchor);
	tcase_add_test(t, skills_have_bounds);
	tcase_add_loop_test(t, odd_input, 0, AGG_METHODS);
	tcase_add_test(t, many_answers);
	suite_add_tcase(s, t);
	return kit_run(s);
}
