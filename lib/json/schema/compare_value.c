/* json/schema/compare_value.c -- what the keywords for numbers, strings and arrays ask for. */
#include <string.h>

#include "json/decimal.h"
#include "json/schema/compare_p.h"

int compare_lengths(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in, const struct range *want, enum count min)
{
	static const char *const keywords[] = {
	    [C_MIN_LEN] = "minLength", [C_MAX_LEN] = "maxLength", [C_MIN_ITEMS] = "minItems",
	    [C_MAX_ITEMS] = "maxItems", [C_MIN_PROPS] = "minProperties",
	    [C_MAX_PROPS] = "maxProperties",
	};
	struct range have = set_lengths(set, min);
	int ok = 1;

	if (have.low < want->low)
		ok = compare_miss(c, set, b, in, keywords[min], "may ask for more");
	if (have.high > want->high)
		ok &= compare_miss(c, set, b, in, keywords[min + 1], "may allow less");
	return ok;
}

/* ---- numbers ---- */

/* Does ${have} at ${slot} imply ${want} at ${wanted}?  All below in this sense. */
static int bound_implies(enum bound slot, const json_t *have, enum bound wanted,
                         const json_t *want, int integers)
{
	int order = have ? number_cmp(have, want) : 0;

	if (!have)
		return 0;
	switch (wanted) {
	case B_MIN:
		/* of integers, more than 2 is at least 3 */
		if (slot == B_ABOVE && integers && json_is_integer(have) && json_is_integer(want))
			return json_integer_value(have) >= json_integer_value(want) - 1;
		return (slot == B_MIN || slot == B_ABOVE) && order >= 0;
	case B_ABOVE:
		return (slot == B_ABOVE && order >= 0) || (slot == B_MIN && order > 0);
	case B_MAX:
		if (slot == B_BELOW && integers && json_is_integer(have) && json_is_integer(want))
			return json_integer_value(have) <= json_integer_value(want) + 1;
		return (slot == B_MAX || slot == B_BELOW) && order <= 0;
	case B_BELOW:
		return (slot == B_BELOW && order <= 0) || (slot == B_MAX && order < 0);
	default:
		return 0;
	}
}

static int is_multiple(const json_t *v, const json_t *of)
{
	struct decimal value, step;

	decimal_of_json(&value, v);
	decimal_of_json(&step, of);
	return decimal_is_multiple(&value, &step);
}

static int is_multiple_in(const struct set *set, const json_t *of, int integers)
{
	json_t *one = json_integer(1);
	int ok = integers && is_multiple(one, of);
	size_t i;

	json_decref(one);
	for (i = 0; i < set->n && !ok; i++) {
		const struct number_part *p = set->items[i].node->number;

		ok = p && p->bound[B_MULTIPLE] && is_multiple(p->bound[B_MULTIPLE], of);
	}
	return ok;
}

static int is_bounded(const struct set *set, enum bound wanted, const json_t *want, int integers)
{
	size_t i;
	unsigned slot;

	if (wanted == B_MULTIPLE)
		return is_multiple_in(set, want, integers);
	/* beyond that neighbours cannot be told apart */
	integers = integers && json_is_integer(want) && json_integer_value(want) < INT64_MAX &&
	           json_integer_value(want) > INT64_MIN;
	for (i = 0; i < set->n; i++) {
		const struct number_part *p = set->items[i].node->number;

		for (slot = 0; p && slot < B_MULTIPLE; slot++)
			if (bound_implies((enum bound)slot, p->bound[slot], wanted, want, integers))
				return 1;
	}
	return 0;
}

int compare_numbers(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in)
{
	static const char *const keywords[] = {
	    [B_MIN] = "minimum", [B_MAX] = "maximum", [B_ABOVE] = "exclusiveMinimum",
	    [B_BELOW] = "exclusiveMaximum", [B_MULTIPLE] = "multipleOf",
	};
	int integers = !(set->types & TYPE_NUMBER), ok = 1;
	unsigned slot;

	for (slot = 0; slot < B_COUNT; slot++) {
		const json_t *want = b->node->number->bound[slot];

		if (want && !is_bounded(set, (enum bound)slot, want, integers))
			ok &= compare_miss(c, set, b, in, keywords[slot], "may refuse a number");
	}
	return ok;
}

/* ---- strings ---- */

static int has_pattern(const struct set *set, const char *text)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		const struct string_part *p = set->items[i].node->string;

		if (p && p->pattern && !strcmp(p->pattern_text, text))
			return 1;
	}
	return 0;
}

static int has_format(const struct set *set, const struct format *f)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (set->items[i].node->string && set->items[i].node->string->format == f)
			return 1;
	return 0;
}

int compare_strings(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in)
{
	const struct string_part *p = b->node->string;
	int ok = compare_lengths(c, set, b, in, &p->len, C_MIN_LEN);

	if (p->pattern && !has_pattern(set, p->pattern_text))
		ok &= compare_miss(c, set, b, in, "pattern", "another pattern");
	if (p->format && !has_format(set, p->format))
		ok &= compare_miss(c, set, b, in, "format", "another format");
	return ok;
}

/* ---- arrays ---- */

static int is_unique(const struct set *set)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (set->items[i].node->array && set->items[i].node->array->unique)
			return 1;
	return set_lengths(set, C_MIN_ITEMS).high < 2;
}

static size_t longest_prefix(const struct set *set, const struct item *b)
{
	size_t i, n = b->node->array ? b->node->array->nprefix : 0;

	for (i = 0; i < set->n; i++)
		if (set->items[i].node->array && set->items[i].node->array->nprefix > n)
			n = set->items[i].node->array->nprefix;
	return n;
}

static int compare_element(struct compare *c, const struct set *set, const struct item *b,
                           const struct place_in *in, size_t at, int any)
{
	const struct array_part *l = b->node->array;
	struct place_in here = {.up = in, .of = set, .index = at, .any = any};
	struct item element = {.schema = b->schema};
	struct set have;

	element.node = l && at < l->nprefix ? l->prefix[at]
	               : l && l->rest       ? l->rest
	                                    : plain_rest(b->node, 1);
	if (!element.node)
		return 1;
	set_element(set, at, &have);
	return compare_below(c, &have, &element, &here);
}

/* Every item of the set is one that is counted. */
static int all_are(struct compare *c, const struct set *set, const struct item *kind)
{
	struct set have;
	size_t i, n = longest_prefix(set, kind);

	for (i = 0; i <= n; i++) {
		set_element(set, i, &have);
		c->depth++;
		if (!compare_quietly(c, &have, kind)) {
			c->depth--;
			return 0;
		}
		c->depth--;
	}
	return 1;
}

static int kind_within(struct compare *c, const struct node *a, const struct schema *of_a,
                       const struct node *b, const struct schema *of_b)
{
	struct item it = {.node = b, .schema = of_b};
	struct set kind;
	int ok;

	set_begin(&kind);
	set_add(&kind, a, of_a);
	c->depth++;
	ok = compare_quietly(c, &kind, &it);
	c->depth--;
	return ok;
}

static int enough_contained(struct compare *c, const struct set *set, const struct item *kind,
                            size_t low)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		const struct array_part *l = set->items[i].node->array;

		if (l && l->contains && l->contained.low >= low &&
		    kind_within(c, l->contains, set->items[i].schema, kind->node, kind->schema))
			return 1;
	}
	return set_lengths(set, C_MIN_ITEMS).low >= low && all_are(c, set, kind);
}

static int few_contained(struct compare *c, const struct set *set, const struct item *kind,
                         size_t high)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		const struct array_part *l = set->items[i].node->array;

		if (l && l->contains && l->contained.high <= high &&
		    kind_within(c, kind->node, kind->schema, l->contains, set->items[i].schema))
			return 1;
	}
	return set_lengths(set, C_MIN_ITEMS).high <= high;
}

static int compare_contains(struct compare *c, const struct set *set, const struct item *b,
                            const struct place_in *in)
{
	const struct array_part *l = b->node->array;
	struct item kind = {.node = l->contains, .schema = b->schema};
	int ok = 1;

	if (l->contained.low && !enough_contained(c, set, &kind, l->contained.low))
		ok = compare_miss(c, set, b, in, "contains", "may ask for an item of another kind");
	if (l->contained.high != SIZE_MAX && !few_contained(c, set, &kind, l->contained.high))
		ok &= compare_miss(c, set, b, in, "maxContains", "may allow fewer items of a kind");
	return ok;
}

int compare_arrays(struct compare *c, const struct set *set, const struct item *b,
                   const struct place_in *in)
{
	const struct array_part *l = b->node->array;
	size_t i, n = longest_prefix(set, b), high = set_lengths(set, C_MIN_ITEMS).high;
	int ok = 1;

	if (l)
		ok = compare_lengths(c, set, b, in, &l->len, C_MIN_ITEMS);
	if (l && l->unique && !is_unique(set))
		ok &= compare_miss(c, set, b, in, "uniqueItems", "may refuse a repeated item");
	for (i = 0; i < n && i < high && (ok || !c->quiet); i++)
		ok &= compare_element(c, set, b, in, i, 0);
	if (high > n && (ok || !c->quiet))
		ok &= compare_element(c, set, b, in, n, 1);
	if (l && l->contains && (ok || !c->quiet))
		ok &= compare_contains(c, set, b, in);
	return ok;
}
