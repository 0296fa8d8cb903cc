/*
 * erctl/pager.h -- send stdout through a pager: ER_PAGER > PAGER > less, LESS=FRX if unset.
 *
 * Rules      Only the user's own environment names the program, never a spool.  Without a
 *            pager the text goes to the terminal.
 */
#ifndef ERCTL_PAGER_H
#define ERCTL_PAGER_H

/* The pager's process id, or 0 when there is none. */
long pager_start(void);
void pager_end(long pid); /* end its input and wait for it */

#endif
