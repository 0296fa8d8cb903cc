/* model/form: which fields a schema has, values as text and back, answers that change. */
#include "model_form_kit.h"

static const json_t *field(const json_t *list, const char *path, const char *kind)
{
	size_t i;
	json_t *f;

	json_array_foreach(list, i, f) {
		if (!strcmp(js_str_or(f, "/path", "?"), path) &&
		    (!kind || !strcmp(js_str_or(f, "/kind", "?"), kind)))
			return f;
	}
	ck_abort_msg("no %s %s", kind ? kind : "field", path);
	return NULL;
}

static void has(const char *schema, const char *path, const char *kind, const char *member,
                const char *value)
{
	struct form *f = kit_form_file(schema);
	json_t *list = form_describe(f);
	const json_t *one = field(list, path, kind);
	char *text = json_object_get(one, member) ? kit_text(json_object_get(one, member)) : NULL;

	if (value)
		ck_assert_msg(text && !strcmp(text, value), "%s %s %s is %s, not %s", schema, path,
		              member, text ? text : "absent", value);
	else
		ck_assert_msg(!text, "%s %s %s is %s", schema, path, member, text);
	free(text);
	json_decref(list);
	form_free(f);
}

START_TEST(kinds)
{
	has("refund", "/eligible", "boolean", "decision", "true");
	has("refund", "/reason_code", "choice", "label", "\"Reason code\"");
	has("review-decision", "/summary", "text", "hint", "\"1 to 4000 characters\"");
	has("review-decision", "/actions", "list", "required", "true");
	has("review-decision", "/decision", "choice", "default", NULL);
	has("verification-shorthand", "/notes", "text", "required", "true");
	has("shorthand-nested", "/contact/age", "integer", "required", "false");
	has("long-text", "/short_reason", "string", "maxLength", "80");
	has("long-text", "/code", "string", "pattern", "\"^[A-Z]{3}-[0-9]+$\"");
	has("all-of-merge", "/a", "string", "hint", "\"2 to 9 characters\"");
	has("all-of-merge", "/a", "string", "label", "\"The letter A\"");
	has("all-of-merge", "/b", "integer", "maximum", "7");
	has("all-of-merge", "/c", "choice", "choices",
	    "[{\"value\":\"y\",\"title\":\"y\"},{\"value\":\"z\",\"title\":\"z\"}]");
	has("const-titles", "/again", "boolean", "choices",
	    "[{\"value\":true,\"title\":\"Ask me again\"},{\"value\":false,"
	    "\"title\":\"Never again\"}]");
	has("const-titles", "/level", "choice", "nullable", "true");
	has("array-of-enum", "/flags", "choices", "uniqueItems", "true");
	has("array-of-enum", "/flags", "choices", "maxItems", "3");
	has("nullable", "/until", "string", "nullable", "true");
	has("nullable", "/where/x", "number", "required", "true");
	has("const-read-only", "/version", "fixed", "value", "\"review.v3\"");
	has("const-read-only", "/must", "fixed", "value", NULL);
	has("draft-04", "/score", "integer", "minimum", "1");
	has("draft-04", "/ratio", "number", "hint", "\"a number, more than 0, less than 1\"");
	has("draft-07", "/id", "string", "label", "\"Id\"");
	has("draft-07", "/tuple/1", "boolean", "label", "\"Second\"");
	has("refs", "/seller", "section", "label", "\"Who sold it\"");
	has("refs", "/currency", "choice", "label", "\"Currency\"");
	has("unlike-values", "/colour", "string", "examples", "[\"red\",\"green\"]");
	has("unlike-values", "/address", "string", "format", NULL);
	has("maps", "/ratings", "json", "hint", "\"an object, as JSON\"");
	has("formats", "/count", "integer", "hint", "\"a whole number from 1 to 10\"");
	has("root-array", "/-", "string", "minLength", "1");
	has("x-order", "/second", "boolean", "deprecated", "true");
	has("keys", "/with space/d\xc3\xa9 j\xc3\xa0", "boolean", "required", "false");
}
END_TEST

START_TEST(conditions)
{
	has("if-then-else", "/amount", "number", "requiredWhen", "[[\"Decision is approve\"]]");
	has("if-then-else", "/appeal", "boolean", "when", "[\"Decision is reject\"]");
	has("if-then-else", "/follow_up", "string", "when", "[\"Decision is not reject\"]");
	has("if-then-formats", "/iban", "string", "when", "[\"Country is not US\"]");
	has("dependent-required", "/billing_address", "string", "requiredWhen",
	    "[[\"Card number is given\"]]");
	has("dependent-required", "/message", "string", "when", "[\"gift is given\"]");
	has("one-of-by-choice", "/street", "string", "when", "[\"Method is post\"]");
	has("draft-07", "/kind", "choice", "requiredWhen", "[[\"ref is given\"]]");
}
END_TEST

START_TEST(order)
{
	static const char *const paths[] = {"", "/first", "/second", "/last", "/plain"};
	struct form *f = kit_form_file("x-order");
	json_t *list = form_describe(f);

	ck_assert_uint_eq(json_array_size(list), NITEMS(paths));
	for (size_t i = 0; i < NITEMS(paths); i++)
		ck_assert_str_eq(js_str_or(json_array_get(list, i), "/path", "?"), paths[i]);
	json_decref(list);
	form_free(f);
}
END_TEST

/* ---- rows ---- */

static void rows_are(const char *schema, const char *answer, const char *want)
{
	struct form *f = kit_form_file(schema);
	json_t *v = answer ? kit_parse(answer) : NULL;
	struct form_rows rows;
	struct buf b = BUF_INIT;

	form_rows(f, v, &rows);
	for (size_t i = 0; i < rows.n; i++)
		buf_addf(&b, "%s%s%s%s", i ? " " : "", rows.row[i].at,
		         rows.row[i].kind == ROW_ADD       ? "+"
		         : rows.row[i].kind == ROW_SECTION ? ":"
		                                           : "",
		         rows.row[i].required ? "*" : "");
	ck_assert_msg(!strcmp(buf_str(&b), want), "%s %s\n  %s\n  %s", schema, answer, buf_str(&b),
	              want);
	buf_release(&b);
	form_rows_release(&rows);
	json_decref(v);
	form_free(f);
}

START_TEST(listed)
{
	rows_are("refund", NULL, "/eligible* /reason_code*");
	rows_are("if-then-else", "{}", "/decision* /amount /reason /follow_up");
	rows_are("if-then-else", "{\"decision\":\"approve\"}",
	         "/decision* /amount* /reason /follow_up");
	rows_are("if-then-else", "{\"decision\":\"reject\"}",
	         "/decision* /amount /reason* /appeal");
	rows_are("if-then-formats", "{\"country\":\"US\"}", "/country* /code*");
	rows_are("if-then-formats", "{\"country\":\"DE\"}", "/country* /code /iban");
	rows_are("dependent-required", "{\"credit_card\":\"1\",\"gift\":true}",
	         "/name* /credit_card /billing_address* /gift /message*");
	rows_are("one-of-objects", "{}", "/payment* /remark");
	rows_are("one-of-objects", "{\"payment\":{\"kind\":\"transfer\"}}",
	         "/payment* /payment/kind* /payment/iban* /remark");
	rows_are("one-of-by-choice", "{\"method\":\"post\"}", "/method* /note /street* /city*");
	rows_are("any-of-inside", "{\"mail\":\"x\"}", "/reached* * /mail*");
	rows_are("array-of-objects", "{\"matrix\":[[1]]}",
	         "/actions:* /actions/0:* /actions/0/title* /actions/0/owner /actions/0/urgent "
	         "/actions/0/steps: /actions/0/steps+ /actions+ /matrix: /matrix/0: /matrix/0/0 "
	         "/matrix/0+ /matrix+");
	rows_are("prefix-items", "{\"row\":[\"x\",\"a\",3]}",
	         "/point:* /point/0* /point/1* /row: /row/0 /row/1 /row/2 /row+");
	rows_are("nested", NULL,
	         "/severity* /contact:* /contact/name* /contact/address: /contact/address/street "
	         "/contact/address/city /contact/address/geo: /contact/address/geo/lat "
	         "/contact/address/geo/lon /contact/phone /window:* /window/from /window/to "
	         "/notes");
	rows_are("root-array", "[\"a\"]", ":* /0* +");
	rows_are("root-string", NULL, "*");
	rows_are("recursive", "{\"label\":\"a\",\"children\":[{\"label\":\"b\"}]}",
	         "/label* /children: /children/0: /children/0/label* /children/0/children: "
	         "/children/0/children+ /children+");
}
END_TEST

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

/* ---- errors ---- */

static void error_is(const char *schema, const char *answer, const char *at, const char *message)
{
	struct form *f = kit_form_file(schema);
	json_t *v = answer ? kit_parse(answer) : NULL;
	struct schema_errors errors;
	size_t i = 0;

	form_check(f, v, &errors);
	while (i < errors.n && strcmp(errors.e[i].instance, at) != 0)
		i++;
	if (message)
		ck_assert_msg(i < errors.n && !strcmp(errors.e[i].message, message), "%s %s %s: %s",
		              schema, answer, at, i < errors.n ? errors.e[i].message : "no error");
	else
		ck_assert_msg(i == errors.n, "%s %s %s: %s", schema, answer, at,
		              errors.e[i].message);
	schema_errors_release(&errors);
	json_decref(v);
	form_free(f);
}

START_TEST(check)
{
	error_is("refund", NULL, "/eligible", "is required");
	error_is("refund", "{\"eligible\":true}", "/eligible", NULL);
	error_is("refund", "{\"eligible\":true}", "", NULL);
	error_is("keys", "{}", "/a~1b", "is required");
	error_is("dependent-required", "{\"name\":\"x\",\"credit_card\":\"1\"}", "/billing_address",
	         "is required");
	error_is("if-then-else", "{\"decision\":\"reject\"}", "/reason", "is required");
	error_is("one-of-objects", "{\"payment\":{\"kind\":\"card\"}}", "/payment/last4",
	         "is required");
	error_is("one-of-objects", "{\"payment\":{\"kind\":\"card\"}}", "/payment/iban", NULL);
	error_is("one-of-objects", "{\"payment\":{}}", "/payment", "choose one, and fill it in");
	error_is("any-of-inside", "{\"reached\":true,\"mail\":null}", "/mail", "is required");
	error_is("unlike-values", "{\"answer\":{\"left\":1}}", "/answer/right", "is required");
	error_is("root-string", NULL, "", "is required");
	error_is("root-enum", "\"maybe\"", "",
	         "\"maybe\" is not one of \"yes\", \"no\", \"unclear\"");
	error_is("nullable", "{\"name\":null,\"until\":null}", "/name", NULL);
}
END_TEST

/* What a row says of "required" is what the validator says of its absence. */
static void required_agrees(const char *name, struct form *f)
{
	unsigned seed = 99;
	json_t *answer = form_initial(f);

	for (int step = 0; step < 150; step++) {
		struct form_rows rows;
		struct schema_errors errors;

		kit_step(f, &answer, &seed);
		if (!answer)
			answer = form_initial(f);
		form_rows(f, answer, &rows);
		form_check(f, answer, &errors);
		for (size_t e = 0; e < errors.n && errors.total == errors.n; e++) {
			size_t i = 0;

			if (strcmp(errors.e[e].message, "is required") != 0)
				continue;
			while (i < rows.n && (strcmp(rows.row[i].at, errors.e[e].instance) != 0 ||
			                      rows.row[i].kind == ROW_ADD || !rows.row[i].required))
				i++;
			/* below what is typed as JSON the form has no rows */
			for (size_t k = 0; i == rows.n && k < rows.n; k++)
				if (rows.row[k].field->kind == FORM_JSON)
					i = 0;
			ck_assert_msg(i < rows.n, "%s: %s is required, and no row says so: %s",
			              name, errors.e[e].instance, kit_text(answer));
		}
		schema_errors_release(&errors);
		form_rows_release(&rows);
	}
	json_decref(answer);
}

START_TEST(required_rows)
{
	kit_each_form(required_agrees);
}
END_TEST

/* ---- limits ---- */

static void stays_small(json_t *schema, size_t most)
{
	struct err err = ERR_INIT;
	struct form *f = form_new(schema, NULL, &err);
	json_t *list;

	ck_assert_msg(f != NULL, "%s", err.msg);
	list = form_describe(f);
	ck_assert_uint_le(json_array_size(list), most);
	json_decref(list);
	json_decref(schema);
	form_free(f);
}

START_TEST(limits)
{
	json_t *wide = json_object(), *props = json_object(), *all, *bomb;
	char key[32];

	for (int i = 0; i < FORM_MAX_FIELDS + 10; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		json_object_set_new(props, key, json_object());
	}
	json_object_set_new(wide, "properties", props);
	stays_small(wide, 1); /* too many: the whole is JSON */
	stays_small(kit_parse("{\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"$ref\":\"#\"},"
	                      "\"c\":{\"$ref\":\"#\"},\"d\":{\"type\":\"array\","
	                      "\"items\":{\"$ref\":\"#\"}}}}"),
	            FORM_MAX_FIELDS);
	/* every level doubles what applies */
	bomb = kit_parse("{\"$defs\":{\"x0\":{\"type\":\"string\"}},\"$ref\":\"#/$defs/x20\"}");
	for (int i = 1; i <= 20; i++) {
		char ref[64];

		all = json_array();
		snprintf(ref, sizeof(ref), "#/$defs/x%d", i - 1);
		json_array_append_new(all, json_pack("{s:s}", "$ref", ref));
		json_array_append_new(all, json_pack("{s:s}", "$ref", ref));
		snprintf(key, sizeof(key), "x%d", i);
		json_object_set_new(json_object_get(bomb, "$defs"), key,
		                    json_pack("{s:o}", "allOf", all));
	}
	stays_small(bomb, 1);
}
END_TEST

START_TEST(huge_min_items)
{
	struct form *f = kit_form("{\"type\":\"array\",\"minItems\":1000000000,"
	                          "\"items\":{\"type\":\"array\",\"minItems\":1000000000,"
	                          "\"items\":{\"type\":\"string\"}}}");
	struct form_rows rows;

	form_rows(f, NULL, &rows);
	ck_assert_uint_le(rows.n, 20000);
	form_rows_release(&rows);
	form_free(f);
}
END_TEST

START_TEST(refused)
{
	struct err err = ERR_INIT;
	json_t *schema = kit_parse("{\"type\":\"strnig\"}");

	ck_assert_ptr_null(form_new(schema, NULL, &err));
	ck_assert_int_eq(err.code, FAIL_INVALID);
	json_decref(schema);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_form");
	TCase *t = tcase_create("form");

	tcase_add_test(t, kinds);
	tcase_add_test(t, conditions);
	tcase_add_test(t, order);
	tcase_add_test(t, listed);
	tcase_add_test(t, choices_by_text);
	tcase_add_test(t, scalars_by_text);
	tcase_add_test(t, empty_is_absent);
	tcase_add_test(t, round_trips);
	tcase_add_test(t, words);
	tcase_add_test(t, put);
	tcase_add_test(t, initial);
	tcase_add_test(t, variants);
	tcase_add_test(t, check);
	tcase_add_test(t, required_rows);
	tcase_add_test(t, limits);
	tcase_add_test(t, huge_min_items);
	tcase_add_test(t, refused);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return kit_run(s);
}
