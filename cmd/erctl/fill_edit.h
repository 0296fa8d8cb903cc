/*
 * erctl/fill_edit.h -- the text of one field in the user's editor, as plain text.
 *
 * Method     erctl/editor.h on a file (mode 0600) in the folder of drafts.  While it runs
 *            draft->texts["#editor"] names the field: when all is killed, what the editor saved is
 *            in the form when it opens again.
 * Errors     FAIL_FAILURE: the editor did not start, or ended with an error; what it saved is then
 *            typed, not taken.  FAIL_INVALID: not UTF-8, or too long; its file is kept and named.
 */
#ifndef ERCTL_FILL_EDIT_H
#define ERCTL_FILL_EDIT_H

#include "fill.h"

/* The terminal must be in its ordinary state.  The text, without the last line's end; the caller
 * frees it.  NULL: the field stays as it is. */
char *fill_edit(struct fill *f, size_t i, struct err *err);
/* What an editor saved that never came back; part of fill_begin. */
void fill_edit_recover(struct fill *f);

#endif
