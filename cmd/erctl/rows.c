#include "rows.h"

#include <stdint.h>

#include "base/mem.h"
#include "model/gold.h"
#include "model/state.h"

struct reading {
	const struct rows_filter *f;
	struct rows *out;
	int full; /* the first ${limit} rows are in order: worse ones need not be kept */
};

static enum state state_of(const struct index_row *row)
{
	char name[32];
	size_t n = row->len[IX_STATE];
	if (n >= sizeof name)
		return ST_NONE;
	memcpy(name, row->col[IX_STATE], n);
	name[n] = '\0';
	int s = state_by_name(name);
	return s < 0 ? ST_NONE : (enum state)s;
}

int rows_is_test(const struct index_row *row)
{
	return row->len[IX_FROM] == strlen(GOLD_FROM) &&
	       memcmp(row->col[IX_FROM], GOLD_FROM, row->len[IX_FROM]) == 0;
}

static int passes(const struct rows_filter *f, const struct index_row *row)
{
	if (!f->tests && rows_is_test(row))
		return 0;
	for (int c = 0; c < IX_COUNT; c++) {
		if (f->equal[c] && (strlen(f->equal[c]) != row->len[c] ||
		                    memcmp(f->equal[c], row->col[c], row->len[c]) != 0))
			return 0;
	}
	if (f->due_before && (row->len[IX_DUE] != strlen(f->due_before) ||
	                      memcmp(row->col[IX_DUE], f->due_before, row->len[IX_DUE]) >= 0))
		return 0;
	return f->states == 0 || (f->states & 1u << state_of(row)) != 0;
}

static int by_text(const struct index_row *x, const struct index_row *y, enum index_col c)
{
	size_t n = x->len[c] < y->len[c] ? x->len[c] : y->len[c];
	int d = memcmp(x->col[c], y->col[c], n);
	return d ? d : (x->len[c] > n) - (y->len[c] > n);
}

int rows_by_due(const void *a, const void *b)
{
	int d = by_text(a, b, IX_DUE);
	return d ? d : by_text(a, b, IX_ID);
}

int rows_newest(const void *a, const void *b)
{
	int d = by_text(b, a, IX_CREATED);
	return d ? d : by_text(b, a, IX_ID);
}

static void truncate_rows(struct rows *r, size_t n)
{
	while (r->n > n)
		free((char *)r->row[--r->n].col[0]);
}

static void keep(struct rows *out, const struct index_row *row)
{
	size_t total = 0;
	if (out->n == out->cap) {
		out->cap = out->cap ? 2 * out->cap : 256;
		out->row = mem_grow(out->row, out->cap, sizeof *out->row);
	}
	for (int c = 0; c < IX_COUNT; c++)
		total += row->len[c];
	char *p = mem_alloc(total + 1);
	struct index_row *to = &out->row[out->n++];
	for (int c = 0; c < IX_COUNT; c++) {
		memcpy(p, row->col[c], row->len[c]);
		to->col[c] = p;
		to->len[c] = row->len[c];
		p += row->len[c];
	}
}

static void order(const struct rows_filter *f, struct rows *out)
{
	if (out->n > 1)
		qsort(out->row, out->n, sizeof *out->row, f->order);
	truncate_rows(out, f->limit);
}

static int visit_open(void *ctx, const struct index_row *row)
{
	struct reading *r = ctx;
	struct rows *out = r->out;
	if (!passes(r->f, row))
		return 0;
	out->total++;
	if (r->f->limit == 0 || (r->full && r->f->order(row, &out->row[r->f->limit - 1]) > 0))
		return 0;
	keep(out, row);
	if (r->f->limit < SIZE_MAX / 2 && out->n == 2 * r->f->limit) {
		order(r->f, out);
		r->full = 1;
	}
	return 0;
}

static int visit_closed(void *ctx, const struct index_row *row)
{
	struct reading *r = ctx;
	if (!passes(r->f, row))
		return 0;
	r->out->total++;
	if (r->out->n < r->f->limit)
		keep(r->out, row);
	return 0;
}

int rows_read(const struct spool *s, const struct rows_filter *f, struct rows *out, struct err *err)
{
	struct reading r = {.f = f, .out = out};
	*out = (struct rows){.row = NULL};
	if (f->open && index_read_open(s, visit_open, &r, err) < 0)
		return -1;
	order(f, out);
	return f->closed ? index_read_closed(s, visit_closed, &r, err) : 0;
}

void rows_release(struct rows *r)
{
	truncate_rows(r, 0);
	free(r->row);
	*r = (struct rows){.row = NULL};
}

unsigned rows_states(const char *text)
{
	unsigned bits = 0;
	char word[32];
	while (*text) {
		size_t n = strcspn(text, ",");
		snprintf(word, sizeof word, "%.*s", (int)(n < 31 ? n : 31), text);
		int s = state_by_name(word);
		if (s > ST_NONE)
			bits |= 1u << s;
		text += n + (text[n] == ',');
	}
	return bits;
}
