#include "engine/staff.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/world.h"

static const struct places nobody;

static void add_place(struct places *p, uint32_t at)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 4;
		p->at = mem_grow(p->at, p->cap, sizeof(*p->at));
	}
	p->at[p->n++] = at;
}

static void add_skill(struct staff *s, const char *name, uint32_t at)
{
	struct staff_skill *skill;
	size_t n = strlen(name);

	HASH_FIND(hh, s->skills, name, n, skill);
	if (!skill) {
		skill = mem_alloc(sizeof(*skill));
		HASH_ADD_KEYPTR(hh, s->skills, name, n, skill);
	}
	add_place(&skill->have, at);
}

int staff_varies(const struct worker *wk)
{
	return wk->n_away || (wk->pause_ends_ms != INT64_MIN && wk->pause_ends_ms != INT64_MAX);
}

int staff_external(const struct pool *pool, const struct worker *wk)
{
	return pool->kind == POOL_EXTERNAL || (pool->kind == POOL_HYBRID && wk && wk->external);
}

static enum staff_class class_of(const struct pool *pool, const struct worker *wk)
{
	if (!wk)
		return STAFF_MISSING;
	if (wk->pause_ends_ms == INT64_MAX)
		return STAFF_PAUSED;
	return staff_external(pool, wk) ? STAFF_EXTERNAL : STAFF_OWN;
}

static void add_member(struct staff *s, uint32_t at, const struct worker *wk)
{
	s->members[at] = wk;
	s->class[at] = (uint8_t)class_of(s->pool, wk);
	if (wk && staff_varies(wk)) {
		add_place(&s->absent, at);
		return;
	}
	s->counts[s->class[at]]++;
	for (size_t i = 0; s->indexed && wk && i < wk->skills.names.n; i++)
		add_skill(s, wk->skills.names.s[i], at);
}

const struct staff *staff_of(struct world *w, const struct pool *pool)
{
	struct staff *s;

	HASH_FIND_PTR(w->staff, &pool, s);
	if (s)
		return s;
	s = mem_alloc(sizeof(*s));
	s->pool = pool;
	s->n = (uint32_t)pool->members.n;
	s->indexed = s->n >= STAFF_INDEXED;
	s->members = mem_alloc((s->n + 1) * sizeof(*s->members));
	s->class = mem_alloc(s->n + 1);
	for (uint32_t i = 0; i < s->n; i++)
		add_member(s, i, config_worker(w->config, pool->members.s[i]));
	HASH_ADD_PTR(w->staff, pool, s);
	return s;
}

const struct places *staff_rarest(const struct staff *s, const struct traits *need)
{
	const struct places *least = NULL;

	for (size_t i = 0; i < need->names.n; i++) {
		const struct staff_skill *skill;
		HASH_FIND(hh, s->skills, need->names.s[i], strlen(need->names.s[i]), skill);
		const struct places *have = skill ? &skill->have : &nobody;
		if (!least || have->n < least->n)
			least = have;
	}
	return least;
}

static void staff_free(struct staff *s)
{
	struct staff_skill *skill, *next;

	HASH_ITER(hh, s->skills, skill, next) {
		HASH_DEL(s->skills, skill);
		free(skill->have.at);
		free(skill);
	}
	free(s->absent.at);
	free(s->members);
	free(s->class);
	free(s);
}

void staff_forget(struct world *w)
{
	struct staff *s, *next;

	HASH_ITER(hh, w->staff, s, next) {
		HASH_DEL(w->staff, s);
		staff_free(s);
	}
}
