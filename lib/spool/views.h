/*
 * spool/views.h -- everything people look at, written behind the journal.
 *
 * Purpose    Keep tasks/, inbox/, results/, index/ and outbox/due in step with committed events.
 * Method     views_note queues a committed event under its task; views_flush folds all queued events
 *            of a task at once (model/taskview.h) onto its view -- from the file when its seq is
 *            the one expected, else anew from the journal -- and writes each file that changed
 *            once: so under load many events cost one write.  Events are kept parsed up to
 *            VIEWS_KEEP and VIEWS_KEEP_BYTES of the journal, beyond that only their position, and are read again from the journal.
 * Webhooks   For an event its dialect wants, the body is rendered from the view as of that event
 *            and outbox/due/EVT.json is written (0600) before the view's own file:
 *            {"schema":"er.delivery.v1","id":"evt_…","task":…,"seq":N,"type":"task.completed","dialect":…,
 *             "url":…,"secret"?,"bearer"?,"retry":{"max":…,"backoffSeconds":…}?,"createdAt":…,"body":"exact bytes"}
 * Order      note only after commit, in seq order.  Files: tmp + rename, no fsync.  Of one task: due,
 *            inbox, task, result (so a result implies the rest); index rows are appended by the next
 *            views_flush.  outbox/due is told of when all of these are written.
 * Complexity views_flush costs O(events queued) and about 80 us per task file; views_note O(1).
 */
#ifndef SPOOL_VIEWS_H
#define SPOOL_VIEWS_H

#include <stddef.h>
#include <stdint.h>

#include "model/event.h"

struct err;
struct journal;
struct spool;
struct views; /* opaque */

enum { VIEWS_KEEP = 4096, VIEWS_KEEP_BYTES = 16 << 20 };

struct views *views_new(const struct spool *s, const struct journal *j, struct err *err);
void views_free(struct views *v);

/* ${prior_seq}: the task's previous task.* event (0 for created).  ${created}: where its
 * task.created lies.  ${recovering}: the files may already show this event (restart). */
int views_note(struct views *v, const struct event *ev, uint64_t prior_seq, struct journal_pos created,
               int recovering, struct err *err);

/* Write queued views, oldest first, for at most ${budget_us} (-1: all).  Told per delivery: */
typedef void views_due_fn(void *ctx, const char *event_id);
void views_on_due(struct views *v, views_due_fn *fn, void *ctx);
/* During recovery only: is the webhook of event ${seq} still due?  Then an outbox file that a power
 * cut took, although the task's view shows the event, is made again.  Unset: none is. */
void views_on_recovery(struct views *v, int (*undelivered)(void *ctx, uint64_t seq), void *ctx);
int views_flush(struct views *v, int64_t budget_us, struct err *err);
int views_flush_task(struct views *v, const struct id *task, struct err *err); /* this one now */
size_t views_pending(const struct views *v); /* tasks not yet written */

/* Compact index/open.tsv when it is worth it: as many rows were appended as tasks are open, an eighth of
 * that while ${idle} (so that the cost per event stays bounded).  1 done, 0 not. */
int views_compact_index(struct views *v, int idle, struct err *err);

/* Everything anew from the journal (fsck --rebuild): into the same folders; files that should
 * not be there are removed.  ${undelivered}(ctx, seq) says which webhook events are still due (the
 * engine knows).  Byte for byte what views_flush would have left. */
struct rebuild_report {
	size_t tasks, written, removed;
};
int views_rebuild(const struct spool *s, int (*undelivered)(void *ctx, uint64_t seq), void *ctx,
                  int dry_run, struct rebuild_report *rep, struct err *err);

#endif
