/* model/form: values as text and back, and answers that change. */
#include "model_form_kit.h"

/* ---- text ---- */

static json_t *parsed(const struct form_field *f, const char *text, struct err *err)
{
	err_clear(err);
	return form_parse(f, text, err);
}

static void reads(const char *schema, const char *text, const char *want)
{
	struct form *f = kit_form(schema);
	struct err err = ERR_INIT;
	json_t *v = parsed(form_root(f), text, &err);
	char *got = v ? kit_text(v) : NULL;

	if (want)
		ck_assert_msg(got && !strcmp(got, want), "%s: \"%s\" is %s (%s), not %s", schema,
		              text, got ? got : "none", err.msg, want);
	else
		ck_assert_msg(!got && err.code == FAIL_INVALID && err.msg[0], "%s: \"%s\" is %s",
		              schema, text, got);
	free(got);
	json_decref(v);
	form_free(f);
}

#define ENUM "{\"enum\":[\"low\",\"medium\",\"high\",\"highest\"]}"
#define ODD "{\"enum\":[\"3\",\"1\",2,null,\"\",\"a,b\"]}"
#define MANY "{\"type\":\"array\",\"items\":" ENUM ",\"uniqueItems\":true}"
#define TITLED \
	"{\"oneOf\":[{\"const\":\"a\",\"title\":\"Yes, with fixes\"}," \
	"{\"const\":\"b\",\"title\":\"Yes\"}]}"

START_TEST(choices_by_text)
{
	reads(ENUM, "2", "\"medium\"");
	reads(ENUM, "high", "\"high\"");
	reads(ENUM, "HIGHE", "\"highest\"");
	reads(ENUM, " lo ", "\"low\"");
	reads(ENUM, "hi", NULL);
	reads(ENUM, "5", NULL);
	reads(ENUM, "0", NULL);
	reads(ENUM, "hgih", NULL);
	reads(ODD, "1", "\"1\"");
	reads(ODD, "3", "\"3\"");
	reads(ODD, "2", "2");
	reads(ODD, "\"\"", "\"\"");
	reads(ODD, "none", "null");
	reads(TITLED, "yes", "\"b\"");
	reads(TITLED, "Yes, with fixes", "\"a\"");
	reads(MANY, "low, 3", "[\"low\",\"high\"]");
	reads(MANY, "low,low,,", "[\"low\"]");
	reads(MANY, "[\"low\"]", "[\"low\"]");
	reads(MANY, "[]", "[]");
	reads(MANY, "low, x", NULL);
	reads("{\"type\":\"array\",\"items\":" TITLED "}", "Yes, with fixes, Yes", "[\"a\",\"b\"]");
	reads("{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\",\"c\"]}}",
	      "a,b,c,a,b,c,a,b,c,a,b,c",
	      "[\"a\",\"b\",\"c\",\"a\",\"b\",\"c\",\"a\",\"b\",\"c\",\"a\",\"b\",\"c\"]");
}
END_TEST

START_TEST(scalars_by_text)
{
	reads("{\"type\":\"boolean\"}", "Y", "true");
	reads("{\"type\":\"boolean\"}", "false", "false");
	reads("{\"type\":\"boolean\"}", "maybe", NULL);
	reads("{\"type\":\"integer\"}", "12", "12");
	reads("{\"type\":\"integer\"}", "+7", "7");
	reads("{\"type\":\"integer\"}", "-0", "0");
	reads("{\"type\":\"integer\"}", "1.5", NULL);
	reads("{\"type\":\"integer\"}", "99999999999999999999", NULL);
	reads("{\"type\":\"number\"}", "1.50", "1.5");
	reads("{\"type\":\"number\"}", ".5", "0.5");
	reads("{\"type\":\"number\"}", "5.", "5");
	reads("{\"type\":\"number\"}", "1e400", NULL);
	reads("{\"type\":\"number\"}", "NaN", NULL);
	reads("{\"type\":\"number\"}", "1,5", NULL);
	reads("{\"type\":\"number\"}", "0x10", NULL);
	reads("{\"type\":\"number\"}", "-", NULL);
	reads("{\"type\":\"string\"}", " as it is ", "\" as it is \"");
	reads("{\"type\":\"string\"}", "\"quoted\"", "\"\\\"quoted\\\"\"");
	reads("{\"type\":\"string\"}", "\"\"", "\"\"");
	reads("{\"type\":\"string\"}", "\xff", NULL);
	reads("{\"type\":[\"string\",\"null\"]}", "null", "null");
	reads("{\"type\":[\"string\",\"null\"]}", "\"null\"", "\"null\"");
	reads("{\"type\":\"string\"}", "null", "\"null\"");
	reads("{\"type\":\"object\"}", "{\"a\":1}", "{\"a\":1}");
	reads("{\"type\":\"object\"}", "[1]", NULL);
	reads("{\"type\":\"object\"}", "{\"a\":1,\"a\":2}", NULL);
	reads("{\"type\":[\"string\",\"number\"]}", "12", "12");
	reads("{\"type\":[\"string\",\"number\"]}", "twelve", "\"twelve\"");
	reads("{\"const\":\"x\"}", "y", NULL);
	reads("{\"const\":\"x\"}", "x", "\"x\"");
}
END_TEST

START_TEST(empty_is_absent)
{
	struct form *f = kit_form("{\"type\":\"string\"}");
	struct err err = {.code = FAIL_INVALID};

	ck_assert_ptr_null(form_parse(form_root(f), "", &err));
	ck_assert_int_eq(err.code, FAIL_NONE);
	form_free(f);
}
END_TEST

static void leads_back(const char *name, const struct form_field *f, const json_t *v)
{
	struct err err = ERR_INIT;
	char *text = form_show(f, v), *words = form_show_words(f, v);
	json_t *back = form_parse(f, text, &err);
	char *a = kit_text(v), *b = back ? kit_text(back) : mem_strdup("none");

	ck_assert_msg(!strcmp(a, b), "%s %s: %s shown as \"%s\" is read as %s (%s)", name, f->path,
	              a, text, b, err.msg);
	free(text);
	free(words);
	free(a);
	free(b);
	json_decref(back);
}

static void round_trips_of(const char *name, const struct form_field *f)
{
	unsigned seed = 7;

	for (int i = 0; i < 60; i++) {
		json_t *v = kit_value(f, &seed);

		if (v)
			leads_back(name, f, v);
		json_decref(v);
	}
	for (size_t i = 0; i < f->nchild; i++)
		round_trips_of(name, f->child[i]);
}

static void round_trips_in(const char *name, struct form *f)
{
	round_trips_of(name, form_root(f));
}

START_TEST(round_trips)
{
	ck_assert_uint_ge(kit_each_form(round_trips_in), 24);
}
END_TEST

START_TEST(words)
{
	struct form *f = kit_form(TITLED);
	json_t *v = json_string("a");
	char *text = form_show_words(form_root(f), v);

	ck_assert_str_eq(text, "Yes, with fixes");
	free(text);
	json_decref(v);
	form_free(f);
}
END_TEST

/* ---- changing ---- */

static void puts_to(const char *schema, const char *before, const char *at, const char *value,
                    const char *after)
{
	struct form *f = kit_form_file(schema);
	json_t *v = before ? kit_parse(before) : NULL;
	char *text;

	form_put_new(f, &v, at, value ? kit_parse(value) : NULL);
	text = v ? kit_text(v) : mem_strdup("none");
	ck_assert_msg(!strcmp(text, after), "%s: %s at %s is %s, not %s", before, value, at, text,
	              after);
	free(text);
	json_decref(v);
	form_free(f);
}

START_TEST(put)
{
	puts_to("nested", NULL, "/contact/address/geo/lat", "1.5",
	        "{\"contact\":{\"address\":{\"geo\":{\"lat\":1.5}}}}");
	puts_to("nested", "{\"contact\":{\"address\":{\"geo\":{\"lat\":1.5}}}}",
	        "/contact/address/geo/lat", NULL, "{\"contact\":{}}");
	puts_to("nested", "{\"contact\":{\"name\":\"a\",\"phone\":\"1\"}}", "/contact/phone", NULL,
	        "{\"contact\":{\"name\":\"a\"}}");
	puts_to("array-of-objects", "{}", "/actions/0/title", "\"x\"",
	        "{\"actions\":[{\"title\":\"x\"}]}");
	puts_to("array-of-objects", "{\"actions\":[{\"title\":\"x\"}]}", "/actions/-", "{}",
	        "{\"actions\":[{\"title\":\"x\"},{}]}");
	puts_to("array-of-objects", "{\"actions\":[{\"title\":\"x\"},{}]}", "/actions/0/title",
	        NULL,
	        "{\"actions\":[{},{}]}");
	puts_to("array-of-objects", "{\"actions\":[{\"title\":\"x\"},{}]}", "/actions/1", NULL,
	        "{\"actions\":[{\"title\":\"x\"}]}");
	puts_to("array-of-objects", "{\"matrix\":[1]}", "/matrix/0", NULL, "{}");
	puts_to("array-of-objects", "{\"actions\":[1]}", "/actions/0", NULL, "{\"actions\":[]}");
	puts_to("array-of-objects", "{}", "/matrix/0/0", "1", "{\"matrix\":[[1]]}");
	puts_to("nullable", "{\"where\":null}", "/where/x", "1", "{\"where\":{\"x\":1}}");
	puts_to("keys", NULL, "/a~1b", "\"x\"", "{\"a/b\":\"x\"}");
	puts_to("keys", "{}", "/-", "\"x\"", "{\"-\":\"x\"}");
	puts_to("keys", "{}", "/0", "1", "{\"0\":1}");
	puts_to("root-array", NULL, "/-", "\"x\"", "[\"x\"]");
	puts_to("root-string", NULL, "", "\"x\"", "\"x\"");
	puts_to("root-string", "\"x\"", "", NULL, "none");
	puts_to("one-of-objects", "{}", "/payment/iban", "\"x\"", "{\"payment\":{\"iban\":\"x\"}}");
	puts_to("refund", "{}", "/eligible/x/y", NULL, "{}");
}
END_TEST

START_TEST(initial)
{
	static const char *const rows[][2] = {
	    {"const-read-only", "{\"version\":\"review.v3\",\"task\":\"T-17\",\"limit\":10}"},
	    {"refund", "{}"},
	    {"nested", "{}"},
	    {"booleans", "{\"c\":true}"},
	    {"root-array", "[]"},
	    {"root-enum", "null"},
	};

	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct form *f = kit_form_file(rows[i][0]);
		json_t *v = form_initial(f);
		char *text = kit_text(v);

		ck_assert_str_eq(text, rows[i][1]);
		free(text);
		json_decref(v);
		form_free(f);
	}
}
END_TEST

static void begins_in(const char *name, const struct form_field *f)
{
	for (size_t i = 0; f->kind == FORM_VARIANT && i < f->nchild; i++) {
		json_t *v = form_variant_new(f, i);

		ck_assert_msg(form_variant_at(f, v) == (int)i, "%s %s: variant %zu begins as %d",
		              name, f->path, i, form_variant_at(f, v));
		json_decref(v);
	}
	for (size_t i = 0; i < f->nchild; i++)
		begins_in(name, f->child[i]);
}

static void begins(const char *name, struct form *f)
{
	begins_in(name, form_root(f));
}

START_TEST(variants)
{
	kit_each_form(begins);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_form_values");
	TCase *t = tcase_create("values");

	tcase_add_test(t, choices_by_text);
	tcase_add_test(t, scalars_by_text);
	tcase_add_test(t, empty_is_absent);
	tcase_add_test(t, round_trips);
	tcase_add_test(t, words);
	tcase_add_test(t, put);
	tcase_add_test(t, initial);
	tcase_add_test(t, variants);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return kit_run(s);
}
