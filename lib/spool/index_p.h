/*
 * spool/index_p.h -- private to lib/spool: the canonical form of the index.
 *
 * Format     open.tsv: one row per open task, in order of creation.  Pure.
 */
#ifndef SPOOL_INDEX_P_H
#define SPOOL_INDEX_P_H

#include <stddef.h>

struct buf;

/* The canonical form of ${n} bytes of open.tsv; returns the number of rows. */
size_t index_canonical(const char *p, size_t n, struct buf *out);
/* Lines in byte order: two closed.tsv with the same rows become equal. */
void index_sorted(const char *p, size_t n, struct buf *out);

#endif
