/*
 * spool/fsck.h -- is the spool in one of its legal states?  What is not is named.
 *
 * Legal      A message is in exactly one of: new/ (not journalled; or journalled and about to be
 *            unlinked), journalled, refused/ (with its why).  A task has one state in the journal
 *            and every view agrees with it.  The chain holds.  tmp/ holds nothing older than 36 h.
 *            Every blob that the journal names is in blobs/, and has the SHA-256 of its name.
 * Output     One finding per call of ${say}: severity, path, what, what to do.
 */
#ifndef SPOOL_FSCK_H
#define SPOOL_FSCK_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct spool;

enum fsck_severity { FSCK_NOTE, FSCK_ERROR };
typedef void fsck_say(void *ctx, enum fsck_severity sev, const char *path, const char *what);

struct fsck_report {
	size_t errors, notes;
	uint64_t events;
	size_t tasks_open, tasks_closed;
};

/* Read-only.  ${erd_running}: views may lag, so a stale view is a note. */
int fsck_check(const struct spool *s, int erd_running, int64_t now_ms, fsck_say *say, void *ctx,
               struct fsck_report *rep, struct err *err);

#endif
