/* json: a schema and all that it refers to become one document, which means the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/bundle.h"
#include "json/schema/schema.h"
#include "json_kit.h"

/* URI and text. */
struct registered {
	const char *uri, *text;
};

static json_t *load(void *arg, const char *uri, struct err *err)
{
	const struct registered *r;

	(void)err;
	for (r = arg; r->uri; r++)
		if (!strcmp(r->uri, uri))
			return kit_parse(r->text);
	return NULL;
}

#define PERSON "{\"$id\":\"https://er.example/person\",\"$anchor\":\"top\",\"type\":\"object\"," \
	"\"required\":[\"name\"],\"properties\":{\"name\":{\"$ref\":\"#/$defs/text\"}," \
	"\"boss\":{\"$ref\":\"#top\"},\"rank\":{\"$ref\":\"severity.v1\"}}," \
	"\"$defs\":{\"text\":{\"$id\":\"text\",\"type\":\"string\",\"minLength\":2}}}"

static const struct registered registry[] = {
    {"severity.v1", "{\"enum\":[\"low\",\"high\"]}"},
    {"person.v1", PERSON},
    {"https://er.example/person", PERSON},
    {"old.v1", "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"array\","
               "\"items\":[{\"type\":\"integer\"},{\"$ref\":\"severity.v1\"}],"
               "\"definitions\":{\"n\":{\"type\":\"null\"}}}"},
    {"hides.v1", "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"$ref\":\"#/definition"
    "s/n\","
                 "\"definitions\":{\"n\":{\"type\":\"null\"}}}"},
    {"tree.v1", "{\"$dynamicAnchor\":\"node\",\"type\":\"object\",\"properties\":{\"data\":true,"
                "\"children\":{\"type\":\"array\",\"items\":{\"$dynamicRef\":\"#node\"}}}}"},
    {"strict.v1", "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
                  "\"$id\":\"https://er.example/strict\",\"$dynamicAnchor\":\"meta\","
                  "\"$vocabulary\":{\"https://json-schema.org/draft/2020-12/vocab/core\":true,"
                  "\"https://json-schema.org/draft/2020-12/vocab/applicator\":true,"
                  "\"https://json-schema.org/draft/2020-12/vocab/validation\":true,"
                  "\"https://json-schema.org/draft/2020-12/vocab/format-assertion\":true},"
                  "\"allOf\":[{\"$ref\":\"https://json-schema.org/draft/2020-12/meta/core\"}]}"},
    {"https://er.example/strict", "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
                  "\"$id\":\"https://er.example/strict\","
                  "\"$vocabulary\":{\"https://json-schema.org/draft/2020-12/vocab/core\":true,"
                  "\"https://json-schema.org/draft/2020-12/vocab/applicator\":true,"
                  "\"https://json-schema.org/draft/2020-12/vocab/validation\":true,"
                  "\"https://json-schema.org/draft/2020-12/vocab/format-assertion\":true}}"},
    {"loop.v1", "{\"properties\":{\"next\":{\"$ref\":\"pool.v1\"}},\"required\":[\"l\"]}"},
    {"pool.v1", "{\"properties\":{\"next\":{\"$ref\":\"loop.v1\"}},\"required\":[\"p\"]}"},
    {"dates.v1", "{\"x-assertFormat\":true,\"format\":\"date\"}"},
    {"odd.v1", "{\"$defs\":{\"a/b %\":{\"type\":\"string\"}},\"type\":\"integer\"}"},
    {NULL, NULL},
};

struct sample {
	const char *schema;
	int assert_formats;
	const char *whole;           /* or NULL: only the verdicts count */
	const char *good[3], *bad[4];
};

static const struct sample samples[] = {
    {"{\"type\":\"string\",\"$defs\":{\"a\":{}},\"$ref\":\"#/$defs/a\"}", 0,
     "{\"type\":\"string\",\"$defs\":{\"a\":{}},\"$ref\":\"#/$defs/a\"}", {"\"x\""}, {"1"}},
    {"{\"format\":\"date\"}", 1, "{\"format\":\"date\",\"x-assertFormat\":true}",
     {"\"2026-01-01\""}, {"\"x\""}},
    {"{\"properties\":{\"s\":{\"$ref\":\"severity.v1\"}}}", 0,
     "{\"properties\":{\"s\":{\"$ref\":\"#/$defs/severity.v1\"}},"
     "\"$defs\":{\"severity.v1\":{\"enum\":[\"low\",\"high\"]}}}",
     {"{\"s\":\"low\"}"}, {"{\"s\":1}"}},
    {"{\"$id\":\"https://x.example/a\",\"properties\":{\"s\":{\"$ref\":\"severity.v1\"}}}", 0, NULL,
     {"{\"s\":\"low\"}"}, {"{\"s\":1}"}},
    {"{\"properties\":{\"s\":{\"$id\":\"https://x.example/s\",\"$ref\":\"severity.v1\"}}}", 0, NULL,
     {"{\"s\":\"low\"}"}, {"{\"s\":1}"}},
    {"{\"$ref\":\"person.v1\"}", 0,
     "{\"$ref\":\"#/$defs/person.v1\",\"$defs\":{\"person.v1\":{\"type\":\"object\","
     "\"required\":[\"name\"],\"properties\":{\"name\":{\"$ref\":\"#/$defs/person.v1/$defs/text\"},"
     "\"boss\":{\"$ref\":\"#/$defs/person.v1\"},\"rank\":{\"$ref\":\"#/$defs/severity.v1\"}},"
     "\"$defs\":{\"text\":{\"type\":\"string\",\"minLength\":2}}},"
     "\"severity.v1\":{\"enum\":[\"low\",\"high\"]}}}",
     {"{\"name\":\"ab\",\"boss\":{\"name\":\"cd\"},\"rank\":\"low\"}"},
     {"{}", "{\"name\":\"ab\",\"boss\":{}}", "{\"name\":\"a\"}", "{\"name\":\"ab\",\"rank\":1}"}},
    {"{\"items\":{\"$ref\":\"https://er.example/person#/$defs/text\"}}", 0, NULL,
     {"[\"ab\"]"}, {"[\"a\"]"}},
    {"{\"$ref\":\"person.v1#top\"}", 0, NULL, {"{\"name\":\"ab\"}"}, {"{\"name\":\"a\"}"}},
    {"{\"$ref\":\"old.v1\"}", 0, NULL, {"[1,\"low\"]", "[1]"}, {"[\"a\"]", "[1,2]"}},
    {"{\"$ref\":\"old.v1#/definitions/n\"}", 0, NULL, {"null"}, {"1"}},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":"
     "{\"$ref\":\"severity.v1\"}}", 0, NULL, {"[\"low\"]"}, {"[1]"}},
    {"{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"$ref\":\"old.v1\"}", 0, NULL,
     {"[1]", "[1.0]"}, {"[\"a\"]"}},
    {"{\"$dynamicAnchor\":\"node\",\"$ref\":\"tree.v1\",\"unevaluatedProperties\":false}", 0, NULL,
     {"{\"children\":[{\"data\":1}]}"}, {"{\"children\":[{\"daat\":1}]}", "{\"daat\":1}"}},
    {"{\"$ref\":\"tree.v1\",\"properties\":{\"s\":{\"$ref\":\"severity.v1\"}}}", 0, NULL,
     {"{\"children\":[{\"data\":1}],\"s\":\"low\"}"}, {"{\"children\":[1]}", "{\"s\":1}"}},
    {"{\"$schema\":\"https://er.example/strict\",\"format\":\"date\"}", 0, NULL,
     {"\"2026-01-01\""}, {"\"x\""}},
    {"{\"$schema\":\"strict.v1\",\"format\":\"date\",\"minLength\":2}", 0, NULL,
     {"\"2026-01-01\""}, {"\"x\""}},
    {"{\"$ref\":\"loop.v1\"}", 0, NULL, {"{\"l\":1,\"next\":{\"p\":1,\"next\":{\"l\":1}}}"},
     {"{}", "{\"l\":1,\"next\":{}}", "{\"l\":1,\"next\":{\"p\":1,\"next\":{}}}"}},
    {"{\"properties\":{\"d\":{\"$ref\":\"dates.v1\"},\"e\":{\"format\":\"date\"}}}", 0, NULL,
     {"{\"d\":\"2026-01-01\",\"e\":\"x\"}"}, {"{\"d\":\"x\"}"}},
    {"{\"properties\":{\"o\":{\"$ref\":\"old.v1\"},\"e\":{\"format\":\"date\"}}}", 1, NULL,
     {"{\"o\":[1],\"e\":\"2026-01-01\"}"}, {"{\"e\":\"x\"}", "{\"o\":[\"a\"]}"}},
    {"{\"$ref\":\"odd.v1#/$defs/a~1b%20%25\"}", 0, NULL, {"\"x\""}, {"1"}},
    {"{\"$defs\":{\"severity.v1\":{\"type\":\"null\"}},\"anyOf\":[{\"$ref\":\"#/$defs/severity.v1"
    "\"},"
     "{\"$ref\":\"severity.v1\"}]}", 0, NULL, {"null", "\"low\""}, {"1"}},
};

static void judge(const json_t *doc, const struct schema_options *o, const struct sample *x)
{
	struct err err = ERR_INIT;
	struct schema *s = schema_compile_with(doc, o, &err);
	size_t i;

	ck_assert_msg(s != NULL, "%s: %s", x->schema, err.msg);
	for (i = 0; i < NITEMS(x->good) && x->good[i]; i++) {
		json_t *v = kit_parse(x->good[i]);

		ck_assert_msg(!schema_validate(s, v, NULL), "%s: %s", x->schema, x->good[i]);
		json_decref(v);
	}
	for (i = 0; i < NITEMS(x->bad) && x->bad[i]; i++) {
		json_t *v = kit_parse(x->bad[i]);

		ck_assert_msg(schema_validate(s, v, NULL), "%s: %s", x->schema, x->bad[i]);
		json_decref(v);
	}
	schema_free(s);
}

START_TEST(bundled)
{
	static const struct schema_options alone = {.draft = 0};
	const struct sample *x = &samples[_i];
	struct schema_options o = {.assert_formats = x->assert_formats, .load = load,
	                           .arg = (void *)registry};
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	json_t *doc = kit_parse(x->schema), *whole = schema_bundle(doc, &o, &err), *again;

	ck_assert_msg(whole != NULL, "%s: %s", x->schema, err.msg);
	js_dump(&text, whole, JS_COMPACT);
	if (getenv("SHOW"))
		printf("%s\n", buf_str(&text));
	if (x->whole)
		ck_assert_str_eq(buf_str(&text), x->whole);
	judge(doc, &o, x);
	judge(whole, &alone, x);
	again = schema_bundle(whole, &alone, &err);
	ck_assert_msg(again == whole, "%s: %s", buf_str(&text), err.msg);
	json_decref(again);
	json_decref(whole);
	json_decref(doc);
	buf_release(&text);
}
END_TEST

static const struct {
	const char *schema, *where, *what;
} refused[] = {
    {"{\"items\":{\"$ref\":\"none.v1\"}}", "/items/$ref", "neither in this document nor in"},
    {"{\"$ref\":\"severity.v1#/$defs/x\"}", "/$ref", "a place that is not there"},
    {"{\"$ref\":\"https://elsewhere.example/x\"}", "/$ref", "neither in this document nor in"},
    {"{\"$schema\":\"https://elsewhere.example/x\"}", "/$schema", "dialect not supported"},
    {"{\"type\":7}", "/type", "must be a type's name"},
    {"{\"items\":{\"$ref\":\"hides.v1\"}}", "hides.v1#/$ref", "put it into allOf"},
};

START_TEST(not_bundled)
{
	struct schema_options o = {.load = load, .arg = (void *)registry};
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(refused[_i].schema);

	ck_assert_ptr_null(schema_bundle(doc, &o, &err));
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_str_eq(err.field, refused[_i].where);
	ck_assert_msg(strstr(err.msg, refused[_i].what) != NULL, "%s", err.msg);
	json_decref(doc);
}
END_TEST

START_TEST(partial)
{
	struct schema_options o = {.partial = 1};
	struct err err = ERR_INIT;
	json_t *doc = kit_parse("{\"$schema\":\"mine.v1\",\"items\":{\"$ref\":\"none.v1#/x\"},"
	"\"type\":\"array\"}");
	struct schema *s = schema_compile_with(doc, &o, &err);

	ck_assert_msg(s != NULL, "%s", err.msg);
	schema_free(s);
	ck_assert_ptr_null(schema_compile(doc, &err));
	json_decref(doc);
}
END_TEST

START_TEST(refers)
{
	static const struct {
		const char *text;
		int refers;
	} docs[] = {
	    {"{\"$ref\":\"#/a\"}", 0}, {"{\"a\":[{\"$ref\":\"b\"}]}", 1}, {"true", 0},
	    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}", 0},
	    {"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"}", 0},
	    {"{\"$schema\":\"mine.v1\"}", 1}, {"{\"x\":{\"$dynamicRef\":\"t.v1#n\"}}", 1},
	};
	json_t *doc = kit_parse(docs[_i].text);

	ck_assert_int_eq(schema_refers(doc), docs[_i].refers);
	json_decref(doc);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_bundle");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, bundled, 0, NITEMS(samples));
	tcase_add_loop_test(tc, not_bundled, 0, NITEMS(refused));
	tcase_add_test(tc, partial);
	tcase_add_loop_test(tc, refers, 0, 7);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
