/*
 * model_form_seen.h -- a form's fields as an output shows them, each as one line of text, so that
 * what two outputs show can be compared.
 */
#ifndef MODEL_FORM_SEEN_H
#define MODEL_FORM_SEEN_H

#include "model_form_kit.h"

/* One field as all three must show it. */
struct seen {
	char *path, *label, *mark, *when;
	json_t *choices; /* ["JSON: title", …] */
};

struct set {
	json_t *lines; /* {text: true} */
	const char *name;
};

static inline void set_add(struct set *s, const struct seen *f)
{
	struct buf b = BUF_INIT;
	char *choices = f->choices ? kit_text(f->choices) : mem_strdup("[]");

	buf_addf(&b, "%s | %s | %s | when %s | %s", f->path ? f->path : "?",
	         f->label ? f->label : "?",
	         f->mark ? f->mark : "?", f->when ? f->when : "-", choices);
	js_set_new(s->lines, buf_str(&b), json_true());
	free(choices);
	buf_release(&b);
}

static inline void seen_clear(struct seen *f)
{
	free(f->path);
	free(f->label);
	free(f->mark);
	free(f->when);
	json_decref(f->choices);
	memset(f, 0, sizeof(*f));
}

static inline void put(char **slot, const char *text)
{
	free(*slot);
	*slot = mem_strdup(text);
}

static inline void add_choice(struct seen *f, const json_t *value, const char *safe_title)
{
	struct buf b = BUF_INIT;

	if (!f->choices)
		f->choices = json_array();
	js_dump(&b, value, JS_COMPACT);
	buf_addf(&b, ": %s", safe_title);
	json_array_append_new(f->choices, json_string(buf_str(&b)));
	buf_release(&b);
}

static inline void compare(const char *name, const struct set *want, const struct set *got)
{
	const char *line;
	json_t *v;

	json_object_foreach(want->lines, line, v) {
		ck_assert_msg(json_object_get(got->lines, line) != NULL, "%s: %s lacks\n  %s", name,
		              got->name, line);
	}
	json_object_foreach(got->lines, line, v) {
		ck_assert_msg(json_object_get(want->lines, line) != NULL, "%s: %s has more\n  %s",
		              name, got->name, line);
	}
}

/* "/actions/0/title" is of "/actions/-/title". */
static inline int is_of(const char *at, const char *path)
{
	while (*at && *path) {
		if (path[0] == '-' && (path[1] == '/' || !path[1]) && *at >= '0' && *at <= '9') {
			at += strspn(at, "0123456789");
			path++;
		} else if (*at++ != *path++) {
			return 0;
		}
	}
	return !*at && !*path;
}

#endif
