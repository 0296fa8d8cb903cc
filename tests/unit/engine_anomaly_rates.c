/*
 * Anomaly tests: false alarms at their stated rates, and what is found how soon.
 *
 * Stated: 0.001 of honest answers (a third of it for each of the three tests) and 0.01 of honest
 * workers in all their life (a sixth of it for each of the six).  Counts may pass n p by 3.1
 * standard deviations: one run of a thousand would fail by chance, and seeds are fixed.
 */

#include "kit.h"
#include "engine_anomaly_kit.h"

static double most(long n, double p)
{
	return (double)n * p + 3.1 * sqrt((double)n * p * (1 - p)) + 0.5;
}

static void rates_hold(const struct tallies *s, const char *world)
{
	ck_assert_msg((double)s->answer_alarms <= most(s->honest_answers, 0.001),
	              "%s: %ld of %ld answers", world, s->answer_alarms, s->honest_answers);
	ck_assert_msg((double)s->life_alarms <= most(s->honest_workers, 0.01),
	              "%s: %ld of %ld workers", world, s->life_alarms, s->honest_workers);
	for (int a = 0; a < ANOMALY_COUNT; a++) {
		ck_assert_msg((double)s->answer_by[a] <= most(s->honest_answers, 0.001 / 3),
		              "%s: %s, %ld of %ld answers", world, anomaly_name(a), s->answer_by[a],
		              s->honest_answers);
		ck_assert_msg((double)s->life_by[a] <= most(s->honest_workers, 0.01 / 6),
		              "%s: %s, %ld of %ld workers", world, anomaly_name(a), s->life_by[a],
		              s->honest_workers);
	}
}

/* ---- the parts, at the edge of what they promise ---- */

/* An honest worker that does it as often as the bound allows, looked at 300 times. */
START_TEST(a_watch_keeps_its_promise)
{
	static const double bounds[] = {0.06, 0.3, 0.75, 0.97};
	struct scene c = {.rng = 11};
	const long lives = 3000;

	for (size_t b = 0; b < 4; b++) {
		long crossed = 0;
		for (long i = 0; i < lives; i++) {
			struct anomaly_worker w;
			int ever = 0;
			anomaly_worker_init(&w, "w");
			for (int n = 0; n < 300; n++) {
				watch_step(&w, ANOMALY_BURST, unit(&c) < bounds[b], bounds[b]);
				ever |= watch_value(&w, ANOMALY_BURST) >= 20; /* 0.05 */
			}
			crossed += ever;
		}
		ck_assert_msg((double)crossed <= most(lives, 0.05), "%g: %ld", bounds[b], crossed);
	}
}
END_TEST

/* Ranks of scores from one distribution; density falling, level and rising towards the strange
   end. */
START_TEST(ranks_keep_their_promise)
{
	struct scene c = {.rng = 12};
	const double ps[] = {0.1, 0.01, 0.001};

	for (int shape = 1; shape <= 3; shape++) {
		long n = 0, low[3] = {0, 0, 0};
		for (int world = 0; world < 40; world++) {
			struct anomaly_tail t;
			memset(&t, 0, sizeof(t));
			for (int i = 0; i < 2500; i++) {
				double score = log2(unit(&c) + 1e-9) / shape; /* u^(1/shape) */
				double p = tail_p(&t, score);
				n++;
				for (int j = 0; j < 3; j++)
					low[j] += p <= ps[j];
				tail_add(&t, score);
			}
		}
		for (int j = 0; j < 3; j++)
			ck_assert_msg((double)low[j] <= most(n, ps[j]), "shape %d, %g: %ld of %ld",
			              shape, ps[j], low[j], n);
		ck_assert_int_gt(low[1], n / 1000); /* and says something */
	}
}
END_TEST

/* ---- worlds ---- */

START_TEST(honest_lanes_are_left_alone)
{
	struct tallies s;

	memset(&s, 0, sizeof(s));
	for (int times = 0; times < TIMES_COUNT; times++) {
		for (uint64_t seed = 1; seed <= 2; seed++) {
			struct kind plain = {times, 4, 0, 0, 30, 100, 0, HONEST, 0, 0, 0};
			struct kind skewed = {times, 2, 0.95, 0.5, 30, 100, 0, HONEST, 0, 0, 1};
			scene_run(&plain, seed + 10 * (unsigned)times, &s);
			scene_run(&skewed, seed + 10 * (unsigned)times, &s);
		}
	}
	rates_hold(&s, "honest");
}
END_TEST

START_TEST(small_lanes_are_left_alone)
{
	struct tallies s;

	memset(&s, 0, sizeof(s));
	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct kind k = {seed % TIMES_COUNT, 3, 0, 0.5, 5, 150, seed % 2 ? 0.2 : 0.4,
		                 HONEST, 0, 0, 0};
		scene_run(&k, seed, &s);
	}
	rates_hold(&s, "small");
}
END_TEST

static void among_bad(double bad, const char *name)
{
	struct tallies s;

	memset(&s, 0, sizeof(s));
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct kind k = {seed % TIMES_COUNT, seed % 2 ? 4 : 2, seed % 3 ? 0 : 0.9,
		                 seed % 2 ? 0.4 : 0, 30, 100, bad, HONEST, 0, 0, seed % 4 < 2};
		scene_run(&k, seed + 100, &s);
	}
	rates_hold(&s, name);
}

START_TEST(bad_peers_accuse_nobody)
{
	among_bad(0.05, "5 % bad");
	among_bad(0.2, "20 % bad");
	among_bad(0.4, "40 % bad");
}
END_TEST

/* All of the bad are of one kind: the crowd leans as far as it can. */
START_TEST(one_kind_of_bad_accuses_nobody)
{
	struct tallies s;

	memset(&s, 0, sizeof(s));
	for (int kind = SLOPPY; kind < BEHAVIOURS; kind++) {
		struct kind k = {kind % TIMES_COUNT, 2, 0.9, 0, 30, 100, 0.4, kind, 0, 0, 0};
		scene_run(&k, (uint64_t)kind + 200, &s);
	}
	rates_hold(&s, "40 % of a kind");
}
END_TEST

/* Thirty tasks with the same right answer come one after the other, to all workers. */
START_TEST(tasks_in_a_row_accuse_nobody)
{
	struct tallies s;

	memset(&s, 0, sizeof(s));
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct kind k = {seed % TIMES_COUNT, 2, 0, 0, 10, 200, 0, HONEST, 300, 0, 0};
		scene_run(&k, seed + 300, &s);
	}
	rates_hold(&s, "in a row");
}
END_TEST

/* ---- what is found ---- */

struct target {
	enum behaviour is;
	enum anomaly test;
	int within; /* answers, on average, until the worker is accused */
};

static const struct target targets[] = {
	{HASTY, ANOMALY_TOO_FAST, 20},         {SAME, ANOMALY_SAME_ANSWER, 35},
	{COPYING, ANOMALY_COPIED_TEXT, 15},    {BURSTING, ANOMALY_BURST, 45},
	{ADVERSARY, ANOMALY_DISAGREEMENT, 65}, /* honest for 40 */
	{WILD, ANOMALY_OUTLIER, 15},
};

START_TEST(each_test_finds_its_target)
{
	const struct target *want = &targets[_i];
	struct tallies s;

	memset(&s, 0, sizeof(s));
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct kind k = {TIMES_LOGNORMAL, 3, 0, 0, 30, 100, 0.1, want->is, 0, 172800000, 0};
		scene_run(&k, seed + 400, &s);
	}
	ck_assert_int_eq(s.caught[want->is], s.bad_workers[want->is]);
	ck_assert_int_eq(s.caught_by[want->is][want->test], s.bad_workers[want->is]);
	ck_assert_msg(s.delay[want->is] <= want->within * s.caught[want->is], "after %ld answers",
	              s.delay[want->is] / s.caught[want->is]);
}
END_TEST

/* Also when they were there from the first day, two in five. */
START_TEST(many_spammers_are_found)
{
	struct tallies s;

	memset(&s, 0, sizeof(s));
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct kind k = {seed % TIMES_COUNT, 4, 0, 0.3, 30, 100, 0.4, SPAMMER, 0, 0, 0};
		scene_run(&k, seed + 500, &s);
	}
	ck_assert_int_ge(10 * s.caught[SPAMMER], 9 * s.bad_workers[SPAMMER]);
	ck_assert_int_le(s.delay[SPAMMER], 45 * s.caught[SPAMMER]);
	ck_assert_int_eq(s.life_alarms, 0);
}
END_TEST

/* One answer, out of all proportion, of a worker that was always fine. */
START_TEST(a_single_answer_is_found)
{
	struct kind k = {TIMES_LOGNORMAL, 3, 0, 0, 30, 100, 0, HONEST, 0, 0, 0};
	struct scene *c = malloc(sizeof(*c));
	struct anomaly_verdict v;
	struct traces t;
	struct one *o, *last = NULL;
	int agreed;

	scene_begin(c, &k, 9);
	while ((o = scene_next(c))) {
		scene_answer(c, o, &t, &agreed);
		anomaly_learn(&c->lane, &o->state, &t, &anomaly_defaults);
		last = o;
	}
	struct traces odd = t;
	odd.took_ms = 20;
	anomaly_judge(&c->lane, &last->state, &odd, &anomaly_defaults, &v);
	ck_assert_uint_eq(v.fired, FIRED_ANSWER);
	ck_assert_uint_eq(v.of[ANOMALY_TOO_FAST].fired, FIRED_ANSWER);
	ck_assert_uint_eq(v.of[ANOMALY_OUTLIER].fired, 0);
	odd = t;
	odd.took_ms = 200000;
	odd.number[0] = 1e6f;
	anomaly_judge(&c->lane, &last->state, &odd, &anomaly_defaults, &v);
	ck_assert_uint_eq(v.fired, FIRED_ANSWER);
	ck_assert_uint_eq(v.of[ANOMALY_OUTLIER].fired, FIRED_ANSWER);
	odd.number[0] = 50;
	odd.text[0] = c->lane.text[5].hash;
	odd.text_len[0] = c->lane.text[5].len;
	anomaly_judge(&c->lane, &last->state, &odd, &anomaly_defaults, &v);
	ck_assert_uint_eq(v.of[ANOMALY_COPIED_TEXT].fired, FIRED_ANSWER);
	scene_end(c);
	free(c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_anomaly_rates");
	TCase *t = tcase_create("rates");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, a_watch_keeps_its_promise);
	tcase_add_test(t, ranks_keep_their_promise);
	tcase_add_test(t, honest_lanes_are_left_alone);
	tcase_add_test(t, small_lanes_are_left_alone);
	tcase_add_test(t, bad_peers_accuse_nobody);
	tcase_add_test(t, one_kind_of_bad_accuses_nobody);
	tcase_add_test(t, tasks_in_a_row_accuse_nobody);
	tcase_add_loop_test(t, each_test_finds_its_target, 0, sizeof(targets) / sizeof(targets[0]));
	tcase_add_test(t, many_spammers_are_found);
	tcase_add_test(t, a_single_answer_is_found);
	suite_add_tcase(s, t);
	return kit_run(s);
}
