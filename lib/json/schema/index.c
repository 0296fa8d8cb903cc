/* json/schema/index.c -- where every subschema, $id and anchor of the documents is. */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/compile.h"
#include "json/schema/meta.h"
#include "json/schema/uri.h"

enum { MAX_DOCUMENTS = 200 };

static int index_schema(struct compile *c, const json_t *json, struct resource *r,
                        const struct path *at, unsigned depth);

const struct path *index_below(struct compile *c, const struct path *up, const char *key,
                               size_t index)
{
	struct path *p = arena_alloc(&c->s->arena, sizeof(*p));

	*p = (struct path){.up = up, .key = key, .index = index};
	return p;
}

static struct place *find_place(const struct compile *c, const json_t *json)
{
	return map_get(&c->places, &json, sizeof(json));
}

/* ---- names: $id, anchors ---- */

static char *resolved(struct compile *c, const char *base, const char *ref)
{
	struct buf b = BUF_INIT;
	char *own;

	uri_resolve(&b, base, ref);
	own = arena_text(&c->s->arena, buf_str(&b), b.len);
	buf_release(&b);
	return own;
}

static void name_resource(struct compile *c, struct resource *r, const char *uri)
{
	r->uri = uri;
	map_add(&c->uris, uri, strlen(uri), r);
}

static struct resource *new_resource(struct compile *c, const json_t *root, const struct path *at)
{
	struct resource *r = arena_alloc(&c->s->arena, sizeof(*r));

	r->root = root;
	r->at = at;
	r->next = c->resources;
	c->resources = r;
	return r;
}

static void add_anchor(struct compile *c, struct place *p, const char *name)
{
	size_t n = strlen(p->resource->uri), m = strlen(name);
	char *key = arena_alloc(&c->s->arena, n + m + 2);

	memcpy(key, p->resource->uri, n);
	key[n] = '#';
	memcpy(key + n + 1, name, m);
	map_add(&c->anchors, key, n + m + 1, p);
}

/* The key of a dynamic anchor; ${size} is set. */
static char *dynamic_key(struct compile *c, const struct resource *r, const char *name,
                         size_t *size)
{
	size_t n = strlen(name);
	char *key = arena_alloc(&c->s->arena, sizeof(r) + n + 1);

	memcpy(key, &r, sizeof(r));
	memcpy(key + sizeof(r), name, n);
	*size = sizeof(r) + n;
	return key;
}

int index_is_dynamic(struct compile *c, const struct resource *r, const char *name)
{
	size_t n;
	char *key = dynamic_key(c, r, name, &n);

	return map_get(&c->dynamics, key, n) != NULL;
}

/* Keep the node's place open until the node is made: see compile_dynamic. */
static void add_dynamic(struct compile *c, struct place *p, const char *name)
{
	struct dynamic_anchor *d;
	size_t n;
	char *key = dynamic_key(c, p->resource, name, &n);

	if (map_get(&c->dynamics, key, n))
		return;
	d = arena_alloc(&c->s->arena, sizeof(*d));
	map_add(&c->dynamics, key, n, d);
	d->name = name;
	d->next = p->resource->dynamic;
	p->resource->dynamic = d;
	d->node = compile_place(c, p->json, p->resource, p->at);
}

static const char *member(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

/* A part with its own $id is a resource: *r becomes that. */
static void read_id(struct compile *c, const json_t *json, unsigned draft, struct resource **r,
                    const struct path *at, const char **anchor)
{
	const char *id = member(json, draft == D4 ? "id" : "$id");
	struct resource *outer = *r, *own = outer;
	char *uri, *hash;

	if (!id || (draft & (D4 | D6 | D7) && member(json, "$ref")))
		return;
	if (*id != '#') {
		uri = resolved(c, outer->uri, id);
		hash = strchr(uri, '#');
		if (hash)
			*hash = '\0';
		if (outer->root != json) {
			own = new_resource(c, json, at);
			own->document = outer->document;
		}
		name_resource(c, own, uri);
	}
	hash = strchr(id, '#');
	if (hash && hash[1] && draft & (D4 | D6 | D7))
		*anchor = hash + 1;
	*r = own;
}

static void read_anchors(struct compile *c, struct place *p, const char *of_id)
{
	const json_t *json = p->json;
	unsigned draft = p->resource->draft;
	const char *name;

	if (of_id)
		add_anchor(c, p, of_id);
	name = draft & (D19 | D20) ? member(json, "$anchor") : NULL;
	if (name)
		add_anchor(c, p, name);
	name = draft == D20 ? member(json, "$dynamicAnchor") : NULL;
	if (name) {
		add_anchor(c, p, name);
		add_dynamic(c, p, name);
	}
	if (draft == D19 && p->resource->root == json &&
	    json_is_true(json_object_get(json, "$recursiveAnchor")))
		add_dynamic(c, p, "");
}

/* ---- the walk ---- */

static int index_map(struct compile *c, const json_t *value, struct resource *r,
                     const struct path *at, unsigned depth, int some)
{
	json_t *obj = (json_t *)value; /* jansson's iterators take no const */
	void *iter;

	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		const json_t *v = json_object_iter_value(iter);
		const struct path *below =
		    index_below(c, at, json_object_iter_key(iter), 0);

		if (!(some && json_is_array(v)) && index_schema(c, v, r, below, depth + 1))
			return -1;
	}
	return 0;
}

static int index_list(struct compile *c, const json_t *value, struct resource *r,
                      const struct path *at, unsigned depth)
{
	size_t i;

	for (i = 0; i < json_array_size(value); i++)
		if (index_schema(c, json_array_get(value, i), r, index_below(c, at, NULL, i),
		                 depth + 1))
			return -1;
	return 0;
}

static int index_member(struct compile *c, const char *key, const json_t *value,
                        struct resource *r, const struct path *up, unsigned depth)
{
	const struct keyword *k = keyword_find(key);
	const struct path *at;

	if (!k || k->shape == SHAPE_NONE || !(k->drafts & r->draft))
		return 0;
	at = index_below(c, up, key, 0);
	if (json_is_array(value))
		return k->shape == SHAPE_LIST || k->shape == SHAPE_ONE_OR_LIST
		           ? index_list(c, value, r, at, depth)
		           : 0;
	if (k->shape == SHAPE_MAP || k->shape == SHAPE_MAP_SOME)
		return index_map(c, value, r, at, depth, k->shape == SHAPE_MAP_SOME);
	return k->shape == SHAPE_LIST ? 0 : index_schema(c, value, r, at, depth + 1);
}

static int read_dialect(struct compile *c, const json_t *json, struct resource *r,
                        const struct path *at, const char *id)
{
	const json_t *chosen = json_object_get(json, "$schema");
	struct err why = ERR_INIT;
	struct dialect d;

	if (!chosen)
		return 0;
	if (r->root != json && !id)
		return compile_refuse(c, r, index_below(c, at, "$schema", 0),
		                      "only a root or a schema with its own $id may choose a dialect");
	if (dialect_find(c, chosen, &d, &why))
		return compile_refuse(c, r, index_below(c, at, "$schema", 0), why.msg);
	r->draft = d.draft;
	r->vocabularies = d.vocabularies;
	return 0;
}

/* What ${json} itself says of its place: dialect, $id, anchors. */
static struct place *index_place(struct compile *c, const json_t *json, struct resource *r,
                                 const struct path *at, unsigned depth)
{
	struct place *p = arena_alloc(&c->s->arena, sizeof(*p));
	const char *anchor = NULL, *id = member(json, "$id");
	struct resource chosen = *r, *outer = r;

	/* the dialect decides whether $id counts, so it comes first */
	if (read_dialect(c, json, r->root == json ? r : &chosen, at, id ? id : member(json, "id")))
		return NULL;
	read_id(c, json, r->root == json ? r->draft : chosen.draft, &r, at, &anchor);
	if (r != outer) {
		r->draft = chosen.draft;
		r->vocabularies = chosen.vocabularies;
	}
	if (r->root == json && json_is_true(json_object_get(json, ASSERT_FORMAT)))
		r->vocabularies |= VOC_FORMAT_ASSERTION;
	*p = (struct place){.json = json, .resource = r, .at = at, .depth = depth};
	map_add(&c->places, &p->json, sizeof(p->json), p);
	*c->all_end = p;
	c->all_end = &p->next;
	read_anchors(c, p, anchor);
	return p;
}

static int index_schema(struct compile *c, const json_t *json, struct resource *r,
                        const struct path *at, unsigned depth)
{
	json_t *obj = (json_t *)json;
	struct place *p;
	void *iter;

	if (depth > MAX_DEPTH)
		return compile_refuse(c, r, at, "schemas nested too deeply");
	if (++c->nodes > MAX_NODES)
		return compile_refuse(c, r, at, "too many subschemas");
	if (!json_is_object(json) || find_place(c, json))
		return 0; /* what is no schema is found when it is compiled */
	p = index_place(c, json, r, at, depth);
	if (!p)
		return -1;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter))
		if (index_member(c, json_object_iter_key(iter), json_object_iter_value(iter),
		                 p->resource, at, depth))
			return -1;
	return 0;
}

struct resource *index_document(struct compile *c, json_t *root, const char *uri, unsigned draft)
{
	struct document *d = arena_alloc(&c->s->arena, sizeof(*d));
	struct dialect plain = dialect_standard(draft);
	struct path *at = arena_alloc(&c->s->arena, sizeof(*at));
	struct resource *r = new_resource(c, root, at);

	r->document = c->s->documents ? uri : NULL;
	d->root = root;
	d->next = c->s->documents;
	c->s->documents = d;
	r->draft = plain.draft;
	r->vocabularies = plain.vocabularies;
	name_resource(c, r, uri);
	return index_schema(c, root, r, at, 0) ? NULL : r;
}

/* ---- references ---- */

static json_t *parse_meta(const char *text, struct err *why)
{
	return js_parse_any(text, strlen(text), &js_limits_own, why);
}

static struct resource *load(struct compile *c, const char *uri, unsigned draft, struct err *why)
{
	const struct schema_options *o = c->options;
	const char *text = meta_find(uri);
	const struct document *d;
	json_t *doc = NULL, *own;
	size_t n = 0;

	for (d = c->s->documents; d; d = d->next)
		n++;
	if (n >= MAX_DOCUMENTS)
		err_set(why, FAIL_INVALID, "refers to too many documents");
	else if (text)
		doc = parse_meta(text, why);
	else if (o->load)
		doc = o->load(o->arg, uri, why);
	if (!doc) {
		err_set(why, FAIL_INVALID, "refers to %.200s, which is neither in this document "
		                           "nor in the registry", uri);
		return NULL;
	}
	own = json_deep_copy(doc);
	json_decref(doc);
	if (!own)
		mem_oom();
	return index_document(c, own, arena_text(&c->s->arena, uri, strlen(uri)), draft);
}

/* One step of a JSON pointer: the value at ${token}, or NULL. */
static const json_t *step(struct compile *c, const json_t *v, const char *token,
                          const struct path **at)
{
	size_t i = 0, n = strlen(token);
	json_t *obj = (json_t *)v;

	if (json_is_object(v)) {
		void *iter = json_object_iter_at(obj, token);

		if (!iter)
			return NULL;
		*at = index_below(c, *at, json_object_iter_key(iter), 0);
		return json_object_iter_value(iter);
	}
	if (!json_is_array(v) || !n || n > 8 || strspn(token, "0123456789") != n ||
	    (n > 1 && *token == '0'))
		return NULL;
	while (*token)
		i = i * 10 + (size_t)(*token++ - '0');
	*at = index_below(c, *at, NULL, i);
	return json_array_get(v, i);
}

/* "~1" is "/", "~0" is "~"; in place. */
static void unescape(char *token)
{
	char *to = token;

	for (; *token; token++)
		if (*token == '~' && (token[1] == '0' || token[1] == '1'))
			*to++ = *++token == '0' ? '~' : '/';
		else
			*to++ = *token;
	*to = '\0';
}

static int follow(struct compile *c, struct place *p, char *pointer, struct err *why)
{
	char *next = pointer;

	while (next) {
		const struct place *here;
		char *token = next + 1;

		next = strchr(token, '/');
		if (next)
			*next = '\0';
		unescape(token);
		p->json = step(c, p->json, token, &p->at);
		if (!p->json)
			return err_set(why, FAIL_INVALID, "refers to a place that is not there");
		here = find_place(c, p->json);
		if (here) {
			p->resource = here->resource;
			p->depth = here->depth;
			p->at = here->at;
		}
	}
	if (find_place(c, p->json) || !json_is_object(p->json))
		return 0;
	/* below a keyword that holds no schemas: it is one now */
	if (index_schema(c, p->json, p->resource, p->at, p->depth + 1))
		return -1;
	p->resource = find_place(c, p->json)->resource;
	return 0;
}

static int by_fragment(struct compile *c, struct resource *r, char *fragment, struct place *out,
                       struct err *why)
{
	const struct place *found;
	struct buf key = BUF_INIT;

	*out = (struct place){.json = r->root, .resource = r, .at = r->at};
	if (!*fragment)
		return 0;
	if (*fragment == '/')
		return follow(c, out, fragment, why);
	buf_addf(&key, "%s#%s", r->uri, fragment);
	found = map_get(&c->anchors, buf_str(&key), key.len);
	buf_release(&key);
	if (!found)
		return err_set(why, FAIL_INVALID, "refers to the anchor %.100s, which is not there",
		               fragment);
	*out = *found;
	return 0;
}

/* Letters, digits, "_", "-" and inner dots: what a registered schema may be called. */
static int is_name(const char *s)
{
	size_t n = strlen(s);

	return n && n <= 64 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == n &&
	       strchr(s, '.') && *s != '.' && s[n - 1] != '.';
}

/* The document that ${uri} names, which ${ref} is in full; ${ref} has no fragment. */
static struct resource *find_document(struct compile *c, const struct resource *base,
                                      const char *uri, const char *ref, struct err *why)
{
	struct resource *r = map_get(&c->uris, uri, strlen(uri));
	struct err ignored = ERR_INIT;

	if (!r && strcmp(uri, ref) && is_name(ref)) {
		r = map_get(&c->uris, ref, strlen(ref));
		if (!r)
			r = load(c, uri, base->draft, &ignored);
		return r ? r : load(c, ref, base->draft, why);
	}
	return r ? r : load(c, uri, base->draft, why);
}

int index_resolve(struct compile *c, const struct resource *base, const char *ref,
                  struct place *out, struct err *why)
{
	char *uri = resolved(c, base->uri, ref), *hash = strchr(uri, '#');
	struct buf fragment = BUF_INIT;
	struct resource *r;
	int rc;

	if (hash)
		*hash = '\0';
	r = find_document(c, base, uri, arena_text(&c->s->arena, ref, strcspn(ref, "#")), why);
	if (!r && c->options->partial) {
		*out = (struct place){.json = json_true(), .resource = (struct resource *)base,
		                      .at = base->at};
		return 0;
	}
	if (!r)
		return -1;
	if (hash && uri_decode(&fragment, hash + 1)) {
		buf_release(&fragment);
		return err_set(why, FAIL_INVALID, "is no URI reference");
	}
	/* decoded text is a copy of its own: it may be cut up */
	rc = by_fragment(c, r, fragment.len ? fragment.data : (char[]){""}, out, why);
	buf_release(&fragment);
	return rc;
}
