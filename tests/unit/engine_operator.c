/* engine: what operators do: reassign, and lanes and workers that are paused. */
#include "engine_desk.h"

static struct kit k;

static void setup(void)
{
	k = kit_new();
	kit_set(&k, CFG_WORKER, "ana", "{}");
	kit_set(&k, CFG_WORKER, "ben", "{}");
	kit_set(&k, CFG_WORKER, "cho", "{\"skills\":[\"law\"],\"capacity\":1}");
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"ana\"]}");
	kit_set(&k, CFG_LANE, "l", "{\"pools\":[\"p\"],\"slaSeconds\":1000,\"offerSeconds\":5000,"
	                           "\"sla\":{\"predictive\":false}}");
}

static void teardown(void)
{
	kit_free(&k);
}

static void all_in(void)
{
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"ana\",\"ben\",\"cho\"]}");
}

static int reassign(const char *body)
{
	return kit_say(&k, 0, "boss", "reassign", body);
}

START_TEST(an_offer_and_work_in_hand_go_to_whom_is_named)
{
	desk_submit(&k, "x", "");
	all_in();
	ck_assert(desk_has(&k, 0, "ana", AS_OFFERED));
	ck_assert_int_eq(reassign("{\"to\":\"ben\",\"reason\":\"ill\"}"), 0);
	ck_assert(desk_has(&k, 0, "ana", AS_ENDED));
	ck_assert(desk_has(&k, 0, "ben", AS_OFFERED));
	const json_t *ev = desk_last(&k, "task.reassigned");
	ck_assert_str_eq(js_str_or(ev, "/actor", ""), "boss");
	ck_assert_str_eq(js_str_or(ev, "/data/by", ""), "boss");
	ck_assert_str_eq(js_str_or(ev, "/data/to", ""), "ben");
	ck_assert_str_eq(js_str_or(ev, "/data/reason", ""), "ill");
	desk_ok(&k, 0, "ben", "start");
	ck_assert_int_eq(reassign("{\"to\":\"ana\"}"), 0); /* back to her, though she lost it */
	ck_assert(desk_has(&k, 0, "ana", AS_OFFERED));
	ck_assert_int_eq(kit_task(&k, 0)->state, ST_OFFERED);
	ck_assert_int_eq(desk_ok(&k, 0, "ben", "answer"), -1);
	ck_assert_uint_eq(world_find_crew(k.w, "ben")->live, 0);
}
END_TEST

/* Nothing of it is evidence, however long they had it. */
START_TEST(no_trace_in_the_record)
{
	desk_submit(&k, "x", "");
	desk_ok(&k, 0, "ana", "start");
	struct crew *ana = world_crew(k.w, "ana");
	struct record before = ana->now;
	kit_after(&k, 500 * SECOND);
	ck_assert_int_eq(reassign("{}"), 0);
	ck_assert(before.take.no == ana->now.take.no);
	ck_assert(before.time.n == ana->now.time.n);
	ck_assert_uint_eq(ana->live, 0);
}
END_TEST

START_TEST(without_to_somebody_else_is_found)
{
	desk_submit(&k, "x", "");
	ck_assert_int_eq(reassign("{}"), 0);
	ck_assert_int_eq(kit_task(&k, 0)->state, ST_QUEUED); /* nobody else, and not ana again */
	ck_assert_int_eq(js_int_or(desk_last(&k, "task.queued"), "/data/reasons/declined_before",
	                           0), 1);
	ck_assert_int_eq(reassign("{}"), -1); /* nobody has it */
	all_in();
	kit_after(&k, SECOND);
	ck_assert_int_eq(kit_task(&k, 0)->state, ST_OFFERED);
	ck_assert(desk_has(&k, 0, "ana", AS_ENDED));
}
END_TEST

START_TEST(one_of_two)
{
	desk_submit(&k, "x", "");
	desk_ok(&k, 0, "ana", "start");
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"ana\",\"ben\"]}");
	kit_after(&k, 800 * SECOND); /* ben beside her */
	ck_assert(desk_has(&k, 0, "ben", AS_OFFERED));
	ck_assert_int_eq(reassign("{\"worker\":\"cho\"}"), -1);
	/* his, no new offer */
	ck_assert_int_eq(reassign("{\"worker\":\"ana\",\"to\":\"ben\"}"), 0);
	ck_assert(desk_has(&k, 0, "ana", AS_ENDED));
	ck_assert(desk_has(&k, 0, "ben", AS_OFFERED));
	ck_assert_int_eq(desk_count(&k, "task.offered"), 2);
	ck_assert_int_eq(reassign("{\"to\":\"ben\"}"), -1); /* has it already */
}
END_TEST

START_TEST(nobody_more_while_enough_is_being_verified)
{
	kit_set(&k, CFG_LANE, "l", "{\"pools\":[\"p\"],\"slaSeconds\":1000,\"offerSeconds\":5000,"
	                           "\"sla\":{\"predictive\":false},\"verify\":{\"programs\":"
	                           "[{\"name\":\"p\",\"command\":[\"p\"]}]}}");
	desk_submit(&k, "x", "");
	desk_ok(&k, 0, "ana", "start");
	all_in();
	kit_after(&k, 800 * SECOND);
	desk_ok(&k, 0, "ben", "start");
	ck_assert_int_eq(kit_say(&k, 0, "ana", "answer", "{\"answer\":{}}"), 0);
	ck_assert(desk_has(&k, 0, "ana", AS_HELD));
	ck_assert_int_eq(reassign("{\"worker\":\"ben\",\"to\":\"cho\"}"), -1);
	ck_assert_int_eq(reassign("{\"to\":\"cho\"}"), -1);
	ck_assert_int_eq(reassign("{\"worker\":\"ben\"}"), 0);
	ck_assert_int_eq(kit_task(&k, 0)->state, ST_SUBMITTED);
}
END_TEST

START_TEST(a_question_is_dropped_and_the_clock_goes_on)
{
	desk_submit(&k, "x", "");
	kit_say(&k, 0, "ana", "block", "{\"text\":\"?\"}");
	all_in();
	kit_after(&k, 300 * SECOND);
	int64_t due = kit_task(&k, 0)->due_ms;
	ck_assert_int_eq(reassign("{\"to\":\"ben\"}"), 0);
	ck_assert_int_eq(kit_task(&k, 0)->due_ms, due + 300 * SECOND);
	ck_assert_int_eq(kit_task(&k, 0)->state, ST_OFFERED);
	const char *shown = kit_view_text(&k, 0, "/dueAt");
	int64_t at;
	ck_assert_int_eq(time_parse(shown, &at, NULL), 0);
	ck_assert_int_eq(at, due + 300 * SECOND);
}
END_TEST

START_TEST(a_worker_who_is_gone_loses_it)
{
	desk_submit(&k, "x", "");
	desk_ok(&k, 0, "ana", "start");
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"ben\"]}");
	kit_set(&k, CFG_WORKER, "ana", NULL);
	ck_assert_int_eq(reassign("{\"worker\":\"ana\"}"), 0);
	kit_after(&k, SECOND);
	ck_assert(desk_has(&k, 0, "ben", AS_OFFERED));
}
END_TEST

START_TEST(only_to_those_who_may)
{
	desk_submit(&k, "ben", "");
	ck_assert_int_eq(reassign("{\"to\":\"cho\"}"), -1); /* not in the pool */
	ck_assert_int_eq(reassign("{\"to\":\"cho\",\"force\":true}"), -1);
	all_in();
	ck_assert_int_eq(reassign("{\"to\":\"ben\",\"force\":true}"), -1); /* the requester */
	ck_assert_int_eq(reassign("{\"to\":\"dan\"}"), -1);               /* nobody */
	kit_set(&k, CFG_WORKER, "ana", "{\"skills\":[\"art\"]}");
	kit_set(&k, CFG_LANE, "l", "{\"pools\":[\"p\"],\"requirements\":{\"skills\":[\"law\"]}}");
	desk_submit(&k, "x", "");
	ck_assert(desk_has(&k, 1, "cho", AS_OFFERED));
	ck_assert_int_eq(kit_say(&k, 1, "boss", "reassign", "{\"to\":\"ana\",\"force\":true}"), -1);
	ck_assert(desk_has(&k, 1, "cho", AS_OFFERED));
	ck_assert_int_eq(reassign("{\"to\":\"cho\"}"), -1); /* at capacity */
	ck_assert_int_eq(reassign("{\"to\":\"cho\",\"force\":true}"), 0);
	ck_assert_str_eq(js_str_or(desk_last(&k, "task.offered"), "/data/although", ""),
	                 "at_capacity");
	ck_assert_uint_eq(world_find_crew(k.w, "cho")->live, 2);
}
END_TEST

START_TEST(a_closed_task_is_a_conflict)
{
	desk_submit(&k, "x", "");
	desk_ok(&k, 0, "ana", "answer");
	ck_assert_int_eq(reassign("{\"to\":\"ana\"}"), -1);
}
END_TEST

START_TEST(a_paused_lane_takes_tasks_and_asks_nobody)
{
	desk_submit(&k, "x", "");
	kit_set(&k, CFG_LANE, "l", "{\"pools\":[\"p\"],\"slaSeconds\":1000,\"paused\":true}");
	desk_submit(&k, "x", "");
	kit_after(&k, 100 * SECOND);
	ck_assert_int_eq(kit_task(&k, 1)->state, ST_QUEUED);
	const json_t *said = desk_last(&k, "task.queued");
	ck_assert_int_eq(js_int_or(said, "/data/reasons/the_lane_is_paused", 0), 1);
	ck_assert_str_eq(js_str_or(said, "/data/wouldHelp/0", ""),
	                 "an end of the pause: erctl resume l");
	ck_assert_int_eq(kit_say(&k, 1, "boss", "reassign", "{\"to\":\"ana\"}"), -1);
	ck_assert_int_eq(desk_ok(&k, 0, "ana", "answer"), 0); /* in hand before */
	kit_set(&k, CFG_LANE, "l", "{\"pools\":[\"p\"],\"slaSeconds\":1000}");
	kit_after(&k, SECOND);
	ck_assert(desk_has(&k, 1, "ana", AS_OFFERED));
	ck_assert_int_eq(kit_task(&k, 1)->due_ms, T0 + 1000 * SECOND); /* the clock went on */
}
END_TEST

START_TEST(a_pause_ends_by_itself)
{
	char until[TIME_TEXT_MAX], doc[256];

	time_format_ms(T0 + 600 * SECOND, until);
	snprintf(doc, sizeof(doc), "{\"paused\":true,\"pausedUntil\":\"%s\"}", until);
	kit_set(&k, CFG_WORKER, "ana", doc);
	desk_submit(&k, "x", "");
	kit_after(&k, 599 * SECOND);
	ck_assert_int_eq(kit_task(&k, 0)->state, ST_QUEUED);
	kit_after(&k, SECOND);
	ck_assert(desk_has(&k, 0, "ana", AS_OFFERED));
	snprintf(doc, sizeof(doc), "{\"pools\":[\"p\"],\"paused\":true,\"pausedUntil\":\"%s\"}",
	         until);
	kit_set(&k, CFG_LANE, "l", doc);
	desk_submit(&k, "x", ""); /* over already */
	ck_assert(desk_has(&k, 1, "ana", AS_OFFERED));
	time_format_ms(T0 + 900 * SECOND, until);
	snprintf(doc, sizeof(doc), "{\"pools\":[\"p\"],\"paused\":true,\"pausedUntil\":\"%s\"}",
	         until);
	kit_set(&k, CFG_LANE, "l", doc);
	desk_submit(&k, "x", "");
	kit_after(&k, 299 * SECOND);
	ck_assert_int_eq(kit_task(&k, 2)->state, ST_QUEUED);
	kit_after(&k, SECOND);
	ck_assert(desk_has(&k, 2, "ana", AS_OFFERED));
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("operator");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_offer_and_work_in_hand_go_to_whom_is_named);
	tcase_add_test(t, no_trace_in_the_record);
	tcase_add_test(t, without_to_somebody_else_is_found);
	tcase_add_test(t, one_of_two);
	tcase_add_test(t, nobody_more_while_enough_is_being_verified);
	tcase_add_test(t, a_question_is_dropped_and_the_clock_goes_on);
	tcase_add_test(t, a_worker_who_is_gone_loses_it);
	tcase_add_test(t, only_to_those_who_may);
	tcase_add_test(t, a_closed_task_is_a_conflict);
	tcase_add_test(t, a_paused_lane_takes_tasks_and_asks_nobody);
	tcase_add_test(t, a_pause_ends_by_itself);
	return desk_main("operator", t);
}
