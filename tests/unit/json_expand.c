/* json: the shorthand for schemas. */

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/schema.h"
#include "json_kit.h"

static const struct {
	const char *in, *out; /* out NULL: refused at ${field} */
	const char *field, *message;
} shorthands[] = {
    {"{\"reached_user\":\"boolean\",\"notes\":\"string\"}",
     "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\","
     "\"properties\":{\"reached_user\":{\"type\":\"boolean\"},\"notes\":{\"type\":\"string\"}},"
     "\"required\":[\"reached_user\",\"notes\"],\"additionalProperties\":false}", NULL, NULL},
    {"{\"a\":\"string?\",\"b\":\"integer[]\",\"c\":\"number[]?\",\"d\":{\"e\":\"null?\"}}",
     "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\","
     "\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"integer\"}},\"c\":{\"type\":\"array\",\"items\":{\"type\":\"number\"}},"
     "\"d\":{\"type\":\"object\",\"properties\":{\"e\":{\"type\":\"null\"}},\"required\":[],"
     "\"additionalProperties\":false}},\"required\":[\"b\",\"d\"],"
     "\"additionalProperties\":false}", NULL, NULL},
    {"{\"items\":\"string\"}",
     "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\","
     "\"properties\":{\"items\":{\"type\":\"string\"}},\"required\":[\"items\"],"
     "\"additionalProperties\":false}", NULL, NULL},
    {"{\"type\":\"string\"}", "{\"type\":\"string\"}", NULL, NULL},
    {"{\"type\":\"object\",\"notes\":\"string\"}", "{\"type\":\"object\",\"notes\":\"string\"}",
     NULL, NULL},
    {"{\"$ref\":\"#\"}", "{\"$ref\":\"#\"}", NULL, NULL},
    {"{\"anyOf\":[true]}", "{\"anyOf\":[true]}", NULL, NULL},
    {"{\"pattern\":\"^a\"}", "{\"pattern\":\"^a\"}", NULL, NULL},
    {"{}", "{}", NULL, NULL},
    {"true", "true", NULL, NULL},
    {"false", "false", NULL, NULL},
    {"{\"ok\":\"bool\"}", NULL, "/ok", "/ok: unknown type word; did you mean boolean?"},
    {"{\"a\":{\"b\":\"flaot\"}}", NULL, "/a/b",
     "/a/b: unknown type word; known are string, number, integer, boolean, object, array, null"},
    {"{\"a\":\"\"}", NULL, "/a", NULL},
    {"{\"a\":\"string?[]\"}", NULL, "/a", NULL},
    {"{\"a\":\"[]\"}", NULL, "/a", NULL},
    {"{\"a\":\"string[][]\"}", NULL, "/a", NULL},
    {"{\"a\":1}", NULL, "/a", "/a: schema constrains nothing: it has no keyword that does"},
    {"{\"a\":{}}", NULL, "/a", NULL},
    {"{\"title\":\"string\"}", NULL, "", "schema constrains nothing: it has no keyword that does"},
    {"{\"pattern\":\"string\",\"notes\":\"string\"}", NULL, "", NULL},
    {"{\"a\":{\"type\":\"string\"}}", NULL, "/a", "/a: mixes shorthand with JSON Schema"},
    {"\"review.v1\"", NULL, "", "a schema is an object"},
    {"[]", NULL, "", "a schema is an object"},
};

START_TEST(shorthand)
{
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(shorthands[_i].in), *out = schema_expand(doc, &err);
	struct buf b = BUF_INIT;

	if (shorthands[_i].out) {
		ck_assert_msg(out != NULL, "%s", err.msg);
		js_dump(&b, out, JS_COMPACT);
		ck_assert_str_eq(buf_str(&b), shorthands[_i].out);
	} else {
		ck_assert_ptr_null(out);
		ck_assert_int_eq(err.code, FAIL_INVALID);
		ck_assert_str_eq(err.field, shorthands[_i].field);
		if (shorthands[_i].message)
			ck_assert_str_eq(err.msg, shorthands[_i].message);
	}
	buf_release(&b);
	json_decref(out);
	json_decref(doc);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_expand");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, shorthand, 0, NITEMS(shorthands));
	suite_add_tcase(s, tc);
	return kit_run(s);
}
