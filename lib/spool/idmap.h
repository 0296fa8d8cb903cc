/*
 * spool/idmap.h -- a hash map from a 128-bit id to a number.  Pure.
 *
 * Method     Open addressing, linear probing, at most 2/3 full; removal shifts back, so there
 *            are no tombstones.
 * Limits     2^31 entries.  24 bytes per slot.
 * Ownership  struct idmap owns its slots; pointers to values hold until the next add or remove.
 */
#ifndef SPOOL_IDMAP_H
#define SPOOL_IDMAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"

struct idmap_slot {
	struct id id;
	uint32_t value;
	uint32_t used;
};

struct idmap {
	struct idmap_slot *slots; /* owned */
	size_t n, cap;
};

/* NULL when absent. */
uint32_t *idmap_find(const struct idmap *m, const struct id *id);
/* The value of ${id}, added as 0 when absent; *added (may be NULL) tells which. */
uint32_t *idmap_add(struct idmap *m, const struct id *id, int *added);
void idmap_remove(struct idmap *m, const struct id *id);
void idmap_release(struct idmap *m);

#endif
