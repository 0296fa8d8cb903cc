/* json: schemas and documents whose parts multiply each other's cost. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kit.h"
#include "json_bomb_kit.h"

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

START_TEST(many_values)
{
	short_and_free(parse("{\"uniqueItems\":true}"),
	               list_of(100000, "{\"id\":%zu,\"n\":\"%zu\"}"));
	short_and_free(parse("{\"uniqueItems\":true}"),
	               list_of(60000, "{\"id\":%zu,\"n\":\"%zu\"}"));
	short_and_free(schema_of("items", "enum", list_of(33000, "{\"a\":%zu}")),
	               list_of(33000, "{\"a\":%zu}"));
	short_and_free(schema_of("items", "enum", list_of(90000, "%zu.5")),
	               list_of(90000, "%zu.5"));
	short_and_free(schema_of("items", "enum", list_of(90000, "\"x%zu\"")),
	               list_of(90000, "\"x%zu\""));
	short_and_free(schema_of("items", "required", list_of(60, "\"n%zu\"")),
	               list_of(90000, "{}"));
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
	    {"{\"items\":{\"format\":\"regex\"}}",
	     "\"(a|[b-z]+)(a|[b-z]+)(a|[b-z]+)(a|[b-z]+)%zu\"", 20000},
	    {"{\"items\":{\"format\":\"regex\"}}", "\"(a)+%zu\"", 90000},
	    {"{\"items\":{\"format\":\"idn-hostname\"}}", "\"例え例え例え例え例え%zu.例え例え例え例え.テスト\"",
	     14000},
	    {"{\"items\":{\"format\":\"hostname\"}}", "\"xn--ihqwcrb4cv8a8dqg056pqjye.a%zu\"",
	     25000},
	    {"{\"items\":{\"format\":\"iri\"}}", "\"http://例え.テスト/例え例え例え%zu\"", 20000},
	    {"{\"items\":{\"format\":\"uri-template\"}}", "\"http://a/{x,y,z}{?q%zu}{#a,b}\"",
	     30000},
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
	Suite *s = suite_create("json_products");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, many_values);
	tcase_add_test(tc, many_names);
	tcase_add_test(tc, many_digits);
	tcase_add_test(tc, products);
	tcase_add_test(tc, dynamic_references);
	tcase_add_test(tc, many_formats);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
