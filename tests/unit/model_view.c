/* The task view: fold, rebuild, what each reader may see. */
#include "model_kit.h"

#include "model/dialect.h"
#include "model/intake.h"
#include "model/taskview.h"

#define SECRET "whsec_very-secret"
#define BEARER "bearer-very-secret"

static const char native_body[] =
	"{\"er\":1,\"lane\":\"general\",\"title\":\"Line\\tone\\u202e\",\"objective\":\"Do it\","
	"\"payload\":{\"n\":9007199254740993},\"unknownField\":{\"kept\":[1,2.0,null]},"
	"\"webhook\":{\"url\":\"https://x/h\",\"secret\":\"" SECRET "\",\"bearer\":\"" BEARER "\"},"
	"\"metadata\":{\"mine\":true},\"evidenceRequired\":true,"
	"\"schema\":{\"ok\":\"boolean\"},\"idempotencyKey\":\"k-1\"}";

enum { HISTORY_MAX = 32 };

struct history {
	struct event ev[HISTORY_MAX];
	size_t n;
};

static void add(struct history *h, enum event_type type, enum state state, const char *data)
{
	h->ev[h->n] = kit_event(h->n + 1, type, state, kit_parse(data));
	h->n++;
}

static json_t *created_data(const char *body_text)
{
	struct config *c = kit_example();
	struct err err = ERR_INIT;
	struct spec spec;
	json_t *body = kit_parse(body_text), *data = json_object();

	ck_assert_msg(intake(c, body, NULL, &spec, &err) == 0, "%s", err.msg);
	js_set_str(data, "dialect", spec.dialect->name);
	js_set_str(data, "key", spec.key);
	js_set_str(data, "from", "alice");
	js_set_new(data, "spec", spec_to_json(&spec));
	js_set_time(data, "dueAt", KIT_T0 + 3600000);
	js_set_time(data, "expiresAt", KIT_T0 + 4 * 3600000);
	js_set_int(data, "maxAttempts", 3);
	js_set_str(data, "priceUsd", "0.00");
	js_set_new(data, "body", body);
	spec_release(&spec);
	config_free(c);
	return data;
}

static void start(struct history *h, const char *body)
{
	h->n = 0;
	h->ev[h->n++] = kit_event(1, EV_CREATED, ST_QUEUED, created_data(body));
}

static void whole_life(struct history *h)
{
	start(h, native_body);
	add(h, EV_QUEUED, ST_QUEUED, "{}");
	add(h, EV_MATCHED, ST_QUEUED, "{\"worker\":\"ana\",\"candidates\":[]}");
	add(h, EV_OFFERED, ST_OFFERED,
	    "{\"worker\":\"bo\",\"expiresAt\":\"2026-03-31T20:05:00.000Z\",\"kind\":\"human\"}");
	add(h, EV_DECLINED, ST_QUEUED, "{\"worker\":\"bo\",\"reason\":\"busy\"}");
	add(h, EV_OFFERED, ST_OFFERED,
	    "{\"worker\":\"ana\",\"expiresAt\":\"2026-03-31T20:05:00.000Z\",\"kind\":\"human\"}");
	add(h, EV_ACCEPTED, ST_ACCEPTED, "{\"worker\":\"ana\"}");
	add(h, EV_STARTED, ST_STARTED, "{\"worker\":\"ana\"}");
	add(h, EV_BLOCKED, ST_BLOCKED, "{\"worker\":\"ana\",\"text\":\"which one?\"}");
	add(h, EV_UNBLOCKED, ST_STARTED,
	    "{\"text\":\"the first\",\"from\":\"alice\",\"dueAt\":\"2026-03-31T22:00:00.000Z\","
	    "\"expiresAt\":\"2026-04-01T00:00:00.000Z\"}");
	add(h, EV_SUBMITTED, ST_SUBMITTED,
	    "{\"worker\":\"ana\",\"attempt\":1,\"answer\":{\"ok\":1},\"confidence\":0.5}");
	add(h, EV_CHECK_FAILED, ST_SUBMITTED,
	    "{\"stage\":\"schema\",\"attempt\":1,\"errors\":[{\"instance\":\"/ok\"}]}");
	add(h, EV_REJECTED, ST_STARTED,
	    "{\"worker\":\"ana\",\"attempt\":1,\"attemptsLeft\":2,\"reasons\":[\"/ok: boolean\"]}");
	add(h, EV_COMMENTED, ST_STARTED, "{\"from\":\"alice\",\"text\":\"hurry\"}");
	add(h, EV_SLA_WARNING, ST_STARTED, "{\"dueAt\":\"2026-03-31T22:00:00.000Z\"}");
	add(h, EV_SUBMITTED, ST_SUBMITTED,
	    "{\"worker\":\"ana\",\"attempt\":2,\"answer\":{\"ok\":true},\"evidence\":[1]}");
	add(h, EV_CHECK_PASSED, ST_SUBMITTED, "{\"stage\":\"schema\",\"attempt\":2}");
	add(h, EV_VERIFIED, ST_VERIFIED, "{\"attempt\":2}");
	add(h, EV_COMPLETED, ST_COMPLETED, "{\"worker\":\"ana\",\"attempt\":2}");
}

static void release(struct history *h)
{
	for (size_t i = 0; i < h->n; i++)
		json_decref(h->ev[i].data);
}

/* The view after the first ${n} events. */
static json_t *fold(const struct history *h, size_t n)
{
	struct err err = ERR_INIT;
	json_t *view = taskview_create(&h->ev[0], &err);

	ck_assert_msg(view != NULL, "%s", err.msg);
	for (size_t i = 1; i < n; i++)
		ck_assert_msg(taskview_apply(view, &h->ev[i], &err) == 0, "%s", err.msg);
	return view;
}

static const char *const order[] = {
	"schema", "seq", "id", "state", "dialect", "lane", "pool", "title", "urgency", "domain",
	"from", "key", "contentSha256", "reviews", "createdAt", "updatedAt", "dueAt", "expiresAt",
	"closedAt",
	"attempts", "maxAttempts", "priceUsd", "estimatedCompletionMinutes", "assignments",
	"question", "comments", "answers", "verification", "result", "failure", "responseSchema",
	"schemaSha256", "answerSchema", "webhook", "body"};

static void assert_ordered(json_t *view)
{
	const char *key;
	json_t *v;
	size_t at = 0;

	json_object_foreach(view, key, v) {
		while (at < NITEMS(order) && strcmp(order[at], key) != 0)
			at++;
		ck_assert_msg(at < NITEMS(order), "%s is unknown or out of order", key);
	}
}

START_TEST(folded)
{
	struct history h;
	json_t *view;

	whole_life(&h);
	view = fold(&h, h.n);
	assert_ordered(view);
	ck_assert_int_eq(taskview_state(view), ST_COMPLETED);
	ck_assert_int_eq(taskview_seq(view), (int64_t)h.n);
	ck_assert_str_eq(js_str_or(view, "/assignments/0/state", ""), "declined");
	ck_assert_str_eq(js_str_or(view, "/assignments/0/reason", ""), "busy");
	ck_assert_str_eq(js_str_or(view, "/assignments/1/state", ""), "completed");
	ck_assert_ptr_null(js_at(view, "/question"));
	ck_assert_str_eq(js_str_or(view, "/comments/0/text", ""), "which one?");
	ck_assert_str_eq(js_str_or(view, "/comments/1/text", ""), "the first");
	ck_assert_str_eq(js_str_or(view, "/comments/2/from", ""), "alice");
	ck_assert_str_eq(js_str_or(view, "/dueAt", ""), "2026-03-31T22:00:00.000Z");
	ck_assert_int_eq(js_int_or(view, "/attempts", 0), 2);
	ck_assert_str_eq(js_str_or(view, "/answers/0/rejected/0", ""), "/ok: boolean");
	ck_assert(json_is_false(js_at(view, "/answers/0/checks/0/passed")));
	ck_assert(json_is_true(js_at(view, "/result/answer/ok")));
	ck_assert_str_eq(js_str_or(view, "/closedAt", ""), js_str_or(view, "/updatedAt", "-"));
	ck_assert_int_eq(js_int_or(view, "/body/payload/n", 0), INT64_C(9007199254740993));
	ck_assert(json_is_real(js_at(view, "/body/unknownField/kept/1")));
	json_decref(view);
	release(&h);
}
END_TEST

/* From any prefix, through text and back, with every event told twice: the same bytes. */
START_TEST(rebuilt_the_same)
{
	struct history h;
	char *want;
	json_t *whole;

	whole_life(&h);
	whole = fold(&h, h.n);
	want = kit_text(whole);
	for (size_t cut = 1; cut <= h.n; cut++) {
		json_t *part = fold(&h, cut), *read;
		char *text = kit_text(part);

		assert_ordered(part);
		read = kit_parse(text);
		for (size_t i = 1; i < h.n; i++) {
			ck_assert_int_eq(taskview_apply(read, &h.ev[i], NULL), 0);
			ck_assert_int_eq(taskview_apply(read, &h.ev[i], NULL), 0);
		}
		free(text);
		text = kit_text(read);
		ck_assert_str_eq(text, want);
		free(text);
		json_decref(part);
		json_decref(read);
	}
	free(want);
	json_decref(whole);
	release(&h);
}
END_TEST

START_TEST(webhook_events_leave_no_trace)
{
	struct history h;
	struct event ev = kit_event(99, EV_WEBHOOK_DELIVERED, ST_QUEUED, NULL);
	struct event other = kit_event(99, EV_QUEUED, ST_QUEUED, NULL);
	struct event config = kit_event(99, EV_CONFIG_SET, ST_NONE, NULL);
	json_t *view;
	char *before, *after;

	whole_life(&h);
	view = fold(&h, 3);
	before = kit_text(view);
	ck_assert_int_eq(taskview_apply(view, &ev, NULL), 0);
	config.has_task = 0;
	ck_assert_int_eq(taskview_apply(view, &config, NULL), 0);
	id_from_key(&other.task, "example", "another task");
	ck_assert_int_eq(taskview_apply(view, &other, NULL), -1);
	after = kit_text(view);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	json_decref(view);
	release(&h);
}
END_TEST

START_TEST(secrets_stay_inside)
{
	struct history h;

	whole_life(&h);
	for (size_t n = 1; n <= h.n; n++) {
		json_t *view = fold(&h, n), *result = taskview_result(view);
		struct inbox_entry e[INBOX_ENTRIES_MAX];
		size_t got = taskview_inbox(view, 1, e);
		char *text = kit_text(view);

		ck_assert_ptr_null(strstr(text, "very-secret"));
		ck_assert_str_eq(js_str_or(view, "/body/webhook/secret", ""), "***");
		free(text);
		for (size_t i = 0; i < got; i++) {
			text = kit_text(e[i].doc);
			ck_assert_ptr_null(strstr(text, "very-secret"));
			ck_assert_ptr_null(strstr(text, "https://x/h"));
			ck_assert_ptr_null(strstr(text, "metadata"));
			free(text);
		}
		ck_assert_int_eq(result != NULL, n == h.n);
		json_decref(result);
		taskview_inbox_release(e, got);
		json_decref(view);
	}
	/* the event keeps what deliveries need */
	ck_assert_str_eq(js_str_or(h.ev[0].data, "/body/webhook/secret", ""), SECRET);
	release(&h);
}
END_TEST

START_TEST(bearer_token_of_biolayer)
{
	struct history h;
	char *body = kit_slurp("spool-example/tasks-to-try/biolayer.json");
	json_t *view;

	start(&h, body);
	view = fold(&h, 1);
	ck_assert_str_eq(js_str_or(view, "/body/handoff/callback_auth/token", ""), "***");
	ck_assert_str_eq(js_str_or(view, "/body/handoff/callback_auth/type", ""), "bearer");
	json_decref(view);
	release(&h);
	free(body);
}
END_TEST

START_TEST(inbox_entries)
{
	struct history h;
	struct inbox_entry e[INBOX_ENTRIES_MAX];
	json_t *view;

	whole_life(&h);
	view = fold(&h, 4);
	ck_assert_uint_eq(taskview_inbox(view, 1, e), 1);
	ck_assert_str_eq(e[0].worker, "bo");
	ck_assert_ptr_nonnull(strstr(e[0].name, "20260331T210000Z-task_"));
	ck_assert_str_eq(js_str_or(e[0].doc, "/offerExpires", ""), "2026-03-31T20:05:00.000Z");
	ck_assert_str_eq(js_str_or(e[0].doc, "/instructions", ""), "Do it");
	ck_assert(json_is_true(js_at(e[0].doc, "/evidenceRequired")));
	taskview_inbox_release(e, 1);
	json_decref(view);
	view = fold(&h, 5);
	ck_assert_uint_eq(taskview_inbox(view, 0, e), 0);
	json_decref(view);
	view = fold(&h, 9);
	ck_assert_uint_eq(taskview_inbox(view, 1, e), 1);
	ck_assert_str_eq(js_str_or(e[0].doc, "/state", ""), "blocked");
	ck_assert_str_eq(js_str_or(e[0].doc, "/question/text", ""), "which one?");
	taskview_inbox_release(e, 1);
	json_decref(view);
	view = fold(&h, 11); /* being verified: nothing to do */
	ck_assert_uint_eq(taskview_inbox(view, 0, e), 0);
	json_decref(view);
	view = fold(&h, 13);
	ck_assert_uint_eq(taskview_inbox(view, 1, e), 1);
	ck_assert_str_eq(js_str_or(e[0].doc, "/rejections/0", ""), "/ok: boolean");
	taskview_inbox_release(e, 1);
	json_decref(view);
	release(&h);
}
END_TEST

START_TEST(programs_have_no_inbox)
{
	struct history h;
	struct inbox_entry e[INBOX_ENTRIES_MAX];
	json_t *view, *doc;

	start(&h, native_body);
	add(&h, EV_OFFERED, ST_OFFERED, "{\"worker\":\"echo-bot\",\"kind\":\"exec\"}");
	add(&h, EV_ACCEPTED, ST_ACCEPTED, "{\"worker\":\"echo-bot\"}");
	view = fold(&h, h.n);
	ck_assert_uint_eq(taskview_inbox(view, 0, e), 0);
	doc = taskview_worker_doc(view, "echo-bot");
	ck_assert_str_eq(js_str_or(doc, "/schema", ""), "er.inbox.v1");
	ck_assert_ptr_null(js_at(doc, "/body/webhook"));
	ck_assert_ptr_null(taskview_worker_doc(view, "ana"));
	json_decref(doc);
	json_decref(view);
	release(&h);
}
END_TEST

START_TEST(other_workers_rejections_are_not_shown)
{
	struct history h;
	struct inbox_entry e[INBOX_ENTRIES_MAX];
	json_t *view;
	char *text;

	start(&h, native_body);
	add(&h, EV_ACCEPTED, ST_ACCEPTED, "{\"worker\":\"ana\"}");
	add(&h, EV_SUBMITTED, ST_SUBMITTED,
	    "{\"worker\":\"ana\",\"attempt\":1,\"answer\":\"ANAS-ANSWER\"}");
	add(&h, EV_REJECTED, ST_QUEUED,
	    "{\"worker\":\"ana\",\"attempt\":1,\"reasons\":[\"ANAS-ANSWER is wrong\"]}");
	add(&h, EV_OFFERED, ST_OFFERED, "{\"worker\":\"bo\",\"kind\":\"human\"}");
	view = fold(&h, h.n);
	ck_assert_uint_eq(taskview_inbox(view, 1, e), 1);
	ck_assert_str_eq(e[0].worker, "bo");
	text = kit_text(e[0].doc);
	ck_assert_ptr_null(strstr(text, "ANAS-ANSWER"));
	free(text);
	taskview_inbox_release(e, 1);
	json_decref(view);
	release(&h);
}
END_TEST

START_TEST(other_ends)
{
	static const struct {
		enum event_type type;
		enum state state;
		const char *data, *reason;
	} rows[] = {
		{EV_FAILED, ST_FAILED, "{\"reason\":\"no attempts left\"}", "no attempts left"},
		{EV_CANCELLED, ST_CANCELLED, "{\"by\":\"alice\",\"reason\":\"moot\"}", "moot"},
		{EV_CANCELLED, ST_CANCELLED, "{\"by\":\"alice\"}", NULL},
		{EV_EXPIRED, ST_EXPIRED, "{}", NULL},
	};
	struct history h;
	json_t *view, *result;

	start(&h, native_body);
	add(&h, EV_ACCEPTED, ST_ACCEPTED, "{\"worker\":\"ana\"}");
	add(&h, EV_BLOCKED, ST_BLOCKED, "{\"worker\":\"ana\",\"text\":\"?\"}");
	add(&h, rows[_i].type, rows[_i].state, rows[_i].data);
	view = fold(&h, h.n);
	assert_ordered(view);
	result = taskview_result(view);
	ck_assert_ptr_nonnull(result);
	ck_assert_str_eq(js_str_or(result, "/state", ""), state_name(rows[_i].state));
	ck_assert_ptr_null(js_at(result, "/answer"));
	ck_assert_ptr_null(js_at(view, "/question"));
	ck_assert_str_eq(js_str_or(view, "/assignments/0/state", ""), state_name(rows[_i].state));
	if (rows[_i].reason)
		ck_assert_str_eq(js_str_or(result, "/reason", ""), rows[_i].reason);
	else
		ck_assert_ptr_null(js_at(result, "/reason"));
	json_decref(result);
	json_decref(view);
	release(&h);
}
END_TEST

START_TEST(index_rows_are_tame)
{
	struct history h;

	whole_life(&h);
	for (size_t n = 1; n <= h.n; n++) {
		json_t *view = fold(&h, n);
		struct buf row;
		int tabs = 0;

		buf_init(&row, 0);
		taskview_index_row(view, &row);
		for (size_t i = 0; i + 1 < row.len; i++) {
			tabs += row.data[i] == '\t';
			ck_assert(row.data[i] == '\t' || (unsigned char)row.data[i] >= ' ');
		}
		ck_assert_int_eq(row.data[row.len - 1], '\n');
		ck_assert_int_eq(tabs, 12);
		ck_assert_ptr_nonnull(strstr(row.data, "Line<U+0009>one<U+202E>"));
		if (n == h.n)
			ck_assert_ptr_nonnull(strstr(row.data,
			                             "\tcompleted\tgeneral\tana\tmedium\t"));
		buf_release(&row);
		json_decref(view);
	}
	release(&h);
}
END_TEST

START_TEST(assignments_stay_few)
{
	struct history h;
	struct event ev;
	json_t *view;

	start(&h, native_body);
	view = fold(&h, 1);
	for (uint64_t i = 0; i < 500; i++) {
		ev = kit_event(2 + 2 * i, EV_OFFERED, ST_OFFERED,
		               kit_parse("{\"worker\":\"ana\"}"));
		ck_assert_int_eq(taskview_apply(view, &ev, NULL), 0);
		json_decref(ev.data);
		ev = kit_event(3 + 2 * i, EV_OFFER_EXPIRED, ST_QUEUED,
		               kit_parse("{\"worker\":\"ana\"}"));
		ck_assert_int_eq(taskview_apply(view, &ev, NULL), 0);
		json_decref(ev.data);
	}
	ck_assert_uint_eq(json_array_size(js_at(view, "/assignments")), 64);
	json_decref(view);
	release(&h);
}
END_TEST

START_TEST(no_view_without_its_beginning)
{
	struct event ev = kit_event(1, EV_QUEUED, ST_QUEUED, NULL);
	struct err err = ERR_INIT;

	ck_assert_ptr_null(taskview_create(&ev, &err));
	ev.type = EV_CREATED;
	err_clear(&err);
	ck_assert_ptr_null(taskview_create(&ev, &err));
	ck_assert_int_eq(err.code, FAIL_INVALID);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_view");
	TCase *t = tcase_create("view");

	tcase_add_test(t, folded);
	tcase_add_test(t, rebuilt_the_same);
	tcase_add_test(t, webhook_events_leave_no_trace);
	tcase_add_test(t, secrets_stay_inside);
	tcase_add_test(t, bearer_token_of_biolayer);
	tcase_add_test(t, inbox_entries);
	tcase_add_test(t, programs_have_no_inbox);
	tcase_add_test(t, other_workers_rejections_are_not_shown);
	tcase_add_loop_test(t, other_ends, 0, 4);
	tcase_add_test(t, index_rows_are_tame);
	tcase_add_test(t, assignments_stay_few);
	tcase_add_test(t, no_view_without_its_beginning);
	suite_add_tcase(s, t);
	return kit_run(s);
}
