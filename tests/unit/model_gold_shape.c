/* In an inbox a gold task and an ordinary one of its lane differ in nothing but their matter. */
#include "model_kit.h"

#include "base/timefmt.h"
#include "model/created.h"
#include "model/gold.h"
#include "model/intake.h"
#include "model/taskview.h"

static const char body_text[] =
    "{\"er\":1,\"lane\":\"refund_eligibility\",\"title\":\"Refund?\",\"payload\":{\"n\":%d},"
    "\"urgency\":\"high\",\"instructions\":\"Look\"}";

/* As the engine makes them: gold is made early, and not offered before its time. */
static json_t *view_of(const struct config *c, int gold, int64_t made_ms, int64_t offered_ms)
{
	char text[300], data[200], at[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
	struct err err = ERR_INIT;
	struct sha256 sha = {{0}};
	struct spec spec;
	json_t *body;

	snprintf(text, sizeof(text), body_text, gold);
	body = kit_parse(text);
	ck_assert_msg(intake(c, body, NULL, &spec, &err) == 0, "%s", err.msg);
	struct created made = {.spec = &spec, .lane = intake_lane(c, &spec), .content = &sha,
	                       .from = gold ? GOLD_FROM : "alice", .body = body,
	                       .at_ms = gold ? offered_ms : made_ms, .gold = gold ? "g1" : NULL,
	                       .not_before_ms = gold ? offered_ms : 0};
	struct event ev = kit_event(1, EV_CREATED, ST_QUEUED, created_data(&made));
	id_from_ulid(&ev.task, offered_ms, (const uint8_t[10]){(uint8_t)gold, 7});
	ev.at_ms = made_ms;
	json_t *view = taskview_create(&ev, &err);
	ck_assert_msg(view != NULL, "%s", err.msg);
	struct id id = ev.task;
	json_decref(ev.data);
	ev = kit_event(2, EV_QUEUED, ST_QUEUED, NULL);
	ev.task = id;
	ev.at_ms = gold ? offered_ms : made_ms;
	ck_assert_int_eq(taskview_apply(view, &ev, &err), 0);
	time_format_ms(offered_ms, at);
	time_format_ms(offered_ms + 300000, until);
	snprintf(data, sizeof(data), "{\"worker\":\"ana\",\"kind\":\"human\",\"expiresAt\":\"%s\"}",
	         until);
	ev = kit_event(3, EV_OFFERED, ST_OFFERED, kit_parse(data));
	ev.task = id;
	ev.at_ms = offered_ms;
	ck_assert_int_eq(taskview_apply(view, &ev, &err), 0);
	json_decref(ev.data);
	json_decref(body);
	spec_release(&spec);
	return view;
}

static void assert_same_shape(const json_t *a, const json_t *b)
{
	ck_assert_int_eq(json_typeof(a), json_typeof(b));
	if (json_is_object(a)) {
		void *i = json_object_iter((json_t *)a), *k = json_object_iter((json_t *)b);
		for (; i && k; i = json_object_iter_next((json_t *)a, i),
		               k = json_object_iter_next((json_t *)b, k)) {
			ck_assert_str_eq(json_object_iter_key(i), json_object_iter_key(k));
			assert_same_shape(json_object_iter_value(i), json_object_iter_value(k));
		}
		ck_assert(!i && !k);
	}
	if (json_is_array(a)) {
		ck_assert_uint_eq(json_array_size(a), json_array_size(b));
		for (size_t i = 0; i < json_array_size(a); i++)
			assert_same_shape(json_array_get(a, i), json_array_get(b, i));
	}
}

static json_t *doc_of(const json_t *view)
{
	struct inbox_entry e[INBOX_ENTRIES_MAX];

	ck_assert_uint_eq(taskview_inbox(view, 1, e), 1);
	return e[0].doc;
}

START_TEST(same_shape)
{
	struct config *c = kit_example();
	int64_t t = KIT_T0 + 40000;
	json_t *usual = view_of(c, 0, t - 1, t), *gold = view_of(c, 1, KIT_T0, t);
	json_t *a = doc_of(usual), *b = doc_of(gold);
	char *one = kit_text(a), *two = kit_text(b);

	assert_same_shape(a, b);
	ck_assert_uint_eq(strlen(one), strlen(two));
	/* made, due and offered as if it had just come in */
	ck_assert_str_eq(js_str_or(b, "/createdAt", ""), "2026-03-31T20:00:40.000Z");
	ck_assert_str_eq(js_str_or(a, "/offerExpires", ""), js_str_or(b, "/offerExpires", "-"));
	ck_assert_ptr_null(strstr(two, "gold"));
	ck_assert_ptr_null(strstr(two, GOLD_FROM));
	ck_assert_ptr_null(strstr(two, "notBefore"));
	free(one);
	free(two);
	json_decref(a);
	json_decref(b);
	json_decref(usual);
	json_decref(gold);
	config_free(c);
}
END_TEST

START_TEST(no_result)
{
	struct config *c = kit_example();
	json_t *view = view_of(c, 1, KIT_T0, KIT_T0 + 40000);
	struct event ev;

	ev = kit_event(4, EV_CANCELLED, ST_CANCELLED, kit_parse("{\"by\":\"er\"}"));
	ck_assert_int_eq(id_parse(js_str_or(view, "/id", ""), "task_", &ev.task), 0);
	ck_assert_int_eq(taskview_apply(view, &ev, NULL), 0);
	ck_assert_ptr_null(taskview_result(view));
	json_decref(ev.data);
	json_decref(view);
	config_free(c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_gold_shape");
	TCase *t = tcase_create("shape");

	tcase_add_test(t, same_shape);
	tcase_add_test(t, no_result);
	suite_add_tcase(s, t);
	return kit_run(s);
}
