/* json: verdicts in the output formats of JSON Schema. */

#include "base/buf.h"
#include "base/err.h"
#include "json/js.h"
#include "json/schema/output.h"
#include "json/schema/schema.h"
#include "json_kit.h"

static void assert_output(const char *schema, const char *instance, enum schema_output form,
                          const char *want)
{
	struct schema_options o = {.keep_paths = 1};
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	json_t *doc = kit_parse(schema), *v = kit_parse(instance), *out;
	struct schema *s = schema_compile_with(doc, &o, &err);

	ck_assert_msg(s != NULL, "%s", err.msg);
	out = schema_output(s, v, form, NULL);
	js_dump(&text, out, JS_COMPACT);
	ck_assert_str_eq(buf_str(&text), want);
	buf_release(&text);
	json_decref(out);
	schema_free(s);
	json_decref(v);
	json_decref(doc);
}

#define POLYGON \
	"{\"$id\":\"https://example.com/polygon\",\"$defs\":{\"point\":{\"type\":\"object\"," \
	"\"properties\":{\"x\":{\"type\":\"number\"},\"y\":{\"type\":\"number\"}}," \
	"\"additionalProperties\":false,\"required\":[\"x\",\"y\"]}},\"type\":\"array\"," \
	"\"items\":{\"$ref\":\"#/$defs/point\"},\"minItems\":3}"
#define POINTS "[{\"x\":2.5,\"y\":1.3},{\"x\":1,\"z\":6.7}]"
#define AT "\"absoluteKeywordLocation\":\"https://example.com/polygon#"
#define FEW \
	"{\"valid\":false,\"keywordLocation\":\"/minItems\"," AT "/minItems\"," \
	"\"instanceLocation\":\"\",\"error\":\"must have at least 3 items, has 2\"}"
#define LACKS \
	"{\"valid\":false,\"keywordLocation\":\"/items/$ref/required\"," AT \
	"/$defs/point/required\",\"instanceLocation\":\"/1\",\"error\":\"needs the field " \
	"\\\"y\\\"\"}"
#define ODD \
	"{\"valid\":false,\"keywordLocation\":\"/items/$ref/additionalProperties\"," AT \
	"/$defs/point/additionalProperties\",\"instanceLocation\":\"/1/z\"," \
	"\"error\":\"unknown field; did you mean x or y?\"}"

START_TEST(polygon)
{
	assert_output(POLYGON, POINTS, OUTPUT_FLAG,
	              "{\"valid\":false}");
	assert_output(POLYGON, POINTS, OUTPUT_BASIC,
	              "{\"valid\":false,\"errors\":[" FEW "," LACKS "," ODD "]}");
	assert_output(POLYGON, POINTS, OUTPUT_DETAILED,
	              "{\"valid\":false,\"keywordLocation\":\"\"," AT "\",\"instanceLocation\":\""
	              "\","
	              "\"errors\":[" FEW ",{\"valid\":false,\"keywordLocation\":\"/items/$ref\"," AT
	              "/$defs/point\",\"instanceLocation\":\"/1\","
	              "\"errors\":[" LACKS "," ODD "]}]}");
	assert_output(POLYGON, "[{\"x\":1,\"y\":1},{\"x\":1,\"y\":2},{\"x\":2,\"y\":1}]",
	              OUTPUT_FLAG,
	              "{\"valid\":true}");
	assert_output(POLYGON, "[{\"x\":1,\"y\":1},{\"x\":1,\"y\":2},{\"x\":2,\"y\":1}]",
	              OUTPUT_BASIC,
	              "{\"valid\":true}");
	assert_output("true", "1", OUTPUT_DETAILED,
	              "{\"valid\":true,\"keywordLocation\":\"\",\"instanceLocation\":\"\"}");
}
END_TEST

#define UNIT(location, at, error) \
	"{\"valid\":false,\"keywordLocation\":\"" location "\",\"instanceLocation\":\"" at \
	"\",\"error\":\"" error "\"}"

START_TEST(places)
{
	assert_output("false", "1", OUTPUT_BASIC,
	              "{\"valid\":false,\"errors\":["
	              UNIT("", "", "no value is allowed here") "]}");
	assert_output("{\"properties\":{\"a/b\":false}}", "{\"a/b\":1}", OUTPUT_BASIC,
	              "{\"valid\":false,\"errors\":["
	              UNIT("/properties/a~1b", "/a~1b", "no value is allowed here") "]}");
	assert_output("{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],"
	              "\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},"
	              "\"b\":{\"minimum\":3}}}", "1", OUTPUT_BASIC,
	              "{\"valid\":false,\"errors\":["
	              UNIT("/allOf/0/$ref/$ref/minimum", "", "must be at least 3") "]}");
	assert_output("{\"$dynamicAnchor\":\"t\",\"properties\":{\"a\":{\"$dynamicRef\":\"#t\"}},"
	              "\"type\":\"object\"}", "{\"a\":{\"a\":1}}", OUTPUT_BASIC,
	              "{\"valid\":false,\"errors\":["
	              UNIT("/properties/a/$dynamicRef/properties/a/$dynamicRef/type", "/a/a",
	                   "must be an object, not a number") "]}");
	assert_output("{\"if\":{\"minimum\":3},\"then\":{\"maximum\":5},\"else\":{\"const\":1}}",
	              "2", OUTPUT_BASIC,
	              "{\"valid\":false,\"errors\":[" UNIT("/else/const", "", "must be 1") "]}");
	assert_output("{\"unevaluatedProperties\":false}", "{\"a\":1}", OUTPUT_BASIC,
	              "{\"valid\":false,\"errors\":["
	              UNIT("/unevaluatedProperties", "/a", "unknown field") "]}");
	assert_output("{\"anyOf\":[{\"type\":\"string\"},{\"$ref\":\"#/$defs/n\"}],"
	              "\"$defs\":{\"n\":{\"minimum\":3}}}", "1", OUTPUT_DETAILED,
	              "{\"valid\":false,\"keywordLocation\":\"\",\"instanceLocation\":\"\","
	              "\"errors\":["
	              "{\"valid\":false,\"keywordLocation\":\"/anyOf\",\"instanceLocation\":\"\","
	              "\"error\":\"must fit one of 2 alternatives, and fits none\",\"errors\":["
	              UNIT("/anyOf/0/type", "", "must be a string, not a number") ","
	              UNIT("/anyOf/1/$ref/minimum", "", "must be at least 3") "]}]}");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_output");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, polygon);
	tcase_add_test(tc, places);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
