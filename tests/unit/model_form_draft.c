/* The editor's draft: what is written is read back, and mistakes are told with their line. */
#include "model_form_kit.h"

static char *draft_of(const struct form *f, const json_t *answer)
{
	struct buf out = BUF_INIT;

	form_draft_write(f, NULL, answer, NULL, &out);
	return buf_detach(&out);
}

/* ${change}: whether the answer is one at all; empty brackets are not. */
static void leads_back(const char *name, const struct form *f, const json_t *answer)
{
	struct err err = ERR_INIT;
	char *text = draft_of(f, answer), *want, *got;
	json_t *back;
	int rc = form_draft_read(text, strlen(text), &back, &err);
	int empty = !answer || json_is_null(answer) ||
	            (!json_object_size(answer) && json_is_object(answer)) ||
	            (!json_array_size(answer) && json_is_array(answer));

	if (empty) {
		ck_assert_msg(rc == 0 && !back, "%s: %d %s\n%s", name, rc, err.msg, text);
	} else {
		want = kit_text(answer);
		ck_assert_msg(rc == 1, "%s: %s is read with %d %s\n%s", name, want, rc, err.msg,
		              text);
		got = kit_text(back);
		ck_assert_msg(json_equal(answer, back), "%s: %s is read as %s\n%s", name, want, got,
		              text);
		free(want);
		free(got);
	}
	json_decref(back);
	free(text);
}

/* A draft leaves out null where it only marks a variant that was chosen. */
static int has_marks(const struct form *f, const json_t *answer)
{
	struct schema_errors errors;
	int found = 0;

	form_check(f, answer, &errors);
	for (size_t i = 0; i < errors.n; i++) {
		const json_t *v = js_at(answer, errors.e[i].instance);

		found |= v && json_is_null(v);
	}
	found |= errors.total > errors.n;
	schema_errors_release(&errors);
	return found;
}

static void untouched(const char *name, struct form *f)
{
	leads_back(name, f, NULL);
}

static void filled(const char *name, struct form *f)
{
	unsigned seed = 31;
	json_t *answer = form_initial(f);

	for (int step = 0; step < 200; step++) {
		if (!has_marks(f, answer))
			leads_back(name, f, answer);
		kit_step(f, &answer, &seed);
		if (!answer)
			answer = form_initial(f);
	}
	json_decref(answer);
}

START_TEST(all_schemas)
{
	ck_assert_uint_ge(kit_each_form(untouched), 24);
	kit_each_form(filled);
}
END_TEST

START_TEST(whatever_was_there)
{
	static const char *const rows[][2] = {
	    {"refund",
	     "{\"eligible\":\"no\",\"reason_code\":7,\"more\":{\"a\":[1,{\"b\":null}]},"
	     "\"n\":null}"},
	    {"nested", "{\"contact\":\"none\",\"window\":[1]}"},
	    {"array-of-objects",
	     "{\"actions\":[1,\"x\",{\"title\":2,\"t\":1},[],{},7,8],\"matrix\":{\"a\":1}}"},
	    {"one-of-objects", "{\"payment\":{\"kind\":\"gold\",\"x\":1},\"z\":1}"},
	    {"one-of-objects", "{\"payment\":\"cash\"}"},
	    {"any-of-inside", "{\"mail\":\"m\",\"phone\":\"p\",\"x\":1}"},
	    {"if-then-formats", "{\"country\":\"FR\",\"code\":\"1\",\"iban\":\"2\"}"},
	    {"root-string", "{\"a\":1}"},
	    {"root-array", "\"x\""},
	    {"root-variant", "[1]"},
	    {"hostile",
	     "{\"x\":\"</script>\\u202e\\u0007\",\"y\":\"a\\nb // c\","
	     "\"<img src=x>\":\"\\ud83d\\ude42\"}"},
	    {"keys", "{\"a/b\":\"1\",\"\":\"2\",\"-\":\"3\",\"quote\\\"key\":\"4\"}"},
	};

	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct form *f = kit_form_file(rows[i][0]);
		json_t *v = kit_parse(rows[i][1]);

		leads_back(rows[i][0], f, v);
		json_decref(v);
		form_free(f);
	}
}
END_TEST

/* ---- reading ---- */

static void reads(const char *text, const char *want)
{
	struct err err = ERR_INIT;
	json_t *v;
	int rc = form_draft_read(text, strlen(text), &v, &err);
	char *got = v ? kit_text(v) : NULL;

	if (want)
		ck_assert_msg(rc == 1 && !strcmp(got, want), "%s\nis %s (%s)", text,
		              got ? got : "none", err.msg);
	else
		ck_assert_msg(rc == 0 && !v, "%s\nis %d %s %s", text, rc, got ? got : "", err.msg);
	free(got);
	json_decref(v);
}

static void refuses(const char *text, const char *message)
{
	struct err err = ERR_INIT;
	json_t *v;
	int rc = form_draft_read(text, strlen(text), &v, &err);

	ck_assert_msg(rc == -1 && !v && err.code == FAIL_INVALID, "%s\nis read", text);
	ck_assert_msg(!strncmp(err.msg, message, strlen(message)), "%s\n%s\n%s", text, err.msg,
	              message);
}

START_TEST(commas)
{
	reads("{\n\"a\": 1\n\"b\": 2,\n// \"c\": 3,\n}", "{\"a\":1,\"b\":2}");
	reads("{\n\"a\": 1,\n}\n", "{\"a\":1}");
	reads("[\n1\n2,\n3\n]", "[1,2,3]");
	reads("[1, 2, ]", "[1,2]");
	reads("{\"a\": {\n\"b\": [\n{\n\"c\": 1\n}\n{\n}\n]\n}\n\"d\": \"x\"\n}",
	      "{\"a\":{\"b\":[{\"c\":1},{}]},\"d\":\"x\"}");
	refuses("{\"a\": 1 // \n}", "line 1");
	refuses("{\"a\": 1 \"b\": 2}", "line 1: a comma is missing here");
	refuses("{\n\"a\": 1,,\n}", "line 2: a comma too many");
	refuses("[,]", "line 1: a comma too many");
}
END_TEST

START_TEST(comments)
{
	reads("", NULL);
	reads("// all\n  // of it\n\t//\n", NULL);
	reads("{\n}\n", NULL);
	reads("[ ]", NULL);
	reads("\xef\xbb\xbf// mark\n{\"a\":1}", "{\"a\":1}");
	reads("{\r\n// x\r\n\"a\": \"// no comment\",\r\n}", "{\"a\":\"// no comment\"}");
	reads("\"// text\"", "\"// text\"");
	reads("// x\n12\n", "12");
	reads("{\"a\":\"b \\\" // c\"}", "{\"a\":\"b \\\" // c\"}");
	reads("{\"a\":{}}", "{\"a\":{}}");
}
END_TEST

START_TEST(mistakes)
{
	refuses("// c\n{\n\"decision\": ...,\n}", "line 3: \"decision\" has no value yet");
	refuses("{\n\"decision\": ,\n}", "line 2: \"decision\" has no value yet");
	refuses("{\n\"decision\":\n}", "line 3: \"decision\" has no value yet");
	refuses("{\n\"a\":\n\"b\": 1\n}", "line 3: \"a\" has no value yet");
	refuses("[\n...,\n]", "line 2: a value is missing");
	refuses("{\n\"a\": \"b\n\"c\": 1}", "line 2: a text ends with the line");
	refuses("{\n\"a\": [1\n}", "line 3: the wrong closing bracket");
	refuses("{\"a\": 1}\n}", "line 2: a closing bracket too many");
	refuses("{\"a\": 1}\n{\"b\": 2}", "line 2: more text behind the end");
	refuses("{\n\n\"a\": yes\n}", "line 3, column");
	refuses("{\n\"a\": 1\n\"a\": 2\n}", "line 3, column");
	refuses("{\n\"a\": \"\xff\"\n}", "line 2, column");
	refuses("{\n\"a\": 1", "line 2");
	refuses("{\n\"a\": 99999999999999999999\n}", "line 2, column");
	refuses("{\"a\" 1}", "line 1");
	refuses("{a: 1}", "line 1");
	refuses("{\n\"a\": \"x\\u0000\"\n}", "line 2, column");
}
END_TEST

START_TEST(limits)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *v;

	for (int i = 0; i < 1000; i++)
		buf_adds(&b, "[");
	refuses(buf_str(&b), "line 1: nested too deeply");
	buf_clear(&b);
	for (int i = 0; i < (5 << 20); i++)
		buf_addc(&b, ' ');
	ck_assert_int_eq(form_draft_read(b.data, b.len, &v, &err), -1);
	err_clear(&err);
	ck_assert_int_eq(form_draft_read("{\"a\":\0 1}", 9, &v, &err), -1);
	buf_release(&b);
}
END_TEST

/* ---- errors on top ---- */

static char *with_errors(const struct form *f, const char *answer)
{
	struct buf out = BUF_INIT;
	struct schema_errors errors;
	json_t *v = kit_parse(answer);

	form_check(f, v, &errors);
	form_draft_write(f, NULL, v, &errors, &out);
	schema_errors_release(&errors);
	json_decref(v);
	return buf_detach(&out);
}

/* The line that an error names has ${begin} in it. */
static void points_to(const char *text, const char *pointer, const char *begin)
{
	char prefix[200];
	const char *p = text, *e = NULL;
	unsigned long line;

	for (; !strncmp(p, "// error: ", 10); p = strchr(p, '\n') + 1) {
		snprintf(prefix, sizeof(prefix), ": %s: ", pointer);
		e = !e && strstr(p, prefix) && strstr(p, prefix) < strchr(p, '\n') ? p : e;
	}
	ck_assert_msg(e && !strncmp(e, "// error: line ", 15), "no line for %s in\n%s", pointer,
	              text);
	line = strtoul(e + 15, NULL, 10);
	for (p = text; --line; p = strchr(p, '\n') + 1)
		;
	p += strspn(p, " ");
	ck_assert_msg(!strncmp(p, begin, strlen(begin)), "%s is at\n%.60s\nin\n%s", pointer, p,
	              text);
}

START_TEST(lines_of_errors)
{
	struct form *f = kit_form_file("review-decision");
	char *text = with_errors(f, "{\"decision\":\"shp\",\"actions\":[\"a\",\"\",3]}");

	points_to(text, "/decision", "\"decision\": \"shp\"");
	points_to(text, "/severity", "// \"severity\": ...");
	points_to(text, "/summary", "// \"summary\": ...");
	points_to(text, "/actions/1", "\"\",");
	points_to(text, "/actions/2", "3,");
	free(text);
	form_free(f);
	f = kit_form_file("nested");
	text =
	    with_errors(f, "{\"contact\":{\"phone\":\"x\",\"address\":{\"geo\":{\"lat\":100}}}}");
	points_to(text, "/contact/phone", "\"phone\": \"x\"");
	points_to(text, "/contact/name", "// \"name\": ...");
	points_to(text, "/contact/address/city", "// \"city\": ...");
	points_to(text, "/contact/address/geo/lat", "\"lat\": 100");
	free(text);
	form_free(f);
}
END_TEST

START_TEST(other_errors)
{
	struct form *f = kit_form_file("refund");
	char *text = draft_of(f, NULL);
	struct buf out = BUF_INIT, again = BUF_INIT;
	struct schema_errors errors;

	form_draft_errors(text, NULL, "line 12: it is \033[31mred", &out);
	ck_assert_int_eq(strncmp(buf_str(&out), "// error: line 13: it is <U+001B>[31mred\n", 41),
	                 0);
	ck_assert_str_eq(strchr(buf_str(&out), '\n') + 1, text);
	/* new ones take the place of old ones, and the text below is as it was */
	form_check(f, NULL, &errors);
	form_draft_errors(buf_str(&out), &errors, "line 13: again", &again);
	ck_assert_int_eq(strncmp(buf_str(&again), "// error: line 15: again\n", 25), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&again), "/eligible: is required\n"));
	ck_assert_str_eq(buf_str(&again) + again.len - strlen(text), text);
	points_to(buf_str(&again), "/eligible", "// \"eligible\": ...");
	schema_errors_release(&errors);
	buf_release(&out);
	buf_release(&again);
	free(text);
	form_free(f);
}
END_TEST

/* What somebody else wrote stays behind its mark: no line of it can become an answer. */
START_TEST(hostile)
{
	struct form *f = kit_form_file("hostile");
	struct form_about about = {.id = "task_1", .title = "x\n\"y\": 1,\n\033]0;t\007",
	                           .instructions = "do\n\"y\": 2,\r\n{\n\xe2\x80\xae",
	                           .lane = "a\n{\"b\":1}"};
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *context = kit_parse("{\"a\":\"\\u202e\\nx\",\"b\":[1,\"\\u0007\"]}"), *v;
	char *text;

	about.context = context;
	form_draft_write(f, &about, NULL, NULL, &out);
	text = out.data;
	ck_assert_int_eq(form_draft_read(text, out.len, &v, &err), 0);
	ck_assert_ptr_null(strchr(text, '\033'));
	ck_assert_ptr_null(strchr(text, '\007'));
	ck_assert_ptr_null(strchr(text, '\r'));
	ck_assert_ptr_null(strstr(text, "\xe2\x80\xae"));
	ck_assert_ptr_null(strstr(text, "\xe2\x80\x8b"));
	ck_assert_ptr_nonnull(strstr(text, "<U+202E>"));
	buf_release(&out);
	json_decref(context);
	form_free(f);
}
END_TEST

/* Take one level of comment marks away, as an editor's toggle does. */
static char *uncommented(const char *text)
{
	struct buf b = BUF_INIT;

	text = strstr(text, "\n\n") + 2;
	while (*text) {
		size_t n = strcspn(text, "\n"), blanks = strspn(text, " ");
		int off = !strncmp(text + blanks, "// ", 3) &&
		          strncmp(text + blanks, "// --", 5) != 0 &&
		          strncmp(text + blanks, "//  ", 4) != 0;

		/* "//   " inside a block is one level of it */
		if (!strncmp(text + blanks, "//   ", 5) && strncmp(text + blanks, "//    ", 6) != 0)
			off = 1;
		buf_add(&b, text, blanks);
		buf_add(&b, text + blanks + (off ? 3 : 0), n - blanks - (off ? 3 : 0));
		buf_addc(&b, '\n');
		text += n + (text[n] == '\n');
	}
	return buf_detach(&b);
}

START_TEST(fill_in_by_hand)
{
	struct form *f = kit_form_file("refund");
	struct err err = ERR_INIT;
	char *text = draft_of(f, NULL), *edited = uncommented(text), *hole;
	json_t *v;
	char *got;

	ck_assert_int_eq(form_draft_read(edited, strlen(edited), &v, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "\"eligible\" has no value yet"));
	hole = strstr(edited, "...");
	memcpy(hole, "1e1", 3);
	hole = strstr(edited, "...");
	memcpy(hole, "\"x\"", 3);
	ck_assert_int_eq(form_draft_read(edited, strlen(edited), &v, &err), 1);
	got = kit_text(v);
	ck_assert_str_eq(got, "{\"eligible\":10.0,\"reason_code\":\"x\"}");
	free(got);
	json_decref(v);
	free(edited);
	free(text);
	form_free(f);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_form_draft");
	TCase *t = tcase_create("draft");

	tcase_add_test(t, all_schemas);
	tcase_add_test(t, whatever_was_there);
	tcase_add_test(t, commas);
	tcase_add_test(t, comments);
	tcase_add_test(t, mistakes);
	tcase_add_test(t, limits);
	tcase_add_test(t, lines_of_errors);
	tcase_add_test(t, other_errors);
	tcase_add_test(t, hostile);
	tcase_add_test(t, fill_in_by_hand);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return kit_run(s);
}
