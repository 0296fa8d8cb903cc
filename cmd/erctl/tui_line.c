/* The editor of one line. */
#include "tui_edit.h"
#include "tui_widgets.h"

static void line_edit_set(struct line_edit *e, const char *text)
{
	edit_set(&e->text, text, e->max, 1);
	e->cursor = e->text.len;
	e->left = 0;
}

void line_edit_init(struct line_edit *e, const char *text, size_t max)
{
	*e = (struct line_edit){.max = max};
	line_edit_set(e, text);
}

void line_edit_release(struct line_edit *e)
{
	buf_release(&e->text);
}

enum key_use line_edit_key(struct line_edit *e, int key)
{
	struct edit_line line = {&e->text, &e->cursor, 0, e->text.len, e->max};
	if (screen_pasted() && key < ' ')
		key = ' ';
	return (enum key_use)edit_key(&line, key);
}

void line_edit_draw(struct line_edit *e, int y, int x, int cols, int focus)
{
	struct buf before = BUF_INIT, shown = BUF_INIT;
	if (cols < 2)
		return;
	mark_bytes(&before, buf_str(&e->text), e->cursor, SAFE_LINE);
	int at = mark_width(buf_str(&before));
	if (at < e->left)
		e->left = at > cols / 2 ? at - cols / 2 : 0;
	if (at - e->left > cols - 1)
		e->left = at - (cols - 1);
	/* from the first character that begins at or right of the columns scrolled away */
	size_t from = 0;
	int gone = 0;
	while (gone < e->left && from < e->text.len) {
		size_t next = edit_next(&e->text, from);
		buf_clear(&shown);
		mark_bytes(&shown, e->text.data + from, next - from, SAFE_LINE);
		gone += mark_width(buf_str(&shown));
		from = next;
	}
	buf_clear(&shown);
	mark_bytes(&shown, buf_str(&e->text) + from, e->text.len - from, SAFE_LINE);
	paint_text(y, x, cols, PAINT_INPUT, buf_str(&shown));
	if (focus)
		screen_cursor(y, x + at - gone < x ? x : x + at - gone);
	buf_release(&before);
	buf_release(&shown);
}
