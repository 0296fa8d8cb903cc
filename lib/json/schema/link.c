/* json/schema/link.c -- references are shortened, and circles refused. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/schema/compile.h"

enum { MARK_NEW, MARK_OPEN, MARK_DONE };

/* What ${node} only refers to: nothing else in it counts. */
static struct node *only_refers(const struct compile *c, const struct node *node)
{
	const struct applied *a = node->applied;

	if (!a || !a->ref || a->dynamic_ref || a->all.count || a->any.count || a->one.count ||
	    a->not || a->when || a->rest_items || a->rest_props)
		return NULL;
	if (node->types != TYPE_ALL || node->number || node->string || node->array ||
	    node->object || node->allowed || node->fixed)
		return NULL;
	/* a dynamic scope counts the resources that were passed */
	return c->s->dynamic && a->ref->resource != node->resource ? NULL : a->ref;
}

/* The end of a chain; each link is made to lead there at once. */
static struct node *final(struct node *node)
{
	struct node *end = node, *next;

	while (end && end->alias)
		end = end->alias;
	for (; node && node->alias; node = next) {
		next = node->alias;
		if (next != end)
			node->alias = end;
	}
	return end;
}

static void relink(struct node **slot)
{
	*slot = final(*slot);
}

static void relink_all(struct node **list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		relink(&list[i]);
}

static void relink_applied(struct applied *a)
{
	relink_all(a->all.n, a->all.count);
	relink_all(a->any.n, a->any.count);
	relink_all(a->one.n, a->one.count);
	relink(&a->ref);
	relink(&a->dynamic_ref);
	relink(&a->not);
	relink(&a->when);
	relink(&a->then);
	relink(&a->otherwise);
	relink(&a->rest_items);
	relink(&a->rest_props);
}

static void relink_node(struct node *node)
{
	struct object_part *o = (struct object_part *)node->object;
	struct array_part *l = (struct array_part *)node->array;
	size_t i;

	if (node->applied)
		relink_applied((struct applied *)node->applied);
	if (l) {
		relink_all(l->prefix, l->nprefix);
		relink(&l->rest);
		relink(&l->contains);
	}
	if (!o)
		return;
	for (i = 0; i < o->nprops; i++)
		relink(&o->props[i].node);
	for (i = 0; i < o->npatterns; i++)
		relink(&o->patterns[i].node);
	for (i = 0; i < o->ndependent; i++)
		relink(&o->dependent[i].node);
	relink(&o->additional);
	relink(&o->keys);
}

/* ---- circles: a depth-first search along what applies to the same instance ---- */

static int circle(struct compile *c, struct node *node);

static int circle_among(struct compile *c, const struct nodes *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (circle(c, l->n[i]))
			return -1;
	return 0;
}

static int circle_below(struct compile *c, const struct node *node)
{
	const struct applied *a = node->applied;
	size_t i;

	for (i = 0; node->object && i < node->object->ndependent; i++)
		if (circle(c, node->object->dependent[i].node))
			return -1;
	if (!a)
		return 0;
	return circle(c, a->ref) || circle(c, a->dynamic ? NULL : a->dynamic_ref) ||
	               circle_among(c, &a->all) || circle_among(c, &a->any) ||
	               circle_among(c, &a->one) || circle(c, a->not) || circle(c, a->when) ||
	               circle(c, a->then) || circle(c, a->otherwise)
	           ? -1
	           : 0;
}

static int circle(struct compile *c, struct node *node)
{
	int rc;

	if (!node || node->mark == MARK_DONE)
		return 0;
	if (node->mark == MARK_OPEN)
		return compile_refuse(c, node->resource, node->at,
		                      "leads back to itself without going into the value");
	node->mark = MARK_OPEN;
	rc = circle_below(c, node);
	node->mark = MARK_DONE;
	return rc;
}

static void link_anchors(struct compile *c, struct resource *r)
{
	const struct dynamic_anchor *d;
	struct name *list;
	size_t n = 0, i = 0;

	for (d = r->dynamic; d; d = d->next)
		n++;
	r->anchor_nodes = arena_alloc(&c->s->arena, (n + 1) * sizeof(*r->anchor_nodes));
	list = mem_grow(NULL, n + 1, sizeof(*list));
	for (d = r->dynamic; d; d = d->next, i++) {
		list[i] = (struct name){.s = d->name, .len = strlen(d->name), .value = i};
		r->anchor_nodes[i] = d->node;
	}
	names_make(&r->anchors, list, n, &c->s->arena);
	free(list);
}

int link_nodes(struct compile *c)
{
	struct node_list *l;
	struct resource *r;

	for (r = c->s->dynamic ? c->resources : NULL; r; r = r->next)
		link_anchors(c, r);

	for (l = c->list; l; l = l->next) {
		if (circle(c, l->node))
			return -1;
		/* a dynamic scope counts the resources that were passed */
		if (c->s->dynamic)
			l->node->sure &= ~(unsigned)(TYPE_OBJECT | TYPE_ARRAY);
	}
	if (c->options->keep_paths) {
		c->s->dynamic = 1;
		return 0;
	}
	for (l = c->list; l; l = l->next)
		l->node->alias = only_refers(c, l->node);
	for (l = c->list; l; l = l->next)
		relink_node(l->node);
	relink(&c->s->root);
	return 0;
}
