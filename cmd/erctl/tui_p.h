/*
 * erctl/tui_p.h -- between tui_screen.c, tui_keys.c and tui_paint.c only.
 */
#ifndef ERCTL_TUI_P_H
#define ERCTL_TUI_P_H

#include <signal.h>

enum { PASTE_BEGIN = 1000, PASTE_END }; /* above KEY_MAX */

struct tui_signals {
	volatile sig_atomic_t interrupt, end, stop, resized, continued;
};
extern struct tui_signals tui_signals;
extern int tui_pipe[2]; /* a byte for each signal, so that poll ends */

void tui_stop_now(void);    /* SIGTSTP's work: restore, stop, and on */
void tui_fit(void);         /* to the terminal's size */

void tui_colours(int colour); /* tui_paint.c: after initialisation */

#endif
