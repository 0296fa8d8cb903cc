/* model/form/form_show.c -- values as text. */
#include "model/form/form_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"

int text_needs_quotes(const struct form_field *f, const char *s)
{
	json_t *inner;
	int quoted;

	if (!*s || (f->nullable && !strcmp(s, "null")))
		return 1;
	for (const char *p = s; *p; p++)
		if (*p == 0x7f || ((unsigned char)*p < 0x20 &&
		                   !(f->kind == FORM_TEXT && (*p == '\n' || *p == '\t'))))
			return 1;
	if (*s != '"')
		return 0;
	inner = text_json(s, strlen(s));
	quoted = json_is_string(inner) && text_needs_quotes(f, json_string_value(inner));
	json_decref(inner);
	return quoted;
}

static char *as_json(const json_t *v)
{
	struct buf out = BUF_INIT;

	js_dump(&out, v, JS_COMPACT);
	return buf_detach(&out);
}

/* Does it lead back? */
static int reads_as(const struct form_field *f, const char *text, const json_t *v)
{
	struct err no_matter = ERR_INIT;
	json_t *back = form_parse(f, text, &no_matter);
	int same = back && same_value(back, v);

	json_decref(back);
	return same;
}

static char *first_that_reads(const struct form_field *f, const json_t *v, const char *plain)
{
	char *json, number[24];

	if (plain && reads_as(f, plain, v))
		return mem_strdup(plain);
	json = as_json(v);
	if (reads_as(f, json, v))
		return json;
	for (size_t i = 0; i < f->nchoices; i++) {
		if (!same_value(f->choices[i].value, v))
			continue;
		snprintf(number, sizeof(number), "%zu", i + 1);
		if (reads_as(f, number, v)) {
			free(json);
			return mem_strdup(number);
		}
	}
	return json;
}

static char *show_choices(const struct form_field *f, const json_t *v)
{
	struct buf out = BUF_INIT;
	char *text;

	for (size_t i = 0; i < json_array_size(v); i++) {
		const char *s = json_string_value(json_array_get(v, i));

		buf_adds(&out, i ? ", " : "");
		if (s)
			buf_adds(&out, s);
		else
			js_dump(&out, json_array_get(v, i), JS_COMPACT);
	}
	text = first_that_reads(f, v, buf_str(&out));
	buf_release(&out);
	return text;
}

static char *show_variant(const struct form_field *f, const json_t *v)
{
	char *json = as_json(v);
	struct buf out = BUF_INIT;

	if (reads_as(f, json, v))
		return json;
	buf_addf(&out, "=%s", json);
	free(json);
	return buf_detach(&out);
}

char *form_show(const struct form_field *field, const json_t *value)
{
	const char *s = json_string_value(value);

	if (!value || (json_is_null(value) && !field_takes(field, value)))
		return mem_strdup("");
	switch (field->kind) {
	case FORM_STRING:
	case FORM_TEXT:
		return s && !text_needs_quotes(field, s) ? mem_strdup(s) : as_json(value);
	case FORM_CHOICE:
		return first_that_reads(field, value, s);
	case FORM_CHOICES:
		return json_is_array(value) ? show_choices(field, value) : as_json(value);
	case FORM_BOOLEAN:
		if (json_is_boolean(value))
			return mem_strdup(json_is_true(value) ? "yes" : "no");
		return as_json(value);
	case FORM_VARIANT:
		return show_variant(field, value);
	case FORM_FIXED:
		return s && *s ? mem_strdup(s) : as_json(value);
	case FORM_JSON:
		return s && inside(field)->types & T_STRING && reads_as(field, s, value)
		           ? mem_strdup(s) : as_json(value);
	default:
		return as_json(value);
	}
}

static const char *title_of(const struct form_field *f, const json_t *v)
{
	for (size_t i = 0; i < f->nchoices; i++)
		if (same_value(f->choices[i].value, v))
			return f->choices[i].title;
	return NULL;
}

static char *words_of_list(const struct form_field *f, const json_t *v)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *item = json_array_get(v, i);
		const char *title = title_of(f, item);

		buf_adds(&out, i ? ", " : "");
		if (title)
			buf_adds(&out, title);
		else
			js_dump(&out, item, JS_COMPACT);
	}
	if (!out.len)
		buf_adds(&out, "none");
	return buf_detach(&out);
}

char *form_show_words(const struct form_field *field, const json_t *value)
{
	const char *title = value ? title_of(field, value) : NULL;
	int i;

	if (title)
		return mem_strdup(title);
	if (!value)
		return mem_strdup("");
	if (field->kind == FORM_CHOICES && json_is_array(value))
		return words_of_list(field, value);
	if (field->kind == FORM_VARIANT) {
		i = form_variant_at(field, value);
		return i < 0 ? mem_strdup("") : mem_strdup(field->child[i]->label);
	}
	if (json_is_boolean(value) && field->kind != FORM_JSON)
		return mem_strdup(json_is_true(value) ? "yes" : "no");
	if ((field->kind == FORM_STRING || field->kind == FORM_TEXT) && json_string_length(value))
		return mem_strdup(json_string_value(value));
	return form_show(field, value);
}
