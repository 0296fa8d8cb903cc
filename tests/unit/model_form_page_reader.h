/*
 * model_form_page_reader.h -- the fields that an HTML page shows, read from its tags and text.
 */
#ifndef MODEL_FORM_PAGE_READER_H
#define MODEL_FORM_PAGE_READER_H

#include "model_form_seen.h"

struct element {
	char name[16];
	int field; /* index of the field it is, or -1 */
};

struct page_reader {
	struct set *out;
	struct seen *field;
	char **at, **kind;
	size_t nfields;
	struct element stack[200];
	size_t depth;
	struct buf *into;     /* text is collected here */
	char into_what[16];   /* until this element ends */
	struct buf text;
	json_t *choice;       /* of the option or radio button whose text is awaited */
	json_t *ids, *fors;
};

static inline void decode(const char *s, size_t n, struct buf *out)
{
	static const char *const names[][2] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"},
	                                       {"&quot;", "\""}, {"&#39;", "'"}, {"&#13;", "\r"}};

	buf_adds(out, "");
	while (n) {
		size_t i = 0;

		while (i < NITEMS(names) && (n < strlen(names[i][0]) ||
		                             strncmp(s, names[i][0], strlen(names[i][0])) != 0))
			i++;
		ck_assert_msg(i < NITEMS(names) || *s != '&', "an entity of its own: %.20s", s);
		buf_adds(out, i < NITEMS(names) ? names[i][1] : (char[]){*s, '\0'});
		n -= i < NITEMS(names) ? strlen(names[i][0]) : 1;
		s += i < NITEMS(names) ? strlen(names[i][0]) : 1;
	}
}

/* name -> text, of "a="x" b"; strict: only double quotes. */
static inline json_t *attributes(const char *s, const char *end)
{
	json_t *all = json_object();

	while (s < end) {
		size_t n = strspn(s, " \n");
		struct buf v = BUF_INIT;
		char name[32];

		s += n;
		if (s >= end)
			break;
		n = strcspn(s, "=> \n");
		snprintf(name, sizeof(name), "%.*s", (int)n, s);
		s += n;
		buf_adds(&v, "");
		if (*s == '=') {
			const char *close = strchr(s + 2, '"');

			ck_assert_msg(s[1] == '"' && close, "unquoted: %.30s", s);
			decode(s + 2, (size_t)(close - s) - 2, &v);
			s = close + 1;
		}
		js_set_str(all, name, buf_str(&v));
		buf_release(&v);
	}
	return all;
}

static inline int field_of(const struct page_reader *r)
{
	for (size_t i = r->depth; i-- > 0;)
		if (r->stack[i].field >= 0)
			return r->stack[i].field;
	return -1;
}

static inline void open_field(struct page_reader *r, const json_t *a)
{
	size_t n = r->nfields;

	r->field = mem_grow(r->field, n + 1, sizeof(*r->field));
	r->at = mem_grow(r->at, n + 1, sizeof(*r->at));
	r->kind = mem_grow(r->kind, n + 1, sizeof(*r->kind));
	memset(&r->field[n], 0, sizeof(*r->field));
	put(&r->field[n].path, js_str_or(a, "/data-path", "?"));
	r->at[n] = mem_strdup(js_str_or(a, "/data-at", "?"));
	r->kind[n] = mem_strdup(js_str_or(a, "/kind", js_str_or(a, "/data-kind", "?")));
	r->stack[r->depth].field = (int)n;
	r->nfields++;
}

static inline void collect_text(struct page_reader *r, const char *until)
{
	buf_clear(&r->text);
	snprintf(r->into_what, sizeof(r->into_what), "%s", until);
	r->into = &r->text;
}

static inline void open_input(struct page_reader *r, const char *name, const json_t *a)
{
	int f = field_of(r);
	const char *input = js_str_or(a, "/name", NULL), *json = js_str_or(a, "/data-json", NULL);

	if (f < 0 || !input)
		return;
	ck_assert_msg(!strcmp(input, r->at[f]), "%s inside %s", input, r->at[f]);
	ck_assert_msg(is_of(r->at[f], r->field[f].path) || !strcmp(r->at[f], r->field[f].path),
	              "%s: %s", r->at[f], r->field[f].path);
	if (strcmp(name, "input") == 0 && json &&
	    strcmp(js_str_or(a, "/type", ""), "hidden") != 0) {
		r->choice = kit_parse(json);
		ck_assert_msg(!json_object_get(a, "checked") || json_object_get(a, "data-json"),
		              "%s", input);
	}
}

static inline void open_tag(struct page_reader *r, const char *name, const json_t *a)
{
	static const char *const empty[] = {"meta", "input", "br", "link"};
	const char *class = js_str_or(a, "/class", ""), *id = js_str_or(a, "/id", NULL);
	int f = field_of(r);

	if (id) {
		ck_assert_msg(!json_object_get(r->ids, id), "id %s twice", id);
		js_set_new(r->ids, id, json_true());
	}
	if (js_str_or(a, "/for", NULL))
		js_set_new(r->fors, js_str_or(a, "/for", ""), json_true());
	open_input(r, name, a);
	for (size_t i = 0; i < NITEMS(empty); i++)
		if (!strcmp(name, empty[i]))
			return;
	ck_assert_uint_lt(r->depth, NITEMS(r->stack));
	snprintf(r->stack[r->depth].name, sizeof(r->stack[0].name), "%s", name);
	r->stack[r->depth].field = -1;
	if (!strcmp(class, "field"))
		open_field(r, a);
	r->depth++;
	if (!strcmp(name, "option") && js_str_or(a, "/data-json", NULL) && f >= 0)
		r->choice = kit_parse(js_str_or(a, "/data-json", ""));
	if ((!strcmp(class, "label") || !strcmp(class, "mark") || !strcmp(class, "when")) && f >= 0)
		collect_text(r, class);
	else if (r->choice && (!strcmp(name, "option") || !strcmp(name, "label")))
		collect_text(r, "choice");
	else if (r->choice && !strcmp(class, "about"))
		r->into = NULL; /* what is said about a choice is not its title */
}

static inline void take_text(struct page_reader *r, const char *name)
{
	struct seen *f = field_of(r) >= 0 ? &r->field[field_of(r)] : NULL;
	const char *text = buf_str(&r->text);
	char *cut;

	if (!*r->into_what || !f)
		return;
	if (!strcmp(r->into_what, "label") && !strcmp(name, "span")) {
		put(&f->label, text);
	} else if (!strcmp(r->into_what, "mark") && !strcmp(name, "span")) {
		put(&f->mark, text + 1);
		f->mark[strlen(f->mark) - 1] = '\0';
		if ((cut = strstr(f->mark, ", fixed")) || (cut = strstr(f->mark, ", outdated")))
			*cut = '\0';
	} else if (!strcmp(r->into_what, "when") && !strcmp(name, "p")) {
		put(&f->when, text + strlen("Only if: "));
	} else if (r->choice && !strcmp(r->into_what, "choice") &&
	           (!strcmp(name, "option") || !strcmp(name, "label"))) {
		char *title = mem_strdup(text);

		if ((cut = strstr(title, " \xe2\x80\x93 ")) && !strcmp(name, "option"))
			*cut = '\0';
		while (*title && title[strlen(title) - 1] == ' ')
			title[strlen(title) - 1] = '\0';
		add_choice(f, r->choice, title);
		json_decref(r->choice);
		r->choice = NULL;
		free(title);
	} else {
		return;
	}
	r->into = NULL;
	*r->into_what = '\0';
}

static inline void close_tag(struct page_reader *r, const char *name)
{
	take_text(r, name);
	ck_assert_msg(r->depth > 0 && !strcmp(r->stack[r->depth - 1].name, name),
	              "</%s> closes <%s>", name,
	              r->depth ? r->stack[r->depth - 1].name : "nothing");
	r->depth--;
}

static const char *skip_raw(const char *p, const char *name)
{
	char end[24];

	if (strcmp(name, "script") != 0 && strcmp(name, "style") != 0)
		return p;
	snprintf(end, sizeof(end), "</%s>", name);
	return strstr(p, end);
}

/* Strict: what is not well-formed fails, so a title that breaks out of its place does. */
static inline void parse_page(struct page_reader *r, const char *p)
{
	ck_assert_int_eq(strncmp(p, "<!DOCTYPE html>\n", 16), 0);
	p += 16;
	while (*p) {
		size_t n = strcspn(p, "<");
		char name[16];
		json_t *a;

		if (r->into)
			decode(p, n, r->into);
		ck_assert_msg(!memchr(p, '>', n), "a bare >: %.40s", p);
		p += n;
		if (!*p)
			break;
		n = strcspn(p, ">");
		if (p[1] == '/') {
			snprintf(name, sizeof(name), "%.*s", (int)n - 2, p + 2);
			close_tag(r, name);
		} else {
			size_t m = strcspn(p + 1, " >");

			snprintf(name, sizeof(name), "%.*s", (int)m, p + 1);
			a = attributes(p + 1 + m, p + n);
			open_tag(r, name, a);
			json_decref(a);
			p = skip_raw(p + n + 1, name) - n - 1;
		}
		p += n + 1;
	}
	ck_assert_uint_eq(r->depth, 0);
}

/* "Yes" and "No" stand for a boolean without titles. */
static inline void drop_plain(struct seen *f, const char *kind)
{
	char *text = f->choices ? kit_text(f->choices) : NULL;

	if (text && !strcmp(kind, "boolean") && !strcmp(text, "[\"true: Yes\",\"false: No\"]")) {
		json_decref(f->choices);
		f->choices = NULL;
	}
	free(text);
}

static inline void read_page(struct set *out, const char *html)
{
	struct page_reader r = {.out = out, .ids = json_object(), .fors = json_object()};
	const char *id;
	json_t *v;

	buf_init(&r.text, 0);
	parse_page(&r, html);
	json_object_foreach(r.fors, id, v) {
		ck_assert_msg(json_object_get(r.ids, id) != NULL,
		              "a label for %s, which is not there", id);
	}
	for (size_t i = 0; i < r.nfields; i++) {
		drop_plain(&r.field[i], r.kind[i]);
		set_add(out, &r.field[i]);
		seen_clear(&r.field[i]);
		free(r.at[i]);
		free(r.kind[i]);
	}
	free(r.field);
	free(r.at);
	free(r.kind);
	json_decref(r.ids);
	json_decref(r.fors);
	buf_release(&r.text);
}

#endif
