/*
 * erctl/tui.h -- the full-screen views, and the only files that know ncurses (tui*.c).
 *
 * Linking    tui*.c is in the program erctl-tui only; in erctl the same functions become it
 *            (handover.h), so a caller writes tui_usable and tui_form as if they were here.
 * Rules      Nothing foreign reaches the screen but through base/safe.h.  Everything can be done by
 *            keys; the footer shows those valid now, a disabled one says why.  Works at 80x24 and
 *            up (smaller: says so), with and without colour, through resizes, in tmux.
 * Loss       What is typed is in a draft (draft.h) before the next key is read; SIGHUP, SIGTERM and
 *            a dead terminal end the program with the draft kept and the terminal restored.
 * Errors     FAIL_USAGE: no terminal, or TERM unusable (the caller falls back to lines).
 */
#ifndef ERCTL_TUI_H
#define ERCTL_TUI_H

#include <jansson.h>

struct draft;
struct err;
struct form;
struct form_about;
struct run;

/* 1 when terminal_asks, the terminal can do it, and nobody asked for lines (--line, ER_ACCESSIBLE,
 * TERM=dumb). */
int tui_usable(const struct run *r);
/* 1 when there is somebody at a terminal who may be asked, full screen or not: standard input,
 * output and error are terminals, the format is text, and none of --plain, --no-input, ER_NO_INPUT,
 * CI. */
int terminal_asks(const struct run *r);

/* The inbox, until the user leaves. */
int tui_inbox(struct run *r, struct err *err);

enum form_end {
	FORM_SUBMIT,
	FORM_KEEP,    /* leave, the draft stays */
	FORM_EDITOR,  /* go on in $EDITOR */
	FORM_GIVE_UP, /* the user threw the draft away */
};

/* Fill in ${form} into draft->answer, saving the draft on the way; starts the screen when it is not
 * on yet, and leaves it as it found it.  -1 with *err. */
int tui_form(struct run *r, const struct form *form, const struct form_about *about,
             struct draft *draft, enum form_end *end, struct err *err);
/* The same with plain prompts, one line a field: ssh, screen readers, TERM=dumb. */
int line_form(struct run *r, const struct form *form, const struct form_about *about,
              struct draft *draft, enum form_end *end, struct err *err);

#endif
