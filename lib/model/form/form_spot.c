/* model/form/form_spot.c -- subschemas in their documents, and what references mean. */
#include "model/form/form_p.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/meta.h"
#include "json/schema/uri.h"

/* A name that no schema uses: conditions refer to their document by it. */
#define OWN_URI "er-form:/"
#define OWN_ROOT OWN_URI ".schema"

enum { DOCS_MAX = 100, INDEX_DEPTH = 64 };

static int draft_of(const char *dialect, int otherwise)
{
	static const struct {
		const char *part;
		int draft;
	} names[] = {{"draft-04", 4}, {"draft-06", 6}, {"draft-07", 7}, {"2019-09", 2019},
	             {"2020-12", 2020}};

	for (size_t i = 0; dialect && i < NITEMS(names); i++)
		if (strstr(dialect, names[i].part))
			return names[i].draft;
	return otherwise;
}

int draft_is_old(const struct spot *spot)
{
	return spot->scope->draft < SCHEMA_DRAFT_2019;
}

static const struct step *step_new(struct build *b, const struct step *up, const char *key,
                                   size_t index)
{
	struct step *s = arena_alloc(&b->scratch, sizeof(*s));

	*s = (struct step){.up = up, .key = key, .index = index};
	return s;
}

/* ---- resources ---- */

static const char *text_of(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

/* An own $id makes a resource of its own; 0 when there is none. */
static int enter(struct build *b, struct spot *spot)
{
	const struct scope *outer = spot->scope;
	const char *id = text_of(spot->json, outer->draft == SCHEMA_DRAFT_4 ? "id" : "$id");
	const char *dialect = text_of(spot->json, "$schema");
	struct buf uri = BUF_INIT;
	struct scope *own;

	if (!id || *id == '#' || (draft_is_old(spot) && text_of(spot->json, "$ref")))
		return 0;
	uri_resolve(&uri, outer->base, id);
	own = arena_alloc(&b->scratch, sizeof(*own));
	*own = *outer;
	own->root = spot->json;
	own->at = spot->at;
	own->base = arena_text(&b->scratch, buf_str(&uri), strcspn(buf_str(&uri), "#"));
	if (dialect) {
		own->dialect = arena_text(&b->scratch, dialect, strlen(dialect));
		own->draft = draft_of(dialect, own->draft);
	}
	buf_release(&uri);
	spot->scope = own;
	return 1;
}

static struct spot *spot_copy(struct build *b, const struct spot *s)
{
	struct spot *own = arena_alloc(&b->scratch, sizeof(*own));

	*own = *s;
	return own;
}

static void add_anchor(struct build *b, struct form_doc *doc, const struct spot *s,
                       const char *name)
{
	struct buf key = BUF_INIT;

	buf_addf(&key, "%s#%s", s->scope->base, name);
	map_add(&doc->anchors, arena_text(&b->scratch, key.data, key.len), key.len, spot_copy(b, s));
	buf_release(&key);
}

static void index_anchors(struct build *b, struct form_doc *doc, const struct spot *s)
{
	static const char *const keys[] = {"$anchor", "$dynamicAnchor"};
	const char *id = text_of(s->json, s->scope->draft == SCHEMA_DRAFT_4 ? "id" : "$id");
	const char *hash = id ? strchr(id, '#') : NULL;

	for (size_t i = 0; i < NITEMS(keys); i++)
		if (text_of(s->json, keys[i]))
			add_anchor(b, doc, s, text_of(s->json, keys[i]));
	if (hash && hash[1])
		add_anchor(b, doc, s, hash + 1);
}

static int holds_values(const char *key)
{
	return !strcmp(key, "const") || !strcmp(key, "enum") || !strcmp(key, "default") ||
	       !strcmp(key, "examples");
}

static void index_ids(struct build *b, struct form_doc *doc, struct spot s, unsigned depth)
{
	json_t *obj = (json_t *)s.json; /* jansson's iterators take no const */
	struct spot below = s;
	size_t i;

	if (depth > INDEX_DEPTH)
		return;
	for (i = 0; i < json_array_size(obj); i++) {
		below.json = json_array_get(obj, i);
		below.at = step_new(b, s.at, NULL, i);
		index_ids(b, doc, below, depth + 1);
	}
	if (!json_is_object(obj))
		return;
	if (s.at->up && enter(b, &s))
		map_add(&b->resources, s.scope->base, strlen(s.scope->base), spot_copy(b, &s));
	index_anchors(b, doc, &s);
	below.scope = s.scope;
	for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
		below.json = json_object_iter_value(it);
		if (holds_values(json_object_iter_key(it)) ||
		    !(json_is_object(below.json) || json_is_array(below.json)))
			continue;
		below.at = step_new(b, s.at, json_object_iter_key(it), 0);
		index_ids(b, doc, below, depth + 1);
	}
}

/* Takes over ${root}; found by ${uri} and by its own $id from now on. */
static struct spot *add_doc(struct build *b, json_t *root, const char *uri, int draft)
{
	struct form_doc *doc = arena_alloc(&b->scratch, sizeof(*doc));
	struct scope *scope = arena_alloc(&b->scratch, sizeof(*scope));
	const char *dialect = text_of(root, "$schema");
	struct spot s = {.json = root, .scope = scope, .at = step_new(b, NULL, NULL, 0)};
	struct spot *own;

	doc->root = root;
	doc->uri = uri;
	doc->next = b->docs;
	b->docs = doc;
	*scope = (struct scope){.doc = doc, .root = root, .at = s.at, .base = uri};
	scope->dialect = dialect ? arena_text(&b->scratch, dialect, strlen(dialect)) : NULL;
	scope->draft = draft_of(dialect, draft);
	map_add(&b->resources, uri, strlen(uri), spot_copy(b, &s));
	if (json_is_object(root))
		enter(b, &s);
	own = spot_copy(b, &s);
	map_add(&b->resources, s.scope->base, strlen(s.scope->base), own);
	index_ids(b, doc, s, 0);
	return own;
}

void spot_begin(struct build *b, const json_t *schema, struct spot *out)
{
	const char *base = b->options->base ? b->options->base : "";
	int draft = b->options->draft ? b->options->draft : SCHEMA_DRAFT_2020;

	*out = *add_doc(b, json_incref((json_t *)schema),
	                arena_text(&b->scratch, base, strcspn(base, "#")), draft);
}

void spot_end(struct build *b)
{
	for (struct form_doc *d = b->docs; d; d = d->next) {
		json_decref(d->root);
		map_release(&d->anchors);
	}
	map_release(&b->resources);
	arena_release(&b->scratch);
}

void spot_below(struct build *b, const struct spot *up, const char *key, const char *name,
                size_t index, struct spot *out)
{
	*out = (struct spot){.json = json_object_get(up->json, key), .scope = up->scope,
	                     .at = step_new(b, up->at, key, 0)};
	if (name) {
		out->json = json_object_get(out->json, name);
		out->at = step_new(b, out->at, name, 0);
	} else if (index != SIZE_MAX) {
		out->json = json_array_get(out->json, index);
		out->at = step_new(b, out->at, NULL, index);
	}
	if (json_is_object(out->json))
		enter(b, out);
}

/* ---- references ---- */

static struct spot *load(struct build *b, const char *uri, int draft)
{
	const struct schema_options *o = b->options;
	const char *text = meta_find(uri);
	struct err no_matter = ERR_INIT;
	json_t *doc = NULL;
	size_t n = 0;

	for (const struct form_doc *d = b->docs; d; d = d->next)
		n++;
	if (n >= DOCS_MAX)
		return NULL;
	if (text)
		doc = js_parse_any(text, strlen(text), &js_limits_own, &no_matter);
	else if (o->load)
		doc = o->load(o->arg, uri, &no_matter);
	return doc ? add_doc(b, doc, arena_text(&b->scratch, uri, strlen(uri)), draft) : NULL;
}

/* A registered name, which its base made something else of. */
static struct spot *load_name(struct build *b, const char *ref, int draft)
{
	size_t n = strcspn(ref, "#");
	char *name = mem_strndup(ref, n);
	struct spot *r = map_get(&b->resources, name, n);

	if (!r && !uri_is_absolute(name))
		r = load(b, name, draft);
	free(name);
	return r;
}

int pointer_next(const char **p, struct buf *out)
{
	const char *s = *p;

	if (*s != '/')
		return 0;
	for (s++; *s && *s != '/'; s++) {
		if (*s == '~' && (s[1] == '0' || s[1] == '1'))
			buf_addc(out, *++s == '0' ? '~' : '/');
		else
			buf_addc(out, *s);
	}
	*p = s;
	return 1;
}

static int step_down(struct build *b, struct spot *s, const char *token)
{
	size_t n = strlen(token), i = 0;
	void *it;

	if (json_is_object(s->json)) {
		it = json_object_iter_at((json_t *)s->json, token);
		if (!it)
			return 0;
		s->json = json_object_iter_value(it);
		s->at = step_new(b, s->at, json_object_iter_key(it), 0);
	} else {
		if (!json_is_array(s->json) || !n || n > 8 || strspn(token, "0123456789") != n)
			return 0;
		while (*token)
			i = i * 10 + (size_t)(*token++ - '0');
		s->json = json_array_get(s->json, i);
		s->at = step_new(b, s->at, NULL, i);
	}
	if (json_is_object(s->json))
		enter(b, s);
	return s->json != NULL;
}

static int by_fragment(struct build *b, struct spot *s, const char *fragment)
{
	struct buf token = BUF_INIT;
	const struct spot *found;
	int ok = 1;

	if (*fragment != '/' && *fragment) {
		buf_addf(&token, "%s#%s", s->scope->base, fragment);
		found = map_get(&s->scope->doc->anchors, token.data, token.len);
		buf_release(&token);
		if (found)
			*s = *found;
		return found != NULL;
	}
	while (ok && pointer_next(&fragment, &token)) {
		ok = step_down(b, s, buf_str(&token));
		buf_clear(&token);
	}
	buf_release(&token);
	return ok;
}

int spot_resolve(struct build *b, const struct spot *from, const char *ref, struct spot *out)
{
	struct buf uri = BUF_INIT, fragment = BUF_INIT;
	const struct spot *r = NULL;
	size_t n;
	int ok;

	if (*ref == '#') {
		*out = (struct spot){.json = from->scope->root, .scope = from->scope,
		                     .at = from->scope->at};
		r = out;
		buf_adds(&uri, ref);
		n = 0;
	} else {
		uri_resolve(&uri, from->scope->base, ref);
		n = strcspn(buf_str(&uri), "#");
	}
	ok = !uri_decode(&fragment, buf_str(&uri) + n + (buf_str(&uri)[n] == '#'));
	if (!r) {
		char *whole = mem_strndup(buf_str(&uri), n);

		r = map_get(&b->resources, whole, n);
		r = r ? r : load(b, whole, from->scope->draft);
		free(whole);
		r = r ? r : load_name(b, ref, from->scope->draft);
	}
	if (r)
		*out = *r;
	ok = ok && r && by_fragment(b, out, buf_str(&fragment));
	buf_release(&uri);
	buf_release(&fragment);
	return ok;
}

/* ---- a subschema as a schema of its own ---- */

static size_t count_values(const json_t *v, unsigned depth)
{
	json_t *obj = (json_t *)v;
	size_t n = 1;

	if (depth > INDEX_DEPTH)
		return n;
	for (size_t i = 0; i < json_array_size(v); i++)
		n += count_values(json_array_get(v, i), depth + 1);
	for (void *it = json_is_object(v) ? json_object_iter(obj) : NULL; it;
	     it = json_object_iter_next(obj, it))
		n += count_values(json_object_iter_value(it), depth + 1);
	return n;
}

/* 1 when it means the same wherever it stands. */
static int stands_alone(const json_t *v)
{
	static const char *const bound[] = {"$ref", "$dynamicRef", "$recursiveRef", "$id", "id",
	                                    "$schema", "$anchor", "$dynamicAnchor"};
	json_t *obj = (json_t *)v;

	for (size_t i = 0; i < json_array_size(v); i++)
		if (!stands_alone(json_array_get(v, i)))
			return 0;
	for (size_t i = 0; json_is_object(v) && i < NITEMS(bound); i++)
		if (json_is_string(json_object_get(v, bound[i])))
			return 0;
	for (void *it = json_is_object(v) ? json_object_iter(obj) : NULL; it;
	     it = json_object_iter_next(obj, it))
		if (!stands_alone(json_object_iter_value(it)))
			return 0;
	return 1;
}

static void add_pointer(struct buf *out, const struct step *at)
{
	if (!at->up)
		return;
	add_pointer(out, at->up);
	if (at->key)
		js_pointer_add(out, at->key);
	else
		buf_addf(out, "/%zu", at->index);
}

struct loader {
	struct build *b;
	const struct form_doc *doc;
};

/* The document under a name of ours, and what it refers to beside itself. */
static json_t *load_own(void *arg, const char *uri, struct err *err)
{
	const struct loader *l = arg;
	const struct schema_options *o = l->b->options;

	if (!strcmp(uri, *l->doc->uri ? l->doc->uri : OWN_ROOT))
		return json_incref(l->doc->root);
	if (!strncmp(uri, OWN_URI, strlen(OWN_URI)))
		uri += strlen(OWN_URI);
	for (const struct form_doc *d = l->b->docs; d; d = d->next)
		if (!strcmp(uri, d->uri))
			return json_incref(d->root);
	return o->load ? o->load(o->arg, uri, err) : NULL;
}

static struct schema *compile_with(struct build *b, const struct scope *scope, json_t *doc,
                                   size_t cost)
{
	struct loader loader = {b, scope->doc};
	struct schema_options o = *b->options;
	struct err no_matter = ERR_INIT;
	struct schema *s = NULL;
	struct kept *k;

	o.load = load_own;
	o.arg = &loader;
	o.base = NULL;
	o.draft = scope->draft;
	if (cost < b->budget) {
		b->budget -= cost;
		s = schema_compile_with(doc, &o, &no_matter);
	}
	if (!s)
		return NULL;
	k = arena_alloc(&b->form->arena, sizeof(*k));
	k->test = s;
	k->next = b->form->kept;
	b->form->kept = k;
	return s;
}

struct schema *spot_compile_own(struct build *b, const struct scope *scope, json_t *schema)
{
	struct schema *s;

	if (scope->dialect && json_is_object(schema))
		js_set_str(schema, "$schema", scope->dialect);
	s = compile_with(b, scope, schema, count_values(schema, 0));
	json_decref(schema);
	return s;
}

struct schema *spot_compile(struct build *b, const struct spot *spot, json_t **json)
{
	struct buf ref = BUF_INIT, pointer = BUF_INIT;
	struct schema *s;
	json_t *doc;

	if (json)
		*json = NULL;
	if (stands_alone(spot->json)) {
		if (json)
			*json = json_deep_copy(spot->json);
		return spot_compile_own(b, spot->scope, json_deep_copy(spot->json));
	}
	add_pointer(&pointer, spot->at);
	buf_addf(&ref, "%s#", *spot->scope->doc->uri ? spot->scope->doc->uri : OWN_ROOT);
	uri_add_fragment(&ref, buf_str(&pointer));
	doc = json_object();
	if (spot->scope->dialect)
		js_set_str(doc, "$schema", spot->scope->dialect);
	js_set_str(doc, "$ref", buf_str(&ref));
	s = compile_with(b, spot->scope, doc, count_values(spot->scope->doc->root, 0));
	json_decref(doc);
	buf_release(&ref);
	buf_release(&pointer);
	return s;
}
