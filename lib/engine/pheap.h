/*
 * engine/pheap.h -- a binary min-heap of pointers whose items know their slot.  Pure.
 *
 * Purpose    What waits: the tasks of one kind, and the kinds.  base/heap.h orders times of
 *            numbered owners; here the order is the item's own.
 * Method     Williams, CACM 7(6), 1964.  ${before} must be a total order, so that what comes out
 *            does not depend on how it came in.
 * Complexity add, remove, moved O(log n); first O(1).
 */
#ifndef ENGINE_PHEAP_H
#define ENGINE_PHEAP_H

#include <stdint.h>

struct pheap_kind {
	int (*before)(const void *a, const void *b);
	uint32_t *(*slot)(void *item); /* where the item keeps its place */
};

struct pheap {
	void **v; /* owned; the items are not */
	uint32_t n, cap;
};

void pheap_release(struct pheap *h);
void pheap_add(struct pheap *h, const struct pheap_kind *k, void *item);
void pheap_remove(struct pheap *h, const struct pheap_kind *k, void *item);
void pheap_moved(struct pheap *h, const struct pheap_kind *k, void *item); /* its order changed */
void *pheap_first(const struct pheap *h); /* NULL when empty */

#endif
