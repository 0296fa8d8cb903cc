/* Chains: levels by time and by confidence, acknowledgements, and every way around them. */
#include "engine_chain_kit.h"

START_TEST(three_levels_by_timeout)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	int e = kit_trigger(&k, "alice", seed_trigger);
	ck_assert_str_eq(kit_view_text(&k, e, "/escalation/status"), "triggered");
	kit_after(&k, 299 * SECOND);
	ck_assert_int_eq(json_integer_value(js_at(k.view[e], "/escalation/level")), 1);
	kit_after(&k, 24 * HOUR);
	kit_story_is(
	    &k, e, "",
	    "+0 created - \n+0 queued - \n+0 triggered 1 \n+0 matched support-agent \n"
	    "+0 offered support-agent \n+300 escalated 2 timeout\n+300 matched senior-agent \n"
	    "+300 offered senior-agent \n+900 escalated 3 timeout\n+900 matched ana \n"
	    "+900 offered ana \n+3600 sla_warning - \n+4500 sla_breached - \n"
	    "+18000 expired - \n");
	kit_free(&k);
}
END_TEST

START_TEST(levels_by_confidence)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	kit_set(&k, CFG_WORKER, "senior-agent",
		"{\"kind\":\"exec\",\"exec\":{\"command\":[\"true\"]}}");
	int e = kit_trigger(&k, "alice", seed_trigger);
	kit_after(&k, 300 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "senior-agent", "start", "{}"), 0);
	ck_assert_str_eq(kit_view_text(&k, e, "/escalation/status"), "triggered"); /* a program's */
	kit_after(&k, 5 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "senior-agent", "answer",
				 "{\"answer\":{\"resolution\":\"maybe\"},\"confidence\":0.49}"),
			 0);
	kit_story_is(
	    &k, e, "escalation",
	    "+0 triggered 1 \n+300 escalated 2 timeout\n+305 escalated 3 low_confidence\n");
	ck_assert_str_eq(kit_view_text(&k, e, "/state"), "offered");
	json_t *doc = taskview_worker_doc(k.view[e], "ana");
	ck_assert_str_eq(js_str_or(doc, "/escalation/earlierAnswers/0/answer/resolution", ""),
			 "maybe");
	ck_assert_str_eq(js_str_or(doc, "/escalation/earlierAnswers/0/worker", ""), "senior-agent");
	json_decref(doc);
	ck_assert_int_eq(kit_say(&k, e, "ana", "answer", "{\"answer\":{\"resolution\":\"sent\"}}"),
			 0);
	ck_assert_str_eq(kit_view_text(&k, e, "/result/answer/resolution"), "sent");
	ck_assert_str_eq(kit_view_text(&k, e, "/escalation/status"), "resolved");
	kit_free(&k);
}
END_TEST

START_TEST(sure_enough_is_enough)
{
	struct kit k = kit_new();

	kit_people(&k, "{\"levels\":[{\"agentId\":\"senior-agent\",\"timeoutSeconds\":600,"
		       "\"confidenceThreshold\":0.5},{\"agentId\":\"ana\",\"timeoutSeconds\":60,"
		       "\"confidenceThreshold\":0.9}]}");
	int a = kit_trigger(&k, "alice", seed_trigger), b = kit_trigger(&k, "alice", seed_trigger);
	ck_assert_int_eq(
	    kit_say(&k, a, "senior-agent", "answer", "{\"answer\":1,\"confidence\":0.5}"), 0);
	ck_assert_str_eq(kit_view_text(&k, a, "/state"), "completed");
	/* a person who says nothing is sure; the last level's doubt is the end */
	ck_assert_int_eq(
	    kit_say(&k, b, "senior-agent", "answer", "{\"answer\":1,\"confidence\":0}"), 0);
	ck_assert_int_eq(kit_say(&k, b, "ana", "answer", "{\"answer\":1,\"confidence\":0.89}"), 0);
	ck_assert_str_eq(kit_view_text(&k, b, "/state"), "failed");
	int c = kit_trigger(&k, "alice", seed_trigger);
	ck_assert_int_eq(kit_say(&k, c, "senior-agent", "answer", "{\"answer\":1}"), 0);
	ck_assert_str_eq(kit_view_text(&k, c, "/state"), "completed");
	kit_free(&k);
}
END_TEST

START_TEST(acknowledged_stops_the_clock)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	int e = kit_trigger(&k, "alice", seed_trigger);
	kit_after(&k, 400 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "api", "acknowledge", "{\"agentId\":\"senior-agent\"}"), 0);
	ck_assert_str_eq(kit_view_text(&k, e, "/escalation/status"), "acknowledged");
	kit_after(&k, 3000 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "api", "acknowledge", "{\"agentId\":\"senior-agent\"}"), 0);
	ck_assert_int_eq(kit_say(&k, e, "api", "acknowledge", "{\"agentId\":\"ana\"}"), -1);
	ck_assert_int_eq(k.refused.code, FAIL_CONFLICT);
	ck_assert_int_eq(kit_say(&k, e, "api", "resolve",
				 "{\"resolution\":\"Password reset link was expired.\"}"),
			 0);
	kit_story_is(&k, e, "escalation",
		     "+0 triggered 1 \n+300 escalated 2 timeout\n+400 acknowledged senior-agent \n"
		     "+3400 resolved senior-agent \n");
	ck_assert_str_eq(kit_view_text(&k, e, "/state"), "completed");
	ck_assert_str_eq(kit_view_text(&k, e, "/result/answer/resolution"),
			 "Password reset link was expired.");
	kit_free(&k);
}
END_TEST

START_TEST(unacknowledged_goes_on_where_it_stood)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	int e = kit_trigger(&k, "alice", seed_trigger);
	kit_after(&k, 100 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "support-agent", "accept", "{}"), 0);
	kit_after(&k, 1000 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "support-agent", "unacknowledge", "{}"), 0);
	ck_assert_int_eq(kit_say(&k, e, "support-agent", "unacknowledge", "{}"), -1);
	kit_after(&k, 1000 * SECOND); /* 200 seconds of the level were left */
	kit_story_is(&k, e, "escalation",
		     "+0 triggered 1 \n+100 acknowledged support-agent \n"
		     "+1100 unacknowledged support-agent withdrawn\n+1300 escalated 2 timeout\n"
		     "+1900 escalated 3 timeout\n");
	kit_free(&k);
}
END_TEST

START_TEST(giving_back_is_no_acknowledgement)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	int e = kit_trigger(&k, "alice", seed_trigger);
	kit_after(&k, 100 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "support-agent", "start", "{}"), 0);
	kit_after(&k, 50 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "support-agent", "release", "{}"), 0);
	ck_assert_str_eq(kit_view_text(&k, e, "/escalation/status"), "triggered");
	kit_after(&k, 300 * SECOND);
	kit_story_is(&k, e, "escalation",
		     "+0 triggered 1 \n+100 acknowledged support-agent \n"
		     "+150 unacknowledged support-agent released\n+350 escalated 2 timeout\n");
	kit_free(&k);
}
END_TEST

START_TEST(acknowledgement_expires)
{
	struct kit k = kit_new();

	kit_people(&k, "{\"levels\":[{\"agentId\":\"ana\",\"timeoutSeconds\":300},"
		       "{\"agentId\":\"ben\",\"timeoutSeconds\":300}],\"acknowledgeSeconds\":900}");
	int e = kit_trigger(&k, "alice", seed_trigger);
	kit_after(&k, 60 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "ana", "acknowledge", "{}"), 0);
	kit_after(&k, 1200 * SECOND);
	kit_story_is(&k, e, "escalation",
		     "+0 triggered 1 \n+60 acknowledged ana \n+960 unacknowledged - expired\n"
		     "+1200 escalated 2 timeout\n");
	kit_free(&k);
}
END_TEST

START_TEST(two_must_acknowledge)
{
	struct kit k = kit_new();

	kit_people(&k,
		   "{\"levels\":[{\"agentId\":\"human-escalation\",\"timeoutSeconds\":300},"
		   "{\"agentId\":\"senior-agent\",\"timeoutSeconds\":300}],\"acknowledgers\":2}");
	kit_set(&k, CFG_WORKER, "cho", "{}");
	kit_set(&k, CFG_POOL, "human-escalation", "{\"members\":[\"ana\",\"ben\",\"cho\"]}");
	int e = kit_trigger(&k, "alice", seed_trigger);
	ck_assert_int_eq(kit_say(&k, e, "ana", "acknowledge", "{}"), 0);
	ck_assert_str_eq(kit_view_text(&k, e, "/escalation/status"), "triggered");
	kit_after(&k, 100 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "cho", "acknowledge", "{}"), 0); /* not even asked */
	ck_assert_str_eq(kit_view_text(&k, e, "/escalation/status"), "acknowledged");
	kit_after(&k, 300 * SECOND);
	ck_assert_int_eq(kit_say(&k, e, "ana", "answer", "{\"answer\":\"done\"}"), 0);
	kit_story_is(
	    &k, e, "",
	    "+0 created - \n+0 queued - \n+0 triggered 1 \n+0 matched ana \n+0 offered ana \n"
	    "+0 matched ben \n+0 offered ben \n+0 accepted ana \n+0 acknowledged ana \n"
	    "+100 reassigned ben acknowledged by another\n+100 offered cho \n+100 accepted cho \n"
	    "+100 acknowledged cho \n+400 started ana \n+400 submitted ana \n"
	    "+400 check_passed - \n+400 verified - \n"
	    "+400 released cho another answer came first\n+400 resolved ana \n"
	    "+400 completed ana \n");
	int f = kit_trigger(&k, "alice", seed_trigger);
	ck_assert_int_eq(kit_say(&k, f, "ana", "acknowledge", "{}"), 0);
	kit_after(&k, 300 * SECOND); /* one is not enough */
	kit_story_is(&k, f, "escalation",
		     "+0 triggered 1 \n+0 acknowledged ana \n+300 escalated 2 timeout\n");
	kit_free(&k);
}
END_TEST

START_TEST(repeat_goes_round)
{
	struct kit k = kit_new();

	kit_people(&k, "{\"levels\":[{\"agentId\":\"ana\",\"timeoutSeconds\":60},"
		       "{\"agentId\":\"ben\",\"timeoutSeconds\":120}],\"repeat\":1}");
	int e = kit_trigger(&k, "alice", seed_trigger);
	ck_assert_int_eq(kit_say(&k, e, "ana", "decline", "{}"), 0);
	kit_after(&k, HOUR);
	kit_story_is(&k, e, "escalation",
		     "+0 triggered 1 \n+0 escalated 2 empty\n+120 escalated 1 timeout\n"
		     "+180 escalated 2 timeout\n");
	ck_assert_str_eq(kit_view_text(&k, e, "/state"), "expired"); /* 4 times 360 seconds */
	kit_free(&k);
}
END_TEST

START_TEST(empty_levels)
{
	struct kit k = kit_new();

	kit_people(&k, "{\"levels\":[{\"agentId\":\"ana\",\"timeoutSeconds\":60},"
		       "{\"agentId\":\"nobodies\",\"timeoutSeconds\":60},"
		       "{\"agentId\":\"ben\",\"timeoutSeconds\":60}]}");
	kit_set(&k, CFG_POOL, "nobodies", "{\"members\":[]}");
	kit_set(&k, CFG_WORKER, "ana", "{\"paused\":true}");
	int e = kit_trigger(&k, "alice", seed_trigger);
	kit_story_is(&k, e, "escalation",
		     "+0 triggered 1 \n+0 escalated 2 empty\n+0 escalated 3 empty\n");
	/* the requester is not asked: the last level waits, without a storm */
	int f = kit_trigger(&k, "ben", seed_trigger);
	kit_after(&k, 30 * SECOND);
	ck_assert_str_eq(kit_view_text(&k, f, "/state"), "queued");
	kit_set(&k, CFG_CHAIN, "support-escalation",
		"{\"levels\":[{\"agentId\":\"ana\",\"timeoutSeconds\":60},"
		"{\"agentId\":\"ben\",\"timeoutSeconds\":60}],\"skipEmpty\":false}");
	int g = kit_trigger(&k, "alice", seed_trigger);
	kit_after(&k, 59 * SECOND);
	ck_assert_str_eq(kit_view_text(&k, g, "/state"), "queued");
	kit_set(&k, CFG_WORKER, "ana", "{}");
	ck_assert_str_eq(kit_view_text(&k, g, "/assignments/0/worker"), "ana");
	kit_after(&k, SECOND);
	kit_story_is(&k, g, "escalation", "+0 triggered 1 \n+60 escalated 2 timeout\n");
	kit_free(&k);
}
END_TEST

START_TEST(forced)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	int e = kit_trigger(&k, "alice", seed_trigger);
	ck_assert_int_eq(kit_say(&k, e, "lead", "escalate", "{\"level\":4}"), -1);
	ck_assert_int_eq(k.refused.code, FAIL_INVALID);
	ck_assert_int_eq(kit_say(&k, e, "lead", "escalate", "{\"level\":3,\"reason\":\"loud\"}"),
			 0);
	ck_assert_int_eq(kit_say(&k, e, "lead", "escalate", "{}"), -1);
	ck_assert_int_eq(k.refused.code, FAIL_CONFLICT);
	ck_assert_int_eq(kit_say(&k, e, "ana", "accept", "{}"), 0);
	ck_assert_int_eq(kit_say(&k, e, "lead", "escalate", "{\"level\":1}"), 0);
	kit_story_is(&k, e, "escalation",
		     "+0 triggered 1 \n+0 escalated 3 forced\n+0 acknowledged ana \n"
		     "+0 escalated 1 forced\n");
	ck_assert_str_eq(kit_view_text(&k, e, "/state"), "offered");
	kit_free(&k);
}
END_TEST

START_TEST(who_may)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	kit_set(&k, CFG_WORKER, "stranger", "{}");
	kit_set(&k, CFG_LANE, "general", "{\"pools\":[\"human-escalation\"]}");
	int e = kit_trigger(&k, "alice", seed_trigger);
	ck_assert_int_eq(kit_say(&k, e, "stranger", "acknowledge", "{}"), -1);
	ck_assert_int_eq(k.refused.code, FAIL_DENIED);
	ck_assert_int_eq(kit_say(&k, e, "nobody", "acknowledge", "{}"), -1);
	ck_assert_int_eq(k.refused.code, FAIL_NOT_FOUND);
	ck_assert_int_eq(kit_say(&k, e, "alice", "resolve", "{\"resolution\":\"x\"}"), -1);
	ck_assert_int_eq(k.refused.code, FAIL_CONFLICT); /* for whom? */
	ck_assert_int_eq(kit_say(&k, e, "api", "acknowledge", "{\"agentId\":\"human-escalation\"}"),
			 -1);
	kit_after(&k, 900 * SECOND); /* now one of that pool has it */
	ck_assert_int_eq(kit_say(&k, e, "api", "acknowledge", "{\"agentId\":\"human-escalation\"}"),
			 0);
	ck_assert_str_eq(kit_view_text(&k, e, "/escalation/acknowledgements/0/worker"), "ana");
	int t =
	    kit_trigger(&k, "alice", "{\"er\":1,\"lane\":\"general\",\"title\":\"no escalation\"}");
	ck_assert_int_eq(kit_say(&k, t, "ana", "acknowledge", "{}"), -1);
	ck_assert_int_eq(k.refused.code, FAIL_CONFLICT);
	kit_free(&k);
}
END_TEST

START_TEST(keeps_its_chain)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	int e = kit_trigger(&k, "alice", seed_trigger);
	kit_set(&k, CFG_CHAIN, "support-escalation",
		"{\"levels\":[{\"agentId\":\"ben\",\"timeoutSeconds\":1}]}");
	int f = kit_trigger(&k, "alice", seed_trigger);
	kit_set(&k, CFG_CHAIN, "support-escalation", NULL);
	kit_restart(&k);
	kit_after(&k, 300 * SECOND);
	kit_story_is(&k, e, "escalation", "+0 triggered 1 \n+300 escalated 2 timeout\n");
	ck_assert_str_eq(kit_view_text(&k, f, "/assignments/0/worker"), "ben");
	ck_assert_int_eq(kit_task(&k, e)->esc->ref->chain.n, 3);
	kit_free(&k);
}
END_TEST

/* A lane that names a chain: any dialect's task goes up its levels, and its schema still counts. */
START_TEST(lane_with_a_chain)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	kit_set(
	    &k, CFG_LANE, "support",
	    "{\"pools\":[\"human-escalation\"],\"chain\":\"support-escalation\",\"slaSeconds\":600,"
	    "\"schema\":{\"type\":\"object\",\"required\":[\"resolution\"]}}");
	int e = kit_trigger(&k, "alice", "{\"er\":1,\"lane\":\"support\",\"title\":\"t\"}");
	ck_assert_int_eq(kit_say(&k, e, "support-agent", "answer", "{\"answer\":{}}"), 0);
	ck_assert_str_eq(kit_view_text(&k, e, "/state"), "started"); /* rejected, back to work */
	ck_assert_int_eq(
	    kit_say(&k, e, "support-agent", "answer", "{\"answer\":{\"resolution\":\"ok\"}}"), 0);
	ck_assert_str_eq(kit_view_text(&k, e, "/state"), "completed");
	int f = kit_trigger(&k, "alice", "{\"er\":1,\"lane\":\"support\",\"title\":\"t\"}");
	kit_after(&k, HOUR);
	kit_story_is(
	    &k, f, "",
	    "+0 created - \n+0 queued - \n+0 triggered 1 \n+0 matched support-agent \n"
	    "+0 offered support-agent \n+300 escalated 2 timeout\n+300 matched senior-agent \n"
	    "+300 offered senior-agent \n+480 sla_warning - \n+600 sla_breached - \n"
	    "+900 escalated 3 timeout\n+900 matched ana \n+900 offered ana \n+2400 expired - \n");
	kit_free(&k);
}
END_TEST

START_TEST(blind_lane)
{
	struct kit k = kit_new();

	kit_people(
	    &k, "{\"lane\":\"second\",\"levels\":["
		"{\"agentId\":\"support-agent\",\"timeoutSeconds\":60,\"confidenceThreshold\":1},"
		"{\"agentId\":\"ana\",\"timeoutSeconds\":60}]}");
	kit_set(&k, CFG_LANE, "second", "{\"pools\":[\"human-escalation\"],\"blind\":true}");
	int e = kit_trigger(&k, "alice", seed_trigger);
	ck_assert_str_eq(kit_view_text(&k, e, "/lane"), "second");
	ck_assert_int_eq(
	    kit_say(&k, e, "support-agent", "answer", "{\"answer\":1,\"confidence\":0.999}"), 0);
	json_t *doc = taskview_worker_doc(k.view[e], "ana");
	ck_assert_ptr_nonnull(doc);
	ck_assert_ptr_null(js_at(doc, "/escalation/earlierAnswers"));
	json_decref(doc);
	kit_free(&k);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("engine_chain");
	TCase *tc = tcase_create("chains");

	tcase_add_test(tc, three_levels_by_timeout);
	tcase_add_test(tc, levels_by_confidence);
	tcase_add_test(tc, sure_enough_is_enough);
	tcase_add_test(tc, acknowledged_stops_the_clock);
	tcase_add_test(tc, unacknowledged_goes_on_where_it_stood);
	tcase_add_test(tc, giving_back_is_no_acknowledgement);
	tcase_add_test(tc, acknowledgement_expires);
	tcase_add_test(tc, two_must_acknowledge);
	tcase_add_test(tc, repeat_goes_round);
	tcase_add_test(tc, empty_levels);
	tcase_add_test(tc, forced);
	tcase_add_test(tc, who_may);
	tcase_add_test(tc, keeps_its_chain);
	tcase_add_test(tc, lane_with_a_chain);
	tcase_add_test(tc, blind_lane);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return kit_run(suite());
}
