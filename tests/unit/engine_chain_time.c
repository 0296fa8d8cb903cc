/*
 * Chains and time: a restart after any decision changes nothing, a clock that is set neither
 * fires early nor waits for ever, and a level that is a schedule asks who is on call then.
 */
#include "engine_chain_kit.h"

#include "model/zone.h"

/* Europe/Berlin from 2026 on is enough of a zone. */
static const char berlin[] =
    "{\"offset\":3600,\"changes\":[],\"rule\":\"CET-1CEST,M3.5.0,M10.5.0/3\"}";

static void schedules(struct kit *k)
{
	kit_set(k, CFG_ZONE, "Europe/Berlin", berlin);
	kit_set(k, CFG_SCHEDULE, "desk",
		"{\"zone\":\"Europe/Berlin\",\"rotation\":\"daily\",\"start\":\"2026-03-01\","
		"\"handoff\":\"22:10\",\"members\":[\"ana\",\"ben\"]}");
}

/* A day with all that can happen to a chain. */
static void a_day(struct kit *k)
{
	kit_people(k, seed_chain);
	schedules(k);
	kit_set(k, CFG_WORKER, "bot", "{\"kind\":\"exec\",\"exec\":{\"command\":[\"true\"]}}");
	kit_set(
	    k, CFG_CHAIN, "night",
	    "{\"levels\":[{\"agentId\":\"bot\",\"timeoutSeconds\":60,\"confidenceThreshold\":0.8},"
	    "{\"agentId\":\"desk\",\"timeoutSeconds\":300},"
	    "{\"agentId\":\"human-escalation\",\"timeoutSeconds\":900,\"acknowledgers\":2}],"
	    "\"repeat\":2,\"acknowledgeSeconds\":1200}");
	int a = kit_trigger(k, "alice", seed_trigger);
	int b = kit_trigger(k, "alice", "{\"chain\":\"night\",\"reason\":\"disk\"}");
	ck_assert_int_eq(kit_say(k, b, "bot", "start", "{}"), 0);
	kit_after(k, 30 * SECOND);
	ck_assert_int_eq(kit_say(k, b, "bot", "answer", "{\"answer\":1,\"confidence\":0.1}"), 0);
	kit_after(k, 200 * SECOND);
	ck_assert_int_eq(kit_say(k, a, "support-agent", "accept", "{}"), 0);
	kit_after(k, 500 * SECOND);
	ck_assert_int_eq(kit_say(k, b, "ana", "acknowledge", "{}"), 0);
	ck_assert_int_eq(kit_say(k, b, "ben", "acknowledge", "{}"), 0);
	kit_after(k, 2000 * SECOND); /* the acknowledgements expire, rounds begin again */
	ck_assert_int_eq(kit_say(k, a, "support-agent", "unacknowledge", "{}"), 0);
	int c = kit_trigger(k, "ana", "{\"chain\":\"night\",\"reason\":\"again\"}");
	kit_set(k, CFG_CHAIN, "night", "{\"levels\":[{\"agentId\":\"ben\",\"timeoutSeconds\":5}]}");
	kit_after(k, 600 * SECOND);
	ck_assert_int_eq(kit_say(k, a, "lead", "escalate", "{\"level\":1}"), 0);
	kit_after(k, 700 * SECOND);
	ck_assert_int_eq(
	    kit_say(k, c, "x", "resolve", "{\"agentId\":\"ben\",\"resolution\":\"y\"}"), 0);
	kit_after(k, 37 * HOUR);
}

START_TEST(restart_after_any_decision)
{
	struct kit plain = kit_new();

	a_day(&plain);
	ck_assert_int_gt(plain.decisions, 40);
	ck_assert_int_eq(HASH_COUNT(plain.w->chains), 0); /* all over: none is kept */
	kit_same_after_restarts(&plain, a_day);
	kit_free(&plain);
}
END_TEST

/* As erd does it: measured by a clock that does not jump, told to the engine. */
static void set_clock(struct kit *k, int64_t by_ms, int measured)
{
	struct input in;
	struct decision d;
	struct err err = ERR_INIT;

	k->step += by_ms;
	if (!engine_clock(k->w, k->now + k->step, measured ? by_ms : 0, &in))
		return;
	ck_assert_int_eq(decide(k->w, k->now + k->step, &in, &d, &err), 0);
	kit_apply(k, &d, NULL);
	decision_release(&d);
	kit_settle(k);
}

static const int64_t steps[] = {HOUR, -HOUR, 37 * HOUR, -37 * HOUR, 4 * SECOND, -4 * SECOND};

/* What a chain did, by the time that passed: ${k->step} taken off. */
static void measured_story(struct kit *k, int e, int64_t by_ms)
{
	kit_after(k, 100 * SECOND);
	size_t before = json_array_size(k->events);
	set_clock(k, by_ms, 1);
	ck_assert_uint_le(json_array_size(k->events), before + 1); /* nothing fires because of it */
	kit_after(k, 195 * SECOND); /* to the second, but for what is too little to be noticed */
	ck_assert_int_eq(kit_task(k, e)->esc->level, 0);
	kit_after(k, 10 * SECOND);
	ck_assert_int_eq(kit_task(k, e)->esc->level, 1);
	kit_after(k, 610 * SECOND);
	ck_assert_int_eq(kit_task(k, e)->esc->level, 2);
}

START_TEST(clock_set_while_running)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	int e = kit_trigger(&k, "alice", seed_trigger);
	measured_story(&k, e, steps[_i]);
	kit_restart(&k);
	k.from_journal = 1;
	kit_restart(&k);
	kit_after(&k, 4 * HOUR - 300 * SECOND);
	ck_assert_str_eq(kit_view_text(&k, e, "/state"), "offered");
	kit_after(&k, HOUR + 60 * SECOND);
	ck_assert_str_eq(kit_view_text(&k, e, "/state"), "expired");
	kit_free(&k);
}
END_TEST

/* Nobody measured.  Ahead: what is due is due, once each.  Back: nothing waits for long. */
START_TEST(clock_set_while_away)
{
	struct kit k = kit_new();
	int64_t by = steps[_i];

	kit_people(&k, seed_chain);
	int e = kit_trigger(&k, "alice", seed_trigger);
	size_t before = json_array_size(k.events);
	set_clock(&k, by, 0);
	kit_settle(&k);
	ck_assert_uint_le(json_array_size(k.events),
			  before + 4); /* one level, asked once; no storm */
	kit_after(&k, 900 * SECOND + 4 * SECOND);
	if (by < 37 * HOUR)
		ck_assert_int_eq(kit_task(&k, e)->esc->level, 2);
	else /* later than it may live: that is its end, not three levels at once */
		ck_assert_str_eq(kit_view_text(&k, e, "/state"), "expired");
	kit_free(&k);
}
END_TEST

START_TEST(named_deadline_stays)
{
	struct kit k = kit_new();

	kit_people(&k, seed_chain);
	kit_set(&k, CFG_LANE, "general", "{\"pools\":[\"human-escalation\"],\"slaSeconds\":86400}");
	int e = kit_trigger(&k, "alice",
			    "{\"er\":1,\"title\":\"t\",\"sla\":{\"deadline\":"
			    "\"2026-03-31T23:00:00Z\"}}");
	int f = kit_trigger(&k, "alice", "{\"er\":1,\"title\":\"t\"}");
	set_clock(&k, HOUR, 1);
	ck_assert_int_eq(kit_task(&k, e)->due_ms, T0 + 3 * HOUR);
	ck_assert_int_eq(kit_task(&k, f)->due_ms, T0 + 25 * HOUR);
	kit_free(&k);
}
END_TEST

/* 20:00 UTC is 22:00 in Berlin: at 22:10 ben takes over from ana, and the chain notices. */
START_TEST(on_call_at_that_moment)
{
	struct kit k = kit_new();

	kit_people(&k, "{\"levels\":[{\"agentId\":\"senior-agent\",\"timeoutSeconds\":660},"
		       "{\"agentId\":\"desk\",\"timeoutSeconds\":600}],\"repeat\":1}");
	schedules(&k);
	const struct schedule *s = config_schedule(k.w->config, "desk");
	const struct zone *z = config_zone(k.w->config, "Europe/Berlin");
	ck_assert_str_eq(schedule_at(s, z, T0), "ben");
	ck_assert_int_eq(schedule_next(s, z, T0), T0 + 10 * MINUTE);
	int e = kit_trigger(&k, "alice", seed_trigger);
	kit_after(&k, 660 * SECOND);
	ck_assert_str_eq(kit_view_text(&k, e, "/assignments/1/worker"), "ana");
	kit_free(&k);
}
END_TEST

/* Nobody is on call yet at the last level: it is looked at again when somebody is. */
START_TEST(waits_for_the_hand_off)
{
	struct kit k = kit_new();

	kit_people(&k, "{\"levels\":[{\"agentId\":\"later\",\"timeoutSeconds\":60}]}");
	schedules(&k);
	kit_set(&k, CFG_SCHEDULE, "later",
		"{\"zone\":\"Europe/Berlin\",\"rotation\":\"weekly\",\"start\":\"2026-03-31\","
		"\"handoff\":\"22:02\",\"members\":[\"ana\"]}");
	int e = kit_trigger(&k, "alice", seed_trigger);
	kit_after(&k, 119 * SECOND);
	ck_assert_str_eq(kit_view_text(&k, e, "/state"), "queued");
	kit_restart(&k);
	kit_after(&k, SECOND);
	ck_assert_str_eq(kit_view_text(&k, e, "/assignments/0/worker"), "ana");
	kit_free(&k);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("engine_chain_time");
	TCase *tc = tcase_create("time");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, restart_after_any_decision);
	tcase_add_loop_test(tc, clock_set_while_running, 0, sizeof(steps) / sizeof(steps[0]));
	tcase_add_loop_test(tc, clock_set_while_away, 0, sizeof(steps) / sizeof(steps[0]));
	tcase_add_test(tc, named_deadline_stays);
	tcase_add_test(tc, on_call_at_that_moment);
	tcase_add_test(tc, waits_for_the_hand_off);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return kit_run(suite());
}
