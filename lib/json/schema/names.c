/* json/schema/names.c -- a fixed set of names, looked up in a few nanoseconds. */
#include "json/schema/names.h"

#include <stdlib.h>

#include "json/schema/arena.h"

enum { FAR = 4, SEEDS = 16 };

static int spread(struct names *t, const struct name *list, size_t n)
{
	size_t i, far, most = FAR;

	for (i = n; i > 16; i /= 2)
		most += 2; /* chance alone puts some further off among many */
	memset(t->slots, 0, t->room * sizeof(*t->slots));
	for (i = 0; i < n; i++) {
		size_t at = names_place(t, list[i].head, list[i].tail, list[i].len);

		for (far = 0; t->slots[at].s; far++, at = (at + 1) & (t->room - 1))
			if (far == most)
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

/* Beside each other, so that a walk over an object's members finds them in few cache lines. */
static void pack(struct name *list, size_t n, struct arena *a)
{
	size_t i, bytes = 0;
	char *to;

	for (i = 0; i < n; i++)
		bytes += list[i].len + 1;
	to = arena_alloc(a, bytes);
	for (i = 0; i < n; i++) {
		memcpy(to, list[i].s, list[i].len);
		list[i].s = to;
		to += list[i].len + 1;
	}
}

void names_make(struct names *t, struct name *list, size_t n, struct arena *a)
{
	size_t i;

	t->n = n;
	if (!n)
		return;
	for (t->room = 4; t->room < 2 * n; t->room *= 2)
		;
	t->slots = arena_alloc(a, t->room * sizeof(*t->slots));
	pack(list, n, a);
	for (i = 0; i < n; i++) {
		list[i].head = names_head(list[i].s, list[i].len);
		list[i].tail = names_tail(list[i].s, list[i].len);
	}
	t->seed = 0x9e3779b97f4a7c15u;
	for (i = 0; i < SEEDS; i++, t->seed = t->seed * 0xd1342543de82ef95u + 2)
		if (!spread(t, list, n))
			return;
	memcpy(t->slots, list, n * sizeof(*list));
	qsort(t->slots, n, sizeof(*t->slots), order);
	t->seed = 0;
}

const struct name *names_bisect(const struct names *t, const char *s, size_t len)
{
	struct name k = {.s = s, .len = len};

	return t->n ? bsearch(&k, t->slots, t->n, sizeof(*t->slots), order) : NULL;
}
