/* json/schema/bundle.c -- loaded documents move into the one that refers to them. */
#include "json/schema/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/compile.h"
#include "json/schema/meta.h"
#include "json/schema/uri.h"

#define URN "urn:er:schema:"

static const char *const refs[] = {"$ref", "$dynamicRef", "$recursiveRef"};
static const char *const dynamic[] = {"$dynamicRef", "$dynamicAnchor", "$recursiveRef",
                                      "$recursiveAnchor"};
static const char *const names[] = {"$id", "id", "$anchor", "$schema", ASSERT_FORMAT};

/* A document that was loaded; the first one is the schema itself. */
struct part {
	const char *document; /* URI, NULL of the first: how places name it */
	const struct resource *root;
	int own;      /* keeps its resources */
	json_t *copy; /* owned */
	char *key;    /* in $defs; owned */
};

struct site {
	const struct place *place;
	const char *keyword;
	struct place target;
	const char *fragment; /* as written, behind "#"; NULL: none */
};

struct bundle {
	struct compile c;
	struct part *parts; /* owned */
	size_t nparts;
	struct site *sites; /* owned */
	size_t nsites;
	int needs_uri; /* something refers to the first document by its URI */
};

/* ---- what there is ---- */

static int is_own_dialect(const char *uri)
{
	size_t n = strlen(uri);
	char *plain = mem_strndup(uri, n && uri[n - 1] == '#' ? n - 1 : n);
	int own = meta_find(plain) == NULL;

	free(plain);
	return own;
}

int schema_refers(const json_t *doc)
{
	json_t *obj = (json_t *)doc; /* jansson's iterators take no const */
	void *iter;
	size_t i;

	for (i = 0; i < json_array_size(doc); i++)
		if (schema_refers(json_array_get(doc, i)))
			return 1;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		const char *key = json_object_iter_key(iter);
		const json_t *v = json_object_iter_value(iter);
		const char *s = json_string_value(v);

		if (s && (!strcmp(key, refs[0]) || !strcmp(key, refs[1])) && *s != '#')
			return 1;
		if (s && !strcmp(key, "$schema") && is_own_dialect(s))
			return 1;
		if (schema_refers(v))
			return 1;
	}
	return 0;
}

static struct part *part_of(const struct bundle *b, const struct resource *r)
{
	size_t i;

	for (i = 0; i < b->nparts; i++)
		if (b->parts[i].document == r->document)
			return &b->parts[i];
	return NULL;
}

static int is_meta(const struct resource *r)
{
	return r->document && meta_find(r->document);
}

static void add_part(struct bundle *b, const struct resource *r)
{
	const struct resource *root = r;

	if (is_meta(r) || part_of(b, r))
		return;
	for (r = b->c.resources; r; r = r->next)
		if (r->document == root->document && !r->at->up)
			root = r;
	b->parts = mem_grow(b->parts, b->nparts + 1, sizeof(*b->parts));
	b->parts[b->nparts++] = (struct part){.document = root->document, .root = root};
}

static void add_site(struct bundle *b, const struct place *p, const char *keyword,
                     const struct place *target)
{
	const char *text = json_string_value(json_object_get(p->json, keyword));
	const char *hash = strchr(text, '#');

	add_part(b, target->resource);
	b->sites = mem_grow(b->sites, b->nsites + 1, sizeof(*b->sites));
	b->sites[b->nsites++] = (struct site){.place = p, .keyword = keyword, .target = *target,
	                                      .fragment = hash ? hash + 1 : NULL};
}

static int resolve_site(struct bundle *b, const struct place *p, const char *keyword)
{
	const struct keyword *k = keyword_find(keyword);
	const json_t *v = json_object_get(p->json, keyword);
	struct err why = ERR_INIT;
	struct place target;

	if (!json_is_string(v) || !(k->drafts & p->resource->draft) ||
	    !(k->vocabulary & p->resource->vocabularies))
		return 0;
	if (index_resolve(&b->c, p->resource, json_string_value(v), &target, &why))
		return compile_refuse(&b->c, p->resource, index_below(&b->c, p->at, keyword, 0),
		                      why.msg);
	add_site(b, p, keyword, &target);
	return 0;
}

static int resolve_dialect(struct bundle *b, const struct place *p)
{
	const char *uri = json_string_value(json_object_get(p->json, "$schema"));
	struct err why = ERR_INIT;
	struct place target;

	if (!uri || !is_own_dialect(uri))
		return 0;
	if (index_resolve(&b->c, p->resource, uri, &target, &why))
		return compile_refuse(&b->c, p->resource, index_below(&b->c, p->at, "$schema", 0),
		                      why.msg);
	add_site(b, p, "$schema", &target);
	part_of(b, target.resource)->own = 1;
	return 0;
}

/* Resolving may load documents, whose places come last. */
static int resolve_all(struct bundle *b)
{
	const struct place *p;
	size_t i;

	for (p = b->c.all; p; p = p->next) {
		if (is_meta(p->resource))
			continue;
		add_part(b, p->resource);
		if (resolve_dialect(b, p))
			return -1;
		for (i = 0; i < NITEMS(refs); i++)
			if (resolve_site(b, p, refs[i]))
				return -1;
	}
	return 0;
}

/* Which cannot lie in the first one's resource? */
static void find_own(struct bundle *b)
{
	const struct resource *first = b->parts[0].root;
	unsigned of_lane = b->c.options->assert_formats > 0 ? VOC_FORMAT_ASSERTION : 0;
	const struct place *p;
	size_t i;

	for (p = b->c.all; p; p = p->next) {
		struct part *part = part_of(b, p->resource);

		if (!part)
			continue;
		if (p->resource->draft != first->draft ||
		    (p->resource->vocabularies | of_lane) != (first->vocabularies | of_lane))
			part->own = 1;
		for (i = 0; i < NITEMS(dynamic); i++)
			if (json_object_get(p->json, dynamic[i]))
				part->own = 1;
	}
}

/* ---- names ---- */

static const char *defs_key(const struct bundle *b)
{
	return b->parts[0].root->draft & (D19 | D20) ? "$defs" : "definitions";
}

static int key_taken(const struct bundle *b, const char *key)
{
	size_t i;

	for (i = 1; i < b->nparts; i++)
		if (b->parts[i].key && !strcmp(b->parts[i].key, key))
			return 1;
	return json_object_get(json_object_get(b->parts[0].copy, defs_key(b)), key) != NULL;
}

/* After the last part of its URI. */
static void name_part(const struct bundle *b, struct part *part)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	const char *slash = strrchr(part->document, '/');
	const char *from = slash ? slash + 1 : part->document;
	size_t n = strspn(from, ok);
	struct buf key = BUF_INIT;
	unsigned i;

	if (from[n] || !n) {
		from = "schema";
		n = strlen(from);
	}
	buf_add(&key, from, n);
	for (i = 2; key_taken(b, buf_str(&key)); i++) {
		buf_clear(&key);
		buf_add(&key, from, n);
		buf_addf(&key, "-%u", i);
	}
	part->key = buf_detach(&key);
}

/* The URI by which other resources name ${part}. */
static void add_uri(struct buf *out, const struct part *part)
{
	if (uri_is_absolute(part->root->uri))
		buf_adds(out, part->root->uri);
	else
		buf_addf(out, URN "%s", part->key ? part->key : "bundle");
}

static void set_uri(const struct part *part)
{
	struct buf uri = BUF_INIT;

	add_uri(&uri, part);
	js_set_str(part->copy, part->root->draft == D4 ? "id" : "$id", buf_str(&uri));
	buf_release(&uri);
}

/* ---- references ---- */

/* The object of a copy that stands where ${at} was. */
static json_t *in_copy(json_t *copy, const struct path *at)
{
	json_t *up;

	if (!at->up)
		return copy;
	up = in_copy(copy, at->up);
	return at->key ? json_object_get(up, at->key) : json_array_get(up, at->index);
}

/* To a part that lies in the first one's resource, or to the first itself. */
static void add_inside(struct bundle *b, const struct site *s, const struct part *to,
                       struct buf *out)
{
	const struct part *from = part_of(b, s->place->resource);
	struct buf pointer = BUF_INIT;
	/* does the reference itself stand in the first one's resource? */
	int near = from == b->parts ? s->place->resource == from->root : !from->own;

	if (!near) {
		add_uri(out, &b->parts[0]);
		b->needs_uri = 1;
	}
	if (to != b->parts)
		buf_addf(&pointer, "/%s/%s", defs_key(b), to->key);
	path_add(&pointer, s->target.at);
	buf_addc(out, '#');
	uri_add_fragment(out, buf_str(&pointer));
	buf_release(&pointer);
}

static void add_outside(const struct site *s, const struct part *to, struct buf *out)
{
	struct buf pointer = BUF_INIT;
	int anchor = s->fragment && *s->fragment && *s->fragment != '/';

	if (anchor && uri_is_absolute(s->target.resource->uri))
		buf_adds(out, s->target.resource->uri);
	else
		add_uri(out, to);
	if (anchor) {
		buf_addf(out, "#%s", s->fragment);
	} else {
		path_add(&pointer, s->target.at);
		if (pointer.len)
			buf_addc(out, '#');
		uri_add_fragment(out, buf_str(&pointer));
	}
	buf_release(&pointer);
}

static void rewrite(struct bundle *b, const struct site *s)
{
	const struct part *from = part_of(b, s->place->resource);
	const struct part *to = part_of(b, s->target.resource);
	const char *text = json_string_value(json_object_get(s->place->json, s->keyword));
	struct buf ref = BUF_INIT;

	if (from == to && (from->own || from == b->parts))
		return; /* within a document that keeps its resources */
	if (!to)
		uri_resolve(&ref, s->place->resource->uri, text); /* a metaschema */
	else if (to->own && to != b->parts)
		add_outside(s, to, &ref);
	else
		add_inside(b, s, to, &ref);
	js_set_str(in_copy(from->copy, s->place->at), s->keyword, buf_str(&ref));
	buf_release(&ref);
}

/* What lies in the first one's resource has no names of its own. */
static void strip_names(const struct bundle *b)
{
	const struct place *p;
	size_t i;

	for (p = b->c.all; p; p = p->next) {
		const struct part *part = part_of(b, p->resource);

		if (!part || part->own || part == b->parts)
			continue;
		for (i = 0; i < NITEMS(names); i++)
			if (strcmp(names[i], "id") || p->resource->draft == D4)
				json_object_del(in_copy(part->copy, p->at), names[i]);
	}
}

/* ---- the whole ---- */

static void copy_parts(struct bundle *b)
{
	size_t i;

	for (i = 0; i < b->nparts; i++) {
		b->parts[i].copy = json_deep_copy(b->parts[i].root->root);
		if (!b->parts[i].copy)
			mem_oom();
		if (i)
			name_part(b, &b->parts[i]);
	}
}

static void finish_own(const struct bundle *b, const struct part *part)
{
	set_uri(part);
	if (!json_object_get(part->copy, "$schema") &&
	    (part->root->draft != b->parts[0].root->draft ||
	     part->root->vocabularies != b->parts[0].root->vocabularies))
		js_set_str(part->copy, "$schema", dialect_uri(part->root->draft));
	if (b->c.options->assert_formats > 0)
		js_set_new(part->copy, ASSERT_FORMAT, json_true());
}

static json_t *put_together(struct bundle *b)
{
	json_t *whole = b->parts[0].copy, *defs = json_object_get(whole, defs_key(b));
	size_t i;

	if (!defs && b->nparts > 1) {
		defs = json_object();
		if (!defs)
			mem_oom();
		js_set_new(whole, defs_key(b), defs);
	}
	for (i = 1; i < b->nparts; i++) {
		if (b->parts[i].own && json_is_object(b->parts[i].copy))
			finish_own(b, &b->parts[i]);
		js_set_copy(defs, b->parts[i].key, b->parts[i].copy);
	}
	if (b->needs_uri)
		set_uri(&b->parts[0]);
	if (b->c.options->assert_formats > 0)
		js_set_new(whole, ASSERT_FORMAT, json_true());
	return json_incref(whole);
}

/* Before 2019-09 a $ref hides the $id beside it: such a document cannot be given one. */
static int check_named(struct bundle *b)
{
	size_t i;

	for (i = 0; i < b->nparts; i++) {
		const struct part *part = &b->parts[i];

		if ((i ? part->own : b->needs_uri) && part->root->draft & (D4 | D6 | D7) &&
		    json_is_string(json_object_get(part->copy, "$ref")))
			return compile_refuse(&b->c, part->root,
			                      index_below(&b->c, part->root->at, "$ref", 0),
			                      "stands at the root of a document that others refer to: "
			                      "put it into allOf");
	}
	return 0;
}

static json_t *make(struct bundle *b)
{
	size_t i;

	find_own(b);
	copy_parts(b);
	for (i = 0; i < b->nsites; i++)
		rewrite(b, &b->sites[i]);
	if (check_named(b))
		return NULL;
	strip_names(b);
	return put_together(b);
}

static int nothing_to_add(const struct bundle *b, const json_t *doc)
{
	return b->nparts < 2 && (b->c.options->assert_formats <= 0 ||
	                         json_is_true(json_object_get(doc, ASSERT_FORMAT)));
}

json_t *schema_bundle(const json_t *doc, const struct schema_options *options, struct err *err)
{
	struct bundle b = {.parts = NULL};
	json_t *out = NULL;
	size_t i;

	if (!compile_open(&b.c, doc, options, err) && !resolve_all(&b))
		out = json_is_boolean(doc) || nothing_to_add(&b, doc) ? json_incref((json_t *)doc)
		                                                      : make(&b);
	for (i = 0; i < b.nparts; i++) {
		json_decref(b.parts[i].copy);
		free(b.parts[i].key);
	}
	free(b.parts);
	free(b.sites);
	compile_close(&b.c);
	schema_free(b.c.s);
	return out;
}
