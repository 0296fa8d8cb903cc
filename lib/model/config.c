#include "model/config_p.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/mem.h"
#include "base/near.h"
#include "model/contract_p.h"

enum { CONFIG_MAX = 10000, CONFIG_DOC_NAME = 64 };

const char *const config_dirs[CFG_COUNT] = {"lanes",     "pools",     "workers", "schemas",
                                            "endpoints", "schedules", "chains",  "gold", "zones"};
const char *const config_words[CFG_COUNT] = {"lane",     "pool",     "worker", "schema",
                                             "endpoint", "schedule", "chain",  "gold", "zone"};

/* A sorted array of (key, entry).  Keys may repeat in the alias and user indexes: two pools
 * may claim one alias while documents change one by one; config_check names the clash. */
struct slot {
	const char *key;
	struct entry *e;
};

struct index {
	struct slot *v; /* owned; keys and entries are not */
	size_t n, cap;
};

struct config {
	struct index kinds[CFG_COUNT];
	struct index aliases; /* of pools */
	struct index users;   /* of workers */
	struct index golds;   /* by lane */
	struct contracts *contracts; /* owned; a cache */
};

/* First slot whose (key, entry name) is not below the one given. */
static size_t index_lower(const struct index *ix, const char *key, const char *name)
{
	size_t lo = 0, hi = ix->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(ix->v[mid].key, key);

		if (c == 0)
			c = strcmp(ix->v[mid].e->name, name);
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct entry *index_get(const struct index *ix, const char *key)
{
	size_t at = index_lower(ix, key, "");

	return at < ix->n && strcmp(ix->v[at].key, key) == 0 ? ix->v[at].e : NULL;
}

static void index_add(struct index *ix, const char *key, struct entry *e)
{
	size_t at = index_lower(ix, key, e->name);

	if (ix->n == ix->cap) {
		ix->cap = ix->cap ? 2 * ix->cap : 16;
		ix->v = mem_grow(ix->v, ix->cap, sizeof(*ix->v));
	}
	memmove(ix->v + at + 1, ix->v + at, (ix->n - at) * sizeof(*ix->v));
	ix->v[at].key = key;
	ix->v[at].e = e;
	ix->n++;
}

static void index_remove(struct index *ix, const char *key, const struct entry *e)
{
	size_t at = index_lower(ix, key, e->name);

	assert(at < ix->n && ix->v[at].e == e);
	ix->n--;
	memmove(ix->v + at, ix->v + at + 1, (ix->n - at) * sizeof(*ix->v));
}

struct config *config_new(void)
{
	struct config *c = mem_alloc(sizeof(*c));

	c->contracts = contracts_new();
	return c;
}

struct contracts *config_contracts(const struct config *c)
{
	return c->contracts;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	for (int k = 0; k < CFG_COUNT; k++) {
		for (size_t i = 0; i < c->kinds[k].n; i++)
			config_entry_free(c->kinds[k].v[i].e);
		free(c->kinds[k].v);
	}
	free(c->aliases.v);
	free(c->users.v);
	free(c->golds.v);
	contracts_free(c->contracts);
	free(c);
}

static void unlink_entry(struct config *c, struct entry *e)
{
	if (e->kind == CFG_POOL)
		for (size_t i = 0; i < e->u.pool.aliases.n; i++)
			index_remove(&c->aliases, e->u.pool.aliases.s[i], e);
	if (e->kind == CFG_WORKER && e->u.worker.user)
		index_remove(&c->users, e->u.worker.user, e);
	if (e->kind == CFG_GOLD)
		index_remove(&c->golds, e->u.gold.lane, e);
	index_remove(&c->kinds[e->kind], e->name, e);
}

static void link_entry(struct config *c, struct entry *e)
{
	if (e->kind == CFG_POOL)
		for (size_t i = 0; i < e->u.pool.aliases.n; i++)
			index_add(&c->aliases, e->u.pool.aliases.s[i], e);
	if (e->kind == CFG_WORKER && e->u.worker.user)
		index_add(&c->users, e->u.worker.user, e);
	if (e->kind == CFG_GOLD)
		index_add(&c->golds, e->u.gold.lane, e);
	index_add(&c->kinds[e->kind], e->name, e);
}

static struct entry *entry_new(enum config_kind kind, const char *name, const json_t *doc,
                               struct err *err)
{
	struct entry *e = mem_alloc(sizeof(*e));

	e->kind = kind;
	e->name = mem_strdup(name);
	e->doc = json_incref((json_t *)doc);
	if (config_read(e, err) == 0)
		return e;
	config_entry_free(e);
	return NULL;
}

int config_set(struct config *c, enum config_kind kind, const char *name, const json_t *doc,
               struct err *err)
{
	struct entry *old, *e = NULL;

	assert((unsigned)kind < CFG_COUNT);
	if (kind == CFG_ZONE ? !zone_name_valid(name) : !name_valid(name))
		return err_set(err, FAIL_INVALID,
		               "the name of a %s has lower-case letters, digits, '-', '_' and inner "
		               "dots, at most %d",
		               config_words[kind], CONFIG_DOC_NAME);
	old = index_get(&c->kinds[kind], name);
	if (doc && !old && c->kinds[kind].n >= CONFIG_MAX)
		return err_set(err, FAIL_INVALID, "more than %d documents in %s/", CONFIG_MAX,
		               config_dirs[kind]);
	if (doc && !(e = entry_new(kind, name, doc, err)))
		return -1;
	if (kind == CFG_SCHEMA)
		contracts_forget(c->contracts);
	if (old) {
		unlink_entry(c, old);
		config_entry_free(old);
	}
	if (e)
		link_entry(c, e);
	return 0;
}

const struct lane *config_lane(const struct config *c, const char *name)
{
	const struct entry *e = index_get(&c->kinds[CFG_LANE], name);

	return e ? &e->u.lane : NULL;
}

const struct pool *config_pool(const struct config *c, const char *name_or_alias)
{
	const struct entry *e = index_get(&c->kinds[CFG_POOL], name_or_alias);

	if (!e)
		e = index_get(&c->aliases, name_or_alias);
	return e ? &e->u.pool : NULL;
}

const struct worker *config_worker(const struct config *c, const char *name)
{
	const struct entry *e = index_get(&c->kinds[CFG_WORKER], name);

	return e ? &e->u.worker : NULL;
}

const struct worker *config_worker_of_user(const struct config *c, const char *user)
{
	const struct entry *e = index_get(&c->users, user);

	return e ? &e->u.worker : NULL;
}

const struct schema_entry *config_schema(const struct config *c, const char *name)
{
	const struct entry *e = index_get(&c->kinds[CFG_SCHEMA], name);

	return e ? &e->u.schema : NULL;
}

const struct endpoint *config_endpoint(const struct config *c, const char *name)
{
	const struct entry *e = index_get(&c->kinds[CFG_ENDPOINT], name);

	return e ? &e->u.endpoint : NULL;
}

const struct schedule *config_schedule(const struct config *c, const char *name)
{
	const struct entry *e = index_get(&c->kinds[CFG_SCHEDULE], name);

	return e ? &e->u.schedule : NULL;
}

const struct chain *config_chain(const struct config *c, const char *name)
{
	const struct entry *e = index_get(&c->kinds[CFG_CHAIN], name);

	return e ? &e->u.chain : NULL;
}

const struct gold *config_gold(const struct config *c, const char *name)
{
	const struct entry *e = index_get(&c->kinds[CFG_GOLD], name);

	return e ? &e->u.gold : NULL;
}

size_t config_golds(const struct config *c, const char *lane)
{
	return index_lower(&c->golds, lane, "\x7f") - index_lower(&c->golds, lane, "");
}

const struct gold *config_gold_at(const struct config *c, const char *lane, size_t i)
{
	assert(i < config_golds(c, lane));
	return &c->golds.v[index_lower(&c->golds, lane, "") + i].e->u.gold;
}

const struct zone *config_zone(const struct config *c, const char *name)
{
	const struct entry *e = index_get(&c->kinds[CFG_ZONE], name);

	return e ? &e->u.zone : NULL;
}

const json_t *config_doc(const struct config *c, enum config_kind kind, const char *name)
{
	const struct entry *e = index_get(&c->kinds[kind], name);

	return e ? e->doc : NULL;
}

int config_each(const struct config *c, enum config_kind kind,
                int (*fn)(void *ctx, const char *name, const json_t *doc), void *ctx)
{
	const struct index *ix = &c->kinds[kind];
	int stop = 0;

	for (size_t i = 0; i < ix->n && !stop; i++)
		stop = fn(ctx, ix->v[i].key, ix->v[i].e->doc);
	return stop;
}

static int offer_name(void *ctx, const char *name, const json_t *doc)
{
	(void)doc;
	near_offer(ctx, name);
	return 0;
}

void config_near(const struct config *c, enum config_kind kind, struct near *near)
{
	config_each(c, kind, offer_name, near);
	if (kind == CFG_POOL)
		for (size_t i = 0; i < c->aliases.n; i++)
			near_offer(near, c->aliases.v[i].key);
}
