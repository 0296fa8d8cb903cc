/* json/schema/arena.c -- memory that is freed at once, and a map of byte strings. */
#include "json/schema/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK_BYTES = 8192, ALIGN = alignof(max_align_t) };

struct arena_block {
	struct arena_block *before;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->last;
	void *p;

	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (!b || b->size - b->used < size) {
		size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;

		b = mem_alloc(sizeof(*b) + room);
		b->size = room;
		b->before = a->last;
		a->last = b;
	}
	p = b->bytes + b->used;
	b->used += size;
	return p;
}

char *arena_text(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	memcpy(p, s, n);
	return p;
}

void arena_release(struct arena *a)
{
	while (a->last) {
		struct arena_block *before = a->last->before;

		free(a->last);
		a->last = before;
	}
}

size_t arena_bytes(const struct arena *a)
{
	const struct arena_block *b;
	size_t n = 0;

	for (b = a->last; b; b = b->before)
		n += sizeof(*b) + b->size;
	return n;
}

/* FNV-1a, 64 bits, from another beginning. */
static uint64_t hash_of(const struct map *m, const void *key, size_t n)
{
	const unsigned char *p = key;
	uint64_t h = 14695981039346656037u ^ m->seed;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h ^ h >> 29;
}

/* Where ${key} is, or where it would go. */
static struct map_slot *find(const struct map *m, const void *key, size_t n, uint64_t hash)
{
	size_t at = hash & (m->room - 1);
	struct map_slot *s;

	for (;; at = (at + 1) & (m->room - 1)) {
		s = &m->slots[at];
		if (!s->key || (s->hash == hash && s->n == n && !memcmp(s->key, key, n)))
			return s;
	}
}

void *map_get(const struct map *m, const void *key, size_t n)
{
	return m->room ? find(m, key, n, hash_of(m, key, n))->value : NULL;
}

static void widen(struct map *m)
{
	struct map old = *m;
	size_t i;

	m->room = old.room ? old.room * 2 : 32;
	m->slots = mem_alloc(m->room * sizeof(*m->slots));
	/* the first place of the table differs from process to process */
	if (!old.room)
		m->seed = (uint64_t)(uintptr_t)m->slots * 0x9e3779b97f4a7c15u >> 17;
	for (i = 0; i < old.room; i++)
		if (old.slots[i].key)
			*find(m, old.slots[i].key, old.slots[i].n, old.slots[i].hash) = old.slots[i];
	free(old.slots);
}

void map_add(struct map *m, const void *key, size_t n, void *value)
{
	struct map_slot *s;
	uint64_t hash;

	if (m->n * 2 >= m->room)
		widen(m);
	hash = hash_of(m, key, n);
	s = find(m, key, n, hash);
	if (s->key)
		return;
	*s = (struct map_slot){.key = key, .n = n, .hash = hash, .value = value};
	m->n++;
}

void map_release(struct map *m)
{
	free(m->slots);
	*m = (struct map){.slots = NULL};
}
