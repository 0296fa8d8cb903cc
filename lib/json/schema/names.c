/* json/schema/names.c -- a fixed set of names, looked up in a few nanoseconds. */
#include "json/schema/names.h"

#include <stdlib.h>
#include <string.h>

#include "json/schema/arena.h"

enum { FAR = 4, SEEDS = 16, WHOLE = 16 };

static uint64_t word(const char *s, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, s, n);
	return v;
}

/* Names of equal length up to 16 bytes are equal when head and tail are. */
static void ends_of(struct name *k)
{
	const char *s = k->s;
	size_t n = k->len;
	uint32_t a, b;

	if (n >= 8) {
		memcpy(&k->head, s, 8);
		memcpy(&k->tail, s + n - 8, 8);
	} else if (n >= 4) {
		memcpy(&a, s, 4);
		memcpy(&b, s + n - 4, 4);
		k->head = a;
		k->tail = b;
	} else {
		k->head = word(s, n);
		k->tail = 0;
	}
}

static size_t place_of(const struct names *t, const struct name *k)
{
	uint64_t h = (k->head ^ (k->tail << 29 | k->tail >> 35) ^ k->len) * t->seed;

	return (h ^ h >> 32) & (t->room - 1);
}

static int same(const struct name *a, const struct name *k)
{
	return a->head == k->head && a->tail == k->tail && a->len == k->len &&
	       (k->len <= WHOLE || !memcmp(a->s, k->s, k->len));
}

static int spread(struct names *t, const struct name *list, size_t n)
{
	size_t i, far;

	memset(t->slots, 0, t->room * sizeof(*t->slots));
	for (i = 0; i < n; i++) {
		size_t at = place_of(t, &list[i]);

		for (far = 0; t->slots[at].s; far++, at = (at + 1) & (t->room - 1))
			if (far == FAR)
				return -1;
		t->slots[at] = list[i];
	}
	return 0;
}

static int order(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->s, y->s, x->len);
}

void names_make(struct names *t, struct name *list, size_t n, struct arena *a)
{
	unsigned i;

	t->n = n;
	if (!n)
		return;
	for (t->room = 4; t->room < 2 * n; t->room *= 2)
		;
	t->slots = arena_alloc(a, t->room * sizeof(*t->slots));
	for (i = 0; i < n; i++)
		ends_of(&list[i]);
	t->seed = 0x9e3779b97f4a7c15u;
	for (i = 0; i < SEEDS; i++, t->seed = t->seed * 0xd1342543de82ef95u + 2)
		if (!spread(t, list, n))
			return;
	memcpy(t->slots, list, n * sizeof(*list));
	qsort(t->slots, n, sizeof(*t->slots), order);
	t->seed = 0;
}

static const struct name *bisect(const struct names *t, const struct name *k)
{
	return bsearch(k, t->slots, t->n, sizeof(*t->slots), order);
}

const struct name *names_find(const struct names *t, const char *s, size_t len)
{
	struct name k = {.s = s, .len = len};
	size_t at;

	if (!t->n)
		return NULL;
	if (!t->seed)
		return bisect(t, &k);
	ends_of(&k);
	for (at = place_of(t, &k); t->slots[at].s; at = (at + 1) & (t->room - 1))
		if (same(&t->slots[at], &k))
			return &t->slots[at];
	return NULL;
}
