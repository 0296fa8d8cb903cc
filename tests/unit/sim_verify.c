/* Verification in rehearsed worlds: what is accepted is as right as the lane wants, bad workers of
 * every kind are found, good ones left alone, and what the engine asks for itself is counted
 * apart. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "json/js.h"
#include "sim/sim.h"
#include "kit.h"

enum { CREW = 40, TEXT = 16384 };

/* "gold":{…} of which each category has as many. */
static size_t put_gold(char *out, size_t cap)
{
	size_t n = (size_t)snprintf(out, cap, "\"gold\":{");

	for (int i = 0; i < 40; i++)
		n += (size_t)snprintf(out + n, cap - n,
		                      "%s\"g%d\":{\"lane\":\"l\",\"body\":{\"er\":1,\"lane\":\"l\","
		                      "\"title\":\"t\"},"
		                      "\"answer\":{\"c\":\"%c\"}}", i ? "," : "", i, 'a' + i % 4);
	n += (size_t)snprintf(out + n, cap - n, "}");
	return n;
}

/* ${bad} of CREW workers behave like ${how}; category a is ${often} times as frequent as b, c and
   d. */
static struct scenario *world_of(const char *length, const char *how, int bad, int often)
{
	static char text[TEXT], gold[TEXT / 2];
	struct err err = ERR_INIT;

	put_gold(gold, sizeof(gold));
	snprintf(text, sizeof(text),
	         "{\"length\":\"%s\",\"drain\":\"8h\",\"etc\":{%s,"
	         "\"lanes\":{\"l\":{\"pools\":[\"p\"],\"slaSeconds\":14400,"
	         "\"schema\":{\"type\":\"object\",\"required\":[\"c\"],"
	         "\"properties\":{\"c\":{\"enum\":[\"a\",\"b\",\"c\",\"d\"]}}},"
	         "\"verify\":{\"minOverlap\":1,\"maxOverlap\":5,\"confidence\":\"0.98\","
	         "\"gold\":{\"rate\":\"0.05\",\"newRate\":\"0.3\",\"newTasks\":10,"
	         "\"floor\":\"0.6\"},\"qa\":{\"lane\":\"q\",\"rate\":\"0.03\"}}},"
	         "\"q\":{\"pools\":[\"s\"],\"slaSeconds\":14400}}},\"crews\":[{\"name\":\"good\","
	         "\"count\":%d,\"pools\":[\"p\"],\"behaviour\":{\"workMinutes\":{\"median\":4,"
	         "\"spread\":1.8},\"right\":0.87,\"vary\":{\"right\":0.05}}},{\"name\":\"bad\","
	         "\"count\":%d,\"pools\":[\"p\"],\"behaviour\":{\"workMinutes\":{\"median\":4,"
	         "\"spread\":1.8},%s}},{\"name\":\"senior\",\"count\":4,\"pools\":[\"s\"],"
	         "\"behaviour\":{\"right\":0.98}}],\"arrivals\":[{\"lane\":\"l\",\"perHour\":120,"
	         "\"truths\":[{\"answer\":{\"c\":\"a\"},\"weight\":%d},{\"answer\":{\"c\":\"b\"}},"
	         "{\"answer\":{\"c\":\"c\"}},{\"answer\":{\"c\":\"d\"}}]}]}",
	         length, gold, CREW - bad, bad, how, often);
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &err);
	struct scenario *s = doc ? scenario_new(doc, &err) : NULL;
	ck_assert_msg(s != NULL, "%s", err.msg);
	json_decref(doc);
	return s;
}

static struct scenario *world(const char *length, const char *how, int bad)
{
	return world_of(length, how, bad, 2);
}

static void run(const struct scenario *s, uint64_t seed, int documents, struct sim_report *r)
{
	struct err err = ERR_INIT;
	struct sim_options o = {.seed = seed, .documents = documents};

	ck_assert_msg(sim_run(s, &o, r, &err) == 0, "%s", err.msg);
}

/* The lane's confidence, less what chance may take in one of 10,000 runs. */
static void accurate_enough(const struct sim_lane *l)
{
	double n = (double)l->completed, want = l->confidence_milli / 1000.0;
	double least = want - 3.72 * sqrt(want * (1 - want) / n);

	ck_assert_msg((double)l->right / n >= least, "%.4f of %.0f right, at least %.4f wanted",
	              (double)l->right / n, n, least);
}

static const struct sim_lane *lane(const struct sim_report *r, const char *name)
{
	for (size_t i = 0; i < r->n_lanes; i++)
		if (strcmp(r->lanes[i].name, name) == 0)
			return &r->lanes[i];
	ck_abort_msg("no lane %s", name);
	return NULL;
}

static const char spammer[] = "\"kind\":\"spammer\"";

START_TEST(spammers_are_found)
{
	struct scenario *s = world("8h", spammer, 8);
	uint64_t good = 0, good_out = 0;

	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct sim_report r;
		run(s, seed, 0, &r);
		const struct sim_lane *l = lane(&r, "l");
		const struct sim_kind *bad = &r.kinds[KIND_SPAMMER];
		accurate_enough(l);
		ck_assert_double_lt((double)l->answers, 3.2 * (double)l->completed);
		ck_assert_uint_eq(bad->suspended, bad->workers);
		ck_assert_uint_eq(bad->workers, 8);
		ck_assert_int_le(sim_found_after(bad, 0.5), 30);
		good += r.kinds[KIND_HONEST].workers;
		good_out += r.kinds[KIND_HONEST].suspended;
		sim_report_release(&r);
	}
	ck_assert_uint_le(good_out * 10, good);
	scenario_free(s);
}
END_TEST

/* What the engine asks for itself is counted in the lane that it serves, and is no task of a
   client. */
START_TEST(own_tasks_count_apart)
{
	struct scenario *s = world("6h", spammer, 8);
	struct sim_report r;
	uint64_t answers = 0, arrived = 0, left = 0;

	run(s, 5, 0, &r);
	const struct sim_lane *l = lane(&r, "l");
	ck_assert_uint_gt(l->golds, 100);
	ck_assert_uint_gt(l->reviews, 10);
	ck_assert_uint_eq(lane(&r, "q")->submitted, 0);
	ck_assert_uint_eq(l->submitted, l->completed + l->failed + l->expired + l->cancelled +
	                  l->open);
	ck_assert_uint_eq(l->completed, l->n_took);
	for (size_t i = 0; i < SIM_SLICES; i++) {
		arrived += r.slices[i].arrived;
		left += r.slices[i].left;
	}
	ck_assert_uint_eq(arrived, l->submitted);
	ck_assert_uint_eq(left, l->submitted - l->open);
	for (size_t i = 0; i < r.n_people; i++)
		answers += r.people[i].answers - r.people[i].wasted;
	ck_assert_uint_ge(answers, l->answers + l->golds / 2);
	ck_assert_uint_le(answers, l->answers + l->golds + l->reviews + l->rejected);
	sim_report_release(&r);
	scenario_free(s);
}
END_TEST

/* Whatever the engine keeps of answers, it decides the same from whole documents. */
START_TEST(same_seed_same_report)
{
	struct scenario *s = world("3h", spammer, 8);
	struct sim_report a[3];

	for (int i = 0; i < 3; i++)
		run(s, 2, i == 2, &a[i]);
	for (int i = 1; i < 3; i++) {
		ck_assert_uint_eq(a[0].events, a[i].events);
		ck_assert_uint_eq(a[0].all.right, a[i].all.right);
		ck_assert_uint_eq(a[0].all.answers, a[i].all.answers);
		ck_assert_uint_eq(a[0].all.n_took, a[i].all.n_took);
		ck_assert_mem_eq(a[0].all.took_ms, a[i].all.took_ms,
		                 a[0].all.n_took * sizeof(int64_t));
		ck_assert_mem_eq(a[0].slices, a[i].slices, sizeof(a[0].slices));
		ck_assert_uint_eq(a[0].kinds[KIND_SPAMMER].n, a[i].kinds[KIND_SPAMMER].n);
	}
	for (int i = 0; i < 3; i++)
		sim_report_release(&a[i]);
	scenario_free(s);
}
END_TEST

/* ---- each kind, few and many ---- */

static const struct {
	enum kind kind;
	const char *how;
	double found; /* share of them, at least */
} bad_ones[] = {
	/* above the floor: where five answers are too few a reviewer decides */
	{KIND_SLOPPY, "\"kind\":\"sloppy\"", 0},
	{KIND_SPAMMER, spammer, 1},
	{KIND_CONSTANT, "\"kind\":\"constant\"", 1},
	{KIND_COLLUDING, "\"kind\":\"colluding\"", 1},
	{KIND_ADVERSARY, "\"kind\":\"adversary\",\"trustTasks\":40,\"right\":0.95", 1},
};
static const int shares[] = {2, 16}; /* of 40 */

START_TEST(every_kind)
{
	int of = _i / 2, bad = shares[_i % 2];
	struct scenario *s = world("7h", bad_ones[of].how, bad);
	struct sim_report r;

	run(s, 1, 0, &r);
	const struct sim_lane *l = lane(&r, "l");
	const struct sim_kind *k = &r.kinds[bad_ones[of].kind], *good = &r.kinds[KIND_HONEST];
	accurate_enough(l);
	ck_assert_double_ge((double)k->suspended, bad_ones[of].found * (double)k->workers);
	ck_assert_uint_le(good->suspended, 2);
	/* reviewed until no attempt was left */
	ck_assert_uint_eq(l->completed + l->failed, l->submitted);
	ck_assert_uint_le(l->failed * 100, l->submitted);
	sim_report_release(&r);
	scenario_free(s);
}
END_TEST

/* Who says what is nearly always true is honest: gold has all categories alike here, tasks have
   not. */
START_TEST(one_category_is_frequent)
{
	struct scenario *s = world_of("7h", spammer, 8, 57);
	uint64_t good = 0, out = 0;

	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct sim_report r;
		run(s, seed, 0, &r);
		accurate_enough(lane(&r, "l"));
		ck_assert_uint_eq(r.kinds[KIND_SPAMMER].suspended, 8);
		good += r.kinds[KIND_HONEST].workers;
		out += r.kinds[KIND_HONEST].suspended;
		sim_report_release(&r);
	}
	ck_assert_double_le((double)out, 0.08 * (double)good);
	scenario_free(s);
}
END_TEST

/* ---- what a scenario may say ---- */

static void refused(const char *behaviour, const char *arrival, const char *why)
{
	char text[1024];
	struct err err = ERR_INIT;

	snprintf(text, sizeof(text), "{\"length\":\"1h\",\"crews\":[{\"name\":\"a\","
	         "\"behaviour\":{%s}}],\"arrivals\":[{\"lane\":\"l\"%s}]}", behaviour, arrival);
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &err);
	ck_assert_ptr_nonnull(doc);
	ck_assert_ptr_null(scenario_new(doc, &err));
	ck_assert_msg(strstr(err.msg, why) || strstr(err.field, why), "%s: %s", err.field, err.msg);
	json_decref(doc);
}

START_TEST(what_is_no_scenario)
{
	refused("\"kind\":\"bad\"", "", "/kind");
	refused("\"trustTasks\":5", "", "/trustTasks");
	refused("\"kind\":\"adversary\",\"trustTasks\":-1", "", "/trustTasks");
	refused("", ",\"truths\":[{\"answer\":1}]", "/truths");
	refused("", ",\"truths\":[{\"answer\":1},{}]", "/answer");
	refused("", ",\"truths\":[{\"answer\":1},{\"answer\":2,\"weight\":-1}]", "/weight");
	refused("", ",\"answer\":1,\"truths\":[{\"answer\":1},{\"answer\":2}]", "/truths");
	refused("", ",\"truths\":[{\"answer\":1,\"weight\":0},{\"answer\":2,\"weight\":0}]",
	        "/truths");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sim_verify");
	TCase *t = tcase_create("worlds");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, spammers_are_found);
	tcase_add_test(t, own_tasks_count_apart);
	tcase_add_test(t, same_seed_same_report);
	tcase_add_loop_test(t, every_kind, 0, 10);
	tcase_add_test(t, one_category_is_frequent);
	tcase_add_test(t, what_is_no_scenario);
	suite_add_tcase(s, t);
	return kit_run(s);
}
