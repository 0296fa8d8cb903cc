#include "rows.h"

#include "base/mem.h"
#include "model/state.h"

struct reading {
	const struct rows_filter *f;
	struct rows *out;
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

static int passes(const struct rows_filter *f, const struct index_row *row)
{
	for (int c = 0; c < IX_COUNT; c++) {
		if (f->equal[c] && (strlen(f->equal[c]) != row->len[c] ||
		                    memcmp(f->equal[c], row->col[c], row->len[c]) != 0))
			return 0;
	}
	return f->states == 0 || (f->states & 1u << state_of(row)) != 0;
}

/* The columns lie side by side in the index: one copy takes them all. */
static void keep(struct rows *out, const struct index_row *row)
{
	size_t total = 0;
	if (out->n == out->cap) {
		out->cap = out->cap ? 2 * out->cap : 256;
		out->row = mem_grow(out->row, out->cap, sizeof *out->row);
		out->text = mem_grow(out->text, out->cap, sizeof *out->text);
	}
	for (int c = 0; c < IX_COUNT; c++)
		total += row->len[c];
	char *p = mem_alloc(total + 1);
	struct index_row *to = &out->row[out->n];
	out->text[out->n++] = p;
	for (int c = 0; c < IX_COUNT; c++) {
		memcpy(p, row->col[c], row->len[c]);
		to->col[c] = p;
		to->len[c] = row->len[c];
		p += row->len[c];
	}
}

static int visit(void *ctx, const struct index_row *row)
{
	struct reading *r = ctx;
	if (passes(r->f, row))
		keep(r->out, row);
	return 0;
}

static int by_due(const void *a, const void *b)
{
	const struct index_row *x = a, *y = b;
	size_t n = x->len[IX_DUE] < y->len[IX_DUE] ? x->len[IX_DUE] : y->len[IX_DUE];
	int d = memcmp(x->col[IX_DUE], y->col[IX_DUE], n);
	if (d == 0)
		d = (x->len[IX_DUE] > n) - (y->len[IX_DUE] > n);
	if (d == 0 && x->len[IX_ID] == y->len[IX_ID])
		d = memcmp(x->col[IX_ID], y->col[IX_ID], x->len[IX_ID]);
	return d;
}

int rows_read(const struct spool *s, const struct rows_filter *f, struct rows *out, struct err *err)
{
	struct reading r = {.f = f, .out = out};
	*out = (struct rows){.row = NULL};
	if (f->open) {
		if (index_read_open(s, visit, &r, err) < 0)
			return -1;
		if (out->n > 1)
			qsort(out->row, out->n, sizeof *out->row, by_due);
	}
	return f->closed ? index_read_closed(s, visit, &r, err) : 0;
}

void rows_release(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->text[i]);
	free(r->text);
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
