#include "fill_p.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "draft.h"
#include "evidence.h"
#include "fill_edit.h"
#include "json/js.h"

static void add_line(struct fill *f, const struct fill_line *l, const char *at)
{
	f->line = mem_grow(f->line, f->n + 1, sizeof *f->line);
	f->line[f->n] = *l;
	f->line[f->n++].at = mem_strdup(at);
}

static int is_item(const struct form_field *field)
{
	const struct form_field *p = field->parent;
	return p && p->kind == FORM_LIST && p->repeats && p->child[p->nchild - 1] == field;
}

static void add_row(struct fill *f, const struct form_row *row)
{
	struct fill_line l = {.what = row->kind == ROW_FIELD ? FILL_FIELD : FILL_SECTION,
	                      .field = row->field, .depth = row->depth,
	                      .required = row->required, .index = row->index,
	                      .item = is_item(row->field)};
	if (row->kind != ROW_ADD) {
		add_line(f, &l, row->at);
		return;
	}
	struct buf at = BUF_INIT;
	l.what = FILL_ADD;
	l.required = l.item = 0;
	l.index = json_array_size(js_at(f->draft->answer, row->at));
	if (row->field->kind == FORM_LIST)
		l.field = row->field->child[row->field->nchild - 1];
	buf_addf(&at, "%s/%zu", row->at, l.index);
	add_line(f, &l, buf_str(&at));
	buf_release(&at);
}

static void add_extras(struct fill *f)
{
	char at[sizeof AT_EVIDENCE + 20];
	size_t have = json_array_size(f->draft->evidence);
	int wanted = f->about->evidence_required;
	if (wanted || f->with_evidence || have > 0) {
		for (size_t i = 0; i <= have && i < EVIDENCE_MAX; i++) {
			struct fill_line l = {.what = FILL_EVIDENCE, .index = i,
			                      .required = wanted && i == 0};
			snprintf(at, sizeof at, AT_EVIDENCE "%zu", i);
			add_line(f, &l, at);
		}
	}
	struct fill_line sure = {.what = FILL_CONFIDENCE};
	add_line(f, &sure, AT_CONFIDENCE);
}

static void free_lines(struct fill_line *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((char *)line[i].at);
	free(line);
}

/* Only the lines. */
static void fill_build(struct fill *f)
{
	struct form_rows rows;
	free_lines(f->line, f->n);
	f->line = NULL;
	f->n = 0;
	form_rows(f->form, f->draft->answer, &rows);
	for (size_t i = 0; i < rows.n; i++)
		add_row(f, &rows.row[i]);
	form_rows_release(&rows);
	add_extras(f);
}

static void fill_check(struct fill *f)
{
	schema_errors_release(&f->errors);
	memset(&f->errors, 0, sizeof f->errors);
	form_check(f->form, f->draft->answer, &f->errors);
}

void fill_begin(struct fill *f, struct run *r, const struct form *form,
                const struct form_about *about, struct draft *draft)
{
	*f = (struct fill){.r = r, .form = form, .about = about, .draft = draft};
	if (!draft->texts)
		draft->texts = json_object();
	if (!draft->answer)
		draft->answer = form_initial(form);
	fill_edit_recover(f);
	fill_refresh(f, 0);
	f->dirty = 0; /* nobody typed anything yet */
}

void fill_end(struct fill *f)
{
	free_lines(f->line, f->n);
	schema_errors_release(&f->errors);
	memset(f, 0, sizeof *f);
}

int fill_save(struct fill *f, struct err *err)
{
	if (!f->dirty)
		return 0;
	if (draft_save(f->draft, f->r, err) < 0)
		return -1;
	f->dirty = 0;
	return 0;
}

int fill_leave(struct fill *f, enum form_end end, struct err *err)
{
	struct err no_matter = ERR_INIT;
	int rc = fill_save(f, &no_matter);
	if (rc == 0)
		rc = draft_sync(f->r, &no_matter);
	return rc < 0 && end != FORM_SUBMIT ? err_set(err, no_matter.code, "%s", no_matter.msg) : 0;
}

size_t fill_find(const struct fill *f, enum fill_what what, const char *at)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->line[i].what == what && strcmp(f->line[i].at, at) == 0)
			return i;
	}
	return f->n;
}

size_t fill_show_evidence(struct fill *f)
{
	f->with_evidence = 1;
	fill_build(f);
	return fill_find(f, FILL_EVIDENCE, AT_EVIDENCE "0");
}

int fill_asks(const struct fill_line *l)
{
	return l->what != FILL_SECTION && (!l->field || l->field->kind != FORM_FIXED);
}

int fill_is_choice(const struct fill_line *l)
{
	if (l->what == FILL_SECTION || !l->field)
		return 0;
	return l->field->kind == FORM_CHOICE || l->field->kind == FORM_CHOICES ||
	       l->field->kind == FORM_BOOLEAN || l->field->kind == FORM_VARIANT;
}

int fill_is_text(const struct fill_line *l)
{
	if (!fill_asks(l) || fill_is_choice(l))
		return 0;
	return !l->field || (l->field->kind != FORM_SECTION && l->field->kind != FORM_LIST);
}

int fill_is_long(const struct fill_line *l)
{
	if (!fill_is_text(l) || !l->field)
		return 0;
	return l->field->kind == FORM_JSON ||
	       (l->field->kind == FORM_TEXT && !l->item && l->what != FILL_ADD);
}

void fill_progress(const struct fill *f, size_t *done, size_t *all)
{
	*done = *all = 0;
	for (size_t i = 0; i < f->n; i++) {
		const struct fill_line *l = &f->line[i];
		if (l->what != FILL_FIELD || l->field->kind == FORM_FIXED)
			continue;
		++*all;
		*done += fill_value(f, l) != NULL;
	}
}

/* ---- conditions: fields that come and go ---- */

static json_t *line_set(const struct fill *f)
{
	json_t *set = json_object();
	for (size_t i = 0; i < f->n; i++) {
		if (f->line[i].what != FILL_ADD)
			js_set_new(set, f->line[i].at, json_true());
	}
	return set;
}

static char *hidden_key(const char *at)
{
	struct buf key = BUF_INIT;
	buf_addf(&key, "=%s", at);
	return buf_detach(&key);
}

/* One that can be put away and brought back as a whole: not a section, whose members are. */
static int holds_value(const struct fill_line *l)
{
	return (l->what == FILL_FIELD && l->field->kind != FORM_FIXED) ||
	       (l->what == FILL_SECTION && l->field->kind == FORM_LIST);
}

static void stash(struct fill *f, const struct fill_line *l, const json_t *v)
{
	struct buf text = BUF_INIT;
	char *key = hidden_key(l->at);
	js_dump(&text, v, JS_COMPACT);
	js_set_str(f->draft->texts, key, buf_str(&text));
	free(key);
	buf_release(&text);
}

static int put_away(struct fill *f, const struct fill_line *l)
{
	const json_t *v = js_at(f->draft->answer, l->at);
	int keep = holds_value(l);
	if (!v || (!keep && l->what != FILL_FIELD))
		return 0;
	if (keep)
		stash(f, l, v);
	fill_put_new(f, l->at, NULL);
	return 1;
}

/* Lines of before that are no more; 1 when the answer changed. */
static int hide_lost(struct fill *f, const struct fill_line *was, size_t n)
{
	int changed = 0;
	json_t *now = line_set(f);
	for (size_t i = 0; i < n; i++) {
		if (was[i].what != FILL_ADD && !json_object_get(now, was[i].at))
			changed |= put_away(f, &was[i]);
	}
	json_decref(now);
	return changed;
}

void fill_stash_below(struct fill *f, const struct fill_line *l)
{
	size_t n = strlen(l->at);
	for (size_t i = 0; i < f->n; i++) {
		const struct fill_line *below = &f->line[i];
		if (strncmp(below->at, l->at, n) == 0 && below->at[n] == '/' &&
		    holds_value(below) && fill_value(f, below))
			stash(f, below, fill_value(f, below));
	}
}

static int bring_back(struct fill *f, const struct fill_line *l)
{
	char *key = hidden_key(l->at);
	const char *text = json_string_value(json_object_get(f->draft->texts, key));
	struct err no_matter = ERR_INIT;
	json_t *v = text ? js_parse_any(text, strlen(text), &js_limits_doc, &no_matter) : NULL;
	if (text)
		json_object_del(f->draft->texts, key);
	free(key);
	if (v)
		fill_put_new(f, l->at, v);
	return v != NULL;
}

/* A constant or a default belongs into an object that is there, and does not make one. */
static int parent_exists(const struct fill *f, const struct fill_line *l)
{
	const char *slash = strrchr(l->at, '/');
	if (!slash)
		return 1;
	char *parent = mem_strndup(l->at, (size_t)(slash - l->at));
	int there = js_at(f->draft->answer, parent) != NULL;
	free(parent);
	return there;
}

/* A required list without items is a list, and so is an object of optional members one. */
static int make_required(struct fill *f, const struct fill_line *l)
{
	if (!l->required || l->item || !parent_exists(f, l))
		return 0;
	fill_put_new(f, l->at, l->field->kind == FORM_LIST ? json_array() : json_object());
	return js_at(f->draft->answer, l->at) != NULL;
}

static int prefill(struct fill *f, const struct fill_line *l, int is_new)
{
	const struct form_field *field = l->field;
	if (l->what == FILL_SECTION)
		return make_required(f, l);
	if (l->what != FILL_FIELD || !field->fallback || field->decision)
		return 0;
	if (!is_new && field->kind != FORM_FIXED)
		return 0;
	if (!parent_exists(f, l))
		return 0;
	fill_put_new(f, l->at, json_deep_copy(field->fallback));
	return 1;
}

/* Lines that were not there before; 1 when the answer changed. */
static int fill_new(struct fill *f, const json_t *before, int first)
{
	int changed = 0;
	for (size_t i = 0; i < f->n; i++) {
		const struct fill_line *l = &f->line[i];
		int is_new = !json_object_get(before, l->at);
		if (!l->field || l->what == FILL_ADD || fill_value(f, l))
			continue;
		changed |= bring_back(f, l) || prefill(f, l, is_new && !first);
	}
	return changed;
}

static int has_text_line(const struct fill *f, const char *at)
{
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->line[i].at, at) == 0)
			return 1;
	}
	return 0;
}

/* What was typed into a line that is hidden now waits under "?POINTER", and comes back with it. */
static void move_hidden_texts(struct fill *f)
{
	json_t *texts = json_object(), *text;
	const char *key;
	json_object_foreach(f->draft->texts, key, text) {
		struct buf hidden = BUF_INIT;
		buf_addf(&hidden, "?%s", key);
		if (*key == '?' && has_text_line(f, key + 1))
			js_set_copy(texts, key + 1, text);
		else if (*key == '/' && !has_text_line(f, key))
			js_set_copy(texts, buf_str(&hidden), text);
		else
			js_set_copy(texts, key, text);
		buf_release(&hidden);
	}
	json_decref(f->draft->texts);
	f->draft->texts = texts;
}

void fill_refresh(struct fill *f, int hide)
{
	enum { ROUNDS = 16 }; /* each may reveal the next; a schema that swings stops here */
	int changed = 1, first = f->n == 0;
	for (int round = 0; changed && round < ROUNDS; round++) {
		struct fill_line *was = f->line;
		size_t nwas = f->n;
		json_t *before = line_set(f);
		f->line = NULL;
		f->n = 0;
		fill_build(f);
		changed = hide && hide_lost(f, was, nwas);
		if (!changed)
			changed = fill_new(f, before, first);
		first = 0;
		hide = 1;
		json_decref(before);
		free_lines(was, nwas);
	}
	move_hidden_texts(f);
	fill_check(f);
	f->dirty = 1;
}
