#include "model/contract.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ids.h"
#include "base/mem.h"
#include "base/near.h"
#include "json/js.h"
#include "json/schema/bundle.h"
#include "json/schema/schema.h"
#include "model/contract_p.h"
#include "model/strings.h"

enum { ENTRY_BYTES = 8192 /* with what is beside it */, LATELY = 16 };

/* A document that was seen, and what became of it. */
struct kept {
	struct sha256 key;       /* of the document as written, and of what was asked */
	json_t *last;            /* owned; the very document contract_schema found it for, or NULL */
	struct sha256 sha;       /* of the contract */
	json_t *bundle;          /* owned; NULL: the document is a contract as it is */
	struct strings names;    /* owned */
	struct compiled compiled; /* of the contract */
	size_t bytes;
};

struct contracts {
	struct kept *kept[CONTRACTS_MAX]; /* owned; the last used first */
	size_t n, bytes;
};

/* ---- cache ---- */

struct contracts *contracts_new(void)
{
	return mem_alloc(sizeof(struct contracts));
}

static void kept_free(struct kept *k)
{
	json_decref(k->bundle);
	json_decref(k->last);
	strings_release(&k->names);
	schema_free(k->compiled.schema);
	if (k->compiled.beside)
		k->compiled.drop(k->compiled.beside);
	free(k);
}

static void drop(struct contracts *cache, size_t at)
{
	struct kept *k = cache->kept[at];

	cache->n--;
	cache->bytes -= k->bytes;
	memmove(&cache->kept[at], &cache->kept[at + 1], (cache->n - at) * sizeof(cache->kept[0]));
	kept_free(k);
}

void contracts_free(struct contracts *cache)
{
	while (cache && cache->n)
		drop(cache, cache->n - 1);
	free(cache);
}

void contracts_forget(struct contracts *cache)
{
	for (size_t i = cache->n; i-- > 0;)
		if (cache->kept[i]->names.n)
			drop(cache, i);
}

static struct kept *to_front(struct contracts *cache, size_t i)
{
	struct kept *k = cache->kept[i];

	memmove(&cache->kept[1], &cache->kept[0], i * sizeof(cache->kept[0]));
	cache->kept[0] = k;
	return k;
}

static struct kept *find(struct contracts *cache, const struct sha256 *key)
{
	for (size_t i = 0; i < cache->n; i++)
		if (memcmp(cache->kept[i]->key.b, key->b, sizeof(key->b)) == 0)
			return to_front(cache, i);
	return NULL;
}

static int same_text(const json_t *a, const json_t *b);

static int same_members(const json_t *a, const json_t *b)
{
	void *i = json_object_iter((json_t *)a), *k = json_object_iter((json_t *)b);

	for (; i && k; i = json_object_iter_next((json_t *)a, i), k = json_object_iter_next((json_t *)b, k))
		if (strcmp(json_object_iter_key(i), json_object_iter_key(k)) != 0 ||
		    !same_text(json_object_iter_value(i), json_object_iter_value(k)))
			return 0;
	return !i && !k;
}

/* Equal as they are written, with the order of members. */
static int same_text(const json_t *a, const json_t *b)
{
	if (a == b)
		return 1;
	if (json_is_object(a) && json_is_object(b))
		return same_members(a, b);
	if (!json_is_array(a) || !json_is_array(b))
		return json_equal(a, b);
	for (size_t i = 0; i < json_array_size(a) || i < json_array_size(b); i++)
		if (!same_text(json_array_get(a, i), json_array_get(b, i)))
			return 0;
	return 1;
}

/* Of those used lately also a copy, as each reading of a journal's line makes one. */
static struct kept *find_same(struct contracts *cache, const json_t *doc)
{
	for (size_t i = 0; i < cache->n; i++)
		if (cache->kept[i]->last == doc)
			return to_front(cache, i);
	for (size_t i = 0; i < cache->n && i < LATELY; i++)
		if (cache->kept[i]->last && same_text(cache->kept[i]->last, doc))
			return to_front(cache, i);
	return NULL;
}

static void keep(struct contracts *cache, struct kept *k)
{
	k->bytes = ENTRY_BYTES + schema_bytes(k->compiled.schema);
	while (cache->n && (cache->n == CONTRACTS_MAX || cache->bytes + k->bytes > CONTRACTS_BYTES))
		drop(cache, cache->n - 1);
	memmove(&cache->kept[1], &cache->kept[0], cache->n * sizeof(cache->kept[0]));
	cache->kept[0] = k;
	cache->n++;
	cache->bytes += k->bytes;
}

/* ---- the registry ---- */

struct by_id {
	const char *id;   /* looked for */
	const char *name; /* that has it */
	int twice;
};

static int has_id(void *ctx, const char *name, const json_t *doc)
{
	struct by_id *q = ctx;
	const char *id = js_str_or(doc, "/$id", js_str_or(doc, "/id", ""));
	size_t n = strcspn(id, "#");

	if (strlen(q->id) != n || strncmp(id, q->id, n) != 0)
		return 0;
	q->twice = q->name != NULL;
	q->name = name;
	return q->twice;
}

static const char *find_id(const struct config *c, const char *uri, struct err *err)
{
	struct by_id q = {.id = uri};

	config_each(c, CFG_SCHEMA, has_id, &q);
	if (!q.twice)
		return q.name;
	err_set(err, FAIL_INVALID, "refers to %.200s, which several registered schemas claim to be; "
	                           "use a name instead", uri);
	return NULL;
}

static void unknown_name(const struct config *c, const char *name, struct err *err)
{
	struct buf hint = BUF_INIT;
	struct near near;

	near_init(&near, name);
	config_near(c, CFG_SCHEMA, &near);
	near_add(&near, &hint);
	err_set(err, FAIL_INVALID, "refers to %.64s, which is neither in this document nor in the "
	                           "registry%s", name, buf_str(&hint));
	buf_release(&hint);
}

json_t *contract_find(const struct config *c, const char *uri, const char **name, struct err *err)
{
	*name = config_schema(c, uri) ? uri : *uri ? find_id(c, uri, err) : NULL;
	if (*name)
		return json_incref((json_t *)config_schema(c, *name)->doc);
	if (name_valid(uri))
		unknown_name(c, uri, err);
	return NULL;
}

struct registry {
	const struct config *config;
	json_t *names; /* of the schemas that were asked for */
};

static json_t *load(void *arg, const char *uri, struct err *err)
{
	const struct registry *r = arg;
	const char *name;
	json_t *doc = contract_find(r->config, uri, &name, err);

	if (doc && json_array_append_new(r->names, json_string(name)) != 0)
		mem_oom();
	return doc;
}

/* ---- contracts ---- */

static void key_of(const json_t *doc, int assert_formats, struct sha256 *key)
{
	struct buf text = BUF_INIT;

	js_dump(&text, doc, JS_COMPACT);
	sha256_of2(key, buf_str(&text), text.len, assert_formats ? "F" : "", assert_formats != 0);
	buf_release(&text);
}

static int compile(const json_t *doc, struct kept *k, struct err *err)
{
	k->compiled.schema = schema_compile(doc, err);
	if (!k->compiled.schema)
		return -1;
	js_hash(doc, &k->sha);
	return 0;
}

/* A task's journal line has to hold it. */
static int check_size(const json_t *whole, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = 0;

	js_dump(&text, whole, JS_COMPACT);
	if (text.len > CONTRACT_BYTES)
		rc = err_set(err, FAIL_INVALID, "with all that it refers to the schema has more than "
		                                "%d bytes", CONTRACT_BYTES);
	buf_release(&text);
	return rc;
}

static int make(const struct config *c, const json_t *doc, int assert_formats, struct kept *k,
                struct err *err)
{
	struct registry r = {.config = c, .names = json_array()};
	struct schema_options o = {.assert_formats = assert_formats, .load = load, .arg = &r};
	json_t *whole = schema_bundle(doc, &o, err);
	int rc = whole ? check_size(whole, err) : -1;

	if (rc == 0)
		rc = compile(whole, k, err);
	if (rc == 0)
		rc = strings_from_json(r.names, "", STRINGS_MAX, &k->names, err);
	if (rc == 0 && whole != doc)
		k->bundle = json_incref(whole);
	json_decref(whole);
	json_decref(r.names);
	return rc;
}

static struct kept *kept_of(const struct config *c, const json_t *doc, int assert_formats,
                            struct err *err)
{
	struct contracts *cache = config_contracts(c);
	struct sha256 key;
	struct kept *k;
	int rc;

	key_of(doc, assert_formats, &key);
	k = find(cache, &key);
	if (k)
		return k;
	k = mem_alloc(sizeof(*k));
	k->key = key;
	if (assert_formats || schema_refers(doc))
		rc = make(c, doc, assert_formats, k, err);
	else
		rc = compile(doc, k, err);
	if (rc != 0) {
		kept_free(k);
		return NULL;
	}
	keep(cache, k);
	return k;
}

int contract_make(const struct config *c, const json_t *doc, int assert_formats,
                  struct contract *out, struct err *err)
{
	const struct strings none = {NULL, 0};
	const struct kept *k = kept_of(c, doc, assert_formats, err);

	if (!k)
		return -1;
	out->doc = json_incref(k->bundle ? k->bundle : (json_t *)doc);
	out->sha = k->sha;
	strings_union(&k->names, &none, &out->names);
	return 0;
}

void contract_release(struct contract *contract)
{
	json_decref(contract->doc);
	strings_release(&contract->names);
	contract->doc = NULL;
}

struct compiled *contract_compiled(const struct config *c, const json_t *doc, struct err *err)
{
	struct kept *k = find_same(config_contracts(c), doc);

	if (!k && (k = kept_of(c, doc, 0, err))) {
		json_decref(k->last);
		k->last = json_incref((json_t *)doc);
	}
	return k ? &k->compiled : NULL;
}

const struct schema *contract_schema(const struct config *c, const json_t *doc, struct err *err)
{
	const struct compiled *found = contract_compiled(c, doc, err);

	return found ? found->schema : NULL;
}
