/* json/schema/compare_apply.c -- keywords that look at values of any type. */
#include "json/schema/compare_p.h"

static int has_number(const json_t *v)
{
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	void *iter;
	size_t i;

	for (i = 0; i < json_array_size(v); i++)
		if (has_number(json_array_get(v, i)))
			return 1;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter))
		if (has_number(json_object_iter_value(iter)))
			return 1;
	return json_is_number(v);
}

/* 1 is also 1.0, which draft-04 tells from it. */
static int accepts_as_real(const struct set *set, const struct item *b, const json_t *v)
{
	json_t *real;
	int ok;

	if (!json_is_integer(v))
		return !has_number(v) || json_is_real(v);
	real = json_real((double)json_integer_value(v));
	ok = !set_accepts(set, real) || item_accepts(b, real) == 1;
	json_decref(real);
	return ok;
}

/* Few values: each is asked. */
int compare_values(struct compare *c, const struct set *set, const struct item *b,
                   const struct place_in *in, json_t *values)
{
	int ok = 1;
	size_t i;

	for (i = 0; i < json_array_size(values); i++) {
		const json_t *v = json_array_get(values, i);

		ok &= item_accepts(b, v) == 1 && (!c->strict || accepts_as_real(set, b, v));
	}
	return ok || compare_miss(c, set, b, in, NULL, "may refuse one of the values");
}

int compare_types(struct compare *c, const struct set *set, const struct item *b,
                  const struct place_in *in)
{
	unsigned have = set->types, want = b->node->types;
	int strict = b->node->flags & NODE_STRICT, own = 0;
	size_t i;

	for (i = 0; i < set->n; i++)
		own |= set->items[i].node->flags & NODE_STRICT &&
		       !(set->items[i].node->types & TYPE_NUMBER);
	/* 1.0 is an integer, but not of draft-04 */
	if (!(have & ~want) && !(have & TYPE_INTEGER && !(want & TYPE_NUMBER) && strict && !own))
		return 1;
	return compare_miss(c, set, b, in, "type", "may refuse a type");
}

static int compare_any(struct compare *c, const struct set *set, const struct item *b,
                       const struct place_in *in, const struct nodes *any)
{
	size_t i;

	for (i = 0; i < any->count; i++)
		if (compare_quietly(c, set, &(struct item){any->n[i], b->schema, 0}))
			return 1;
	return compare_miss(c, set, b, in, "anyOf", "no alternative surely fits");
}

static int excludes(struct compare *c, const struct set *set, const struct node *one,
                    const struct node *other, const struct schema *schema)
{
	struct set both = *set;

	set_add(&both, one, schema);
	if (other)
		set_add(&both, other, schema);
	return set_is_empty(c, &both);
}

static int compare_one(struct compare *c, const struct set *set, const struct item *b,
                       const struct place_in *in, const struct nodes *one)
{
	size_t i, k;

	for (i = 0; i < one->count; i++) {
		if (!compare_quietly(c, set, &(struct item){one->n[i], b->schema, 0}))
			continue;
		for (k = 0; k < one->count; k++)
			if (k != i && !excludes(c, set, one->n[i], one->n[k], b->schema))
				break;
		if (k == one->count)
			return 1;
	}
	return compare_miss(c, set, b, in, "oneOf", "not surely exactly one alternative fits");
}

static int compare_not(struct compare *c, const struct set *set, const struct item *b,
                       const struct place_in *in, const struct node *not)
{
	struct set refused;
	size_t i;

	if (excludes(c, set, not, NULL, b->schema))
		return 1;
	set_begin(&refused);
	set_add(&refused, not, b->schema);
	for (i = 0; i < set->n; i++) {
		const struct applied *a = set->items[i].node->applied;

		if (a && a->not && compare_quietly(c, &refused, &(struct item){a->not,
		                                            set->items[i].schema, 0}))
			return 1;
	}
	return compare_miss(c, set, b, in, "not", "may refuse by \"not\"");
}

/* The old schema's consequences of the same condition are known, too. */
static void add_branch(struct set *out, const struct set *set, const struct node *when, int holds)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		const struct applied *a = set->items[i].node->applied;
		const struct node *next = a ? holds ? a->then : a->otherwise : NULL;

		if (next && a->when && nodes_same(a->when, when))
			set_add(out, next, set->items[i].schema);
	}
}

static int compare_if(struct compare *c, const struct set *set, const struct item *b,
                      const struct place_in *in, const struct applied *a)
{
	struct set yes = *set, no = *set;
	int ok = 1;

	add_branch(&yes, set, a->when, 1);
	add_branch(&no, set, a->when, 0);
	set_add(&yes, a->when, b->schema);
	if (a->then)
		ok = compare_all(c, &yes, &(struct item){a->then, b->schema, 0}, in);
	if (a->otherwise && !compare_quietly(c, set, &(struct item){a->when, b->schema, 0}))
		ok &= compare_all(c, &no, &(struct item){a->otherwise, b->schema, 0}, in);
	return ok;
}

static int compare_rest(struct compare *c, const struct set *set, const struct item *b,
                        const struct place_in *in)
{
	const struct applied *a = b->node->applied;
	int ok = 1;

	if (a->rest_props && !json_is_true(a->rest_props->json) && set->types & TYPE_OBJECT &&
	    !plain_rest(b->node, 0))
		ok = compare_miss(c, set, b, in, "unevaluatedProperties",
		                  "beside other schemas this is not decided");
	if (a->rest_items && !json_is_true(a->rest_items->json) && set->types & TYPE_ARRAY &&
	    !plain_rest(b->node, 1))
		ok &= compare_miss(c, set, b, in, "unevaluatedItems",
		                   "beside other schemas this is not decided");
	return ok;
}

int compare_applied(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in)
{
	const struct applied *a = b->node->applied;
	int ok = 1;
	size_t i;

	if (a->ref)
		ok = compare_all(c, set, &(struct item){a->ref, b->schema, 0}, in);
	for (i = 0; i < a->all.count && (ok || !c->quiet); i++)
		ok &= compare_all(c, set, &(struct item){a->all.n[i], b->schema, 0}, in);
	if (a->any.count && (ok || !c->quiet))
		ok &= compare_any(c, set, b, in, &a->any);
	if (a->one.count && (ok || !c->quiet))
		ok &= compare_one(c, set, b, in, &a->one);
	if (a->not && (ok || !c->quiet))
		ok &= compare_not(c, set, b, in, a->not);
	if (a->when && (ok || !c->quiet))
		ok &= compare_if(c, set, b, in, a);
	return ok && compare_rest(c, set, b, in);
}
