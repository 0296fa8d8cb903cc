/* model/form/form_html_input.c -- the inputs of one field. */
#include "model/form/form_html.h"

#include <stdlib.h>
#include <string.h>

#include "json/decimal.h"
#include "json/js.h"

enum { LENGTH_MAX = 1000000, ROWS_SHORT = 3, ROWS_LONG = 8 };

int html_is_group(const struct form_field *f)
{
	return f->kind == FORM_BOOLEAN || f->kind == FORM_CHOICES ||
	       (f->kind == FORM_CHOICE && f->nchoices <= HTML_RADIOS_MAX);
}

static void add_name(struct page *p)
{
	buf_adds(p->out, " name=\"");
	html_exact(p->out, buf_str(&p->at));
	buf_adds(p->out, "\"");
}

void html_described_by(struct page *p, const struct html_field *h)
{
	buf_adds(p->out, " aria-describedby=\"");
	if (h->f->description)
		buf_addf(p->out, "f%zud ", h->id);
	if (h->f->when)
		buf_addf(p->out, "f%zuw ", h->id);
	if (h->f->hint || json_array_size(h->f->examples))
		buf_addf(p->out, "f%zuh ", h->id);
	buf_addf(p->out, "f%zue\"", h->id);
}

static void add_required(struct page *p, const struct html_field *h)
{
	if (h->firm && h->f->required && !h->f->nullable)
		buf_adds(p->out, " required");
}

/* What it starts with; never on a decision. */
static char *start_of(const struct page *p, const struct form_field *f)
{
	char *text;

	if (!f->fallback || f->decision || p->in_template || json_is_null(f->fallback))
		return NULL;
	text = form_show(f, f->fallback);
	if (html_is_plain(text))
		return text;
	free(text);
	return NULL;
}

/* ---- one of several ---- */

static void add_choice_text(struct page *p, const struct form_choice *c)
{
	html_text(p->out, c->title);
	if (c->description) {
		buf_adds(p->out, " <span class=\"about\">");
		html_text(p->out, c->description);
		buf_adds(p->out, "</span>");
	}
}

static int is_start(const struct form_field *f, const json_t *v)
{
	if (!f->fallback || f->decision)
		return 0;
	for (size_t i = 0; f->kind == FORM_CHOICES && i < json_array_size(f->fallback); i++)
		if (same_value(json_array_get(f->fallback, i), v))
			return 1;
	return f->kind != FORM_CHOICES && same_value(f->fallback, v);
}

/* As form_parse reads it: plain, or as JSON where that is not fit to be seen, and of many, where
 * finding out what would be read as something else takes long. */
static void add_value(struct page *p, const struct form_field *f, const json_t *v)
{
	struct field one = *inside(f);
	char *text = NULL;

	if (f->kind == FORM_CHOICES)
		one.f.kind = FORM_CHOICE;
	if (f->nchoices <= HTML_PLAIN_CHOICES)
		text = form_show(&one.f, v);
	buf_adds(p->out, " value=\"");
	if (text && html_is_plain(text))
		html_exact(p->out, text);
	else
		html_json(p->out, v);
	buf_adds(p->out, "\" data-json=\"");
	html_json(p->out, v);
	buf_adds(p->out, "\"");
	free(text);
}

static void add_option(struct page *p, const struct html_field *h, size_t i)
{
	const struct form_choice *c = &h->f->choices[i];

	buf_adds(p->out, "<option");
	add_value(p, h->f, c->value);
	buf_adds(p->out, is_start(h->f, c->value) ? " selected>" : ">");
	html_text(p->out, c->title);
	if (c->description) {
		buf_adds(p->out, " – ");
		html_text(p->out, c->description);
	}
	buf_adds(p->out, "</option>\n");
}

static void add_select(struct page *p, const struct html_field *h)
{
	buf_addf(p->out, "<select id=\"f%zu\"", h->id);
	add_name(p);
	add_required(p, h);
	html_described_by(p, h);
	buf_adds(p->out, ">\n<option value=\"\">– choose –</option>\n");
	for (size_t i = 0; i < h->f->nchoices; i++)
		add_option(p, h, i);
	buf_adds(p->out, "</select>\n");
}

static void add_radio(struct page *p, const struct html_field *h, const struct form_choice *c, size_t i)
{
	int many = h->f->kind == FORM_CHOICES;

	buf_addf(p->out, "<div class=\"tick\"><input type=\"%s\" id=\"f%zu-%zu\"",
	         many ? "checkbox" : "radio", h->id, i);
	add_name(p);
	add_value(p, h->f, c->value);
	if (!many)
		add_required(p, h);
	if (is_start(h->f, c->value))
		buf_adds(p->out, " checked");
	buf_addf(p->out, "> <label for=\"f%zu-%zu\">", h->id, i);
	add_choice_text(p, c);
	buf_adds(p->out, "</label></div>\n");
}

/* Radio buttons cannot be taken back by themselves. */
static void add_no_answer(struct page *p, const struct html_field *h)
{
	if (h->f->kind == FORM_CHOICES || h->f->required)
		return;
	buf_addf(p->out, "<div class=\"tick\"><input type=\"radio\" id=\"f%zu-n\" value=\"\"", h->id);
	add_name(p);
	buf_adds(p->out, h->f->fallback && !h->f->decision ? ">" : " checked>");
	buf_addf(p->out, " <label for=\"f%zu-n\"><em>no answer</em></label></div>\n", h->id);
}

static void add_group(struct page *p, const struct html_field *h)
{
	json_t *yes = json_true(), *no = json_false();
	const struct form_choice both[] = {{yes, (char[]){"Yes"}, NULL}, {no, (char[]){"No"}, NULL}};
	int plain = h->f->kind == FORM_BOOLEAN && !h->f->nchoices;
	const struct form_choice *c = plain ? both : h->f->choices;

	for (size_t i = 0; i < (plain ? 2 : h->f->nchoices); i++)
		add_radio(p, h, &c[i], i);
	add_no_answer(p, h);
}

/* ---- typed ---- */

static void add_lengths(struct page *p, const struct form_field *f)
{
	if (f->min_len && f->min_len < LENGTH_MAX)
		buf_addf(p->out, " minlength=\"%zu\"", f->min_len);
	if (f->max_len < LENGTH_MAX)
		buf_addf(p->out, " maxlength=\"%zu\"", f->max_len);
}

static void add_textarea(struct page *p, const struct html_field *h, int rows)
{
	char *start = start_of(p, h->f);

	buf_addf(p->out, "<textarea id=\"f%zu\" rows=\"%d\"", h->id, rows);
	add_name(p);
	add_required(p, h);
	if (h->f->kind == FORM_TEXT)
		add_lengths(p, h->f);
	else
		buf_adds(p->out, " spellcheck=\"false\" class=\"code\"");
	html_described_by(p, h);
	buf_adds(p->out, ">\n"); /* a line feed that comes first does not count */
	if (start)
		html_exact(p->out, start);
	buf_adds(p->out, "</textarea>\n");
	free(start);
}

static const char *input_type(const struct form_field *f)
{
	static const char *const types[][2] = {{"date", "date"}, {"email", "email"}, {"uri", "url"}};

	for (size_t i = 0; f->format && i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(f->format, types[i][0]))
			return types[i][1];
	return "text";
}

/* A pattern of a schema may match anywhere, that of an input must match all of it. */
static void add_pattern(struct page *p, const struct form_field *f)
{
	const char *pattern = inside(f)->pattern;

	if (!pattern || !html_is_plain(pattern) || strchr(pattern, '\n'))
		return;
	buf_adds(p->out, " pattern=\".*(?:");
	html_exact(p->out, pattern);
	buf_adds(p->out, ").*\" title=\"must match ");
	html_text(p->out, pattern);
	buf_adds(p->out, "\"");
}

static void add_suggestions(struct page *p, const struct html_field *h)
{
	if (!json_array_size(h->f->examples))
		return;
	buf_addf(p->out, "<datalist id=\"f%zul\">", h->id);
	for (size_t i = 0; i < json_array_size(h->f->examples); i++) {
		const char *s = json_string_value(json_array_get(h->f->examples, i));

		if (!s || !html_is_plain(s))
			continue;
		buf_adds(p->out, "<option value=\"");
		html_exact(p->out, s);
		buf_adds(p->out, "\"></option>");
	}
	buf_adds(p->out, "</datalist>\n");
}

static void add_start(struct page *p, const struct form_field *f)
{
	char *start = start_of(p, f);

	if (start) {
		buf_adds(p->out, " value=\"");
		html_exact(p->out, start);
		buf_adds(p->out, "\"");
	}
	free(start);
}

static void add_line(struct page *p, const struct html_field *h)
{
	buf_addf(p->out, "<input type=\"%s\" id=\"f%zu\"", input_type(h->f), h->id);
	add_name(p);
	add_required(p, h);
	add_lengths(p, h->f);
	add_pattern(p, h->f);
	add_start(p, h->f);
	if (json_array_size(h->f->examples))
		buf_addf(p->out, " list=\"f%zul\"", h->id);
	html_described_by(p, h);
	buf_adds(p->out, " autocomplete=\"off\">\n");
	add_suggestions(p, h);
}

static void add_bound(struct page *p, const char *name, const json_t *v)
{
	if (!v)
		return;
	buf_addf(p->out, " %s=\"", name);
	js_dump(p->out, v, JS_COMPACT);
	buf_adds(p->out, "\"");
}

static int is_multiple(const json_t *v, const json_t *of)
{
	struct decimal a, b;

	decimal_of_json(&a, v);
	decimal_of_json(&b, of);
	return b.digits && decimal_is_multiple(&a, &b);
}

/* Steps are counted from the lower bound: only where that is one itself. */
static void add_step(struct page *p, const struct form_field *f)
{
	const json_t *step = inside(f)->step;
	json_t *one = json_integer(1);

	if (!step && f->kind == FORM_INTEGER)
		step = one;
	buf_adds(p->out, " step=\"");
	if (step && (!f->low || is_multiple(f->low, step)))
		js_dump(p->out, step, JS_COMPACT);
	else
		buf_adds(p->out, "any");
	buf_adds(p->out, "\"");
	json_decref(one);
}

static void add_number(struct page *p, const struct html_field *h)
{
	buf_addf(p->out, "<input type=\"number\" id=\"f%zu\" inputmode=\"%s\"", h->id,
	         h->f->kind == FORM_INTEGER ? "numeric" : "decimal");
	add_name(p);
	add_required(p, h);
	add_bound(p, "min", h->f->low);
	add_bound(p, "max", h->f->high);
	add_step(p, h->f);
	add_start(p, h->f);
	html_described_by(p, h);
	buf_adds(p->out, ">\n");
}

/* Shown; handed in as it is. */
static void add_fixed(struct page *p, const struct html_field *h)
{
	char *words;

	if (!h->f->fallback) {
		buf_addf(p->out, "<output id=\"f%zu\">–</output>\n", h->id);
		return;
	}
	words = form_show_words(h->f, h->f->fallback);
	buf_addf(p->out, "<output id=\"f%zu\">", h->id);
	html_text(p->out, words);
	buf_adds(p->out, "</output><input type=\"hidden\"");
	add_name(p);
	add_value(p, h->f, h->f->fallback);
	buf_adds(p->out, ">\n");
	free(words);
}

/* Where null is an answer it has a tick of its own. */
static void add_null(struct page *p, const struct html_field *h)
{
	if (!h->f->nullable || h->f->kind == FORM_CHOICE || h->f->kind == FORM_FIXED)
		return;
	buf_addf(p->out, "<div class=\"tick\"><input type=\"checkbox\" class=\"null\" id=\"f%zu-null\"",
	         h->id);
	add_name(p);
	buf_addf(p->out, " value=\"null\"> <label for=\"f%zu-null\">none (null)</label></div>\n", h->id);
}

void html_input(struct page *p, const struct html_field *h)
{
	if (html_is_group(h->f))
		add_group(p, h);
	else if (h->f->kind == FORM_CHOICE)
		add_select(p, h);
	else if (h->f->kind == FORM_TEXT)
		add_textarea(p, h, ROWS_LONG);
	else if (h->f->kind == FORM_JSON)
		add_textarea(p, h, ROWS_SHORT);
	else if (h->f->kind == FORM_INTEGER || h->f->kind == FORM_NUMBER)
		add_number(p, h);
	else if (h->f->kind == FORM_FIXED)
		add_fixed(p, h);
	else
		add_line(p, h);
	add_null(p, h);
}
