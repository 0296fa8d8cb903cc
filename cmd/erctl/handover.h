/*
 * erctl/handover.h -- erctl and erctl-tui: one program built twice.
 *
 * Purpose    Everyday verbs must not load ncurses.  So erctl is linked without the views (tui*.c)
 *            and erctl-tui with them; both have every verb.  Where a view is needed, erctl becomes
 *            erctl-tui with the words it was given, which comes to the same place again.
 * Method     In erctl handover.c defines tui_inbox and tui_form: they execute erctl-tui, beside
 *            erctl itself (as built) or in ER_LIBEXECDIR (as installed).  In erctl-tui tui_inbox.c
 *            defines handover_possible.
 */
#ifndef ERCTL_HANDOVER_H
#define ERCTL_HANDOVER_H

/* 1 when the views are here or erctl-tui is installed. */
int handover_possible(void);

#endif
