/*
 * json/schema/quick.c -- the shortest way to a yes.
 *
 * Most values fit, and most members are strings, numbers, objects and lists of which little is
 * asked.  Here that little is looked at without a report in mind.  What else is asked, check_more
 * looks at; a string or number that is not surely right is left to it as well.  A string or number
 * costs a few dozen bytes of work at most, so that steps are counted for members and items only.
 */
#include "json/schema/plain.h"
#include "json/schema/run.h"

enum { FEW_INTEGERS = 16 };

static unsigned sure_scalars(const struct node *node)
{
	const struct enum_part *e = node->allowed;
	unsigned sure = TYPE_STRING | TYPE_INTEGER | TYPE_NUMBER;

	if (node->string && (e || node->string->format ||
	                     (node->string->pattern && !node->string->plain)))
		sure &= ~(unsigned)TYPE_STRING;
	if (e)
		sure &= ~(unsigned)TYPE_NUMBER;
	if (e && (node->number || e->nnumbers > e->nintegers || e->nintegers > FEW_INTEGERS))
		sure &= ~(unsigned)TYPE_INTEGER;
	return sure;
}

unsigned quick_sure(const struct node *node)
{
	const struct object_part *o = node->object;
	const struct array_part *l = node->array;
	unsigned sure = sure_scalars(node);

	if (node->applied || node->fixed)
		return 0;
	if (o && !node->allowed && o->plain && !o->ndependent)
		sure |= TYPE_OBJECT;
	if (l && !node->allowed && l->rest && !l->nprefix && !l->contains && !l->unique)
		sure |= TYPE_ARRAY;
	return sure & node->types;
}

static int string_fits(const struct node *node, const json_t *v)
{
	const struct string_part *p = node->string;
	size_t n = json_string_length(v);

	if (node->allowed)
		return names_find(&node->allowed->strings, json_string_value(v), n) != NULL;
	/* a character has between one and four bytes */
	if (n > p->len.high || (n + 3) / 4 < p->len.low)
		return 0;
	return !p->plain || plain_match_fixed(p->plain, json_string_value(v), n);
}

static int integer_fits(const struct node *node, json_int_t i)
{
	size_t k;

	if (!node->allowed)
		return i >= node->number->low && i <= node->number->high;
	for (k = 0; k < node->allowed->nintegers; k++)
		if (node->allowed->integers[k] == i)
			return 1;
	return 0;
}

static int real_fits(const struct node *node, double x)
{
	return x >= node->number->real_low && x <= node->number->real_high;
}

/* Of a type that is in node->sure. */
static inline int sure_fits(struct run *run, const struct node *node, const json_t *v,
                            unsigned bit, const struct path *at)
{
	switch (bit) {
	case TYPE_STRING:
		return string_fits(node, v) || check_more(run, node, v, at, NULL);
	case TYPE_INTEGER:
		return integer_fits(node, json_integer_value(v)) ||
		       check_more(run, node, v, at, NULL);
	case TYPE_NUMBER:
		return real_fits(node, json_real_value(v)) || check_more(run, node, v, at, NULL);
	case TYPE_OBJECT:
		return quick_object(run, node, v, at);
	default:
		return quick_array(run, node, v, at);
	}
}

__attribute__((always_inline))
static inline int fits(struct run *run, const struct node *node, const json_t *v,
                       const struct path *at)
{
	unsigned bit = type_bit(v);

	if (node->quick & bit)
		return 1;
	return node->sure & bit ? sure_fits(run, node, v, bit, at)
	                        : check_more(run, node, v, at, NULL);
}

/* ---- members ---- */

static inline int is_prop(const struct prop *p, const char *s, size_t len)
{
	return p->len == len && p->head == names_head(s, len) && p->tail == names_tail(s, len) &&
	       (len <= NAMES_WHOLE || !memcmp(p->s, s, len));
}

__attribute__((noinline))
static const struct prop *find_prop(const struct object_part *o, const char *s, size_t len)
{
	const struct name *name = names_find(&o->names, s, len);

	return name ? &o->props[name->value] : NULL;
}

static int walk(struct run *run, const struct object_part *o, const json_t *v,
                const struct path *at)
{
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	void *iter = json_object_iter(obj);
	const struct prop *next = o->props; /* members mostly come in the schema's order */
	uint64_t seen = 0;

	for (; iter; iter = json_object_iter_next(obj, iter)) {
		size_t len = json_object_iter_key_len(iter);
		const char *key = json_object_iter_key(iter);
		const struct prop *p = is_prop(next, key, len) ? next : find_prop(o, key, len);
		const struct node *node = o->additional;

		if (p) {
			next = p + 1;
			seen |= p->required;
			if (p->node)
				node = p->node;
		}
		if (node && !fits(run, node, json_object_iter_value(iter), at))
			return 0;
	}
	return (seen & o->required_mask) == o->required_mask;
}

/* Few names, and nothing is asked of other members. */
static int ask(struct run *run, const struct object_part *o, const json_t *v,
               const struct path *at)
{
	const struct prop *p;

	for (p = o->props; p->len != SIZE_MAX; p++) {
		const json_t *value = json_object_getn(v, p->s, p->len);

		if (value ? p->node && !fits(run, p->node, value, at) : p->required != 0)
			return 0;
	}
	return 1;
}

int quick_members(struct run *run, const struct object_part *o, const json_t *v, size_t n,
                  const struct path *at)
{
	run->steps += n;
	return !o->additional && o->nprops < n / 2 ? ask(run, o, v, at) : walk(run, o, v, at);
}

int quick_object(struct run *run, const struct node *node, const json_t *v, const struct path *at)
{
	const struct object_part *o = node->object;
	size_t n = json_object_size(v);
	int ok;

	if (++run->steps > MAX_STEPS || run->depth >= MAX_DEEP)
		return check_exhausted(run, node, at);
	if (n < o->len.low || n > o->len.high)
		return 0;
	run->depth++;
	ok = quick_members(run, o, v, n, at);
	run->depth--;
	return ok;
}

/* ---- items ---- */

int quick_array(struct run *run, const struct node *node, const json_t *v, const struct path *at)
{
	const struct array_part *l = node->array;
	size_t i, n = json_array_size(v);

	if (++run->steps > MAX_STEPS || run->depth >= MAX_DEEP)
		return check_exhausted(run, node, at);
	if (n < l->len.low || n > l->len.high)
		return 0;
	run->steps += n / 8;
	run->depth++;
	for (i = 0; i < n && fits(run, l->rest, json_array_get(v, i), at); i++)
		;
	run->depth--;
	return i == n;
}
