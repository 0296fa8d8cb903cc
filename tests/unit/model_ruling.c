/* tests/unit/model_ruling.c -- what a rule program is told, and what it says. */
#include <string.h>

#include "base/buf.h"
#include "base/ids.h"
#include "json/js.h"
#include "model/ruling.h"
#include "kit.h"

static void expect_reasons(const char *said, size_t n, int cut, const char *want)
{
	json_t *got = ruling_reasons("p", said, n, cut);
	struct buf text = BUF_INIT;
	json_t *one;
	size_t i;

	json_array_foreach(got, i, one) {
		ck_assert_str_eq(js_str_or(one, "/keyword", ""), "/programs/p");
		buf_addf(&text, "%s%s=%s", i ? "|" : "", js_str_or(one, "/instance", "?"),
		         js_str_or(one, "/message", "?"));
	}
	ck_assert_str_eq(buf_str(&text), want);
	buf_release(&text);
	json_decref(got);
}

START_TEST(what_is_said)
{
	static const char *const cases[][2] = {
	    {"", "=does not pass this check"},
	    {"\n \n", "=does not pass this check"},
	    {"too short", "=too short"},
	    {"too short\r\n\nand late\n", "=too short|=and late"},
	    {"{\"reasons\":[{\"field\":\"/x\",\"message\":\"no\"},\"too\"]}", "/x=no|=too"},
	    {"[{\"message\":\"no\"}]\n", "=no"},
	    {"[{\"field\":\"x\",\"message\":\"no pointer\"}]", "=no pointer"},
	    {"{\"reasons\":[]}", "={\"reasons\":[]}"},
	    {"{\"reasons\":[{\"field\":1,\"message\":\"m\"}]}",
	     "={\"reasons\":[{\"field\":1,\"message\":\"m\"}]}"},
	    {"{\"ok\":false}", "={\"ok\":false}"},
	    {"[1]", "=[1]"},
	    {"{", "={"},
	    {"a\033[2Jb", "=a<U+001B>[2Jb"},
	    {"\xff", "=<0xFF>"},
	};
	expect_reasons(cases[_i][0], strlen(cases[_i][0]), 0, cases[_i][1]);
}
END_TEST

START_TEST(what_is_too_much)
{
	char many[200], text[1200];
	struct buf want = BUF_INIT;
	size_t n = 0;

	for (int i = 0; i < RULING_REASONS_MAX + 1; i++, n += 2)
		memcpy(many + n, "x\n", 3);
	for (int i = 0; i < RULING_REASONS_MAX - 1; i++)
		buf_adds(&want, i ? "|=x" : "=x");
	buf_adds(&want, "|=… and more that is not shown");
	expect_reasons(many, n, 0, buf_str(&want));
	buf_release(&want);
	expect_reasons("[\"a\"]", 5, 1, "=[\"a\"]|=… and more that is not shown");
	for (n = 0; n + 3 <= sizeof(text); n += 3)
		memcpy(text + n, "\u20ac", 3);
	json_t *got = ruling_reasons("p", text, n, 0);
	const char *m = js_str_or(json_array_get(got, 0), "/message", "");
	ck_assert_uint_eq(strlen(m), RULING_TEXT_MAX / 3 * 3 + strlen("…"));
	json_decref(got);
}
END_TEST

START_TEST(what_is_told)
{
	static const char created[] =
	    "{\"from\":\"req\",\"dialect\":\"er\",\"spec\":{\"lane\":\"l\",\"title\":\"t\","
	    "\"urgency\":\"high\",\"webhook\":{\"url\":\"https://x\",\"secret\":\"s3cret\"}},"
	    "\"body\":{\"title\":\"t\",\"payload\":{\"a\":1},\"webhook\":{\"secret\":\"s3cret\"}}}";
	static const char submitted[] = "{\"worker\":\"ana\",\"attempt\":2,\"answer\":{\"d\":1},"
	                                "\"confidence\":0.5}";
	struct id id = {{0}};
	json_t *c = js_parse(created, strlen(created), &js_limits_doc, NULL);
	json_t *s = js_parse(submitted, strlen(submitted), &js_limits_doc, NULL);
	struct ruled r = {&id, c, s, "ana", 2, 1000};
	json_t *got = ruling_told(&r);
	struct buf text = BUF_INIT;

	js_dump(&text, got, JS_COMPACT);
	ck_assert_str_eq(buf_str(&text),
	                 "{\"task\":{\"id\":\"task_00000000000000000000000000\",\"lane\":\"l\","
	                 "\"title\":\"t\",\"urgency\":\"high\",\"from\":\"req\","
	                 "\"payload\":{\"a\":1},\"body\":{\"title\":\"t\",\"payload\":{\"a\":1},"
	                 "\"webhook\":{\"secret\":\"***\"}},\"attempt\":2},\"answer\":{\"d\":1},"
	                 "\"confidence\":0.5,\"worker\":{\"name\":\"ana\"},\"attempt\":2,"
	                 "\"now\":\"1970-01-01T00:00:01.000Z\"}");
	buf_release(&text);
	json_decref(got);
	json_decref(c);
	json_decref(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_ruling");
	TCase *t = tcase_create("ruling");

	tcase_add_loop_test(t, what_is_said, 0, 14);
	tcase_add_test(t, what_is_too_much);
	tcase_add_test(t, what_is_told);
	suite_add_tcase(s, t);
	return kit_run(s);
}
