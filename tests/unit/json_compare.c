/* json: does one schema accept all that another one accepted?  Of random pairs see
 * json_compare_random.c. */

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/compare.h"
#include "json/schema/schema.h"
#include "json_kit.h"

static struct schema *compile(const char *text)
{
	struct schema_options formats = {.assert_formats = 1};
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(text);
	struct schema *s = schema_compile_with(doc, &formats, &err);

	ck_assert_msg(s != NULL, "%s in %s", err.msg, text);
	json_decref(doc);
	return s;
}

enum { SAME = 10 }; /* compatible both ways */

/* Each way; "keyword" of the first finding when it is not NULL. */
static const struct {
	const char *a, *b;
	int forth, back;
	const char *keyword;
} rows[] = {
    {"true", "{}", SAME, SAME, NULL},
    {"{\"type\":\"string\"}", "{\"type\":[\"string\",\"null\"]}", 0, 1, NULL},
    {"{\"type\":\"integer\"}", "{\"type\":\"number\"}", 0, 1, NULL},
    {"{\"type\":[\"integer\",\"string\"]}",
     "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]}", 0, 1, NULL},
    {"{\"enum\":[\"a\",\"b\"]}", "{\"enum\":[\"b\",\"a\",\"c\"]}", 0, 1, NULL},
    {"{\"enum\":[\"a\",\"b\"]}", "{\"type\":\"string\",\"maxLength\":1}", 0, 1, NULL},
    {"{\"enum\":[\"a\",\"bb\"]}", "{\"type\":\"string\",\"maxLength\":1}", 1, 1, "/maxLength"},
    {"{\"const\":5}", "{\"minimum\":5}", 0, 1, NULL},
    {"{\"type\":\"boolean\"}", "{\"enum\":[true,false]}", SAME, SAME, NULL},
    {"{\"type\":\"boolean\"}", "{\"enum\":[true,false,null]}", 0, 1, NULL},
    {"{\"oneOf\":[{\"const\":\"a\"},{\"const\":\"b\"}]}",
     "{\"enum\":[\"a\",\"b\"]}", SAME, SAME, NULL},
    {"{\"minimum\":3}", "{\"minimum\":2}", 0, 1, NULL},
    {"{\"exclusiveMinimum\":3}", "{\"minimum\":3}", 0, 1, NULL},
    {"{\"type\":\"integer\",\"exclusiveMinimum\":2}",
     "{\"type\":\"integer\",\"minimum\":3}", SAME, SAME, NULL},
    {"{\"type\":\"integer\",\"exclusiveMaximum\":4}",
     "{\"type\":\"integer\",\"maximum\":3}", SAME, SAME, NULL},
    {"{\"exclusiveMinimum\":2}", "{\"minimum\":3}", 1, 0, "/minimum"},
    {"{\"multipleOf\":6}", "{\"multipleOf\":3}", 0, 1, NULL},
    {"{\"multipleOf\":0.3}", "{\"multipleOf\":0.1}", 0, 1, NULL},
    {"{\"type\":\"integer\"}", "{\"type\":\"number\",\"multipleOf\":0.5}", 0, 1, NULL},
    {"{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}",
     "{\"type\":\"string\",\"maxLength\":4}", 0, 1, NULL},
    {"{\"pattern\":\"^a+$\"}", "{\"pattern\":\"^a+$\",\"minLength\":0}", SAME, SAME, NULL},
    {"{\"type\":\"string\",\"pattern\":\"^[a-c]{2}$\"}",
     "{\"type\":\"string\",\"pattern\":\"^[d-f]+$\"}", 1, 1, "/pattern"},
    {"{\"type\":\"string\",\"pattern\":\"^(?:ab|cd)[0-9]{3}-\\\\w?$\"}",
     "{\"type\":\"string\",\"maxLength\":3}", 1, 1, "/maxLength"},
    {"{\"type\":\"string\",\"pattern\":\"^[a-b]$\"}",
     "{\"type\":\"string\",\"pattern\":\"^[a-c]$\"}", 2, 1, NULL},
    {"{\"format\":\"date\"}", "{}", 0, 1, NULL},
    {"{\"format\":\"date\"}", "{\"format\":\"date\"}", SAME, SAME, NULL},
    {"{\"type\":\"string\",\"format\":\"date\"}",
     "{\"type\":\"string\",\"format\":\"email\"}", 1, 1, "/format"},
    {"{\"required\":[\"a\",\"b\"]}", "{\"required\":[\"b\"]}", 0, 1, NULL},
    {"{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"properties\":{\"a\":{}}}", 0, 1, NULL},
    {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}",
     "{\"properties\":{\"a\":{},\"b\":{}},\"additionalProperties\":false}", 0, 1, NULL},
    {"{\"type\":\"object\",\"properties\":{\"a\":{}}}",
     "{\"type\":\"object\",\"properties\":{\"a\":{}},\"additionalProperties\":false}", 1, 0,
     "/additionalProperties"},
    {"{\"type\":\"object\",\"properties\":{\"a\":{}}}",
     "{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{\"type\":\"string\"}}}", 1, 0,
     "/properties/b/type"},
    {"{\"type\":\"object\",\"required\":[\"t\"],\"properties\":{\"t\":{\"pattern\":\"^[A-Z]{3}-[0-"
     "9]+$\",\"type\":\"string\"},\"d\":{\"enum\":[\"x\",\"y\"]}}}",
     "{\"type\":\"object\",\"required\":[\"t\"],\"properties\":{\"t\":{\"pattern\":\"^[A-Z]{3}-[0-"
     "9]+$\",\"type\":\"string\"},\"d\":{\"enum\":[\"x\"]}}}", 1, 0, "/properties/d/enum"},
    {"{\"type\":\"object\",\"properties\":{\"a\":{}},\"additionalProperties\":false}",
     "{\"maxProperties\":1}", 0, 1, NULL},
    {"{\"type\":\"object\",\"required\":[\"a\",\"b\"]}", "{\"minProperties\":2}", 0, 1, NULL},
    {"{\"type\":\"object\",\"patternProperties\":{\"^x\":{\"type\":\"string\"}}}",
     "{\"type\":\"object\",\"patternProperties\":{\"^x\":{\"type\":[\"string\",\"null\"]}}}", 0, 1,
     NULL},
    {"{\"type\":\"object\",\"patternProperties\":{\"^x\":{}},\"additionalProperties\":false}",
     "{\"type\":\"object\",\"propertyNames\":{\"pattern\":\"^x\"}}", 2, 2, NULL},
    {"{\"type\":\"object\",\"propertyNames\":{\"maxLength\":3}}",
     "{\"type\":\"object\",\"propertyNames\":{\"maxLength\":5}}", 0, 1, NULL},
    {"{\"type\":\"object\",\"properties\":{\"abc\":{}},\"additionalProperties\":false}",
     "{\"propertyNames\":{\"maxLength\":3}}", 0, 1, NULL},
    {"{\"dependentRequired\":{\"a\":[\"b\",\"c\"]}}",
     "{\"dependentRequired\":{\"a\":[\"b\"]}}", 0, 1, NULL},
    {"{\"type\":\"object\",\"required\":[\"b\"]}",
     "{\"dependentRequired\":{\"a\":[\"b\"]}}", 0, 1, NULL},
    {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\",\"c\"]}}}",
     "{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", 0, 1, NULL},
    {"{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}",
     "{\"type\":\"array\",\"items\":{\"type\":\"number\"}}", 0, 1, NULL},
    {"{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}",
     "{\"type\":\"array\",\"maxItems\":1}", 0, 1, NULL},
    {"{\"type\":\"array\",\"prefixItems\":[{\"const\":1},{\"const\":2}],\"minItems\":2,\"items\":f"
     "alse}",
     "{\"enum\":[[1,2]]}", 2, 0, NULL},
    {"{\"type\":\"array\",\"maxItems\":1}", "{\"uniqueItems\":true}", 0, 1, NULL},
    {"{\"type\":\"array\"}", "{\"type\":\"array\",\"uniqueItems\":true}", 1, 0, "/uniqueItems"},
    {"{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":1}",
     "{\"contains\":{\"type\":\"string\"}}", 0, 1, NULL},
    {"{\"contains\":{\"type\":\"integer\"},\"minContains\":2}",
     "{\"contains\":{\"type\":\"number\"}}", 0, 1, NULL},
    {"{\"contains\":{\"type\":\"number\"},\"maxContains\":2,\"minContains\":0}",
     "{\"contains\":{\"type\":\"integer\"},\"maxContains\":3,\"minContains\":0}", 0, 1, NULL},
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":9}]}",
     "{\"minimum\":1,\"maximum\":9}", SAME, SAME, NULL},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}",
     "{\"type\":[\"string\",\"null\"]}", SAME, SAME, NULL},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}",
     "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"},{\"type\":\"array\"}]}", 0, 1, NULL},
    {"{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}",
     "{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", SAME, SAME, NULL},
    {"{\"type\":\"string\"}",
     "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", 0, 1, NULL},
    {"{\"type\":\"string\"}",
     "{\"oneOf\":[{\"type\":\"string\"},{\"maxLength\":3}]}", 1, 1, "/oneOf"},
    {"{\"oneOf\":[{\"properties\":{\"k\":{\"const\":\"a\"}},\"required\":[\"k\"]},{\"properties\":"
     "{\"k\":{\"const\":\"b\"},\"n\":{\"type\":\"integer\"}},\"required\":[\"k\",\"n\"]}],\"type\""
     ":\"object\"}",
     "{\"oneOf\":[{\"properties\":{\"k\":{\"const\":\"a\"}},\"required\":[\"k\"]},{\"properties\":"
     "{\"k\":{\"const\":\"b\"},\"n\":{\"type\":\"number\"}},\"required\":[\"k\"]},{\"properties\":"
     "{\"k\":{\"const\":\"c\"}},\"required\":[\"k\"]}],\"type\":\"object\"}", 0, 1, NULL},
    {"{\"type\":\"string\"}", "{\"not\":{\"type\":\"null\"}}", 0, 1, NULL},
    {"{\"not\":{\"type\":[\"string\",\"null\"]}}", "{\"not\":{\"type\":\"null\"}}", 0, 1, NULL},
    {"{\"if\":{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]},\"then\":{\"required\":["
     "\"b\",\"c\"]}}",
     "{\"if\":{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]},\"then\":{\"required\":["
     "\"b\"]}}", 0, 1, NULL},
    {"{\"type\":\"object\",\"required\":[\"b\"]}",
     "{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]}}", 0, 1, NULL},
    {"{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{\"next\":{\"$r"
     "ef\":\"#/$defs/n\"},\"v\":{\"minimum\":2}}}}}",
     "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"},\"v\":{\"minimum\":1}}}", 0, 1,
     NULL},
    {"{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{\"next\":{\"$r"
     "ef\":\"#/$defs/n\"}}}}}",
     "{\"$ref\":\"#/$defs/m\",\"$defs\":{\"m\":{\"type\":\"object\",\"properties\":{\"next\":{\"$r"
     "ef\":\"#/$defs/m\"}}}}}", SAME, SAME, NULL},
    {"{\"type\":\"object\",\"properties\":{\"a\":{}},\"unevaluatedProperties\":false}",
     "{\"type\":\"object\",\"properties\":{\"a\":{}},\"additionalProperties\":false}", SAME, SAME,
     NULL},
    {"{\"type\":\"object\",\"allOf\":[{\"properties\":{\"a\":{}}}],\"unevaluatedProperties\":false"
     "}",
     "{\"type\":\"object\",\"allOf\":[{\"properties\":{\"a\":{},\"b\":{}}}],\"unevaluatedPropertie"
     "s\":false}", 2, 1, NULL},
    {"{\"type\":\"object\",\"properties\":{\"a\":false}}",
     "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}", 0, 1, NULL},
    {"false", "{\"type\":\"string\"}", 0, 1, NULL},
    {"{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":false}}",
     "{\"type\":\"string\"}", 0, 1, NULL},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"integer\"}",
     "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"type\":\"integer\"}", 1, 0,
     "/type"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"enum\":[1]}",
     "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"type\":\"integer\"}", 1, 1, NULL},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":[{\"type\":\"string\"}],"
     "\"additionalItems\":false}",
     "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", SAME, SAME, NULL},
    {"{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"minimum\":3,\"exclusiveMinimum\":"
     "true}",
     "{\"exclusiveMinimum\":3}", SAME, SAME, NULL},
    {"{\"properties\":{\"a\":{\"$dynamicRef\":\"#/$defs/no\"}},\"$defs\":{\"no\":false}}",
     "{}", 2, 2, ""},
    {"{\"$dynamicRef\":\"#a\",\"$dynamicAnchor\":\"b\",\"$defs\":{\"a\":{\"$dynamicAnchor\":\"a\"}"
     "}}",
     "{\"type\":\"string\"}", 2, 2, ""},
};

/* The verdict, which must be well founded; SAME when equal. */
static int compare(const char *a, const char *b, const char *keyword)
{
	struct schema *old = compile(a), *new = compile(b);
	struct comparison c;
	int verdict;
	size_t i;

	schema_compare(old, new, &c);
	for (i = 0; i < c.n; i++) {
		const json_t *doc = c.list[i].example;

		ck_assert_int_eq(doc != NULL, c.list[i].verdict != COMPARE_UNKNOWN);
		if (c.list[i].verdict == COMPARE_UNKNOWN)
			continue;
		if (c.list[i].verdict == COMPARE_BREAKING)
			ck_assert(!schema_validate(old, doc, NULL) &&
			          schema_validate(new, doc, NULL));
		else
			ck_assert(schema_validate(old, doc, NULL) &&
			          !schema_validate(new, doc, NULL));
	}
	if (keyword && c.n)
		ck_assert_str_eq(c.list[0].keyword, keyword);
	verdict = c.equal ? SAME : (int)c.verdict;
	comparison_release(&c);
	schema_free(old);
	schema_free(new);
	return verdict;
}

START_TEST(table)
{
	int forth = compare(rows[_i].a, rows[_i].b, rows[_i].keyword);
	int back = compare(rows[_i].b, rows[_i].a, NULL);

	ck_assert_msg(forth == rows[_i].forth && back == rows[_i].back,
	              "%s and %s: %d %d, not %d %d",
	              rows[_i].a, rows[_i].b, forth, back, rows[_i].forth, rows[_i].back);
	ck_assert_int_eq(compare(rows[_i].a, rows[_i].a, NULL), SAME);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_compare");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, table, 0, NITEMS(rows));
	suite_add_tcase(s, tc);
	return kit_run(s);
}
