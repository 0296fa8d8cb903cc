/*
 * engine/staff.h -- who is in a pool, and who of them has a skill.
 *
 * Purpose    A task of a new kind must not cost a look at all members of a pool of ten thousand, when
 *            few have the skill it needs.
 * Method     The documents of a pool's members, found once; and in pools of STAFF_INDEXED members and
 *            more, for each skill the places of those who have it at any level.  Whoever is away at some
 *            time is in a list of his own, since others may stand in for him.
 * Up to date Made at the first question after the configuration changed.
 * Memory     9 bytes a member, and 4 for each of his skills.
 * Complexity Making: a lookup a member and one for each of his skills, some 5 ms for 10,000 with 9 each.
 */
#ifndef ENGINE_STAFF_H
#define ENGINE_STAFF_H

#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

struct pool;
struct traits;
struct worker;
struct world;

enum { STAFF_INDEXED = 256 };

/* All that the verdict on a member without the skills depends on. */
enum staff_class { STAFF_MISSING, STAFF_PAUSED, STAFF_OWN, STAFF_EXTERNAL, STAFF_CLASSES };

/* Places in the pool, ascending. */
struct places {
	uint32_t *at; /* owned */
	uint32_t n, cap;
};

struct staff_skill {
	UT_hash_handle hh; /* by name, which is a worker's */
	struct places have;
};

struct staff {
	UT_hash_handle hh; /* by pool */
	const struct pool *pool;
	const struct worker **members; /* owned; by place; NULL: no document */
	uint8_t *class;                /* owned; by place */
	uint32_t n;
	int indexed;
	struct places absent;          /* staff_varies; of no class below */
	uint32_t counts[STAFF_CLASSES];
	struct staff_skill *skills;    /* owned; of those who are not in ${absent} */
};

const struct staff *staff_of(struct world *w, const struct pool *pool);
/* Who has that skill of ${need} which the fewest have; ${need} must not be empty. */
const struct places *staff_rarest(const struct staff *s, const struct traits *need);
/* Away, or paused, for a time: looked at each time. */
int staff_varies(const struct worker *wk);
int staff_external(const struct pool *pool, const struct worker *wk); /* ${wk} may be NULL */
/* The configuration has changed, or the world ends. */
void staff_forget(struct world *w);

#endif
