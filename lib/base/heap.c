/* base/heap.c -- a binary min-heap of (time, owner) with removal. */
#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

void heap_init(struct heap *h, void (*moved)(void *, uint32_t, uint32_t), void *ctx)
{
	*h = (struct heap){.moved = moved, .ctx = ctx};
}

void heap_release(struct heap *h)
{
	free(h->items);
	h->items = NULL;
	h->n = h->cap = 0;
}

static int before(const struct heap_item *a, const struct heap_item *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->owner < b->owner;
}

static void tell(const struct heap *h, uint32_t owner, size_t slot)
{
	if (h->moved)
		h->moved(h->ctx, owner, (uint32_t)slot);
}

static void put(struct heap *h, size_t slot, struct heap_item item)
{
	h->items[slot] = item;
	tell(h, item.owner, slot);
}

/* ${item} belongs into the hole at ${slot} or above it. */
static void sift_up(struct heap *h, size_t slot, struct heap_item item)
{
	while (slot > 0) {
		size_t parent = (slot - 1) / 2;

		if (!before(&item, &h->items[parent]))
			break;
		put(h, slot, h->items[parent]);
		slot = parent;
	}
	put(h, slot, item);
}

static void sift_down(struct heap *h, size_t slot, struct heap_item item)
{
	for (;;) {
		size_t child = 2 * slot + 1;

		if (child >= h->n)
			break;
		if (child + 1 < h->n && before(&h->items[child + 1], &h->items[child]))
			child++;
		if (!before(&h->items[child], &item))
			break;
		put(h, slot, h->items[child]);
		slot = child;
	}
	put(h, slot, item);
}

static void settle(struct heap *h, size_t slot, struct heap_item item)
{
	if (slot > 0 && before(&item, &h->items[(slot - 1) / 2]))
		sift_up(h, slot, item);
	else
		sift_down(h, slot, item);
}

void heap_add(struct heap *h, int64_t at_ms, uint32_t owner)
{
	assert(h->n < UINT32_MAX);
	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 64;
		h->items = mem_grow(h->items, h->cap, sizeof(*h->items));
	}
	h->n++;
	sift_up(h, h->n - 1, (struct heap_item){.at_ms = at_ms, .owner = owner});
}

void heap_move(struct heap *h, uint32_t slot, int64_t at_ms)
{
	assert(slot < h->n);
	if (h->items[slot].at_ms == at_ms)
		return;
	settle(h, slot, (struct heap_item){.at_ms = at_ms, .owner = h->items[slot].owner});
}

void heap_remove(struct heap *h, uint32_t slot)
{
	uint32_t owner;

	assert(slot < h->n);
	owner = h->items[slot].owner;
	h->n--;
	if (slot < h->n)
		settle(h, slot, h->items[h->n]);
	tell(h, owner, HEAP_NONE);
}
