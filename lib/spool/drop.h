/*
 * spool/drop.h -- the client's side of the drop: put a message in, durably.
 *
 * Promise    0 means: the message is in new/ whole, after kill -9 and power loss, or (submit)
 *            the very same task was accepted before.  Nothing else is promised about erd.
 * Submit     The file's name is the task id, so a second submit of the id meets EEXIST.
 *            Order: publish under new/ID without replacing; then look at tasks/XX/ID.json.
 *              - name taken: open it, compare the task's content hash with ours; equal: fsync file
 *                and directory ourselves, replayed; other: FAIL_CONFLICT.  Gone meanwhile: erd took
 *                it, go on with the view.
 *              - after our publish, or on EEXIST-then-gone: the view tells whether erd had taken an
 *                earlier message of this id before ours came: same hash: replayed (our file, if
 *                published, stays: erd drops it as a repeat); other hash: withdraw ours (rename back
 *                to tmp/, unlink; if erd was faster it refuses it) and FAIL_CONFLICT.
 *            erd keeps a message in new/ until its task's view is written, so one of the two is
 *            always there to be seen.  Without a key the id is random and the view is not looked at.
 *            A keyed submit also looks into pending batches (names batch_*); both hold
 *            flock(new/) -- singles shared, keyed batches exclusive -- between look and rename only.
 * Batch      A file of submit lines, NDJSON, first line
 *              {"er":1,"type":"batch","id":"batch_…","count":N}
 *            published whole: one fsync of the file, one of the directory.
 * Errors     FAIL_CONFLICT, FAIL_TEMPORARY (unknown, or no space: repeat with the same id),
 *            FAIL_DENIED.
 * Limits     message 1 MiB + 4 KiB envelope; batch 4 GiB, 10 million lines.
 */
#ifndef SPOOL_DROP_H
#define SPOOL_DROP_H

#include <stddef.h>

#include "base/ids.h"
#include "base/sha256.h"

struct err;
struct spool;

enum { DROP_MESSAGE_MAX = (1 << 20) + 4096 };

/* A message other than a submit, under its own random id ("msg_…"). */
int drop_message(const struct spool *s, const char *id, const void *p, size_t n, struct err *err);

struct drop_submit {
	const char *id;       /* "task_…" */
	int keyed;
	struct sha256 content; /* js_hash of the body */
	const void *bytes;    /* the whole message */
	size_t n;
	int replayed;         /* out */
};
int drop_submit(const struct spool *s, struct drop_submit *d, struct err *err);

struct drop_batch; /* opaque */
struct drop_batch *drop_batch_new(const struct spool *s, struct err *err);
/* One submit line (no LF inside, LF is added).  ${content} matters for keyed ones only. */
int drop_batch_add(struct drop_batch *b, const struct drop_submit *line, struct err *err);
/* Check keys against each other, the views, single messages and other batches, then publish.
 * Lines whose key was accepted before with the same content are counted in *replayed (erd drops
 * them); with other content: FAIL_CONFLICT, nothing published. Frees ${b} in every case. */
int drop_batch_commit(struct drop_batch *b, size_t *replayed, struct err *err);
void drop_batch_abort(struct drop_batch *b);

/* 1 when an erd has this spool's control FIFO open; also wakes it. */
int drop_nudge(const struct spool *s);
/* The same, and asks it to read etc/ again. */
int drop_nudge_reload(const struct spool *s);

#endif
