/*
 * json/schema/arena.h -- memory that is freed at once, and a map of byte strings.
 *
 * Purpose    All parts of a compiled schema live and die together.
 * Ownership  What arena_alloc returns belongs to the arena.  A map does not copy
 *            its keys: they must live as long as it does.
 */
#ifndef JSON_SCHEMA_ARENA_H
#define JSON_SCHEMA_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
	struct arena_block *last;
};

void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for any type */
char *arena_text(struct arena *a, const char *s, size_t n); /* a copy with a NUL behind */
void arena_release(struct arena *a);
size_t arena_bytes(const struct arena *a);

struct map_slot {
	const void *key; /* NULL: free */
	size_t n;
	uint64_t hash;
	void *value;
};

struct map {
	struct map_slot *slots;
	size_t n, room; /* room is a power of two */
	uint64_t seed;  /* so that nobody can make up keys that collide */
};

void *map_get(const struct map *m, const void *key, size_t n); /* NULL when absent */
/* Keep ${value} under ${key}, unless that is taken: the first one stays. */
void map_add(struct map *m, const void *key, size_t n, void *value);
void map_release(struct map *m);

#endif
