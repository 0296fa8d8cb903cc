/* json: pointers, typed access, amounts, building. */

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json_kit.h"

/* The example of RFC 6901, section 5. */
START_TEST(pointers)
{
	static const struct {
		const char *pointer;
		int value;
	} rows[] = {
	    {"/", 0}, {"/a~1b", 1}, {"/c%d", 2}, {"/e^f", 3}, {"/g|h", 4}, {"/i\\j", 5},
	    {"/k\"l", 6}, {"/ ", 7}, {"/m~0n", 8}, {"/list/1/x", 9}, {"/~01", 10},
	};
	static const char *const absent[] = {
	    "/none", "a", "/list/2", "/list/01", "/list/-", "/list/+1", "/list/", "/list/1/x/y",
	    "/m~n", "/m~2n", "/a~", "/list/99999999999999999999", "//",
	};
	json_t *v = kit_parse("{\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
	                      "\"k\\\"l\":6,\" \":7,\"m~n\":8,\"list\":[1,{\"x\":9}],\"~1\":10}");
	size_t i;

	for (i = 0; i < NITEMS(rows); i++)
		ck_assert_int_eq(js_int_or(v, rows[i].pointer, -1), rows[i].value);
	for (i = 0; i < NITEMS(absent); i++)
		ck_assert_msg(!js_at(v, absent[i]), "%s", absent[i]);
	ck_assert_ptr_eq(js_at(v, ""), v);
	ck_assert_ptr_null(js_at(NULL, "/a"));
	ck_assert_str_eq(js_str_or(v, "/list", "dflt"), "dflt");
	json_decref(v);
}
END_TEST

START_TEST(pointer_is_built)
{
	struct buf b = BUF_INIT;

	js_pointer_add(&b, "a/b");
	js_pointer_add(&b, "");
	js_pointer_add(&b, "m~n/");
	ck_assert_str_eq(buf_str(&b), "/a~1b//m~0n~1");
	buf_release(&b);
}
END_TEST

START_TEST(typed_access)
{
	json_t *v =
	    kit_parse("{\"s\":\"text\",\"i\":7,\"r\":7.0,\"b\":true,\"o\":{},\"a\":[1,2],"
	              "\"n\":null}");
	struct err err = ERR_INIT;
	const char *s = "dflt";
	int64_t i = -1;
	int b = -1;
	json_t *o = NULL, *a = NULL;

	ck_assert_int_eq(js_get_str(v, "/none", &s, 10, &err), 0);
	ck_assert_int_eq(js_get_str(v, "/n", &s, 10, &err), 0);
	ck_assert_str_eq(s, "dflt");
	ck_assert_int_eq(js_get_str(v, "/s", &s, 4, &err), 0);
	ck_assert_str_eq(s, "text");
	ck_assert_int_eq(js_get_int(v, "/i", 0, 7, &i, &err), 0);
	ck_assert_int_eq(i, 7);
	ck_assert_int_eq(js_get_bool(v, "/b", &b, &err), 0);
	ck_assert_int_eq(b, 1);
	ck_assert_int_eq(js_get_obj(v, "/o", &o, &err), 0);
	ck_assert_ptr_eq(o, js_at(v, "/o"));
	ck_assert_int_eq(js_get_arr(v, "/a", 2, &a, &err), 0);
	ck_assert_ptr_eq(a, js_at(v, "/a"));
	ck_assert_int_eq(err.code, FAIL_NONE);
	json_decref(v);
}
END_TEST

static void expect_field(struct err *err, const char *field, const char *msg)
{
	ck_assert_int_eq(err->code, FAIL_INVALID);
	ck_assert_str_eq(err->field, field);
	ck_assert_str_eq(err->msg, msg);
	err_clear(err);
}

START_TEST(wrong_types_are_named)
{
	json_t *v = kit_parse("{\"p\":{\"s\":\"text\",\"i\":7,\"r\":7.0,\"a\":[1,2]}}");
	struct err err = ERR_INIT;
	const char *s = NULL;
	int64_t i = 0;
	int b = 0;
	json_t *o = NULL;

	ck_assert_int_eq(js_get_str(v, "/p/i", &s, 10, &err), -1);
	expect_field(&err, "/p/i", "/p/i: must be a string");
	ck_assert_int_eq(js_get_str(v, "/p/s", &s, 3, &err), -1);
	expect_field(&err, "/p/s", "/p/s: must be at most 3 bytes long");
	ck_assert_int_eq(js_get_int(v, "/p/r", 0, 10, &i, &err), -1);
	expect_field(&err, "/p/r", "/p/r: must be an integer");
	ck_assert_int_eq(js_get_int(v, "/p/i", 8, 10, &i, &err), -1);
	expect_field(&err, "/p/i", "/p/i: must be from 8 to 10");
	ck_assert_int_eq(js_get_bool(v, "/p/i", &b, &err), -1);
	expect_field(&err, "/p/i", "/p/i: must be true or false");
	ck_assert_int_eq(js_get_obj(v, "/p/a", &o, &err), -1);
	expect_field(&err, "/p/a", "/p/a: must be an object");
	ck_assert_int_eq(js_get_arr(v, "/p", 9, &o, &err), -1);
	expect_field(&err, "/p", "/p: must be an array");
	ck_assert_int_eq(js_get_arr(v, "/p/a", 1, &o, &err), -1);
	expect_field(&err, "/p/a", "/p/a: must have at most 1 elements");
	ck_assert_ptr_null(s);
	ck_assert_ptr_null(o);
	json_decref(v);
}
END_TEST

static const struct {
	const char *text;
	int64_t scale, value; /* -1: refused */
} amounts[] = {
    {"\"0.50\"", 1000000, 500000}, {"0.5", 1000000, 500000}, {"0.50", 1000000, 500000},
    {"350", 1000000, 350000000}, {"\"350\"", 100, 35000}, {"4.35", 100, 435},
    {"4.35", 1000000, 4350000}, {"1e-7", 1000000, -1}, {"1e-6", 1000000, 1},
    {"0.0000015", 1000000, -1}, {"\"0.5000000000000000000000000000\"", 1000000, 500000},
    {"1.1", 1000000, 1100000}, {"0.07", 100, 7}, {"19.99", 100, 1999}, {"1e3", 100, 100000},
    {"0", 100, 0}, {"-0.0", 100, 0}, {"\"-0\"", 100, 0}, {"-1", 100, -1}, {"\"-0.01\"", 100, -1},
    {"9223372036854", 1000000, INT64_C(9223372036854000000)}, {"9223372036855", 1000000, -1},
    {"1e300", 1, -1}, {"1e18", 1, INT64_C(1000000000000000000)}, {"\"\"", 100, -1},
    {"\"1.\"", 100, -1}, {"\".5\"", 100, -1}, {"\"01\"", 100, -1}, {"\"+1\"", 100, -1},
    {"\"1e3\"", 100, -1}, {"\" 1\"", 100, -1}, {"\"1,50\"", 100, -1}, {"\"0x10\"", 100, -1},
    {"\"1.2.3\"", 100, -1}, {"\"99999999999999999999999\"", 100, -1}, {"true", 100, -1},
    {"[]", 100, -1}, {"\"1.0x0\"", 100, -1}, {"9007199254740993", 1, INT64_C(9007199254740993)},
    {"0.125", 8, 1},
};

START_TEST(amounts_are_exact)
{
	json_t *v = kit_parse("{}");
	struct err err = ERR_INIT;
	int64_t out = -1;
	int rc;

	js_set_new(v, "fee", kit_parse(amounts[_i].text));
	rc = js_get_amount(v, "/fee", amounts[_i].scale, &out, &err);
	ck_assert_int_eq(rc, amounts[_i].value < 0 ? -1 : 0);
	ck_assert_int_eq(out, amounts[_i].value);
	ck_assert_str_eq(err.field, rc ? "/fee" : "");
	json_decref(v);
}
END_TEST

START_TEST(building)
{
	json_t *v = json_object(), *shared = json_object();
	struct buf b = BUF_INIT;

	js_set_str(v, "s", "text");
	js_set_str(v, "none", NULL);
	js_set_int(v, "i", INT64_MIN);
	js_set_time(v, "t", 0);
	js_set_copy(v, "c", shared);
	js_set_copy(v, "nothing", NULL);
	js_set_new(v, "n", json_null());
	js_dump(&b, v, JS_COMPACT);
	ck_assert_str_eq(buf_str(&b), "{\"s\":\"text\",\"i\":-9223372036854775808,"
	                              "\"t\":\"1970-01-01T00:00:00.000Z\",\"c\":{},\"n\":null}");
	ck_assert_ptr_eq(js_at(v, "/c"), shared);
	buf_release(&b);
	json_decref(shared);
	json_decref(v);
}
END_TEST

START_TEST(only_known_keys)
{
	static const char *const known[] = {"maxBudgetUsd", "confidentiality", NULL};
	json_t *v = kit_parse("{\"$schema\":\"x\",\"$comment\":\"y\",\"maxBudgetUsd\":1}");
	struct err err = ERR_INIT;

	ck_assert_int_eq(js_only_keys(v, "/policy", known, &err), 0);
	js_set_int(v, "maxBudgetUSD", 1);
	ck_assert_int_eq(js_only_keys(v, "/policy", known, &err), -1);
	expect_field(&err, "/policy/maxBudgetUSD",
	             "/policy/maxBudgetUSD: unknown key; did you mean maxBudgetUsd?");
	json_object_del(v, "maxBudgetUSD");
	js_set_int(v, "completely/other", 1);
	ck_assert_int_eq(js_only_keys(v, "", known, &err), -1);
	expect_field(&err, "/completely~1other", "/completely~1other: unknown key");
	json_decref(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_get");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, pointers);
	tcase_add_test(tc, pointer_is_built);
	tcase_add_test(tc, typed_access);
	tcase_add_test(tc, wrong_types_are_named);
	tcase_add_loop_test(tc, amounts_are_exact, 0, NITEMS(amounts));
	tcase_add_test(tc, building);
	tcase_add_test(tc, only_known_keys);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
