/*
 * erctl/editor.h -- the user's editor on one file.
 *
 * Which      ER_EDITOR > VISUAL (not with TERM=dumb) > EDITOR > sensible-editor > vi.  Never one
 *            that a spool or a task names.
 * Method     By the shell, so that EDITOR="code --wait" works.  Ctrl-C and Ctrl-\ are the editor's
 *            while it runs.
 */
#ifndef ERCTL_EDITOR_H
#define ERCTL_EDITOR_H

struct err;

/* 0: it ended well.  -1: FAIL_FAILURE, it did not, or could not be started. */
int editor_run(const char *path, struct err *err);

#endif
