/*
 * Golden files: for each dialect a request, what the events of its life render to.
 * ER_GOLDEN_UPDATE=1 writes them anew; read the difference before you keep it.
 */
#include "model_kit.h"

#include "base/sha256.h"
#include "model/dialect.h"
#include "model/intake.h"
#include "model/taskview.h"

struct script {
	const char *dialect, *worker, *wrong, *answer;
};

static const struct script scripts[] = {
	{"er", "bo", "{\"eligible\":\"maybe\"}", "{\"eligible\":true,\"note\":\"within goodwill\"}"},
	{"expertrouter", "ana", "{\"decision\":\"ship\"}",
	 "{\"decision\":\"ship_with_fixes\",\"severity\":\"medium\","
	 "\"summary\":\"Two non-blocking issues found. Fix before enabling auto-merge.\","
	 "\"actions\":[\"Patch analytics env guard\","
	 "\"Regenerate release artifact after smoke test\"]}"},
	{"humanrail", "bo", "{\"eligible\":1}", "{\"eligible\":true,\"reason_code\":\"approved\"}"},
	{"biolayer", "cora", "{\"reached_user\":true}",
	 "{\"reached_user\":true,\"user_confirmed\":false,\"notes\":\"Did not start the session.\"}"},
	{"chain", "cora", "\"\"",
	 "{\"resolution\":\"Password reset link was expired. Regenerated and confirmed access.\"}"},
};

enum { EVENTS_MAX = 24 };

struct life {
	struct event ev[EVENTS_MAX];
	size_t n;
	json_t *view; /* after all */
};

static struct config *example;

static void add(struct life *l, enum event_type type, enum state state, json_t *data)
{
	l->ev[l->n] = kit_event(l->n + 1, type, state, data);
	l->n++;
}

static json_t *of_worker(const struct script *s)
{
	json_t *data = json_object();

	js_set_str(data, "worker", s->worker);
	return data;
}

static json_t *with_attempt(json_t *data, int attempt)
{
	js_set_int(data, "attempt", attempt);
	return data;
}

static json_t *created(const json_t *body, const char *want)
{
	struct err err = ERR_INIT;
	struct spec spec;
	struct sha256 sha;
	char hex[SHA256_HEX];
	json_t *data = json_object();
	int64_t at = KIT_T0 + 10000;

	ck_assert_msg(intake(example, body, NULL, &spec, &err) == 0, "%s", err.msg);
	ck_assert_str_eq(spec.dialect->name, want);
	js_hash(body, &sha);
	js_set_str(data, "dialect", want);
	js_set_str(data, "key", spec.key);
	js_set_str(data, "from", "requester");
	js_set_str(data, "contentSha256", sha256_hex(&sha, hex));
	js_set_new(data, "spec", spec_to_json(&spec));
	js_set_time(data, "dueAt", at + spec.sla_ms);
	js_set_time(data, "expiresAt", at + 4 * spec.sla_ms);
	js_set_int(data, "maxAttempts", 3);
	js_set_str(data, "priceUsd", "0.40");
	js_set_int(data, "estimatedCompletionMinutes", (spec.sla_ms * 28 / 30 + 59999) / 60000);
	if (spec.schema_name)
		js_set_copy(data, "answerSchema", spec.schema);
	js_set_copy(data, "body", body);
	spec_release(&spec);
	return data;
}

static json_t *offer(const struct script *s)
{
	json_t *data = of_worker(s);

	js_set_time(data, "expiresAt", KIT_T0 + 100000);
	js_set_str(data, "kind", "human");
	return data;
}

static json_t *submission(const struct script *s, int attempt, const char *answer)
{
	json_t *data = with_attempt(of_worker(s), attempt);

	js_set_new(data, "answer", kit_parse(answer));
	if (attempt == 2)
		js_set_new(data, "confidence", json_real(0.9));
	return data;
}

static void add_work(struct life *l, const struct script *s)
{
	json_t *data;

	add(l, EV_QUEUED, ST_QUEUED, json_object());
	data = of_worker(s);
	js_set_new(data, "candidates", json_array());
	add(l, EV_MATCHED, ST_QUEUED, data);
	add(l, EV_OFFERED, ST_OFFERED, offer(s));
	add(l, EV_ACCEPTED, ST_ACCEPTED, of_worker(s));
	if (strcmp(s->dialect, "chain") == 0)
		add(l, EV_ESC_ACKNOWLEDGED, ST_ACCEPTED, of_worker(s));
	add(l, EV_STARTED, ST_STARTED, of_worker(s));
	data = of_worker(s);
	js_set_str(data, "text", "Which of the two?");
	add(l, EV_BLOCKED, ST_BLOCKED, data);
	data = json_object();
	js_set_str(data, "text", "The first.");
	js_set_str(data, "from", "requester");
	add(l, EV_UNBLOCKED, ST_STARTED, data);
}

static void add_answers(struct life *l, const struct script *s)
{
	json_t *data;

	add(l, EV_SUBMITTED, ST_SUBMITTED, submission(s, 1, s->wrong));
	data = with_attempt(json_object(), 1);
	js_set_str(data, "stage", "schema");
	js_set_new(data, "errors", kit_parse("[{\"instance\":\"/x\",\"message\":\"wrong\"}]"));
	add(l, EV_CHECK_FAILED, ST_SUBMITTED, data);
	data = with_attempt(of_worker(s), 1);
	js_set_int(data, "attemptsLeft", 2);
	js_set_new(data, "reasons", kit_parse("[\"/x: wrong\"]"));
	add(l, EV_REJECTED, ST_STARTED, data);
	add(l, EV_SLA_WARNING, ST_STARTED, json_object());
	add(l, EV_SLA_BREACHED, ST_STARTED, json_object());
	add(l, EV_SUBMITTED, ST_SUBMITTED, submission(s, 2, s->answer));
	data = with_attempt(json_object(), 2);
	js_set_str(data, "stage", "schema");
	add(l, EV_CHECK_PASSED, ST_SUBMITTED, data);
	add(l, EV_VERIFIED, ST_VERIFIED, with_attempt(json_object(), 2));
	add(l, EV_COMPLETED, ST_COMPLETED, with_attempt(of_worker(s), 2));
}

static void golden_path(char *out, size_t n, const char *dialect, const char *file)
{
	snprintf(out, n, "tests/golden/%s/%s", dialect, file);
}

static void compare(const char *dialect, const char *file, const char *got)
{
	char path[256], *want;

	golden_path(path, sizeof(path), dialect, file);
	if (getenv("ER_GOLDEN_UPDATE")) {
		FILE *f = fopen(path, "w");

		ck_assert_ptr_nonnull(f);
		fputs(got, f);
		ck_assert_int_eq(fclose(f), 0);
	}
	want = kit_slurp(path);
	ck_assert_msg(want != NULL, "cannot open %s", path);
	ck_assert_str_eq(got, want);
	free(want);
}

static void compare_doc(const char *dialect, const char *file, json_t *doc)
{
	struct buf b;

	buf_init(&b, 0);
	js_dump(&b, doc, JS_PRETTY);
	buf_addc(&b, '\n');
	compare(dialect, file, buf_str(&b));
	buf_release(&b);
	json_decref(doc);
}

static void live(struct life *l, const struct script *s)
{
	char path[256];
	struct err err = ERR_INIT;
	json_t *body;

	l->n = 0;
	golden_path(path, sizeof(path), s->dialect, "request.json");
	body = kit_file(path);
	add(l, EV_CREATED, ST_QUEUED, created(body, s->dialect));
	json_decref(body);
	add_work(l, s);
	add_answers(l, s);
	l->view = taskview_create(&l->ev[0], &err);
	ck_assert_msg(l->view != NULL, "%s", err.msg);
	for (size_t i = 1; i < l->n; i++)
		ck_assert_msg(taskview_apply(l->view, &l->ev[i], &err) == 0, "%s", err.msg);
}

static void life_release(struct life *l)
{
	for (size_t i = 0; i < l->n; i++)
		json_decref(l->ev[i].data);
	json_decref(l->view);
}

static void compare_events(const struct life *l, const char *dialect)
{
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < l->n; i++) {
		event_encode(&l->ev[i], &b);
		buf_adds(&b, "}\n");
	}
	compare(dialect, "events.ndjson", buf_str(&b));
	buf_release(&b);
}

/* Each webhook twice: with the view of its moment and with the final one, as a sender that
 * lags behind would see it.  Only what stands at the end may differ; here nothing does. */
static void compare_webhooks(const struct life *l, const struct dialect *d)
{
	struct buf b;
	json_t *then = taskview_create(&l->ev[0], NULL);

	buf_init(&b, 0);
	for (size_t i = 0; i < l->n; i++) {
		json_t *body, *late;

		if (i > 0)
			ck_assert_int_eq(taskview_apply(then, &l->ev[i], NULL), 0);
		body = d->webhook(then, &l->ev[i]);
		late = d->webhook(l->view, &l->ev[i]);
		ck_assert_int_eq(d->wants(l->ev[i].type), body != NULL);
		if (!body)
			continue;
		ck_assert(json_equal(body, late));
		js_dump(&b, body, JS_COMPACT);
		buf_addc(&b, '\n');
		json_decref(body);
		json_decref(late);
	}
	compare(d->name, "webhooks.ndjson", buf_str(&b));
	buf_release(&b);
	json_decref(then);
}

START_TEST(golden)
{
	const struct script *s = &scripts[_i];
	const struct dialect *d = dialect_by_name(s->dialect);
	struct life l;
	json_t *first;

	live(&l, s);
	first = taskview_create(&l.ev[0], NULL);
	compare_doc(s->dialect, "reply.json", d->reply(first));
	json_decref(first);
	compare_events(&l, s->dialect);
	compare_webhooks(&l, d);
	compare_doc(s->dialect, "task.json", d->task(l.view));
	compare_doc(s->dialect, "result.json", d->result(l.view));
	life_release(&l);
}
END_TEST

static void assert_keys(const json_t *obj, const char *const *want)
{
	void *it = json_object_iter((json_t *)obj);
	size_t n = 0;

	for (; it; it = json_object_iter_next((json_t *)obj, it), n++) {
		ck_assert_ptr_nonnull(want[n]);
		ck_assert_str_eq(json_object_iter_key(it), want[n]);
	}
	ck_assert_ptr_null(want[n]);
}

/* Exactly the members that the service shows, in its order. */
START_TEST(expertrouter_keys)
{
	static const char *const reply_keys[] = {
		"id", "status", "lane", "policy", "responseSchema", "estimatedCompletionMinutes",
		NULL};
	static const char *const policy_keys[] = {"confidentiality", "maxBudgetUsd",
	                                          "targetSlaMinutes", NULL};
	static const char *const event_keys[] = {"event", "createdAt", "taskId", "schema", "result",
	                                         NULL};
	static const char *const result_keys[] = {"decision", "severity", "summary", "actions", NULL};
	const struct dialect *d = dialect_by_name("expertrouter");
	struct life l;
	json_t *reply, *hook;

	live(&l, &scripts[1]);
	reply = d->reply(l.view);
	hook = d->webhook(l.view, &l.ev[l.n - 1]);
	assert_keys(reply, reply_keys);
	assert_keys(json_object_get(reply, "policy"), policy_keys);
	ck_assert_int_eq(js_int_or(reply, "/estimatedCompletionMinutes", 0), 28);
	assert_keys(hook, event_keys);
	assert_keys(json_object_get(hook, "result"), result_keys);
	json_decref(reply);
	json_decref(hook);
	life_release(&l);
}
END_TEST

/* Rules 2, 4, 5 of the published clients: words inside the enums, objects never null. */
START_TEST(humanrail_shapes)
{
	static const char *const outputs[] = {"7", "[1]", "\"yes\"", "{\"a\":1}"};
	const struct dialect *d = dialect_by_name("humanrail");
	struct script s = scripts[2];
	struct life l;

	for (size_t i = 0; i < NITEMS(outputs); i++) {
		json_t *task;

		s.answer = outputs[i];
		live(&l, &s);
		task = d->task(l.view);
		ck_assert_str_eq(js_str_or(task, "/status", ""), "verified");
		ck_assert(json_is_object(js_at(task, "/output")));
		ck_assert_int_eq(js_at(task, "/output/value") != NULL, i < 3);
		ck_assert(json_is_object(js_at(task, "/payload")));
		ck_assert(json_is_object(js_at(task, "/outputSchema")));
		ck_assert(json_is_integer(js_at(task, "/slaSeconds")));
		json_decref(task);
		life_release(&l);
	}
}
END_TEST

static void setup(void)
{
	example = kit_example();
}

static void teardown(void)
{
	config_free(example);
}

int main(void)
{
	Suite *s = suite_create("model_golden");
	TCase *t = tcase_create("golden");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, golden, 0, (int)NITEMS(scripts));
	tcase_add_test(t, expertrouter_keys);
	tcase_add_test(t, humanrail_shapes);
	suite_add_tcase(s, t);
	return kit_run(s);
}
