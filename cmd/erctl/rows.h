/*
 * erctl/rows.h -- the index, filtered: what list and completion read.
 *
 * Purpose    The first rows in order that pass the filters, copied: open ones as .order says,
 *            behind them closed ones, newest first.  No file per task is opened.
 * Method     At most 2 x limit rows are held; when they are that many, the better half stays.
 * Ownership  rows_release.
 */
#ifndef ERCTL_ROWS_H
#define ERCTL_ROWS_H

#include <stddef.h>

#include "spool/index.h"

struct err;
struct spool;

/* Compares two struct index_row, as qsort does. */
typedef int rows_order(const void *a, const void *b);
rows_order rows_by_due;    /* the most urgent first */
rows_order rows_newest;    /* by creation */

struct rows_filter {
	const char *equal[IX_COUNT]; /* exact text, NULL: any */
	int tests;                   /* gold tasks as well (model/gold.h) */
	unsigned states;             /* bits 1 << enum state; 0: any */
	const char *due_before;      /* RFC 3339 as the index writes it, or NULL */
	int open, closed;            /* which files to read */
	size_t limit;                /* of rows kept; SIZE_MAX: all */
	rows_order *order;
};

struct rows {
	struct index_row *row; /* owned; col[0] of each is where its texts begin, owned */
	size_t n, cap;         /* kept */
	size_t total;          /* that passed */
};

int rows_read(const struct spool *s, const struct rows_filter *f, struct rows *out,
              struct err *err);
/* A gold task. */
int rows_is_test(const struct index_row *row);
void rows_release(struct rows *r);
/* "accepted,started" (checked before) as bits. */
unsigned rows_states(const char *text);

#endif
