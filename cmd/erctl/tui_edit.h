/*
 * erctl/tui_edit.h -- between tui_line.c and tui_text.c: moving and changing in UTF-8.
 *
 * Characters are units of a base and its combining marks; offsets are bytes.
 */
#ifndef ERCTL_TUI_EDIT_H
#define ERCTL_TUI_EDIT_H

#include <stddef.h>

struct buf;

size_t edit_next(const struct buf *b, size_t at);
size_t edit_prev(const struct buf *b, size_t at);
/* 1 when there was room below ${max}. */
int edit_insert(struct buf *b, size_t *at, unsigned cp, size_t max);
/* Take over ${text} as far as it is UTF-8 and at most ${max} bytes; with ${one_line} LF becomes a
 * blank. */
void edit_set(struct buf *b, const char *text, size_t max, int one_line);
/* The keys both editors share: characters, deletions, left and right.  From and to bound the line
 * that the cursor is in.  A value of enum key_use. */
struct edit_line {
	struct buf *text;
	size_t *cursor;
	size_t from, to, max;
};
int edit_key(const struct edit_line *e, int key);

#endif
