/* The editor of several lines: what is shown is the text wrapped, so up and down follow the
 * wrapping. */
#include "tui_edit.h"
#include "tui_widgets.h"

/* One wrapped line of the text: bytes [from, to); what is between two lines (a blank, LF) is in
 * none. */
struct row {
	size_t from, to;
};

static void text_edit_set(struct text_edit *e, const char *text)
{
	edit_set(&e->text, text, e->max, 0);
	e->cursor = e->text.len;
	e->top = 0;
	e->goal = -1;
}

void text_edit_init(struct text_edit *e, const char *text, size_t max)
{
	*e = (struct text_edit){.max = max, .goal = -1, .cols = 80};
	text_edit_set(e, text);
}

void text_edit_release(struct text_edit *e)
{
	buf_release(&e->text);
}

static int width_of(const struct buf *b, size_t from, size_t to)
{
	struct buf m = BUF_INIT;
	if (from >= to)
		return 0;
	if (to == from + 1 && b->data[from] >= ' ' && b->data[from] < 127)
		return 1; /* nearly always: a long text is measured with every key */
	mark_bytes(&m, b->data + from, to - from, SAFE_LINE);
	int w = mark_width(buf_str(&m));
	buf_release(&m);
	return w;
}

/* The row that begins at ${from}; *next: where the following begins, SIZE_MAX: there is none. */
static struct row row_at(const struct buf *b, size_t from, int cols, size_t *next)
{
	size_t at = from, blank = 0;
	int col = 0;
	while (at < b->len && b->data[at] != '\n') {
		size_t end = edit_next(b, at);
		int w = width_of(b, at, end);
		if (col + w > cols && at > from) {
			size_t cut = blank > from ? blank : at;
			*next = cut;
			return (struct row){from, cut};
		}
		if (b->data[at] == ' ')
			blank = end;
		col += w;
		at = end;
	}
	*next = at < b->len ? at + 1 : SIZE_MAX;
	return (struct row){from, at};
}

/* The row with the cursor, and its number; a cursor where a line was broken is in the later row. */
static struct row row_of_cursor(const struct text_edit *e, int cols, size_t *number)
{
	size_t next = 0, n = 0;
	struct row r;
	for (;;) {
		r = row_at(&e->text, next, cols, &next);
		if (next == SIZE_MAX || e->cursor < next)
			break;
		n++;
	}
	*number = n;
	return r;
}

static struct row row_number(const struct text_edit *e, int cols, size_t number)
{
	size_t next = 0;
	struct row r = row_at(&e->text, 0, cols, &next);
	while (number-- > 0 && next != SIZE_MAX)
		r = row_at(&e->text, next, cols, &next);
	return r;
}

int text_edit_rows(const struct text_edit *e, int cols)
{
	size_t next = 0;
	int n = 0;
	while (next != SIZE_MAX) {
		row_at(&e->text, next, cols - 1, &next);
		n++;
	}
	return n;
}

static enum key_use move_rows(struct text_edit *e, long by)
{
	size_t number;
	struct row r = row_of_cursor(e, e->cols, &number);
	long last = text_edit_rows(e, e->cols + 1) - 1, want = (long)number + by;
	if (e->goal < 0)
		e->goal = width_of(&e->text, r.from, e->cursor);
	want = want < 0 ? 0 : want > last ? last : want;
	if (want == (long)number)
		return KEY_NOT_MINE;
	r = row_number(e, e->cols, (size_t)want);
	size_t at = r.from;
	while (at < r.to && width_of(&e->text, r.from, edit_next(&e->text, at)) <= e->goal)
		at = edit_next(&e->text, at);
	if (at == r.to && at > r.from && want < last && e->text.data[at] != '\n')
		at = edit_prev(&e->text, at); /* the end of a broken line is the next row */
	e->cursor = at;
	return KEY_MOVED;
}

static enum key_use insert_line(struct text_edit *e)
{
	if (!edit_insert(&e->text, &e->cursor, '\n', e->max)) {
		screen_bell();
		return KEY_MOVED;
	}
	return KEY_CHANGED;
}

enum key_use text_edit_key(struct text_edit *e, int key)
{
	size_t from = e->cursor, to = e->cursor;
	if (key == SK_UP || key == SK_DOWN)
		return move_rows(e, key == SK_UP ? -1 : 1);
	if (key == SK_PGUP || key == SK_PGDN)
		return move_rows(e, key == SK_PGUP ? -10 : 10);
	e->goal = -1;
	if (key == SK_ENTER)
		return insert_line(e);
	if (screen_pasted() && key == '\t')
		key = ' ';
	while (from > 0 && e->text.data[from - 1] != '\n')
		from--;
	while (to < e->text.len && e->text.data[to] != '\n')
		to++;
	struct edit_line line = {&e->text, &e->cursor, from, to, e->max};
	return (enum key_use)edit_key(&line, key);
}

void text_edit_draw(struct text_edit *e, int y, int x, int rows, int cols, int focus)
{
	size_t number, next = 0;
	struct buf m = BUF_INIT;
	if (rows < 1 || cols < 2)
		return;
	e->cols = cols - 1; /* the cursor behind the last character has room */
	struct row here = row_of_cursor(e, e->cols, &number);
	if (number < e->top)
		e->top = number;
	if (number >= e->top + (size_t)rows)
		e->top = number - (size_t)rows + 1;
	for (size_t i = 0; i < e->top + (size_t)rows; i++) {
		struct row r = {0, 0};
		if (next != SIZE_MAX)
			r = row_at(&e->text, next, e->cols, &next);
		if (i < e->top)
			continue;
		buf_clear(&m);
		mark_bytes(&m, buf_str(&e->text) + r.from, r.to - r.from, SAFE_LINE);
		paint_text(y + (int)(i - e->top), x, cols, PAINT_INPUT, buf_str(&m));
	}
	if (focus)
		screen_cursor(y + (int)(number - e->top),
		              x + width_of(&e->text, here.from, e->cursor));
	buf_release(&m);
}
