/* json: no alternative fits -- what is said of it. */

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/schema.h"
#include "json_kit.h"

#define KINDS \
	"{\"oneOf\":[{\"title\":\"Refund\",\"properties\":{\"kind\":{\"const\":\"refund\"}," \
	"\"amount\":{\"type\":\"integer\",\"minimum\":1}},\"required\":[\"kind\",\"amount\"]," \
	"\"additionalProperties\":false}," \
	"{\"$ref\":\"#/$defs/note\"}]," \
	"\"$defs\":{\"note\":{\"title\":\"Note\",\"properties\":{\"kind\":{\"enum\":" \
	"[\"note\",\"memo\"]}," \
	"\"text\":{\"type\":\"string\"}},\"required\":[\"kind\",\"text\"]}}}"

/* Each error as "INSTANCE KEYWORD: MESSAGE". */
static const struct {
	const char *schema, *instance, *errors[4];
} rows[] = {
    {KINDS, "{\"kind\":\"refund\",\"amount\":0,\"amuont\":1}",
     {" /oneOf: must fit one of 2 alternatives, and fits none; number 1 (\"Refund\") comes closest",
      "/amount /oneOf/0/properties/amount/minimum: must be at least 1",
      "/amuont /oneOf/0/additionalProperties: unknown field; did you mean amount?"}},
    {KINDS, "{\"kind\":\"memo\",\"amount\":7}",
     {" /oneOf: must fit one of 2 alternatives, and fits none; number 2 (\"Note\") comes closest",
      " /$defs/note/required: needs the field \"text\""}},
    {"{\"oneOf\":[{\"const\":\"yes\",\"title\":\"Yes\"},{\"const\":\"no\"}]}", "\"yse\"",
     {" /oneOf: \"yse\" is not one of \"yes\", \"no\"; did you mean yes?"}},
    {"{\"anyOf\":[{\"enum\":[1,2]},{\"const\":null}]}", "3",
     {" /anyOf: 3 is not one of 1, 2, null"}},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"},{\"type\":\"array\",\"items\":{}}]}",
     "7", {" /anyOf: must be a string or a list or null, not a number"}},
    {"{\"anyOf\":[{\"required\":[\"mail\"]},{\"required\":[\"phone\"]}]}", "{}",
     {" /anyOf: must fit one of 2 alternatives, and fits none: needs the field \"mail\", or needs "
      "the field \"phone\""}},
    {"{\"anyOf\":[{\"properties\":{\"a\":{\"minimum\":3}}},{\"properties\":{\"a\":{\"maximum\":1}}"
    "}]}",
     "{\"a\":2}",
     {" /anyOf: must fit one of 2 alternatives, and fits none: /a: must be at least 3, or /a: must "
      "be at most 1"}},
    {"{\"anyOf\":[{\"minimum\":3}]}", "1",
     {" /anyOf: must fit the one alternative, and does not", " /anyOf/0/minimum: must be at least "
     "3"}},
    {"{\"anyOf\":[{\"anyOf\":[{\"required\":[\"a\"]},{\"type\":\"string\"}]},{\"type\":\"null\"}]}",
     "{}", {" /anyOf: must fit one of 2 alternatives, and fits none; number 1 comes closest",
      " /anyOf/0/anyOf: must fit one of 2 alternatives, and fits none; number 1 comes closest",
      " /anyOf/0/anyOf/0/required: needs the field \"a\""}},
    {"{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":3}]}", "4",
     {" /oneOf: must fit exactly one alternative, and fits numbers 1 and 2"}},
    {"{\"items\":{\"anyOf\":[false,false]}}", "[1]",
     {"/0 /items/anyOf: must fit one of 2 alternatives, and fits none: /0: no value is allowed her"
     "e, "
      "or /0: no value is allowed here"}},
};

START_TEST(alternatives)
{
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(rows[_i].schema), *v = kit_parse(rows[_i].instance);
	struct schema *s = schema_compile(doc, &err);
	struct schema_errors errors;
	size_t i;

	ck_assert_msg(s != NULL, "%s", err.msg);
	schema_validate(s, v, &errors);
	for (i = 0; i < NITEMS(rows[_i].errors) && rows[_i].errors[i]; i++) {
		struct buf b = BUF_INIT;

		ck_assert_uint_lt(i, errors.n);
		buf_addf(&b, "%s %s: %s", errors.e[i].instance, errors.e[i].keyword,
		         errors.e[i].message);
		ck_assert_str_eq(buf_str(&b), rows[_i].errors[i]);
		buf_release(&b);
	}
	ck_assert_uint_eq(errors.n, i);
	ck_assert_uint_eq(errors.total, i);
	schema_errors_release(&errors);
	schema_free(s);
	json_decref(v);
	json_decref(doc);
}
END_TEST

/* Alternatives within alternatives, each of which is looked into: bounded. */
START_TEST(nested)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct schema_errors errors;
	struct schema *s;
	json_t *doc,
	    *v = kit_parse("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}");
	int i;

	buf_adds(&text, "{\"anyOf\":[");
	for (i = 0; i < 30; i++)
		buf_addf(&text, "{\"required\":[\"b%d\"],\"properties\":{\"a\":{\"$ref\":\"#\"}}},",
		         i);
	buf_adds(&text, "{\"type\":\"null\"}]}");
	doc = kit_parse(buf_str(&text));
	s = schema_compile(doc, &err);
	ck_assert_ptr_nonnull(s);
	ck_assert_uint_gt(schema_validate(s, v, &errors), 0);
	ck_assert_uint_le(errors.n, SCHEMA_MAX_ERRORS);
	schema_errors_release(&errors);
	schema_free(s);
	json_decref(v);
	json_decref(doc);
	buf_release(&text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_closest");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, alternatives, 0, NITEMS(rows));
	tcase_add_test(tc, nested);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
