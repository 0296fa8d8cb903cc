/*
 * 200 workers of mixed quality under a heavy load: routing by expected value keeps more promises
 * at less cost than by least load, by turns or by chance, on the same work; and what it predicts
 * holds.
 */
#include <stdio.h>

#include "base/err.h"
#include "engine/route.h"
#include "sim/sim.h"
#include "kit.h"

static struct scenario *load(void)
{
	struct err err = ERR_INIT;
	json_t *doc = json_load_file("spool-example/scenarios/mixed-quality.json", 0, NULL);
	struct scenario *s = doc ? scenario_new(doc, &err) : NULL;

	ck_assert_msg(s != NULL, "%s", err.msg);
	json_decref(doc);
	return s;
}

static void run(const struct scenario *s, int rule, uint64_t seed, struct sim_report *r)
{
	struct err err = ERR_INIT;
	struct sim_options o = {.seed = seed, .rule = rule};

	ck_assert_msg(sim_run(s, &o, r, &err) == 0, "%s", err.msg);
	const struct sim_lane *l = &r->all;
	printf("%-13s seed %d: %5.2f %% in time, %.4f USD each, %5.1f %% right, "
	       "bound held %.1f %%\n",
	       route_rule_names[rule], (int)seed, 100.0 * (double)l->in_time / (double)l->submitted,
	       (double)l->cost_micro / 1e6 / (double)l->completed,
	       100.0 * (double)l->right / (double)l->completed,
	       100.0 * (double)l->within / (double)l->predicted);
}

/* a/b < c/d for counts. */
static int less(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return (double)a * (double)d < (double)c * (double)b;
}

START_TEST(better_than_simple_rules)
{
	struct scenario *s = load();
	struct sim_report own, other;
	uint64_t seed = (uint64_t)_i + 1;

	run(s, ROUTE_BY_VALUE, seed, &own);
	for (int rule = ROUTE_BY_VALUE + 1; rule < ROUTE_RULES; rule++) {
		run(s, rule, seed, &other);
		ck_assert_uint_eq(own.all.submitted, other.all.submitted); /* the same work */
		ck_assert(less(other.all.in_time, other.all.submitted, own.all.in_time,
		               own.all.submitted));
		ck_assert(less((uint64_t)own.all.cost_micro, own.all.completed,
		               (uint64_t)other.all.cost_micro, other.all.completed));
		sim_report_release(&other);
	}
	ck_assert(own.all.within * 100 >= own.all.predicted * 87);
	ck_assert(own.all.within * 100 <= own.all.predicted * 93);
	sim_report_release(&own);
	scenario_free(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sim_rules");
	TCase *t = tcase_create("all");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, better_than_simple_rules, 0, 2);
	suite_add_tcase(s, t);
	return kit_run(s);
}
