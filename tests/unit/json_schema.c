/* json: the validator, every keyword both ways. */

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/schema.h"
#include "json_kit.h"

#define D4 "\"$schema\":\"http://json-schema.org/draft-04/schema#\","

static struct schema *compile(const char *text)
{
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(text);
	struct schema *s = schema_compile(doc, &err);

	ck_assert_msg(s != NULL, "%s: %s", text, err.msg);
	json_decref(doc);
	return s;
}

/* One row: the instance is valid when there is no keyword, else that is its first error. */
static const struct {
	const char *schema, *instance, *at, *keyword, *message;
} rows[] = {
    {"true", "1", NULL, NULL, NULL},
    {"{}", "{\"a\":[1]}", NULL, NULL, NULL},
    {"false", "1", "", "", "no value is allowed here"},

    {"{\"type\":\"string\"}", "\"x\"", NULL, NULL, NULL},
    {"{\"type\":\"string\"}", "1", "", "/type", "must be a string, not a number"},
    {"{\"type\":\"number\"}", "1", NULL, NULL, NULL},
    {"{\"type\":\"number\"}", "1.5", NULL, NULL, NULL},
    {"{\"type\":\"number\"}", "\"1\"", "", "/type", "must be a number, not a string"},
    {"{\"type\":\"integer\"}", "1", NULL, NULL, NULL},
    {"{\"type\":\"integer\"}", "1.0", NULL, NULL, NULL},
    {"{\"type\":\"integer\"}", "1e300", NULL, NULL, NULL},
    {"{\"type\":\"integer\"}", "1.5", "", "/type", "must be an integer, not 1.5"},
    {"{" D4 "\"type\":\"integer\"}", "1.0", "", "/type", "must be an integer, not 1.0"},
    {"{\"type\":\"boolean\"}", "false", NULL, NULL, NULL},
    {"{\"type\":\"boolean\"}", "null", "", "/type", "must be true or false, not null"},
    {"{\"type\":\"null\"}", "null", NULL, NULL, NULL},
    {"{\"type\":\"null\"}", "false", "", "/type", "must be null, not false"},
    {"{\"type\":\"array\"}", "[]", NULL, NULL, NULL},
    {"{\"type\":\"array\"}", "{}", "", "/type", "must be a list, not an object"},
    {"{\"type\":\"object\"}", "{}", NULL, NULL, NULL},
    {"{\"type\":\"object\"}", "[]", "", "/type", "must be an object, not a list"},
    {"{\"type\":[\"string\",\"null\"]}", "null", NULL, NULL, NULL},
    {"{\"type\":[\"null\",\"string\"]}", "true", "", "/type",
     "must be a string or null, not true"},

    {"{\"enum\":[\"low\",\"medium\",\"high\"]}", "\"low\"", NULL, NULL, NULL},
    {"{\"enum\":[\"low\",\"medium\",\"high\"]}", "\"hgih\"", "", "/enum",
     "\"hgih\" is not one of \"low\", \"medium\", \"high\"; did you mean high?"},
    {"{\"enum\":[1,{\"a\":[2.0],\"b\":null}]}", "{\"b\":null,\"a\":[2]}", NULL, NULL, NULL},
    {"{\"enum\":[1]}", "1.0", NULL, NULL, NULL},
    {"{\"enum\":[1]}", "true", "", "/enum", "true is not 1"},
    {"{\"enum\":[{\"a\":1}]}", "{\"a\":2}", "", "/enum", "this object is not this object"},
    {"{\"enum\":[]}", "1", "", "/enum", "1 is not one of nothing"},
    {"{\"enum\":[0,1,2,3,4,5,6,7,8,9,10,\"x\",[1]]}", "[1.0]", NULL, NULL, NULL},
    {"{\"enum\":[0,1,2,3,4,5,6,7,8,9,10,\"x\",[1]]}", "10.0", NULL, NULL, NULL},
    {"{\"enum\":[0,1,2,3,4,5,6,7,8,9,10,\"x\",[1]]}", "11", "", "/enum",
     "11 is not one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, \"x\" and 1 more"},

    {"{\"const\":null}", "null", NULL, NULL, NULL},
    {"{\"const\":{\"a\":1}}", "{\"a\":1.0}", NULL, NULL, NULL},
    {"{\"const\":\"yes\"}", "\"no\"", "", "/const", "must be \"yes\""},
    {"{\"const\":9007199254740993}", "9007199254740992", "", "/const",
     "must be 9007199254740993"},
    {"{\"const\":9007199254740993}", "9007199254740993", NULL, NULL, NULL},

    {"{\"minimum\":10}", "10", NULL, NULL, NULL},
    {"{\"minimum\":10}", "9.99", "", "/minimum", "must be at least 10"},
    {"{\"minimum\":10}", "\"9\"", NULL, NULL, NULL},
    {"{\"maximum\":10}", "10.0", NULL, NULL, NULL},
    {"{\"maximum\":10}", "11", "", "/maximum", "must be at most 10"},
    {"{\"maximum\":9007199254740992}", "9007199254740993", "", "/maximum",
     "must be at most 9007199254740992"},
    {"{\"maximum\":9007199254740992.0}", "9007199254740993", "", "/maximum",
     "must be at most 9007199254740992.0"},
    {"{\"exclusiveMinimum\":0}", "0.1", NULL, NULL, NULL},
    {"{\"exclusiveMinimum\":0}", "0", "", "/exclusiveMinimum", "must be more than 0"},
    {"{\"exclusiveMaximum\":1.5}", "1.4", NULL, NULL, NULL},
    {"{\"exclusiveMaximum\":1.5}", "1.5", "", "/exclusiveMaximum", "must be less than 1.5"},
    {"{" D4 "\"minimum\":1,\"exclusiveMinimum\":true}", "2", NULL, NULL, NULL},
    {"{" D4 "\"minimum\":1,\"exclusiveMinimum\":true}", "1", "", "/exclusiveMinimum",
     "must be more than 1"},
    {"{" D4 "\"maximum\":1,\"exclusiveMaximum\":false}", "1", NULL, NULL, NULL},
    {"{" D4 "\"exclusiveMaximum\":true,\"maximum\":1}", "1", "", "/exclusiveMaximum",
     "must be less than 1"},
    {"{\"multipleOf\":0.01}", "4.35", NULL, NULL, NULL},
    {"{\"multipleOf\":0.01}", "19.99", NULL, NULL, NULL},
    {"{\"multipleOf\":0.01}", "4.355", "", "/multipleOf", "must be a multiple of 0.01"},
    {"{\"multipleOf\":2}", "7", "", "/multipleOf", "must be a multiple of 2"},
    {"{\"multipleOf\":2}", "0", NULL, NULL, NULL},

    {"{\"minLength\":2}", "\"ab\"", NULL, NULL, NULL},
    {"{\"minLength\":2}", "\"\\ud83d\\ude42\"", "", "/minLength",
     "must have at least 2 characters, has 1"},
    {"{\"minLength\":2.0}", "7", NULL, NULL, NULL},
    {"{\"maxLength\":1}", "\"🙂\"", NULL, NULL, NULL},
    {"{\"maxLength\":1}", "\"ab\"", "", "/maxLength", "must have at most 1 character, has 2"},
    {"{\"maxLength\":1e300}", "\"ab\"", NULL, NULL, NULL},
    {"{\"pattern\":\"^a+$\"}", "\"aaa\"", NULL, NULL, NULL},
    {"{\"pattern\":\"b\"}", "\"abc\"", NULL, NULL, NULL},
    {"{\"pattern\":\"b\"}", "1", NULL, NULL, NULL},
    {"{\"pattern\":\"^a+$\"}", "\"ab\"", "", "/pattern", "must match the pattern ^a+$"},
    {"{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", "", "/pattern",
     "takes too much work to match with the pattern ^(a+)+$"},

    {"{\"minItems\":1}", "[0]", NULL, NULL, NULL},
    {"{\"minItems\":1}", "[]", "", "/minItems", "must have at least 1 item, has 0"},
    {"{\"maxItems\":1}", "[0]", NULL, NULL, NULL},
    {"{\"maxItems\":1}", "[0,1]", "", "/maxItems", "must have at most 1 item, has 2"},
    {"{\"uniqueItems\":true}", "[1,2,\"1\",[1],[2],{\"a\":1},{\"a\":2},true,null]", NULL, NULL,
     NULL},
    {"{\"uniqueItems\":false}", "[1,1]", NULL, NULL, NULL},
    {"{\"uniqueItems\":true}", "[0,1,2,1.0]", "", "/uniqueItems",
     "must not repeat an item, but items 1 and 3 are equal"},
    {"{\"uniqueItems\":true}", "[{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}]", "", "/uniqueItems",
     "must not repeat an item, but items 0 and 1 are equal"},
    {"{\"uniqueItems\":true}", "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,\"17\",[17]]", NULL,
     NULL, NULL},
    {"{\"uniqueItems\":true}", "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,12.0,3,7]", "",
     "/uniqueItems", "must not repeat an item, but items 12 and 18 are equal"},
    {"{\"items\":{\"type\":\"integer\"}}", "[1,2]", NULL, NULL, NULL},
    {"{\"items\":{\"type\":\"integer\"}}", "[1,\"x\"]", "/1", "/items/type",
     "must be an integer, not a string"},
    {"{\"items\":false}", "[]", NULL, NULL, NULL},
    {"{\"items\":false}", "[1]", "/0", "/items", "no value is allowed here"},

    {"{\"minProperties\":1}", "{\"a\":1}", NULL, NULL, NULL},
    {"{\"minProperties\":2}", "{\"a\":1}", "", "/minProperties",
     "must have at least 2 fields, has 1"},
    {"{\"maxProperties\":1}", "{\"a\":1}", NULL, NULL, NULL},
    {"{\"maxProperties\":0}", "{\"a\":1}", "", "/maxProperties",
     "must have at most 0 fields, has 1"},
    {"{\"required\":[\"a\",\"b\"]}", "{\"b\":1,\"a\":null}", NULL, NULL, NULL},
    {"{\"required\":[\"a\",\"reason_code\"]}", "{\"a\":1}", "", "/required",
     "needs the field \"reason_code\""},
    {"{\"required\":[\"a\"]}", "[]", NULL, NULL, NULL},
    {"{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"a\":\"x\",\"b\":1}", NULL, NULL, NULL},
    {"{\"properties\":{\"a/b\":{\"maximum\":1}}}", "{\"a/b\":2}", "/a~1b",
     "/properties/a~1b/maximum", "must be at most 1"},
    {"{\"properties\":{\"a\":false}}", "{\"a\":2}", "/a", "/properties/a",
     "no value is allowed here"},
    {"{\"properties\":{\"severity\":true},\"additionalProperties\":false}", "{\"severity\":1}",
     NULL, NULL, NULL},
    {"{\"properties\":{\"severity\":true},\"additionalProperties\":false}", "{\"severty\":1}",
     "/severty", "/additionalProperties", "unknown field; did you mean severity?"},
    {"{\"additionalProperties\":{\"type\":\"number\"}}", "{\"x\":1}", NULL, NULL, NULL},
    {"{\"additionalProperties\":{\"type\":\"number\"}}", "{\"x\":\"1\"}", "/x",
     "/additionalProperties/type", "must be a number, not a string"},

    {"{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"integer\"}}}", "1", NULL, NULL, NULL},
    {"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}},\"$defs\":{\"n\":{\"minimum\":2}}}",
     "{\"a\":1}",
     "/a", "/$defs/n/minimum", "must be at least 2"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#x\"}},\"$defs\":{\"n\":{\"$anchor\":\"x\","
     "\"minimum\":2}}}",
     "{\"a\":1}", "/a", "/$defs/n/minimum", "must be at least 2"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"additionalProperties\":false}",
     "{\"a\":{\"a\":{}}}", NULL, NULL, NULL},
    {"{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"additionalProperties\":false}",
     "{\"a\":{\"b\":1}}",
     "/a/b", "/additionalProperties", "unknown field; did you mean a?"},
    {"{\"$ref\":\"http://json-schema.org/draft-07/schema#\"}", "{\"type\":\"strnig\"}", "/type",
     "http://json-schema.org/draft-07/schema#/properties/type/anyOf", NULL},
    {"{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "{\"minLength\":-1}",
     "/minLength",
     "https://json-schema.org/draft/2020-12/meta/validation#/$defs/nonNegativeInteger/minimum",
     "must be at least 0"},
    {"{\"$dynamicAnchor\":\"t\",\"properties\":{\"a\":{\"$dynamicRef\":\"#t\"}},"
     "\"type\":\"object\"}",
     "{\"a\":1}", "/a", "/type", "must be an object, not a number"},
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":3}]}", "2", NULL, NULL, NULL},
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":3}]}", "4", "", "/allOf/1/maximum",
     "must be at most 3"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":3}]}", "\"x\"", NULL, NULL, NULL},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":3}]}", "1", "", "/anyOf",
     "must fit one of 2 alternatives, and fits none; number 2 comes closest"},
    {"{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":3}]}", "2", NULL, NULL, NULL},
    {"{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":3}]}", "4", "", "/oneOf",
     "must fit exactly one alternative, and fits numbers 1 and 2"},
    {"{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":3}]}", "0.5", "", "/oneOf",
     "must fit one of 2 alternatives, and fits none; number 2 comes closest"},
    {"{\"not\":{\"type\":\"null\"}}", "1", NULL, NULL, NULL},
    {"{\"not\":{\"type\":\"null\"}}", "null", "", "/not", "is what must not be here"},
    {"{\"if\":{\"minimum\":5},\"then\":{\"multipleOf\":5},\"else\":{\"multipleOf\":2}}", "10", NULL,
     NULL, NULL},
    {"{\"if\":{\"minimum\":5},\"then\":{\"multipleOf\":5},\"else\":{\"multipleOf\":2}}", "6", "",
     "/then/multipleOf", "must be a multiple of 5"},
    {"{\"if\":{\"minimum\":5},\"then\":{\"multipleOf\":5},\"else\":{\"multipleOf\":2}}", "3", "",
     "/else/multipleOf", "must be a multiple of 2"},
    {"{\"patternProperties\":{\"^n_\":{\"type\":\"number\"}},\"additionalProperties\":false}",
     "{\"n_a\":1}", NULL, NULL, NULL},
    {"{\"patternProperties\":{\"^n_\":{\"type\":\"number\"}}}", "{\"n_a\":\"1\"}", "/n_a",
     "/patternProperties/^n_/type", "must be a number, not a string"},
    {"{\"propertyNames\":{\"maxLength\":2}}", "{\"abc\":1}", "/abc", "/propertyNames/maxLength",
     "must have at most 2 characters, has 3"},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", "", "/dependentRequired",
     "needs the field \"b\", because \"a\" is there"},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"c\":1}", NULL, NULL, NULL},
    {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", "{\"a\":1}", "",
     "/dependentSchemas/a/required", "needs the field \"b\""},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\"]", NULL, NULL, NULL},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\",1]", "/1", "/items",
     "no value is allowed here"},
    {"{\"contains\":{\"const\":1},\"minContains\":2}", "[1,2,1]", NULL, NULL, NULL},
    {"{\"contains\":{\"const\":1},\"minContains\":2}", "[1,2]", "", "/minContains",
     "must have at least 2 items of the kind asked for, has 1"},
    {"{\"contains\":{\"const\":1},\"maxContains\":1}", "[1,1]", "", "/maxContains",
     "must have at most 1 item of the kind asked for, has 2"},
    {"{\"contains\":{\"const\":1}}", "[2]", "", "/contains",
     "must have at least 1 item of the kind asked for, has 0"},
    {"{\"allOf\":[{\"properties\":{\"size\":true}}],\"unevaluatedProperties\":false}",
     "{\"size\":1}", NULL, NULL, NULL},
    {"{\"allOf\":[{\"properties\":{\"size\":true}}],\"unevaluatedProperties\":false}", "{\"b\":1}",
     "/b", "/unevaluatedProperties", "unknown field"},
    {"{\"anyOf\":[{\"prefixItems\":[true]}],\"unevaluatedItems\":{\"type\":\"null\"}}", "[1,2]",
     "/1",
     "/unevaluatedItems/type", "must be null, not a number"},

    {"{\"title\":\"t\",\"format\":\"email\",\"default\":1,\"x-ui\":{},\"unknown\":[1]}", "\"no\"",
     NULL, NULL, NULL},
    {"{\"properties\":{\"a\":true},\"required\":[\"a\",\"a\"]}", "{\"a\":1}", NULL, NULL, NULL},
    {"{\"properties\":{\"list\":{\"items\":{\"required\":[\"k\"]}}}}", "{\"list\":[{\"k\":1},{}]}",
     "/list/1", "/properties/list/items/required", "needs the field \"k\""},
};

START_TEST(keywords)
{
	struct schema *s = compile(rows[_i].schema);
	json_t *v = kit_parse(rows[_i].instance);
	struct schema_errors errors;
	size_t n = schema_validate(s, v, &errors);

	ck_assert_uint_eq(errors.n, n);
	ck_assert_int_eq(n != 0, rows[_i].keyword != NULL);
	ck_assert_int_eq(schema_validate(s, v, NULL) != 0, n != 0);
	if (n) {
		ck_assert_str_eq(errors.e[0].instance, rows[_i].at);
		ck_assert_str_eq(errors.e[0].keyword, rows[_i].keyword);
		if (rows[_i].message)
			ck_assert_str_eq(errors.e[0].message, rows[_i].message);
	}
	schema_errors_release(&errors);
	json_decref(v);
	schema_free(s);
}
END_TEST

static const struct {
	const char *schema, *field;
} refused[] = {
    {"1", ""},
    {"[]", ""},
    {"\"x\"", ""},
    {"{\"$ref\":\"#/$defs/x\"}", "/$ref"},
    {"{\"$ref\":\"#x\"}", "/$ref"},
    {"{\"$ref\":\"http://example.com/other\"}", "/$ref"},
    {"{\"$ref\":\"#/%\"}", "/$ref"},
    {"{\"$ref\":\"#/items/title\",\"items\":{\"title\":\"x\"}}", "/items/title"},
    {"{\"$ref\":\"#\"}", ""},
    {"{\"allOf\":[{\"$ref\":\"#\"}]}", NULL}, /* anywhere on the circle */
    {"{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"not\":{\"$ref\":\"#/$defs/a\"}}}}", NULL},
    {"{\"$ref\":1}", "/$ref"},
    {"{\"$dynamicRef\":\"#x\"}", "/$dynamicRef"},
    {"{\"properties\":{\"a\":{\"allOf\":[]}}}", "/properties/a/allOf"},
    {"{\"items\":{\"anyOf\":[1]}}", "/items/anyOf/0"},
    {"{\"additionalProperties\":{\"oneOf\":true}}", "/additionalProperties/oneOf"},
    {"{\"not\":\"x\"}", "/not"},
    {"{\"if\":1}", "/if"},
    {"{\"patternProperties\":{\"(\":true}}", "/patternProperties/("},
    {"{\"prefixItems\":true}", "/prefixItems"},
    {"{\"contains\":[]}", "/contains"},
    {"{\"minContains\":-1}", "/minContains"},
    {"{\"dependentRequired\":{\"a\":[1]}}", "/dependentRequired/a"},
    {"{\"dependentSchemas\":{\"a\":[]}}", "/dependentSchemas/a"},
    {"{\"unevaluatedItems\":1}", "/unevaluatedItems"},
    {"{\"propertyNames\":1}", "/propertyNames"},
    {"{\"$defs\":{\"unused\":{\"type\":\"strnig\"}}}", "/$defs/unused/type"},
    {"{\"$schema\":\"http://json-schema.org/draft-03/schema#\"}", "/$schema"},
    {"{\"$schema\":\"https://example.com/own\"}", "/$schema"},
    {"{\"$schema\":7}", "/$schema"},
    {"{\"items\":{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}}", "/items/$schema"},
    {"{\"items\":[true]}", "/items"},
    {"{\"items\":1}", "/items"},
    {"{\"type\":\"strnig\"}", "/type"},
    {"{\"type\":[]}", "/type"},
    {"{\"type\":[\"string\",1]}", "/type"},
    {"{\"type\":1}", "/type"},
    {"{\"enum\":1}", "/enum"},
    {"{\"required\":\"a\"}", "/required"},
    {"{\"required\":true}", "/required"},
    {"{\"required\":[1]}", "/required"},
    {"{\"properties\":[]}", "/properties"},
    {"{\"properties\":{\"a/b\":1}}", "/properties/a~1b"},
    {"{\"additionalProperties\":\"no\"}", "/additionalProperties"},
    {"{\"minLength\":-1}", "/minLength"},
    {"{\"minLength\":1.5}", "/minLength"},
    {"{\"maxLength\":\"1\"}", "/maxLength"},
    {"{\"minItems\":null}", "/minItems"},
    {"{\"maxItems\":-0.5}", "/maxItems"},
    {"{\"minProperties\":\"x\"}", "/minProperties"},
    {"{\"maxProperties\":[]}", "/maxProperties"},
    {"{\"minimum\":\"1\"}", "/minimum"},
    {"{\"maximum\":true}", "/maximum"},
    {"{\"exclusiveMinimum\":true}", "/exclusiveMinimum"},
    {"{\"exclusiveMaximum\":\"1\"}", "/exclusiveMaximum"},
    {"{" D4 "\"exclusiveMinimum\":1}", "/exclusiveMinimum"},
    {"{" D4 "\"exclusiveMinimum\":true}", ""},
    {"{" D4 "\"const\":1}", "/const"},
    {"{\"multipleOf\":0}", "/multipleOf"},
    {"{\"multipleOf\":-1}", "/multipleOf"},
    {"{\"multipleOf\":\"1\"}", "/multipleOf"},
    {"{\"pattern\":\"(\"}", "/pattern"},
    {"{\"pattern\":\"(?i)a\"}", "/pattern"},
    {"{\"pattern\":1}", "/pattern"},
    {"{\"uniqueItems\":1}", "/uniqueItems"},
    {"{\"title\":1}", "/title"},
};

START_TEST(refusals)
{
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(refused[_i].schema);

	ck_assert_ptr_null(schema_compile(doc, &err));
	ck_assert_int_eq(err.code, FAIL_INVALID);
	if (refused[_i].field)
		ck_assert_str_eq(err.field, refused[_i].field);
	json_decref(doc);
}
END_TEST

START_TEST(dialects)
{
	static const char *const uris[] = {
	    "https://json-schema.org/draft/2020-12/schema",
	    "https://json-schema.org/draft/2019-09/schema",
	    "http://json-schema.org/draft-07/schema#",
	    "http://json-schema.org/draft-06/schema",
	    "http://json-schema.org/draft-04/schema#",
	};
	size_t i;

	for (i = 0; i < NITEMS(uris); i++) {
		json_t *doc = json_object();
		struct err err = ERR_INIT;
		struct schema *s;

		js_set_str(doc, "$schema", uris[i]);
		s = schema_compile(doc, &err);
		ck_assert_msg(s != NULL, "%s", uris[i]);
		schema_free(s);
		json_decref(doc);
	}
}
END_TEST

/* The compiled schema lives on alone. */
START_TEST(all_errors_are_listed)
{
	struct schema *s = compile("{\"type\":\"object\",\"required\":[\"decision\",\"note\"],"
	                           "\"properties\":{\"decision\":{\"enum\":[\"yes\",\"no\"]},"
	                           "\"score\":{\"type\":\"integer\",\"minimum\":0,"
	                           "\"multipleOf\":5}},\"additionalProperties\":false}");
	json_t *v = kit_parse("{\"decision\":\"maybe\",\"score\":-7,\"extra\":{}}"), *list;
	struct schema_errors errors;
	struct buf b = BUF_INIT;

	ck_assert_uint_eq(schema_validate(s, v, &errors), 5);
	list = schema_errors_json(&errors);
	js_dump(&b, list, JS_COMPACT);
	ck_assert_str_eq(
	    buf_str(&b),
	    "[{\"instance\":\"\",\"keyword\":\"/required\","
	    "\"message\":\"needs the field \\\"note\\\"\"},"
	    "{\"instance\":\"/decision\",\"keyword\":\"/properties/decision/enum\","
	    "\"message\":\"\\\"maybe\\\" is not one of \\\"yes\\\", \\\"no\\\"\"},"
	    "{\"instance\":\"/score\",\"keyword\":\"/properties/score/minimum\","
	    "\"message\":\"must be at least 0\"},"
	    "{\"instance\":\"/score\",\"keyword\":\"/properties/score/multipleOf\","
	    "\"message\":\"must be a multiple of 5\"},"
	    "{\"instance\":\"/extra\",\"keyword\":\"/additionalProperties\","
	    "\"message\":\"unknown field\"}]");
	ck_assert_uint_eq(schema_validate(s, v, NULL), 1);
	buf_release(&b);
	json_decref(list);
	schema_errors_release(&errors);
	json_decref(v);
	schema_free(s);
}
END_TEST

START_TEST(errors_are_counted_beyond_the_list)
{
	struct schema *s = compile("{\"items\":{\"type\":\"string\"}}");
	json_t *v = json_array();
	struct schema_errors errors;
	int i;

	for (i = 0; i < 1000; i++)
		json_array_append_new(v, json_integer(i));
	ck_assert_uint_eq(schema_validate(s, v, &errors), 1000);
	ck_assert_uint_eq(errors.total, 1000);
	ck_assert_uint_eq(errors.n, SCHEMA_MAX_ERRORS);
	ck_assert_str_eq(errors.e[63].instance, "/63");
	schema_errors_release(&errors);
	json_decref(v);
	schema_free(s);
}
END_TEST

START_TEST(long_values_are_cut)
{
	struct schema *s = compile("{\"enum\":[\"a\"]}");
	struct schema_errors errors;
	struct buf b = BUF_INIT;
	json_t *v;
	int i;

	for (i = 0; i < 100; i++)
		buf_adds(&b, "é");
	v = json_string(buf_str(&b));
	schema_validate(s, v, &errors);
	buf_clear(&b);
	buf_addc(&b, '"');
	for (i = 0; i < 30; i++)
		buf_adds(&b, "é");
	buf_adds(&b, "…\" is not \"a\"");
	ck_assert_str_eq(errors.e[0].message, buf_str(&b));
	schema_errors_release(&errors);
	buf_release(&b);
	json_decref(v);
	schema_free(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_schema");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, keywords, 0, NITEMS(rows));
	tcase_add_loop_test(tc, refusals, 0, NITEMS(refused));
	tcase_add_test(tc, dialects);
	tcase_add_test(tc, all_errors_are_listed);
	tcase_add_test(tc, errors_are_counted_beyond_the_list);
	tcase_add_test(tc, long_values_are_cut);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
