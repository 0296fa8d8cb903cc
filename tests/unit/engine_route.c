/* engine: who is asked, and why nobody is. */
#include "engine_desk.h"

static struct kit k;

static void setup(void)
{
	k = kit_new();
}

static void teardown(void)
{
	kit_free(&k);
}

static void worker(const char *name, const char *doc)
{
	kit_set(&k, CFG_WORKER, name, doc);
}

static void lane(const char *members, const char *more)
{
	char doc[1024];

	snprintf(doc, sizeof(doc), "{\"members\":[%s]}", members);
	kit_set(&k, CFG_POOL, "p", doc);
	snprintf(doc, sizeof(doc),
	         "{\"pools\":[\"p\"],\"slaSeconds\":3600,\"offerSeconds\":3000,"
	         "\"scoring\":{\"explore\":\"0\"}%s}",
	         more);
	kit_set(&k, CFG_LANE, "l", doc);
}

static const char *asked(int task)
{
	const struct task *t = kit_task(&k, task);
	const struct assign *a = t ? task_live_assign(t, NULL) : NULL;

	return a ? a->worker->name : "nobody";
}

START_TEST(levels_of_skills)
{
	worker("ana", "{\"skills\":[\"law\"]}");
	worker("ben", "{\"skills\":[{\"name\":\"law\",\"level\":3}],\"rating\":\"1\"}");
	lane("\"ana\",\"ben\"", "");
	desk_submit(&k, "x", "\"requirements\":{\"skills\":[\"law\"]}");
	ck_assert_str_eq(asked(0), "ana");
	desk_submit(&k, "x", "\"requirements\":{\"skills\":[{\"name\":\"law\",\"level\":2}]}");
	ck_assert_str_eq(asked(1), "ben");
}
END_TEST

/* A certification ends while the task waits, and another begins to count when it is renewed. */
START_TEST(certifications_expire)
{
	worker("ana",
	       "{\"certifications\":[{\"name\":\"soc\",\"expires\":\"2026-03-31T20:10:00Z\"}],"
	       "\"capacity\":1}");
	lane("\"ana\"", ",\"requirements\":{\"certifications\":[\"soc\"]}");
	desk_submit(&k, "x", "");
	ck_assert_str_eq(asked(0), "ana");
	desk_submit(&k, "x", ""); /* waits for her */
	ck_assert_int_eq(desk_count(&k, "task.queued"), 2);
	kit_after(&k, 600 * SECOND);
	const json_t *said = desk_last(&k, "task.queued"); /* at that instant nobody can */
	ck_assert_int_eq(js_int_or(said, "/data/reasons/lacks_certifications", 0), 1);
	ck_assert_str_eq(js_str_or(said, "/at", ""), "2026-03-31T20:10:00.000Z");
	ck_assert_int_eq(desk_ok(&k, 0, "ana", "answer"), 0); /* what she has she may finish */
	ck_assert_str_eq(asked(1), "nobody");
	worker("ana", "{\"certifications\":[\"soc\"],\"capacity\":1}");
	ck_assert_str_eq(asked(1), "ana");
}
END_TEST

/* Said once, at once, with what would help; taken when a document changes. */
START_TEST(nobody_can_take_it)
{
	worker("ana", "{\"skills\":[\"law\"]}");
	worker("ben", "{\"paused\":true}");
	lane("\"ana\",\"ben\",\"cho\"", "");
	desk_submit(&k, "ana", "\"requirements\":{\"skills\":[\"law\"]}");
	const json_t *said = desk_last(&k, "task.queued");
	ck_assert_int_eq(js_int_or(said, "/data/reasons/is_the_requester", 0), 1);
	ck_assert_int_eq(js_int_or(said, "/data/reasons/paused", 0), 1);
	ck_assert_int_eq(js_int_or(said, "/data/reasons/no_such_worker", 0), 1);
	ck_assert_uint_eq(json_array_size(js_at(said, "/data/wouldHelp")), 3);
	kit_after(&k, 600 * SECOND);
	ck_assert_int_eq(desk_count(&k, "task.queued"), 2);
	worker("ben", "{}"); /* not that skill */
	ck_assert_str_eq(asked(0), "nobody");
	worker("ben", "{\"skills\":[\"law\"]}");
	ck_assert_str_eq(asked(0), "ben");
}
END_TEST

/* Also while all who could take others of its kind are busy. */
START_TEST(nobody_though_others_are_busy)
{
	worker("ana", "{\"capacity\":1}");
	lane("\"ana\"", "");
	desk_submit(&k, "x", "");
	desk_submit(&k, "x", "");
	ck_assert_ptr_null(js_at(desk_last(&k, "task.queued"), "/data/reasons"));
	desk_submit(&k, "ana", "");
	ck_assert_int_eq(
	    js_int_or(desk_last(&k, "task.queued"), "/data/reasons/is_the_requester", 0), 1);
}
END_TEST

START_TEST(our_own_first)
{
	worker("ana", "{\"capacity\":1,\"rating\":\"1\"}");
	worker("ext", "{\"external\":true}");
	kit_set(&k, CFG_POOL, "h", "{\"kind\":\"hybrid\",\"members\":[\"ana\",\"ext\"]}");
	kit_set(&k, CFG_LANE, "l", "{\"pools\":[\"h\"],\"scoring\":{\"explore\":\"0.5\"}}");
	desk_submit(&k, "x", "\"policy\":{\"confidentiality\":\"internal_only\"}");
	ck_assert_str_eq(asked(0), "ana");
	desk_submit(&k, "x", "\"policy\":{\"confidentiality\":\"internal_only\"}");
	ck_assert_str_eq(asked(1), "nobody");
	desk_submit(&k, "x", "\"policy\":{\"confidentiality\":\"internal_first\"}");
	ck_assert_str_eq(asked(2), "ext"); /* ana is busy */
	desk_ok(&k, 0, "ana", "answer");
	ck_assert_str_eq(asked(1), "ana");
	desk_ok(&k, 1, "ana", "answer");
	desk_submit(&k, "x", "\"policy\":{\"confidentiality\":\"internal_first\"}");
	ck_assert_str_eq(asked(3), "ana");
}
END_TEST

/* Also of many external ones the best is asked, not the first few by name. */
START_TEST(best_of_many_external)
{
	struct buf members = BUF_INIT;

	for (int i = 10; i < 50; i++) {
		char name[8];
		snprintf(name, sizeof(name), "w%d", i);
		worker(name, i == 43 ? "{}" : "{\"rating\":\"4.9\"}");
		buf_addf(&members, "%s\"%s\"", i > 10 ? "," : "", name);
	}
	lane(buf_str(&members), "");
	buf_addf(&members, "]}");
	char *names = buf_detach(&members);
	buf_addf(&members, "{\"kind\":\"external\",\"members\":[%s", names);
	kit_set(&k, CFG_POOL, "p", buf_str(&members));
	desk_submit(&k, "x", "\"policy\":{\"confidentiality\":\"internal_first\"}");
	ck_assert_str_eq(asked(0), "w43");
	buf_release(&members);
	free(names);
}
END_TEST

START_TEST(restricted_to_names)
{
	worker("ana", "{}");
	worker("ben", "{\"rating\":\"1\"}");
	lane("\"ana\",\"ben\"", "");
	desk_submit(&k, "x",
	            "\"policy\":{\"confidentiality\":\"restricted\",\"workers\":[\"ben\"]}");
	ck_assert_str_eq(asked(0), "ben");
	desk_submit(&k, "x",
	            "\"policy\":{\"confidentiality\":\"restricted\",\"workers\":[\"zoe\"]}");
	ck_assert_str_eq(asked(1), "nobody");
	ck_assert_int_eq(js_int_or(desk_last(&k, "task.queued"), "/data/reasons/not_named", 0), 2);
}
END_TEST

START_TEST(risk_raises_the_floor)
{
	worker("ana", "{\"trustLevel\":1}");
	worker("ben", "{\"trustLevel\":4,\"rating\":\"1\"}");
	lane("\"ana\",\"ben\"",
	     ",\"risk\":{\"high\":{\"trustLevel\":3},\"critical\":{\"trustLevel\":5}}");
	desk_submit(&k, "x", "\"riskTier\":\"low\"");
	desk_submit(&k, "x", "\"riskTier\":\"high\"");
	desk_submit(&k, "x", "\"riskTier\":\"critical\"");
	ck_assert_str_eq(asked(0), "ana");
	ck_assert_str_eq(asked(1), "ben");
	ck_assert_str_eq(asked(2), "nobody");
}
END_TEST

/* Whoever is away is stood in for; both names are in the journal; circles lead nowhere. */
START_TEST(delegates)
{
	worker("ana",
	       "{\"away\":[{\"from\":\"2026-03-31T20:10:00Z\",\"until\":\"2026-03-31T20:20:00Z\","
	       "\"delegate\":\"ben\"}]}");
	worker("ben", "{\"skills\":[\"law\"]}");
	lane("\"ana\"", "");
	desk_submit(&k, "x", "");
	ck_assert_str_eq(asked(0), "ana");
	kit_after(&k, 600 * SECOND);
	desk_submit(&k, "x", "");
	ck_assert_str_eq(asked(1), "ben");
	ck_assert_str_eq(js_str_or(desk_last(&k, "task.offered"), "/data/for", ""), "ana");
	worker("ben",
	       "{\"away\":[{\"from\":\"2026-03-31T20:10:00Z\",\"until\":\"2026-03-31T20:15:00Z\","
	       "\"delegate\":\"ana\"}]}");
	desk_submit(&k, "x", "");
	ck_assert_str_eq(asked(2), "nobody");
	ck_assert_int_eq(js_int_or(desk_last(&k, "task.queued"), "/data/reasons/away", 0), 1);
	kit_after(&k, 300 * SECOND); /* ben is back and stands in again */
	ck_assert_str_eq(asked(2), "ben");
}
END_TEST

START_TEST(hours)
{
	kit_set(&k, CFG_ZONE, "Test/Plus2", "{\"offset\":7200}");
	worker("ana", "{\"hours\":{\"zone\":\"Test/Plus2\",\"weekly\":{\"tue\":[\"21:00-22:30\"],"
	              "\"wed\":[\"08:00-12:00\"]}}}"); /* it is Tuesday, 22:00 there */
	lane("\"ana\"", "");
	desk_submit(&k, "x", "");
	ck_assert_str_eq(asked(0), "ana");
	kit_after(&k, 1800 * SECOND);
	desk_submit(&k, "x", "\"sla\":{\"seconds\":86400}");
	ck_assert_str_eq(asked(1), "nobody");
	kit_after(&k, 9 * HOUR + 1799 * SECOND);
	ck_assert_str_eq(asked(1), "nobody");
	kit_after(&k, SECOND); /* 08:00 on Wednesday */
	ck_assert_str_eq(asked(1), "ana");
}
END_TEST

/* Of two who are alike on paper the one who is quick, answers and is right is asked. */
START_TEST(learns_who_is_good)
{
	worker("ana", "{}");
	worker("ben", "{}");
	lane("\"ana\",\"ben\"", "");
	for (int i = 0; i < 3; i++) {
		int n = desk_submit(&k, "x", "");
		ck_assert_str_eq(asked(n), "ana"); /* by name while nothing is known, then... */
		desk_ok(&k, n, "ana", "decline");
		ck_assert_str_eq(asked(n), "ben");
		desk_ok(&k, n, "ben", "start");
		kit_after(&k, 300 * SECOND);
		desk_ok(&k, n, "ben", "answer");
		if (i == 0)
			break;
	}
	ck_assert_str_eq(asked(desk_submit(&k, "x", "")), "ben");
	const json_t *m = desk_last(&k, "task.matched");
	int best = 0, other = 0;
	ck_assert_int_eq(sscanf(js_str_or(m, "/data/candidates/0", ""), "ben eligible %d", &best),
	                 1);
	ck_assert_int_eq(sscanf(js_str_or(m, "/data/candidates/1", ""), "ana eligible %d", &other),
	                 1);
	ck_assert_int_gt(best, other);
}
END_TEST

START_TEST(cost_and_load_count)
{
	worker("ana", "{\"costUsd\":\"5\"}");
	worker("ben", "{\"costUsd\":\"1\",\"capacity\":2}");
	lane("\"ana\",\"ben\"", ",\"priceUsd\":\"10.00\"");
	desk_submit(&k, "x", "");
	ck_assert_str_eq(asked(0), "ben"); /* cheaper */
	desk_submit(&k, "x", "");
	ck_assert_str_eq(asked(1), "ana"); /* but he does one thing after the other */
}
END_TEST

/* A stated share goes to those who are little known, so that nobody starves. */
START_TEST(exploring)
{
	int theirs = 0;
	char doc[200];

	worker("ana", "{\"capacity\":0}");
	worker("ben", "{\"capacity\":0,\"rating\":\"0\"}");
	lane("\"ana\",\"ben\"", "");
	snprintf(doc, sizeof(doc), "{\"pools\":[\"p\"],\"scoring\":{\"explore\":\"0.2\"}}");
	kit_set(&k, CFG_LANE, "l", doc);
	for (int i = 0; i < 300; i++) {
		k.n_tasks = 0;
		json_decref(k.created[0]);
		json_decref(k.view[0]);
		k.created[0] = k.view[0] = NULL;
		char id[ID_TEXT_MAX], text[300];
		id_from_seq(&k.ids[0], T0, 5, (uint64_t)i);
		k.n_tasks = 1;
		snprintf(text, sizeof(text),
		         "{\"er\":1,\"type\":\"submit\",\"id\":\"%s\",\"from\":\"x\","
		         "\"body\":{\"er\":1,\"lane\":\"l\",\"title\":\"t\"}}",
		         id_format(&k.ids[0], "task_", id));
		ck_assert_int_eq(kit_message(&k, text), 0);
		theirs += strcmp(asked(0), "ben") == 0;
		const json_t *matched = desk_last(&k, "task.matched");
		ck_assert_int_eq(strcmp(asked(0), "ben") == 0,
		                 js_at(matched, "/data/explored") != NULL &&
		                     strcmp(js_str_or(matched, "/data/worker", ""), "ben") == 0);
		desk_ok(&k, 0, asked(0), "answer");
	}
	ck_assert_int_gt(theirs, 15);
	ck_assert_int_lt(theirs, 100);
}
END_TEST

START_TEST(an_estimate_is_given)
{
	worker("ana", "{\"capacity\":1}");
	lane("\"ana\"", "");
	desk_submit(&k, "x", "");
	int64_t first = js_int_or(k.created[0], "/estimatedCompletionMinutes", 0);
	ck_assert_int_eq(first, 21); /* 35 % of the SLA: nothing is known */
	desk_submit(&k, "x", "");
	/* in line */
	ck_assert_int_gt(js_int_or(k.created[1], "/estimatedCompletionMinutes", 0), first);
	const json_t *m = desk_last(&k, "task.matched");
	ck_assert_str_lt(js_str_or(m, "/data/prediction/p50At", ""),
	                 js_str_or(m, "/data/prediction/p90At", ""));
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("route");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, levels_of_skills);
	tcase_add_test(t, certifications_expire);
	tcase_add_test(t, nobody_can_take_it);
	tcase_add_test(t, best_of_many_external);
	tcase_add_test(t, nobody_though_others_are_busy);
	tcase_add_test(t, our_own_first);
	tcase_add_test(t, restricted_to_names);
	tcase_add_test(t, risk_raises_the_floor);
	tcase_add_test(t, delegates);
	tcase_add_test(t, hours);
	tcase_add_test(t, learns_who_is_good);
	tcase_add_test(t, cost_and_load_count);
	tcase_add_test(t, exploring);
	tcase_add_test(t, an_estimate_is_given);
	return desk_main("engine_route", t);
}
