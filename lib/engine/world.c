#include "engine/world.h"

#include "engine/duty.h"
#include "engine/escalation.h"
#include "engine/reputation.h"
#include "engine/roster.h"
#include "engine/staff.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/traits.h"

enum {
	SEEN_HALF = 65536,       /* messages remembered before the older half is dropped */
	MATCHES_IDLE_MAX = 4096  /* kinds of task kept that have none */
};

const char *const awaits_names[] = {"nothing", "programs", "answers", "review", NULL};

static void timer_moved(void *ctx, uint32_t owner, uint32_t slot)
{
	struct world *w = ctx;

	world_at(w, owner)->timer = slot;
}

struct world *world_new(const char *organisation)
{
	struct world *w = mem_alloc(sizeof(*w));

	w->organisation = mem_strdup(organisation);
	w->config = config_new();
	heap_init(&w->timers, timer_moved, w);
	w->config_gen = 1;
	moves_make(&w->moves);
	duty_init(w);
	return w;
}

static void match_free(struct world *w, struct match *m)
{
	roster_drop(w, m);
	HASH_DEL(w->matches, m);
	free(m->key);
	free(m->lane);
	free(m->pool);
	requirements_release(&m->need);
	pheap_release(&m->fresh);
	pheap_release(&m->tried);
	free(m);
}

#define FREE_ALL(type, table)                                                                      \
	do {                                                                                       \
		type *it_, *next_;                                                                 \
		HASH_ITER(hh, table, it_, next_)                                                   \
		{                                                                                  \
			HASH_DEL(table, it_);                                                      \
			free(it_);                                                                 \
		}                                                                                  \
	} while (0)

void world_free(struct world *w)
{
	if (!w)
		return;
	heap_release(&w->timers);
	for (uint32_t i = 0; i < w->n_tasks; i++)
		if (world_at(w, i))
			world_drop_task(w, world_at(w, i));
	for (uint32_t i = 0; i < w->n_tasks; i += TASK_SLAB)
		free(w->slabs[i / TASK_SLAB]);
	struct match *m, *next;
	HASH_ITER(hh, w->matches, m, next)
		match_free(w, m);
	pheap_release(&w->ready);
	pheap_release(&w->untold);
	free(w->slabs);
	free(w->free_slots);
	idtable_release(&w->closed);
	idtable_release(&w->seen);
	idtable_release(&w->seen_before);
	duty_release(w);
	reputation_release(w);
	staff_forget(w);
	stats_release(w);
	free(w->crew_at);
	free(w->lives);
	free(w->shown_at);
	free(w->marks);
	FREE_ALL(struct crew, w->crews);
	FREE_ALL(struct atom, w->atoms);
	FREE_ALL(struct delivery, w->deliveries);
	FREE_ALL(struct lane_stats, w->lanes);
	config_free(w->config);
	free(w->organisation);
	free(w);
}

struct task *world_task(const struct world *w, const struct id *id)
{
	struct task *t;

	if (w->recent && w->recent->used && memcmp(&w->recent->id, id, sizeof(*id)) == 0)
		return w->recent; /* events of one task come together */
	HASH_FIND_BYHASHVALUE(hh, w->by_id, id, sizeof(*id), (unsigned)id_hash(id), t);
	return t;
}

uint64_t world_content(const struct sha256 *sha)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | sha->b[i];
	return v & ~(uint64_t)0xff; /* the low byte is the state's in world.closed */
}

enum state world_closed(const struct world *w, const struct id *id, uint64_t *content)
{
	uint64_t v = idtable_get(&w->closed, id);

	*content = v & ~(uint64_t)0xff;
	return (enum state)(v & 0xff);
}

/* A message's id is text of any shape; its hash is what is kept. */
static struct id message_digest(const char *message_id)
{
	struct sha256 h;
	struct id id;

	sha256_of(&h, message_id, strlen(message_id));
	memcpy(id.b, h.b, sizeof(id.b));
	return id;
}

int world_seen(const struct world *w, const char *message_id)
{
	struct id id = message_digest(message_id);

	return idtable_get(&w->seen, &id) || idtable_get(&w->seen_before, &id);
}

void world_remember(struct world *w, const char *message_id)
{
	struct id id = message_digest(message_id);

	if (w->seen.n >= SEEN_HALF) {
		idtable_release(&w->seen_before);
		w->seen_before = w->seen;
		memset(&w->seen, 0, sizeof(w->seen));
	}
	idtable_put(&w->seen, &id, 1);
}

const struct crew *world_find_crew(const struct world *w, const char *name)
{
	struct crew *c;

	HASH_FIND_STR(w->crews, name, c);
	return c;
}

struct crew *world_crew(struct world *w, const char *name)
{
	struct crew *c;
	size_t n = strlen(name);

	HASH_FIND(hh, w->crews, name, n, c);
	if (!c) {
		c = mem_alloc(sizeof(*c) + n + 1);
		memcpy(c->name, name, n + 1);
		c->duty_slot = HEAP_NONE;
		c->id = w->n_crews;
		if ((w->n_crews & (w->n_crews - 1)) == 0) {
			uint32_t room = w->n_crews ? 2 * w->n_crews : 1;
			w->crew_at = mem_grow(w->crew_at, room, sizeof(*w->crew_at));
			w->lives = mem_grow(w->lives, room, sizeof(*w->lives));
			w->shown_at = mem_grow(w->shown_at, room, sizeof(*w->shown_at));
		}
		w->lives[w->n_crews] = w->shown_at[w->n_crews] = 0;
		w->crew_at[w->n_crews++] = c;
		HASH_ADD_KEYPTR(hh, w->crews, c->name, n, c);
	}
	return c;
}

const struct atom *world_atom(struct world *w, const char *name)
{
	struct atom *a;
	size_t n = strlen(name);

	HASH_FIND(hh, w->atoms, name, n, a);
	if (!a) {
		a = mem_alloc(sizeof(*a) + n + 1);
		memcpy(a->name, name, n + 1);
		HASH_ADD_KEYPTR(hh, w->atoms, a->name, n, a);
	}
	return a;
}

struct lane_stats *world_lane(struct world *w, const char *name, int make)
{
	struct lane_stats *l;
	size_t n = strlen(name);

	HASH_FIND(hh, w->lanes, name, n, l);
	if (!l && make) {
		l = mem_alloc(sizeof(*l) + n + 1);
		memcpy(l->name, name, n + 1);
		l->id = HASH_COUNT(w->lanes);
		l->misses.q90 = 1.1; /* a log-normal's with a deviation of 0.85 */
		HASH_ADD_KEYPTR(hh, w->lanes, l->name, n, l);
	}
	return l;
}

struct task *world_at(const struct world *w, uint32_t index)
{
	struct task *t = &w->slabs[index / TASK_SLAB][index % TASK_SLAB];

	return t->used ? t : NULL;
}

void world_free_slot(struct world *w, uint32_t index)
{
	if (w->n_free == w->cap_free) {
		w->cap_free = w->cap_free ? w->cap_free * 2 : TASK_SLAB;
		w->free_slots = mem_grow(w->free_slots, w->cap_free, sizeof(*w->free_slots));
	}
	w->free_slots[w->n_free++] = index;
}

static uint32_t new_index(struct world *w)
{
	if (w->n_tasks % TASK_SLAB == 0) {
		w->slabs = mem_grow(w->slabs, w->n_tasks / TASK_SLAB + 1, sizeof(*w->slabs));
		w->slabs[w->n_tasks / TASK_SLAB] = mem_alloc(TASK_SLAB * sizeof(struct task));
	}
	return w->n_tasks++;
}

void world_skip_slot(struct world *w)
{
	uint32_t index = new_index(w);

	w->slabs[index / TASK_SLAB][index % TASK_SLAB].used = 0;
}

struct task *world_add_task(struct world *w, const struct id *id)
{
	uint32_t index = w->n_free ? w->free_slots[--w->n_free] : new_index(w);
	struct task *t = &w->slabs[index / TASK_SLAB][index % TASK_SLAB];

	memset(t, 0, sizeof(*t));
	t->used = 1;
	t->id = *id;
	t->index = index;
	t->timer = HEAP_NONE;
	t->assigns = &t->first;
	t->backup_ms = t->remind_ms = INT64_MAX;
	t->want = t->fan = t->overlap = 1;
	HASH_ADD_BYHASHVALUE(hh, w->by_id, id, sizeof(t->id), (unsigned)id_hash(id), t);
	return t;
}

/* Kinds of task come again: the last ones without tasks are kept, for their rosters. */
static void retire_match(struct world *w, struct match *m)
{
	DL_APPEND(w->idle, m);
	if (++w->n_idle <= MATCHES_IDLE_MAX)
		return;
	m = w->idle;
	DL_DELETE(w->idle, m);
	w->n_idle--;
	match_free(w, m);
}

static void leave_match(struct world *w, struct task *t)
{
	struct match *m = t->match;

	t->match = NULL;
	if (m && --m->tasks == 0)
		retire_match(w, m);
}

void world_join_match(struct world *w, struct task *t, struct match *m)
{
	if (m->tasks++ == 0) {
		DL_DELETE(w->idle, m);
		m->prev = m->next = NULL;
		w->n_idle--;
	}
	t->match = m;
}

void world_drop_task(struct world *w, struct task *t)
{
	world_unwait(w, t);
	if (t->timer != HEAP_NONE && w->timers.n)
		heap_remove(&w->timers, t->timer);
	HASH_DEL(w->by_id, t);
	world_free_slot(w, t->index);
	leave_match(w, t);
	escalation_free(w, t);
	if (t->assigns != &t->first)
		free(t->assigns);
	t->used = 0;
}

char *world_kind(const struct spec *spec)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s\n%s\n%d %d %d", spec->lane, spec->pool ? spec->pool : "",
	         (int)spec->confidentiality, spec->need.trust_level, spec->need.min_rating_milli);
	for (size_t i = 0; i < spec->need.skills.names.n; i++)
		buf_addf(&b, "\ns%d %s", (int)spec->need.skills.value[i], spec->need.skills.names.s[i]);
	for (size_t i = 0; i < spec->need.certifications.n; i++)
		buf_addf(&b, "\nc %s", spec->need.certifications.s[i]);
	for (size_t i = 0; i < spec->need.workers.n; i++)
		buf_addf(&b, "\nw %s", spec->need.workers.s[i]);
	return buf_detach(&b);
}

static struct match *find_match(const struct world *w, const char *kind)
{
	struct match *m;

	HASH_FIND_STR(w->matches, kind, m);
	return m;
}

struct match *world_match_kind(struct world *w, const struct spec *spec, const char *kind)
{
	const struct requirements none = {.trust_level = 0};
	struct match *m = kind ? find_match(w, kind) : NULL;

	if (m)
		return m;
	char *key = world_kind(spec);
	m = kind ? NULL : find_match(w, key);
	if (m) {
		free(key);
		return m;
	}
	m = mem_alloc(sizeof(*m));
	m->key = key;
	m->until_ms = INT64_MAX;
	m->lane = mem_strdup(spec->lane);
	m->pool = spec->pool ? mem_strdup(spec->pool) : NULL;
	m->confidentiality = spec->confidentiality;
	requirements_union(&spec->need, &none, &m->need);
	HASH_ADD_KEYPTR(hh, w->matches, m->key, strlen(m->key), m);
	retire_match(w, m);
	return m;
}

struct match *world_match(struct world *w, const struct spec *spec)
{
	return world_match_kind(w, spec, NULL);
}

void world_rematch(struct world *w, struct task *t, const char *pool)
{
	struct match *old = t->match;
	struct spec spec = {.lane = old->lane, .pool = (char *)pool,
	                    .confidentiality = old->confidentiality, .need = old->need};
	struct match *m = world_match(w, &spec);

	leave_match(w, t);
	world_join_match(w, t, m);
}

void world_set_timer(struct world *w, struct task *t)
{
	if (t->timer == HEAP_NONE)
		heap_add(&w->timers, task_next_ms(t), t->index);
	else
		heap_move(&w->timers, t->timer, task_next_ms(t));
}
