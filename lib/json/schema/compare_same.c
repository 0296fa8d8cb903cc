/* json/schema/compare_same.c -- do two schemas say the same, in the same words? */
#include <string.h>

#include "json/decimal.h"
#include "json/schema/compare_p.h"

enum { SAME_STEPS = 3000 };

/* A pair under comparison: met again it is taken for the same, as nothing told them apart. */
struct pair {
	const struct node *a, *b;
	const struct pair *up;
};

struct same {
	const struct pair *pairs;
	unsigned steps;
};

static int same(struct same *s, const struct node *a, const struct node *b);

static int same_list(struct same *s, struct node *const *a, size_t n, struct node *const *b,
                     size_t m)
{
	size_t i;

	if (n != m)
		return 0;
	for (i = 0; i < n; i++)
		if (!same(s, a[i], b[i]))
			return 0;
	return 1;
}

/* In any order: each of ${a} has one of ${b}. */
static int same_nodes(struct same *s, const struct nodes *a, const struct nodes *b)
{
	uint64_t taken = 0;
	size_t i, k;

	if (a->count != b->count || a->count > 64)
		return 0;
	for (i = 0; i < a->count; i++) {
		for (k = 0; k < b->count; k++)
			if (!(taken >> k & 1) && same(s, a->n[i], b->n[k]))
				break;
		if (k == b->count)
			return 0;
		taken |= (uint64_t)1 << k;
	}
	return 1;
}

static int same_number(const json_t *a, const json_t *b)
{
	return !a || !b ? a == b : number_cmp(a, b) == 0;
}

static int same_range(const struct range *a, const struct range *b)
{
	return a->low == b->low && a->high == b->high;
}

static int same_numbers(const struct number_part *a, const struct number_part *b)
{
	unsigned slot;

	if (!a || !b)
		return a == b;
	for (slot = 0; slot < B_COUNT; slot++)
		if (!same_number(a->bound[slot], b->bound[slot]))
			return 0;
	return 1;
}

static int same_strings(const struct string_part *a, const struct string_part *b)
{
	if (!a || !b)
		return a == b;
	if (!same_range(&a->len, &b->len) || a->format != b->format || !a->pattern != !b->pattern)
		return 0;
	return !a->pattern || !strcmp(a->pattern_text, b->pattern_text);
}

static int same_arrays(struct same *s, const struct array_part *a, const struct array_part *b)
{
	if (!a || !b)
		return a == b;
	return same_range(&a->len, &b->len) && same_range(&a->contained, &b->contained) &&
	       a->unique == b->unique && a->contains_evaluates == b->contains_evaluates &&
	       same_list(s, a->prefix, a->nprefix, b->prefix, b->nprefix) &&
	       same(s, a->rest, b->rest) && same(s, a->contains, b->contains);
}

static int lists_among(const json_t *a, const json_t *b)
{
	size_t i, k;

	for (i = 0; i < json_array_size(a); i++) {
		for (k = 0; k < json_array_size(b); k++)
			if (json_equal(json_array_get(a, i), json_array_get(b, k)))
				break;
		if (k == json_array_size(b))
			return 0;
	}
	return 1;
}

static int same_names(const json_t *a, const json_t *b)
{
	return lists_among(a, b) && lists_among(b, a);
}

static int same_props(struct same *s, const struct node *of_a, const struct object_part *a,
                      const struct object_part *b)
{
	json_t *obj = a->nprops ? json_object_get(of_a->json, "properties") : NULL;
	void *iter = json_object_iter(obj);

	for (; iter; iter = json_object_iter_next(obj, iter)) {
		const char *key = json_object_iter_key(iter);
		const struct name *x = names_find(&a->names, key, strlen(key));
		const struct name *y = names_find(&b->names, key, strlen(key));

		if (!x || !y || !same(s, a->props[x->value].node, b->props[y->value].node))
			return 0;
	}
	return 1;
}

static size_t count_props(const struct node *node)
{
	return node->object->nprops ? json_object_size(json_object_get(node->json, "properties")) : 0;
}

static int same_objects(struct same *s, const struct node *of_a, const struct node *of_b)
{
	const struct object_part *a = of_a->object, *b = of_b->object;
	size_t i;

	if (!a || !b)
		return a == b;
	if (!same_range(&a->len, &b->len) || !same_names(a->required, b->required) ||
	    a->npatterns != b->npatterns || a->ndependent != b->ndependent ||
	    count_props(of_a) != count_props(of_b))
		return 0;
	for (i = 0; i < a->npatterns; i++)
		if (strcmp(pattern_name(of_a, i), pattern_name(of_b, i)) ||
		    !same(s, a->patterns[i].node, b->patterns[i].node))
			return 0;
	for (i = 0; i < a->ndependent; i++)
		if (strcmp(a->dependent[i].name, b->dependent[i].name) ||
		    !same_names(a->dependent[i].required, b->dependent[i].required) ||
		    !same(s, a->dependent[i].node, b->dependent[i].node))
			return 0;
	return same(s, a->additional, b->additional) && same(s, a->keys, b->keys) &&
	       same_props(s, of_a, a, b);
}

static int same_applied(struct same *s, const struct applied *a, const struct applied *b)
{
	if (!a || !b)
		return a == b;
	return !a->dynamic_ref && !b->dynamic_ref && same(s, a->ref, b->ref) &&
	       same_nodes(s, &a->all, &b->all) && same_nodes(s, &a->any, &b->any) &&
	       same_nodes(s, &a->one, &b->one) && same(s, a->not, b->not) &&
	       same(s, a->when, b->when) && same(s, a->then, b->then) &&
	       same(s, a->otherwise, b->otherwise) && same(s, a->rest_items, b->rest_items) &&
	       same(s, a->rest_props, b->rest_props);
}

static int same_values(const struct node *a, const struct node *b)
{
	unsigned long steps = 0;

	if (!a->fixed != !b->fixed || !a->allowed != !b->allowed)
		return 0;
	if (a->fixed && !value_equal(a->fixed, b->fixed, &steps))
		return 0;
	return !a->allowed || same_names(a->allowed->list, b->allowed->list);
}

static int same_here(struct same *s, const struct node *a, const struct node *b)
{
	return a->flags == b->flags && a->types == b->types && same_values(a, b) &&
	       same_numbers(a->number, b->number) && same_strings(a->string, b->string) &&
	       same_arrays(s, a->array, b->array) && same_objects(s, a, b) &&
	       same_applied(s, a->applied, b->applied);
}

static int same(struct same *s, const struct node *a, const struct node *b)
{
	struct pair here = {.a = a, .b = b, .up = s->pairs};
	const struct pair *p;
	int ok;

	if (a == b)
		return 1;
	if (!a || !b || ++s->steps > SAME_STEPS)
		return 0;
	for (p = s->pairs; p; p = p->up)
		if (p->a == a && p->b == b)
			return 1;
	s->pairs = &here;
	ok = same_here(s, a, b);
	s->pairs = here.up;
	return ok;
}

int nodes_same(const struct node *a, const struct node *b)
{
	struct same s = {.pairs = NULL};

	return same(&s, a, b);
}
