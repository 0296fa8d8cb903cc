/*
 * Random histories through decide and evolve.  After each: evolving the written events from
 * nothing gives the state that the living world had (so a restart is a replay), a saved and loaded
 * world is the same world, the same inputs give the same events, and every task has walked a
 * path of the transition table to exactly one end; no task waits while somebody is free who
 * could be asked; and whoever is restarted at any moment, from a snapshot or from the journal, does
 * afterwards what would have been done without it.  ER_SEED and ER_ROUNDS choose the histories.
 */
#include "kit.h"
#include "engine_replay_text.h"

enum { STEPS = 600 };

static const char *const workers[] = {"ana", "ben", "cho", "bot", "dot", "eve"};

static const char *const lanes[] = {"general", "fan", "open", "trusted"};

static void set_up(struct sim *s, uint64_t seed, uint64_t restart_rng)
{
	sim_init(s, seed, restart_rng);
	s->workers = workers;
	s->n_workers = NITEMS(workers);
	s->lanes = lanes;
	s->n_lanes = NITEMS(lanes);
	set_config(s, CFG_WORKER, "ana", "{\"capacity\":2,\"skills\":[\"law\"]}");
	set_config(s, CFG_WORKER, "ben", "{\"capacity\":3}");
	set_config(s, CFG_WORKER, "cho", "{\"capacity\":0,\"trustLevel\":5}");
	set_config(s, CFG_WORKER, "bot",
	           "{\"kind\":\"exec\",\"exec\":{\"command\":[\"true\"]},\"capacity\":1}");
	set_config(s, CFG_POOL, "all", "{\"members\":[\"ana\",\"ben\",\"cho\",\"bot\"]}");
	set_config(s, CFG_LANE, "general",
	           "{\"pools\":[\"all\"],\"slaSeconds\":600,\"offerSeconds\":60,"
	           "\"maxAttempts\":2}");
	set_config(s, CFG_ZONE, "Test/Zone", "{\"offset\":3600}");
	set_config(s, CFG_WORKER, "dot",
	           "{\"capacity\":2,\"hours\":{\"zone\":\"Test/Zone\","
	           "\"weekly\":{\"mon\":[\"00:00-03:10\",\"04:00-23:00\"],"
	           "\"tue\":[\"01:00-01:30\"]}},\"costUsd\":\"2\"}");
	set_config(s, CFG_WORKER, "eve",
	           "{\"external\":true,\"away\":[{\"from\":\"2026-02-02T02:45:00Z\",\"until\":"
	           "\"2026-02-02T03:30:00Z\",\"delegate\":\"cho\"}]}");
	set_config(s, CFG_POOL, "mixed",
	           "{\"kind\":\"hybrid\",\"members\":[\"ana\",\"dot\",\"eve\"]}");
	set_config(s, CFG_LANE, "fan",
	           "{\"pools\":[\"all\",\"mixed\"],\"slaSeconds\":300,\"offerSeconds\":40,"
	           "\"offers\":{\"mode\":\"fanOut\",\"atOnce\":3},\"sla\":{\"remindSeconds\":30},"
	           "\"scoring\":{\"explore\":\"0.3\"}}");
	set_config(s, CFG_LANE, "open",
	           "{\"pools\":[\"mixed\"],\"slaSeconds\":400,\"offers\":{\"mode\":\"claim\"},"
	           "\"sla\":{\"onBreach\":\"escalate\",\"escalateTo\":\"all\"}}");
	set_config(s, CFG_LANE, "trusted",
	           "{\"pools\":[\"all\"],\"slaSeconds\":500,\"offers\":{\"autoAssignTrust\":3},"
	           "\"sla\":{\"onBreach\":\"expire\"}}");
}

static void submit_any(struct sim *s)
{
	char members[512];

	snprintf(members, sizeof(members),
	         ",\"requirements\":{%s},\"webhook\":{\"url\":"
	         "\"https://x.example/h\"},\"schema\":{\"type\":\"object\",\"required\":[\"ok\"],"
	         "\"properties\":{\"ok\":{\"type\":\"boolean\"}}}",
	         draw(s, 4) ? "" : draw(s, 2) ? "\"skills\":[\"law\"]" : "\"trustLevel\":5");
	submit(s, draw(s, 3) ? "alice" : "ana", members);
}

static void verb(struct sim *s)
{
	static const char *const verbs[] = {"accept", "decline", "release", "start",
	                                    "block",  "reply",   "comment", "cancel"};
	static const char *const bodies[] = {"{}", "{\"reason\":\"no\"}", "{}", "{}",
	                                     "{\"text\":\"?\"}", "{\"text\":\"!\"}",
	                                     "{\"text\":\"hm\"}", "{}"};

	if (!s->n_tasks)
		return;
	const struct id *task = &s->ids[draw(s, (uint64_t)s->n_tasks)];
	const char *who = workers[draw(s, NITEMS(workers))];
	size_t v = draw(s, NITEMS(verbs) + 4);
	if (v >= NITEMS(verbs))
		say(s, task, who, "answer",
		    draw(s, 2) ? "{\"answer\":{\"ok\":true}}" : "{\"answer\":{\"ok\":\"yes\"}}");
	else if (v == NITEMS(verbs) - 1 && draw(s, 5))
		return; /* cancels are rarer */
	else
		say(s, task, who, verbs[v], bodies[v]);
}

static void run(struct sim *s, uint64_t seed, uint64_t restart_rng)
{
	set_up(s, seed, restart_rng);
	for (int i = 0; i < STEPS; i++) {
		restart(s, 32);
		switch (draw(s, 6)) {
		case 0:
			submit_any(s);
			break;
		case 1:
			s->now += (int64_t)draw(s, 120000);
			settle(s);
			break;
		case 2:
			webhook(s);
			break;
		default:
			verb(s);
		}
	}
}

START_TEST(replay_equals_state)
{
	uint64_t first = env_or("ER_SEED", 1), rounds = env_or("ER_ROUNDS", 7);

	for (uint64_t seed = first; seed < first + rounds; seed++) {
		struct sim a, b;
		run(&a, seed, 0);
		assert_same(a.w, replayed(&a), "replay", seed);
		assert_same(a.w, reloaded(a.w), "snapshot", seed);
		torn_is_refused(a.w);
		run(&b, seed, seed);
		assert_same_journal(&a, &b);
		tear_down(&a);
		tear_down(&b);
	}
}
END_TEST

START_TEST(every_task_ends_when_time_passes)
{
	struct sim s;

	run(&s, 4711, 0);
	pass_time(&s);
	ck_assert_uint_eq(HASH_COUNT(s.w->by_id), 0);
	ck_assert_uint_eq(s.w->closed.n, (size_t)s.n_tasks);
	ck_assert_uint_eq(s.w->timers.n, 0);
	for (uint32_t i = 0; i < s.w->n_crews; i++)
		ck_assert_uint_eq(s.w->crew_at[i]->live, 0);
	tear_down(&s);
}
END_TEST

START_TEST(used_key_with_other_content_is_a_conflict)
{
	struct sim s;
	char text[400], id[ID_TEXT_MAX];
	struct id key;

	set_up(&s, 9, 0);
	id_from_key(&key, "test", "k1");
	s.ids[s.n_tasks++] = key;
	const char *form = "{\"er\":1,\"type\":\"submit\",\"id\":\"%s\",\"from\":\"x\","
	                   "\"key\":\"k1\",\"body\":{\"er\":1,\"lane\":\"general\","
	                   "\"title\":\"%s\"}}";
	snprintf(text, sizeof(text), form, id_format(&key, "task_", id), "one");
	ck_assert_int_eq(send_text(&s, text), 0);
	uint64_t seq = s.seq;
	ck_assert_int_eq(send_text(&s, text), 0);
	ck_assert_uint_eq(s.seq, seq);
	snprintf(text, sizeof(text), form, id, "two");
	ck_assert_int_eq(send_text(&s, text), -1);
	s.now += 100000000;
	settle(&s); /* closed by now: the key stays used */
	seq = s.seq;
	ck_assert_int_eq(send_text(&s, text), -1);
	snprintf(text, sizeof(text), form, id, "one");
	ck_assert_int_eq(send_text(&s, text), 0);
	ck_assert_uint_eq(s.seq, seq);
	tear_down(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_replay");
	TCase *t = tcase_create("histories");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, replay_equals_state);
	tcase_add_test(t, every_task_ends_when_time_passes);
	tcase_add_test(t, used_key_with_other_content_is_a_conflict);
	suite_add_tcase(s, t);
	return kit_run(s);
}
