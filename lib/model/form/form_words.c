/* model/form/form_words.c -- what a field is called and what is said about it. */
#include "model/form/form_p.h"

#include <string.h>

#include "base/buf.h"

char *keep_text(struct form *f, const char *s)
{
	return arena_text(&f->arena, s, strlen(s));
}

static int is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "reason_code", "reasonCode", "REASON-CODE": "reason code" */
void words_of_key(struct buf *out, const char *key)
{
	size_t start = out->len;
	char last = '\0';

	for (const char *p = key; *p; p++) {
		int gap = *p == '_' || *p == '-' || *p == '.' || *p == ' ';

		if (!gap && is_upper(*p) && last && !is_upper(last) && out->len > start &&
		    out->data[out->len - 1] != ' ')
			buf_addc(out, ' ');
		if (!gap)
			buf_addc(out, is_upper(*p) ? (char)(*p | 32) : *p);
		else if (out->len > start && p[1] && out->data[out->len - 1] != ' ')
			buf_addc(out, ' ');
		last = *p;
	}
	if (out->len == start)
		buf_addf(out, "\"%s\"", key);
}

/* By its last word. */
int key_means_prose(const char *key)
{
	static const char *const names[] = {
	    "note", "notes", "summary", "reason", "comment", "comments", "description",
	    "explanation", "details", "justification", "rationale", "message", "narrative",
	    "feedback", "remarks", "instructions", "findings", "analysis"};
	struct buf words = BUF_INIT;
	const char *last;
	int found = 0;

	words_of_key(&words, key);
	last = strrchr(buf_str(&words), ' ');
	last = last ? last + 1 : buf_str(&words);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		found |= !strcmp(names[i], last);
	buf_release(&words);
	return found;
}

static char *label_of_key(struct build *b, const char *key)
{
	struct buf words = BUF_INIT;
	char *own;

	words_of_key(&words, key);
	own = keep_text(b->form, buf_str(&words));
	if (*own >= 'a' && *own <= 'z')
		*own = (char)(*own & ~32);
	buf_release(&words);
	return own;
}

static const char *own_text(const struct parts *p, const char *key)
{
	const json_t *v = parts_get(p, NULL, key);

	return json_string_length(v) ? json_string_value(v) : NULL;
}

static json_t *keep_copy(struct build *b, const json_t *v)
{
	return form_keep_new(b->form, json_deep_copy(v));
}

void words_take(struct build *b, struct field *f, const struct parts *p, const char *otherwise)
{
	const char *title = own_text(p, "title");
	const char *description = own_text(p, "description");
	const json_t *fallback = parts_get(p, NULL, "default");
	const json_t *examples = parts_get(p, NULL, "examples");

	if (title)
		f->f.label = keep_text(b->form, title);
	else if (otherwise)
		f->f.label = keep_text(b->form, otherwise);
	else
		f->f.label = f->f.key ? label_of_key(b, f->f.key) : keep_text(b->form, "Answer");
	if (description)
		f->f.description = keep_text(b->form, description);
	if (fallback)
		f->f.fallback = keep_copy(b, fallback);
	if (json_array_size(examples))
		f->f.examples = keep_copy(b, examples);
	f->f.deprecated = json_is_true(parts_get(p, NULL, "deprecated"));
}
