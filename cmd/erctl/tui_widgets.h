/*
 * erctl/tui_widgets.h -- four widgets: a scroll area, a line editor, a text editor, dialogs.
 *
 * Rules      A widget draws where it is told and knows no task.  Its _key function takes one key of
 *            screen_key and says what it did, so that the caller keeps every key that it does not
 *            want.
 * Text       Editors hold UTF-8; the cursor steps over whole characters with their combining marks.
 *            Typed control characters are not taken; what is pasted is kept and shown safe.
 * Ownership  x_init fills, x_release frees.
 */
#ifndef ERCTL_TUI_WIDGETS_H
#define ERCTL_TUI_WIDGETS_H

#include "base/buf.h"
#include "tui_screen.h"

enum key_use {
	KEY_NOT_MINE, /* nothing happened */
	KEY_MOVED,    /* taken */
	KEY_CHANGED   /* the text is another: save the draft */
};

/* ---- scroll area: lines, already wrapped ---- */

struct area_line {
	char *text; /* owned, marked */
	enum paint paint;
	int tag;    /* the caller's, 0 at first */
};
struct area {
	struct area_line *line;
	/* .max 0: AREA_LINES_MAX; what comes after is not added, .full is set */
	size_t n, cap, max;
	size_t top;
	int full;
};
enum { AREA_LINES_MAX = 5000 };

void area_init(struct area *a);
void area_release(struct area *a); /* empty, .top 0 */
/* Foreign text, wrapped to ${cols}, ${prefix} (ours: "| ") in front of every line. */
void area_add_foreign(struct area *a, enum paint p, const char *prefix, const char *text, int cols);
/* Our own text; foreign parts in it are made safe. */
void area_addf(struct area *a, enum paint p, int cols, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void area_draw(struct area *a, int y, int x, int rows, int cols);
/* j k g G ^D ^U space b, arrows, PgUp PgDn Home End. */
enum key_use area_key(struct area *a, int key, int rows);

/* ---- one line ---- */

struct line_edit {
	struct buf text; /* valid UTF-8, no LF */
	size_t cursor;   /* byte offset */
	size_t max;      /* bytes */
	int left;        /* columns scrolled away */
};

void line_edit_init(struct line_edit *e, const char *text, size_t max); /* cursor at the end */
void line_edit_release(struct line_edit *e);
/* Characters, BACKSPACE, DELETE, ^W ^U ^K ^A ^E, arrows, Home, End.  Enter, Tab, Esc, up and down
 * are the caller's (pasted ones become a blank). */
enum key_use line_edit_key(struct line_edit *e, int key);
/* With ${focus} the cursor is put there. */
void line_edit_draw(struct line_edit *e, int y, int x, int cols, int focus);

/* ---- several lines ---- */

struct text_edit {
	struct buf text; /* valid UTF-8, LF between lines */
	size_t cursor;
	size_t max;
	size_t top;      /* wrapped lines scrolled away */
	int cols;        /* of the last draw: up and down follow the wrapped lines */
	int goal;        /* column that up and down aim at, -1: where the cursor is */
};

void text_edit_init(struct text_edit *e, const char *text, size_t max);
void text_edit_release(struct text_edit *e);
/* As line_edit_key, and Enter (a new line), up, down, PgUp, PgDn.  KEY_NOT_MINE for up in the first
 * and down in the last line, Tab, Esc. */
enum key_use text_edit_key(struct text_edit *e, int key);
int text_edit_rows(const struct text_edit *e, int cols); /* that it needs, at least 1 */
void text_edit_draw(struct text_edit *e, int y, int x, int rows, int cols, int focus);

/* ---- dialogs: above the footer, over the view ---- */

struct dialog_choice {
	int key;          /* '\n' may be one */
	const char *what; /* "send" */
};
/* Lines of ${text} (ours; foreign parts made safe with mark_adds) and the choices; the key chosen,
 * or SK_ESC (Esc, q), or SK_END. */
int dialog_choose(const char *title, const char *text, const struct dialog_choice *choices,
                  size_t n);
/* The same with lines that are wrapped already (to screen_cols() - 2). */
int dialog_choose_area(const char *title, struct area *a, const struct dialog_choice *choices,
                       size_t n);
/* 1: y.  0: anything else. */
int dialog_confirm(const char *title, const char *text);
/* One line of text below ${label}; ${text} holds the first value and the result, at most ${max}
 * bytes. 1 Enter, 0 left with Esc, -1 SK_END; in each case ${text} is what was typed. */
int dialog_line(const char *label, const char *hint, struct buf *text, size_t max);
/* Text of ours, scrolled, until a key that is not a scroll key. */
void dialog_page(const char *title, struct area *a);

#endif
