/* The same schema gives the same fields in the terminal's rows, the editor's draft and the page:
 * each output is read back by itself and compared with form_describe. */
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

static void set_add(struct set *s, const struct seen *f)
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

static void seen_clear(struct seen *f)
{
	free(f->path);
	free(f->label);
	free(f->mark);
	free(f->when);
	json_decref(f->choices);
	memset(f, 0, sizeof(*f));
}

static void put(char **slot, const char *text)
{
	free(*slot);
	*slot = mem_strdup(text);
}

static void add_choice(struct seen *f, const json_t *value, const char *safe_title)
{
	struct buf b = BUF_INIT;

	if (!f->choices)
		f->choices = json_array();
	js_dump(&b, value, JS_COMPACT);
	buf_addf(&b, ": %s", safe_title);
	json_array_append_new(f->choices, json_string(buf_str(&b)));
	buf_release(&b);
}

static void compare(const char *name, const struct set *want, const struct set *got)
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

/* ---- form_describe ---- */

static char *joined(const json_t *list, const char *between)
{
	struct buf b = BUF_INIT;
	size_t i;
	json_t *v;

	buf_adds(&b, "");
	json_array_foreach(list, i, v) {
		char *safe = json_is_array(v) ? joined(v, "; and ")
		                              : kit_safe(json_string_value(v));

		buf_addf(&b, "%s%s", i ? between : "", safe);
		free(safe);
	}
	return buf_detach(&b);
}

static void mark_of(struct seen *f, int required, const json_t *needs)
{
	struct buf b = BUF_INIT;
	char *text = joined(needs, "; or if ");

	if (required)
		buf_adds(&b, "required");
	else if (needs)
		buf_addf(&b, "required if %s", text);
	else
		buf_adds(&b, "optional");
	put(&f->mark, buf_str(&b));
	free(text);
	buf_release(&b);
}

static void add_described(struct set *s, const json_t *list)
{
	size_t i, k;
	json_t *o, *c;

	json_array_foreach(list, i, o) {
		struct seen f = {.path = NULL};

		put(&f.path, js_str_or(o, "/path", "?"));
		f.label = kit_safe(js_str_or(o, "/label", "?"));
		mark_of(&f, json_is_true(json_object_get(o, "required")),
		        json_object_get(o, "requiredWhen"));
		if (json_object_get(o, "when"))
			f.when = joined(json_object_get(o, "when"), "; and ");
		json_array_foreach(json_object_get(o, "choices"), k, c) {
			char *title = kit_safe(js_str_or(c, "/title", ""));

			add_choice(&f, json_object_get(c, "value"), title);
			free(title);
		}
		set_add(s, &f);
		seen_clear(&f);
	}
}

/* ---- the terminal: everything that some answer brings up ---- */

static json_t *need_texts(const json_t *described, const char *path, const char *label)
{
	size_t i;
	json_t *o;

	json_array_foreach(described, i, o)
		if (!strcmp(js_str_or(o, "/path", "?"), path) &&
		    !strcmp(js_str_or(o, "/label", "?"), label))
			return json_object_get(o, "requiredWhen");
	return NULL;
}

static void add_field(struct set *s, const struct form_field *field, const json_t *described)
{
	struct seen f = {.path = NULL};
	json_t *when = json_array();

	put(&f.path, field->path);
	f.label = kit_safe(field->label);
	/* rows say what is required now; required_rows in model_form.c holds that to the
	   validator */
	mark_of(&f, field->required, need_texts(described, field->path, field->label));
	for (const struct form_when *w = field->when; w; w = w->next)
		json_array_append_new(when, json_string(w->text));
	if (field->when)
		f.when = joined(when, "; and ");
	for (size_t i = 0; i < field->nchoices; i++) {
		char *title = kit_safe(field->choices[i].title);

		add_choice(&f, field->choices[i].value, title);
		free(title);
	}
	set_add(s, &f);
	json_decref(when);
	seen_clear(&f);
}

/* "/actions/0/title" is of "/actions/-/title". */
static int is_of(const char *at, const char *path)
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

static void add_rows(struct set *s, const struct form *f, const json_t *answer,
                     const json_t *described)
{
	struct form_rows rows;

	form_rows(f, answer, &rows);
	for (size_t i = 0; i < rows.n; i++) {
		const struct form_field *field = rows.row[i].field;

		ck_assert_msg(is_of(rows.row[i].at, field->path), "%s is of %s?", rows.row[i].at,
		              field->path);
		add_field(s, field, described);
		/* alternatives are what a variant offers to choose from */
		for (size_t k = 0; field->kind == FORM_VARIANT && k < field->nchild; k++)
			add_field(s, field->child[k], described);
		if (rows.row[i].kind == ROW_ADD)
			add_field(s, field->child[field->nchild - 1], described);
	}
	form_rows_release(&rows);
}

static void walk(struct set *s, const struct form *f, const json_t *described)
{
	unsigned seed = 4711;
	json_t *answer = form_initial(f);

	add_field(s, form_root(f), described); /* the heading */
	for (int step = 0; step < 1500; step++) {
		add_rows(s, f, answer, described);
		kit_step(f, &answer, &seed);
		if (!answer || step % 200 == 199) {
			json_decref(answer);
			answer = form_initial(f);
		}
	}
	json_decref(answer);
}

/* ---- the draft ---- */

enum { LEVELS = 40 };

struct level {
	char *path;
	int list;
	size_t index;
	int variant; /* the comments that follow are of its alternatives */
	char *variant_path;
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

static struct level *top(struct draft_reader *r)
{
	return &r->level[r->depth - 1];
}

static void finish(struct draft_reader *r, const char *path)
{
	if (!r->open)
		return;
	put(&r->now.path, path);
	set_add(r->out, &r->now);
	seen_clear(&r->now);
	r->open = 0;
}

static void finish_variant(struct draft_reader *r, const char *path)
{
	if (!r->variant.label)
		return;
	put(&r->variant.path, path);
	set_add(r->out, &r->variant);
	seen_clear(&r->variant);
}

/* "-- LABEL (required, alternative 1 of 3)" */
static void begin_field(struct draft_reader *r, const char *text)
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

static void read_comment(struct draft_reader *r, const char *text)
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

static char *path_of_line(struct draft_reader *r, const char *text, const char **rest)
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

static void read_value(struct draft_reader *r, const char *text)
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

static void read_draft(struct set *out, char *text)
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

/* ---- the page ---- */

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

static void decode(const char *s, size_t n, struct buf *out)
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
static json_t *attributes(const char *s, const char *end)
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

static int field_of(const struct page_reader *r)
{
	for (size_t i = r->depth; i-- > 0;)
		if (r->stack[i].field >= 0)
			return r->stack[i].field;
	return -1;
}

static void open_field(struct page_reader *r, const json_t *a)
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

static void collect_text(struct page_reader *r, const char *until)
{
	buf_clear(&r->text);
	snprintf(r->into_what, sizeof(r->into_what), "%s", until);
	r->into = &r->text;
}

static void open_input(struct page_reader *r, const char *name, const json_t *a)
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

static void open_tag(struct page_reader *r, const char *name, const json_t *a)
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

static void take_text(struct page_reader *r, const char *name)
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

static void close_tag(struct page_reader *r, const char *name)
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
static void parse_page(struct page_reader *r, const char *p)
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
static void drop_plain(struct seen *f, const char *kind)
{
	char *text = f->choices ? kit_text(f->choices) : NULL;

	if (text && !strcmp(kind, "boolean") && !strcmp(text, "[\"true: Yes\",\"false: No\"]")) {
		json_decref(f->choices);
		f->choices = NULL;
	}
	free(text);
}

static void read_page(struct set *out, const char *html)
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

/* ---- all of them ---- */

static size_t fields_compared;

static void same(const char *name, struct form *f)
{
	struct set want = {json_object(), "form_describe"}, rows = {json_object(), "the terminal"};
	struct set draft = {json_object(), "the draft"}, page = {json_object(), "the page"};
	json_t *described = form_describe(f);
	struct buf text = BUF_INIT;

	add_described(&want, described);
	walk(&rows, f, described);
	compare(name, &want, &rows);
	form_draft_write(f, NULL, NULL, NULL, &text);
	read_draft(&draft, text.data);
	compare(name, &want, &draft);
	buf_clear(&text);
	form_html(f, NULL, &text);
	read_page(&page, buf_str(&text));
	compare(name, &want, &page);
	fields_compared += json_object_size(want.lines);
	buf_release(&text);
	json_decref(described);
	json_decref(want.lines);
	json_decref(rows.lines);
	json_decref(draft.lines);
	json_decref(page.lines);
}

START_TEST(same_fields)
{
	size_t n = kit_each_form(same);

	ck_assert_uint_ge(n, 24);
	ck_assert_uint_ge(fields_compared, 300);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_form_same");
	TCase *t = tcase_create("same");

	tcase_add_test(t, same_fields);
	tcase_set_timeout(t, 120);
	suite_add_tcase(s, t);
	return kit_run(s);
}
