/*
 * erctl/inbox_line.h -- the inbox with plain prompts: ssh, screen readers, TERM=dumb, tests.
 *
 * Method     The same list (entries.h) and the same commands (inbox_verbs.h) as the full screen;
 *            each prompt takes one line: the number of a task, or a command by its name with its
 *            text.
 * Result     0 when the user leaves or the input ends.
 */
#ifndef ERCTL_INBOX_LINE_H
#define ERCTL_INBOX_LINE_H

struct err;
struct run;

int inbox_line(struct run *r, struct err *err);

#endif
