/* model/form/form_draft_field.c -- what a draft says about one field. */
#include "model/form/form_draft.h"

#include <string.h>

#include "base/safe.h"

enum { WRAP_COLUMNS = 84, EXAMPLES_SHOWN = 3 };

void draft_push(struct draft_writer *w, const char *more)
{
	buf_adds(&w->prefix, more);
	w->off += *more == '/';
}

void draft_pop(struct draft_writer *w, const char *more)
{
	w->prefix.len -= strlen(more);
	w->prefix.data[w->prefix.len] = '\0';
	w->off -= *more == '/';
}

void draft_line(struct draft_writer *w, const char *fmt, ...)
{
	va_list ap;

	buf_adds(w->out, buf_str(&w->prefix));
	va_start(ap, fmt);
	buf_vaddf(w->out, fmt, ap);
	va_end(ap);
	buf_addc(w->out, '\n');
}

/* Bytes of ${s} that fit in a line, ending at a blank if there is one. */
static size_t wrap_at(const char *s, size_t n)
{
	size_t at = 0, cols = 0, blank = 0;

	while (at < n && cols < WRAP_COLUMNS) {
		unsigned cp;
		int len = utf8_next(s + at, n - at, &cp);

		if (s[at] == ' ' && at)
			blank = at;
		at += len ? (size_t)len : 1;
		cols++;
	}
	return at == n || !blank ? at : blank;
}

void draft_foreign(struct draft_writer *w, const char *mark, const char *text)
{
	struct buf safe = BUF_INIT;
	const char *line;

	safe_adds(&safe, text, SAFE_TEXT);
	line = buf_str(&safe);
	while (*line) {
		size_t whole = strcspn(line, "\n"), n = wrap_at(line, whole);

		draft_line(w, "//%s%.*s", mark, (int)n, line);
		line += n;
		while (n < whole && *line == ' ')
			line++;
		line += *line == '\n';
	}
	buf_release(&safe);
}

static void add_codepoint(struct buf *out, const char *s, size_t n, unsigned cp)
{
	struct buf shown = BUF_INIT;

	safe_add(&shown, s, n, SAFE_LINE);
	if (shown.len == n && !memcmp(shown.data, s, n))
		buf_add(out, s, n);
	else if (cp < 0x10000)
		buf_addf(out, "\\u%04x", cp);
	else
		buf_addf(out, "\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10),
		         0xdc00 + ((cp - 0x10000) & 0x3ff));
	buf_release(&shown);
}

void draft_value(struct buf *out, const json_t *v, enum js_style style)
{
	struct buf json = BUF_INIT;

	js_dump(&json, v, style);
	for (size_t i = 0; i < json.len;) {
		unsigned cp = 0;
		int len = utf8_next(json.data + i, json.len - i, &cp);

		if (cp < 0x7f)
			buf_addc(out, json.data[i]);
		else
			add_codepoint(out, json.data + i, (size_t)len, cp);
		i += len ? (size_t)len : 1;
	}
	buf_release(&json);
}

void draft_whens(struct buf *out, const struct form_when *when)
{
	for (size_t n = 0; when; when = when->next) {
		buf_adds(out, n++ ? "; and " : "");
		safe_adds(out, when->text, SAFE_LINE);
	}
}

void draft_mark(struct buf *out, const struct form_field *f)
{
	const struct need *need = inside(f)->need;

	if (f->required || !need) {
		buf_adds(out, f->required ? "required" : "optional");
		return;
	}
	buf_adds(out, "required if ");
	for (size_t n = 0; need; need = need->next) {
		buf_adds(out, n++ ? "; or if " : "");
		draft_whens(out, need->when);
	}
}

static void put_choices(struct draft_writer *w, const struct form_field *f)
{
	if (f->nchoices)
		draft_line(w, "//    %s", f->kind == FORM_CHOICES ? "any of these:" : "one of these:");
	for (size_t i = 0; i < f->nchoices; i++) {
		const struct form_choice *c = &f->choices[i];
		struct buf line = BUF_INIT;

		draft_value(&line, c->value, JS_COMPACT);
		if (!json_is_string(c->value) || strcmp(json_string_value(c->value), c->title) != 0) {
			buf_adds(&line, ": ");
			safe_adds(&line, c->title, SAFE_LINE);
		}
		draft_line(w, "//    * %s", buf_str(&line));
		buf_release(&line);
		if (c->description)
			draft_foreign(w, "        | ", c->description);
	}
}

static void put_examples(struct draft_writer *w, const struct form_field *f)
{
	struct buf line = BUF_INIT;

	for (size_t i = 0; i < json_array_size(f->examples) && i < EXAMPLES_SHOWN; i++) {
		buf_adds(&line, i ? ", " : "");
		draft_value(&line, json_array_get(f->examples, i), JS_COMPACT);
	}
	if (line.len)
		draft_line(w, "//    for example %s", buf_str(&line));
	buf_release(&line);
}

void draft_comment(struct draft_writer *w, const struct form_field *f, const char *extra)
{
	struct buf line = BUF_INIT;

	safe_adds(&line, f->label, SAFE_LINE);
	buf_adds(&line, " (");
	draft_mark(&line, f);
	buf_addf(&line, "%s%s%s%s)", f->kind == FORM_FIXED ? ", fixed" : "",
	         f->nullable ? ", or null" : "", f->deprecated ? ", outdated" : "", extra);
	draft_line(w, "// -- %s", buf_str(&line));
	if (f->description)
		draft_foreign(w, "    | ", f->description);
	if (f->when) {
		buf_clear(&line);
		draft_whens(&line, f->when);
		draft_line(w, "//    only if: %s", buf_str(&line));
	}
	put_choices(w, f);
	if (f->kind == FORM_VARIANT)
		draft_line(w, "//    one of the alternatives that follow");
	if (f->hint)
		draft_line(w, "//    (%s)", f->hint);
	put_examples(w, f);
	buf_release(&line);
}
