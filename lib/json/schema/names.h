/*
 * json/schema/names.h -- a fixed set of names, looked up in a few nanoseconds.  Pure.
 *
 * Method     Open addressing on a hash of the first and the last eight bytes, with
 *            a seed under which no name lies far from its place.  Names that no
 *            seed spreads (made to collide) are found by bisection instead.
 * Ownership  The names are borrowed; the rest belongs to the arena.
 */
#ifndef JSON_SCHEMA_NAMES_H
#define JSON_SCHEMA_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct arena;

struct name {
	const char *s; /* NULL: a free slot */
	size_t len;
	uint64_t head, tail; /* what is hashed; all there is up to 16 bytes */
	size_t value;
};

struct names {
	struct name *slots;  /* room of them, or n sorted ones when seed is 0 */
	size_t n, room;
	uint64_t seed;
};

/* ${list}: s, len and value are set; no name twice. */
void names_make(struct names *t, struct name *list, size_t n, struct arena *a);
const struct name *names_find(const struct names *t, const char *s, size_t len);

#endif
