/*
 * erctl/csv.h -- comma-separated values, record by record, whatever the size of the file.
 *
 * Format     RFC 4180: fields in quotes may hold commas, line ends and doubled quotes; lines end in
 *            LF or CR LF; a byte order mark in front and empty lines are passed over.
 * Limits     CSV_COLUMNS fields in a record, CSV_FIELD_MAX bytes in a field.
 * Errors     FAIL_INVALID, "line 7, column 2: …": the line on which the record began, the field
 *            counted from 1.  A quote inside a bare field, text behind a closing quote, a quote
 *            that nothing closes, a lone CR, a NUL.
 * Ownership  The descriptor is borrowed; fields are borrowed until the next record.
 */
#ifndef ERCTL_CSV_H
#define ERCTL_CSV_H

#include <stddef.h>

#include "base/buf.h"

struct err;

enum { CSV_COLUMNS = 64, CSV_FIELD_MAX = 4096 };

struct csv {
	int fd;
	char *data; /* owned */
	size_t at, end;
	struct buf text;                /* of the record, fields end in NUL */
	size_t field[CSV_COLUMNS + 1];  /* where each begins in .text */
	size_t n;                       /* fields */
	size_t line, next_line;
};

void csv_init(struct csv *c, int fd);
void csv_release(struct csv *c);
int csv_next(struct csv *c, struct err *err); /* 1: a record, 0: the end, -1 */
const char *csv_field(const struct csv *c, size_t i, size_t *n);
/* The column of this name or else of another in the NULL-ended list, ASCII case and blanks around
 * it aside; CSV_TWICE: two are called so. */
enum { CSV_NONE = -1, CSV_TWICE = -2 };
int csv_column(const struct csv *header, const char *const *names);

#endif
