/* engine: what grows without bound elsewhere must not break a task. */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "engine/snapshot.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"
#include "kit.h"

static struct world *w;
static uint64_t seq;
static int64_t now;
static json_t *created;
static size_t longest; /* event */

static int feed(const struct input *in)
{
	struct err err = ERR_INIT;
	struct decision d;
	int rc = decide(w, now, in, &d, &err), drafts = (int)d.n;

	ck_assert_msg(rc == 0, "%s", err.msg);
	for (size_t i = 0; i < d.n; i++) {
		const struct draft *dr = &d.events[i];
		struct event ev = {.type = dr->type, .seq = ++seq, .at_ms = now,
		                   .has_task = dr->has_task,
		                   .task = dr->task, .state = dr->state, .actor = dr->actor,
		                   .data = dr->data};
		struct buf line = BUF_INIT;
		event_encode(&ev, &line);
		longest = line.len > longest ? line.len : longest;
		buf_release(&line);
		if (ev.type == EV_CREATED) {
			json_decref(created);
			created = json_incref(dr->data);
		}
		ck_assert_msg(evolve(w, &ev, &err) == 0, "%s", err.msg);
	}
	if (in->kind == IN_ROUTE && drafts == 0)
		engine_route_failed(w, &in->task, d.class_full);
	decision_release(&d);
	return drafts;
}

static void settle(void)
{
	struct input in;

	while (engine_next(w, now, &in))
		feed(&in);
}

static void config(enum config_kind kind, const char *name, const char *text)
{
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, NULL);
	struct input in = {.kind = IN_CONFIG, .config_kind = kind, .config_name = name,
	                   .config_doc = doc};

	ck_assert_ptr_nonnull(doc);
	feed(&in);
	json_decref(doc);
}

static void say(const char *text, size_t n)
{
	struct err err = ERR_INIT;
	struct message m;
	json_t *doc = js_parse(text, n, &js_limits_message, &err);
	struct input_docs docs;

	ck_assert_msg(doc && message_parse(doc, &m, &err) == 0, "%s", err.msg);
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	if (input_needs(w, &in, &docs))
		in.created = created;
	feed(&in);
	message_release(&m);
	settle();
}

static const struct task *only_task(void)
{
	return world_at(w, 0);
}

static void setup(void)
{
	w = world_new("test");
	seq = 0;
	now = 1770000000000;
	created = NULL;
	longest = 0;
}

static void teardown(void)
{
	json_decref(created);
	world_free(w);
}

static const char submit_text[] =
	"{\"er\":1,\"type\":\"submit\",\"id\":\"task_01J8ZZZZZZZZZZZZZZZZZZZZZZ\",\"from\":\"x\","
	"\"body\":{\"er\":1,\"lane\":\"l\",\"title\":\"t\",\"schema\":{\"type\":\"object\","
	"\"additionalProperties\":{\"items\":{\"type\":\"string\"}}}}}";

/* More workers than a byte can count are asked, one after the other, and a snapshot keeps them. */
START_TEST(many_workers_are_asked)
{
	enum { MANY = 400 };
	struct buf members = BUF_INIT, state = BUF_INIT;
	char name[16];

	buf_adds(&members, "{\"members\":[");
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		config(CFG_WORKER, name, "{\"title\":\"w\"}");
		buf_addf(&members, "%s\"%s\"", i ? "," : "", name);
	}
	buf_adds(&members, "]}");
	config(CFG_POOL, "p", buf_str(&members));
	config(CFG_LANE, "l", "{\"pools\":[\"p\"],\"slaSeconds\":86400,\"offerSeconds\":60}");
	say(submit_text, strlen(submit_text));
	for (int i = 0; i < MANY + 5; i++) {
		now += 60000;
		settle();
	}
	ck_assert_int_eq(only_task()->n_assigns, MANY);
	ck_assert_int_eq(only_task()->state, ST_OFFERED);
	world_save(w, &state);
	world_free(w);
	w = world_new("test");
	ck_assert_int_eq(world_load(w, state.data, state.len, NULL), 0);
	ck_assert_int_eq(only_task()->n_assigns, MANY);
	buf_release(&state);
	buf_release(&members);
}
END_TEST

/* A service is asked like a program, and one that gave up is not asked a second time. */
START_TEST(http_workers_are_asked_once)
{
	static const char start[] =
	    "{\"er\":1,\"type\":\"start\",\"id\":\"msg_01J8ZZZZZZZZZZZZZZZZZZZZZY\","
	    "\"task\":\"task_01J8ZZZZZZZZZZZZZZZZZZZZZZ\",\"from\":\"web\",\"body\":{}}";
	static const char release[] =
	    "{\"er\":1,\"type\":\"release\",\"id\":\"msg_01J8ZZZZZZZZZZZZZZZZZZZZZZ\","
	    "\"task\":\"task_01J8ZZZZZZZZZZZZZZZZZZZZZZ\",\"from\":\"web\",\"body\":{}}";

	config(CFG_WORKER, "web", "{\"kind\":\"http\",\"http\":{\"url\":\"https://x.example/\"}}");
	config(CFG_POOL, "p", "{\"members\":[\"web\",\"zoe\"]}");
	config(CFG_LANE, "l", "{\"pools\":[\"p\"]}");
	say(submit_text, strlen(submit_text));
	ck_assert_int_eq(only_task()->state, ST_OFFERED);
	ck_assert_str_eq(only_task()->assigns[0].worker->name, "web");
	say(start, strlen(start));
	say(release, strlen(release));
	ck_assert_int_eq(only_task()->state, ST_QUEUED);
	config(CFG_WORKER, "zoe", "{\"title\":\"z\"}");
	settle();
	ck_assert_int_eq(only_task()->state, ST_OFFERED);
	ck_assert_str_eq(only_task()->assigns[1].worker->name, "zoe");
}
END_TEST

/* Sixty-four reasons, each with a member name of 900 KB in its pointer. */
START_TEST(reasons_fit_a_journal_line)
{
	struct buf text = BUF_INIT;

	config(CFG_WORKER, "a", "{\"title\":\"a\"}");
	config(CFG_POOL, "p", "{\"members\":[\"a\"]}");
	config(CFG_LANE, "l", "{\"pools\":[\"p\"],\"slaSeconds\":600,\"offerSeconds\":60}");
	say(submit_text, strlen(submit_text));
	buf_adds(&text, "{\"er\":1,\"type\":\"answer\",\"id\":\"msg_01J8ZZZZZZZZZZZZZZZZZZZZZZ\","
	                "\"task\":\"task_01J8ZZZZZZZZZZZZZZZZZZZZZZ\",\"from\":\"a\","
	                "\"body\":{\"answer\":{\"");
	memset(buf_room(&text, 900000), 'k', 900000);
	text.len += 900000;
	buf_adds(&text, "\":[1");
	for (int i = 0; i < 100; i++)
		buf_adds(&text, ",1");
	buf_adds(&text, "]}}}");
	say(text.data, text.len);
	ck_assert_int_eq(only_task()->state, ST_STARTED); /* rejected, back to work */
	ck_assert_int_eq(only_task()->attempts, 1);
	ck_assert_uint_lt(longest, 4 << 20);
	buf_release(&text);
}
END_TEST

/* Thirty tasks that the only worker declined do not hide one that it would take. */
START_TEST(declined_tasks_do_not_hide_others)
{
	char text[400];

	config(CFG_WORKER, "a", "{\"capacity\":1}");
	config(CFG_POOL, "p", "{\"members\":[\"a\"]}");
	config(CFG_LANE, "l", "{\"pools\":[\"p\"],\"slaSeconds\":86400,\"offerSeconds\":600}");
	for (int i = 0; i < 31; i++) {
		snprintf(text, sizeof(text),
		         "{\"er\":1,\"type\":\"submit\","
		         "\"id\":\"task_01J8ZZZZZZZZZZZZZZZZZZZZ%02d\",\"from\":\"%s\","
		         "\"body\":{\"er\":1,\"lane\":\"l\",\"title\":\"t\"}}",
		         i, i == 0 || i == 30 ? "x" : "a");
		say(text, strlen(text));
	}
	ck_assert_int_eq(world_at(w, 0)->state, ST_OFFERED);
	snprintf(text, sizeof(text), "{\"er\":1,\"type\":\"cancel\","
	         "\"id\":\"msg_01J8ZZZZZZZZZZZZZZZZZZZZZZ\","
	         "\"task\":\"task_01J8ZZZZZZZZZZZZZZZZZZZZ00\",\"from\":\"x\",\"body\":{}}");
	say(text, strlen(text));
	ck_assert_int_eq(world_at(w, 30)->state, ST_OFFERED);
	ck_assert_int_eq(world_at(w, 1)->state, ST_QUEUED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_limits");
	TCase *t = tcase_create("limits");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, many_workers_are_asked);
	tcase_add_test(t, http_workers_are_asked_once);
	tcase_add_test(t, reasons_fit_a_journal_line);
	tcase_add_test(t, declined_tasks_do_not_hide_others);
	suite_add_tcase(s, t);
	return kit_run(s);
}
