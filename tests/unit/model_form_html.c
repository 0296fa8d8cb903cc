/* The page: what a browser is told, and that nothing foreign gets out of its place. */
#include "model_form_kit.h"

#include "base/base64.h"
#include "base/sha256.h"

static char *page_of(const char *schema, const struct form_about *about)
{
	struct form *f = kit_form(schema);
	struct buf out = BUF_INIT;

	form_html(f, about, &out);
	form_free(f);
	return buf_detach(&out);
}

static void has(const char *schema, const char *part)
{
	char *page = page_of(schema, NULL);

	ck_assert_msg(strstr(page, part) != NULL, "%s has no\n%s\n%s", schema, part,
	              strstr(page, "<form"));
	free(page);
}

static void lacks(const char *schema, const char *part)
{
	char *page = page_of(schema, NULL), *form = strstr(page, "<form");
	char *end = strstr(page, "</form>");

	*end = '\0';
	ck_assert_msg(!strstr(form, part), "%s has\n%s\n%s", schema, part, form);
	free(page);
}

#define OBJ(props) "{\"type\":\"object\",\"properties\":{" props "}}"
#define REQ(props) "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{" props "}}"

START_TEST(constraints)
{
	has(REQ("\"a\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":9}"),
	    "name=\"/a\" required minlength=\"2\" maxlength=\"9\"");
	has(OBJ("\"a\":{\"type\":\"string\",\"pattern\":\"^a\\\"+$\"}"),
	    "pattern=\".*(?:^a&quot;+$).*\"");
	has(OBJ("\"a\":{\"type\":\"integer\",\"minimum\":1,\"exclusiveMaximum\":9}"),
	    "type=\"number\" id=\"f1\" inputmode=\"numeric\" "
	    "name=\"/a\" min=\"1\" max=\"8\" step=\"1\"");
	has(OBJ("\"a\":{\"type\":\"number\",\"multipleOf\":0.25}"),
	    "inputmode=\"decimal\" name=\"/a\" step=\"0.25\"");
	has(OBJ("\"a\":{\"type\":\"number\",\"minimum\":0.1,\"multipleOf\":0.25}"), "step=\"any\"");
	has(OBJ("\"a\":{\"type\":\"string\",\"format\":\"date\"}"), "<input type=\"date\"");
	has(OBJ("\"a\":{\"type\":\"string\",\"format\":\"email\"}"), "<input type=\"email\"");
	has(OBJ("\"a\":{\"type\":\"string\",\"maxLength\":900}"), "<textarea id=\"f1\"");
	has(OBJ("\"a\":{\"type\":\"string\",\"examples\":[\"x<y\"]}"),
	    "<datalist id=\"f1l\"><option value=\"x&lt;y\"></option></datalist>");
	has(OBJ("\"a\":{\"type\":\"string\",\"default\":\"d\"}"), "value=\"d\"");
	has(OBJ("\"a\":{\"type\":\"array\",\"items\":{\"enum\":[\"x\",\"y\"]}}"),
	    "<input type=\"checkbox\" id=\"f1-0\" name=\"/a\" value=\"x\"");
	has(OBJ("\"a\":{\"type\":[\"integer\",\"null\"]}"),
	    "class=\"null\" id=\"f1-null\" name=\"/a\" value=\"null\"");
	has("{\"type\":\"string\"}", "<label for=\"f0\">");
	has(OBJ("\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"), "name=\"/a/2\"");
	has(OBJ("\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"), "name=\"/a/-\"");
	lacks(OBJ("\"a\":{\"type\":\"array\",\"maxItems\":2,\"items\":{\"type\":\"string\"}}"),
	      "name=\"/a/2\"");
}
END_TEST

START_TEST(described)
{
	char *page = page_of(REQ("\"a\":{\"type\":\"string\",\"description\":\"what it is\","
	                         "\"maxLength\":5}"),
	                     NULL);

	ck_assert_ptr_nonnull(strstr(page, "aria-describedby=\"f1d f1h f1e\""));
	ck_assert_ptr_nonnull(strstr(page, "<p class=\"about\" id=\"f1d\">what it is</p>"));
	ck_assert_ptr_nonnull(strstr(page,
	                             "<p class=\"hint\" id=\"f1h\">at most 5 characters</p>"));
	ck_assert_ptr_nonnull(strstr(page, "<p class=\"error\" id=\"f1e\" role=\"status\"></p>"));
	free(page);
}
END_TEST

#define CHOICES7 "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\"]"

START_TEST(decisions)
{
	/* required: nothing is chosen, and the browser insists */
	has(REQ("\"a\":{\"enum\":[\"x\",\"y\"],\"default\":\"y\"}"),
	    "<input type=\"radio\" id=\"f1-0\" name=\"/a\" value=\"x\" data-json=\"&quot;x&quot;\" "
	    "required>");
	lacks(REQ("\"a\":{\"enum\":[\"x\",\"y\"],\"default\":\"y\"}"), "checked");
	lacks(REQ("\"a\":{\"type\":\"boolean\",\"default\":true}"), "checked");
	has(REQ("\"a\":{\"enum\":" CHOICES7 ",\"default\":\"c\"}"),
	    "name=\"/a\" required aria-describedby=\"f1e\">\n<option value=\"\">");
	lacks(REQ("\"a\":{\"enum\":" CHOICES7 ",\"default\":\"c\"}"), "selected");
	/* optional: a default, or no answer */
	has(OBJ("\"a\":{\"enum\":" CHOICES7 ",\"default\":\"c\"}"),
	    "data-json=\"&quot;c&quot;\" selected>");
	has(OBJ("\"a\":{\"type\":\"boolean\",\"default\":true}"),
	    "value=\"yes\" data-json=\"true\" checked>");
	has(OBJ("\"a\":{\"type\":\"boolean\"}"), "value=\"\" name=\"/a\" checked>");
	has(OBJ("\"a\":{\"const\":\"x\"}"), "<input type=\"hidden\" name=\"/a\" value=\"x\"");
}
END_TEST

/* The browser may insist only on what is needed in every case: without a script nothing else
   tells. */
START_TEST(insist)
{
	lacks(OBJ("\"o\":" REQ("\"a\":{\"type\":\"string\"}")), " required ");
	has("{\"required\":[\"o\"],\"properties\":{\"o\":" REQ("\"a\":{\"type\":\"string\"}") "}}",
	    "name=\"/o/a\" required");
	lacks("{\"type\":\"array\",\"minItems\":1,"
	      "\"items\":" REQ("\"a\":{\"type\":\"string\"}") "}", " required ");
	lacks("{\"type\":\"object\",\"dependentRequired\":{\"a\":[\"b\"]},"
	      "\"properties\":{\"a\":true,\"b\":{\"type\":\"string\"}}}",
	      " required ");
	lacks("{\"oneOf\":[" REQ("\"a\":{\"type\":\"string\"}") ","
	      REQ("\"a\":{\"type\":\"integer\"}") "]}", " required ");
}
END_TEST

/* Everything foreign, everywhere. */
START_TEST(hostile)
{
	struct form *f = kit_form_file("hostile");
	json_t *context = kit_parse("{\"x\":\"</pre><script>alert(9)</script>\\u202e\"}");
	struct form_about about =
	    {.id = "<b>\"'", .title = "</title><script>alert(3)</script>\xe2\x80\xae",
	     .lane = "\033[31m", .instructions = "a\n</section><script>",
	     .due = "&amp;", .price = "<", .context = context};
	struct buf out = BUF_INIT;
	size_t scripts = 0, ends = 0;
	char *page, *body;

	form_html(f, &about, &out);
	page = buf_detach(&out);
	for (const char *p = page; (p = strstr(p, "<script")); p++)
		scripts++;
	for (const char *p = page; (p = strstr(p, "</script")); p++)
		ends++;
	ck_assert_uint_eq(scripts, 2);
	ck_assert_uint_eq(ends, 2);
	ck_assert_ptr_nonnull(strstr(page,
	                             "<title>&lt;/title&gt;&lt;script&gt;alert(3)&lt;/script&gt;"
	                             "&lt;U+202E&gt;"));
	ck_assert_ptr_nonnull(strstr(page, "&lt;U+001B&gt;[31m"));
	ck_assert_ptr_nonnull(strstr(page, "<dd>&amp;amp;</dd>"));
	ck_assert_ptr_nonnull(strstr(page, "&quot; onmouseover=&quot;alert(1)"));
	ck_assert_ptr_nonnull(strstr(page, "zero&lt;U+200B&gt;width"));
	body = strstr(page, "<body>");
	ck_assert_ptr_null(strstr(body, "<img"));
	ck_assert_ptr_null(strchr(body, '\033'));
	ck_assert_ptr_null(strchr(body, '\007'));
	/* a default that would look like something else is not filled in */
	ck_assert_ptr_null(strstr(body, "\xe2\x80\xa8"));
	/* data-json is ASCII where the text is not fit to be seen; the form value is exact */
	ck_assert_ptr_nonnull(strstr(body, "data-json=\"&quot;\\u202eevil&quot;\""));
	free(page);
	json_decref(context);
	form_free(f);
}
END_TEST

/* Conditions come from the schema: they must not end the data block. */
START_TEST(data_block)
{
	static const char schema[] =
	    "{\"properties\":{\"k\":{\"type\":\"string\"}},"
	    "\"if\":{\"properties\":{\"k\":{\"const\":\"</script><!--<script>\"}},"
	    "\"required\":[\"k\"]},\"then\":{\"required\":[\"b\"]}}";
	char *page = page_of(schema, NULL), *data = strstr(page, "id=\"data\">"), *end;
	json_t *v;

	ck_assert_ptr_nonnull(data);
	data += strlen("id=\"data\">");
	end = strstr(data, "</script>");
	*end = '\0';
	ck_assert_ptr_null(strchr(data, '<'));
	v = kit_parse(data);
	ck_assert_str_eq(js_str_or(v, "/when/0/test/properties/k/const", ""),
	                 "</script><!--<script>");
	json_decref(v);
	free(page);
}
END_TEST

static void action_is(const char *action, const char *want, const char *policy)
{
	struct form_about about = {.action = action};
	char *page = page_of("{\"type\":\"string\"}", &about), *form = strstr(page, "<form");

	*strchr(form, '>') = '\0';
	ck_assert_msg(!want == !strstr(form, " action=") && (!want || strstr(form, want)), "%s: %s",
	              action, form);
	ck_assert_msg(strstr(page, policy) != NULL, "%s: no %s in %.900s", action, policy, page);
	free(page);
}

START_TEST(actions)
{
	static const char nowhere[] = "connect-src 'none'; form-action 'self'; base-uri 'none'\"";

	action_is("https://a.example:8443/in?t=1&u=2",
	          "action=\"https://a.example:8443/in?t=1&amp;u=2\"",
	          "connect-src https://a.example:8443; form-action https://a.example:8443;");
	action_is("/answers", "action=\"/answers\"", "connect-src 'self'; form-action 'self';");
	action_is(NULL, NULL, nowhere);
	action_is("javascript:alert(1)", NULL, nowhere);
	action_is(" javascript:alert(1)", NULL, nowhere);
	action_is("data:text/html,x", NULL, nowhere);
	action_is("//evil.example/", NULL, nowhere);
	action_is("\\\\evil.example/", NULL, nowhere);
	action_is("https://a;script-src *", NULL, nowhere);
	action_is("https://user@evil.example/", NULL, nowhere);
	action_is("https://a\xe2\x80\xae/", NULL, nowhere);
	action_is("", NULL, nowhere);
}
END_TEST

/* The policy names exactly what is in the page. */
START_TEST(policy)
{
	char *page = page_of("{\"type\":\"string\"}", NULL);
	static const char *const marks[][2] = {{"<style>", "</style>"}, {"<script>", "</script>"}};

	for (size_t i = 0; i < NITEMS(marks); i++) {
		char *begin = strstr(page, marks[i][0]) + strlen(marks[i][0]);
		char *end = strstr(begin, marks[i][1]);
		struct buf want = BUF_INIT;
		struct sha256 sum;

		sha256_of(&sum, begin, (size_t)(end - begin));
		buf_adds(&want, "'sha256-");
		base64_encode(&want, sum.b, sizeof(sum.b));
		buf_adds(&want, "'");
		ck_assert_msg(strstr(page, buf_str(&want)) != NULL, "%s", buf_str(&want));
		buf_release(&want);
	}
	ck_assert_ptr_nonnull(strstr(page, "content=\"default-src 'none'; "));
	ck_assert_ptr_null(strstr(page, "unsafe-inline"));
	ck_assert_ptr_null(strstr(page, "http://"));
	ck_assert_ptr_null(strstr(page, " style="));
	ck_assert_ptr_null(strstr(page, " onclick="));
	free(page);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_form_html");
	TCase *t = tcase_create("html");

	tcase_add_test(t, constraints);
	tcase_add_test(t, described);
	tcase_add_test(t, decisions);
	tcase_add_test(t, insist);
	tcase_add_test(t, hostile);
	tcase_add_test(t, data_block);
	tcase_add_test(t, actions);
	tcase_add_test(t, policy);
	suite_add_tcase(s, t);
	return kit_run(s);
}
