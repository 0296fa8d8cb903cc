/*
 * erctl/tui_screen.h -- the terminal as one screen: start and stop, keys, safe drawing.  The
 * widgets on top of it are in tui_widgets.h.
 *
 * Order      screen_start; then, in a loop, draw everything from row 0 (screen_clear, paint_*,
 *            screen_footer, screen_show) and wait in screen_key.  ncurses sends only what changed,
 *            so drawing all of it costs nothing.  screen_stop.
 * Views      What is on the screen belongs to the view set with screen_view; a dialog draws it
 *            again below itself after a resize.  Put the old one back on leaving.
 * Marked     Text for paint_text is *marked*: made by mark_adds from foreign text (escapes between
 *            two marks, shown in reverse video) or written by us in plain UTF-8.  Never anything
 *            else.
 * Signals    SIGHUP, SIGTERM, SIGINT and a terminal that is gone come as SK_END, again and again:
 *            save and leave.  SIGTSTP stops with the terminal restored, SIGCONT draws again.  A bug
 *            that ends the process restores the terminal, too.
 * Limits     SCREEN_WATCHES descriptors.  Below SCREEN_MIN_ROWS x SCREEN_MIN_COLS screen_show shows
 *            a message instead of what was drawn; keys go on working.
 * Threads    One screen per process.
 */
#ifndef ERCTL_TUI_SCREEN_H
#define ERCTL_TUI_SCREEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/safe.h"

struct buf;
struct err;

enum { SCREEN_MIN_ROWS = 8, SCREEN_MIN_COLS = 40, SCREEN_WATCHES = 64 };

/* 0, also when it is on already; FAIL_USAGE when TERM cannot do it.  With ${colour} 0 attributes
 * only. */
int screen_start(int colour, struct err *err);
void screen_stop(void); /* also when it is off */
int screen_on(void);
/* For an editor or a pager: the terminal as it was before, and back again. */
void screen_suspend(void);
void screen_resume(void);
/* Run a program (found on PATH) on the terminal, with ${input} on stdin when it is not NULL; with
 * ${pause} what it wrote stays until Enter.  Its exit status, or -1. */
struct screen_child {
	char *const *argv;
	const char *input;
	size_t n;
	int pause;
};
int screen_run(const struct screen_child *c, struct err *err);

int screen_rows(void);
int screen_cols(void);

/* ---- keys ---- */

/* A key is a code point (1..31: control keys, '\t', '\n' for Enter, 27 for Esc), or one of these.
 * */
enum screen_key {
	SK_BASE = 0x110000,
	SK_TICK,   /* nothing until the time given */
	SK_WATCH,  /* a descriptor was served, or the background did something: draw again */
	SK_RESIZE, /* draw again */
	SK_END,    /* save and leave */
	SK_UP, SK_DOWN, SK_LEFT, SK_RIGHT, SK_PGUP, SK_PGDN, SK_HOME, SK_END_LINE, SK_BACKSPACE,
	SK_DELETE, SK_BACKTAB, SK_F1, SK_OTHER
};
enum { SK_ENTER = '\n', SK_ESC = 27, SK_CTRL_A = 1, SK_CTRL_C = 3, SK_CTRL_D = 4, SK_CTRL_E = 5,
       SK_CTRL_K = 11, SK_CTRL_L = 12, SK_CTRL_U = 21, SK_CTRL_W = 23 };

/* Wait for the next key, at most ${ms} (< 0: no limit). */
int screen_key(int ms);
/* 1 while the key just read came out of pasted text: an editor takes it as text (also '\n'),
 * nothing else may act on it. */
int screen_pasted(void);
/* "Enter", "^D", "a": for help and footer.  ${out} has 16 bytes; returns out. */
char *screen_key_name(int key, char *out);

/* While waiting for keys, call ${fn} when ${fd} is readable; it must take what is there. */
typedef void screen_fn(void *ctx);
int screen_watch(int fd, screen_fn *fn, void *ctx); /* -1: too many */
void screen_unwatch(int fd);
/* Called before each wait; returns after how many ms at the latest it wants to be called again (<
 * 0: never by itself), and sets *changed when the screen must be drawn again.  NULL: none. */
typedef int screen_background_fn(void *ctx, int *changed);
void screen_background(screen_background_fn *fn, void *ctx);

/* ---- drawing ---- */

struct screen_view {
	screen_fn *draw; /* everything but screen_show */
	void *ctx;
};
/* Returns the view until now. */
struct screen_view screen_view(struct screen_view v);

enum paint {
	PAINT_PLAIN, PAINT_DIM, PAINT_BOLD, PAINT_TITLE /* a bar */, PAINT_SELECTED, PAINT_KEY,
	PAINT_GOOD, PAINT_BAD, PAINT_WAIT, PAINT_BUSY, PAINT_INPUT /* a field to type in */,
	PAINT_COUNT
};

void screen_clear(void);
void screen_show(void);
void screen_redraw(void); /* the view's draw, and screen_show */
void screen_cursor(int y, int x); /* show it there; hidden after each screen_clear */
void screen_bell(void);

/* Exactly ${cols} columns at row ${y}, column ${x}: cut ("…") or filled with blanks.  Outside the
 * screen: nothing. */
void paint_text(int y, int x, int cols, enum paint p, const char *marked);
void paint_foreign(int y, int x, int cols, enum paint p, const char *text);
void paint_format(int y, int x, int cols, enum paint p, const char *fmt, ...)
    __attribute__((format(printf, 5, 6))); /* foreign parts are made safe: one line */
void paint_fill(int y, int x, int cols, enum paint p);
void paint_vline(int y, int x, int rows);

/* ---- marked text ---- */

/* Append foreign text made safe.  SAFE_TEXT keeps LF, and TAB as blanks; SAFE_LINE is one line. */
void mark_bytes(struct buf *out, const char *text, size_t n, enum safe_flags flags);
void mark_adds(struct buf *out, const char *text, enum safe_flags flags);
int mark_width(const char *marked);
/* The bytes of ${marked} that fit into ${cols} columns, broken at blanks where possible or after
 * LF; *skip: bytes between them and the next line (the blank, the LF).  At least one character. */
size_t mark_wrap(const char *marked, int cols, size_t *skip);

/* ---- the last two rows: one sentence, and the keys ---- */

struct footer_key {
	const char *key;  /* "Enter" */
	const char *what; /* "save" */
};
/* As many as fit. */
void screen_footer(const struct footer_key *keys, size_t n);
/* The sentence above the footer; foreign parts are made safe.  It stays until the next one, or "".
 * */
void screen_status(enum paint p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The rows above these two. */
int screen_body_rows(void);

#endif
