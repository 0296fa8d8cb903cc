/* json: schemas and documents made to cost time or memory. */
#include <check.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/schema.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { SLOWER = 40, HEAVIER = 100 };
#else
enum { SLOWER = 5, HEAVIER = 1 };
#endif

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

/* A value of /proc/self/status in kB, or -1. */
static long status_kb(const char *name)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	long kb = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			kb = strtol(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

/* Begin to look for the peak anew; what is used now. */
static long reset_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	malloc_trim(0);
	if (!f)
		return -1;
	fputs("5", f);
	return fclose(f) ? -1 : status_kb("VmRSS:");
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Refused, or judged, within the time and the memory that a schema may take: 50 ms of a processor and
 * 64 MB.  The machine may be slow; a sanitizer is, and takes memory of its own.  BOMB_TIMES=1 shows what
 * it was. */
static void assert_short_with(const json_t *doc, const json_t *v, int formats)
{
	struct schema_options options = {.assert_formats = formats};
	struct err err = ERR_INIT;
	struct schema_errors errors;
	long before = reset_peak(), kb;
	double start = cpu_ms(), took;
	struct schema *s = schema_compile_with(doc, &options, &err);

	if (s) {
		schema_validate(s, v, &errors);
		schema_errors_release(&errors);
	} else {
		ck_assert_int_eq(err.code, FAIL_INVALID);
	}
	took = cpu_ms() - start;
	kb = before < 0 ? 0 : status_kb("VmHWM:") - before;
	schema_free(s);
	if (getenv("BOMB_TIMES"))
		printf("%s: %.1f ms, %.1f MB\n", s ? "judged" : "refused", took, (double)kb / 1024);
	ck_assert_msg(took < 50 * SLOWER, "took %.1f ms", took);
	ck_assert_msg(kb < 65536 * HEAVIER, "took %ld kB", kb);
}

static void assert_short(const json_t *doc, const json_t *v)
{
	assert_short_with(doc, v, 0);
}

static const struct {
	const char *schema, *instance;
} texts[] = {
    {"{\"$ref\":\"#\"}", "1"},
    {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}",
     "1"},
    {"{\"$dynamicAnchor\":\"x\",\"anyOf\":[{\"$dynamicRef\":\"#x\"},{\"$dynamicRef\":\"#x\"}]}", "1"},
    {"{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\",\"$recursiveAnchor\":true,"
     "\"allOf\":[{\"$recursiveRef\":\"#\"}]}", "1"},
    {"{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\""},
    {"{\"pattern\":\"(?:(?:(?:a{1,1000}){1,1000}){1,1000})\"}", "\"a\""},
    {"{\"pattern\":\"(x+x+)+y\"}", "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""},
    {"{\"anyOf\":[{\"items\":{\"$ref\":\"#\"}},{\"items\":{\"$ref\":\"#\"}}],\"type\":\"array\"}",
     "[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]"},
    {"{\"unevaluatedItems\":false,\"anyOf\":[{\"items\":{\"$ref\":\"#\"}},{\"items\":{\"$ref\":\"#\"}}]}",
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

static json_t *make_number(size_t i)
{
	return json_integer((json_int_t)i);
}

/* A chain of ${n} definitions, each leading to the next by ${link}: a text with %d twice. */
static json_t *chain(int n, const char *link)
{
	json_t *doc = parse("{\"$ref\":\"#/$defs/d0\"}"), *defs = json_object();
	int i;

	js_set_new(doc, "$defs", defs);
	for (i = 0; i < n; i++) {
		char name[16], text[200];

		snprintf(name, sizeof(name), "d%d", i);
		snprintf(text, sizeof(text), link, i + 1, i + 1);
		js_set_new(defs, name, i + 1 < n ? parse(text) : parse("{\"type\":\"null\"}"));
	}
	return doc;
}

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

START_TEST(a_million_items)
{
	static const char *const schemas[] = {
	    "{\"items\":{\"type\":\"integer\"}}", "{\"items\":{\"minimum\":0}}",
	    "{\"items\":{\"type\":\"string\"}}", "{\"contains\":{\"const\":-1}}",
	    "{\"uniqueItems\":true}", "{\"unevaluatedItems\":false,\"contains\":{\"minimum\":0}}",
	    "{\"maxItems\":10}", "{\"items\":{\"enum\":[1,2,3,4,5,6,7,8,9,10]}}",
	};
	json_t *v = many(1000000, make_number);
	size_t i;

	for (i = 0; i < NITEMS(schemas); i++) {
		json_t *doc = parse(schemas[i]);

		assert_short(doc, v);
		json_decref(doc);
	}
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
	for (i = 0; i < NITEMS(schemas); i++) {
		json_t *doc = parse(schemas[i]);

		assert_short(doc, v);
		json_decref(doc);
	}
	json_decref(v);
}
END_TEST

/* ---- lists and maps made of a format with the number in it ---- */

static json_t *value_of(const char *format, size_t i)
{
	char text[400];

	snprintf(text, sizeof(text), format, i, i);
	return parse(text);
}

static json_t *list_of(size_t n, const char *format)
{
	json_t *v = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(v, value_of(format, i));
	return v;
}

static json_t *map_of(size_t n, const char *key, const char *format)
{
	json_t *v = json_object();
	char name[200];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), key, i);
		js_set_new(v, name, value_of(format, i));
	}
	return v;
}

/* {${outer}: {${keyword}: ${value}}}, or without ${outer} the inner one. */
static json_t *schema_of(const char *outer, const char *keyword, json_t *value)
{
	json_t *in = json_object(), *out;

	js_set_new(in, keyword, value);
	if (!outer)
		return in;
	out = json_object();
	js_set_new(out, outer, in);
	return out;
}

static void short_and_free(json_t *doc, json_t *v)
{
	assert_short(doc, v);
	json_decref(doc);
	json_decref(v);
}

START_TEST(many_values)
{
	short_and_free(parse("{\"uniqueItems\":true}"), list_of(100000, "{\"id\":%zu,\"n\":\"%zu\"}"));
	short_and_free(parse("{\"uniqueItems\":true}"), list_of(60000, "{\"id\":%zu,\"n\":\"%zu\"}"));
	short_and_free(schema_of("items", "enum", list_of(33000, "{\"a\":%zu}")),
	               list_of(33000, "{\"a\":%zu}"));
	short_and_free(schema_of("items", "enum", list_of(90000, "%zu.5")), list_of(90000, "%zu.5"));
	short_and_free(schema_of("items", "enum", list_of(90000, "\"x%zu\"")),
	               list_of(90000, "\"x%zu\""));
	short_and_free(schema_of("items", "required", list_of(60, "\"n%zu\"")), list_of(90000, "{}"));
	short_and_free(schema_of("items", "dependentRequired",
	                         map_of(9000, "p%zu", "[\"a\",\"b\"]")),
	               list_of(30000, "{\"p%zu\":1}"));
}
END_TEST

/* Names that look alike, so that no table spreads them. */
START_TEST(many_names)
{
	static const char alike[] = "aaaaaaaa%05zubbbbbbbb";

	short_and_free(schema_of("items", "properties", map_of(9000, alike, "{\"type\":\"null\"}")),
	               list_of(30000, "{\"aaaaaaaa%05zubbbbbbbb\":null}"));
	short_and_free(parse("{\"propertyNames\":{\"pattern\":\"^(a+)+$\"}}"),
	               map_of(20000, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!%zu", "1"));
	short_and_free(parse("{\"propertyNames\":{\"not\":{\"pattern\":\"^(a+)+$\"}}}"),
	               map_of(20000, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!%zu", "1"));
	short_and_free(schema_of(NULL, "patternProperties", map_of(700, "(x|y%zu)+z$", "true")),
	               map_of(20000, "yxyxyxyxyxyxyxyx%zu", "1"));
	short_and_free(schema_of(NULL, "patternProperties", map_of(700, "^[a-z]{4}x%zu$", "true")),
	               map_of(50000, "yyyyx%zu", "1"));
	short_and_free(schema_of(NULL, "patternProperties", map_of(500, "^(a+)+%zu$", "true")),
	               map_of(20000, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!%zu", "1"));
}
END_TEST

/* Exact arithmetic, where a double has to be printed to know its digits. */
START_TEST(many_digits)
{
	size_t n = 100000, i;
	char *digits = mem_alloc(n + 1), *text = mem_alloc(n + 40);
	struct err err = ERR_INIT;
	static const char *const steps[] = {"5e-324", "3.1234567890123e-300", "7", "0.1"};

	for (i = 0; i < NITEMS(steps); i++) {
		char doc[80];

		snprintf(doc, sizeof(doc), "{\"items\":{\"multipleOf\":%s}}", steps[i]);
		short_and_free(parse(doc), list_of(90000, "1.79769313486%05zue290"));
	}
	memset(digits, '3', n);
	snprintf(text, n + 40, "{\"multipleOf\":0.%s}", digits);
	short_and_free(parse(text), json_integer(3));
	snprintf(text, n + 40, "0.%s", digits);
	short_and_free(parse("{\"multipleOf\":0.01}"), parse(text));
	ck_assert_ptr_null(js_parse_any(digits, n, &js_limits_doc, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "integer outside 64 bits"));
	free(digits);
	free(text);
}
END_TEST

/* Each step doubles the ways, or goes over all members again. */
START_TEST(products)
{
	static const char *const links[] = {
	    "{\"allOf\":[{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},false]},"
	    "{\"anyOf\":[false,{\"$ref\":\"#/$defs/d%d\"}]}]}",
	    "{\"oneOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"not\":{\"$ref\":\"#/$defs/d%d\"}}]}",
	    "{\"if\":{\"$ref\":\"#/$defs/d%d\"},\"else\":{\"$ref\":\"#/$defs/d%d\"}}",
	    "{\"unevaluatedProperties\":{\"type\":\"integer\"},"
	    "\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]}",
	    "{\"unevaluatedItems\":{\"type\":\"integer\"},"
	    "\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]}",
	};
	json_t *members = map_of(50000, "k%zu", "%zu"), *items = many(100000, make_number);
	size_t i;

	for (i = 0; i < NITEMS(links); i++) {
		json_t *doc = chain(i == 0 ? 1200 : 900, links[i]);

		assert_short(doc, members);
		assert_short(doc, items);
		json_decref(doc);
	}
	json_decref(members);
	json_decref(items);
}
END_TEST

START_TEST(dynamic_references)
{
	json_t *doc = parse("{\"$id\":\"http://a/\",\"$dynamicAnchor\":\"t\","
	                    "\"items\":{\"$dynamicRef\":\"#t\"}}");
	json_t *both = parse("{\"$id\":\"http://a/\"}");

	js_set_new(doc, "$defs", map_of(9000, "d%zu", "{\"$dynamicAnchor\":\"anchor%zu\"}"));
	short_and_free(doc, many(100000, make_number));
	js_set_new(both, "$defs",
	           map_of(4900, "d%zu", "{\"$dynamicAnchor\":\"a%zu\","
	                                "\"items\":{\"$dynamicRef\":\"#a%zu\"}}"));
	short_and_free(both, many(1000, make_number));
}
END_TEST

START_TEST(many_formats)
{
	static const struct {
		const char *doc, *each;
		size_t n;
	} rows[] = {
	    {"{\"items\":{\"format\":\"regex\"}}", "\"(a|[b-z]+)(a|[b-z]+)(a|[b-z]+)(a|[b-z]+)%zu\"",
	     20000},
	    {"{\"items\":{\"format\":\"regex\"}}", "\"(a)+%zu\"", 90000},
	    {"{\"items\":{\"format\":\"idn-hostname\"}}", "\"例え例え例え例え例え%zu.例え例え例え例え.テスト\"",
	     14000},
	    {"{\"items\":{\"format\":\"hostname\"}}", "\"xn--ihqwcrb4cv8a8dqg056pqjye.a%zu\"", 25000},
	    {"{\"items\":{\"format\":\"iri\"}}", "\"http://例え.テスト/例え例え例え%zu\"", 20000},
	    {"{\"items\":{\"format\":\"uri-template\"}}", "\"http://a/{x,y,z}{?q%zu}{#a,b}\"", 30000},
	};
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		json_t *doc = parse(rows[i].doc), *v = list_of(rows[i].n, rows[i].each);

		assert_short_with(doc, v, 1);
		json_decref(doc);
		json_decref(v);
	}
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
	tcase_add_loop_test(tc, small_bombs, 0, NITEMS(texts));
	tcase_add_test(tc, large_bombs);
	tcase_add_test(tc, a_million_items);
	tcase_add_test(tc, deep_instances);
	tcase_add_test(tc, many_values);
	tcase_add_test(tc, many_names);
	tcase_add_test(tc, many_digits);
	tcase_add_test(tc, products);
	tcase_add_test(tc, dynamic_references);
	tcase_add_test(tc, many_formats);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
