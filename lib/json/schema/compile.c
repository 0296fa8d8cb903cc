/* json/schema/compile.c -- a schema document becomes nodes. */
#include "json/schema/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/schema/idn.h"
#include "json/schema/pattern.h"
#include "json/schema/run.h"

int compile_refuse(struct compile *c, const struct resource *r, const struct path *at,
                   const char *what)
{
	struct buf where = BUF_INIT;

	if (r->document)
		buf_addf(&where, "%s#", r->document);
	path_add(&where, at);
	err_field(c->err, FAIL_INVALID, buf_str(&where), "%s", what);
	buf_release(&where);
	return -1;
}

int take_refuse(const struct take *t, const char *what)
{
	return compile_refuse(t->c, t->node->resource, t->at, what);
}

static void push(struct compile *c, struct place *p)
{
	struct work *w = arena_alloc(&c->s->arena, sizeof(*w));

	w->place = p;
	*c->work_end = w;
	c->work_end = &w->next;
}

static struct node *new_node(struct compile *c, const json_t *json, struct resource *r,
                             const struct path *at)
{
	struct node *node = arena_alloc(&c->s->arena, sizeof(*node));
	struct node_list *l = arena_alloc(&c->s->arena, sizeof(*l));

	node->resource = r;
	node->at = at;
	node->json = json;
	node->types = TYPE_ALL;
	if (r->draft == D4)
		node->flags = NODE_STRICT;
	l->node = node;
	l->next = c->list;
	c->list = l;
	return node;
}

struct node *compile_place(struct compile *c, const json_t *json, struct resource *r,
                           const struct path *at)
{
	struct place *p;
	struct node *node;

	if (json_is_boolean(json)) {
		node = new_node(c, json, r, at);
		if (json_is_true(json))
			node->quick = TYPE_ALL;
		else
			node->flags |= NODE_NOTHING_VALID;
		return node;
	}
	p = json_is_object(json) ? map_get(&c->places, &json, sizeof(json)) : NULL;
	if (!p) {
		compile_refuse(c, r, at, "must be a schema: an object, true or false");
		return NULL;
	}
	if (!p->node) {
		p->node = new_node(c, json, p->resource, p->at);
		push(c, p);
	}
	return p->node;
}

struct node *take_node(const struct take *t, const json_t *json, const struct path *at)
{
	return compile_place(t->c, json, t->node->resource, at);
}

struct pattern *take_compiled(const struct take *t, const struct path *at, const char *text,
                              size_t n)
{
	struct err why = ERR_INIT;
	struct compile *c = t->c;
	struct pattern *p = map_get(&c->patterns, text, n);
	struct owned_pattern *own;

	if (p)
		return p;
	p = pattern_compile(text, n, &why);
	if (!p) {
		compile_refuse(c, t->node->resource, at, why.msg);
		return NULL;
	}
	own = arena_alloc(&c->s->arena, sizeof(*own));
	own->pattern = p;
	own->next = c->s->patterns;
	c->s->patterns = own;
	map_add(&c->patterns, text, n, p);
	c->pattern_bytes += pattern_size(p) + PATTERN_OVERHEAD;
	if (c->pattern_bytes > MAX_PATTERN_BYTES) {
		compile_refuse(c, t->node->resource, at, "the patterns are too large together");
		return NULL;
	}
	return p;
}

static take_fn *const takes[] = {
    [OP_TYPE] = take_type,
    [OP_ENUM] = take_enum,
    [OP_CONST] = take_const,
    [OP_BOUND] = take_bound,
    [OP_COUNT] = take_count,
    [OP_PATTERN] = take_pattern,
    [OP_FORMAT] = take_format,
    [OP_UNIQUE] = take_unique,
    [OP_REQUIRED] = take_required,
    [OP_PROPERTIES] = take_properties,
    [OP_PATTERN_PROPERTIES] = take_pattern_properties,
    [OP_ADDITIONAL] = take_additional,
    [OP_NAMES] = take_names,
    [OP_DEPENDENT] = take_dependent,
    [OP_PREFIX] = take_prefix,
    [OP_ITEMS] = take_items,
    [OP_ADDITIONAL_ITEMS] = take_additional_items,
    [OP_CONTAINS] = take_contains,
    [OP_SEVERAL] = take_several,
    [OP_SINGLE] = take_single,
    [OP_REF] = take_ref,
    [OP_DYNAMIC_REF] = take_dynamic_ref,
    [OP_RECURSIVE_REF] = take_recursive_ref,
};

static int compile_member(struct compile *c, const struct place *p, const char *key,
                          const json_t *value)
{
	const struct keyword *k = keyword_find(key);
	const struct resource *r = p->resource;
	struct take t = {.c = c, .node = p->node, .value = value, .schema = p->json,
	                 .depth = p->depth};

	/* the specification: an unknown keyword is an annotation */
	if (!k || !(k->drafts & r->draft) || !(k->vocabulary & r->vocabularies))
		return 0;
	t.at = index_below(c, p->at, key, 0);
	t.slot = k->slot;
	if (!keyword_fits(k, value))
		return take_refuse(&t, keyword_wants(k));
	return takes[k->op] ? takes[k->op](&t) : 0;
}

static void settle_object(struct object_part *o)
{
	o->plain = o->walks && o->props && !o->npatterns && !o->keys &&
	           (o->required_mask || !json_array_size(o->required));
}

static void settle(struct node *node)
{
	struct applied *a = (struct applied *)node->applied;

	if (node->object)
		settle_object((struct object_part *)node->object);
	if (a && !a->when)
		a->then = a->otherwise = NULL;
	if (a || node->fixed)
		return;
	node->sure = quick_sure(node);
	if (node->allowed)
		return;
	node->quick = node->types & TYPE_ALL;
	if (node->number)
		node->quick &= ~(unsigned)(TYPE_NUMBER | TYPE_INTEGER);
	if (node->string)
		node->quick &= ~(unsigned)TYPE_STRING;
	if (node->array)
		node->quick &= ~(unsigned)TYPE_ARRAY;
	if (node->object)
		node->quick &= ~(unsigned)TYPE_OBJECT;
}

/* draft-04 marks minimum and maximum as exclusive by a second keyword. */
static int settle_exclusive(struct compile *c, const struct place *p)
{
	static const struct {
		const char *flag, *of, *text;
		enum bound from, to;
	} pairs[] = {
	    {"exclusiveMinimum", "minimum", "exclusiveMinimum without minimum", B_MIN, B_ABOVE},
	    {"exclusiveMaximum", "maximum", "exclusiveMaximum without maximum", B_MAX, B_BELOW},
	};
	struct number_part *n = (struct number_part *)p->node->number;
	size_t i;

	for (i = 0; i < NITEMS(pairs) && p->resource->draft == D4; i++) {
		if (!json_is_true(json_object_get(p->json, pairs[i].flag)))
			continue;
		if (!json_object_get(p->json, pairs[i].of))
			return compile_refuse(c, p->resource, p->at, pairs[i].text);
		/* the interval was made with the end in it */
		n->low = n->real_low = 1;
		n->high = n->real_high = 0;
		n->bound[pairs[i].to] = n->bound[pairs[i].from];
		n->bound[pairs[i].from] = NULL;
	}
	return 0;
}

static int compile_node(struct compile *c, const struct place *p)
{
	json_t *obj = (json_t *)p->json; /* jansson's iterators take no const */
	const json_t *ref = json_object_get(obj, "$ref");
	void *iter;

	/* before 2019-09 a $ref hides all beside it */
	if (p->resource->draft & (D4 | D6 | D7) && json_is_string(ref)) {
		if (compile_member(c, p, "$ref", ref))
			return -1;
		settle(p->node);
		return 0;
	}
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter))
		if (compile_member(c, p, json_object_iter_key(iter), json_object_iter_value(iter)))
			return -1;
	settle(p->node);
	return settle_exclusive(c, p);
}

static int compile_all(struct compile *c, const struct work *w)
{
	for (; w; w = w->next)
		if (compile_node(c, w->place))
			return -1;
	return 0;
}

/* Also what nothing refers to yet is checked, in the first document. */
static int compile_document(struct compile *c, const json_t *doc)
{
	const struct schema_options *o = c->options;
	unsigned draft = draft_bit(o->draft ? o->draft : SCHEMA_DRAFT_2020);
	json_t *own = json_deep_copy(doc);
	const char *base = o->base ? arena_text(&c->s->arena, o->base, strcspn(o->base, "#")) : "";
	struct resource *r;
	struct place *p, *end;

	if (!own)
		mem_oom();
	c->first = own;
	r = index_document(c, own, base, draft ? draft : D20);
	if (!r)
		return -1;
	c->s->root = compile_place(c, r->root, r, r->at);
	if (!c->s->root)
		return -1;
	end = *c->all_end;
	for (p = c->all; p != end; p = p->next)
		compile_place(c, p->json, p->resource, p->at);
	return compile_all(c, c->work) || link_nodes(c) ? -1 : 0;
}

int compile_open(struct compile *c, const json_t *doc, const struct schema_options *options,
                 struct err *err)
{
	*c = (struct compile){.err = err, .options = options};
	c->work_end = &c->work;
	c->all_end = &c->all;
	c->s = mem_alloc(sizeof(*c->s));
	return compile_document(c, doc);
}

void compile_close(struct compile *c)
{
	map_release(&c->places);
	map_release(&c->uris);
	map_release(&c->anchors);
	map_release(&c->dynamics);
	map_release(&c->patterns);
}

struct schema *schema_compile_with(const json_t *doc, const struct schema_options *options,
                                   struct err *err)
{
	struct compile c;
	int rc = compile_open(&c, doc, options, err);

	compile_close(&c);
	if (!rc)
		return c.s;
	schema_free(c.s);
	return NULL;
}

struct schema *schema_compile(const json_t *doc, struct err *err)
{
	static const struct schema_options plain = {.draft = SCHEMA_DRAFT_2020};

	return schema_compile_with(doc, &plain, err);
}

/* Of a parsed document, about: jansson's value, a hash table's slot, and the text. */
static size_t json_bytes(const json_t *v)
{
	enum { VALUE = 32, MEMBER = 80 };
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	size_t i, n = VALUE + json_string_length(v);
	void *iter;

	for (i = 0; i < json_array_size(v); i++)
		n += sizeof(v) + json_bytes(json_array_get(v, i));
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter))
		n += MEMBER + json_object_iter_key_len(iter) + json_bytes(json_object_iter_value(iter));
	return n;
}

size_t schema_bytes(const struct schema *s)
{
	size_t n = sizeof(*s) + arena_bytes(&s->arena);
	const struct owned_pattern *p;
	const struct document *d;

	for (p = s->patterns; p; p = p->next)
		n += pattern_size(p->pattern) + PATTERN_OVERHEAD;
	for (d = s->documents; d; d = d->next)
		n += json_bytes(d->root);
	return n;
}

void schema_free(struct schema *s)
{
	struct owned_pattern *p;
	struct owned_texts *t;
	struct document *d;

	if (!s)
		return;
	for (p = s->patterns; p; p = p->next)
		pattern_free(p->pattern);
	for (t = s->texts; t; t = t->next)
		texts_release(t->texts);
	for (d = s->documents; d; d = d->next)
		json_decref(d->root);
	idn_free(s->idn);
	arena_release(&s->arena);
	free(s);
}
