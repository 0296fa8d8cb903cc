/*
 * erctl/tui_form_p.h -- private to tui_form*.c: the full-screen form.
 *
 * Purpose    One line per field, the one in focus opened up: its editor or its choices, what the
 *            schema says of it, what is wrong with it.  No modes: what is typed goes into the line
 *            in focus, commands are control keys.
 * Loss       The draft is saved before the screen is drawn, and it is drawn when no key waits: what
 *            a killed terminal showed is in the draft.  While keys come faster than that (pasted
 *            text) it is saved every FORM_SAVE_MS.
 */
#ifndef ERCTL_TUI_FORM_P_H
#define ERCTL_TUI_FORM_P_H

#include "fill.h"
#include "tui.h"
#include "tui_widgets.h"

enum { FORM_SAVE_MS = 500, FORM_SHOWN_CHOICES = 9, FORM_EDITOR_ROWS = 8 };

enum form_editor { EDITOR_NONE, EDITOR_LINE, EDITOR_TEXT };

struct tui_form {
	struct fill f;
	size_t at;               /* the line in focus; f.n: the button below them all */
	enum form_editor editor; /* which of the two is in use for it */
	struct line_edit line;
	struct text_edit text;
	size_t mark;             /* choices: the one pointed at */
	char typed[32];          /* choices: the beginning of a name */
	int top;                 /* rows scrolled away */
	int64_t saved_ms;
	int warned;              /* that the draft cannot be kept */
	enum form_end *end;
};

/* ---- tui_form_draw.c ---- */

void tui_form_draw(void *form); /* a screen_fn */

/* ---- tui_form_line.c: the line in focus ---- */

/* Put the focus there: an editor with its text. */
void tui_form_focus(struct tui_form *t, size_t i);
/* What was typed becomes a value, if it is one. */
void tui_form_leave_line(struct tui_form *t);
/* Leave and go ${step} lines on, to one that asks. */
void tui_form_go(struct tui_form *t, int step);
/* After a change of the answer by ${what} at ${at}: the same line again, or what became of it. */
void tui_form_follow(struct tui_form *t, enum fill_what what, const char *at);
/* 1: the key was for the line. */
int tui_form_line_key(struct tui_form *t, int key);

/* ---- tui_form_end.c: what stands in front of the form ---- */

enum form_go { GO_ON, GO_LEAVE /* t->end is set */ };
void tui_form_task(struct tui_form *t);
void tui_form_help(struct tui_form *t);
enum form_go tui_form_more(struct tui_form *t);
/* Check; the first that is wrong, or the summary and the question. */
enum form_go tui_form_review(struct tui_form *t);
/* The item that the line in focus is, or is inside of; f.n: none. */
size_t tui_form_item_around(const struct tui_form *t);
void tui_form_item(struct tui_form *t);
void tui_form_edit(struct tui_form *t);

#endif
