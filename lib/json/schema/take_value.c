/* json/schema/take_value.c -- keywords that look at a value alone become parts of a node. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "json/decimal.h"
#include "json/schema/compile.h"
#include "json/schema/format.h"
#include "json/schema/idn.h"
#include "json/schema/pattern.h"

enum { SORT_FROM = 9 };
static const json_int_t SMALL = (json_int_t)1 << 53; /* a double below is exact */

#define EVERYTHING {.low = 0, .high = SIZE_MAX}

static struct number_part *part_number(const struct take *t)
{
	struct node *node = t->node;

	if (!node->number) {
		struct number_part *p = arena_alloc(&t->c->s->arena, sizeof(*p));

		p->low = INT64_MIN;
		p->high = INT64_MAX;
		p->real_low = -HUGE_VAL;
		p->real_high = HUGE_VAL;
		node->number = p;
	}
	return (struct number_part *)node->number;
}

/* Nothing is certain: every number needs the closer look. */
static void no_interval(struct number_part *p)
{
	p->low = 1;
	p->high = 0;
	p->real_low = 1;
	p->real_high = 0;
}

/* Narrow the intervals of what is certain, by a minimum or maximum that is a small integer. */
static void narrow(struct number_part *p, unsigned slot, const json_t *bound)
{
	json_int_t v = json_integer_value(bound);

	if (!json_is_integer(bound) || v >= SMALL || v <= -SMALL || slot == B_MULTIPLE) {
		no_interval(p);
	} else if (slot == B_MIN || slot == B_ABOVE) {
		v += slot == B_ABOVE;
		p->low = v > p->low ? v : p->low;
		p->real_low = (double)v > p->real_low ? (double)v : p->real_low;
	} else {
		v -= slot == B_BELOW;
		p->high = v < p->high ? v : p->high;
		p->real_high = (double)v < p->real_high ? (double)v : p->real_high;
	}
}

static struct string_part *part_string(const struct take *t)
{
	static const struct string_part empty = {.len = EVERYTHING};
	struct node *node = t->node;

	if (!node->string) {
		struct string_part *p = arena_alloc(&t->c->s->arena, sizeof(*p));

		*p = empty;
		node->string = p;
	}
	return (struct string_part *)node->string;
}

struct array_part *part_array(const struct take *t)
{
	static const struct array_part empty = {.len = EVERYTHING,
	                                        .contained = {.low = 1, .high = SIZE_MAX}};
	struct node *node = t->node;

	if (!node->array) {
		struct array_part *p = arena_alloc(&t->c->s->arena, sizeof(*p));

		*p = empty;
		p->contains_evaluates = node->resource->draft == D20;
		node->array = p;
	}
	return (struct array_part *)node->array;
}

int take_type(const struct take *t)
{
	const json_t *v = t->value;
	size_t i, n = json_is_array(v) ? json_array_size(v) : 1;
	unsigned types = 0;

	for (i = 0; i < n; i++) {
		const json_t *word = json_is_array(v) ? json_array_get(v, i) : v;
		unsigned bit = json_is_string(word) ? type_by_name(json_string_value(word)) : 0;

		if (!bit)
			return take_refuse(t, "must be string, number, integer, boolean, object, "
			                      "array or null, or a list of them");
		types |= bit;
	}
	if (types & TYPE_NUMBER)
		types |= TYPE_INTEGER;
	t->node->types = types;
	return n ? 0 : take_refuse(t, "must name a type");
}

static void sort_containers(const struct take *t, struct enum_part *e)
{
	struct owned_texts *own = arena_alloc(&t->c->s->arena, sizeof(*own));
	json_t *only = json_array();
	unsigned long steps = 0;
	size_t i;

	if (!only)
		mem_oom();
	for (i = 0; i < json_array_size(e->list); i++) {
		json_t *v = json_array_get(e->list, i);

		if ((json_is_object(v) || json_is_array(v)) && json_array_append(only, v))
			mem_oom();
	}
	texts_make(&e->sorted, only, &steps);
	json_decref(only);
	own->texts = &e->sorted;
	own->next = t->c->s->texts;
	t->c->s->texts = own;
}

static int integer_order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int number_order(const void *a, const void *b)
{
	const struct numeric *x = a, *y = b;

	if (x->near < y->near || x->near > y->near)
		return x->near < y->near ? -1 : 1;
	return number_cmp(x->value, y->value);
}

static void take_value(struct enum_part *e, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		break; /* by the caller */
	case JSON_INTEGER:
		e->integers[e->nintegers++] = json_integer_value(v);
		/* fall through */
	case JSON_REAL:
		e->numbers[e->nnumbers++] =
		    (struct numeric){.near = json_number_value(v), .value = v};
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
		e->ncontainers++;
		break;
	default:
		e->words |= 1u << json_typeof(v);
	}
}

int take_enum(const struct take *t)
{
	struct arena *a = &t->c->s->arena;
	struct enum_part *e = arena_alloc(a, sizeof(*e));
	size_t i, n = json_array_size(t->value), strings = 0;
	struct name *list = mem_grow(NULL, n + 1, sizeof(*list));

	e->list = t->value;
	e->integers = arena_alloc(a, (n + 1) * sizeof(*e->integers));
	e->numbers = arena_alloc(a, (n + 1) * sizeof(*e->numbers));
	for (i = 0; i < n; i++) {
		const json_t *v = json_array_get(t->value, i);

		take_value(e, v);
		if (json_is_string(v))
			list[strings++] = (struct name){.s = json_string_value(v),
			                                .len = json_string_length(v)};
	}
	qsort(e->integers, e->nintegers, sizeof(*e->integers), integer_order);
	qsort(e->numbers, e->nnumbers, sizeof(*e->numbers), number_order);
	if (e->ncontainers >= SORT_FROM)
		sort_containers(t, e);
	names_make(&e->strings, list, strings, a);
	free(list);
	t->node->allowed = e;
	return 0;
}

int take_const(const struct take *t)
{
	if (t->node->resource->draft == D4)
		return take_refuse(t, "is not a keyword of draft-04");
	t->node->fixed = t->value;
	return 0;
}

int take_bound(const struct take *t)
{
	const json_t *v = t->value;

	if (t->node->resource->draft == D4 && (t->slot == B_ABOVE || t->slot == B_BELOW)) {
		if (!json_is_boolean(v))
			return take_refuse(t, "must be true or false in draft-04");
		return 0; /* the node is settled at its end */
	}
	if (!json_is_number(v))
		return take_refuse(t, "must be a number");
	if (t->slot == B_MULTIPLE && json_number_value(v) <= 0)
		return take_refuse(t, "must be greater than 0");
	part_number(t)->bound[t->slot] = v;
	if (t->slot == B_MULTIPLE)
		decimal_of_json(&part_number(t)->step, v);
	narrow(part_number(t), t->slot, v);
	return 0;
}

static struct range *range_of(const struct take *t)
{
	switch (t->slot) {
	case C_MIN_LEN:
	case C_MAX_LEN:
		part_string(t)->counted = 1;
		return &part_string(t)->len;
	case C_MIN_ITEMS:
	case C_MAX_ITEMS:
		return &part_array(t)->len;
	case C_MIN_CONTAINS:
	case C_MAX_CONTAINS:
		return &part_array(t)->contained;
	default:
		return &part_object(t)->len;
	}
}

int take_count(const struct take *t)
{
	double v = json_number_value(t->value);
	struct range *r;

	if (v > 1e15)
		v = 1e15; /* more than any size */
	if (v < 0 || v != (double)(size_t)v)
		return take_refuse(t, "must be a whole number, not negative");
	r = range_of(t);
	if (t->slot % 2)
		r->high = (size_t)v;
	else
		r->low = (size_t)v;
	return 0;
}

int take_pattern(const struct take *t)
{
	struct pattern *p = take_compiled(t, t->at, json_string_value(t->value),
	                                  json_string_length(t->value));

	if (!p)
		return -1;
	part_string(t)->pattern = p;
	part_string(t)->plain = pattern_fixed(p);
	part_string(t)->pattern_text = json_string_value(t->value);
	return 0;
}

int take_format(const struct take *t)
{
	const struct format *f = format_find(json_string_value(t->value),
	                                     t->node->resource->draft & (D4 | D6));
	struct compile *c = t->c;

	if (!f || c->options->assert_formats < 0 ||
	    !(c->options->assert_formats ||
	      t->node->resource->vocabularies & VOC_FORMAT_ASSERTION))
		return 0;
	part_string(t)->format = f;
	if (f->host_names && !c->s->idn)
		c->s->idn = idn_new();
	return 0;
}

int take_unique(const struct take *t)
{
	if (json_is_true(t->value))
		part_array(t)->unique = 1;
	return 0;
}
