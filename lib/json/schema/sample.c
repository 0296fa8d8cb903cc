/* json/schema/sample.c -- documents made from what schemas say.  Who uses one asks a validator. */
#include <stdio.h>

#include "base/mem.h"
#include "json/js.h"
#include "json/schema/compare_p.h"

enum { LEVELS = 8, SPLITS = 2, VALUES_MAX = 160, BRANCHES = 8, LENGTH_MAX = 40, KEYS_MAX = 24 };

static const char extra[] = "extra";

/* What is made for: a set, perhaps a schema that is to refuse it, and how deep we are. */
struct sampler {
	const struct set *set;
	const struct item *against; /* or NULL */
	unsigned level, splits;
	size_t wanted; /* so many different values of the set; 0: all that come to mind */
	json_t *out;
};

static int is_full(const struct sampler *s)
{
	return json_array_size(s->out) >= (s->wanted ? s->wanted : VALUES_MAX);
}

static int is_in(const json_t *list, const json_t *v)
{
	unsigned long steps = 0;
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (value_equal(json_array_get(list, i), v, &steps))
			return 1;
	return 0;
}

static void offer(const struct sampler *s, json_t *v)
{
	if (v && !is_full(s) && (!s->wanted || (set_accepts(s->set, v) && !is_in(s->out, v))))
		json_array_append(s->out, v);
	json_decref(v);
}

static void sample(const struct sampler *s);

/* At most ${n} different values of ${set}; a new array. */
static json_t *some_of(const struct set *set, unsigned level, size_t n)
{
	struct sampler s = {.set = set, .level = level + 1, .wanted = n, .out = json_array()};

	if (level < LEVELS && set->types)
		sample(&s);
	return s.out;
}

/* A value of ${set}, or NULL. */
static json_t *one_of(const struct set *set, unsigned level)
{
	json_t *list = some_of(set, level, 1);
	json_t *found = json_incref(json_array_get(list, 0));

	json_decref(list);
	return found;
}

/* ---- scalars ---- */

static void offer_beside(const struct sampler *s, const json_t *bound)
{
	double v = json_number_value(bound);
	int i;

	if (!bound || !(v > -1e15 && v < 1e15))
		return;
	for (i = -1; i <= 1; i++)
		offer(s, json_is_integer(bound) ? json_integer(json_integer_value(bound) + i)
		                                : json_real(v + i));
	offer(s, json_real(v + 0.5));
	offer(s, json_real(v - 0.5));
	for (i = -1; i <= 1; i++)
		offer(s, json_integer((json_int_t)v + i));
}

static void sample_numbers(const struct sampler *s, const struct node *node)
{
	size_t slot;

	for (slot = 0; node && node->number && slot < B_COUNT; slot++)
		offer_beside(s, node->number->bound[slot]);
	offer(s, json_integer(0));
	offer(s, json_integer(1));
	offer(s, json_integer(-1));
	offer(s, json_real(0.5));
	offer(s, json_real(1.0));
	offer(s, json_integer(1000000));
}

static void sample_strings(const struct sampler *s, const struct node *node)
{
	const struct string_part *p = node ? node->string : NULL;

	if (p && p->pattern) {
		offer(s, sample_pattern(p->pattern_text, 0));
		offer(s, sample_pattern(p->pattern_text, 1));
	}
	if (p && p->format)
		offer(s, sample_format(p->format));
	if (p && p->len.low) {
		offer(s, sample_length(p->len.low));
		offer(s, sample_length(p->len.low - 1));
	}
	if (p && p->len.high != SIZE_MAX) {
		offer(s, sample_length(p->len.high));
		offer(s, sample_length(p->len.high + 1));
	}
	offer(s, json_string(""));
	offer(s, json_string("a"));
	offer(s, json_string("0"));
	offer(s, json_string("ab c"));
}

/* ---- arrays ---- */

/* An item for place ${at}, unlike those before when that can be. */
static json_t *element(const struct sampler *s, const json_t *before, size_t at)
{
	json_t *list, *found = NULL;
	struct set set;
	size_t i;

	set_element(s->set, at, &set);
	list = some_of(&set, s->level, json_array_size(before) + 1);
	for (i = 0; i < json_array_size(list) && !found; i++)
		if (!is_in(before, json_array_get(list, i)))
			found = json_incref(json_array_get(list, i));
	if (!found)
		found = json_incref(json_array_get(list, 0));
	json_decref(list);
	return found;
}

static json_t *array_of(const struct sampler *s, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++) {
		json_t *v = element(s, list, i);

		if (!v) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, v);
	}
	return list;
}

/* The same item again and again. */
static void offer_repeated(const struct sampler *s, size_t n)
{
	struct set set;
	json_t *list;
	size_t i, k;

	set_element(s->set, 0, &set);
	list = some_of(&set, s->level, BRANCHES);
	for (i = 0; i < json_array_size(list); i++) {
		json_t *one = json_array();

		for (k = 0; k < n; k++)
			json_array_append(one, json_array_get(list, i));
		offer(s, one);
	}
	json_decref(list);
}

static void sample_arrays(const struct sampler *s)
{
	struct range r = set_lengths(s->set, C_MIN_ITEMS);
	const struct array_part *l = s->against ? s->against->node->array : NULL;
	size_t lengths[] = {r.low, r.low + 1, r.high, l ? l->len.high : 0, l ? l->len.high + 1 : 1,
	                    l && l->len.low ? l->len.low - 1 : 2};
	size_t i;

	for (i = 0; i < NITEMS(lengths); i++)
		if (lengths[i] >= r.low && lengths[i] <= r.high && lengths[i] <= LENGTH_MAX &&
		    !is_full(s))
			offer(s, array_of(s, lengths[i]));
	if (s->against) {
		offer_repeated(s, r.low > 2 ? r.low : r.high < 2 ? 1 : 2);
		offer_repeated(s, r.low > 1 ? r.low : 1);
	}
	if (l && l->contains && l->contained.high < LENGTH_MAX)
		offer_repeated(s, l->contained.high + 1);
	if (l && l->contains && l->contained.low > 1 && l->contained.low <= LENGTH_MAX)
		offer_repeated(s, l->contained.low - 1);
}

/* ---- objects ---- */

static json_t *member(const struct sampler *s, const char *key)
{
	struct set set;

	set_member(s->set, key, &set);
	return one_of(&set, s->level);
}

static int set_key(const struct sampler *s, json_t *obj, const char *key)
{
	json_t *v = json_object_get(obj, key) ? NULL : member(s, key);

	if (v)
		json_object_set_new(obj, key, v);
	return v || json_object_get(obj, key) ? 0 : -1;
}

/* What is there may ask for more to be there. */
static void add_dependent(const struct sampler *s, json_t *obj)
{
	size_t i, k, m;

	for (i = 0; i < s->set->n; i++) {
		const struct object_part *o = s->set->items[i].node->object;

		for (k = 0; o && k < o->ndependent; k++) {
			if (!json_object_get(obj, o->dependent[k].name))
				continue;
			for (m = 0; m < json_array_size(o->dependent[k].required); m++)
				set_key(s, obj, json_string_value(
				                    json_array_get(o->dependent[k].required, m)));
		}
	}
}

static void add_up_to(const struct sampler *s, json_t *obj, const char *const *names, size_t n,
                      size_t least)
{
	char key[32];
	size_t i;

	for (i = 0; i < n && json_object_size(obj) < least; i++)
		set_key(s, obj, names[i]);
	for (i = 0; i < LENGTH_MAX && json_object_size(obj) < least; i++) {
		snprintf(key, sizeof(key), "%s%zu", extra, i);
		set_key(s, obj, key);
	}
}

/* What must be there, and no more. */
static json_t *least_object(const struct sampler *s)
{
	const char *names[NAMES_MAX];
	json_t *obj = json_object();
	size_t i, n;

	if (!set_names(s->set, NULL, names, &n))
		return obj;
	for (i = 0; i < n; i++)
		if (set_requires(s->set, names[i]) && set_key(s, obj, names[i])) {
			json_decref(obj);
			return NULL;
		}
	add_up_to(s, obj, names, n, set_lengths(s->set, C_MIN_PROPS).low);
	add_dependent(s, obj);
	return obj;
}

static void offer_with(const struct sampler *s, const json_t *base, const char *key)
{
	json_t *obj = json_copy((json_t *)base);

	if (!set_key(s, obj, key)) {
		add_dependent(s, obj);
		offer(s, obj);
	} else {
		json_decref(obj);
	}
}

/* Names that patterns of ${node} may match, and some that it may not like. */
static void offer_odd_keys(const struct sampler *s, const json_t *base, const struct node *node)
{
	static const char *const odd[] = {extra, "", "A", "0", "a b"};
	size_t i;

	for (i = 0; node->object && i < node->object->npatterns && i < BRANCHES; i++) {
		json_t *key = sample_pattern(pattern_name(node, i), 0);

		offer_with(s, base, json_string_value(key));
		json_decref(key);
	}
	for (i = 0; i < NITEMS(odd); i++)
		offer_with(s, base, odd[i]);
}

static void offer_all(const struct sampler *s, const json_t *base, const char *const *names,
                      size_t n)
{
	json_t *obj = json_copy((json_t *)base);
	size_t i;

	for (i = 0; i < n; i++)
		set_key(s, obj, names[i]);
	offer(s, obj);
}

/* With a field beside which a schema asks for more. */
static void offer_dependent(const struct sampler *s)
{
	size_t i, k;

	for (i = 0; i < s->set->n; i++) {
		const struct object_part *o = s->set->items[i].node->object;

		for (k = 0; o && k < o->ndependent && !is_full(s); k++) {
			struct set set = *s->set;
			struct sampler more = *s;
			json_t *obj;

			if (!o->dependent[k].node)
				continue;
			set_add(&set, o->dependent[k].node, s->set->items[i].schema);
			more.set = &set;
			obj = least_object(&more);
			if (obj)
				set_key(&more, obj, o->dependent[k].name);
			offer(s, obj);
		}
	}
}

static void sample_objects(const struct sampler *s)
{
	json_t *base = least_object(s);
	const char *names[NAMES_MAX];
	size_t i, n;

	if (!base)
		return;
	offer(s, json_incref(base));
	offer_dependent(s);
	if (s->against && set_names(s->set, s->against, names, &n)) {
		size_t most = s->against->node->object ? s->against->node->object->len.high : 0;

		for (i = 0; i < n && i < KEYS_MAX; i++)
			offer_with(s, base, names[i]);
		offer_odd_keys(s, base, s->against->node);
		for (i = 0; i < s->set->n; i++)
			offer_odd_keys(s, base, s->set->items[i].node);
		offer_all(s, base, names, n < KEYS_MAX ? n : KEYS_MAX);
		if (most && most < LENGTH_MAX) {
			add_up_to(s, base, names, n, most + 1);
			offer(s, json_incref(base));
		}
	}
	json_decref(base);
}

/* ---- the whole ---- */

static void offer_written(const struct sampler *s, const struct node *node)
{
	const json_t *examples = json_object_get(node->json, "examples");
	size_t i;

	for (i = 0; i < json_array_size(examples) && i < BRANCHES; i++)
		offer(s, json_incref(json_array_get(examples, i)));
	offer(s, json_incref(json_object_get(node->json, "default")));
	if (node->fixed)
		offer(s, json_deep_copy(node->fixed));
	for (i = 0; node->allowed && i < json_array_size(node->allowed->list) && i < KEYS_MAX; i++)
		offer(s, json_incref(json_array_get(node->allowed->list, i)));
}

static void sample_with(const struct sampler *s, const struct node *node,
                        const struct schema *schema, size_t at, unsigned split)
{
	struct set set = *s->set;
	struct sampler below = *s;

	set.items[at].split |= split;
	set_add(&set, node, schema);
	below.set = &set;
	below.splits++;
	if (set.types)
		sample(&below);
}

/* Alternatives: one after the other. */
static void sample_alternatives(const struct sampler *s, size_t at)
{
	const struct item *it = &s->set->items[at];
	const struct applied *a = it->node->applied;
	size_t i;

	for (i = 0; !(it->split & SPLIT_ONE) && i < a->one.count && i < BRANCHES; i++)
		sample_with(s, a->one.n[i], it->schema, at, SPLIT_ONE);
	for (i = 0; !(it->split & SPLIT_ANY) && i < a->any.count && i < BRANCHES; i++)
		sample_with(s, a->any.n[i], it->schema, at, SPLIT_ANY);
	if (it->split & SPLIT_IF || !a->when)
		return;
	sample_with(s, a->when, it->schema, at, SPLIT_IF);
	if (a->then)
		sample_with(s, a->then, it->schema, at, SPLIT_IF);
	if (a->otherwise)
		sample_with(s, a->otherwise, it->schema, at, SPLIT_IF);
}

static void sample_scalars(const struct sampler *s, const struct node *node)
{
	unsigned types = s->set->types;

	if (node)
		offer_written(s, node);
	if (types & TYPE_STRING)
		sample_strings(s, node);
	if (types & (TYPE_NUMBER | TYPE_INTEGER))
		sample_numbers(s, node);
}

static void sample(const struct sampler *s)
{
	unsigned types = s->set->types;
	size_t i;

	for (i = 0; i < s->set->n; i++)
		sample_scalars(s, s->set->items[i].node);
	if (!s->set->n || s->against)
		sample_scalars(s, s->against ? s->against->node : NULL);
	if (types & TYPE_NULL)
		offer(s, json_null());
	if (types & TYPE_BOOLEAN) {
		offer(s, json_true());
		offer(s, json_false());
	}
	if (types & TYPE_OBJECT && !is_full(s))
		sample_objects(s);
	if (types & TYPE_ARRAY && !is_full(s))
		sample_arrays(s);
	for (i = 0; i < s->set->n && s->splits < SPLITS && !is_full(s); i++)
		if (s->set->items[i].node->applied)
			sample_alternatives(s, i);
}

json_t *sample_values(const struct set *set, const struct item *b)
{
	struct sampler s = {.set = set, .against = b, .out = json_array()};

	sample(&s);
	return s.out;
}

/* ${v} within one of the set that contains it. */
static json_t *contain(const struct place_in *in, json_t *v)
{
	struct set set = *in->of;
	struct sampler s = {.set = &set};
	json_t *whole, *found, *key;

	set.types &= in->key ? TYPE_OBJECT : TYPE_ARRAY;
	if (!in->key) {
		size_t low = set_lengths(&set, C_MIN_ITEMS).low;

		if (in->index > LENGTH_MAX || low > LENGTH_MAX)
			return NULL;
		whole = array_of(&s, in->index + 1 > low ? in->index + 1 : low);
		if (!whole)
			return NULL;
		json_array_set(whole, in->index, v);
		return whole;
	}
	found = one_of(&set, 0);
	if (!found)
		found = least_object(&s);
	whole = found ? json_copy(found) : json_object(); /* it may be the schema's own */
	json_decref(found);
	if (in->any && *in->key)
		key = sample_pattern(in->key, 0);
	else
		key = json_string(in->any ? extra : in->key);
	json_object_set(whole, json_string_value(key), v);
	json_decref(key);
	return whole;
}

json_t *sample_document(const struct place_in *in, const json_t *v)
{
	json_t *whole = json_incref((json_t *)v), *outer;

	for (; in && whole; in = in->up) {
		outer = contain(in, whole);
		json_decref(whole);
		whole = outer;
	}
	return whole;
}
