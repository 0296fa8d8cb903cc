/* spool/idmap.c -- a hash map from a 128-bit id to a number. */
#include "spool/idmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t home_of(const struct idmap *m, const struct id *id)
{
	uint64_t a, b;

	memcpy(&a, id->b, sizeof(a));
	memcpy(&b, id->b + sizeof(a), sizeof(b));
	a = (a ^ (b * 0x9e3779b97f4a7c15u)) * 0xff51afd7ed558ccdu;
	return (size_t)(a ^ (a >> 32)) & (m->cap - 1);
}

static size_t probe(const struct idmap *m, const struct id *id)
{
	size_t i = home_of(m, id);

	while (m->slots[i].used && id_cmp(&m->slots[i].id, id))
		i = (i + 1) & (m->cap - 1);
	return i;
}

uint32_t *idmap_find(const struct idmap *m, const struct id *id)
{
	size_t i;

	if (!m->n)
		return NULL;
	i = probe(m, id);
	return m->slots[i].used ? &m->slots[i].value : NULL;
}

static void grow(struct idmap *m)
{
	struct idmap bigger = {NULL, m->n, m->cap ? m->cap * 2 : 64};

	bigger.slots = mem_alloc(bigger.cap * sizeof(*bigger.slots));
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].used)
			bigger.slots[probe(&bigger, &m->slots[i].id)] = m->slots[i];
	free(m->slots);
	*m = bigger;
}

uint32_t *idmap_add(struct idmap *m, const struct id *id, int *added)
{
	size_t i;

	if ((m->n + 1) * 3 > m->cap * 2)
		grow(m);
	i = probe(m, id);
	if (added)
		*added = !m->slots[i].used;
	if (!m->slots[i].used) {
		m->slots[i] = (struct idmap_slot){*id, 0, 1};
		m->n++;
	}
	return &m->slots[i].value;
}

void idmap_remove(struct idmap *m, const struct id *id)
{
	size_t hole, i;

	if (!m->n)
		return;
	hole = probe(m, id);
	if (!m->slots[hole].used)
		return;
	for (i = (hole + 1) & (m->cap - 1); m->slots[i].used; i = (i + 1) & (m->cap - 1)) {
		size_t at = home_of(m, &m->slots[i].id);

		/* Moving back is fine unless its home lies behind the hole. */
		if (((i - at) & (m->cap - 1)) < ((i - hole) & (m->cap - 1)))
			continue;
		m->slots[hole] = m->slots[i];
		hole = i;
	}
	m->slots[hole].used = 0;
	m->n--;
}

void idmap_release(struct idmap *m)
{
	free(m->slots);
	*m = (struct idmap){NULL, 0, 0};
}
