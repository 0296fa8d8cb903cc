/* model/form/form_draft_read.c -- the answer in a draft. */
#include "model/form/form_text.h"
#include "model/form/form_draft.h"

#include <string.h>

#include "base/err.h"

enum { STACK_MAX = 64 };

enum token { TOK_START, TOK_OPEN, TOK_CLOSE, TOK_COMMA, TOK_COLON, TOK_VALUE, TOK_HOLE, TOK_END };

struct reader {
	const char *text;
	size_t n, at;       /* at: behind the token */
	size_t from;        /* the token */
	size_t line;
	int broke;          /* a line ended between this token and the one before */
	enum token last;    /* the token before */
	char stack[STACK_MAX];
	size_t depth;
	size_t key, key_n;  /* the last member name, with its quotes */
	size_t comma;       /* in the output: where a comma stood */
	struct buf *out;
	struct err *err;
	/* draft_locate */
	const char *target;
	struct buf path;
	size_t mark[STACK_MAX], index[STACK_MAX]; /* per level: end of its path, its next item */
	size_t found, found_len;
};

static int refuse(struct reader *r, const char *what)
{
	return err_set(r->err, FAIL_INVALID, "line %zu: %s", r->line, what);
}

static int refuse_hole(struct reader *r)
{
	if (!r->key_n || r->depth == 0 || r->stack[r->depth - 1] != '{')
		return refuse(r, "a value is missing: write it in place of ...");
	return err_set(r->err, FAIL_INVALID, "line %zu: %.*s has no value yet: write it in place of ...",
	               r->line, (int)(r->key_n < 200 ? r->key_n : 200), r->text + r->key);
}

static int is_comment(const char *line, size_t n)
{
	size_t i = 0;

	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i + 1 < n && line[i] == '/' && line[i + 1] == '/';
}

/* ---- tokens ---- */

/* Blanks and comment lines; every line break reaches the output. */
static void skip(struct reader *r)
{
	r->broke = 0;
	while (r->at < r->n) {
		char c = r->text[r->at];

		if (r->at == 0 || r->text[r->at - 1] == '\n') {
			const char *end = memchr(r->text + r->at, '\n', r->n - r->at);
			size_t len = end ? (size_t)(end - r->text) - r->at : r->n - r->at;

			if (is_comment(r->text + r->at, len)) {
				r->at += len;
				continue;
			}
		}
		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return;
		if (c == '\n') {
			r->line++;
			r->broke = 1;
		}
		buf_addc(r->out, c);
		r->at++;
	}
}

static int string_end(struct reader *r)
{
	for (r->at = r->from + 1; r->at < r->n; r->at++) {
		char c = r->text[r->at];

		if (c == '\n')
			break;
		if (c == '\\' && r->at + 1 < r->n && r->text[r->at + 1] != '\n')
			r->at++;
		else if (c == '"') {
			r->at++;
			return 0;
		}
	}
	return refuse(r, "a text ends with the line: its closing quote is missing "
	                 "(a line break inside is written \\n)");
}

static int next(struct reader *r, enum token *out)
{
	char c;

	skip(r);
	r->from = r->at;
	*out = TOK_END;
	if (r->at == r->n)
		return 0;
	c = r->text[r->at++];
	*out = c == '{' || c == '[' ? TOK_OPEN : c == '}' || c == ']' ? TOK_CLOSE
	       : c == ','           ? TOK_COMMA
	       : c == ':'           ? TOK_COLON
	                            : TOK_VALUE;
	if (c == '"')
		return string_end(r);
	if (*out != TOK_VALUE)
		return 0;
	while (r->at < r->n && !strchr(" \t\r\n,:{}[]\"", r->text[r->at]))
		r->at++;
	if (r->at - r->from == strlen(DRAFT_HOLE) && !memcmp(r->text + r->from, DRAFT_HOLE, 3))
		*out = TOK_HOLE;
	return 0;
}

/* ---- where is it? ---- */

static int in_object(const struct reader *r)
{
	return r->depth > 0 && r->stack[r->depth - 1] == '{';
}

static void path_cut(struct reader *r, size_t n)
{
	r->path.len = n;
	if (r->path.data)
		r->path.data[n] = '\0';
}

/* The longest beginning of the target that stands in the text. */
static void note_path(struct reader *r)
{
	size_t n = r->path.len;

	if (strncmp(r->target, buf_str(&r->path), n) != 0 ||
	    (r->target[n] && r->target[n] != '/'))
		return;
	if (!r->found || n > r->found_len) {
		r->found = r->line;
		r->found_len = n;
	}
}

static void enter_key(struct reader *r)
{
	json_t *key = text_json(r->text + r->from, r->at - r->from);

	path_cut(r, r->mark[r->depth - 1]);
	if (json_is_string(key)) {
		js_pointer_add(&r->path, json_string_value(key));
		note_path(r);
	}
	json_decref(key);
}

static void enter_item(struct reader *r)
{
	path_cut(r, r->mark[r->depth - 1]);
	buf_addf(&r->path, "/%zu", r->index[r->depth - 1]++);
	note_path(r);
}

/* ---- commas ---- */

static int is_key(const struct reader *r)
{
	return in_object(r) && r->text[r->from] == '"' &&
	       (r->last == TOK_OPEN || r->last == TOK_COMMA || r->last == TOK_VALUE || r->last == TOK_CLOSE);
}

/* Before a value, a name or an opening bracket. */
static int begin_value(struct reader *r)
{
	int ended = r->last == TOK_VALUE || r->last == TOK_CLOSE;

	if (ended && r->depth == 0)
		return refuse(r, "more text behind the end of the answer");
	if (ended && !r->broke)
		return refuse(r, "a comma is missing here");
	if (ended)
		buf_addc(r->out, ',');
	if (r->last == TOK_COMMA)
		r->out->data[r->comma] = ',';
	if (is_key(r)) {
		r->key = r->from;
		r->key_n = r->at - r->from;
		if (r->target)
			enter_key(r);
	} else if (r->target && r->depth && !in_object(r)) {
		enter_item(r);
	} else if (r->target && !r->depth) {
		note_path(r);
	}
	return 0;
}

static int take_bracket(struct reader *r, enum token t)
{
	if (t == TOK_OPEN && begin_value(r))
		return -1;
	if (t == TOK_OPEN) {
		if (r->depth == STACK_MAX)
			return refuse(r, "nested too deeply");
		r->mark[r->depth] = r->path.len;
		r->index[r->depth] = 0;
		r->stack[r->depth++] = r->text[r->from];
		return 0;
	}
	if (r->last == TOK_COLON)
		return refuse_hole(r);
	if (r->depth == 0)
		return refuse(r, "a closing bracket too many");
	if (r->stack[--r->depth] != (r->text[r->from] == '}' ? '{' : '['))
		return refuse(r, "the wrong closing bracket: a { needs a }, a [ needs a ]");
	return 0;
}

static int take(struct reader *r, enum token t)
{
	switch (t) {
	case TOK_HOLE:
		if (r->last != TOK_COLON && begin_value(r))
			return -1;
		return refuse_hole(r);
	case TOK_COMMA:
		if (r->last == TOK_COLON)
			return refuse_hole(r);
		if (r->last != TOK_VALUE && r->last != TOK_CLOSE)
			return refuse(r, "a comma too many");
		r->comma = r->out->len;
		buf_addc(r->out, ' ');
		return 0;
	case TOK_OPEN:
	case TOK_CLOSE:
		if (take_bracket(r, t))
			return -1;
		break;
	case TOK_VALUE:
		if (r->last == TOK_COLON ? r->broke && in_object(r) && r->text[r->from] == '"' &&
		                             r->at < r->n && r->text[r->at] == ':'
		                       : 0)
			return refuse_hole(r); /* the next name already */
		if (r->last != TOK_COLON && begin_value(r))
			return -1;
		break;
	default:
		break;
	}
	buf_add(r->out, r->text + r->from, r->at - r->from);
	return 0;
}

static int strip(struct reader *r)
{
	enum token t;

	r->line = 1;
	r->last = TOK_START;
	if (r->n >= 3 && !memcmp(r->text, "\xef\xbb\xbf", 3)) {
		r->text += 3; /* an editor's habit */
		r->n -= 3;
	}
	for (;;) {
		if (next(r, &t))
			return -1;
		if (t == TOK_END)
			return r->last == TOK_COLON ? refuse_hole(r) : 0;
		if (take(r, t))
			return -1;
		r->last = t;
	}
}

/* What of the text is JSON, commas in place; line breaks stay where they were. */
static int draft_strip(const char *text, size_t n, struct buf *out, struct err *err)
{
	struct reader r = {.text = text, .n = n, .out = out, .err = err};

	if (n > DRAFT_MAX_BYTES)
		return err_set(err, FAIL_INVALID, "longer than %d bytes", DRAFT_MAX_BYTES);
	if (memchr(text, '\0', n))
		return err_set(err, FAIL_INVALID, "has a zero byte in it");
	return strip(&r);
}

/* The member that is commented out, in the object on line ${line}; ${key} with quotes. */
static size_t find_comment(const char *text, size_t n, size_t line, const char *key)
{
	size_t at = 0, no = 1, indent = SIZE_MAX, len, key_n = strlen(key);

	for (; at < n; at += len + 1, no++) {
		const char *p = text + at, *end = memchr(p, '\n', n - at);
		size_t blanks;

		len = end ? (size_t)(end - p) : n - at;
		for (blanks = 0; blanks < len && p[blanks] == ' ';)
			blanks++;
		if (no == line)
			indent = blanks + 2;
		if (no > line && len - blanks > 0 && blanks + 2 == indent && !is_comment(p, len))
			return 0; /* the object ends */
		if (no > line && blanks == indent && len > blanks + 3 + key_n &&
		    !memcmp(p + blanks, "// ", 3) && !memcmp(p + blanks + 3, key, key_n) &&
		    p[blanks + 3 + key_n] == ':')
			return no;
	}
	return 0;
}

static size_t locate_comment(const struct reader *r, const char *text, size_t n)
{
	const char *rest = r->target + r->found_len;
	struct buf token = BUF_INIT, key = BUF_INIT;
	size_t line = 0;

	if (r->found && pointer_next(&rest, &token) && !*rest) {
		js_dump_string(&key, buf_str(&token), token.len);
		line = find_comment(text, n, r->found, buf_str(&key));
	}
	buf_release(&token);
	buf_release(&key);
	return line;
}

size_t draft_locate(const char *text, size_t n, const char *pointer)
{
	struct err no_matter = ERR_INIT;
	struct buf out = BUF_INIT;
	struct reader r = {.text = text, .n = n, .out = &out, .err = &no_matter, .target = pointer};
	size_t line;

	strip(&r);
	line = locate_comment(&r, text, n);
	buf_release(&out);
	buf_release(&r.path);
	return line ? line : r.found;
}

/* ---- reading ---- */

/* Empty brackets are what a draft begins with. */
static int is_nothing(const json_t *v)
{
	return (json_is_array(v) && !json_array_size(v)) || (json_is_object(v) && !json_object_size(v));
}

static int is_blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

int form_draft_read(const char *text, size_t n, json_t **answer, struct err *err)
{
	struct buf json = BUF_INIT;
	json_t *v = NULL;
	int rc = -1;

	*answer = NULL;
	if (draft_strip(text, n, &json, err) == 0) {
		if (is_blank(buf_str(&json)))
			rc = 0;
		else
			v = js_parse_any(buf_str(&json), json.len, &js_limits_doc, err);
	}
	buf_release(&json);
	if (!v)
		return rc;
	if (is_nothing(v)) {
		json_decref(v);
		return 0;
	}
	*answer = v;
	return 1;
}
