/* model/form/form_parse.c -- typed text as a value of its field. */
#include "model/form/form_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/decimal.h"
#include "json/js.h"

enum { NUMBER_TEXT_MAX = 400 };

json_t *text_json(const char *text, size_t n)
{
	struct err no_matter = ERR_INIT;

	return js_parse_any(text, n, &js_limits_doc, &no_matter);
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char *trimmed(const char *text)
{
	size_t n;

	while (is_blank(*text))
		text++;
	n = strlen(text);
	while (n && is_blank(text[n - 1]))
		n--;
	return mem_strndup(text, n);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

/* ASCII letters alike; ${n} bytes of ${b}, or all of it. */
static int same_word(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	for (; i < n && a[i]; i++)
		if (lower(a[i]) != lower(b[i]))
			return 0;
	return i == n;
}

/* ---- one of several ---- */

struct pick {
	size_t at;
	size_t found;
};

static void offer(struct pick *p, size_t i, int fits)
{
	if (fits && !p->found++)
		p->at = i;
}

/* Of the passes the first that finds exactly one decides. */
enum pass { PLAIN, AS_JSON, TITLE, ANY_CASE, NUMBER, PREFIX, PASSES };

static int fits(const struct form_choice *c, size_t i, const char *text, const json_t *json,
                enum pass pass)
{
	const char *s = json_string_value(c->value);
	size_t n = strlen(text);

	switch (pass) {
	case PLAIN:
		return s && !strcmp(s, text);
	case AS_JSON:
		return json && same_value(json, c->value);
	case TITLE:
		return !strcmp(c->title, text);
	case ANY_CASE:
		return (s && strlen(s) == n && same_word(text, s, n)) ||
		       (strlen(c->title) == n && same_word(text, c->title, n));
	case NUMBER:
		return n < 9 && strspn(text, "0123456789") == n && *text != '0' &&
		       strtoul(text, NULL, 10) == i + 1;
	default:
		return (s && same_word(s, text, n)) || same_word(c->title, text, n);
	}
}

static struct pick pick_choice(const struct form_field *f, const char *text)
{
	json_t *json = text_json(text, strlen(text));
	struct pick p = {.found = 0};

	for (int pass = 0; pass < PASSES && !p.found && *text; pass++)
		for (size_t i = 0; i < f->nchoices; i++)
			offer(&p, i, fits(&f->choices[i], i, text, json, (enum pass)pass));
	json_decref(json);
	return p;
}

static json_t *one_choice(const struct form_field *f, const char *text, struct err *err)
{
	struct pick p = pick_choice(f, text);

	if (p.found == 1)
		return json_deep_copy(f->choices[p.at].value);
	err_set(err, FAIL_INVALID, "\"%.60s\" %s", text,
	        p.found ? "fits several of the choices: write more of it"
	                : "is none of the choices");
	return NULL;
}

static int has_item(const json_t *list, const json_t *v)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (same_value(json_array_get(list, i), v))
			return 1;
	return 0;
}

/* Twice is once where no two may be alike: a list of ticks has no more to say. */
static void add_item_new(const struct form_field *f, json_t *list, json_t *v)
{
	if (f->unique && has_item(list, v))
		json_decref(v);
	else if (json_array_append_new(list, v))
		mem_oom();
}

static json_t *json_choices(const struct form_field *f, json_t *list, struct err *err)
{
	if (field_takes(f, list))
		return list;
	json_decref(list);
	err_set(err, FAIL_INVALID, "one of these is none of the choices");
	return NULL;
}

/* The bytes of the longest run of comma-separated pieces that is one choice: titles may have commas
 * in them.  When none is, of the first piece. */
static size_t longest_choice(const struct form_field *f, const char *text, struct pick *out)
{
	enum { TRIES = 8 };
	size_t n = strlen(text);

	for (size_t tries = 0; tries < TRIES; tries++) {
		char *piece = mem_strndup(text, n), *own = trimmed(piece);

		*out = pick_choice(f, own);
		free(piece);
		free(own);
		if (out->found == 1 || !memchr(text, ',', n))
			return n;
		while (text[n - 1] != ',')
			n--;
		n--;
	}
	n = strcspn(text, ",");
	char *first = mem_strndup(text, n), *own = trimmed(first);

	*out = pick_choice(f, own);
	free(first);
	free(own);
	return n;
}

static int add_piece(const struct form_field *f, const char **text, json_t *list, struct err *err)
{
	struct pick p;
	size_t n = longest_choice(f, *text, &p);
	char *piece = mem_strndup(*text, n), *own = trimmed(piece);

	*text += n;
	*text += **text == ',';
	if (p.found == 1)
		add_item_new(f, list, json_deep_copy(f->choices[p.at].value));
	else if (*own)
		json_decref(one_choice(f, own, err));
	n = !*own || p.found == 1;
	free(piece);
	free(own);
	return n ? 0 : -1;
}

static json_t *several_choices(const struct form_field *f, const char *text, struct err *err)
{
	json_t *list = text_json(text, strlen(text));

	if (json_is_array(list))
		return json_choices(f, list, err);
	json_decref(list);
	list = json_array();
	while (*text) {
		if (add_piece(f, &text, list, err) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* ---- scalars ---- */

static json_t *yes_or_no(const struct form_field *f, const char *text, struct err *err)
{
	static const struct {
		const char *word;
		int value;
	} words[] = {{"y", 1}, {"yes", 1}, {"true", 1}, {"n", 0}, {"no", 0}, {"false", 0}};

	for (size_t i = 0; i < NITEMS(words); i++)
		if (strlen(text) == strlen(words[i].word) &&
		    same_word(text, words[i].word, strlen(text)))
			return json_boolean(words[i].value);
	if (f->nchoices)
		return one_choice(f, text, err);
	err_set(err, FAIL_INVALID, "answer yes or no");
	return NULL;
}

/* ".5", "+3" and "5." are numbers to a person. */
static size_t as_json_number(const char *text, char *out)
{
	size_t n = 0;
	const char *p = text + (*text == '+');

	if (*p == '-')
		out[n++] = *p++;
	if (*p == '.')
		out[n++] = '0';
	while (*p && n < NUMBER_TEXT_MAX - 2) {
		if (*p == '.' && !(p[1] >= '0' && p[1] <= '9')) {
			p++;
			continue;
		}
		out[n++] = *p++;
	}
	out[n] = '\0';
	return n;
}

static int looks_like_number(const char *s)
{
	return *s && strspn(s, "+-.0123456789eE") == strlen(s) && strlen(s) < NUMBER_TEXT_MAX / 2;
}

static json_t *number(const struct form_field *f, const char *text, struct err *err)
{
	char own[NUMBER_TEXT_MAX];
	struct err why = ERR_INIT;
	struct decimal d;
	json_t *v = NULL;

	if (strchr(text, ',') && looks_like_number(text + strcspn(text, ",") + 1))
		err_set(err, FAIL_INVALID, "write it with a decimal point and no commas, like 1250.5");
	else if (looks_like_number(text))
		v = js_parse_any(own, as_json_number(text, own), &js_limits_doc, &why);
	if (!v || !json_is_number(v)) {
		json_decref(v);
		err_set(err, FAIL_INVALID,
		        strstr(why.msg, "64 bits") || strstr(why.msg, "too large")
		            ? "too large a number"
		            : f->kind == FORM_INTEGER ? "must be a whole number" : "must be a number");
		return NULL;
	}
	decimal_of_json(&d, v);
	if (f->kind != FORM_INTEGER || d.exp >= 0)
		return v;
	json_decref(v);
	err_set(err, FAIL_INVALID, "must be a whole number");
	return NULL;
}

/* A text that could be read as something else is written as JSON: see text_needs_quotes. */
static json_t *string(const struct form_field *f, const char *text)
{
	json_t *v = *text == '"' ? text_json(text, strlen(text)) : NULL;

	if (json_is_string(v) && text_needs_quotes(f, json_string_value(v)))
		return v;
	json_decref(v);
	return json_string(text);
}

/* ---- the rest ---- */

static json_t *any_json(const struct form_field *f, const char *text, struct err *err)
{
	struct err why = ERR_INIT;
	json_t *v = js_parse_any(text, strlen(text), &js_limits_doc, &why);

	if (v && !field_takes(f, v)) {
		json_decref(v);
		err_set(err, FAIL_INVALID, "this is JSON, but not of the right kind%s%s",
		        f->hint ? ": " : "", f->hint ? f->hint : "");
		return NULL;
	}
	if (!v && f->kind == FORM_JSON && inside(f)->types & T_STRING && *text != '{' &&
	    *text != '[' && *text != '"')
		return json_string(text);
	if (!v)
		err_set(err, FAIL_INVALID, "must be JSON: %s", why.msg);
	return v;
}

static json_t *variant(const struct form_field *f, const char *text, struct err *err)
{
	size_t n = strlen(text), found = 0, at = 0;

	if (*text == '=')
		return any_json(f, text + 1, err);
	if (n && n < 9 && strspn(text, "0123456789") == n && strtoul(text, NULL, 10) >= 1 &&
	    strtoul(text, NULL, 10) <= f->nchild)
		return form_variant_new(f, strtoul(text, NULL, 10) - 1);
	for (int whole = 1; whole >= 0 && !found; whole--)
		for (size_t i = 0; i < f->nchild; i++) {
			const char *label = f->child[i]->label;

			if ((whole && strlen(label) != n) || !same_word(label, text, n))
				continue;
			at = i;
			found++;
		}
	if (found == 1)
		return form_variant_new(f, at);
	if (found) {
		err_set(err, FAIL_INVALID, "\"%.60s\" fits several of them: write more of it", text);
		return NULL;
	}
	return any_json(f, text, err);
}

static json_t *fixed(const struct form_field *f, const char *text, struct err *err)
{
	char *shown = f->fallback ? form_show(f, f->fallback) : NULL;
	json_t *json = text_json(text, strlen(text));
	int same = shown && (!strcmp(shown, text) || (json && same_value(json, f->fallback)));

	free(shown);
	json_decref(json);
	if (same)
		return json_deep_copy(f->fallback);
	err_set(err, FAIL_INVALID, "this cannot be changed");
	return NULL;
}

static json_t *by_kind(const struct form_field *f, const char *text, struct err *err)
{
	switch (f->kind) {
	case FORM_CHOICE:
		return one_choice(f, text, err);
	case FORM_CHOICES:
		return several_choices(f, text, err);
	case FORM_BOOLEAN:
		return yes_or_no(f, text, err);
	case FORM_INTEGER:
	case FORM_NUMBER:
		return number(f, text, err);
	case FORM_VARIANT:
		return variant(f, text, err);
	case FORM_FIXED:
		return fixed(f, text, err);
	default:
		return any_json(f, text, err);
	}
}

json_t *form_parse(const struct form_field *field, const char *text, struct err *err)
{
	int prose = field->kind == FORM_STRING || field->kind == FORM_TEXT;
	json_t *v = NULL;
	char *own;

	if (!utf8_valid(text, strlen(text))) {
		err_set(err, FAIL_INVALID, "not UTF-8");
		return NULL;
	}
	own = prose ? mem_strdup(text) : trimmed(text);
	if (!*own)
		err_clear(err);
	else if (field->nullable && !strcmp(own, "null"))
		v = json_null();
	else if (prose)
		v = string(field, own);
	else
		v = by_kind(field, own, err);
	free(own);
	return v;
}
