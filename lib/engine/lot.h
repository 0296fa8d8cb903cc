/*
 * engine/lot.h -- chance that a replay draws again: a hash of what is known.
 *
 * Method     The finalizer of splitmix64 (Steele, Lea, Flood, OOPSLA 2014) over an id and a number.
 */
#ifndef ENGINE_LOT_H
#define ENGINE_LOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"

static inline uint64_t lot_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static inline uint64_t lot_of(const struct id *id, uint64_t salt)
{
	uint64_t h = salt;

	for (size_t i = 0; i < sizeof(id->b); i++)
		h = h * 0x100000001b3u + id->b[i];
	return lot_mix(h);
}

#endif
