/*
 * erctl/worldof.h -- the engine's state as the spool has it: what erd has in memory.
 *
 * Method     The newest snapshot and the journal behind it, as erd reads them when it starts.
 * Complexity O(open tasks + events since the snapshot); a second for a million tasks.
 */
#ifndef ERCTL_WORLDOF_H
#define ERCTL_WORLDOF_H

struct err;
struct spool;
struct world;

/* world_free; NULL with *err. */
struct world *worldof(const struct spool *s, struct err *err);

#endif
