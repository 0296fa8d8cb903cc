/*
 * model_form_draft_reader.h -- the fields that an editor's draft shows, read from its text alone.
 */
#ifndef MODEL_FORM_DRAFT_READER_H
#define MODEL_FORM_DRAFT_READER_H

#include "model_form_seen.h"

enum { LEVELS = 40 };

struct level {
	char *path;
	int list;
	size_t index;
	int variant; /* the comments that follow are of its alternatives */
};

struct draft_reader {
	struct set *out;
	struct level level[LEVELS];
	size_t depth;
	struct seen now;
	int open, is_variant, is_alternative, is_more;
	char *waiting; /* text of the variant whose path comes with its first alternative */
	struct seen variant;
};

/* Without indentation and comment marks; *marks: how many there were. */
static const char *bare(const char *line, int *marks)
{
	*marks = 0;
	for (;;) {
		while (*line == ' ')
			line++;
		if (line[0] != '/' || line[1] != '/')
			return line;
		line += 2;
		++*marks;
	}
}

static inline struct level *top(struct draft_reader *r)
{
	return &r->level[r->depth - 1];
}

static inline void finish(struct draft_reader *r, const char *path)
{
	if (!r->open)
		return;
	put(&r->now.path, path);
	set_add(r->out, &r->now);
	seen_clear(&r->now);
	r->open = 0;
}

static inline void finish_variant(struct draft_reader *r, const char *path)
{
	if (!r->variant.label)
		return;
	put(&r->variant.path, path);
	set_add(r->out, &r->variant);
	seen_clear(&r->variant);
}

/* "-- LABEL (required, alternative 1 of 3)" */
static inline void begin_field(struct draft_reader *r, const char *text)
{
	const char *mark = strrchr(text, '(');
	char *own, *cut;

	/* conditions may have brackets of their own: the mark begins one of three ways */
	for (const char *p = text; (p = strchr(p, '(')); p++)
		if (!strncmp(p, "(required", 9) || !strncmp(p, "(optional", 9))
			mark = p;
	ck_assert_ptr_nonnull(mark);
	/* a variant is an alternative whose members stand in the object around it */
	if (r->open && !r->is_variant)
		finish(r, top(r)->path);
	else if (r->open) {
		r->variant = r->now;
		memset(&r->now, 0, sizeof(r->now));
	}
	r->open = 1;
	r->is_variant = 0;
	r->is_alternative = strstr(mark, ", alternative ") != NULL;
	r->is_more = strstr(mark, ", any number)") || strstr(mark, ", one more)");
	r->now.label = mem_strndup(text, (size_t)(mark - text) - 1);
	own = mem_strdup(mark + 1);
	own[strlen(own) - 1] = '\0';
	static const char *const extras[] = {", alternative ", ", any number", ", fixed",
	                                     ", or null",
	                                     ", outdated"};
	for (size_t i = 0; i < NITEMS(extras); i++)
		if ((cut = strstr(own, extras[i])))
			*cut = '\0';
	r->now.mark = own;
}

static inline void read_comment(struct draft_reader *r, const char *text)
{
	if (!strncmp(text, "-- ", 3) && strcmp(text, "-- more that is there already") != 0) {
		begin_field(r, text + 3);
	} else if (r->open && !strncmp(text, "only if: ", 9)) {
		put(&r->now.when, text + 9);
	} else if (r->open && !strncmp(text, "* ", 2)) {
		json_error_t e;
		json_t *v = json_loads(text + 2, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &e);
		const char *title = text + 2 + e.position;

		ck_assert_msg(v != NULL, "%s", text);
		if (*title) {
			add_choice(&r->now, v, title + 2);
		} else {
			char *safe = kit_safe(json_string_value(v));

			add_choice(&r->now, v, safe);
			free(safe);
		}
		json_decref(v);
	} else if (r->open && !strcmp(text, "one of the alternatives that follow")) {
		r->is_variant = 1;
	}
}

static inline char *path_of_line(struct draft_reader *r, const char *text, const char **rest)
{
	struct buf b = BUF_INIT;
	json_error_t e;
	json_t *key;

	*rest = text;
	if (r->depth == 0)
		return mem_strdup("");
	buf_adds(&b, top(r)->path);
	if (top(r)->list) {
		if (r->is_more)
			buf_adds(&b, "/-");
		else
			buf_addf(&b, "/%zu", top(r)->index);
		return buf_detach(&b);
	}
	key = json_loads(text, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &e);
	ck_assert_msg(json_is_string(key), "no name: %s", text);
	js_pointer_add(&b, json_string_value(key));
	*rest = text + e.position;
	json_decref(key);
	return buf_detach(&b);
}

static inline void read_value(struct draft_reader *r, const char *text)
{
	const char *rest;
	size_t n = strlen(text);
	char *path;

	if (*text == '}' || *text == ']') {
		ck_assert_uint_gt(r->depth, 0);
		if (r->open)
			finish(r, top(r)->path);
		free(r->level[--r->depth].path);
		return;
	}
	if (!r->open) /* inside a value that is shown as an example of itself */
		return;
	path = path_of_line(r, text, &rest);
	if (r->is_alternative)
		finish_variant(r, path);
	if (r->depth && top(r)->list && !r->is_more)
		top(r)->index += !r->is_alternative;
	finish(r, path);
	if (text[n - 1] == '{' || text[n - 1] == '[') {
		ck_assert_uint_lt(r->depth, LEVELS);
		r->level[r->depth++] = (struct level){.path = path, .list = text[n - 1] == '['};
		return;
	}
	free(path);
}

static inline void read_draft(struct set *out, char *text)
{
	struct draft_reader r = {.out = out};
	char *line;

	text = strstr(text, "\n\n") + 2; /* behind the guide */
	while ((line = strsep(&text, "\n"))) {
		int marks;
		const char *b = bare(line, &marks);
		int words = marks > 0 && (*b == '-' || *b == '|' || *b == '*' || *b == '(' ||
		                          (*b >= 'a' && *b <= 'z'));

		if (!*b)
			continue;
		/* numbers, true, null: values, and never behind "//    " with four blanks */
		if (words && (*b == '-' ? b[1] == '-' : 1) && strncmp(b, "true", 4) != 0 &&
		    strncmp(b, "false", 5) != 0 && strncmp(b, "null", 4) != 0) {
			/* a variant's alternatives that are members: its path is that of the
			   object */
			if (r.open && r.is_alternative && !strncmp(b, "-- ", 3))
				finish_variant(&r, top(&r)->path);
			read_comment(&r, b);
		} else {
			read_value(&r, b);
		}
	}
	if (r.open)
		finish(&r, "");
	ck_assert_uint_eq(r.depth, 0);
}

#endif
