/* json/schema/compare_set.c -- what several schemas say together. */
#include <stdlib.h>
#include <string.h>

#include "json/decimal.h"
#include "json/schema/compare_p.h"
#include "json/schema/pattern.h"

enum { EMPTY_DEEP = 6 };

void set_begin(struct set *s)
{
	s->n = 0;
	s->types = TYPE_ALL;
}

void set_add(struct set *s, const struct node *node, const struct schema *schema)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->items[i].node == node)
			return;
	s->types &= node->types;
	if (node->flags & NODE_NOTHING_VALID)
		s->types = 0;
	if (s->n == SET_MAX)
		return; /* a larger set than there is: no proof becomes wrong */
	s->items[s->n++] = (struct item){.node = node, .schema = schema};
	if (!node->applied)
		return;
	if (node->applied->ref)
		set_add(s, node->applied->ref, schema);
	for (i = 0; i < node->applied->all.count; i++)
		set_add(s, node->applied->all.n[i], schema);
}

int item_accepts(const struct item *it, const json_t *v)
{
	struct path root = {.up = NULL};
	struct run run = {.s = it->schema, .quiet = 1};
	int ok = check(&run, it->node, v, &root, NULL);

	return run.stop ? -1 : ok;
}

static int of_types(const struct set *s, const json_t *v)
{
	unsigned bit = type_bit(v);

	return (s->types & bit) || (bit == TYPE_NUMBER && s->types & TYPE_INTEGER);
}

int set_accepts(const struct set *s, const json_t *v)
{
	size_t i;

	if (!of_types(s, v))
		return 0;
	for (i = 0; i < s->n; i++)
		if (item_accepts(&s->items[i], v) == 0)
			return 0;
	return 1;
}

static void keep_accepted(const struct set *s, json_t *from, json_t *to)
{
	size_t i;

	for (i = 0; i < json_array_size(from); i++)
		if (set_accepts(s, json_array_get(from, i)))
			json_array_append(to, json_array_get(from, i));
}

json_t *set_values(const struct set *s)
{
	json_t *out, *few;
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct node *n = s->items[i].node;

		if (!n->fixed && !n->allowed)
			continue;
		out = json_array();
		few = n->fixed ? json_pack("[o]", json_deep_copy(n->fixed))
		               : json_incref((json_t *)n->allowed->list);
		keep_accepted(s, few, out);
		json_decref(few);
		return out;
	}
	if (!s->types || s->types & ~(unsigned)(TYPE_NULL | TYPE_BOOLEAN))
		return NULL;
	out = json_array();
	few = json_pack("[nbb]", 1, 0);
	keep_accepted(s, few, out);
	json_decref(few);
	return out;
}

/* ---- parts ---- */

const struct node *plain_rest(const struct node *node, int items)
{
	const struct applied *a = node->applied;
	size_t i;

	if (!a || a->ref || a->dynamic_ref || a->all.count || a->any.count || a->one.count || a->when)
		return NULL;
	for (i = 0; node->object && i < node->object->ndependent; i++)
		if (node->object->dependent[i].node)
			return NULL;
	if (items && node->array && node->array->contains)
		return NULL;
	return items ? a->rest_items : a->rest_props;
}

const char *pattern_name(const struct node *node, size_t i)
{
	json_t *obj = json_object_get(node->json, "patternProperties");
	void *iter = json_object_iter(obj);

	while (iter && i--)
		iter = json_object_iter_next(obj, iter);
	return iter ? json_object_iter_key(iter) : "";
}

static void add_member(const struct item *it, const char *key, struct set *out)
{
	const struct object_part *o = it->node->object;
	const struct node *rest = plain_rest(it->node, 0);
	size_t i, n = strlen(key);
	int known = 0;

	if (o) {
		const struct name *name = names_find(&o->names, key, n);

		if (name && o->props[name->value].node) {
			set_add(out, o->props[name->value].node, it->schema);
			known = 1;
		}
		for (i = 0; i < o->npatterns; i++) {
			int rc = pattern_match(o->patterns[i].pattern, key, n);

			known |= rc != 0;
			if (rc > 0)
				set_add(out, o->patterns[i].node, it->schema);
		}
		if (!known && o->additional) {
			set_add(out, o->additional, it->schema);
			known = 1;
		}
	}
	if (!known && rest)
		set_add(out, rest, it->schema);
}

static int may_be_called(const struct item *it, const char *key)
{
	const struct node *keys = it->node->object ? it->node->object->keys : NULL;
	struct item of_keys = {.node = keys, .schema = it->schema};
	json_t *name;
	int ok;

	if (!keys)
		return 1;
	name = json_string(key);
	ok = !name || item_accepts(&of_keys, name) != 0;
	json_decref(name);
	return ok;
}

void set_member(const struct set *s, const char *key, struct set *out)
{
	size_t i;

	set_begin(out);
	for (i = 0; i < s->n; i++) {
		add_member(&s->items[i], key, out);
		if (!may_be_called(&s->items[i], key))
			out->types = 0;
	}
}

int set_requires(const struct set *s, const char *key)
{
	size_t i, k;

	for (i = 0; i < s->n; i++) {
		const struct object_part *o = s->items[i].node->object;
		const json_t *list = o ? o->required : NULL;

		for (k = 0; k < json_array_size(list); k++)
			if (!strcmp(json_string_value(json_array_get(list, k)), key))
				return 1;
	}
	return 0;
}

void set_element(const struct set *s, size_t at, struct set *out)
{
	size_t i;

	set_begin(out);
	for (i = 0; i < s->n; i++) {
		const struct array_part *l = s->items[i].node->array;
		const struct node *rest = plain_rest(s->items[i].node, 1);

		if (l && at < l->nprefix)
			set_add(out, l->prefix[at], s->items[i].schema);
		else if (l && l->rest)
			set_add(out, l->rest, s->items[i].schema);
		else if (rest)
			set_add(out, rest, s->items[i].schema);
	}
}

static const struct range *lengths_of(const struct node *node, enum count min)
{
	switch (min) {
	case C_MIN_LEN:
		return node->string ? &node->string->len : NULL;
	case C_MIN_ITEMS:
		return node->array ? &node->array->len : NULL;
	default:
		return node->object ? &node->object->len : NULL;
	}
}

/* A name may stand there twice. */
static size_t count_names(const json_t *list)
{
	size_t i, k, n = 0;

	for (i = 0; i < json_array_size(list) && i < NAMES_MAX; i++) {
		for (k = 0; k < i; k++)
			if (json_equal(json_array_get(list, k), json_array_get(list, i)))
				break;
		n += k == i;
	}
	return n;
}

static size_t count_required(const struct set *s)
{
	size_t i, n, most = 0;

	for (i = 0; i < s->n; i++) {
		n = s->items[i].node->object ? count_names(s->items[i].node->object->required) : 0;
		most = n > most ? n : most;
	}
	return most;
}

struct range set_lengths(const struct set *s, enum count min)
{
	struct range all = {.low = 0, .high = SIZE_MAX};
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct range *r = lengths_of(s->items[i].node, min);
		const struct array_part *l = s->items[i].node->array;

		if (r && r->low > all.low)
			all.low = r->low;
		if (r && r->high < all.high)
			all.high = r->high;
		if (min == C_MIN_ITEMS && l && l->rest && l->rest->flags & NODE_NOTHING_VALID &&
		    l->nprefix < all.high)
			all.high = l->nprefix;
	}
	if (min == C_MIN_PROPS && count_required(s) > all.low)
		all.low = count_required(s);
	return all;
}

/* ---- names ---- */

static int add_names(const json_t *of, const char *names[NAMES_MAX], size_t *n)
{
	json_t *obj = (json_t *)of; /* jansson's iterators take no const */
	void *iter;
	size_t i;

	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		if (*n == NAMES_MAX)
			return 0;
		names[(*n)++] = json_object_iter_key(iter);
	}
	for (i = 0; i < json_array_size(of); i++) {
		if (*n == NAMES_MAX)
			return 0;
		names[(*n)++] = json_string_value(json_array_get(of, i));
	}
	return 1;
}

static int add_names_of(const struct node *node, const char *names[NAMES_MAX], size_t *n)
{
	size_t i;

	if (!node->object)
		return 1;
	for (i = 0; i < node->object->ndependent; i++) {
		const struct dependent *d = &node->object->dependent[i];

		if (*n == NAMES_MAX || !add_names(d->required, names, n) || *n == NAMES_MAX)
			return 0;
		names[(*n)++] = d->name;
	}
	return add_names(node->object->nprops ? json_object_get(node->json, "properties") : NULL,
	                 names, n) &&
	       add_names(node->object->required, names, n);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int set_names(const struct set *s, const struct item *b, const char *names[NAMES_MAX], size_t *n)
{
	size_t i, kept = 0;

	*n = 0;
	for (i = 0; i < s->n; i++)
		if (!add_names_of(s->items[i].node, names, n))
			return 0;
	if (b && !add_names_of(b->node, names, n))
		return 0;
	qsort(names, *n, sizeof(*names), by_text);
	for (i = 0; i < *n; i++)
		if (!kept || strcmp(names[kept - 1], names[i]))
			names[kept++] = names[i];
	*n = kept;
	return 1;
}

/* ---- nothing at all ---- */

static int no_number(const struct set *s)
{
	const json_t *low = NULL, *high = NULL;
	int open = 0, order;
	size_t i, k;

	for (i = 0; i < s->n; i++) {
		const struct number_part *p = s->items[i].node->number;
		static const enum bound lows[] = {B_MIN, B_ABOVE}, highs[] = {B_MAX, B_BELOW};

		for (k = 0; p && k < 2; k++) {
			const json_t *l = p->bound[lows[k]], *h = p->bound[highs[k]];

			if (l && (!low || number_cmp(l, low) > 0))
				low = l;
			if (h && (!high || number_cmp(h, high) < 0))
				high = h;
		}
	}
	if (!low || !high)
		return 0;
	order = number_cmp(low, high);
	for (i = 0; i < s->n && order == 0; i++) {
		const struct number_part *p = s->items[i].node->number;

		open |= p && ((p->bound[B_ABOVE] && !number_cmp(p->bound[B_ABOVE], low)) ||
		              (p->bound[B_BELOW] && !number_cmp(p->bound[B_BELOW], low)));
	}
	return order > 0 || open;
}

static int no_object(struct compare *c, const struct set *s)
{
	struct range r = set_lengths(s, C_MIN_PROPS);
	const char *names[NAMES_MAX];
	size_t i, n;

	if (r.low > r.high)
		return 1;
	if (c->nested >= COMPARE_DEEP || !set_names(s, NULL, names, &n))
		return 0;
	for (i = 0; i < n; i++) {
		struct set member;

		if (!set_requires(s, names[i]))
			continue;
		set_member(s, names[i], &member);
		if (set_is_empty(c, &member))
			return 1;
	}
	return 0;
}

static int no_array(struct compare *c, const struct set *s)
{
	struct range r = set_lengths(s, C_MIN_ITEMS);
	struct set element;
	size_t i;

	if (r.low > r.high)
		return 1;
	for (i = 0; i < r.low && i < EMPTY_DEEP; i++) {
		set_element(s, i, &element);
		if (set_is_empty(c, &element))
			return 1;
	}
	return 0;
}

/* Which of its types have no value? */
static unsigned empty_types(struct compare *c, const struct set *s)
{
	struct range r = set_lengths(s, C_MIN_LEN);
	unsigned none = 0;

	if (s->types & (TYPE_NUMBER | TYPE_INTEGER) && no_number(s))
		none |= TYPE_NUMBER | TYPE_INTEGER;
	if (r.low > r.high)
		none |= TYPE_STRING;
	if (s->types & TYPE_OBJECT && no_object(c, s))
		none |= TYPE_OBJECT;
	if (s->types & TYPE_ARRAY && no_array(c, s))
		none |= TYPE_ARRAY;
	return none;
}

int set_is_empty(struct compare *c, const struct set *s)
{
	json_t *values;
	int empty;

	if (!s->types)
		return 1;
	if (c->nested >= COMPARE_DEEP || ++c->steps > COMPARE_STEPS)
		return 0;
	values = set_values(s);
	if (values) {
		empty = json_array_size(values) == 0;
		json_decref(values);
		return empty;
	}
	c->nested += COMPARE_DEEP / EMPTY_DEEP;
	empty = !(s->types & ~empty_types(c, s));
	c->nested -= COMPARE_DEEP / EMPTY_DEEP;
	return empty;
}
