/* model/form/form_rows.c -- the lines that a form has for one answer. */
#include "model/form/form_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"

/* ---- conditions ---- */

void judge_begin(struct judge *j, const struct form *f)
{
	size_t n = f->nwhens ? f->nwhens : 1;

	memset(j, 0, sizeof(*j));
	j->seen = mem_alloc(n * sizeof(*j->seen));
	j->verdict = mem_alloc(n);
	j->nothing = json_object();
}

void judge_end(struct judge *j)
{
	json_decref(j->nothing);
	free(j->host);
	free(j->seen);
	free(j->verdict);
}

void judge_push(struct judge *j, const json_t *value)
{
	if (j->nhost == j->room) {
		j->room = j->room ? j->room * 2 : 16;
		j->host = mem_grow(j->host, j->room, sizeof(*j->host));
	}
	j->host[j->nhost++] = value;
}

void judge_pop(struct judge *j)
{
	j->nhost--;
}

static int holds_one(struct judge *j, const struct when *w)
{
	const json_t *v = w->level < j->nhost ? j->host[w->level] : NULL;

	v = v && !json_is_null(v) ? v : j->nothing;
	if (j->seen[w->id] != v) {
		j->seen[w->id] = v;
		j->verdict[w->id] = schema_validate(w->w.test, v, NULL) == 0;
	}
	return j->verdict[w->id] != w->w.negate;
}

int judge_holds(struct judge *j, const struct form_when *when)
{
	for (; when; when = when->next)
		if (!holds_one(j, (const struct when *)when))
			return 0;
	return 1;
}

static int judge_needed(struct judge *j, const struct field *f)
{
	if (f->f.required)
		return 1;
	for (const struct need *n = f->need; n; n = n->next)
		if (judge_holds(j, n->when))
			return 1;
	return 0;
}

/* ---- rows ---- */

struct listing {
	const struct form *form;
	struct judge judge;
	struct rows_active *out;
	struct buf at;
	int depth;
};

/* What stands around a value. */
struct around {
	int active; /* it is there, or must be */
	int must;   /* one of the items that a list must have */
	size_t index;
};

static void put_value(struct listing *l, const struct form_field *f, const json_t *v,
                      struct around a);

static int is_needed(struct listing *l, const struct form_field *f, struct around a)
{
	return a.active && (a.must || judge_needed(&l->judge, inside(f)));
}

static void put_row(struct listing *l, enum form_row_kind kind, const struct form_field *f,
                    struct around a)
{
	struct rows_active *out = l->out;
	struct form_row row = {.kind = kind, .field = f, .depth = l->depth, .index = a.index};

	if (out->rows.n >= ROWS_MAX)
		return;
	if ((out->rows.n & (out->rows.n - 1)) == 0) {
		size_t room = out->rows.n ? out->rows.n * 2 : 1;

		out->rows.row = mem_grow(out->rows.row, room, sizeof(*out->rows.row));
		out->active = mem_grow(out->active, room, 1);
	}
	row.at = mem_strdup(buf_str(&l->at));
	row.required = kind != ROW_ADD && is_needed(l, f, a);
	out->active[out->rows.n] = (char)a.active;
	out->rows.row[out->rows.n++] = row;
}

static void cut(struct buf *b, size_t n)
{
	b->len = n;
	if (b->data)
		b->data[n] = '\0';
}

/* An earlier field of the same key stands here already. */
static int is_shown(struct listing *l, const struct form_field *section, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		const struct form_field *c = section->child[k];

		if (c->key && !strcmp(c->key, section->child[i]->key) &&
		    judge_holds(&l->judge, c->when))
			return 1;
	}
	return 0;
}

static void put_members(struct listing *l, const struct form_field *section, const json_t *v,
                        int active)
{
	size_t mark = l->at.len;
	struct around a = {.active = active};

	for (size_t i = 0; i < section->nchild; i++) {
		const struct form_field *c = section->child[i];

		if (!judge_holds(&l->judge, c->when) || (inside(c)->twin && is_shown(l, section, i)))
			continue;
		if (!c->key) { /* alternatives beside the members */
			put_value(l, c, v, a);
			continue;
		}
		js_pointer_add(&l->at, c->key);
		judge_push(&l->judge, json_object_get(v, c->key));
		put_value(l, c, json_object_get(v, c->key), a);
		judge_pop(&l->judge);
		cut(&l->at, mark);
	}
}

/* Those that are there; of a list that must be there also those that lack. */
static size_t count_items(const struct form_field *list, size_t n, int active)
{
	size_t fixed = list->nchild - (size_t)list->repeats;
	size_t show = n > fixed ? n : fixed;
	size_t least = list->min_items < ROWS_MIN_ITEMS ? list->min_items : ROWS_MIN_ITEMS;

	return active && show < least ? least : show;
}

static void put_items(struct listing *l, const struct form_field *list, const json_t *v, int active)
{
	size_t mark = l->at.len, n = json_array_size(v), show = count_items(list, n, active);

	for (size_t i = 0; i < show && l->out->rows.n < ROWS_MAX; i++) {
		const struct field *item = list_item(list, i);
		int must = i < list->min_items;

		if (!item)
			break;
		buf_addf(&l->at, "/%zu", i);
		judge_push(&l->judge, json_array_get(v, i));
		put_value(l, &item->f, json_array_get(v, i),
		          (struct around){.active = active && (i < n || must), .must = must, .index = i});
		judge_pop(&l->judge);
		cut(&l->at, mark);
	}
	if (list->repeats && n < list->max_items)
		put_row(l, ROW_ADD, list, (struct around){.active = active});
}

static void put_variant(struct listing *l, const struct form_field *f, const json_t *v,
                        struct around a)
{
	int i = form_variant_at(f, v);

	put_row(l, ROW_FIELD, f, a);
	if (i < 0)
		return;
	l->depth++;
	if (f->child[i]->kind == FORM_SECTION)
		put_members(l, f->child[i], v, 1);
	else
		put_value(l, f->child[i], v,
		          (struct around){.active = 1, .must = a.must, .index = a.index});
	l->depth--;
}

static void put_value(struct listing *l, const struct form_field *f, const json_t *v,
                      struct around a)
{
	int inner = (a.active && v && !json_is_null(v)) || is_needed(l, f, a);
	int heading = f->kind == FORM_LIST || (f->kind == FORM_SECTION && f->parent);

	if (f->kind == FORM_VARIANT) {
		put_variant(l, f, v, a);
		return;
	}
	if (f->kind != FORM_SECTION && f->kind != FORM_LIST) {
		put_row(l, ROW_FIELD, f, a);
		return;
	}
	if (heading) {
		put_row(l, ROW_SECTION, f, a);
		l->depth++;
	}
	if (f->kind == FORM_SECTION)
		put_members(l, f, v, inner);
	else
		put_items(l, f, v, inner);
	l->depth -= heading;
}

void rows_active(const struct form *f, const json_t *answer, struct rows_active *out)
{
	struct listing l = {.form = f, .out = out, .at = BUF_INIT};

	memset(out, 0, sizeof(*out));
	judge_begin(&l.judge, f);
	judge_push(&l.judge, answer);
	put_value(&l, &f->root->f, answer, (struct around){.active = 1});
	judge_end(&l.judge);
	buf_release(&l.at);
}

void rows_active_release(struct rows_active *r)
{
	form_rows_release(&r->rows);
	free(r->active);
	r->active = NULL;
}

void form_rows(const struct form *f, const json_t *answer, struct form_rows *out)
{
	struct rows_active r;

	rows_active(f, answer, &r);
	*out = r.rows;
	free(r.active);
}

void form_rows_release(struct form_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->row[i].at);
	free(rows->row);
	*rows = (struct form_rows){.n = 0};
}
