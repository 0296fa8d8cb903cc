/* json/schema/compare_object.c -- what the keywords for objects ask for. */
#include <string.h>

#include "json/schema/compare_p.h"
#include "json/schema/pattern.h"

/* Schemas of ${b} for one member; -1 when a pattern cannot be matched with the name. */
static int asked_of(const struct item *b, const char *key, struct item *list, size_t max)
{
	const struct object_part *o = b->node->object;
	const struct node *rest = plain_rest(b->node, 0);
	size_t i, len = strlen(key), n = 0;
	int known = 0;

	if (o) {
		const struct name *name = names_find(&o->names, key, len);

		if (name && o->props[name->value].node) {
			list[n++] = (struct item){.node = o->props[name->value].node,
			                          .schema = b->schema};
			known = 1;
		}
		for (i = 0; i < o->npatterns; i++) {
			int rc = pattern_match(o->patterns[i].pattern, key, len);

			if (rc < 0 || (rc && n == max))
				return -1;
			known |= rc;
			if (rc)
				list[n++] = (struct item){.node = o->patterns[i].node,
				                          .schema = b->schema};
		}
		if (!known && o->additional) {
			list[n++] = (struct item){.node = o->additional, .schema = b->schema};
			known = 1;
		}
	}
	if (!known && rest)
		list[n++] = (struct item){.node = rest, .schema = b->schema};
	return (int)n;
}

static int compare_member(struct compare *c, const struct set *set, const struct item *b,
                          const struct place_in *in, const char *key)
{
	struct place_in here = {.up = in, .of = set, .key = key};
	struct item asked[SET_MAX + 2];
	int i, n = asked_of(b, key, asked, SET_MAX), ok = 1;
	struct set have;

	if (n == 0)
		return 1;
	set_member(set, key, &have);
	if (set_is_empty(c, &have))
		return 1;
	if (n < 0)
		return compare_miss(c, set, b, in, "patternProperties", "too much work to decide");
	for (i = 0; i < n && (ok || !c->quiet); i++)
		ok &= compare_below(c, &have, &asked[i], &here);
	return ok;
}

/* ---- members that nobody names ---- */

/* The one of a set whose patterns are looked at; those of others are left out, which makes a
 * larger set. */
static const struct item *with_patterns(const struct set *set)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (set->items[i].node->object && set->items[i].node->object->npatterns)
			return &set->items[i];
	return NULL;
}

/* Values of members whose name matches pattern ${k} of ${of}, or (SIZE_MAX) none of them. */
static void other_members(const struct set *set, const struct item *of, size_t k, struct set *out)
{
	size_t i;

	set_begin(out);
	for (i = 0; i < set->n; i++) {
		const struct item *it = &set->items[i];
		const struct object_part *o = it->node->object;
		const struct node *rest = plain_rest(it->node, 0);

		if (o && o->npatterns && (it != of || k != SIZE_MAX)) {
			if (it == of)
				set_add(out, o->patterns[k].node, it->schema);
		} else if (o && o->additional) {
			set_add(out, o->additional, it->schema);
		} else if (rest) {
			set_add(out, rest, it->schema);
		}
	}
}

static int has_text(const struct item *of, const char *text)
{
	size_t i;

	for (i = 0; of && i < of->node->object->npatterns; i++)
		if (!strcmp(pattern_name(of->node, i), text))
			return 1;
	return 0;
}

/* One class of other names: those of pattern ${k}, or of none. */
static int compare_others(struct compare *c, const struct set *set, const struct item *b,
                          const struct place_in *in, const struct item *of, size_t k)
{
	const struct object_part *o = b->node->object;
	const char *own = of && k != SIZE_MAX ? pattern_name(of->node, k) : NULL;
	struct place_in here = {.up = in, .of = set, .key = own ? own : "", .any = 1};
	const struct node *rest = o && o->additional ? o->additional : plain_rest(b->node, 0);
	struct set have;
	int ok = 1, taken = 0;
	size_t i;

	other_members(set, of, k, &have);
	if (set_is_empty(c, &have))
		return 1;
	for (i = 0; o && i < o->npatterns && (ok || !c->quiet); i++) {
		const char *text = pattern_name(b->node, i);
		int same = own && !strcmp(text, own);

		taken |= same;
		/* names that match a pattern of both are in a class of their own */
		if (!same && has_text(of, text))
			continue;
		ok &= compare_below(c, &have, &(struct item){o->patterns[i].node, b->schema, 0},
		                    &here);
	}
	if (rest && !taken && (ok || !c->quiet))
		ok &= compare_below(c, &have, &(struct item){rest, b->schema, 0}, &here);
	return ok;
}

static int compare_all_others(struct compare *c, const struct set *set, const struct item *b,
                              const struct place_in *in)
{
	const struct item *of = with_patterns(set);
	int ok = compare_others(c, set, b, in, of, SIZE_MAX);
	size_t i;

	for (i = 0; of && i < of->node->object->npatterns && (ok || !c->quiet); i++)
		ok &= compare_others(c, set, b, in, of, i);
	return ok;
}

static int has_others(struct compare *c, const struct set *set)
{
	const struct item *of = with_patterns(set);
	struct set have;
	size_t i;

	other_members(set, of, SIZE_MAX, &have);
	if (!set_is_empty(c, &have))
		return 1;
	for (i = 0; of && i < of->node->object->npatterns; i++) {
		other_members(set, of, i, &have);
		if (!set_is_empty(c, &have))
			return 1;
	}
	return 0;
}

/* ---- names ---- */

static int compare_names(struct compare *c, const struct set *set, const struct item *b,
                         const struct place_in *in, const char *const *names, size_t n)
{
	struct item keys = {.node = b->node->object->keys, .schema = b->schema};
	struct set have, member;
	size_t i;
	int ok;

	set_begin(&have);
	have.types = TYPE_STRING;
	for (i = 0; i < set->n; i++)
		if (set->items[i].node->object && set->items[i].node->object->keys)
			set_add(&have, set->items[i].node->object->keys, set->items[i].schema);
	c->depth++;
	ok = compare_quietly(c, &have, &keys);
	c->depth--;
	if (!ok && has_others(c, set))
		return compare_miss(c, set, b, in, "propertyNames", "may refuse a name");
	for (i = 0; i < n && !ok; i++) {
		json_t *name = json_string(names[i]);
		int good = name && item_accepts(&keys, name) == 1;

		json_decref(name);
		if (good)
			continue;
		set_member(set, names[i], &member);
		if (!set_is_empty(c, &member))
			return compare_miss(c, set, b, in, "propertyNames", "may refuse a name");
	}
	return 1;
}

static int compare_required(struct compare *c, const struct set *set, const struct item *b,
                            const struct place_in *in)
{
	const json_t *list = b->node->object->required;
	size_t i;
	int ok = 1;

	for (i = 0; i < json_array_size(list) && (ok || !c->quiet); i++)
		if (!set_requires(set, json_string_value(json_array_get(list, i))))
			ok = compare_miss(c, set, b, in, "required", "may ask for a field that was "
			                                            "not required");
	return ok;
}

/* ---- dependencies ---- */

static int is_listed(const json_t *list, const json_t *name)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), name))
			return 1;
	return 0;
}

/* What the set says beside the same field implies what is wanted. */
static int implies(struct compare *c, const struct set *set, const struct item *of,
                   const struct dependent *have, const struct item *b,
                   const struct dependent *want)
{
	struct set beside = *set;
	size_t i;

	if (want->node && have->node) {
		set_add(&beside, have->node, of->schema);
		return compare_quietly(c, &beside, &(struct item){want->node, b->schema, 0});
	}
	if (!want->required || !have->required)
		return 0;
	for (i = 0; i < json_array_size(want->required); i++) {
		const json_t *name = json_array_get(want->required, i);

		if (!is_listed(have->required, name) &&
		    !set_requires(set, json_string_value(name)))
			return 0;
	}
	return 1;
}

static int depends_alike(struct compare *c, const struct set *set, const struct item *b,
                         const struct dependent *want)
{
	size_t i, k;

	for (i = 0; i < set->n; i++) {
		const struct item *of = &set->items[i];
		const struct object_part *o = of->node->object;

		for (k = 0; o && k < o->ndependent; k++)
			if (!strcmp(o->dependent[k].name, want->name) &&
			    implies(c, set, of, &o->dependent[k], b, want))
				return 1;
	}
	return 0;
}

static int all_required(const struct set *set, const json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (!set_requires(set, json_string_value(json_array_get(list, i))))
			return 0;
	return 1;
}

static int compare_dependent(struct compare *c, const struct set *set, const struct item *b,
                             const struct place_in *in, const struct dependent *d)
{
	const char *keyword = b->node->resource->draft & (D19 | D20)
	                          ? d->required ? "dependentRequired" : "dependentSchemas"
	                          : "dependencies";
	struct set member;

	set_member(set, d->name, &member);
	if (set_is_empty(c, &member) || (d->required && all_required(set, d->required)))
		return 1;
	if (d->node && compare_quietly(c, set, &(struct item){d->node, b->schema, 0}))
		return 1;
	if (depends_alike(c, set, b, d))
		return 1;
	return compare_miss(c, set, b, in, keyword, "may ask for more beside a field");
}

/* ---- the whole ---- */

static int compare_object_part(struct compare *c, const struct set *set, const struct item *b,
                               const struct place_in *in, const char *const *names, size_t n)
{
	const struct object_part *o = b->node->object;
	struct range want = o->len;
	int ok;
	size_t i;

	/* what is not to be there in the end cannot be too much */
	if (want.high != SIZE_MAX && n <= want.high && !has_others(c, set))
		want.high = SIZE_MAX;
	ok = compare_lengths(c, set, b, in, &want, C_MIN_PROPS);
	ok &= compare_required(c, set, b, in);
	for (i = 0; i < o->ndependent && (ok || !c->quiet); i++)
		ok &= compare_dependent(c, set, b, in, &o->dependent[i]);
	if (o->keys && (ok || !c->quiet))
		ok &= compare_names(c, set, b, in, names, n);
	return ok;
}

int compare_objects(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in)
{
	const char *names[NAMES_MAX];
	size_t i, n;
	int ok = 1;

	if (!b->node->object && !plain_rest(b->node, 0))
		return 1;
	if (!set_names(set, b, names, &n))
		return compare_miss(c, set, b, in, "properties", "too many fields to decide");
	if (b->node->object)
		ok = compare_object_part(c, set, b, in, names, n);
	for (i = 0; i < n && (ok || !c->quiet); i++)
		ok &= compare_member(c, set, b, in, names[i]);
	if (ok || !c->quiet)
		ok &= compare_all_others(c, set, b, in);
	return ok;
}
