/* engine: one answer made of several, field by field. */

#include "base/buf.h"
#include "base/mem.h"
#include "engine/verify/combine.h"
#include "json/js.h"
#include "json_kit.h"

static void plan(const char *schema, struct combine_plan *p)
{
	json_t *doc = kit_parse(schema);

	combine_plan(doc, p);
	json_decref(doc);
}

/* The answers are one JSON array. */
static json_t *combined(const char *schema, const char *answers, const double *weight,
                        struct combine_result *result)
{
	struct combine_plan p;
	struct combine_vote votes[COMBINE_ANSWERS];
	json_t *list = kit_parse(answers), *one;
	size_t i;

	plan(schema, &p);
	json_array_foreach(list, i, one)
		votes[i] = (struct combine_vote){.answer = one, .weight = weight ? weight[i] : 1};
	json_t *made = combine_answers(&p, votes, json_array_size(list), NULL, result);
	json_decref(list);
	combine_release(&p);
	return made;
}

static void expect_weighed(const char *schema, const char *answers, const double *weight,
                           const char *want, struct combine_result *result)
{
	struct buf b = BUF_INIT;
	json_t *made = combined(schema, answers, weight, result);

	js_dump(&b, made, JS_CANONICAL);
	ck_assert_str_eq(buf_str(&b), want);
	buf_release(&b);
	json_decref(made);
}

static void expect(const char *schema, const char *answers, const char *want)
{
	expect_weighed(schema, answers, NULL, want, NULL);
}

START_TEST(kinds_by_schema)
{
	static const char schema[] =
	    "{\"type\":\"object\",\"required\":[\"ok\",\"in/side\",\"why\"],"
	    "\"$defs\":{\"grade\":{\"enum\":[\"a\",\"b\"]}},"
	    "\"properties\":{\"ok\":{\"type\":\"boolean\"},\"grade\":{\"$ref\":\"#/$defs/grade\"},"
	    "\"one\":{\"oneOf\":[{\"const\":1,\"title\":\"x\"},{\"const\":2}]},"
	    "\"price\":{\"type\":[\"number\",\"null\"]},\"count\":{\"type\":\"integer\"},"
	    "\"tags\":{\"type\":\"array\",\"uniqueItems\":true,\"items\":{\"type\":\"string\"}},"
	    "\"picks\":{\"type\":\"array\",\"items\":{\"enum\":[\"x\",\"y\"]},\"minItems\":1},"
	    "\"why\":{\"type\":\"string\"},\"in/side\":{\"type\":\"object\","
	    "\"properties\":{\"deep\":{\"const\":7}}},\"rows\":{\"type\":\"array\","
	    "\"items\":{\"type\":\"object\"}},\"free\":{\"type\":\"object\"},"
	    "\"far\":{\"$ref\":\"http://example.org/x\"},\"mixed\":{\"type\":[\"string\","
	    "\"integer\"]}}}";
	static const struct {
		const char *pointer;
		enum combine_kind kind;
		uint32_t categories;
	} want[] = {{"/ok", COMBINE_CATEGORY, 2}, {"/grade", COMBINE_CATEGORY, 3},
	            {"/one", COMBINE_CATEGORY, 3}, {"/price", COMBINE_NUMBER, 0},
	            {"/count", COMBINE_NUMBER, 0}, {"/tags", COMBINE_SET, 0},
	            {"/picks", COMBINE_SET, 0}, {"/why", COMBINE_TEXT, 0},
	            {"/in~1side/deep", COMBINE_CATEGORY, 2}, {"/rows", COMBINE_WHOLE, 0},
	            {"/free", COMBINE_WHOLE, 0}, {"/far", COMBINE_WHOLE, 0},
	            {"/mixed", COMBINE_WHOLE, 0}};
	struct combine_plan p;

	plan(schema, &p);
	ck_assert_uint_eq(p.n, NITEMS(want));
	for (size_t i = 0; i < p.n; i++) {
		ck_assert_str_eq(p.field[i].pointer, want[i].pointer);
		ck_assert_str_eq(combine_kind_names[p.field[i].kind],
		                 combine_kind_names[want[i].kind]);
		ck_assert_uint_eq(combine_categories(&p.field[i]), want[i].categories);
	}
	combine_release(&p);
}
END_TEST

START_TEST(odd_schemas)
{
	static const char *const odd[] = {
		"true", "{}", "{\"$ref\":\"#\"}", "{\"$ref\":\"#/nowhere\"}",
		"{\"properties\":{\"a\":{\"$ref\":\"#\"}}}", "{\"properties\":[]}",
		"{\"properties\":{}}",
		"{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}",
	};
	struct combine_plan p;
	struct buf many = BUF_INIT;

	combine_plan(NULL, &p);
	ck_assert_int_eq(p.field[0].kind, COMBINE_WHOLE);
	combine_release(&p);
	for (size_t i = 0; i < NITEMS(odd); i++) {
		plan(odd[i], &p);
		ck_assert_uint_eq(p.n, 1);
		ck_assert_str_eq(p.field[0].pointer, "");
		ck_assert_int_eq(p.field[0].kind, COMBINE_WHOLE);
		combine_release(&p);
	}
	buf_adds(&many, "{\"properties\":{\"f0\":{}");
	for (int i = 1; i < 65; i++)
		buf_addf(&many, ",\"f%d\":{\"type\":\"string\"}", i);
	buf_adds(&many, "}}");
	plan(buf_str(&many), &p);
	ck_assert_uint_eq(p.n, 1);
	combine_release(&p);
	buf_release(&many);
}
END_TEST

START_TEST(categories)
{
	static const char schema[] = "{\"properties\":{\"d\":{\"enum\":[\"no\",\"yes\",2.0]}}}";
	static const double weight[] = {1, 1, 3};
	struct combine_result r[1];

	expect(schema, "[{\"d\":\"yes\"},{\"d\":\"no\"},{\"d\":\"yes\"}]", "{\"d\":\"yes\"}");
	expect_weighed(schema, "[{\"d\":\"yes\"},{\"d\":\"no\"}]", NULL, "{\"d\":\"no\"}", r);
	ck_assert_int_eq(r[0].tie, 1);
	ck_assert_double_eq_tol(r[0].agree, 0.5, 1e-12);
	expect_weighed(schema, "[{\"d\":\"no\"},{\"d\":\"no\"},{\"d\":2}]", weight, "{\"d\":2.0}",
	               r);
	ck_assert_double_eq_tol(r[0].agree, 0.6, 1e-12);
	expect(schema, "[{},{},{\"d\":\"no\"}]", "{}");
	expect("{\"type\":\"boolean\"}", "[true,false,true]", "true");
	expect("{\"enum\":[null,1]}", "[null,null,1]", "null");
}
END_TEST

START_TEST(chosen_by_the_model)
{
	struct combine_plan p;
	json_t *a = kit_parse("{\"d\":\"yes\",\"why\":\"so\"}");
	json_t *b = kit_parse("{\"d\":\"no\",\"why\":\"so\"}");
	struct combine_vote votes[] = {{a, 1, NULL}, {a, 1, NULL}, {b, 1, NULL}};
	struct combine_cell cells[COMBINE_FIELDS];
	uint32_t chosen[] = {0, COMBINE_NONE};

	plan("{\"properties\":{\"d\":{\"enum\":[\"no\",\"yes\"]},\"why\":{\"type\":\"string\"}}}",
	     &p);
	combine_cells(&p, a, cells);
	ck_assert_uint_eq(cells[0].category, 1);
	ck_assert_uint_eq(cells[1].category, COMBINE_NONE);
	combine_cells(&p, b, cells);
	ck_assert_uint_eq(cells[0].category, 0);
	json_t *made = combine_answers(&p, votes, 3, chosen, NULL);
	ck_assert(json_equal(made, b));
	combine_cells(&p, made, cells);
	ck_assert_uint_eq(combine_nearest(&p, votes, 3, cells), 2);
	chosen[0] = 2; /* not there */
	json_decref(made);
	made = combine_answers(&p, votes, 3, chosen, NULL);
	ck_assert(!json_object_get(made, "d"));
	json_decref(made);
	json_decref(a);
	json_decref(b);
	combine_release(&p);
}
END_TEST

START_TEST(numbers)
{
	static const char schema[] = "{\"type\":\"integer\"}";
	static const double heavy[] = {1, 5, 1};
	struct combine_result r[1];

	expect_weighed(schema, "[10,12,1000000]", NULL, "12", r);
	ck_assert_double_eq_tol(r[0].spread, 1.4826 * 2, 1e-9);
	expect_weighed(schema, "[10,11]", NULL, "10", r); /* an integer, and one that was given */
	ck_assert_int_eq(r[0].tie, 1);
	expect_weighed(schema, "[10,12,1000000]", heavy, "12", NULL);
	expect(schema, "[9007199254740993,9007199254740993,1]", "9007199254740993");
	expect("{\"type\":\"number\",\"multipleOf\":0.5}", "[1.5,2.5,2.0,0.0]", "1.5");
	expect("{\"properties\":{\"n\":{\"type\":[\"number\",\"null\"]}}}",
	       "[{\"n\":null},{\"n\":null},{\"n\":1}]", "{}");
}
END_TEST

START_TEST(sets)
{
	static const char free_set[] = "{\"type\":\"array\",\"uniqueItems\":true}";
	static const char picks[] =
	    "{\"type\":\"array\",\"items\":{\"enum\":[\"z\",\"a\"]},\"minItems\":1,\"maxItems\":1}";
	struct combine_result r[1];

	expect(free_set, "[[\"b\",\"a\"],[\"a\",\"c\"],[\"c\",\"a\",\"b\"]]",
	       "[\"a\",\"b\",\"c\"]");
	expect_weighed(free_set, "[[\"a\"],[\"b\"]]", NULL, "[]", r);
	ck_assert_int_eq(r[0].tie, 1);
	expect(picks, "[[\"z\",\"z\"],[\"a\"],[\"a\"]]", "[\"a\"]");
	expect(picks, "[[\"z\",\"a\"],[\"a\",\"z\"]]", "[\"a\"]");
	expect_weighed(free_set, "[[1,2],[2,1],[2]]", NULL, "[2,1]", r);
	ck_assert_double_eq_tol(r[0].agree, 2.0 / 3, 1e-9); /* in any order */
}
END_TEST

START_TEST(texts)
{
	expect("{\"type\":\"string\"}",
	       "[\"The seal is broken.\",\"the  seal is broken\",\"no idea, sorry\","
	       "\"It is broken\"]",
	       "\"the  seal is broken\"");
	expect("{\"type\":\"string\"}", "[\"x\",\"y\",\"y\"]", "\"y\"");
	expect("{\"type\":\"string\"}", "[\"\",\"\"]", "\"\"");
}
END_TEST

/* ${n} characters from ${from} on of a text without end. */
static void add_prose(struct buf *b, size_t from, size_t n)
{
	uint32_t x = 1;

	for (size_t i = 0; i < from + n; i++) {
		x = x * 1664525 + 1013904223;
		if (i >= from)
			buf_addc(b, x >> 24 < 40 ? ' ' : (char)('a' + (x >> 16) % 26));
	}
}

/* The middle of three is nearest to both, whatever their length and however often it repeats
   itself. */
START_TEST(long_texts)
{
	static const size_t sizes[] = {100, 130, 400, 520, 3000, 70000};

	for (size_t i = 0; i < NITEMS(sizes); i++) {
		for (int repeated = 0; repeated < 2; repeated++) {
			struct buf answers = BUF_INIT, middle = BUF_INIT;
			size_t n = sizes[i];
			for (size_t k = 0; k < 3; k++) {
				struct buf *b = &answers;
				buf_adds(b, k ? ",\"" : "[\"");
				size_t from = b->len;
				for (int r = 0; r < (repeated ? 3 : 1); r++)
					add_prose(b, 100 + k * n / 8, n / (repeated ? 3 : 1));
				if (k == 1)
					buf_add(&middle, buf_str(b) + from, b->len - from);
				buf_addc(b, '"');
			}
			buf_addc(&answers, ']');
			json_t *made = combined("{\"type\":\"string\"}", buf_str(&answers), NULL,
			                        NULL);
			ck_assert_str_eq(json_string_value(made), buf_str(&middle));
			json_decref(made);
			buf_release(&answers);
			buf_release(&middle);
		}
	}
}
END_TEST

START_TEST(wholes)
{
	struct combine_result r[1];

	expect("{}", "[{\"a\":1.0},{\"a\":2},{\"a\":1}]", "{\"a\":1.0}");
	expect_weighed("true", "[[1,2,3],[1,2,4],[9]]", NULL, "[1,2,3]", r);
	ck_assert_double_eq_tol(r[0].agree, 1.0 / 3, 1e-9);
}
END_TEST

START_TEST(objects_by_field)
{
	expect("{\"properties\":{\"a~b\":{\"properties\":{\"x/y\":{\"type\":\"boolean\"},"
	       "\"n\":{\"type\":\"integer\"}}}}}",
	       "[{\"a~b\":{\"x/y\":true,\"n\":1}},{\"a~b\":{\"x/y\":true,\"n\":5}},"
	       "{\"a~b\":{\"x/y\":false,\"n\":5}}]",
	       "{\"a~b\":{\"n\":5,\"x/y\":true}}");
}
END_TEST

/* The order of the answers decides nothing but ties. */
START_TEST(in_any_order)
{
	static const char schema[] =
	    "{\"properties\":{\"d\":{\"enum\":[1,2,3]},\"n\":{\"type\":\"number\"},"
	    "\"s\":{\"type\":\"array\",\"uniqueItems\":true},\"t\":{\"type\":\"string\"}}}";

	for (int turn = 0; turn < 3; turn++) {
		static const char *const a[] = {
			"{\"d\":1,\"n\":3.5,\"s\":[1,2],\"t\":\"all is well\"}",
			"{\"d\":2,\"n\":4.5,\"s\":[2,3],\"t\":\"all well\"}",
			"{\"d\":2,\"n\":4,\"s\":[3],\"t\":\"quite another matter\"}"};
		struct buf b = BUF_INIT;
		buf_addf(&b, "[%s,%s,%s]", a[turn], a[(turn + 1) % 3], a[(turn + 2) % 3]);
		json_t *made = combined(schema, buf_str(&b), NULL, NULL);
		ck_assert_int_eq(js_int_or(made, "/d", 0), 2);
		ck_assert_double_eq_tol(json_real_value(json_object_get(made, "n")) +
		                            (double)js_int_or(made, "/n", 0), 4, 1e-12);
		ck_assert_uint_eq(json_array_size(json_object_get(made, "s")), 2);
		json_decref(made);
		buf_release(&b);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_combine");
	TCase *t = tcase_create("combine");

	tcase_add_test(t, kinds_by_schema);
	tcase_add_test(t, odd_schemas);
	tcase_add_test(t, categories);
	tcase_add_test(t, chosen_by_the_model);
	tcase_add_test(t, numbers);
	tcase_add_test(t, sets);
	tcase_add_test(t, texts);
	tcase_add_test(t, long_texts);
	tcase_add_test(t, wholes);
	tcase_add_test(t, objects_by_field);
	tcase_add_test(t, in_any_order);
	suite_add_tcase(s, t);
	return kit_run(s);
}
