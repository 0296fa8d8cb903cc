/* Chains: who is there, who has room, and who may not be asked because it is their own. */
#include "engine_chain_kit.h"

static const char busy_chain[] = "{\"levels\":[{\"agentId\":\"pair\",\"timeoutSeconds\":300},"
				 "{\"agentId\":\"duty\",\"timeoutSeconds\":600},"
				 "{\"agentId\":\"boss\",\"timeoutSeconds\":600}]}";

static const char utc[] = "{\"offset\":0,\"changes\":[]}";

static void busy_people(struct kit *k)
{
	kit_set(k, CFG_ZONE, "UTC", utc);
	kit_set(k, CFG_WORKER, "x", "{\"capacity\":1}");
	kit_set(k, CFG_WORKER, "y", "{\"capacity\":1}");
	kit_set(k, CFG_WORKER, "boss", "{}");
	kit_set(k, CFG_POOL, "pair", "{\"members\":[\"x\",\"y\"]}");
	kit_set(k, CFG_SCHEDULE, "duty",
	        "{\"zone\":\"UTC\",\"rotation\":\"weekly\",\"start\":\"2026-03-30\","
	        "\"members\":[\"x\"]}");
	kit_set(k, CFG_CHAIN, "busy", busy_chain);
}

#define BUSY "{\"chain\":\"busy\",\"reason\":\"disk\"}"

START_TEST(no_room_is_waited_for)
{
	struct kit k = kit_new();

	busy_people(&k);
	int a = kit_trigger(&k, "alice", BUSY), b = kit_trigger(&k, "alice", BUSY);
	int c = kit_trigger(&k, "alice", BUSY);
	kit_story_is(&k, a, "task.offered", "+0 offered x \n");
	kit_story_is(&k, b, "task.offered", "+0 offered y \n");
	kit_after(&k, 100 * SECOND);
	/* level 1 is not empty: nobody is asked, and nothing is said */
	kit_story_is(&k, c, "", "+0 created - \n+0 queued - \n+0 triggered 1 \n");
	ck_assert_int_eq(kit_say(&k, b, "y", "resolve", "{\"resolution\":\"done\"}"), 0);
	kit_story_is(&k, c, "task.offered", "+100 offered y \n");
	/* who is on call is called, whatever else is in hand */
	kit_after(&k, 200 * SECOND);
	kit_story_is(&k, a, "escalation", "+0 triggered 1 \n+300 escalated 2 timeout\n");
	ck_assert_int_eq(kit_say(&k, a, "x", "acknowledge", "{}"), 0);
	kit_story_is(&k, c, "task.offered", "+100 offered y \n+300 offered x \n");
	kit_free(&k);
}
END_TEST

START_TEST(a_full_level_ends_at_its_time)
{
	struct kit k = kit_new();

	busy_people(&k);
	int a = kit_trigger(&k, "alice", BUSY), b = kit_trigger(&k, "alice", BUSY);
	ck_assert_int_eq(kit_say(&k, a, "x", "acknowledge", "{}"), 0);
	ck_assert_int_eq(kit_say(&k, b, "y", "acknowledge", "{}"), 0);
	int c = kit_trigger(&k, "alice", BUSY);
	kit_after(&k, 900 * SECOND);
	kit_story_is(&k, c, "escalation",
	             "+0 triggered 1 \n+300 escalated 2 timeout\n+900 escalated 3 timeout\n");
	kit_story_is(&k, c, "task.offered", "+300 offered x \n+900 offered boss \n");
	kit_free(&k);
}
END_TEST

/* It is 20:00 on a Tuesday. */
static const char day_worker[] = "{\"hours\":{\"zone\":\"UTC\",\"weekly\":{"
				 "\"tue\":[\"08:00-18:00\"],\"wed\":[\"08:00-18:00\"]}}}";

START_TEST(out_of_hours_is_not_there)
{
	struct kit k = kit_new();

	kit_set(&k, CFG_ZONE, "UTC", utc);
	kit_set(&k, CFG_WORKER, "day", day_worker);
	kit_set(&k, CFG_WORKER, "night", "{}");
	kit_set(&k, CFG_CHAIN, "both",
	        "{\"levels\":[{\"agentId\":\"day\",\"timeoutSeconds\":300},"
	        "{\"agentId\":\"night\",\"timeoutSeconds\":300}]}");
	kit_set(&k, CFG_CHAIN, "only",
	        "{\"levels\":[{\"agentId\":\"day\",\"timeoutSeconds\":86400}]}");
	int a = kit_trigger(&k, "alice", "{\"chain\":\"both\",\"reason\":\"disk\"}");
	kit_story_is(&k, a, "escalation", "+0 triggered 1 \n+0 escalated 2 empty\n");
	int b = kit_trigger(&k, "alice", "{\"chain\":\"only\",\"reason\":\"disk\"}");
	const json_t *said = json_array_get(k.events, json_array_size(k.events) - 1);
	said = json_object_get(said, "data");
	ck_assert_int_eq(js_int_or(said, "/reasons/out_of_hours", 0), 1);
	ck_assert_str_eq(js_str_or(said, "/candidates/0", ""), "day out_of_hours");
	ck_assert_uint_eq(json_array_size(json_object_get(said, "wouldHelp")), 1);
	kit_after(&k, 13 * HOUR);
	kit_story_is(&k, b, "task.offered", "+43200 offered day \n");
	kit_free(&k);
}
END_TEST

START_TEST(why_somebody_was_asked)
{
	struct kit k = kit_new();

	busy_people(&k);
	kit_trigger(&k, "alice", BUSY);
	int b = kit_trigger(&k, "alice", BUSY);
	const json_t *matched = NULL;
	char id[ID_TEXT_MAX];
	size_t i;
	json_t *ev;
	json_array_foreach(
	    k.events, i,
	    ev) if (strcmp(js_str_or(ev, "/type", ""), "task.matched") == 0 &&
	            strcmp(js_str_or(ev, "/task", ""), id_format(&k.ids[b], "task_", id)) == 0)
	    matched = json_object_get(ev, "data");
	ck_assert_str_eq(js_str_or(matched, "/candidates/0", ""), "x at_capacity");
	ck_assert_str_eq(js_str_or(matched, "/candidates/1", ""), "y eligible");
	ck_assert_int_eq(js_int_or(matched, "/eligible", 0), 1);
	ck_assert_int_eq(js_int_or(matched, "/refused/at_capacity", 0), 1);
	kit_free(&k);
}
END_TEST

/* Of many members some are shown, the one who is asked among them. */
START_TEST(the_chosen_one_is_shown)
{
	struct kit k = kit_new();
	char name[16], members[512] = "{\"members\":[";
	const json_t *matched;

	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "w%02d", i);
		kit_set(&k, CFG_WORKER, name, i < 29 ? "{\"paused\":true}" : "{}");
		snprintf(members + strlen(members), sizeof(members) - strlen(members), "%s\"%s\"",
		         i ? "," : "", name);
	}
	snprintf(members + strlen(members), sizeof(members) - strlen(members), "]}");
	kit_set(&k, CFG_POOL, "many", members);
	kit_set(&k, CFG_CHAIN, "c", "{\"levels\":[{\"agentId\":\"many\",\"timeoutSeconds\":300}]}");
	kit_trigger(&k, "alice", "{\"chain\":\"c\",\"reason\":\"disk\"}");
	matched = json_object_get(json_array_get(k.events, json_array_size(k.events) - 2), "data");
	ck_assert_str_eq(js_str_or(matched, "/worker", ""), "w29");
	ck_assert_str_eq(js_str_or(matched, "/candidates/0", ""), "w29 eligible");
	ck_assert_uint_eq(json_array_size(json_object_get(matched, "candidates")), 16);
	ck_assert_int_eq(js_int_or(matched, "/refused/paused", 0), 29);
	kit_free(&k);
}
END_TEST

/* A login name is a worker when the worker's document says so. */
START_TEST(the_requester_by_another_name)
{
	struct kit k = kit_new();

	kit_set(&k, CFG_WORKER, "x", "{\"user\":\"xavier\"}");
	kit_set(&k, CFG_WORKER, "y", "{\"user\":\"yves\"}");
	kit_set(&k, CFG_POOL, "pair", "{\"members\":[\"x\",\"y\"]}");
	kit_set(&k, CFG_LANE, "l",
	        "{\"pools\":[\"pair\"],\"offers\":{\"mode\":\"claim\",\"atOnce\":2}}");
	kit_set(&k, CFG_CHAIN, "c", "{\"levels\":[{\"agentId\":\"pair\",\"timeoutSeconds\":300}]}");
	int a = kit_trigger(&k, "xavier", "{\"er\":1,\"lane\":\"l\",\"title\":\"mine\"}");
	kit_story_is(&k, a, "task.offered", "+0 offered y \n");
	ck_assert_int_eq(kit_say(&k, a, "x", "accept", "{}"), -1);
	int b = kit_trigger(&k, "xavier", "{\"chain\":\"c\",\"reason\":\"mine\"}");
	kit_story_is(&k, b, "task.offered", "+0 offered y \n");
	/* who acknowledges without a name is the worker whose login it is */
	ck_assert_int_eq(kit_say(&k, b, "yves", "acknowledge", "{}"), 0);
	ck_assert_str_eq(kit_view_text(&k, b, "/escalation/acknowledgements/0/worker"), "y");
	kit_free(&k);
}
END_TEST

static void a_full_day(struct kit *k)
{
	busy_people(k);
	kit_set(k, CFG_WORKER, "day", day_worker);
	kit_set(k, CFG_CHAIN, "only",
	        "{\"levels\":[{\"agentId\":\"day\",\"timeoutSeconds\":86400}]}");
	kit_trigger(k, "alice", "{\"chain\":\"only\",\"reason\":\"disk\"}");
	int first = kit_trigger(k, "alice", BUSY);
	for (int i = 0; i < 4; i++)
		kit_trigger(k, "alice", BUSY);
	kit_after(k, 120 * SECOND);
	ck_assert_int_eq(kit_say(k, first, "x", "resolve", "{\"resolution\":\"done\"}"), 0);
	kit_after(k, 400 * SECOND);
	ck_assert_int_eq(kit_say(k, first + 1, "y", "acknowledge", "{}"), 0);
	kit_after(k, 20 * HOUR);
}

START_TEST(restart_after_any_decision)
{
	struct kit plain = kit_new();

	a_full_day(&plain);
	ck_assert_int_gt(plain.decisions, 20);
	kit_same_after_restarts(&plain, a_full_day);
	kit_free(&plain);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("engine_chain_room");
	TCase *tc = tcase_create("room");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, no_room_is_waited_for);
	tcase_add_test(tc, a_full_level_ends_at_its_time);
	tcase_add_test(tc, out_of_hours_is_not_there);
	tcase_add_test(tc, why_somebody_was_asked);
	tcase_add_test(tc, the_chosen_one_is_shown);
	tcase_add_test(tc, the_requester_by_another_name);
	tcase_add_test(tc, restart_after_any_decision);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return kit_run(suite());
}
