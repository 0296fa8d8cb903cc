#include "engine/pheap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void put(struct pheap *h, const struct pheap_kind *k, uint32_t at, void *item)
{
	h->v[at] = item;
	*k->slot(item) = at;
}

static void up(struct pheap *h, const struct pheap_kind *k, uint32_t at)
{
	void *item = h->v[at];

	while (at > 0 && k->before(item, h->v[(at - 1) / 2])) {
		put(h, k, at, h->v[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(h, k, at, item);
}

static void down(struct pheap *h, const struct pheap_kind *k, uint32_t at)
{
	void *item = h->v[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= h->n)
			break;
		if (child + 1 < h->n && k->before(h->v[child + 1], h->v[child]))
			child++;
		if (!k->before(h->v[child], item))
			break;
		put(h, k, at, h->v[child]);
		at = child;
	}
	put(h, k, at, item);
}

void pheap_release(struct pheap *h)
{
	free(h->v);
	memset(h, 0, sizeof(*h));
}

void pheap_add(struct pheap *h, const struct pheap_kind *k, void *item)
{
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 8;
		h->v = mem_grow(h->v, h->cap, sizeof(*h->v));
	}
	h->v[h->n++] = item;
	up(h, k, h->n - 1);
}

void pheap_moved(struct pheap *h, const struct pheap_kind *k, void *item)
{
	up(h, k, *k->slot(item));
	down(h, k, *k->slot(item));
}

void pheap_remove(struct pheap *h, const struct pheap_kind *k, void *item)
{
	uint32_t at = *k->slot(item);

	assert(at < h->n && h->v[at] == item);
	void *last = h->v[--h->n];
	if (last == item)
		return;
	put(h, k, at, last);
	pheap_moved(h, k, last);
}

void *pheap_first(const struct pheap *h)
{
	return h->n ? h->v[0] : NULL;
}
