/* json: schemas and documents made to cost time or memory. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "json/js.h"
#include "json/schema/schema.h"

static json_t *parse(const char *text)
{
	struct err err = ERR_INIT;
	json_t *v = js_parse_any(text, strlen(text), &js_limits_doc, &err);

	ck_assert_msg(v != NULL, "%s: %s", text, err.msg);
	return v;
}

static json_t *many(size_t n, json_t *(*make)(size_t))
{
	json_t *v = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(v, make(i));
	return v;
}

static json_t *make_object(size_t i)
{
	(void)i;
	return json_object();
}

static json_t *make_name(size_t i)
{
	char name[32];

	snprintf(name, sizeof(name), "name%zu", i);
	return json_string(name);
}

static json_t *make_slow(size_t i)
{
	char text[40] = "aaaaaaaaaaaaaaaa";

	snprintf(text + 16, sizeof(text) - 16, "!%zu", i);
	return json_string(text);
}

/* Each of these would take seconds to minutes without a bound on the work. */
START_TEST(bombs_are_short)
{
	static const char *const schemas[] = {"{\"items\":{}}", "{\"items\":{\"pattern\":\"^(a+)+$\"}}",
	                                      "{\"items\":{}}", "{\"uniqueItems\":true}"};
	json_t *doc = parse(schemas[_i]), *v;
	json_t *item = json_object_get(doc, "items");
	struct schema_errors errors;
	struct err err = ERR_INIT;
	struct schema *s;
	int64_t start;

	if (_i == 0)
		js_set_new(item, "required", many(40000, make_name));
	if (_i == 2)
		js_set_new(item, "enum", many(40000, make_name));
	v = many(40000, _i == 0 ? make_object : _i == 1 ? make_slow : make_name);
	s = schema_compile(doc, &err);
	ck_assert_ptr_nonnull(s);
	start = now_mono_ms();
	if (_i >= 2)
		ck_assert_uint_eq(schema_validate(s, v, &errors), 0);
	else
		ck_assert_uint_gt(schema_validate(s, v, &errors), 0);
	ck_assert_int_lt(now_mono_ms() - start, 5000);
	schema_errors_release(&errors);
	schema_free(s);
	json_decref(doc);
	json_decref(v);
}
END_TEST

START_TEST(schema_limits)
{
	json_t *doc = json_object(), *at = doc, *props, *big = json_object();
	struct err err = ERR_INIT;
	int i;

	for (i = 0; i < 65; i++) {
		json_t *below = json_object();

		js_set_new(at, "items", below);
		at = below;
	}
	ck_assert_ptr_null(schema_compile(doc, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "nested too deeply"));
	err_clear(&err);
	props = json_object();
	for (i = 0; i < 10001; i++) {
		char name[16];

		snprintf(name, sizeof(name), "p%d", i);
		js_set_new(props, name, json_true());
	}
	js_set_new(big, "properties", props);
	ck_assert_ptr_null(schema_compile(big, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "too many subschemas"));
	err_clear(&err);
	json_object_clear(props);
	for (i = 0; i < 1000; i++) {
		char name[16];
		json_t *p = json_object();

		snprintf(name, sizeof(name), "p%d", i);
		js_set_str(p, "pattern", "(?:(?:x[^y]{1,50}){1,40}){1,5}");
		js_set_new(props, name, p);
	}
	ck_assert_ptr_null(schema_compile(big, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "too large together"));
	json_decref(doc);
	json_decref(big);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_bombs");
	TCase *tc = tcase_create("all");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, bombs_are_short, 0, 4);
	tcase_add_test(tc, schema_limits);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
