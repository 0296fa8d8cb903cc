/* The first line is a schema (or its shorthand), the rest an answer, or a draft when it is no JSON:
 * the form is made, listed, written as a draft and as a page, and what is written is read back. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "json/js.h"
#include "model/form/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void need(int ok)
{
	if (!ok)
		__builtin_trap();
}

/* Plain equality: 1.0 typed is 1.0 read. */
static void through_text(const struct form_field *f, const json_t *v)
{
	struct err err = ERR_INIT;
	char *text, *words;
	json_t *back;

	if (!v)
		return;
	text = form_show(f, v);
	words = form_show_words(f, v);
	back = form_parse(f, text, &err);
	free(text);
	free(words);
	json_decref(back);
}

static void list(const struct form *f, const json_t *answer)
{
	struct form_rows rows;

	form_rows(f, answer, &rows);
	for (size_t i = 0; i < rows.n; i++) {
		need(rows.row[i].at && rows.row[i].field);
		if (rows.row[i].kind == ROW_FIELD)
			through_text(rows.row[i].field, js_at(answer, rows.row[i].at));
	}
	form_rows_release(&rows);
}

static void change(const struct form *f, json_t *answer)
{
	struct form_rows rows;
	json_t *copy = json_deep_copy(answer);

	form_rows(f, copy, &rows);
	for (size_t i = 0; i < rows.n && i < 40; i++) {
		const struct form_field *field = rows.row[i].field;
		json_t *v = NULL;

		if (field->kind == FORM_VARIANT) {
			v = form_variant_new(field, i % field->nchild);
			need(form_variant_at(field, v) < (int)field->nchild);
		} else if (field->nchoices) {
			v = json_deep_copy(field->choices[i % field->nchoices].value);
		}
		form_put_new(f, &copy, rows.row[i].at, v);
		if (copy)
			list(f, copy);
	}
	form_rows_release(&rows);
	json_decref(copy);
}

static int is_nothing(const json_t *v)
{
	return json_is_null(v) || (json_is_object(v) && !json_object_size(v)) ||
	       (json_is_array(v) && !json_array_size(v));
}

static void draft(const struct form *f, const json_t *answer)
{
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct schema_errors errors;
	struct err err = ERR_INIT;
	json_t *back;
	int rc;

	form_check(f, answer, &errors);
	form_draft_write(f, NULL, answer, &errors, &text);
	rc = form_draft_read(buf_str(&text), text.len, &back, &err);
	/* null may have been the mark of a variant, and deep answers are refused as any are */
	need(rc >= 0 || strstr(err.msg, "deeply") || strstr(err.msg, "too many"));
	need(!answer || is_nothing(answer) || rc != 0 || json_is_object(answer));
	json_decref(back);
	form_draft_errors(buf_str(&text), &errors, "line 3: x", &again);
	schema_errors_release(&errors);
	buf_release(&text);
	buf_release(&again);
}

static void page(const struct form *f)
{
	struct form_about about = {.title = "t", .action = "https://example.com/x"};
	struct buf out = BUF_INIT;
	const char *p;
	size_t scripts = 0;

	form_html(f, &about, &out);
	for (p = buf_str(&out); (p = strstr(p, "<script")); p++)
		scripts++;
	need(scripts == 2); /* ours */
	buf_release(&out);
}

static void judge(const json_t *doc, json_t *answer)
{
	struct err err = ERR_INIT;
	struct form *f = form_new(doc, NULL, &err);
	json_t *first;

	if (!f) {
		need(err.code == FAIL_INVALID);
		return;
	}
	first = form_initial(f);
	list(f, NULL);
	list(f, first);
	draft(f, NULL);
	draft(f, first);
	if (answer) {
		list(f, answer);
		change(f, answer);
		draft(f, answer);
	}
	page(f);
	json_decref(form_describe(f));
	json_decref(first);
	form_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = ERR_INIT;
	const uint8_t *lf = n ? memchr(data, '\n', n) : NULL;
	json_t *doc, *answer, *whole, *typed;
	const char *rest;
	size_t left;

	if (!lf)
		return 0;
	rest = (const char *)lf + 1;
	left = n - 1 - (size_t)(lf - data);
	form_draft_read(rest, left, &typed, &err);
	json_decref(typed);
	err_clear(&err);
	doc = js_parse_any((const char *)data, (size_t)(lf - data), &js_limits_schema, &err);
	err_clear(&err);
	answer = js_parse_any(rest, left, &js_limits_doc, &err);
	if (doc) {
		err_clear(&err);
		whole = schema_expand(doc, &err);
		judge(whole ? whole : doc, answer);
		json_decref(whole);
	}
	json_decref(doc);
	json_decref(answer);
	return 0;
}
