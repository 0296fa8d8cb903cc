/*
 * spool/index.h -- one row per task, so that `erctl list` need not open 100,000 files.
 *
 * Format     index/open.tsv: rows of taskview_index_row, appended as tasks change; the last row
 *            of an id counts, a row whose state is final ends it (the task is then in closed.tsv).
 *            Compacted to one row per open task, in order of creation (created, then id).
 *            index/closed.tsv: one row per closed task, in order of closing.
 *            A torn last line is ignored.  Columns, fixed:
 *            id state lane worker urgency due created updated dialect from domain pool title
 * Reading    index_read maps the file and visits live rows newest creation last; 100,000 rows in
 *            well under 50 ms.
 */
#ifndef SPOOL_INDEX_H
#define SPOOL_INDEX_H

#include <stddef.h>

struct err;
struct spool;

enum index_col {
	IX_ID, IX_STATE, IX_LANE, IX_WORKER, IX_URGENCY, IX_DUE, IX_CREATED, IX_UPDATED,
	IX_DIALECT, IX_FROM, IX_DOMAIN, IX_POOL, IX_TITLE, IX_COUNT
};

struct index_row {
	const char *col[IX_COUNT]; /* not NUL-terminated */
	size_t len[IX_COUNT];
};
/* Return non-zero to stop. */
typedef int index_visit(void *ctx, const struct index_row *row);

int index_read_open(const struct spool *s, index_visit *fn, void *ctx, struct err *err);
/* Newest first. */
int index_read_closed(const struct spool *s, index_visit *fn, void *ctx, struct err *err);

#endif
