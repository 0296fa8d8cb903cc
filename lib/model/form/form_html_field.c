/* model/form/form_html_field.c -- fields, and fields in fields. */
#include "model/form/form_html.h"

#include <stdlib.h>

#include "json/js.h"
#include "model/form/form_draft.h"

static void add_attr(struct page *p, const char *name, const char *value)
{
	buf_addf(p->out, " data-%s=\"", name);
	html_exact(p->out, value);
	buf_adds(p->out, "\"");
}

static void add_key(struct page *p, const char *key)
{
	json_t *v = json_string(key);

	buf_adds(p->out, " data-key=\"");
	html_json(p->out, v);
	buf_adds(p->out, "\"");
	json_decref(v);
}

static void add_ids(struct buf *out, const struct form_when *when)
{
	for (const char *gap = ""; when; when = when->next, gap = ",")
		buf_addf(out, "%s%zu", gap, ((const struct when *)when)->id);
}

static void add_conditions(struct page *p, const struct form_field *f)
{
	if (f->when) {
		buf_adds(p->out, " data-when=\"");
		add_ids(p->out, f->when);
		buf_adds(p->out, "\"");
	}
	if (!inside(f)->need)
		return;
	buf_adds(p->out, " data-need=\"");
	for (const struct need *n = inside(f)->need; n; n = n->next) {
		add_ids(p->out, n->when);
		buf_adds(p->out, n->next ? ";" : "");
	}
	buf_adds(p->out, "\"");
}

static void add_numbers(struct page *p, const struct form_field *f)
{
	if (f->min_items)
		buf_addf(p->out, " data-min=\"%zu\"", f->min_items);
	if (f->max_items != SIZE_MAX)
		buf_addf(p->out, " data-max=\"%zu\"", f->max_items);
	if (f->kind == FORM_JSON && inside(f)->types & T_STRING)
		buf_adds(p->out, " data-text=\"1\"");
	if (inside(f)->from_above)
		buf_adds(p->out, " data-above=\"1\"");
}

static int is_fieldset(const struct form_field *f)
{
	return f->kind == FORM_SECTION || f->kind == FORM_LIST || f->kind == FORM_VARIANT ||
	       html_is_group(f);
}

static void open_element(struct page *p, const struct html_field *h)
{
	const struct form_field *f = h->f;

	buf_adds(p->out, is_fieldset(f) ? "<fieldset class=\"field\"" : "<div class=\"field\"");
	add_attr(p, "kind", form_kind_names[f->kind]);
	add_attr(p, "path", f->path);
	add_attr(p, "at", buf_str(&p->at));
	if (f->key)
		add_key(p, f->key);
	if (f->required)
		buf_adds(p->out, " data-required=\"1\"");
	add_conditions(p, f);
	add_numbers(p, f);
	if (is_fieldset(f))
		html_described_by(p, h);
	buf_adds(p->out, ">\n");
}

static void add_label(struct page *p, const struct html_field *h)
{
	const struct form_field *f = h->f;
	struct buf mark = BUF_INIT;
	int fixed = f->kind == FORM_FIXED;

	if (is_fieldset(f))
		buf_adds(p->out, "<legend>");
	else
		buf_addf(p->out, "<label for=\"f%zu\">", h->id);
	buf_adds(p->out, "<span class=\"label\">");
	html_text(p->out, f->label);
	buf_adds(p->out, "</span> <span class=\"mark\">(");
	draft_mark(&mark, f);
	html_exact(p->out, buf_str(&mark));
	buf_addf(p->out, "%s%s)</span>", fixed ? ", fixed" : "", f->deprecated ? ", outdated" : "");
	buf_adds(p->out, is_fieldset(f) ? "</legend>\n" : "</label>\n");
	buf_release(&mark);
}

static void add_examples(struct page *p, const struct form_field *f)
{
	for (size_t i = 0; i < json_array_size(f->examples) && i < 3; i++) {
		char *text = form_show(f, json_array_get(f->examples, i));

		buf_adds(p->out, i ? ", " : " For example: ");
		html_text(p->out, text);
		free(text);
	}
}

static void add_hints(struct page *p, const struct html_field *h)
{
	const struct form_field *f = h->f;
	struct buf when = BUF_INIT;

	if (f->description) {
		buf_addf(p->out, "<p class=\"about\" id=\"f%zud\">", h->id);
		html_lines(p->out, f->description);
		buf_adds(p->out, "</p>\n");
	}
	if (f->when) {
		draft_whens(&when, f->when);
		buf_addf(p->out, "<p class=\"when\" id=\"f%zuw\">Only if: ", h->id);
		html_exact(p->out, buf_str(&when));
		buf_adds(p->out, "</p>\n");
		buf_release(&when);
	}
	if (f->hint || json_array_size(f->examples)) {
		buf_addf(p->out, "<p class=\"hint\" id=\"f%zuh\">", h->id);
		html_text(p->out, f->hint ? f->hint : "");
		add_examples(p, f);
		buf_adds(p->out, "</p>\n");
	}
}

/* ---- containers ---- */

static void cut(struct buf *b, size_t n)
{
	b->len = n;
	if (b->data)
		b->data[n] = '\0';
}

static void add_members(struct page *p, const struct form_field *f, int firm)
{
	size_t mark = p->at.len;

	for (size_t i = 0; i < f->nchild; i++) {
		const struct form_field *c = f->child[i];

		if (c->key)
			js_pointer_add(&p->at, c->key);
		html_field(p, c, firm && !c->when);
		cut(&p->at, mark);
	}
}

static void add_item(struct page *p, const struct form_field *item, const char *token)
{
	size_t mark = p->at.len;

	buf_addf(&p->at, "/%s", token);
	buf_adds(p->out, "<div class=\"item\">\n");
	html_field(p, item, 0);
	buf_adds(p->out, "</div>\n");
	cut(&p->at, mark);
}

static int is_container(const struct form_field *f)
{
	return f->kind == FORM_SECTION || f->kind == FORM_LIST || f->kind == FORM_VARIANT;
}

/* Room for a few items without a script; of an item that is not there yet only the pattern. */
static void add_items(struct page *p, const struct form_field *f)
{
	size_t fixed = f->nchild - (size_t)f->repeats, slots = 0;
	const struct form_field *more = f->repeats ? f->child[fixed] : NULL;
	char token[24];

	if (more && !p->in_template) {
		slots = is_container(more) ? 1 : HTML_ITEMS_MAX;
		if (f->min_items > fixed + slots)
			slots = HTML_ITEMS_MAX;
		if (f->max_items < fixed + slots)
			slots = f->max_items > fixed ? f->max_items - fixed : 0;
	}
	buf_adds(p->out, "<div class=\"items\">\n");
	for (size_t i = 0; i < fixed + slots; i++) {
		snprintf(token, sizeof(token), "%zu", i);
		add_item(p, i < fixed ? f->child[i] : more, token);
	}
	buf_adds(p->out, "</div>\n");
	if (!more)
		return;
	buf_adds(p->out, "<template>\n");
	p->in_template++;
	add_item(p, more, "-");
	p->in_template--;
	buf_adds(p->out, "</template>\n<button type=\"button\" class=\"add\" hidden>Add ");
	html_text(p->out, more->label);
	buf_adds(p->out, "</button>\n");
}

static void add_alternatives(struct page *p, const struct html_field *h)
{
	buf_addf(p->out, "<div class=\"chooser\" hidden><label for=\"f%zu-c\">Choose one</label>\n"
	                 "<select id=\"f%zu-c\" class=\"variant\">\n"
	                 "<option value=\"\">– choose –</option>\n",
	         h->id, h->id);
	for (size_t i = 0; i < h->f->nchild; i++) {
		buf_addf(p->out, "<option value=\"%zu\">", i);
		html_text(p->out, h->f->child[i]->label);
		buf_adds(p->out, "</option>\n");
	}
	buf_adds(p->out, "</select></div>\n<p class=\"hint noscript\">Fill in one of these.</p>\n");
	for (size_t i = 0; i < h->f->nchild; i++) {
		buf_addf(p->out, "<div class=\"alternative\" data-index=\"%zu\">\n", i);
		html_field(p, h->f->child[i], 0);
		buf_adds(p->out, "</div>\n");
	}
}

void html_field(struct page *p, const struct form_field *f, int firm)
{
	struct html_field h = {.f = f, .id = p->ids++, .firm = firm};

	open_element(p, &h);
	add_label(p, &h);
	add_hints(p, &h);
	if (f->kind == FORM_SECTION)
		add_members(p, f, firm && f->required);
	else if (f->kind == FORM_LIST)
		add_items(p, f);
	else if (f->kind == FORM_VARIANT)
		add_alternatives(p, &h);
	else
		html_input(p, &h);
	buf_addf(p->out, "<p class=\"error\" id=\"f%zue\" role=\"status\"></p>\n", h.id);
	buf_adds(p->out, is_fieldset(f) ? "</fieldset>\n" : "</div>\n");
}
