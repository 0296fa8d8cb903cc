/* The task view while answers wait, and what it says of checks and of agreement. */
#include "model_kit.h"

#include "json/schema/schema.h"
#include "model/dialect.h"
#include "model/intake.h"
#include "model/taskview.h"

static json_t *created(void)
{
	struct config *c = kit_example();
	struct err err = ERR_INIT;
	struct spec spec;
	json_t *body = kit_parse("{\"er\":1,\"lane\":\"general\",\"title\":\"T\"}");
	json_t *data = json_object();

	ck_assert_msg(intake(c, body, NULL, &spec, &err) == 0, "%s", err.msg);
	js_set_str(data, "dialect", "er");
	js_set_str(data, "from", "alice");
	js_set_new(data, "spec", spec_to_json(&spec));
	js_set_time(data, "dueAt", KIT_T0 + 3600000);
	js_set_int(data, "overlap", 2);
	js_set_new(data, "body", body);
	spec_release(&spec);
	config_free(c);
	return data;
}

static void tell(json_t *view, enum event_type type, enum state state, const char *data)
{
	struct err err = ERR_INIT;
	struct event ev =
	    kit_event((uint64_t)taskview_seq(view) + 1, type, state, kit_parse(data));

	ck_assert_msg(taskview_apply(view, &ev, &err) == 0, "%s", err.msg);
	json_decref(ev.data);
}

static json_t *begun(void)
{
	struct event ev = kit_event(1, EV_CREATED, ST_QUEUED, created());
	struct err err = ERR_INIT;
	json_t *view = taskview_create(&ev, &err);

	ck_assert_msg(view != NULL, "%s", err.msg);
	json_decref(ev.data);
	return view;
}

static void answers(json_t *view, const char *worker, int attempt, const char *answer)
{
	char data[256];

	snprintf(data, sizeof(data), "{\"worker\":\"%s\",\"kind\":\"human\"}", worker);
	tell(view, EV_OFFERED, ST_OFFERED, data);
	tell(view, EV_ACCEPTED, ST_ACCEPTED, data);
	tell(view, EV_STARTED, ST_STARTED, data);
	snprintf(data, sizeof(data), "{\"worker\":\"%s\",\"attempt\":%d,\"answer\":\"%s\"}", worker,
	         attempt, answer);
	tell(view, EV_SUBMITTED, ST_SUBMITTED, data);
}

static json_t *one_held(void)
{
	json_t *view = begun();

	answers(view, "ana", 1, "ANAS-ANSWER");
	tell(view, EV_HELD, ST_QUEUED,
	     "{\"worker\":\"ana\",\"attempt\":1,\"awaits\":\"answers\",\"answers\":1,"
	     "\"wanted\":2}");
	return view;
}

static size_t entries(const json_t *view)
{
	struct inbox_entry e[INBOX_ENTRIES_MAX];

	return taskview_inbox(view, 0, e);
}

static void assert_meets(const json_t *doc, const char *path)
{
	struct schema_errors errors = {.n = 0};
	struct err err = ERR_INIT;
	json_t *text = kit_file(path);
	struct schema *s = schema_compile(text, &err);

	ck_assert_msg(s != NULL, "%s", err.msg);
	if (schema_validate(s, doc, &errors) != 0)
		ck_abort_msg("%s: %s", errors.e[0].instance, errors.e[0].message);
	schema_free(s);
	json_decref(text);
}

START_TEST(held_stays_while_others_are_asked)
{
	json_t *view = one_held();

	ck_assert_str_eq(js_str_or(view, "/state", ""), "queued");
	ck_assert_str_eq(js_str_or(view, "/assignments/0/state", ""), "submitted");
	ck_assert_str_eq(js_str_or(view, "/assignments/0/awaits", ""), "answers");
	ck_assert_int_eq(js_int_or(view, "/verification/wanted", 0), 2);
	ck_assert_uint_eq(entries(view), 0);
	tell(view, EV_QUEUED, ST_QUEUED, "{\"reasons\":{}}");
	ck_assert_str_eq(js_str_or(view, "/assignments/0/state", ""), "submitted");
	tell(view, EV_OFFERED, ST_OFFERED, "{\"worker\":\"bo\",\"kind\":\"human\"}");
	tell(view, EV_DECLINED, ST_QUEUED, "{\"worker\":\"bo\"}");
	ck_assert_str_eq(js_str_or(view, "/assignments/0/state", ""), "submitted");
	tell(view, EV_CANCELLED, ST_CANCELLED, "{\"by\":\"alice\"}");
	ck_assert_str_eq(js_str_or(view, "/assignments/0/state", ""), "cancelled");
	ck_assert_ptr_null(js_at(view, "/assignments/0/awaits"));
	ck_assert_ptr_null(js_at(view, "/verification"));
	json_decref(view);
}
END_TEST

START_TEST(nobody_sees_what_another_said)
{
	json_t *view = one_held(), *doc;
	struct inbox_entry e[INBOX_ENTRIES_MAX];
	struct buf row;
	char *text;

	answers(view, "bo", 2, "wrong");
	tell(view, EV_REJECTED, ST_STARTED,
	     "{\"worker\":\"bo\",\"attempt\":2,\"reasons\":[\"no\"]}");
	ck_assert_uint_eq(taskview_inbox(view, 1, e), 1);
	ck_assert_str_eq(e[0].worker, "bo");
	text = kit_text(e[0].doc);
	ck_assert_ptr_null(strstr(text, "ANAS"));
	free(text);
	doc = taskview_worker_doc(view, "bo");
	text = kit_text(doc);
	ck_assert_ptr_null(strstr(text, "ANAS"));
	free(text);
	json_decref(doc);
	taskview_inbox_release(e, 1);
	buf_init(&row, 0);
	taskview_index_row(view, &row);
	ck_assert_ptr_nonnull(strstr(row.data, "\tbo\t"));
	buf_release(&row);
	json_decref(view);
}
END_TEST

START_TEST(sent_back_or_taken_away)
{
	json_t *view = one_held();

	tell(view, EV_REJECTED, ST_STARTED, "{\"worker\":\"ana\",\"attempt\":1,\"reasons\":[]}");
	ck_assert_str_eq(js_str_or(view, "/assignments/0/state", ""), "started");
	ck_assert_ptr_null(js_at(view, "/assignments/0/awaits"));
	ck_assert_ptr_null(js_at(view, "/verification"));
	ck_assert_uint_eq(entries(view), 1);
	json_decref(view);
	view = one_held();
	tell(view, EV_RELEASED, ST_QUEUED, "{\"worker\":\"ana\",\"reason\":\"suspended\"}");
	ck_assert_str_eq(js_str_or(view, "/assignments/0/state", ""), "released");
	ck_assert_str_eq(js_str_or(view, "/assignments/0/reason", ""), "suspended");
	ck_assert_uint_eq(entries(view), 0);
	json_decref(view);
}
END_TEST

START_TEST(what_several_say)
{
	json_t *view = one_held(), *result;

	answers(view, "bo", 2, "BOS-ANSWER");
	tell(view, EV_CHECK_PASSED, ST_SUBMITTED,
	     "{\"stage\":\"consensus\",\"attempt\":1,\"scoreMicro\":970000,\"answers\":2,"
	     "\"tie\":true}");
	tell(view, EV_HELD, ST_SUBMITTED,
	     "{\"worker\":\"bo\",\"attempt\":2,\"awaits\":\"review\","
	     "\"review\":\"task_01J8QZ5G4X0000000000000000\"}");
	ck_assert_str_eq(js_str_or(view, "/verification/awaits", ""), "review");
	assert_meets(view, "share/schemas/er.task.v1.json");
	ck_assert_str_eq(js_str_or(view, "/verification/review", ""),
	                 "task_01J8QZ5G4X0000000000000000");
	tell(view, EV_CHECK_PASSED, ST_SUBMITTED,
	     "{\"stage\":\"qa\",\"attempt\":2,\"verdict\":\"corrected\",\"reviewer\":\"cora\"}");
	tell(view, EV_VERIFIED, ST_VERIFIED,
	     "{\"attempt\":2,\"answer\":\"TOGETHER\",\"answers\":2,\"scoreMicro\":970000,"
	     "\"reviewed\":\"correct\",\"learn\":{\"votes\":[]}}");
	tell(view, EV_COMPLETED, ST_COMPLETED, "{\"worker\":\"bo\",\"attempt\":2}");
	ck_assert_str_eq(js_str_or(view, "/result/answer", ""), "TOGETHER");
	ck_assert_str_eq(js_str_or(view, "/result/worker", ""), "bo");
	ck_assert_str_eq(js_str_or(view, "/result/reviewed", ""), "correct");
	ck_assert_int_eq(js_int_or(view, "/result/agreement/answers", 0), 2);
	ck_assert_double_eq(json_real_value(js_at(view, "/result/agreement/score")), 0.97);
	ck_assert_int_eq(js_int_or(view, "/answers/0/checks/0/scoreMicro", 0), 970000);
	ck_assert(json_is_true(js_at(view, "/answers/0/checks/0/tie")));
	ck_assert_str_eq(js_str_or(view, "/answers/1/checks/0/reviewer", ""), "cora");
	result = taskview_result(view);
	ck_assert_str_eq(js_str_or(result, "/answer", ""), "TOGETHER");
	ck_assert_int_eq(js_int_or(result, "/agreement/answers", 0), 2);
	assert_meets(result, "share/schemas/er.result.v1.json");
	assert_meets(view, "share/schemas/er.task.v1.json");
	json_decref(result);
	json_decref(view);
}
END_TEST

START_TEST(one_answer_has_no_agreement)
{
	json_t *view = begun();

	answers(view, "ana", 1, "A");
	tell(view, EV_VERIFIED, ST_VERIFIED, "{\"attempt\":1,\"answers\":1,\"scoreMicro\":860000}");
	ck_assert_str_eq(js_str_or(view, "/result/answer", ""), "A");
	ck_assert_ptr_null(js_at(view, "/result/agreement"));
	json_decref(view);
}
END_TEST

START_TEST(tests_are_not_told)
{
	static const struct {
		enum event_type type;
		const char *data;
	} rows[] = {
		{EV_CHECK_PASSED,
		 "{\"stage\":\"gold\",\"attempt\":1,\"right\":false,\"meanMicro\":1}"},
		{EV_CHECK_PASSED, "{\"stage\":\"anomaly\",\"attempt\":1,\"traces\":{\"right\":1}}"},
		{EV_VERIFIED, "{\"attempt\":1,\"learn\":{\"right\":1}}"},
		{EV_CREATED, "{\"gold\":\"right\",\"notBefore\":\"right\",\"overlap\":1,"
		             "\"dialect\":\"er\",\"spec\":{\"need\":{\"workers\":[\"right\"]}}}"},
	};

	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct event ev = kit_event(9, rows[i].type, ST_SUBMITTED, kit_parse(rows[i].data));
		json_t *shown = taskview_public(&ev);
		char *text = kit_text(shown);
		ck_assert_msg(!strstr(text, "right"), "%s", text);
		free(text);
		json_decref(shown);
		json_decref(ev.data);
	}
	json_t *view = begun();
	answers(view, "ana", 1, "A");
	for (size_t i = 0; i < 2; i++)
		tell(view, EV_CHECK_PASSED, ST_SUBMITTED, rows[i].data);
	char *text = kit_text(view);
	ck_assert_ptr_null(strstr(text, "right"));
	free(text);
	json_decref(view);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_view_verify");
	TCase *t = tcase_create("view");

	tcase_add_test(t, held_stays_while_others_are_asked);
	tcase_add_test(t, nobody_sees_what_another_said);
	tcase_add_test(t, sent_back_or_taken_away);
	tcase_add_test(t, what_several_say);
	tcase_add_test(t, one_answer_has_no_agreement);
	tcase_add_test(t, tests_are_not_told);
	suite_add_tcase(s, t);
	return kit_run(s);
}
