/*
 * spool/journal.h -- the truth: an append-only, hash-chained NDJSON journal.
 *
 * Format     journal/00000001.ndjson, 00000002.ndjson, …  First line of a segment:
 *              {"er":1,"journal":1,"segment":2,"firstSeq":1001,"previous":"<64 hex>"}
 *            then one event per line (model/event.h), each ending in
 *              ,"hash":"<64 hex>"}
 *            hash = SHA-256(previous hash as 64 hex digits, then the line up to but not including
 *            ,"hash": ), previous of the first event of all = 64 zeros; "previous" in a header is the
 *            last hash of the segment before.  Checkable with sed and sha256sum: see er-spool(5).
 *            The last line of a commit has a blank before its LF (no part of the hash): what comes
 *            behind the last such line was cut off by a crash and counts for nothing, so the events
 *            of a commit are in the journal all or not at all.
 * Commit     journal_append only buffers; journal_commit writes and fdatasyncs once: the commit
 *            point of the whole batch.  A failed write or sync is final: the journal is dead, every
 *            later call fails, erd leaves with 75.
 * Segments   A new one at SEGMENT_MAX bytes: create, header, fsync, fsync journal/, before its first
 *            event.  A commit is never split (but for one above 1 GiB), so the last one may make a
 *            segment longer.
 * Recovery   journal_open: bytes behind the last whole, hash-valid commit of the LAST segment are
 *            moved to journal/torn-SEGMENT-OFFSET (kept for a person) and cut; anything else wrong -- a
 *            bad line elsewhere, a gap in seq, a broken chain, a missing segment -- is
 *            FAIL_FAILURE naming segment and line, and nothing is changed.
 *            A NUL byte ends a segment (preallocated space).
 *            From a snapshot's position on only the tail is read and verified.
 * Changing it
 *            1. Raise JOURNAL_FORMAT.  2. Keep the old reader as read_vN, chosen by the segment's
 *            header.  3. Write only the new form.  4. Add a spool written by the old release to
 *            tests/formats/.  5. Update er-spool(5).
 */
#ifndef SPOOL_JOURNAL_H
#define SPOOL_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "model/event.h"

struct err;
struct spool;
struct journal; /* opaque */

enum { JOURNAL_FORMAT = 1, SEGMENT_MAX = 64 << 20, JOURNAL_LINE_MAX = 4 << 20 };

/* A place between two events: what a snapshot remembers. */
struct journal_mark {
	uint64_t seq;             /* of the last event before it; 0 at the beginning */
	struct journal_pos next;  /* where the next event starts (length 0) */
	char hash[SHA256_HEX];    /* chain hash there */
};

typedef int journal_visit(void *ctx, const struct event *ev, struct err *err);

/* Open for reading and appending; visits every event behind ${from} (NULL: all), verifying the chain.
 * *torn_bytes: how much was cut.  The caller holds the spool's lock. */
struct journal *journal_open(const struct spool *s, const struct journal_mark *from,
                             journal_visit *visit, void *ctx, size_t *torn_bytes, struct err *err);
void journal_close(struct journal *j);

/* Number, encode, chain and buffer: fills ev->seq, id and pos. */
int journal_append(struct journal *j, struct event *ev, struct err *err);
int journal_commit(struct journal *j, struct err *err);
size_t journal_buffered(const struct journal *j);      /* bytes not yet committed */
struct journal_mark journal_mark(const struct journal *j); /* after the last commit */

/* The event at a committed position: a new reference to its line; fill a struct event with event_parse. */
json_t *journal_read(const struct journal *j, struct journal_pos pos, struct err *err);

/* Read-only walk for tools (erctl events, fsck): needs no lock and tolerates an unfinished last
 * commit (stops before it).  ${verify}: check the chain.  ${from} NULL: from the beginning.  The visitor gets the line via ev; return >0 to stop.
 * *end (may be NULL) is set to where it stopped: pass it as ${from} to go on later (--follow). */
int journal_walk(const struct spool *s, const struct journal_mark *from, int verify,
                 journal_visit *visit, void *ctx, struct journal_mark *end, struct err *err);
/* The same for the events of one task only, by substring search before parsing: 1 GB/s. */
int journal_walk_task(const struct spool *s, const struct id *task, journal_visit *visit, void *ctx,
                      struct err *err);

#endif
