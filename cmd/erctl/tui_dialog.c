/* Dialogs stand above the footer, over whatever the view shows. */
#include "tui_widgets.h"

enum { DIALOG_ROWS_MAX = 16 };

static int top_row(int rows)
{
	int y = screen_body_rows() - rows;
	return y > 0 ? y : 0;
}

static void draw_view(struct screen_view v)
{
	if (v.draw)
		v.draw(v.ctx);
}

static void empty(void *ctx)
{
	(void)ctx;
	screen_clear();
}

/* The view below is drawn by ourselves; dialogs of dialogs do not occur. */
static struct screen_view view_below(void)
{
	struct screen_view below = screen_view((struct screen_view){empty, NULL});
	screen_view(below);
	return below;
}

static void draw_text(const char *title, struct area *a, int y)
{
	paint_text(y, 0, screen_cols(), PAINT_TITLE, "");
	paint_foreign(y, 1, screen_cols() - 1, PAINT_TITLE, title);
	area_draw(a, y + 1, 1, screen_body_rows() - y - 1, screen_cols() - 1);
	for (int i = y + 1; i < screen_body_rows(); i++)
		paint_fill(i, 0, 1, PAINT_PLAIN);
}

static size_t footer_of(const struct dialog_choice *choices, size_t n, struct footer_key *keys,
                        char names[][16])
{
	size_t i = 0;
	for (; i < n && i < 8; i++)
		keys[i] = (struct footer_key){screen_key_name(choices[i].key, names[i]),
		                              choices[i].what};
	keys[i] = (struct footer_key){"Esc", "back"};
	return i + 1;
}

/* The key chosen, SK_ESC, SK_END, or -1: draw again. */
static int choose_once(const char *title, struct area *a, const struct dialog_choice *choices,
                       size_t n)
{
	struct footer_key keys[9];
	char names[8][16];
	size_t nkeys = footer_of(choices, n, keys, names);
	int rows = (int)(a->n < DIALOG_ROWS_MAX ? a->n : DIALOG_ROWS_MAX);
	draw_view(view_below());
	draw_text(title, a, top_row(rows + 1));
	screen_footer(keys, nkeys);
	screen_cursor(screen_rows() - 1, 0);
	screen_show();
	int key = screen_key(1000);
	if (screen_pasted())
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (choices[i].key == key)
			return key;
	}
	return key == 'q' ? SK_ESC : key == SK_END || key == SK_ESC ? key : -1;
}

int dialog_choose_area(const char *title, struct area *a, const struct dialog_choice *choices,
                       size_t n)
{
	int key;
	while ((key = choose_once(title, a, choices, n)) < 0)
		;
	return key;
}

int dialog_choose(const char *title, const char *text, const struct dialog_choice *choices,
                  size_t n)
{
	int key = -1;
	while (key < 0) {
		struct area a;
		area_init(&a);
		area_add_foreign(&a, PAINT_PLAIN, "", text, screen_cols() - 2);
		key = choose_once(title, &a, choices, n);
		area_release(&a);
	}
	return key;
}

int dialog_confirm(const char *title, const char *text)
{
	static const struct dialog_choice yes[] = {{'y', "yes"}, {'n', "no"}};
	return dialog_choose(title, text, yes, 2) == 'y';
}

/* Label, hint, and the row where the input begins. */
static int draw_prompt(const char *label, const char *hint, int input_rows)
{
	int y = top_row(input_rows + 2);
	draw_view(view_below());
	paint_text(y, 0, screen_cols(), PAINT_TITLE, "");
	paint_foreign(y, 1, screen_cols() - 1, PAINT_TITLE, label);
	paint_text(y + 1, 0, 1, PAINT_PLAIN, "");
	paint_foreign(y + 1, 1, screen_cols() - 1, PAINT_DIM, hint ? hint : "");
	for (int i = 0; i < input_rows; i++)
		paint_fill(y + 2 + i, 0, screen_cols(), PAINT_PLAIN);
	return y + 2;
}

static void take_text(struct buf *text, const struct buf *typed)
{
	buf_clear(text);
	buf_add(text, buf_str(typed), typed->len);
}

/* 1, 0, -1 as dialog_line returns, or 2: go on. */
static int ends(int key, int accept)
{
	if (key == SK_END)
		return -1;
	if (screen_pasted())
		return 2;
	return key == accept ? 1 : key == SK_ESC ? 0 : 2;
}

int dialog_line(const char *label, const char *hint, struct buf *text, size_t max)
{
	static const struct footer_key keys[] = {{"Enter", "done"}, {"Esc", "back"}};
	struct line_edit e;
	int rc = 2;
	line_edit_init(&e, buf_str(text), max);
	while (rc == 2) {
		int y = draw_prompt(label, hint, 1);
		screen_footer(keys, 2);
		line_edit_draw(&e, y, 1, screen_cols() - 2, 1);
		screen_show();
		int key = screen_key(1000);
		rc = ends(key, SK_ENTER);
		if (rc == 2)
			line_edit_key(&e, key);
	}
	take_text(text, &e.text);
	line_edit_release(&e);
	return rc;
}

void dialog_page(const char *title, struct area *a)
{
	static const struct footer_key keys[] = {{"j k space b", "scroll"}, {"Esc", "back"}};
	for (;;) {
		screen_clear();
		draw_text(title, a, 0);
		screen_footer(keys, 2);
		screen_show();
		int key = screen_key(-1);
		if (key == SK_END)
			return;
		if (key == SK_RESIZE || key == SK_WATCH || screen_pasted())
			continue;
		if (area_key(a, key, screen_body_rows() - 1) == KEY_NOT_MINE)
			return;
	}
}
