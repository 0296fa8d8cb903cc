/* The scroll area. */
#include <stdarg.h>

#include "base/mem.h"
#include "tui_widgets.h"

void area_init(struct area *a)
{
	*a = (struct area){.max = 0};
}

void area_release(struct area *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->line[i].text);
	free(a->line);
	*a = (struct area){.max = a->max};
}

static void add_line(struct area *a, enum paint p, const struct buf *text)
{
	if (a->n == (a->max ? a->max : AREA_LINES_MAX)) {
		a->full = 1;
		return;
	}
	if (a->n == a->cap) {
		a->cap = a->cap ? 2 * a->cap : 64;
		a->line = mem_grow(a->line, a->cap, sizeof *a->line);
	}
	a->line[a->n++] = (struct area_line){mem_strdup(buf_str(text)), p, 0};
}

void area_add_foreign(struct area *a, enum paint p, const char *prefix, const char *text, int cols)
{
	struct buf marked = BUF_INIT, line = BUF_INIT;
	int room = cols - safe_width(prefix);
	mark_adds(&marked, text, SAFE_TEXT);
	const char *s = buf_str(&marked);
	do {
		size_t skip, n = mark_wrap(s, room > 1 ? room : 1, &skip);
		buf_clear(&line);
		buf_adds(&line, prefix);
		buf_add(&line, s, n);
		add_line(a, p, &line);
		s += n + skip;
	} while (*s && !a->full);
	buf_release(&line);
	buf_release(&marked);
}

void area_addf(struct area *a, enum paint p, int cols, const char *fmt, ...)
{
	struct buf raw = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&raw, fmt, ap);
	va_end(ap);
	area_add_foreign(a, p, "", buf_str(&raw), cols);
	buf_release(&raw);
}

static void keep_inside(struct area *a, int rows)
{
	size_t room = rows > 0 ? (size_t)rows : 1;
	size_t last = a->n > room ? a->n - room : 0;
	if (a->top > last)
		a->top = last;
}

void area_draw(struct area *a, int y, int x, int rows, int cols)
{
	keep_inside(a, rows);
	for (int i = 0; i < rows; i++) {
		size_t at = a->top + (size_t)i;
		if (at < a->n)
			paint_text(y + i, x, cols, a->line[at].paint, a->line[at].text);
		else
			paint_fill(y + i, x, cols, PAINT_PLAIN);
	}
}

enum key_use area_key(struct area *a, int key, int rows)
{
	size_t page = rows > 2 ? (size_t)rows - 1 : 1, half = page / 2 + 1, by = 0;
	int up = 0;
	switch (key) {
	case 'k': case SK_UP: up = 1; by = 1; break;
	case 'j': case SK_DOWN: by = 1; break;
	case SK_CTRL_U: up = 1; by = half; break;
	case SK_CTRL_D: by = half; break;
	case 'b': case SK_PGUP: up = 1; by = page; break;
	case ' ': case SK_PGDN: by = page; break;
	case 'g': case SK_HOME: up = 1; by = a->n; break;
	case 'G': case SK_END_LINE: by = a->n; break;
	default: return KEY_NOT_MINE;
	}
	if (up)
		a->top = a->top > by ? a->top - by : 0;
	else
		a->top += by;
	keep_inside(a, rows);
	return KEY_MOVED;
}
