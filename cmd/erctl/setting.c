#include "setting.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/js.h"
#include "model/form/form.h"

enum { STEPS_MAX = 24, INDEX_DIGITS = 4 };

struct path {
	char *step[STEPS_MAX]; /* owned, unescaped */
	size_t n;
};

static void path_release(struct path *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->step[i]);
	p->n = 0;
}

static void unescape(char *s)
{
	char *to = s;
	for (; *s; s++) {
		int tilde = *s == '~' && (s[1] == '0' || s[1] == '1');
		*to++ = tilde ? (s[1] == '0' ? '~' : '/') : *s;
		s += tilde;
	}
	*to = '\0';
}

static int path_parse(struct path *p, const char *text, size_t n, struct err *err)
{
	int pointer = n > 0 && *text == '/';
	const char *end = text + n;
	p->n = 0;
	for (const char *at = text + pointer; at <= end; at++) {
		size_t len = 0;
		while (at + len < end && at[len] != (pointer ? '/' : '.'))
			len++;
		if (p->n == STEPS_MAX || (len == 0 && !pointer)) {
			path_release(p);
			return err_set(err, FAIL_USAGE, "--set: a path is names joined by dots, "
			                                "like actions.0.title, or a JSON pointer");
		}
		p->step[p->n++] = mem_strndup(at, len);
		if (pointer)
			unescape(p->step[p->n - 1]);
		at += len;
	}
	return 0;
}

/* The number of an item, or -1. */
static int index_of(const char *step)
{
	size_t n = strlen(step);
	if (n == 0 || n > INDEX_DIGITS || strspn(step, "0123456789") != n ||
	    (n > 1 && *step == '0'))
		return -1;
	return (int)strtol(step, NULL, 10);
}

/* ---- the field ---- */

static int holds(const struct form_field *f, const json_t *answer)
{
	for (const struct form_when *w = f->when; w; w = w->next) {
		if (strstr(w->at, "/-"))
			continue; /* of an item: which one is not known here */
		const json_t *v = js_at(answer, w->at);
		int meets = v && schema_validate(w->test, v, NULL) == 0;
		if (meets == w->negate)
			return 0;
	}
	return 1;
}

static const struct form_field *member(const struct form_field *f, const char *key,
                                       const json_t *answer)
{
	const struct form_field *first = NULL;
	for (size_t i = 0; i < f->nchild; i++) {
		const struct form_field *c = f->child[i];
		if (!c->key || strcmp(c->key, key) != 0)
			continue;
		if (holds(c, answer))
			return c;
		if (!first)
			first = c;
	}
	return first;
}

static const struct form_field *step_into(const struct form_field *f, const char *step,
                                          const json_t *answer)
{
	if (f->kind == FORM_SECTION)
		return member(f, step, answer);
	if (f->kind == FORM_LIST) {
		int i = strcmp(step, "-") == 0 ? INT32_MAX : index_of(step);
		size_t fixed = f->nchild - (f->repeats ? 1 : 0);
		if (i < 0 || f->nchild == 0)
			return NULL;
		return (size_t)i < fixed ? f->child[i] : f->repeats ? f->child[fixed] : NULL;
	}
	const struct form_field *found = NULL;
	for (size_t i = 0; f->kind == FORM_VARIANT && !found && i < f->nchild; i++)
		found = step_into(f->child[i], step, answer);
	return found;
}

/* ---- the value ---- */

static json_t *json_or_string(const char *text)
{
	struct err no_json = ERR_INIT;
	json_t *v = js_parse_any(text, strlen(text), &js_limits_doc, &no_json);
	return v ? v : json_string(text);
}

static json_t *choice(const struct form_field *f, const char *text)
{
	json_t *typed = json_or_string(text), *found = NULL;
	for (size_t i = 0; !found && i < f->nchoices; i++) {
		const json_t *v = f->choices[i].value;
		if (json_is_string(v) ? strcmp(json_string_value(v), text) == 0
		                      : json_equal(v, typed))
			found = json_incref((json_t *)v);
	}
	for (size_t i = 0; !found && i < f->nchoices; i++) {
		if (strcmp(f->choices[i].title, text) == 0)
			found = json_incref(f->choices[i].value);
	}
	if (!found) /* the check says what there is to choose from */
		return typed;
	json_decref(typed);
	return found;
}

static json_t *choices(const struct form_field *f, const char *text)
{
	if (*text == '[')
		return json_or_string(text);
	json_t *list = json_array();
	char *copy = mem_strdup(text), *rest = copy, *word;
	while ((word = strsep(&rest, ",")))
		json_array_append_new(list, choice(f, word + strspn(word, " ")));
	free(copy);
	return list;
}

static json_t *typed(const struct form_field *f, const char *text, struct err *err)
{
	json_t *v = NULL;
	if (f && f->nullable && strcmp(text, "null") == 0)
		return json_null();
	switch (f ? f->kind : FORM_JSON) {
	case FORM_STRING:
	case FORM_TEXT:
		return json_string(text);
	case FORM_CHOICE:
		return choice(f, text);
	case FORM_CHOICES:
		return choices(f, text);
	case FORM_BOOLEAN:
	case FORM_INTEGER:
	case FORM_NUMBER:
		v = form_parse(f, text, err);
		if (!v && err->code == FAIL_NONE)
			err_set(err, FAIL_INVALID, "needs a value");
		return v;
	case FORM_FIXED:
		return json_is_string(f->fallback) ? json_string(text) : json_or_string(text);
	default:
		return json_or_string(text);
	}
}

/* ---- the place ---- */

static json_t *child_at(json_t *at, const char *step)
{
	return json_is_array(at) ? json_array_get(at, (size_t)index_of(step))
	                         : json_object_get(at, step);
}

/* Steals ${value}.  A list grows by one at its end only. */
static int put_at(json_t *at, const char *step, json_t *value, struct err *err)
{
	if (json_is_array(at)) {
		size_t n = json_array_size(at);
		int i = strcmp(step, "-") == 0 ? (int)n : index_of(step);
		if (i >= 0 && (size_t)i < n)
			return json_array_set_new(at, (size_t)i, value);
		if (i >= 0 && (size_t)i == n)
			return json_array_append_new(at, value);
		json_decref(value);
		return err_set(err, FAIL_INVALID, "the list has %zu items: %s is not the next", n,
		               step);
	}
	if (json_is_object(at))
		return json_object_set_new(at, step, value);
	json_decref(value);
	return err_set(err, FAIL_INVALID, "%s: there is a value above it that has no parts", step);
}

static int is_list(const struct form_field *f, const char *next)
{
	if (f && (f->kind == FORM_LIST || f->kind == FORM_CHOICES))
		return 1;
	return !f && (strcmp(next, "-") == 0 || strcmp(next, "0") == 0);
}

static json_t *container(const struct form_field *f, const char *next)
{
	return is_list(f, next) ? json_array() : json_object();
}

static int put(const struct form *form, json_t **answer, const struct path *p, const char *text,
               struct err *err)
{
	const struct form_field *f = form ? form_root(form) : NULL;
	if (!*answer || json_is_null(*answer)) {
		json_decref(*answer);
		*answer = container(f, p->step[0]);
	}
	json_t *at = *answer;
	for (size_t i = 0; i + 1 < p->n; i++) {
		f = f ? step_into(f, p->step[i], *answer) : NULL;
		json_t *child = child_at(at, p->step[i]);
		if (!child || json_is_null(child)) {
			child = container(f, p->step[i + 1]);
			if (put_at(at, p->step[i], child, err) < 0)
				return -1;
		}
		at = child;
	}
	f = f ? step_into(f, p->step[p->n - 1], *answer) : NULL;
	json_t *v = typed(f, text, err);
	return v ? put_at(at, p->step[p->n - 1], v, err) : -1;
}

int setting_apply(const struct form *form, json_t **answer, const char *assignment,
                  struct err *err)
{
	const char *eq = strchr(assignment, '=');
	struct path path;
	if (!eq || eq == assignment)
		return err_set(err, FAIL_USAGE, "--set: needs NAME=VALUE");
	if (!utf8_valid(assignment, strlen(assignment)))
		return err_set(err, FAIL_USAGE, "--set: not UTF-8");
	if (path_parse(&path, assignment, (size_t)(eq - assignment), err) < 0)
		return -1;
	int rc = put(form, answer, &path, eq + 1, err);
	path_release(&path);
	return rc < 0 ? err_wrap(err, "--set %.*s", (int)(eq - assignment), assignment) : 0;
}
