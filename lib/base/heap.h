/*
 * base/heap.h -- a binary min-heap of (time, owner) with removal.  Pure.
 *
 * Purpose    Timers.  The owner keeps the slot number the heap tells it, so a
 *            timer can be moved or removed in O(log n).
 * Method     Williams, "Algorithm 232: Heapsort", CACM 7(6), 1964.  Ties are
 *            broken by owner number, so the order is deterministic.
 * Limits     2^32-1 owners.
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_item {
	int64_t at_ms;
	uint32_t owner;
};

struct heap {
	struct heap_item *items; /* owned */
	size_t n, cap;
	/* Told whenever an item comes to rest in ${slot}; slot UINT32_MAX = gone. */
	void (*moved)(void *ctx, uint32_t owner, uint32_t slot);
	void *ctx;
};

enum { HEAP_NONE = 0xffffffff };

void heap_init(struct heap *h, void (*moved)(void *, uint32_t, uint32_t), void *ctx);
void heap_release(struct heap *h);
void heap_add(struct heap *h, int64_t at_ms, uint32_t owner);
void heap_move(struct heap *h, uint32_t slot, int64_t at_ms);
void heap_remove(struct heap *h, uint32_t slot);
/* NULL when empty. */
static inline const struct heap_item *heap_top(const struct heap *h)
{
	return h->n ? &h->items[0] : NULL;
}

#endif
