/* model/form: which fields and rows a schema has, errors at their fields, limits. */
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
	tcase_add_test(t, check);
	tcase_add_test(t, required_rows);
	tcase_add_test(t, limits);
	tcase_add_test(t, huge_min_items);
	tcase_add_test(t, refused);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return kit_run(s);
}
