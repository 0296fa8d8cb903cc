/* json: reading text within limits. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "kit.h"

static json_t *parse(const char *text, struct err *err)
{
	return js_parse(text, strlen(text), &js_limits_doc, err);
}

static void expect_refused(const char *text, const char *message)
{
	struct err err = ERR_INIT;

	ck_assert_msg(!parse(text, &err), "%s", text);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_str_eq(err.msg, message);
}

static char *repeated(const char *before, const char *what, size_t n, const char *after)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, before);
	while (n-- > 0)
		buf_adds(&b, what);
	buf_adds(&b, after);
	return buf_detach(&b);
}

static int nested(size_t depth, const struct js_limits *lim)
{
	char *open = repeated("", "[", depth, ""), *text = repeated(open, "]", depth, "");
	struct err err = ERR_INIT;
	json_t *v = js_parse(text, strlen(text), lim, &err);
	int ok = v != NULL;

	ck_assert(ok || strstr(err.msg, "nested too deeply"));
	json_decref(v);
	free(open);
	free(text);
	return ok;
}

START_TEST(depth_limit)
{
	ck_assert(nested(32, &js_limits_doc));
	ck_assert(!nested(33, &js_limits_doc));
	ck_assert(nested(64, &js_limits_schema));
	ck_assert(!nested(65, &js_limits_schema));
	ck_assert(nested(80, &js_limits_own));
	ck_assert(!nested(81, &js_limits_own));
	ck_assert(!nested(300000, &js_limits_doc));
}
END_TEST

/* Brackets inside strings are text. */
START_TEST(depth_knows_strings)
{
	struct err err = ERR_INIT;
	char *text = repeated("[\"\\\"", "[", 100, "\\\\\"]");
	json_t *v = parse(text, &err);

	ck_assert_ptr_nonnull(v);
	json_decref(v);
	free(text);
	expect_refused("[\"", "line 1, column 2: ends too early");
	expect_refused("[\"\\", "line 1, column 3: not JSON");
}
END_TEST

START_TEST(node_limit)
{
	static const struct js_limits few = {1000, 6, 32};
	static const char *const fits[] = {
	    "[1,2,3,4,5]", "{\"a\":1,\"b\":[]}", "[[],[],[],[],[]]",
	    "[\"a,b,c,d,e,f\",-1.5e+3,true]",
	    "{\"a\":{\"b\":{}}}",
	};
	static const char *const over[] = {
	    "[1,2,3,4,5,6]", "{\"a\":1,\"b\":[0,0]}", "[[],[],[],[],[[]]]",
	    "{\"a\":{\"b\":{\"c\":1}}}",
	};
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < NITEMS(fits); i++) {
		json_t *v = js_parse(fits[i], strlen(fits[i]), &few, &err);

		ck_assert_msg(v != NULL, "%s: %s", fits[i], err.msg);
		json_decref(v);
	}
	for (i = 0; i < NITEMS(over); i++) {
		err_clear(&err);
		ck_assert_ptr_null(js_parse(over[i], strlen(over[i]), &few, &err));
		ck_assert_ptr_nonnull(strstr(err.msg, "too many values"));
	}
}
END_TEST

START_TEST(hundred_thousand_nodes)
{
	struct err err = ERR_INIT;
	char *text = repeated("[", "1,", JS_MAX_NODES - 2, "1]");
	json_t *v = parse(text, &err);

	ck_assert_ptr_nonnull(v);
	json_decref(v);
	free(text);
	text = repeated("[", "1,", JS_MAX_NODES - 1, "1]");
	ck_assert_ptr_null(parse(text, &err));
	free(text);
}
END_TEST

START_TEST(byte_limit)
{
	struct err err = ERR_INIT;
	char *text = repeated("[\"", "x", JS_MAX_BYTES - 4, "\"]");
	json_t *v = parse(text, &err);

	ck_assert_ptr_nonnull(v);
	json_decref(v);
	free(text);
	text = repeated("[\"", "x", JS_MAX_BYTES - 3, "\"]");
	ck_assert_ptr_null(parse(text, &err));
	ck_assert_str_eq(err.msg, "longer than 1048576 bytes");
	free(text);
}
END_TEST

static const struct {
	const char *text, *message;
} refused[] = {
    {"{\"a\":1,\"a\":2}", "line 1, column 10: a key stands twice in one object"},
    {"{\"a\":1,\n\"\\u0061\":2}", "line 2, column 8: a key stands twice in one object"},
    {"[9223372036854775808]", "line 1, column 20: integer outside 64 bits"},
    {"[-9223372036854775809]", "line 1, column 21: integer outside 64 bits"},
    {"[1e400]", "line 1, column 6: number too large"},
    {"[\"\\u0000\"]", "line 1, column 9: \\u0000 is not allowed"},
    {"{\"\\u0000\":1}", "line 1, column 9: \\u0000 is not allowed"},
    {"[\"\\ud800\"]", "line 1, column 9: not JSON"},
    {"[\"\\udc00\\ud800\"]", "line 1, column 15: not JSON"},
    {"[\"\xff\"]", "line 1, column 2: not UTF-8"},
    {"[\"\xed\xa0\x80\"]", "line 1, column 2: not UTF-8"},
    {"[\"a\x1b\"]", "line 1, column 3: not JSON"},
    {"[NaN]", "line 1, column 4: not JSON"},
    {"[Infinity]", "line 1, column 9: not JSON"},
    {"[01]", "line 1, column 2: not JSON"},
    {"[1,]", "line 1, column 4: not JSON"},
    {"['a']", "line 1, column 2: not JSON"},
    {"[1] x", "line 1, column 5: more text after the document"},
    {"[1][2]", "line 1, column 4: more text after the document"},
    {"\xef\xbb\xbf[1]", "line 1, column 1: byte order mark is not allowed"},
    {"\"text\"", "line 1, column 6: must be an object or an array"},
    {"1", "line 1, column 1: must be an object or an array"},
    {"", "line 1, column 0: ends too early"},
    {"{\"a\":\n\n 1", "line 3, column 2: ends too early"},
    {"// x\n{}", "line 1, column 1: must be an object or an array"},
    {"]]]]", "line 1, column 1: must be an object or an array"},
};

START_TEST(refusals_do_not_quote)
{
	expect_refused(refused[_i].text, refused[_i].message);
}
END_TEST

START_TEST(nul_byte)
{
	struct err err = ERR_INIT;

	ck_assert_ptr_null(js_parse("[1,\0 2]", 7, &js_limits_doc, &err));
	err_clear(&err);
	ck_assert_ptr_null(js_parse("[1]\0", 4, &js_limits_doc, &err));
}
END_TEST

START_TEST(integers_are_exact)
{
	struct err err = ERR_INIT;
	json_t *v = parse("[9223372036854775807,-9223372036854775808,9007199254740993,-0]", &err);

	ck_assert_int_eq(js_int_or(v, "/0", 0), INT64_MAX);
	ck_assert_int_eq(js_int_or(v, "/1", 0), INT64_MIN);
	ck_assert_int_eq(js_int_or(v, "/2", 0), INT64_C(9007199254740993));
	ck_assert_int_eq(js_int_or(v, "/3", 1), 0);
	json_decref(v);
}
END_TEST

START_TEST(any_value)
{
	struct err err = ERR_INIT;
	json_t *v = js_parse_any("\"text\"", 6, &js_limits_doc, &err);

	ck_assert(json_is_string(v));
	json_decref(v);
	v = js_parse_any(" null ", 6, &js_limits_doc, &err);
	ck_assert(json_is_null(v));
	json_decref(v);
	v = js_parse_trusted("{\"a\":7}", 7, &err);
	ck_assert_int_eq(js_int_or(v, "/a", 0), 7);
	json_decref(v);
	ck_assert_ptr_null(js_parse_trusted("{", 1, &err));
	ck_assert_str_eq(err.msg, "line 1, column 1: ends too early");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_parse");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, depth_limit);
	tcase_add_test(tc, depth_knows_strings);
	tcase_add_test(tc, node_limit);
	tcase_add_test(tc, hundred_thousand_nodes);
	tcase_add_test(tc, byte_limit);
	tcase_add_loop_test(tc, refusals_do_not_quote, 0, NITEMS(refused));
	tcase_add_test(tc, nul_byte);
	tcase_add_test(tc, integers_are_exact);
	tcase_add_test(tc, any_value);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
