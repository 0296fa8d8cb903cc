/* tests/unit/cmd_edit.c -- the editors of the full screen, without a screen. */
#include "../../cmd/erctl/tui_edit.c"
#include "../../cmd/erctl/tui_line.c"
#include "../../cmd/erctl/tui_text.c"
#include "kit.h"

static int pasted, bells, cursor_y, cursor_x;
static char row[16][128];

int screen_pasted(void)
{
	return pasted;
}

void screen_bell(void)
{
	bells++;
}

void screen_cursor(int y, int x)
{
	cursor_y = y;
	cursor_x = x;
}

void mark_bytes(struct buf *out, const char *text, size_t n, enum safe_flags flags)
{
	safe_add(out, text, n, flags);
}

int mark_width(const char *marked)
{
	return safe_width(marked);
}

void paint_text(int y, int x, int cols, enum paint p, const char *marked)
{
	(void)x;
	(void)cols;
	(void)p;
	snprintf(row[y], sizeof row[y], "%s", marked);
}

static void type_line(struct line_edit *e, const char *text)
{
	size_t n = strlen(text);
	unsigned cp;
	for (size_t i = 0; i < n; i += (size_t)utf8_next(text + i, n - i, &cp)) {
		utf8_next(text + i, n - i, &cp);
		ck_assert_int_eq(line_edit_key(e, (int)cp), KEY_CHANGED);
	}
}

START_TEST(line_moves_by_characters)
{
	struct line_edit e;
	line_edit_init(&e, "", 100);
	type_line(&e, "grüne e\xcc\x81t\xe6\xbc\xa2");
	ck_assert_str_eq(buf_str(&e.text), "grüne e\xcc\x81t\xe6\xbc\xa2");
	line_edit_key(&e, SK_BACKSPACE);
	line_edit_key(&e, SK_LEFT);
	line_edit_key(&e, SK_BACKSPACE); /* a base goes with its mark */
	ck_assert_str_eq(buf_str(&e.text), "grüne t");
	line_edit_key(&e, SK_HOME);
	line_edit_key(&e, SK_DELETE);
	ck_assert_str_eq(buf_str(&e.text), "rüne t");
	line_edit_key(&e, SK_END_LINE);
	line_edit_key(&e, SK_CTRL_W);
	ck_assert_str_eq(buf_str(&e.text), "rüne ");
	line_edit_key(&e, SK_CTRL_U);
	ck_assert_str_eq(buf_str(&e.text), "");
	ck_assert_int_eq(line_edit_key(&e, SK_BACKSPACE), KEY_MOVED);
	ck_assert_int_eq(line_edit_key(&e, SK_ENTER), KEY_NOT_MINE);
	ck_assert_int_eq(line_edit_key(&e, SK_UP), KEY_NOT_MINE);
	line_edit_release(&e);
}
END_TEST

START_TEST(line_has_a_maximum_and_is_utf8)
{
	struct line_edit e;
	line_edit_init(&e, "ab\xff\xc3(\nc", 5);
	ck_assert_str_eq(buf_str(&e.text), "ab( c");
	bells = 0;
	ck_assert_int_eq(line_edit_key(&e, 'x'), KEY_MOVED);
	ck_assert_int_eq(bells, 1);
	line_edit_set(&e, "abcd");
	ck_assert_int_eq(line_edit_key(&e, 0xfc), KEY_MOVED); /* two bytes */
	ck_assert_int_eq(line_edit_key(&e, 0xd800), KEY_MOVED);
	ck_assert_str_eq(buf_str(&e.text), "abcd");
	pasted = 1;
	ck_assert_int_eq(line_edit_key(&e, '\n'), KEY_CHANGED);
	pasted = 0;
	ck_assert_str_eq(buf_str(&e.text), "abcd ");
	line_edit_release(&e);
}
END_TEST

START_TEST(line_scrolls_with_the_cursor)
{
	struct line_edit e;
	line_edit_init(&e, "0123456789abcdef", 100);
	line_edit_draw(&e, 0, 1, 8, 1);
	ck_assert_str_eq(row[0], "9abcdef");
	ck_assert_int_eq(cursor_x, 8);
	line_edit_key(&e, SK_HOME);
	line_edit_draw(&e, 0, 1, 8, 1);
	ck_assert_str_eq(row[0], "0123456789abcdef"); /* cut by who paints */
	ck_assert_int_eq(cursor_x, 1);
	line_edit_release(&e);
}
END_TEST

START_TEST(text_wraps_and_moves_in_rows)
{
	struct text_edit e;
	text_edit_init(&e, "one two three\nfour", 100);
	text_edit_draw(&e, 0, 0, 5, 9, 1); /* eight columns and the cursor */
	ck_assert_str_eq(row[0], "one two ");
	ck_assert_str_eq(row[1], "three");
	ck_assert_str_eq(row[2], "four");
	ck_assert_int_eq(cursor_y, 2);
	ck_assert_int_eq(cursor_x, 4);
	ck_assert_int_eq(text_edit_rows(&e, 9), 3);
	ck_assert_int_eq(text_edit_key(&e, SK_DOWN), KEY_NOT_MINE);
	ck_assert_int_eq(text_edit_key(&e, SK_UP), KEY_MOVED);
	ck_assert_uint_eq(e.cursor, strlen("one two thre"));
	ck_assert_int_eq(text_edit_key(&e, SK_UP), KEY_MOVED);
	ck_assert_uint_eq(e.cursor, strlen("one "));
	ck_assert_int_eq(text_edit_key(&e, SK_UP), KEY_NOT_MINE);
	ck_assert_int_eq(text_edit_key(&e, SK_ENTER), KEY_CHANGED);
	ck_assert_str_eq(buf_str(&e.text), "one \ntwo three\nfour");
	text_edit_key(&e, SK_END_LINE);
	text_edit_key(&e, SK_CTRL_U);
	ck_assert_str_eq(buf_str(&e.text), "one \n\nfour");
	ck_assert_int_eq(text_edit_key(&e, '\t'), KEY_NOT_MINE);
	text_edit_release(&e);
}
END_TEST

START_TEST(text_of_nothing)
{
	struct text_edit e;
	text_edit_init(&e, NULL, 10);
	text_edit_draw(&e, 0, 0, 2, 10, 1);
	ck_assert_int_eq(cursor_y, 0);
	ck_assert_int_eq(text_edit_key(&e, SK_BACKSPACE), KEY_MOVED);
	ck_assert_int_eq(text_edit_key(&e, SK_DELETE), KEY_MOVED);
	ck_assert_int_eq(text_edit_key(&e, SK_UP), KEY_NOT_MINE);
	text_edit_release(&e);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cmd_edit");
	TCase *c = tcase_create("all");
	tcase_add_test(c, line_moves_by_characters);
	tcase_add_test(c, line_has_a_maximum_and_is_utf8);
	tcase_add_test(c, line_scrolls_with_the_cursor);
	tcase_add_test(c, text_wraps_and_moves_in_rows);
	tcase_add_test(c, text_of_nothing);
	suite_add_tcase(s, c);
	return kit_run(s);
}
