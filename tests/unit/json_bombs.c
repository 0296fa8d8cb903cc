/* json: schemas and documents made to cost time or memory. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kit.h"
#include "json_bomb_kit.h"

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
	static const char *const schemas[] =
	    {"{\"items\":{}}", "{\"items\":{\"pattern\":\"^(a+)+$\"}}",
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
		char name[16], text[60];
		json_t *p = json_object();

		snprintf(name, sizeof(name), "p%d", i);
		snprintf(text, sizeof(text), "(?:(?:x[^y]{1,50}){1,40}){1,5}%d", i);
		js_set_str(p, "pattern", text);
		js_set_new(props, name, p);
	}
	ck_assert_ptr_null(schema_compile(big, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "too large together"));
	json_decref(doc);
	json_decref(big);
}
END_TEST

static const struct {
	const char *schema, *instance;
} texts[] = {
    {"{\"$ref\":\"#\"}", "1"},
    {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},"
     "\"b\":{\"$ref\":\"#/$defs/a\"}}}",
     "1"},
    {"{\"$dynamicAnchor\":\"x\",\"anyOf\":[{\"$dynamicRef\":\"#x\"},{\"$dynamicRef\":\"#x\"}]}",
     "1"},
    {"{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\",\"$recursiveAnchor\":true,"
     "\"allOf\":[{\"$recursiveRef\":\"#\"}]}", "1"},
    {"{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\""},
    {"{\"pattern\":\"(?:(?:(?:a{1,1000}){1,1000}){1,1000})\"}", "\"a\""},
    {"{\"pattern\":\"(x+x+)+y\"}", "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""},
    {"{\"anyOf\":[{\"items\":{\"$ref\":\"#\"}},{\"items\":{\"$ref\":\"#\"}}],\"type\":\"array\"}",
     "[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]"},
    {"{\"unevaluatedItems\":false,\"anyOf\":[{\"items\":{\"$ref\":\"#\"}},"
     "{\"items\":{\"$ref\":\"#\"}}]}",
     "[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]"},
};

START_TEST(small_bombs)
{
	json_t *doc = parse(texts[_i].schema), *v = parse(texts[_i].instance);

	assert_short(doc, v);
	json_decref(doc);
	json_decref(v);
}
END_TEST

/* Ten thousand alternatives for an array of as many items. */
static json_t *alternatives(const char *each, size_t n)
{
	json_t *doc = json_object(), *list = json_array();
	size_t i;

	js_set_new(doc, "anyOf", list);
	for (i = 0; i < n; i++)
		json_array_append_new(list, parse(each));
	return doc;
}

START_TEST(large_bombs)
{
	static const char *const links[] = {
	    "{\"$ref\":\"#/$defs/d%d\"}",
	    "{\"title\":\"x\",\"minimum\":0,\"allOf\":[{\"$ref\":\"#/$defs/d%d\"}]}",
	    "{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]}",
	    "{\"not\":{\"$ref\":\"#/$defs/d%d\"}}",
	};
	static const char *const each[] = {
	    "{\"items\":{\"type\":\"integer\"},\"maxItems\":1}",
	    "{\"contains\":{\"type\":\"string\"}}",
	    "{\"items\":{\"type\":\"integer\"},\"const\":0}",
	    "{\"uniqueItems\":true,\"const\":0}",
	    "{\"items\":{\"pattern\":\"^(a|b|ab)*c$\"},\"minItems\":2,\"not\":true}",
	    "{\"unevaluatedItems\":{\"type\":\"integer\"},\"not\":{}}",
	};
	json_t *numbers = many(100000, make_number), *doc, *one = json_integer(1);
	size_t i;

	for (i = 0; i < NITEMS(links); i++) {
		doc = chain(i == 2 ? 3000 : 4900, links[i]);
		assert_short(doc, one);
		json_decref(doc);
	}
	for (i = 0; i < NITEMS(each); i++) {
		doc = alternatives(each[i], 3000);
		assert_short(doc, numbers);
		json_decref(doc);
	}
	json_decref(one);
	json_decref(numbers);
}
END_TEST

static void assert_each_short(const char *const *schemas, size_t n, json_t *v)
{
	for (size_t i = 0; i < n; i++) {
		json_t *doc = parse(schemas[i]);

		assert_short(doc, v);
		json_decref(doc);
	}
}

START_TEST(a_million_items)
{
	static const char *const schemas[] = {
	    "{\"items\":{\"type\":\"integer\"}}", "{\"items\":{\"minimum\":0}}",
	    "{\"items\":{\"type\":\"string\"}}", "{\"contains\":{\"const\":-1}}",
	    "{\"uniqueItems\":true}", "{\"unevaluatedItems\":false,\"contains\":{\"minimum\":0}}",
	    "{\"maxItems\":10}", "{\"items\":{\"enum\":[1,2,3,4,5,6,7,8,9,10]}}",
	};
	json_t *v = many(1000000, make_number);

	assert_each_short(schemas, NITEMS(schemas), v);
	json_decref(v);
}
END_TEST

/* The document may be deep, too: our own walks end before the stack does. */
START_TEST(deep_instances)
{
	static const char *const schemas[] = {
	    "{\"items\":{\"$ref\":\"#\"}}",
	    "{\"unevaluatedItems\":{\"$ref\":\"#\"},\"anyOf\":[{\"minItems\":0}]}",
	    "{\"items\":{\"$ref\":\"#\"},\"uniqueItems\":true,\"not\":{\"const\":1}}",
	};
	json_t *v = json_array();
	size_t i;

	for (i = 0; i < 1900; i++) {
		json_t *outer = json_array();

		json_array_append_new(outer, v);
		v = outer;
	}
	assert_each_short(schemas, NITEMS(schemas), v);
	json_decref(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_bombs");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, bombs_are_short, 0, 4);
	tcase_add_test(tc, schema_limits);
	tcase_add_loop_test(tc, small_bombs, 0, NITEMS(texts));
	tcase_add_test(tc, large_bombs);
	tcase_add_test(tc, a_million_items);
	tcase_add_test(tc, deep_instances);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
