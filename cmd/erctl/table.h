/*
 * erctl/table.h -- columns for people: aligned, safe, cut to the terminal.
 *
 * Ownership  Cells are copied.  table_release frees them.
 * Limits     TABLE_COLS columns; the last one takes what width is left.
 */
#ifndef ERCTL_TABLE_H
#define ERCTL_TABLE_H

#include <stddef.h>

struct out;

enum { TABLE_COLS = 12 };

struct table {
	const char *const *head; /* borrowed */
	size_t ncol;
	int state_col; /* coloured as a state, -1: none */
	char **cell;   /* owned, safe text */
	size_t n, cap;
};

void table_init(struct table *t, const char *const *head, size_t ncol, int state_col);
void table_add(struct table *t, const char *text, size_t n); /* cell by cell */
void table_print(struct table *t, struct out *o);            /* nothing when it has no rows */
void table_release(struct table *t);

#endif
