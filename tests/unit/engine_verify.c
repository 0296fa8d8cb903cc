/* Answers on their way through the six stages: held, reviewed, gold, suspended; after any restart
   the same. */
#include "base/mem.h"
#include "engine/reputation.h"
#include "engine_verify_desk.h"

/* ---- stories; each is told again with a restart behind every decision ---- */

static void plain(struct kit *k)
{
	desk(k, "{}");
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	ck_assert_str_eq(state_of(k, t), "completed");
	all_six(k, t);
}

static void two_agree(struct kit *k)
{
	desk(k, "{\"minOverlap\":2,\"maxOverlap\":3,\"consensus\":\"majority\"}");
	int t = desk_submit(k, "r", "");
	char first[64];
	snprintf(first, sizeof(first), "%s", answer(k, t, yes));
	ck_assert_ptr_nonnull(kit_task(k, t));
	ck_assert(desk_has(k, t, first, AS_HELD));
	ck_assert_int_eq(kit_say(k, t, first, "answer", no), -1);
	ck_assert_str_ne(answer(k, t, yes), first);
	ck_assert_str_eq(state_of(k, t), "completed");
	all_six(k, t);
	ck_assert_int_eq(checks(k, t, "task.check_passed", "consensus"), 2);
	const struct skill *s = reputation_skill(k->w, world_lane(k->w, "l", 0),
	                                         world_find_crew(k->w, first));
	ck_assert(s->anomaly.looks[ANOMALY_DISAGREEMENT] > 0);
}

static void third_decides(struct kit *k)
{
	desk(k,
	     "{\"minOverlap\":2,\"maxOverlap\":3,\"consensus\":\"majority\","
	     "\"confidence\":\"0.6\"}");
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	answer(k, t, no);
	ck_assert_str_eq(state_of(k, t), "offered");
	answer(k, t, yes);
	ck_assert_str_eq(state_of(k, t), "completed");
	ck_assert_int_eq(checks(k, t, "task.check_passed", "consensus"), 2);
	ck_assert_int_eq(checks(k, t, "task.check_failed", "consensus"), 1);
	ck_assert_str_eq(kit_view_text(k, t, "/result/worker"),
	                 kit_view_text(k, t, "/answers/0/worker"));
}

static void disagreement_fails(struct kit *k)
{
	desk(k, "{\"minOverlap\":2,\"maxOverlap\":2,\"consensus\":\"majority\","
	        "\"confidence\":\"0.9\",\"onFail\":{\"consensus\":\"fail\"}}");
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	answer(k, t, no);
	ck_assert_str_eq(state_of(k, t), "failed");
}

/* What becomes of answers that stay below the lane's confidence, where it does not say. */
static void disagreement_breaks_a_promise(struct kit *k)
{
	desk(k, "{\"minOverlap\":2,\"maxOverlap\":2,\"confidence\":\"0.99\"}");
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	answer(k, t, no);
	ck_assert_str_eq(state_of(k, t), "failed");
}

static void disagreement_is_marked(struct kit *k)
{
	desk(k, "{\"minOverlap\":2,\"maxOverlap\":2,\"consensus\":\"majority\"}");
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	answer(k, t, no);
	ck_assert_str_eq(state_of(k, t), "completed");
	ck_assert(json_is_true(js_at(k->view[t], "/result/agreement/tie")));
	ck_assert(json_is_true(js_at(k->view[t], "/result/agreement/unsure")));
}

static void rule_fails_and_is_met(struct kit *k)
{
	desk(k, "{\"rules\":[{\"name\":\"must-be-ok\",\"field\":\"/ok\",\"message\":\"say yes\","
	        "\"logic\":{\"==\":[{\"var\":\"answer.ok\"},true]}}]}");
	int t = desk_submit(k, "r", "");
	char who[64];
	snprintf(who, sizeof(who), "%s", answer(k, t, no));
	ck_assert_str_eq(state_of(k, t), "started");
	ck_assert_str_eq(kit_view_text(k, t, "/answers/0/rejected/0/message"), "say yes");
	ck_assert_int_eq(kit_say(k, t, who, "answer", yes), 0);
	ck_assert_str_eq(state_of(k, t), "completed");
	all_six(k, t);
}

static void rule_reroutes(struct kit *k)
{
	desk(k,
	     "{\"rules\":[{\"name\":\"r\",\"logic\":{\"var\":\"answer.ok\"}}],"
	     "\"onFail\":{\"rules\":\"reroute\"}}");
	int t = desk_submit(k, "r", "");
	char who[64];
	snprintf(who, sizeof(who), "%s", answer(k, t, no));
	ck_assert(desk_has(k, t, who, AS_ENDED));
	ck_assert_str_ne(answer(k, t, no), who);
	answer(k, t, no);
	ck_assert_str_eq(state_of(k, t), "failed"); /* attempts are bounded */
}

static int review_of(const struct kit *k, int task)
{
	char id[ID_TEXT_MAX];

	id_format(&k->ids[task], "task_", id);
	for (int i = k->n_tasks - 1; i >= 0; i--)
		if (strcmp(js_str_or(k->created[i], "/reviews", ""), id) == 0)
			return i;
	ck_abort_msg("no review");
	return -1;
}

static const char reviewed[] = "{\"qa\":{\"lane\":\"review\",\"rate\":\"1\"}}";

static void review_confirms(struct kit *k)
{
	desk(k, reviewed);
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	ck_assert_str_eq(state_of(k, t), "submitted");
	int q = review_of(k, t);
	ck_assert_int_eq(kit_say(k, t, "ana", "answer", yes), -1);
	answer(k, q, "{\"answer\":{\"verdict\":\"confirm\"}}");
	ck_assert_str_eq(state_of(k, t), "completed");
	all_six(k, t);
	all_six(k, q);
}

static void disagreement_is_reviewed(struct kit *k)
{
	desk(k, "{\"minOverlap\":2,\"maxOverlap\":2,\"qa\":{\"lane\":\"review\",\"rate\":\"0\"}}");
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	answer(k, t, no);
	ck_assert_str_eq(state_of(k, t), "submitted");
	answer(k, review_of(k, t), "{\"answer\":{\"verdict\":\"confirm\"}}");
	ck_assert_str_eq(state_of(k, t), "completed");
	ck_assert_ptr_null(js_at(k->view[t], "/result/agreement/unsure"));
}

static void review_corrects(struct kit *k)
{
	desk(k, reviewed);
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	answer(k, review_of(k, t),
	       "{\"answer\":{\"verdict\":\"correct\",\"answer\":{\"ok\":false}}}");
	ck_assert_str_eq(state_of(k, t), "completed");
	ck_assert(json_is_false(js_at(desk_last(k, "task.verified"), "/data/answer/ok")));
}

/* A correction has the task's own schema to meet. */
static void review_must_be_an_answer(struct kit *k)
{
	desk(k, reviewed);
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	int q = review_of(k, t);
	const char *who =
	    answer(k, q, "{\"answer\":{\"verdict\":\"correct\",\"answer\":{\"ok\":7}}}");
	ck_assert_str_eq(state_of(k, q), "started");
	ck_assert_int_eq(kit_say(k, q, who, "answer", "{\"answer\":{\"verdict\":\"confirm\"}}"), 0);
	ck_assert_str_eq(state_of(k, t), "completed");
}

static void review_rejects(struct kit *k)
{
	desk(k, reviewed);
	int t = desk_submit(k, "r", "");
	char who[64];
	snprintf(who, sizeof(who), "%s", answer(k, t, yes));
	answer(k, review_of(k, t), "{\"answer\":{\"verdict\":\"reject\",\"reason\":\"no\"}}");
	ck_assert(desk_has(k, t, who, AS_ENDED));
	ck_assert_str_ne(answer(k, t, no), who);
	answer(k, review_of(k, t), "{\"answer\":{\"verdict\":\"confirm\"}}");
	ck_assert_str_eq(state_of(k, t), "completed");
}

/* Nobody who answered reviews; nobody at all: another is asked, then the answer does not pass. */
static void review_is_not_done(struct kit *k)
{
	desk(k, reviewed);
	kit_set(k, CFG_WORKER, "bo", "{\"kind\":\"human\",\"paused\":true}");
	kit_set(k, CFG_WORKER, "cy", "{\"kind\":\"human\",\"paused\":true}");
	kit_set(k, CFG_WORKER, "di", "{\"kind\":\"human\",\"paused\":true}");
	int t = desk_submit(k, "r", "");
	ck_assert_str_eq(answer(k, t, yes), "ana");
	int q = review_of(k, t);
	ck_assert_str_eq(asked(k, q), "eva");
	kit_after(k, 5 * HOUR); /* it expires after four */
	ck_assert_str_eq(state_of(k, q), "expired");
	ck_assert_str_eq(state_of(k, t), "submitted");
	ck_assert_int_ne(review_of(k, t), q);
	kit_after(k, 4 * HOUR); /* the task itself expires */
	ck_assert_str_eq(state_of(k, t), "expired");
}

/* Nobody reviews what was cancelled. */
static void review_is_moot(struct kit *k)
{
	desk(k, reviewed);
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	int q = review_of(k, t);
	ck_assert_int_eq(kit_say(k, t, "r", "cancel", "{}"), 0);
	ck_assert_str_eq(state_of(k, t), "cancelled");
	ck_assert_str_eq(state_of(k, q), "cancelled");
}

/* Two of three must approve, one of them a senior; a veto would end it. */
static void quorum(struct kit *k)
{
	desk(k, "{\"minOverlap\":2,\"maxOverlap\":4,\"approval\":{\"field\":\"/ok\","
	        "\"approve\":[true],\"quorum\":2,\"groups\":[{\"pool\":\"seniors\","
	        "\"quorum\":1}]}}");
	int t = desk_submit(k, "r", ""), n = 0, senior = 0;
	while (kit_task(k, t)) {
		senior |= strcmp(answer(k, t, yes), "ana") == 0;
		n++;
	}
	ck_assert(senior && n >= 2);
	ck_assert_str_eq(state_of(k, t), "completed");
	all_six(k, t);
}

static void veto(struct kit *k)
{
	desk(k, "{\"minOverlap\":2,\"maxOverlap\":4,\"approval\":{\"field\":\"/ok\","
	        "\"approve\":[true],\"quorum\":2,\"veto\":true}}");
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	answer(k, t, no);
	ck_assert_str_eq(state_of(k, t), "completed");
	ck_assert(json_is_false(js_at(k->view[t], "/result/answer/ok")));
}

/* Enough who approve, none of them a senior: that is no approval, though nobody said no. */
static void quorum_of_a_group_is_missing(struct kit *k)
{
	desk(k, "{\"minOverlap\":2,\"maxOverlap\":2,\"approval\":{\"field\":\"/ok\","
	        "\"approve\":[true],\"quorum\":2,\"groups\":[{\"pool\":\"seniors\","
	        "\"quorum\":1}]}}");
	kit_set(k, CFG_POOL, "p", "{\"members\":[\"bo\",\"cy\",\"di\"]}");
	int t = desk_submit(k, "r", "");
	answer(k, t, yes);
	answer(k, t, yes);
	ck_assert_str_eq(state_of(k, t), "failed");
}

/* Numbers by the median, the others field by field. */
static void numbers_and_fields(struct kit *k)
{
	desk(k,
	     "{\"minOverlap\":3,\"maxOverlap\":3,\"confidence\":\"0.6\","
	     "\"consensus\":\"majority\"}");
	int t = desk_submit(k, "r",
	                    "\"schema\":{\"type\":\"object\","
	                    "\"properties\":{\"n\":{\"type\":\"integer\"},"
	                    "\"ok\":{\"type\":\"boolean\"}},\"required\":[\"n\",\"ok\"]}");
	answer(k, t, "{\"answer\":{\"n\":4,\"ok\":true}}");
	answer(k, t, "{\"answer\":{\"n\":900,\"ok\":true}}");
	answer(k, t, "{\"answer\":{\"n\":5,\"ok\":false}}");
	ck_assert_str_eq(state_of(k, t), "completed");
	ck_assert_int_eq((int)js_int_or(k->view[t], "/result/answer/n", 0), 5);
	ck_assert(json_is_true(js_at(k->view[t], "/result/answer/ok")));
}

static void programs_judge(struct kit *k)
{
	desk(k, "{\"programs\":[{\"name\":\"p\",\"command\":[\"p\"]}]}");
	int t = desk_submit(k, "r", "");
	char body[256], who[64];
	snprintf(who, sizeof(who), "%s", answer(k, t, yes));
	ck_assert_str_eq(state_of(k, t), "submitted");
	snprintf(body, sizeof(body), "{\"worker\":\"%s\",\"attempt\":1,\"passed\":false,"
	         "\"reasons\":[{\"instance\":\"/ok\",\"message\":\"no\"}]}", who);
	ck_assert_msg(kit_say(k, t, "erd", "checked", body) == 0, "%s", k->refused.msg);
	ck_assert_str_eq(state_of(k, t), "started");
	ck_assert_int_eq(kit_say(k, t, "erd", "checked", body), -1);
	ck_assert_int_eq(kit_say(k, t, who, "answer", yes), 0);
	snprintf(body, sizeof(body), "{\"worker\":\"%s\",\"attempt\":2,\"passed\":true}", who);
	ck_assert_int_eq(kit_say(k, t, "erd", "checked", body), 0);
	ck_assert_str_eq(state_of(k, t), "completed");
	all_six(k, t);
	const struct skill *s = reputation_skill(k->w, world_lane(k->w, "l", 0),
	                                         world_find_crew(k->w, who));
	ck_assert(s->n_voters == 1 && s->voters[0].seen == 1); /* the crowd has learned of it */
}

/* A reviewer overturns: the record goes on from there. */
static void dispute_corrects(struct kit *k)
{
	struct standing before, after;

	desk(k, "{\"qa\":{\"lane\":\"review\",\"rate\":\"0\"}}");
	int t = desk_submit(k, "r", "");
	char who[64], body[512];
	snprintf(who, sizeof(who), "%s", answer(k, t, yes));
	reputation_of(k->w, "l", who, &before);
	for (int honest = 0; honest < 2; honest++) { /* only the lane that reviews may */
		snprintf(body, sizeof(body), "{\"er\":1,\"lane\":\"%s\",\"title\":\"d\","
		         "\"disputes\":\"task_x\",\"metadata\":{\"disputed\":{\"lane\":\"l\","
		         "\"worker\":\"%s\",\"accepted\":true}}}",
		         honest ? "review" : "l", who);
		int q = kit_trigger(k, "r", body);
		ck_assert_int_eq(desk_count(k, "worker.corrected"), 0);
		answer(k, q, honest ? "{\"answer\":{\"verdict\":\"overturn\"}}"
		                    : "{\"answer\":{\"verdict\":\"overturn\",\"ok\":true}}");
	}
	ck_assert_int_eq(desk_count(k, "worker.corrected"), 1);
	reputation_of(k->w, "l", who, &after);
	ck_assert(after.mean_micro < before.mean_micro);
}

static int gold_task(const struct kit *k)
{
	for (int i = k->n_tasks - 1; i >= 0; i--)
		if (json_object_get(k->created[i], "gold") && kit_task(k, i))
			return i;
	return -1;
}

/* Wrong at every gold task: out, with what is held; an operator lets the worker in again. */
/* The truth of a known answer, by the number of its category, as it went to be learned. */
static json_int_t learned_truth(const struct kit *k, int task)
{
	char id[ID_TEXT_MAX];

	id_format(&k->ids[task], "task_", id);
	for (size_t i = 0; i < json_array_size(k->events); i++) {
		const json_t *ev = json_array_get(k->events, i);
		if (strcmp(js_str_or(ev, "/task", ""), id) == 0 && js_at(ev, "/data/learn/truth/0"))
			return js_int_or(ev, "/data/learn/truth/0", -1);
	}
	return -2;
}

static void gold_suspends(struct kit *k)
{
	char doc[256], name[32];
	int golds = 0;

	desk(k,
	     "{\"minOverlap\":1,\"maxOverlap\":1,\"gold\":{\"rate\":\"0.5\",\"floor\":\"0.8\"},"
	     "\"anomaly\":{\"alpha\":\"0\"}}");
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "g%d", i);
		snprintf(doc, sizeof(doc), "{\"lane\":\"l\",\"body\":{\"er\":1,\"lane\":\"l\","
		         "\"title\":\"t\"},\"answer\":{\"ok\":true}}");
		kit_set(k, CFG_GOLD, name, doc);
	}
	kit_set(k, CFG_POOL, "p", "{\"members\":[\"ana\"]}");
	while (!desk_last(k, "worker.suspended")) {
		ck_assert_int_lt(k->n_tasks, KIT_TASKS - 4);
		answer(k, desk_submit(k, "r", ""), no);
		kit_after(k, 2 * MINUTE);
		int g = gold_task(k);
		if (g < 0 || desk_last(k, "worker.suspended"))
			continue;
		ck_assert_str_eq(js_str_or(k->view[g], "/from", ""), "er/gold");
		answer(k, g, no);
		ck_assert_str_eq(state_of(k, g), "completed");
		all_six(k, g);
		/* the last value of the schema is one like the others */
		ck_assert_int_eq(learned_truth(k, g), 1);
		golds++;
	}
	ck_assert_int_lt(golds, 15);
	ck_assert_int_gt(golds, 2);
	int t = desk_submit(k, "r", "");
	ck_assert_ptr_null(asked(k, t));
	const json_t *queued = desk_last(k, "task.queued");
	int64_t refused = js_int_or(queued, "/data/refused/suspended", 0);
	ck_assert_int_eq(js_int_or(queued, "/data/reasons/suspended", refused), 1);
	char msg[ID_TEXT_MAX], text[512];
	struct id raw;
	id_from_seq(&raw, T0, 1, ++k->msgs);
	snprintf(text, sizeof(text),
	         "{\"er\":1,\"type\":\"reinstate\",\"id\":\"%s\",\"from\":\"op\","
	         "\"body\":{\"worker\":\"ana\",\"lane\":\"l\"}}", id_format(&raw, "msg_", msg));
	ck_assert_msg(kit_message(k, text) == 0, "%s", k->refused.msg);
	ck_assert_str_eq(asked(k, t), "ana");
}

/* ---- each of them ---- */

static void (*const stories[])(struct kit *) = {
	plain, two_agree, third_decides, disagreement_fails, disagreement_breaks_a_promise,
	disagreement_is_marked, disagreement_is_reviewed, rule_fails_and_is_met, rule_reroutes,
	review_confirms, review_corrects, review_must_be_an_answer, review_rejects,
	review_is_not_done, review_is_moot, quorum, quorum_of_a_group_is_missing, veto,
	numbers_and_fields, programs_judge, dispute_corrects, gold_suspends};

START_TEST(story)
{
	struct kit k = kit_new();

	stories[_i](&k);
	long decisions = k.decisions;
	kit_free(&k);
	const char *rounds = getenv("ER_ROUNDS"); /* fewer where each is dear */
	long most = rounds ? 4 * strtol(rounds, NULL, 10) : 40;
	long step = decisions > most && most > 0 ? decisions / most : 1;
	for (int journal = 0; journal < 2; journal++) {
		for (long at = 0; at < decisions; at += step) {
			struct kit again = kit_new();
			again.restart_at = at;
			again.from_journal = journal;
			stories[_i](&again);
			kit_free(&again);
		}
	}
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("stories");

	tcase_add_loop_test(t, story, 0, (int)NITEMS(stories));
	return desk_main("verify", t);
}
