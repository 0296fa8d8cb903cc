/* The simulator: same seed, same report; the engine's promises hold in it; numbers add up. */
#include <string.h>

#include "base/err.h"
#include "json/js.h"
#include "sim/sim.h"
#include "kit.h"

static const char desk[] =
    "{\"length\":\"12h\",\"drain\":\"6h\",\"etc\":{\"lanes\":{\"l\":{\"pools\":[\"p\"],"
    "\"slaSeconds\":1800,\"offerSeconds\":120}}},"
    "\"crews\":[{\"name\":\"w\",\"count\":12,\"pools\":[\"p\"],\"behaviour\":{"
    "\"workMinutes\":{\"median\":5,\"spread\":2},\"accept\":0.9,\"ignore\":0.1,\"right\":0.8,"
    "\"absent\":[{\"from\":\"2h\",\"until\":\"3h\"}]}}],"
    "\"arrivals\":[{\"lane\":\"l\",\"perHour\":90},{\"lane\":\"l\",\"at\":[\"1m\",\"2m\"]}]}";

static struct scenario *scenario(const char *text)
{
	struct err err = ERR_INIT;
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &err);
	struct scenario *s = doc ? scenario_new(doc, &err) : NULL;

	ck_assert_msg(s != NULL, "%s", err.msg);
	json_decref(doc);
	return s;
}

static void run(const struct scenario *s, uint64_t seed, struct sim_report *r)
{
	struct err err = ERR_INIT;
	struct sim_options o = {.seed = seed};

	ck_assert_msg(sim_run(s, &o, r, &err) == 0, "%s", err.msg);
}

START_TEST(same_seed_same_report)
{
	struct scenario *s = scenario(desk);
	struct sim_report a, b, c;

	run(s, 7, &a);
	run(s, 7, &b);
	run(s, 8, &c);
	ck_assert_uint_eq(a.events, b.events);
	ck_assert_uint_ne(a.events, c.events);
	ck_assert_uint_eq(a.all.n_took, b.all.n_took);
	ck_assert_mem_eq(a.all.took_ms, b.all.took_ms, a.all.n_took * sizeof(int64_t));
	ck_assert_mem_eq(a.slices, b.slices, sizeof(a.slices));
	sim_report_release(&a);
	sim_report_release(&b);
	sim_report_release(&c);
	scenario_free(s);
}
END_TEST

/* What brings all common events, and some of the others. */
static const char mixed[] =
    "{\"length\":\"30h\",\"drain\":\"6h\",\"etc\":{\"lanes\":{"
    "\"l\":{\"pools\":[\"p\",\"x\"],\"slaSeconds\":1800,\"offerSeconds\":120,"
    "\"sla\":{\"remindSeconds\":300},\"offers\":{\"mode\":\"fanOut\",\"atOnce\":2},"
    "\"schema\":{\"type\":\"object\",\"required\":[\"answer\"]}},"
    "\"m\":{\"pools\":[\"p\"],\"slaSeconds\":900,\"sla\":{\"onBreach\":\"escalate\","
    "\"escalateTo\":\"x\"},\"offers\":{\"autoAssignTrust\":2}},"
    "\"n\":{\"pools\":[\"p\"],\"requirements\":{\"skills\":[\"x\"]},\"slaSeconds\":600},"
    "\"c\":{\"pools\":[\"p\"],\"chain\":\"c\"}},\"pools\":{\"x\":{\"kind\":\"external\"}},"
    "\"chains\":{\"c\":{\"name\":\"c\",\"repeat\":1,\"levels\":["
    "{\"agentId\":\"x\",\"timeoutSeconds\":300},{\"agentId\":\"p\",\"timeoutSeconds\":900}]}}},"
    "\"crews\":[{\"name\":\"a\",\"count\":7,\"pools\":[\"p\"],\"worker\":{\"capacity\":2},"
    "\"behaviour\":{\"workMinutes\":{\"median\":6,\"spread\":2},\"accept\":0.8,\"ignore\":0.1,"
    "\"right\":0.8,\"invalid\":0.1}},"
    "{\"name\":\"b\",\"count\":25,\"pools\":[\"x\"],\"worker\":{\"trustLevel\":3},"
    "\"behaviour\":{\"workMinutes\":{\"median\":40,\"spread\":2},"
    "\"shift\":{\"from\":\"06:00\",\"until\":\"20:00\"}}}],"
    "\"arrivals\":[{\"lane\":\"l\",\"perHour\":30},{\"lane\":\"m\",\"perHour\":10},"
    "{\"lane\":\"n\",\"perHour\":1},{\"lane\":\"c\",\"perHour\":2,\"from\":\"a-1\"},"
    "{\"lane\":\"l\",\"body\":{\"er\":1,\"lane\":\"l\",\"title\":\"t\","
    "\"evidenceRequired\":true},\"perHour\":1},"
    "{\"body\":{\"er\":1,\"lane\":\"l\",\"title\":\"t\","
    "\"policy\":{\"confidentiality\":\"internal_first\"}},\"perHour\":20}]}";

static void same_people(const struct sim_report *a, const struct sim_report *b)
{
	ck_assert_uint_eq(a->n_people, b->n_people);
	for (size_t i = 0; i < a->n_people; i++) {
		struct sim_person x = a->people[i], y = b->people[i];
		x.name = y.name = NULL;
		ck_assert_mem_eq(&x, &y, sizeof(x));
	}
}

/* The events a rehearsal is made of are those of erd: with the documents that go to the journal,
 * read again from them, everything is the same. */
START_TEST(documents_make_no_difference)
{
	struct scenario *s = scenario(mixed);
	struct err err = ERR_INIT;

	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct sim_options brief = {.seed = seed}, whole = {.seed = seed, .documents = 1};
		struct sim_report a, b;
		ck_assert_msg(sim_run(s, &brief, &a, &err) == 0, "%s", err.msg);
		ck_assert_msg(sim_run(s, &whole, &b, &err) == 0, "%s", err.msg);
		ck_assert_uint_eq(a.events, b.events);
		ck_assert_uint_gt(a.all.expired + a.all.failed, 0);
		ck_assert_uint_eq(a.all.n_took, b.all.n_took);
		ck_assert_mem_eq(a.all.took_ms, b.all.took_ms, a.all.n_took * sizeof(int64_t));
		ck_assert_mem_eq(a.slices, b.slices, sizeof(a.slices));
		ck_assert_uint_eq(a.all.within, b.all.within);
		ck_assert_uint_eq(a.all.predicted, b.all.predicted);
		same_people(&a, &b);
		sim_report_release(&a);
		sim_report_release(&b);
	}
	scenario_free(s);
}
END_TEST

START_TEST(numbers_add_up)
{
	struct scenario *s = scenario(desk);
	struct sim_report r;
	uint64_t answers = 0, arrived = 0;

	run(s, 1, &r);
	const struct sim_lane *l = &r.lanes[0];
	ck_assert_uint_eq(r.n_lanes, 1);
	ck_assert_uint_eq(l->submitted,
	                  l->completed + l->failed + l->expired + l->cancelled + l->open);
	ck_assert_uint_eq(l->n_took, l->completed);
	ck_assert_uint_le(l->in_time, l->completed);
	for (size_t i = 0; i < SIM_SLICES; i++)
		arrived += r.slices[i].arrived;
	ck_assert_uint_eq(arrived, l->submitted);
	for (size_t i = 0; i < r.n_people; i++) {
		const struct sim_person *p = &r.people[i];
		answers += p->answers - p->wasted;
		ck_assert_int_le(p->busy_ms, p->present_ms);
		ck_assert_int_eq(p->present_ms, 17 * 3600 * 1000); /* 12 h + 6 h less the absence */
	}
	ck_assert_uint_eq(answers, l->completed);
	/* 90 an hour for 12 hours and two more, within five standard deviations */
	ck_assert_uint_gt(l->submitted, 1082 - 165);
	ck_assert_uint_lt(l->submitted, 1082 + 165);
	/* right in four of five */
	ck_assert_uint_gt(l->right * 100, l->completed * 74);
	ck_assert_uint_lt(l->right * 100, l->completed * 86);
	sim_report_release(&r);
	scenario_free(s);
}
END_TEST

START_TEST(nobody_there_nothing_done)
{
	struct scenario *s = scenario(
	    "{\"length\":\"1h\",\"drain\":\"0s\",\"etc\":{\"lanes\":{\"l\":{\"pools\":[\"p\"]}}},"
	    "\"crews\":[{\"name\":\"w\",\"pools\":[\"p\"],\"behaviour\":{\"ignore\":1}}],"
	    "\"arrivals\":[{\"lane\":\"l\",\"at\":[\"0s\",\"30m\"]}]}");
	struct sim_report r;

	run(s, 1, &r);
	ck_assert_uint_eq(r.all.submitted, 2);
	ck_assert_uint_eq(r.all.open, 2);
	ck_assert_uint_eq(r.all.completed, 0);
	ck_assert_uint_gt(r.people[0].offers, 0);
	sim_report_release(&r);
	scenario_free(s);
}
END_TEST

START_TEST(bad_scenarios_are_refused)
{
	static const char *const bad[] = {
	    "{}", "{\"length\":\"8h\"}", "{\"length\":\"8h\",\"arrivals\":[]}",
	    "{\"length\":\"soon\",\"arrivals\":[{\"lane\":\"l\"}]}",
	    "{\"length\":\"8h\",\"arrivals\":[{}]}",
	    "{\"length\":\"8h\",\"arrivals\":[{\"lane\":\"l\",\"perHour\":-1}]}",
	    "{\"length\":\"8h\",\"arrivals\":[{\"lane\":\"l\",\"profile\":[1]}]}",
	    "{\"length\":\"8h\",\"arrivals\":[{\"lane\":\"l\",\"rate\":1}]}",
	    "{\"length\":\"8h\",\"crews\":[{\"name\":\"w\",\"behaviour\":{\"accept\":2}}],"
	    "\"arrivals\":[{\"lane\":\"l\"}]}",
	    "{\"length\":\"8h\",\"crews\":[{\"name\":\"w\",\"behaviour\":{\"workMinutes\":"
	    "{\"samples\":[]}}}],\"arrivals\":[{\"lane\":\"l\"}]}",
	    "{\"length\":\"8h\",\"crews\":[{\"name\":\"w\",\"count\":1000000}],"
	    "\"arrivals\":[{\"lane\":\"l\"}]}",
	    "{\"length\":\"8h\",\"crews\":[{\"name\":\"w\",\"behaviour\":{\"absent\":"
	    "[{\"from\":\"3h\",\"until\":\"2h\"}]}}],\"arrivals\":[{\"lane\":\"l\"}]}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		json_t *doc = js_parse(bad[i], strlen(bad[i]), &js_limits_doc, &err);
		ck_assert_ptr_nonnull(doc);
		ck_assert_msg(scenario_new(doc, &err) == NULL, "taken: %s", bad[i]);
		ck_assert_int_eq(err.code, FAIL_INVALID);
		json_decref(doc);
	}
}
END_TEST

START_TEST(unknown_lane_is_an_error)
{
	struct scenario *s =
	    scenario("{\"length\":\"1h\",\"arrivals\":[{\"lane\":\"nowhere\",\"at\":[\"1m\"]}]}");
	struct sim_report r;
	struct sim_options o = {.seed = 1};
	struct err err = ERR_INIT;

	ck_assert_int_eq(sim_run(s, &o, &r, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "/arrivals/0"));
	scenario_free(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sim_run");
	TCase *t = tcase_create("all");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, same_seed_same_report);
	tcase_add_test(t, documents_make_no_difference);
	tcase_add_test(t, numbers_add_up);
	tcase_add_test(t, nobody_there_nothing_done);
	tcase_add_test(t, bad_scenarios_are_refused);
	tcase_add_test(t, unknown_lane_is_an_error);
	suite_add_tcase(s, t);
	return kit_run(s);
}
