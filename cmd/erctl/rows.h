/*
 * erctl/rows.h -- the index, filtered: what list, status and completion read.
 *
 * Purpose    Rows that pass the filters, copied, most urgent deadline first (closed ones:
 *            newest first).  No file per task is opened.
 * Ownership  rows_release.
 */
#ifndef ERCTL_ROWS_H
#define ERCTL_ROWS_H

#include <stddef.h>

#include "spool/index.h"

struct err;
struct spool;

struct rows_filter {
	const char *equal[IX_COUNT]; /* exact text, NULL: any */
	unsigned states;             /* bits 1 << enum state; 0: any */
	int open, closed;            /* which files to read */
};

struct rows {
	struct index_row *row; /* owned, and so are the texts */
	size_t n, cap;
	char **text;           /* owned: one per row */
};

int rows_read(const struct spool *s, const struct rows_filter *f, struct rows *out, struct err *err);
void rows_release(struct rows *r);
/* "accepted,started" (checked before) as bits. */
unsigned rows_states(const char *text);

#endif
