/*
 * engine/idtable.h -- a compact map from 128-bit ids to 64 bits.  Pure.
 *
 * Purpose    What must be remembered of every closed task (so that its key is never used
 *            again) and of every message, at 24 bytes each instead of a struct and a hash handle.
 * Method     Open addressing, linear probing, load <= 3/4 (Knuth, TAOCP 3, 6.4).  No
 *            removal.  All 128 bits are mixed (Stafford's mix 13): ids that are counted upwards
 *            spread as well as random ones.
 * Limits     2^31 entries.
 */
#ifndef ENGINE_IDTABLE_H
#define ENGINE_IDTABLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ids.h"

struct idtable_entry {
	struct id id;
	uint64_t value; /* 0: the slot is empty; callers store non-zero values */
};

struct idtable {
	struct idtable_entry *slots; /* owned */
	size_t cap, n;
};

static inline uint64_t id_hash(const struct id *id)
{
	uint64_t time, low;

	memcpy(&time, id->b, sizeof(time));
	memcpy(&low, id->b + sizeof(time), sizeof(low));
	low = (low ^ low >> 32) * 0xbf58476d1ce4e5b9u ^ time;
	low = (low ^ low >> 29) * 0x94d049bb133111ebu;
	return low ^ low >> 32;
}

void idtable_release(struct idtable *t);
uint64_t idtable_get(const struct idtable *t, const struct id *id); /* 0: absent */
void idtable_put(struct idtable *t, const struct id *id, uint64_t value);

#endif
