#include "engine/idtable.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t slot_of(const struct idtable *t, const struct id *id)
{
	size_t i = (size_t)id_hash(id) & (t->cap - 1);

	while (t->slots[i].value && id_cmp(&t->slots[i].id, id) != 0)
		i = (i + 1) & (t->cap - 1);
	return i;
}

static void resize(struct idtable *t)
{
	struct idtable old = *t;

	t->cap = old.cap ? old.cap * 2 : 64;
	t->slots = mem_alloc(t->cap * sizeof(*t->slots));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].value)
			t->slots[slot_of(t, &old.slots[i].id)] = old.slots[i];
	free(old.slots);
}

void idtable_release(struct idtable *t)
{
	free(t->slots);
	memset(t, 0, sizeof(*t));
}

uint64_t idtable_get(const struct idtable *t, const struct id *id)
{
	return t->cap ? t->slots[slot_of(t, id)].value : 0;
}

void idtable_put(struct idtable *t, const struct id *id, uint64_t value)
{
	assert(value != 0);
	if (t->n + 1 > t->cap / 4 * 3)
		resize(t);
	struct idtable_entry *e = &t->slots[slot_of(t, id)];
	t->n += e->value == 0;
	e->id = *id;
	e->value = value;
}
