/* model/form/form_draft.c -- a form as a commented text for an editor. */
#include "model/form/form_draft.h"

#include <string.h>

#include "base/safe.h"

#define OFF "// "
#define DEEPER "  "

/* One value to be written. */
struct slot {
	const char *key; /* NULL: an item, or the root */
	const json_t *value;
	int live;  /* is not commented out */
	int last;  /* no comma: the root */
};

static void put_field(struct draft_writer *w, const struct form_field *f, struct slot s,
                      const char *extra);
static void put_members(struct draft_writer *w, const struct form_field *f, const json_t *value);

static void add_key(struct buf *out, const struct slot *s)
{
	json_t *key;

	if (!s->key)
		return;
	key = json_string(s->key);
	draft_value(out, key, JS_COMPACT);
	buf_adds(out, ": ");
	json_decref(key);
}

static void put_text(struct draft_writer *w, const struct slot *s, const char *text)
{
	struct buf line = BUF_INIT;

	add_key(&line, s);
	buf_adds(&line, text);
	buf_adds(&line, s->last ? "" : ",");
	draft_line(w, "%s", buf_str(&line));
	buf_release(&line);
}

/* Any value, over as many lines as it takes. */
static void put_json(struct draft_writer *w, const struct slot *s, const json_t *v)
{
	struct buf text = BUF_INIT, all = BUF_INIT;

	draft_value(&text, v, JS_PRETTY);
	for (const char *p = buf_str(&text); *p; p++) {
		buf_addc(&all, *p);
		if (*p == '\n')
			buf_adds(&all, buf_str(&w->prefix));
	}
	put_text(w, s, buf_str(&all));
	buf_release(&text);
	buf_release(&all);
}

static void put_open(struct draft_writer *w, const struct slot *s, const char *bracket)
{
	struct buf line = BUF_INIT;

	add_key(&line, s);
	draft_line(w, "%s%s", buf_str(&line), bracket);
	buf_release(&line);
	draft_push(w, DEEPER);
}

static void put_close(struct draft_writer *w, const struct slot *s, const char *bracket)
{
	draft_pop(w, DEEPER);
	draft_line(w, "%s%s", bracket, s->last ? "" : ",");
}

/* ---- values ---- */

static void put_scalar(struct draft_writer *w, const struct form_field *f, const struct slot *s)
{
	if (s->value)
		put_json(w, s, s->value);
	else if (f->fallback && !f->decision)
		put_json(w, s, f->fallback);
	else
		put_text(w, s, DRAFT_HOLE);
}

static void put_section(struct draft_writer *w, const struct form_field *f, const struct slot *s)
{
	json_t *outer = w->done;

	w->done = json_object();
	put_open(w, s, "{");
	put_members(w, f, s->value);
	put_close(w, s, "}");
	json_decref(w->done);
	w->done = outer;
}

/* The first items with all that can be said about them; of many the rest as they are. */
static void put_items(struct draft_writer *w, const struct form_field *f, const struct slot *s)
{
	size_t n = json_array_size(s->value), fixed = f->nchild - (size_t)f->repeats;
	size_t count = n > fixed ? n : fixed;

	for (size_t i = 0; i < count; i++) {
		const struct field *item = list_item(f, i);
		struct slot one = {.value = json_array_get(s->value, i)};

		one.live = one.value != NULL || (!s->live && i < f->min_items);
		judge_push(&w->judge, one.value);
		if (item && i < DRAFT_FULL_ITEMS + fixed)
			put_field(w, &item->f, one, "");
		else
			put_json(w, &one, one.value);
		judge_pop(&w->judge);
	}
	if (f->repeats && n < f->max_items) {
		struct slot more = {.live = !s->live && f->min_items > fixed};

		judge_push(&w->judge, NULL);
		put_field(w, f->child[f->nchild - 1], more, n ? ", one more" : ", any number");
		judge_pop(&w->judge);
	}
}

static void put_list(struct draft_writer *w, const struct form_field *f, const struct slot *s)
{
	put_open(w, s, "[");
	put_items(w, f, s);
	put_close(w, s, "]");
}

static void put_alternatives(struct draft_writer *w, const struct form_field *f, const struct slot *s)
{
	int chosen = s->value ? form_variant_at(f, s->value) : -1;

	for (size_t i = 0; i < f->nchild; i++) {
		char extra[64];
		struct slot one = *s;

		snprintf(extra, sizeof(extra), ", alternative %zu of %zu", i + 1, f->nchild);
		one.live = s->live && (int)i == chosen;
		one.value = (int)i == chosen ? s->value : NULL;
		put_field(w, f->child[i], one, extra);
	}
	/* what fits none of them is kept as it was */
	if (s->value && chosen < 0)
		put_json(w, s, s->value);
}

/* Alternatives that are members of the object around them: no brackets of their own. */
static void put_from_above(struct draft_writer *w, const struct form_field *f, const json_t *value)
{
	int chosen = form_variant_at(f, value);

	draft_comment(w, f, "");
	for (size_t i = 0; i < f->nchild; i++) {
		int off = (int)i != chosen;
		char extra[64];

		snprintf(extra, sizeof(extra), ", alternative %zu of %zu", i + 1, f->nchild);
		draft_comment(w, f->child[i], extra);
		if (off)
			draft_push(w, OFF);
		put_members(w, f->child[i], off ? NULL : value);
		if (off)
			draft_pop(w, OFF);
	}
}

static int mismatch(const struct form_field *f, const json_t *v)
{
	if (f->kind == FORM_SECTION)
		return v && !json_is_object(v);
	return f->kind == FORM_LIST && v && !json_is_array(v);
}

static void put_value(struct draft_writer *w, const struct form_field *f, const struct slot *s)
{
	if (mismatch(f, s->value))
		put_json(w, s, s->value);
	else if (f->kind == FORM_SECTION)
		put_section(w, f, s);
	else if (f->kind == FORM_LIST)
		put_list(w, f, s);
	else
		put_scalar(w, f, s);
}

static void put_field(struct draft_writer *w, const struct form_field *f, struct slot s,
                      const char *extra)
{
	draft_comment(w, f, extra);
	if (f->kind == FORM_VARIANT) {
		put_alternatives(w, f, &s);
		return;
	}
	if (!s.live)
		draft_push(w, OFF);
	put_value(w, f, &s);
	if (!s.live)
		draft_pop(w, OFF);
}

/* ---- objects ---- */

/* Which of several fields for one key the value belongs to. */
static int is_first_of_key(struct draft_writer *w, const struct form_field *section, size_t i)
{
	const struct form_field *first = NULL, *holds = NULL;

	for (size_t k = 0; k < section->nchild; k++) {
		const struct form_field *c = section->child[k];

		if (!c->key || strcmp(c->key, section->child[i]->key) != 0)
			continue;
		first = first ? first : c;
		if (!holds && judge_holds(&w->judge, c->when))
			holds = c;
	}
	return section->child[i] == (holds ? holds : first);
}

/* null where it means nothing: a field that was opened and not filled in. */
static const json_t *value_of(const struct form_field *f, const json_t *v)
{
	return v && json_is_null(v) && !field_takes(f, v) ? NULL : v;
}

static void put_member(struct draft_writer *w, const struct form_field *section, size_t i,
                       const json_t *object)
{
	const struct form_field *c = section->child[i];
	struct slot s = {.key = c->key};

	if (is_first_of_key(w, section, i))
		s.value = value_of(c, json_object_get(object, c->key));
	if (s.value && w->off == 0)
		js_set_new(w->done, c->key, json_true());
	s.live = s.value != NULL;
	/* in a block that is off, only what is optional is marked once more */
	if (!s.live && c->required && !c->when)
		s.live = w->off > 0;
	judge_push(&w->judge, json_object_get(object, c->key));
	put_field(w, c, s, "");
	judge_pop(&w->judge);
}

static void put_members(struct draft_writer *w, const struct form_field *f, const json_t *value)
{
	json_t *obj = (json_t *)value; /* jansson's iterators take no const */
	int own = f->kind == FORM_SECTION && !(f->parent && f->parent->kind == FORM_VARIANT &&
	                                       inside(f->parent)->from_above);
	size_t others = 0;

	for (size_t i = 0; i < f->nchild; i++) {
		if (f->child[i]->key)
			put_member(w, f, i, value);
		else
			put_from_above(w, f->child[i], value);
	}
	for (void *it = own ? json_object_iter(obj) : NULL; it; it = json_object_iter_next(obj, it)) {
		struct slot s = {.key = json_object_iter_key(it)};

		if (json_object_get(w->done, s.key) ||
		    (field_member(f, s.key) && json_is_null(json_object_iter_value(it))))
			continue;
		if (!others++)
			draft_line(w, "// -- more that is there already");
		put_json(w, &s, json_object_iter_value(it));
	}
}

/* ---- the whole ---- */

static void put_head(struct draft_writer *w, const char *word, const char *text)
{
	struct buf line = BUF_INIT;

	if (!text || !*text)
		return;
	safe_adds(&line, text, SAFE_LINE);
	draft_line(w, "// %s: %s", word, buf_str(&line));
	buf_release(&line);
}

static void put_context(struct draft_writer *w, const json_t *context)
{
	struct buf text = BUF_INIT;
	const char *line;

	draft_value(&text, context, JS_PRETTY);
	line = buf_str(&text);
	for (size_t n = 0; *line; n++) {
		size_t len = strcspn(line, "\n");

		if (n == DRAFT_CONTEXT_LINES) {
			draft_line(w, "// | … (`erctl show` has the rest)");
			break;
		}
		draft_line(w, "// | %.*s", (int)len, line);
		line += len + (line[len] == '\n');
	}
	buf_release(&text);
}

static void put_about(struct draft_writer *w, const struct form_about *a)
{
	put_head(w, "task", a->id);
	put_head(w, "title", a->title);
	put_head(w, "lane", a->lane);
	put_head(w, "due", a->due);
	put_head(w, "price", a->price);
	put_head(w, "evidence", a->evidence_required ? "is required beside the answer" : NULL);
	if (a->instructions)
		draft_foreign(w, " | ", a->instructions);
	if (a->context)
		put_context(w, a->context);
	draft_line(w, "//");
}

static const char guide[] =
    "// Fill in the answer, save, and leave the editor.  Lines that begin with // do not count:\n"
    "// take the // away and write the value in place of ... to fill a field in.  A comma at the\n"
    "// end of a line may be missing or one too many.  An unchanged file changes nothing.\n\n";

static void put_root(struct draft_writer *w, const json_t *answer)
{
	const struct form_field *root = &w->form->root->f;
	struct slot s = {.last = 1};

	/* null is also how an answer of any kind begins */
	s.value = answer && !(json_is_null(answer) && root->kind == FORM_JSON)
	              ? value_of(root, answer) : NULL;
	s.live = s.value != NULL || root->kind == FORM_SECTION || root->kind == FORM_LIST;
	judge_push(&w->judge, s.value);
	put_field(w, root, s, "");
	judge_pop(&w->judge);
}

void form_draft_write(const struct form *f, const struct form_about *about, const json_t *answer,
                      const struct schema_errors *errors, struct buf *out)
{
	struct buf body = BUF_INIT;
	struct draft_writer w = {.form = f, .out = &body, .prefix = BUF_INIT};

	judge_begin(&w.judge, f);
	w.done = json_object();
	buf_adds(&w.prefix, "");
	if (about)
		put_about(&w, about);
	buf_adds(&body, guide);
	put_root(&w, answer);
	json_decref(w.done);
	judge_end(&w.judge);
	form_draft_errors(buf_str(&body), errors, NULL, out);
	buf_release(&w.prefix);
	buf_release(&body);
}
