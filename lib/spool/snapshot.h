/*
 * spool/snapshot.h -- so that a restart does not read history again.
 *
 * Format     journal/snapshot-SEQ.bin: "ERSNAP1\n", the mark (seq, segment, offset, hash), the
 *            length and bytes of the engine's state (engine/snapshot.h), SHA-256 of all before it.
 *            Little endian.  It is a cache: a bad, foreign or newer one is skipped, the next
 *            older is tried, then the journal from its beginning.
 * Rule       Written only after every view up to its seq was written and syncfs was called, so a
 *            restart has to mend only views of tasks with events behind the mark.
 * Order      tmp name, write, fsync, rename, fsync journal/; then older ones but one are removed.
 */
#ifndef SPOOL_SNAPSHOT_H
#define SPOOL_SNAPSHOT_H

#include <stddef.h>

#include "spool/journal.h"

struct buf;
struct err;
struct spool;

int snapshot_write(const struct spool *s, const struct journal_mark *mark, const void *state, size_t n,
                   struct err *err);
/* Load the newest good one: 1 and ${state}, 0 when there is none, -1 on I/O error.  ${max_seq}: skip newer. */
int snapshot_load(const struct spool *s, struct journal_mark *mark, struct buf *state, struct err *err);

#endif
