/* engine: consensus answer by answer, on real crowds, in worlds with spammers, and by hand. */
#include "kit.h"
#include "engine_crowd_kit.h"
#include "engine_crowd_world.h"

/* ---- worlds: a few seeds of the table of tests/bench/crowd.c ---- */

enum { SEEDS = 40 };

static const struct world_kind worlds[] = {
	{"2 categories, 20 % guess", 2, BAD_GUESS, 0.20, 800, 300},
	{"4 categories, 20 % guess", 4, BAD_GUESS, 0.20, 800, 300},
	{"4 categories, 40 % guess", 4, BAD_GUESS, 0.40, 800, 300},
	{"2 categories, 20 % constant", 2, BAD_CONSTANT, 0.20, 800, 300},
	{"4 categories, 40 % collude", 4, BAD_COLLUDE, 0.40, 800, 300},
	{"2 categories, 20 % turn", 2, BAD_TURN, 0.20, 800, 300},
	{"4 categories, 20 % sloppy", 4, BAD_SLOPPY, 0.20, 800, 300},
};

START_TEST(worlds_keep_the_promises)
{
	const struct world_kind *k = &worlds[_i];
	struct world_sum s = {0};

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		world_run(k, seed, &s);
	double right = (double)s.right / (double)s.accepted;
	double ratio = (double)s.answers / (double)s.best_answers;
	double soon = s.bad ? (double)s.bad_soon / (double)s.bad : 1;
	double out = (double)s.honest_out / (double)s.honest;
	printf("%-30s right %.4f  overlap %.2f  ratio %.3f  soon %.3f  honest out %.4f\n", k->name,
	       right, (double)s.answers / (double)s.tasks, ratio, soon, out);
	ck_assert_double_ge(right, world_confidence);
	ck_assert_double_le(ratio, 1.15);
	ck_assert_double_le(out, VOTER_ALPHA);
	ck_assert_uint_le(s.gave_up, s.tasks / 100);
	if (k->bad != BAD_SLOPPY) /* who is right with 0.65 is no spammer, and harder to tell */
		ck_assert_double_ge(soon, 0.95);
}
END_TEST

/* ---- real crowds, answer by answer ---- */

struct open_task {
	struct vote votes[CROWD_VOTES_MAX];
	struct ballot ballots[CROWD_VOTES_MAX];
	size_t n, left;
	int closed;
	struct crowd_verdict d;
};

struct replay {
	double used;      /* share of the answers that were asked for */
	double delivered; /* right when accepted */
	double together;  /* right when those answers are aggregated in the end */
};

static void replay_one(struct crowd *c, const struct crowd_rule *rule, struct voter *v,
                       struct open_task *t, uint32_t answer)
{
	t->votes[t->n] = (struct vote){v, answer};
	t->ballots[t->n++] = (struct ballot){v, answer};
	crowd_enough(c, rule, t->votes, t->n, &t->d);
	crowd_answer(c, t->ballots, t->n, 1);
	t->closed = t->d.next == CROWD_STOP || t->left == 0;
}

static struct replay replay(const struct answers *a, double confidence, double floor)
{
	struct crowd_rule rule = {confidence, 1, CROWD_VOTES_MAX};
	struct voter *v = mem_alloc(a->nw * sizeof *v);
	struct open_task *t = mem_alloc(a->nq * sizeof *t);
	struct answers kept = *a;
	struct crowd c;
	double right = 0;

	crowd_init(&c, a->k, floor);
	kept.votes = mem_alloc(a->n * sizeof *kept.votes);
	kept.n = 0;
	for (uint32_t w = 0; w < a->nw; w++)
		voter_init(&v[w]);
	for (size_t i = 0; i < a->n; i++)
		t[a->votes[i].question].left++;
	for (size_t i = 0; i < a->n; i++) {
		const struct agg_vote *one = &a->votes[i];
		struct open_task *task = &t[one->question];
		task->left--;
		if (task->closed)
			continue;
		kept.votes[kept.n++] = *one;
		replay_one(&c, &rule, &v[one->worker], task, one->answer);
	}
	for (uint32_t q = 0; q < a->nq; q++)
		right += (int32_t)t[q].d.category == a->truth[q];
	struct replay r = {(double)kept.n / (double)a->n, right / a->nq,
	                   answers_judge(&kept, AGG_DEFAULT)};
	free(kept.votes);
	free(v);
	free(t);
	return r;
}

/* Right less often than with all answers, replayed as well: nobody can look ahead.  In the order of
 * the file, and over random orders on average; the luck of one order is as much again. */
static const double dear = 0.015, luck = 0.025;

static void adaptive(const char *set, double confidence, double floor)
{
	struct answers a;
	enum { SHUFFLES = 10 };
	double together = 0, less = 0;

	if (!answers_real(set, &a)) {
		printf("engine_crowd: no ../shared/data/crowd/%s: skipped\n", set);
		return;
	}
	double all = answers_judge(&a, AGG_DEFAULT);
	kit_state = 1;
	for (int i = 0; i <= SHUFFLES; i++) {
		struct replay r = replay(&a, confidence, floor), whole = replay(&a, 2, floor);
		printf("%-10s %-10s with %.1f %% of the answers %.4f as delivered, with all %.4f; "
		       "aggregated in the end %.4f, of all %.4f\n",
		       set, i ? "shuffled" : "file order", 100 * r.used, r.delivered,
		       whole.delivered, r.together, all);
		ck_assert_double_le(r.used, 0.60);
		ck_assert_double_ge(r.delivered, whole.delivered - (i ? luck : dear));
		ck_assert_double_ge(r.together, all - (i ? luck : dear));
		together += r.together / (SHUFFLES + 1);
		less += (whole.delivered - r.delivered) / (SHUFFLES + 1);
		answers_shuffle(&a);
	}
	ck_assert_double_ge(together, all - dear);
	ck_assert_double_le(less, dear);
	answers_release(&a);
}

START_TEST(fewer_answers_do)
{
	adaptive("dog", 0.994, 0.5);
	adaptive("sentiment", 0.92, 0.6);
}
END_TEST

/* ---- by hand ---- */

static struct crowd c;
static struct voter v[CROWD_VOTES_MAX];

static void setup(void)
{
	crowd_init(&c, 2, 0.7);
	for (size_t i = 0; i < NITEMS(v); i++)
		voter_init(&v[i]);
}

static void gold(struct voter *who, uint32_t n, uint32_t right)
{
	for (uint32_t i = 0; i < n; i++) {
		struct ballot b = {who, i < right ? i % c.k : (i + 1) % c.k};
		crowd_anchor(&c, &b, 1, i % c.k, 0, 1);
	}
}

START_TEST(posterior_is_bayes)
{
	struct vote one[] = {{NULL, 1}}, two[] = {{NULL, 1}, {NULL, 0}};
	double p[2], mean, lo, hi;

	voter_accuracy(&c, NULL, &mean, &lo, &hi);
	crowd_posterior(&c, one, 1, p);
	ck_assert_double_eq_tol(p[0] + p[1], 1, 1e-12);
	ck_assert_double_eq_tol(p[1], mean, 1e-9); /* nothing is known of classes or confusions */
	ck_assert_double_lt(lo, mean);
	ck_assert_double_gt(hi, mean);
	crowd_posterior(&c, two, 2, p);
	ck_assert_double_eq_tol(p[1], 0.5, 1e-12);
}
END_TEST

START_TEST(stops_goes_on_gives_up)
{
	struct crowd_rule rule = {0.95, 2, 4};
	struct vote votes[4];
	struct crowd_verdict d;

	for (int i = 0; i < 4; i++) {
		gold(&v[i], 100, 90);
		votes[i] = (struct vote){&v[i], 1};
	}
	crowd_enough(&c, &rule, votes, 0, &d);
	ck_assert_int_eq(d.next, CROWD_MORE);
	crowd_enough(&c, &rule, votes, 1, &d);
	ck_assert_int_eq(d.next, CROWD_MORE);
	crowd_enough(&c, &rule, votes, 2, &d);
	ck_assert_int_eq(d.next, CROWD_STOP);
	ck_assert_uint_eq(d.category, 1);
	ck_assert_int_eq(d.tie, 0);
	votes[1].answer = votes[2].answer = 0;
	crowd_enough(&c, &rule, votes, 3, &d);
	ck_assert_int_eq(d.next, CROWD_MORE);
	crowd_enough(&c, &rule, votes, 4, &d);
	ck_assert_int_eq(d.next, CROWD_GIVE_UP);
	votes[0].voter = votes[1].voter = votes[2].voter = votes[3].voter = NULL;
	crowd_init(&c, 2, 0.7);
	crowd_enough(&c, &rule, votes, 4, &d);
	ck_assert_int_eq(d.tie, 1);
	ck_assert_uint_eq(d.category, 0); /* the lowest */
}
END_TEST

/* What crowd_by_others says of all at once is what the posterior without each says. */
START_TEST(by_the_others_alone)
{
	struct voter who[5];
	double right[5], p[40];

	for (uint32_t k = 2; k <= 40; k += 19) { /* confusions are kept of few, not of many */
		crowd_init(&c, k, 0.6);
		for (uint32_t i = 0; i < 5; i++) {
			voter_init(&who[i]);
			gold(&who[i], 10 + 5 * i, 6 + 4 * i);
		}
		for (size_t n = 2; n <= 5; n++) {
			struct vote votes[] = {{&who[0], 1}, {&who[1], 0}, {NULL, 1},
			                       {&who[3], k - 1}, {&who[4], 1}};
			crowd_by_others(&c, votes, n, right);
			for (size_t i = 0; i < n; i++) {
				struct vote others[5];
				memcpy(others, votes, sizeof(others));
				others[i] = votes[n - 1];
				crowd_posterior(&c, others, n - 1, p);
				ck_assert_double_eq(right[i], p[votes[i].answer]);
			}
		}
	}
}
END_TEST

START_TEST(many_categories)
{
	struct vote votes[3] = {{&v[0], 900}, {&v[1], 900}, {&v[2], 4}};
	struct ballot b[3] = {{&v[0], 900}, {&v[1], 900}, {&v[2], 4}};
	double p[1000], sum = 0;
	struct crowd_verdict d;
	struct crowd_rule rule = {0.9, 1, 5};

	crowd_grow(&c, 1000);
	crowd_posterior(&c, votes, 3, p);
	for (int j = 0; j < 1000; j++)
		sum += p[j];
	ck_assert_double_eq_tol(sum, 1, 1e-9);
	ck_assert_double_gt(p[900], 0.99); /* two who err would hardly err alike */
	for (size_t n = 1; n <= 3; n++)
		crowd_answer(&c, b, n, 1);
	crowd_enough(&c, &rule, votes, 3, &d);
	ck_assert_uint_eq(d.category, 900);
	ck_assert_int_eq(d.next, CROWD_STOP);
	crowd_enough(&c, &rule, votes, 0, &d);
	ck_assert_int_eq(d.next, CROWD_MORE);
}
END_TEST

START_TEST(nobody_confirms_themselves)
{
	struct ballot b = {&v[0], 1};
	double mean, later, lo, hi;

	voter_accuracy(&c, &v[0], &mean, &lo, &hi);
	crowd_answer(&c, &b, 1, 1);
	voter_accuracy(&c, &v[0], &later, &lo, &hi);
	ck_assert_double_eq_tol(mean, later, 0.02); /* only that there is one worker more */
	gold(&v[0], 40, 40);
	voter_accuracy(&c, &v[0], &later, &lo, &hi);
	ck_assert_double_gt(later, 0.9);
}
END_TEST

START_TEST(qa_replaces_what_was_learned)
{
	struct ballot b[3] = {{&v[0], 1}, {&v[1], 1}, {&v[2], 0}};
	double before, mean, lo, hi;

	crowd_learn(&c, b, 3, 1);
	voter_accuracy(&c, &v[2], &before, &lo, &hi);
	crowd_anchor(&c, b, 3, 0, 1, 1); /* the one was right after all */
	voter_accuracy(&c, &v[2], &mean, &lo, &hi);
	ck_assert_double_gt(mean, before);
	voter_accuracy(&c, &v[0], &before, &lo, &hi);
	ck_assert_double_gt(mean, before);
	ck_assert_uint_eq(v[0].seen, 1);
	/* not exactly: what was believed before is worked out again, with what is known now */
	ck_assert_double_eq_tol(v[0].confusion[0][1], 1, 0.1);
	ck_assert_double_eq_tol(v[0].confusion[1][1], 0, 0.1);
}
END_TEST

START_TEST(time_fades)
{
	double mean, later, none, lo, hi;

	gold(&v[0], 60, 20);
	voter_accuracy(&c, &v[0], &mean, &lo, &hi);
	ck_assert_double_lt(mean, 0.5);
	ck_assert_double_gt(voter_below(&c, &v[0]), 0.99);
	crowd_fade(&v[0], 0.1);
	voter_accuracy(&c, &v[0], &later, &lo, &hi);
	ck_assert_double_gt(later, mean);
	crowd_fade(&v[0], 0);
	voter_accuracy(&c, &v[0], &later, &lo, &hi);
	voter_accuracy(&c, NULL, &none, &lo, &hi);
	ck_assert_double_eq_tol(later, none, 1e-9);
}
END_TEST

/* A copy of the bytes goes on as the original does. */
START_TEST(flat_as_they_are)
{
	struct crowd copy;
	struct voter w[3];
	double a[2], b[2];

	gold(&v[0], 30, 25);
	memcpy(&copy, &c, sizeof copy);
	memcpy(w, v, sizeof w);
	for (int i = 0; i < 50; i++) {
		struct ballot mine[3] = {{&v[0], (uint32_t)i % 2}, {&v[1], i % 3 == 0}, {&v[2], 1}};
		struct ballot theirs[3] = {{&w[0], (uint32_t)i % 2}, {&w[1], i % 3 == 0},
		                           {&w[2], 1}};
		for (size_t n = 1; n <= 3; n++) {
			crowd_answer(&c, mine, n, 1);
			crowd_answer(&copy, theirs, n, 1);
		}
	}
	struct vote x[] = {{&v[0], 1}, {&v[1], 0}}, y[] = {{&w[0], 1}, {&w[1], 0}};
	crowd_posterior(&c, x, 2, a);
	crowd_posterior(&copy, y, 2, b);
	ck_assert(memcmp(a, b, sizeof a) == 0);
	ck_assert(memcmp(&c, &copy, sizeof c) == 0);
	ck_assert(memcmp(v, w, sizeof w) == 0);
}
END_TEST

/* The stated rate holds however long they work: 2,000 answers each, against the lane's own good
 * workers. */
START_TEST(false_suspensions)
{
	uint32_t out = 0;
	enum { WORKERS = 300, ANSWERS = 2000 };

	kit_state = 11;
	gold(&v[1], 400, 340); /* the lane knows what good workers are like */
	gold(&v[2], 400, 335);
	gold(&v[3], 400, 345);
	for (int w = 0; w < WORKERS; w++) {
		voter_init(&v[0]);
		for (int i = 0; i < ANSWERS; i++) {
			struct crowd same = c;
			struct ballot b = {&v[0], kit_chance() < 0.85 ? 0 : 1};
			crowd_anchor(&same, &b, 1, 0, 0, 1);
			if (voter_evidence(&same, &v[0]) >= 1 / VOTER_ALPHA) {
				out++;
				break;
			}
		}
	}
	printf("false suspensions in %d answers each: %.1f %% (stated: at most %.0f %%)\n", ANSWERS,
	       100.0 * out / WORKERS, 100 * VOTER_ALPHA);
	ck_assert_double_le((double)out / WORKERS, VOTER_ALPHA);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_crowd");
	TCase *t = tcase_create("crowd");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, posterior_is_bayes);
	tcase_add_test(t, stops_goes_on_gives_up);
	tcase_add_test(t, by_the_others_alone);
	tcase_add_test(t, many_categories);
	tcase_add_test(t, nobody_confirms_themselves);
	tcase_add_test(t, qa_replaces_what_was_learned);
	tcase_add_test(t, time_fades);
	tcase_add_test(t, flat_as_they_are);
	tcase_add_test(t, false_suspensions);
	tcase_add_loop_test(t, worlds_keep_the_promises, 0, NITEMS(worlds));
	tcase_add_test(t, fewer_answers_do);
	suite_add_tcase(s, t);
	return kit_run(s);
}
