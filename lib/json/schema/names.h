/*
 * json/schema/names.h -- a fixed set of names, looked up in a few nanoseconds.  Pure.
 *
 * Method     Open addressing on a hash of the first and the last eight bytes, with
 *            a seed under which no name lies far from its place.  Names that no
 *            seed spreads (made to collide) are found by bisection instead.
 * Ownership  All belongs to the arena, copies of the names included.
 */
#ifndef JSON_SCHEMA_NAMES_H
#define JSON_SCHEMA_NAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

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
const struct name *names_bisect(const struct names *t, const char *s, size_t len);

enum { NAMES_WHOLE = 16 }; /* bytes that head and tail hold between them */
#define NAMES_MIX 0xd1342543de82ef95u

static inline uint64_t names_tail(const char *s, size_t n)
{
	uint64_t v = 0;
	uint32_t half;

	if (n >= 8) {
		memcpy(&v, s + n - 8, 8);
	} else if (n >= 4) {
		memcpy(&half, s + n - 4, 4);
		v = half;
	}
	return v;
}

static inline uint64_t names_head(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	uint64_t v = 0;
	uint32_t half;

	if (n >= 8) {
		memcpy(&v, s, 8);
	} else if (n >= 4) {
		memcpy(&half, s, 4);
		v = half;
	} else if (n) { /* first, middle and last: all there are */
		v = (uint64_t)u[0] | (uint64_t)u[n / 2] << 8 | (uint64_t)u[n - 1] << 16;
	}
	return v;
}

static inline size_t names_place(const struct names *t, uint64_t head, uint64_t tail, size_t len)
{
	unsigned __int128 h = (unsigned __int128)(head ^ t->seed) * (tail ^ len ^ NAMES_MIX);

	return (size_t)((uint64_t)h ^ (uint64_t)(h >> 64)) & (t->room - 1);
}

static inline int names_same(const struct name *k, const char *s, size_t len, uint64_t head,
                             uint64_t tail)
{
	return k->head == head && k->tail == tail && k->len == len &&
	       (len <= NAMES_WHOLE || !memcmp(k->s, s, len));
}

static inline const struct name *names_find(const struct names *t, const char *s, size_t len)
{
	uint64_t head = names_head(s, len), tail = names_tail(s, len);
	size_t at;

	if (!t->seed) /* also when there are none */
		return names_bisect(t, s, len);
	for (at = names_place(t, head, tail, len); t->slots[at].s; at = (at + 1) & (t->room - 1)) {
		if (names_same(&t->slots[at], s, len, head, tail))
			return &t->slots[at];
	}
	return NULL;
}

#endif
