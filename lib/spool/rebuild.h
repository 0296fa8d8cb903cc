/*
 * spool/rebuild.h -- every view from nothing but the journal; shared by views_rebuild and fsck.
 *
 * Method     One walk with the chain verified.  Views of open tasks are kept in memory, the ones
 *            touched longest ago as text; those of closed tasks are written as soon as they close.
 *            Then the folders are listed: what was not written and not expected is a stray.
 * Complexity O(journal); about 2 KB of memory per open 1 KB task, 80 bytes per closed one.
 * Errors     FAIL_FAILURE names the event at which a task's history breaks its rules.
 */
#ifndef SPOOL_REBUILD_H
#define SPOOL_REBUILD_H

#include "spool/journal.h"
#include "spool/views.h"

enum rebuild_what { REBUILD_MISSING, REBUILD_DIFFERS, REBUILD_STRAY };

struct rebuild_options {
	/* NULL: what the journal itself says */
	int (*undelivered)(void *ctx, uint64_t seq);
	void *undelivered_ctx;
	int dry_run;
	/* may be NULL: every event, before it is applied */
	journal_visit *each;
	void *each_ctx;
	/* may be NULL: every difference; ${path} is relative to the spool */
	void (*differs)(void *ctx, enum rebuild_what what, const char *path);
	void *differs_ctx;
};

struct rebuild_counts {
	struct rebuild_report files;
	size_t open, closed;
};

int rebuild_run(const struct spool *s, const struct rebuild_options *how,
                struct rebuild_counts *counts, struct err *err);

#endif
