/* engine: what happens when a task becomes late, and that a restart changes nothing of it. */
#include "engine_desk.h"

static struct kit k;

static void setup(void)
{
	k = kit_new();
	kit_set(&k, CFG_WORKER, "ana", "{}");
	kit_set(&k, CFG_WORKER, "ben", "{}");
	kit_set(&k, CFG_WORKER, "cho", "{}");
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"ana\",\"ben\"]}");
	kit_set(&k, CFG_POOL, "seniors", "{\"members\":[\"cho\"]}");
}

static void teardown(void)
{
	kit_free(&k);
}

static void lane(const char *members)
{
	char doc[512];

	snprintf(doc, sizeof(doc),
	         "{\"pools\":[\"p\"],\"slaSeconds\":1000,\"offerSeconds\":5000%s}", members);
	kit_set(&k, CFG_LANE, "l", doc);
}

#define NOT_PREDICTIVE ",\"sla\":{\"predictive\":false}"

/* At 80 % somebody else is asked beside whoever has it; the first good answer ends both. */
START_TEST(backup_beside_the_first)
{
	lane(NOT_PREDICTIVE);
	desk_submit(&k, "x", "");
	ck_assert(desk_has(&k, 0, "ana", AS_OFFERED));
	desk_ok(&k, 0, "ana", "start");
	kit_after(&k, 799 * SECOND);
	ck_assert_ptr_null(desk_assign(&k, 0, "ben"));
	kit_after(&k, SECOND);
	ck_assert(desk_has(&k, 0, "ana", AS_STARTED));
	ck_assert(desk_has(&k, 0, "ben", AS_OFFERED));
	ck_assert(json_is_true(js_at(desk_last(&k, "task.matched"), "/data/backup")));
	ck_assert_int_eq(kit_task(&k, 0)->state, ST_STARTED);
	ck_assert_int_eq(desk_ok(&k, 0, "ben", "start"), 0);
	ck_assert_int_eq(kit_say(&k, 0, "ana", "block", "{\"text\":\"?\"}"), 0);
	ck_assert_int_eq(kit_task(&k, 0)->state, ST_BLOCKED);
	ck_assert_int_eq(desk_ok(&k, 0, "ana", "answer"), -1); /* waits for the reply */
	ck_assert_int_eq(desk_ok(&k, 0, "ben", "answer"), 0);
	ck_assert_ptr_null(kit_task(&k, 0));
	kit_story_is(&k, 0, "task.released", "+800 released ana another answer came first\n");
	ck_assert_str_eq(kit_view_text(&k, 0, "/result/worker"), "ben");
}
END_TEST

START_TEST(no_backup_where_the_lane_wants_none)
{
	lane(",\"sla\":{\"backup\":false}");
	desk_submit(&k, "x", "");
	desk_ok(&k, 0, "ana", "start");
	kit_after(&k, 999 * SECOND);
	ck_assert_int_eq(desk_count(&k, "task.sla_warning"), 1);
	ck_assert_ptr_null(desk_assign(&k, 0, "ben"));
}
END_TEST

/* Who has not begun loses it, who has goes on beside somebody new. */
START_TEST(reroute)
{
	lane(NOT_PREDICTIVE);
	desk_submit(&k, "x", "");
	kit_after(&k, 800 * SECOND); /* ana is asked only: a second one beside */
	ck_assert(desk_has(&k, 0, "ben", AS_OFFERED));
	desk_ok(&k, 0, "ben", "start");
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"ana\",\"ben\",\"cho\"]}");
	kit_after(&k, 200 * SECOND);
	ck_assert_str_eq(js_str_or(desk_last(&k, "task.sla_breached"), "/data/onBreach", ""),
	                 "reroute");
	ck_assert(desk_has(&k, 0, "ana", AS_ENDED));
	ck_assert(desk_has(&k, 0, "ben", AS_STARTED));
	ck_assert(desk_has(&k, 0, "cho", AS_OFFERED));
	kit_after(&k, 3000 * SECOND);
	ck_assert_str_eq(kit_view_text(&k, 0, "/state"), "expired"); /* 4 x SLA */
}
END_TEST

START_TEST(escalate_to_another_pool)
{
	lane(",\"sla\":{\"predictive\":false,\"onBreach\":\"escalate\","
	     "\"escalateTo\":\"seniors\"}");
	desk_submit(&k, "x", "");
	desk_ok(&k, 0, "ana", "accept");
	kit_after(&k, 1000 * SECOND);
	ck_assert_str_eq(js_str_or(desk_last(&k, "task.escalated"), "/data/pool", ""), "seniors");
	ck_assert(desk_has(&k, 0, "cho", AS_OFFERED));
	ck_assert_str_eq(kit_task(&k, 0)->match->pool, "seniors");
}
END_TEST

START_TEST(expire_when_late)
{
	lane(",\"sla\":{\"onBreach\":\"expire\"}");
	desk_submit(&k, "x", "");
	desk_ok(&k, 0, "ana", "start");
	kit_after(&k, 1000 * SECOND);
	ck_assert_ptr_null(kit_task(&k, 0));
	ck_assert_uint_eq(world_find_crew(k.w, "ana")->live, 0);
}
END_TEST

/* The earlier of the wish in seconds and the instant counts. */
START_TEST(the_earlier_deadline_counts)
{
	lane("");
	desk_submit(&k, "x", "\"sla\":{\"seconds\":500,\"deadline\":\"2026-03-31T20:05:00Z\"}");
	ck_assert_int_eq(kit_task(&k, 0)->due_ms, T0 + 300 * SECOND);
	desk_submit(&k, "x", "\"sla\":{\"seconds\":200,\"deadline\":\"2026-03-31T20:05:00Z\"}");
	ck_assert_int_eq(kit_task(&k, 1)->due_ms, T0 + 200 * SECOND);
}
END_TEST

/* While the requester is asked the clock stands, for warnings, predictions and reminders too. */
START_TEST(blocked_time_does_not_count)
{
	lane(",\"sla\":{\"predictive\":false,\"remindSeconds\":100}");
	desk_submit(&k, "x", "");
	desk_ok(&k, 0, "ana", "start");
	kit_after(&k, 50 * SECOND);
	kit_say(&k, 0, "ana", "block", "{\"text\":\"?\"}");
	kit_after(&k, 3000 * SECOND);
	ck_assert_int_eq(desk_count(&k, "task.reminded"), 0);
	kit_say(&k, 0, "x", "reply", "{\"text\":\"!\"}");
	ck_assert_int_eq(kit_task(&k, 0)->due_ms, T0 + 4000 * SECOND);
	kit_after(&k, 49 * SECOND);
	ck_assert_int_eq(desk_count(&k, "task.reminded"), 0);
	kit_after(&k, SECOND);
	ck_assert_int_eq(desk_count(&k, "task.reminded"), 1);
	kit_after(&k, 699 * SECOND);
	ck_assert_int_eq(desk_count(&k, "task.sla_warning"), 0);
	kit_after(&k, SECOND);
	ck_assert_int_eq(desk_count(&k, "task.sla_warning"), 1);
}
END_TEST

/* Whoever asked leaves: the clock goes on as well. */
START_TEST(released_while_blocked)
{
	lane("");
	desk_submit(&k, "x", "");
	kit_say(&k, 0, "ana", "block", "{\"text\":\"?\"}");
	kit_after(&k, 3000 * SECOND);
	ck_assert_int_eq(desk_ok(&k, 0, "ana", "release"), 0);
	ck_assert_int_eq(kit_task(&k, 0)->due_ms, T0 + 4000 * SECOND);
	ck_assert_str_eq(kit_view_text(&k, 0, "/dueAt"), "2026-03-31T21:06:40.000Z");
}
END_TEST

/* Each comes twice as long after the one before; they end. */
START_TEST(reminders_thin_out)
{
	lane(",\"sla\":{\"predictive\":false,\"backup\":false,\"remindSeconds\":10}");
	desk_submit(&k, "x", "");
	kit_after(&k, 900 * SECOND);
	kit_story_is(&k, 0, "task.reminded",
	             "+10 reminded ana \n+30 reminded ana \n+70 reminded ana \n+150 reminded ana \n"
	             "+310 reminded ana \n+630 reminded ana \n");
}
END_TEST

/* Somebody who is known to need half an hour has no chance in ten minutes: help comes early. */
START_TEST(predicted_to_be_late)
{
	lane("");
	kit_set(&k, CFG_LANE, "l",
	        "{\"pools\":[\"p\"],\"slaSeconds\":7200,\"offerSeconds\":5000,"
	        "\"scoring\":{\"explore\":\"0\"}}");
	kit_set(&k, CFG_WORKER, "ben", "{\"paused\":true}");
	for (int i = 0; i < 6; i++) {
		int n = desk_submit(&k, "x", "");
		desk_ok(&k, n, "ana", "start");
		kit_after(&k, 1800 * SECOND);
		ck_assert_int_eq(desk_ok(&k, n, "ana", "answer"), 0);
	}
	ck_assert_int_eq(desk_count(&k, "task.sla_warning"), 0);
	int n = desk_submit(&k, "x", "\"sla\":{\"seconds\":600}");
	desk_ok(&k, n, "ana", "start");
	kit_set(&k, CFG_WORKER, "ben", "{}");
	kit_after(&k, 61 * SECOND);
	ck_assert(json_is_true(js_at(desk_last(&k, "task.sla_warning"), "/data/predicted")));
	ck_assert(desk_has(&k, n, "ben", AS_OFFERED));
	ck_assert_int_eq(kit_task(&k, n)->warned, 0); /* the one at 80 % is still to come */
}
END_TEST

/* A task that nobody has asks for one worker, late or not: it would only take two from others. */
START_TEST(waiting_tasks_want_one)
{
	lane("");
	kit_set(&k, CFG_WORKER, "ana", "{\"paused\":true}");
	kit_set(&k, CFG_WORKER, "ben", "{\"paused\":true}");
	desk_submit(&k, "x", "");
	kit_after(&k, 1100 * SECOND);
	kit_set(&k, CFG_WORKER, "ana", "{}");
	kit_set(&k, CFG_WORKER, "ben", "{}");
	ck_assert_int_eq(desk_count(&k, "task.offered"), 1);
}
END_TEST

static char *story(long restart_at, int from_journal)
{
	setup();
	k.restart_at = restart_at;
	k.from_journal = from_journal;
	lane(",\"offers\":{\"mode\":\"fanOut\",\"atOnce\":2},\"sla\":{\"remindSeconds\":50,"
	     "\"onBreach\":\"escalate\",\"escalateTo\":\"seniors\"}");
	desk_submit(&k, "x", "");
	desk_submit(&k, "ana", "");
	kit_after(&k, 300 * SECOND);
	desk_ok(&k, 0, "ana", "start");
	kit_say(&k, 0, "ana", "block", "{\"text\":\"?\"}");
	kit_after(&k, 300 * SECOND);
	kit_say(&k, 0, "x", "reply", "{\"text\":\"!\"}");
	desk_ok(&k, 1, "ben", "decline");
	kit_after(&k, 6000 * SECOND);
	char *out = strdup(buf_str(&k.journal));
	teardown();
	return out;
}

/* Timers fire at the same instants, whenever erd was restarted. */
START_TEST(restart_at_any_moment)
{
	char *want = story(-1, 0);

	for (int n = 0; n < 60; n++) {
		char *got = story(n, n & 1);
		ck_assert_msg(strcmp(got, want) == 0, "restarted after decision %d", n);
		free(got);
	}
	free(want);
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("sla"), *r = tcase_create("restart");
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, backup_beside_the_first);
	tcase_add_test(t, no_backup_where_the_lane_wants_none);
	tcase_add_test(t, reroute);
	tcase_add_test(t, escalate_to_another_pool);
	tcase_add_test(t, expire_when_late);
	tcase_add_test(t, the_earlier_deadline_counts);
	tcase_add_test(t, blocked_time_does_not_count);
	tcase_add_test(t, released_while_blocked);
	tcase_add_test(t, reminders_thin_out);
	tcase_add_test(t, predicted_to_be_late);
	tcase_add_test(t, waiting_tasks_want_one);
	tcase_add_test(r, restart_at_any_moment);
	failed = desk_main("engine_sla", t);
	return desk_main("engine_sla_restart", r) || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
