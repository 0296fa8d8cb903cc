/*
 * engine/snapshot.h -- the world as bytes and back, so that a restart need not replay history.
 *
 * Format     Little endian; version first; then the configuration's documents as JSON, lanes'
 *            records, matches, open tasks with their assignments, closed ids, remembered messages,
 *            pending deliveries.  A cache of the journal, not a record: spool/snapshot.h wraps it with
 *            position and checksum; whatever cannot be read is replaced by a replay.
 * Changing it
 *            Raise SNAPSHOT_VERSION: older ones are then ignored and the journal is replayed.
 */
#ifndef ENGINE_SNAPSHOT_H
#define ENGINE_SNAPSHOT_H

#include <stddef.h>

struct buf;
struct err;
struct world;

void world_save(const struct world *w, struct buf *out);
/* Fill a new world. FAIL_INVALID when the bytes are not a snapshot of this version; the world is
 * then good for nothing but world_free. */
int world_load(struct world *w, const void *p, size_t n, struct err *err);

#endif
