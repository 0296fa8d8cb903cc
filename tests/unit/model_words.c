/* States, events, messages: names, encoding, limits. */
#include "model_kit.h"

#include "model/message.h"
#include "model/state.h"

#define TASK "task_01J8ZQ4T0V6M3N5P7R9S2W4X6Y"
#define MSG "msg_01J8ZQ4T0V6M3N5P7R9S2W4X6Y"

START_TEST(states)
{
	for (int s = 0; s < ST_COUNT; s++)
		ck_assert_int_eq(state_by_name(state_name((enum state)s)), s);
	ck_assert_int_eq(state_by_name("nowhere"), -1);
	ck_assert(state_final(ST_COMPLETED) && state_final(ST_EXPIRED));
	ck_assert(!state_final(ST_VERIFIED) && !state_final(ST_NONE));
}
END_TEST

START_TEST(event_names)
{
	for (int t = 0; t < EV_COUNT; t++)
		ck_assert_int_eq(event_by_name(event_name((enum event_type)t)), t);
	ck_assert_int_eq(event_by_name("task.nothing"), -1);
	ck_assert_str_eq(event_name(EV_OFFER_EXPIRED), "task.offer_expired");
}
END_TEST

START_TEST(event_round_trip)
{
	struct event ev = kit_event(3, EV_OFFERED, ST_OFFERED, kit_parse("{\"worker\":\"ana\"}"));
	struct event got = {.pos = {1, 2, 3}};
	struct err err = ERR_INIT;
	struct buf first, second;
	json_t *line;

	ev.msg = MSG;
	buf_init(&first, 0);
	buf_init(&second, 0);
	event_encode(&ev, &first);
	ck_assert(strncmp(first.data, "{\"seq\":3,\"id\":\"evt_", 19) == 0);
	ck_assert_ptr_nonnull(strstr(first.data, "\"type\":\"task.offered\",\"at\":"));
	buf_addc(&first, '}');
	line = kit_parse(first.data);
	ck_assert_msg(event_parse(line, &got, &err) == 0, "%s", err.msg);
	ck_assert_uint_eq(got.pos.length, 3);
	ck_assert_str_eq(got.msg, MSG);
	event_encode(&got, &second);
	buf_addc(&second, '}');
	ck_assert_str_eq(first.data, second.data);
	json_decref(line);
	json_decref(ev.data);
	buf_release(&first);
	buf_release(&second);
}
END_TEST

static const char *const bad_events[] = {
	"{}",
	"{\"seq\":0,\"id\":\"evt_01J8ZQ4T0V6M3N5P7R9S2W4X6Y\"}",
	"{\"seq\":1,\"id\":\"evt_x\",\"type\":\"task.queued\",\"at\":\"2026-03-31T20:00:00Z\"}",
	"{\"seq\":1,\"id\":\"evt_01J8ZQ4T0V6M3N5P7R9S2W4X6Y\",\"type\":\"task.q\"}",
	"{\"seq\":1,\"id\":\"evt_01J8ZQ4T0V6M3N5P7R9S2W4X6Y\",\"type\":\"task.queued\","
	"\"at\":\"no\"}",
	"{\"seq\":1,\"id\":\"evt_01J8ZQ4T0V6M3N5P7R9S2W4X6Y\",\"type\":\"task.queued\","
	"\"at\":\"2026-03-31T20:00:00Z\",\"actor\":\"erd\",\"data\":[]}",
	"{\"seq\":1,\"id\":\"evt_01J8ZQ4T0V6M3N5P7R9S2W4X6Y\",\"type\":\"task.queued\","
	"\"at\":\"2026-03-31T20:00:00Z\",\"actor\":\"erd\",\"task\":\"task_\"}",
};

START_TEST(event_refused)
{
	json_t *line = kit_parse(bad_events[_i]);
	struct err err = ERR_INIT;
	struct event ev = {.seq = 0};

	ck_assert_int_eq(event_parse(line, &ev, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_str_ne(err.field, "");
	json_decref(line);
}
END_TEST

static int parse(const char *text, struct message *m, struct err *err)
{
	json_t *doc = kit_parse(text);
	int rc = message_parse(doc, m, err);

	if (rc != 0)
		json_decref(doc);
	return rc;
}

static const char *const good_messages[] = {
	"{\"er\":1,\"type\":\"submit\",\"id\":\"" TASK "\",\"from\":\"alice\",\"key\":\"order-1\","
	"\"at\":\"2026-11-22T18:44:38.123Z\",\"body\":{\"title\":\"x\"}}",
	"{\"er\":1,\"type\":\"accept\",\"id\":\"" MSG "\",\"task\":\"" TASK "\",\"from\":\"Zoë\","
	"\"reply\":\"r-1.fifo\",\"body\":{}}",
	"{\"er\":1,\"type\":\"answer\",\"id\":\"" MSG "\",\"task\":\"" TASK "\",\"from\":\"ana\","
	"\"body\":{\"answer\":null,\"confidence\":1,\"evidence\":[{\"note\":\"called\"}]}}",
	"{\"er\":1,\"type\":\"cancel\",\"id\":\"" MSG "\",\"task\":\"" TASK "\",\"from\":\"ana\","
	"\"body\":{}}",
};

START_TEST(message_taken)
{
	struct err err = ERR_INIT;
	struct message m;

	ck_assert_msg(parse(good_messages[_i], &m, &err) == 0, "%s", err.msg);
	ck_assert_ptr_nonnull(m.body);
	message_release(&m);
	ck_assert_ptr_null(m.doc);
}
END_TEST

#define HEAD "{\"er\":1,\"id\":\"" MSG "\",\"task\":\"" TASK "\",\"from\":\"ana\","

static const struct {
	const char *text, *field;
} bad_messages[] = {
	{"{\"type\":\"accept\"}", "/er"},
	{"{\"er\":2,\"type\":\"accept\"}", "/er"},
	{"{\"er\":1,\"type\":\"dance\"}", "/type"},
	{"{\"er\":1,\"type\":\"submit\",\"id\":\"" MSG "\"}", "/id"},
	{"{\"er\":1,\"type\":\"accept\",\"id\":\"" TASK "\"}", "/id"},
	{"{\"er\":1,\"type\":\"accept\",\"id\":\"" MSG "\"}", "/task"},
	{"{\"er\":1,\"type\":\"accept\",\"id\":\"" MSG "\",\"task\":\"" TASK "\"}", "/from"},
	{"{\"er\":1,\"type\":\"accept\",\"id\":\"" MSG "\",\"task\":\"" TASK
	 "\",\"from\":\"a\\nb\",\"body\":{}}", "/from"},
	{"{\"er\":1,\"type\":\"accept\",\"id\":\"" MSG "\",\"task\":\"" TASK
	 "\",\"from\":\"\\u202eb\",\"body\":{}}", "/from"},
	{HEAD "\"type\":\"accept\"}", "/body"},
	{HEAD "\"type\":\"accept\",\"body\":{\"x\":1}}", "/body/x"},
	{HEAD "\"type\":\"accept\",\"key\":\"k\",\"body\":{}}", "/key"},
	{HEAD "\"type\":\"accept\",\"reply\":\"../x\",\"body\":{}}", "/reply"},
	{HEAD "\"type\":\"accept\",\"reply\":\".x\",\"body\":{}}", "/reply"},
	{HEAD "\"type\":\"accept\",\"at\":\"noon\",\"body\":{}}", "/at"},
	{HEAD "\"type\":\"accept\",\"bodi\":{}}", "/bodi"},
	{HEAD "\"type\":\"block\",\"body\":{\"text\":\"\"}}", "/body/text"},
	{HEAD "\"type\":\"reply\",\"body\":{}}", "/body/text"},
	{HEAD "\"type\":\"decline\",\"body\":{\"reason\":7}}", "/body/reason"},
	{HEAD "\"type\":\"answer\",\"body\":{}}", "/body/answer"},
	{HEAD "\"type\":\"answer\",\"body\":{\"answer\":1,\"confidence\":1.5}}",
	 "/body/confidence"},
	{HEAD "\"type\":\"answer\",\"body\":{\"answer\":1,\"evidence\":{}}}", "/body/evidence"},
	{HEAD "\"type\":\"answer\",\"body\":{\"answer\":1,\"evidence\":[1,{\"sha256\":\"ab\"}]}}",
	 "/body/evidence/1/sha256"},
};

START_TEST(message_refused)
{
	struct err err = ERR_INIT;
	struct message m;

	ck_assert_int_eq(parse(bad_messages[_i].text, &m, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_str_eq(err.field, bad_messages[_i].field);
}
END_TEST

START_TEST(message_limits)
{
	static const struct {
		const char *type, *member;
		int max;
	} rows[] = {{"block", "text", MESSAGE_TEXT_MAX}, {"decline", "reason", MESSAGE_REASON_MAX}};

	for (size_t i = 0; i < NITEMS(rows); i++) {
		for (int over = 0; over < 2; over++) {
			struct err err = ERR_INIT;
			struct message m;
			char *long_text = mem_alloc((size_t)rows[i].max + 2);
			struct buf b;

			memset(long_text, 'x', (size_t)rows[i].max + (size_t)over);
			buf_init(&b, 0);
			buf_addf(&b, HEAD "\"type\":\"%s\",\"body\":{\"%s\":\"%s\"}}", rows[i].type,
			         rows[i].member, long_text);
			ck_assert_int_eq(parse(buf_str(&b), &m, &err), over ? -1 : 0);
			if (!over)
				message_release(&m);
			buf_release(&b);
			free(long_text);
		}
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_words");
	TCase *t = tcase_create("words");

	tcase_add_test(t, states);
	tcase_add_test(t, event_names);
	tcase_add_test(t, event_round_trip);
	tcase_add_loop_test(t, event_refused, 0, (int)NITEMS(bad_events));
	tcase_add_loop_test(t, message_taken, 0, (int)NITEMS(good_messages));
	tcase_add_loop_test(t, message_refused, 0, (int)NITEMS(bad_messages));
	tcase_add_test(t, message_limits);
	suite_add_tcase(s, t);
	return kit_run(s);
}
