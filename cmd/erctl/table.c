#include "table.h"

#include <assert.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/safe.h"
#include "out.h"

void table_init(struct table *t, const char *const *head, size_t ncol, int state_col)
{
	assert(ncol <= TABLE_COLS);
	*t = (struct table){.head = head, .ncol = ncol, .state_col = state_col};
}

void table_add(struct table *t, const char *text, size_t n)
{
	struct buf b = BUF_INIT;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->cell = mem_grow(t->cell, t->cap, sizeof *t->cell);
	}
	safe_add(&b, text, n, SAFE_LINE);
	t->cell[t->n++] = mem_strdup(b.len ? buf_str(&b) : "-");
	buf_release(&b);
}

static void measure(const struct table *t, const struct out *o, int width[TABLE_COLS])
{
	int used = 0, columns = out_columns(o);
	for (size_t c = 0; c < t->ncol; c++)
		width[c] = safe_width(t->head[c]);
	for (size_t i = 0; i < t->n; i++) {
		int w = safe_width(t->cell[i]);
		if (w > width[i % t->ncol])
			width[i % t->ncol] = w;
	}
	for (size_t c = 0; c + 1 < t->ncol; c++)
		used += width[c] + 2;
	if (columns > 0 && used + width[t->ncol - 1] > columns)
		width[t->ncol - 1] = columns - used > 8 ? columns - used : 8;
}

static void add_cell(const struct table *t, const struct out *o, struct buf *line, const char *text,
                     size_t col, int width, enum style style)
{
	int last = col + 1 == t->ncol;
	buf_adds(line, style_on(o, style));
	if (last && safe_width(text) <= width)
		buf_adds(line, text);
	else
		safe_add_cols(line, text, width);
	buf_adds(line, style_off(o, style));
	buf_adds(line, last ? "\n" : "  ");
}

void table_print(struct table *t, struct out *o)
{
	int width[TABLE_COLS];
	struct buf line = BUF_INIT;
	if (t->n == 0)
		return;
	measure(t, o, width);
	for (size_t c = 0; c < t->ncol; c++)
		add_cell(t, o, &line, t->head[c], c, width[c], STYLE_DIM);
	for (size_t i = 0; i < t->n; i++) {
		size_t col = i % t->ncol;
		enum style style =
		    (int)col == t->state_col ? style_of_state(t->cell[i]) : STYLE_NONE;
		add_cell(t, o, &line, t->cell[i], col, width[col], style);
		if (col + 1 == t->ncol && line.len > 32768) {
			out_plain(o, buf_str(&line));
			buf_clear(&line);
		}
	}
	out_plain(o, buf_str(&line));
	buf_release(&line);
}

void table_release(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->cell[i]);
	free(t->cell);
	t->cell = NULL;
	t->n = t->cap = 0;
}
