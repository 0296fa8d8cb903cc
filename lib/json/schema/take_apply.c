/* json/schema/take_apply.c -- keywords that hold names and schemas become parts of a node. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/schema/compile.h"

enum { REQUIRED_BITS = 64 };

struct object_part *part_object(const struct take *t)
{
	struct node *node = t->node;

	if (!node->object) {
		struct object_part *p = arena_alloc(&t->c->s->arena, sizeof(*p));

		p->len.high = SIZE_MAX;
		node->object = p;
	}
	return (struct object_part *)node->object;
}

static struct applied *part_applied(const struct take *t)
{
	struct node *node = t->node;

	if (!node->applied)
		node->applied = arena_alloc(&t->c->s->arena, sizeof(*node->applied));
	return (struct applied *)node->applied;
}

/* ---- objects ---- */

static int is_names(const json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (!json_is_string(json_array_get(list, i)))
			return 0;
	return json_is_array(list);
}

/* properties and required share one table, made by whichever comes first. */
static int take_members(const struct take *t, const json_t *props, const json_t *required)
{
	json_t *obj = (json_t *)props; /* jansson's iterators take no const */
	struct arena *a = &t->c->s->arena;
	struct object_part *o = part_object(t);
	size_t i, n = json_object_size(props) + json_array_size(required);
	const struct path *at = index_below(t->c, t->at->up, "properties", 0);
	struct name *list;
	struct map seen = {.slots = NULL};
	void *iter;
	int rc = 0;

	if (o->props)
		return 0;
	o->props = arena_alloc(a, (n + 1) * sizeof(*o->props));
	list = mem_grow(NULL, n + 1, sizeof(*list));
	for (iter = json_object_iter(obj); iter && !rc; iter = json_object_iter_next(obj, iter)) {
		const char *key = json_object_iter_key(iter);
		struct prop *p = &o->props[o->nprops];

		list[o->nprops] = (struct name){.s = key, .len = strlen(key), .value = o->nprops};
		map_add(&seen, key, strlen(key), p);
		o->nprops++;
		p->node = take_node(t, json_object_iter_value(iter), index_below(t->c, at, key, 0));
		rc = p->node ? 0 : -1;
	}
	for (i = 0; i < json_array_size(required) && !rc; i++) {
		const json_t *name = json_array_get(required, i);
		const char *key = json_string_value(name);
		size_t len = json_string_length(name);
		struct prop *p = map_get(&seen, key, len);

		if (!p) {
			p = &o->props[o->nprops];
			list[o->nprops] = (struct name){.s = key, .len = len, .value = o->nprops};
			map_add(&seen, key, len, p);
			o->nprops++;
		}
		/* a name may stand there twice */
		if (json_array_size(required) <= REQUIRED_BITS && !p->required) {
			p->required = (uint64_t)1 << i;
			o->required_mask |= p->required;
		}
	}
	names_make(&o->names, list, o->nprops, a);
	for (i = 0; i < o->nprops; i++) {
		o->props[i].s = list[i].s;
		o->props[i].len = list[i].len;
		o->props[i].head = list[i].head;
		o->props[i].tail = list[i].tail;
	}
	o->props[i].len = SIZE_MAX;
	map_release(&seen);
	free(list);
	o->required = required;
	return rc;
}

/* The other keyword of the two, when it counts. */
static const json_t *beside(const struct take *t, const char *key, json_type type)
{
	const json_t *v = json_object_get(t->schema, key);
	const struct resource *r = t->node->resource;

	return v && json_typeof(v) == type && r->vocabularies & keyword_find(key)->vocabulary
	           ? v
	           : NULL;
}

int take_required(const struct take *t)
{
	const json_t *props;

	if (!is_names(t->value))
		return take_refuse(t, "must be a list of names");
	props = beside(t, "properties", JSON_OBJECT);
	return take_members(t, props, t->value);
}

int take_properties(const struct take *t)
{
	const json_t *required = beside(t, "required", JSON_ARRAY);

	part_object(t)->walks = 1;
	return take_members(t, t->value, is_names(required) ? required : NULL);
}

int take_pattern_properties(const struct take *t)
{
	json_t *obj = (json_t *)t->value;
	struct object_part *o = part_object(t);
	void *iter;

	o->patterns = arena_alloc(&t->c->s->arena, json_object_size(obj) * sizeof(*o->patterns));
	o->walks = 1;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		const char *key = json_object_iter_key(iter);
		struct pattern_prop *p = &o->patterns[o->npatterns++];
		const struct path *at = index_below(t->c, t->at, key, 0);

		p->pattern = take_compiled(t, at, key, strlen(key));
		if (!p->pattern)
			return -1;
		p->node = take_node(t, json_object_iter_value(iter), at);
		if (!p->node)
			return -1;
	}
	return 0;
}

int take_additional(const struct take *t)
{
	struct object_part *o = part_object(t);

	o->walks = 1;
	o->additional = take_node(t, t->value, t->at);
	return o->additional ? 0 : -1;
}

int take_names(const struct take *t)
{
	struct object_part *o = part_object(t);

	o->walks = 1;
	o->keys = take_node(t, t->value, t->at);
	return o->keys ? 0 : -1;
}

int take_dependent(const struct take *t)
{
	json_t *obj = (json_t *)t->value;
	struct object_part *o = part_object(t);
	size_t n = o->ndependent + json_object_size(obj);
	struct dependent *list = arena_alloc(&t->c->s->arena, (n + 1) * sizeof(*list));
	int names = !strcmp(t->at->key, "dependentRequired");
	int schemas = !strcmp(t->at->key, "dependentSchemas");
	void *iter;

	if (o->ndependent)
		memcpy(list, o->dependent, o->ndependent * sizeof(*list));
	o->dependent = list;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		struct dependent *d = &list[o->ndependent++];
		const json_t *v = json_object_iter_value(iter);
		const struct path *at = index_below(t->c, t->at, json_object_iter_key(iter), 0);

		d->name = json_object_iter_key(iter);
		d->len = strlen(d->name);
		if (names || (!schemas && json_is_array(v)))
			d->required = v;
		else
			d->node = take_node(t, v, at);
		if (!d->required && !d->node)
			return -1;
		if (d->required && !is_names(v))
			return compile_refuse(t->c, t->node->resource, at, "must be a list of names");
	}
	return 0;
}

/* ---- arrays ---- */

static int take_list(const struct take *t, struct node ***out, size_t *n)
{
	size_t i;

	*n = json_array_size(t->value);
	*out = arena_alloc(&t->c->s->arena, (*n + 1) * sizeof(**out));
	for (i = 0; i < *n; i++) {
		(*out)[i] = take_node(t, json_array_get(t->value, i),
		                      index_below(t->c, t->at, NULL, i));
		if (!(*out)[i])
			return -1;
	}
	return 0;
}

int take_prefix(const struct take *t)
{
	return take_list(t, &part_array(t)->prefix, &part_array(t)->nprefix);
}

int take_items(const struct take *t)
{
	if (!json_is_array(t->value)) {
		part_array(t)->rest = take_node(t, t->value, t->at);
		return part_array(t)->rest ? 0 : -1;
	}
	if (t->node->resource->draft == D20)
		return take_refuse(t, "must be a schema; a list of them is prefixItems");
	return take_prefix(t);
}

int take_additional_items(const struct take *t)
{
	struct node *node = take_node(t, t->value, t->at);

	if (!node)
		return -1;
	if (json_is_array(json_object_get(t->schema, "items")))
		part_array(t)->rest = node;
	return 0;
}

int take_contains(const struct take *t)
{
	part_array(t)->contains = take_node(t, t->value, t->at);
	return part_array(t)->contains ? 0 : -1;
}

/* ---- the same instance ---- */

int take_several(const struct take *t)
{
	struct applied *a = part_applied(t);
	struct nodes *to = t->slot == ALL_OF ? &a->all : t->slot == ANY_OF ? &a->any : &a->one;

	if (!json_array_size(t->value))
		return take_refuse(t, "must hold at least one schema");
	return take_list(t, &to->n, &to->count);
}

int take_single(const struct take *t)
{
	struct applied *a = part_applied(t);
	struct node **to[] = {
	    [NOT] = &a->not, [IF] = &a->when, [THEN] = &a->then, [ELSE] = &a->otherwise,
	    [REST_ITEMS] = &a->rest_items, [REST_PROPS] = &a->rest_props,
	};

	*to[t->slot] = take_node(t, t->value, t->at);
	return *to[t->slot] ? 0 : -1;
}

static int resolve(const struct take *t, struct place *target)
{
	struct err why = ERR_INIT;

	if (index_resolve(t->c, t->node->resource, json_string_value(t->value), target, &why))
		return take_refuse(t, why.msg);
	return 0;
}

static struct node *refer(const struct take *t, const struct place *target)
{
	return compile_place(t->c, target->json, target->resource, target->at);
}

int take_ref(const struct take *t)
{
	struct place target;

	if (resolve(t, &target))
		return -1;
	part_applied(t)->ref = refer(t, &target);
	return part_applied(t)->ref ? 0 : -1;
}

static int refer_dynamic(const struct take *t, const char *name)
{
	struct place target;
	struct applied *a = part_applied(t);

	if (resolve(t, &target))
		return -1;
	t->c->s->dynamic_refs = 1;
	a->dynamic_ref = refer(t, &target);
	if (!a->dynamic_ref)
		return -1;
	if (name && index_is_dynamic(t->c, target.resource, name)) {
		a->dynamic = name;
		t->c->s->dynamic = 1;
	}
	return 0;
}

int take_dynamic_ref(const struct take *t)
{
	const char *hash = strchr(json_string_value(t->value), '#');

	return refer_dynamic(t, hash && hash[1] && hash[1] != '/' ? hash + 1 : NULL);
}

int take_recursive_ref(const struct take *t)
{
	return refer_dynamic(t, "");
}
