/* json/schema/parts.c -- the keywords for numbers, strings and arrays. */
#include <stdint.h>

#include "json/decimal.h"
#include "json/schema/format.h"
#include "json/schema/pattern.h"
#include "json/schema/run.h"

enum { PAIRS_UP_TO = 16, STRING_STEP = 64, SORT_STEPS = 4, PRINT_STEPS = 60 };

/* ---- numbers ---- */

static int is_multiple(struct run *run, const struct number_part *p, const json_t *v)
{
	const json_t *of = p->bound[B_MULTIPLE];
	struct decimal value;

	if (json_is_integer(v) && json_is_integer(of))
		return json_integer_value(v) % json_integer_value(of) == 0;
	if (decimal_of_json(&value, v))
		run->steps += PRINT_STEPS;
	return decimal_is_multiple(&value, &p->step);
}

/* Is a double exactly this number? */
static int is_small(const json_t *v)
{
	return json_is_real(v) || (json_integer_value(v) < (json_int_t)1 << 53 &&
	                           json_integer_value(v) > -((json_int_t)1 << 53));
}

static int order(const json_t *a, const json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b)) {
		json_int_t x = json_integer_value(a), y = json_integer_value(b);

		return (x > y) - (x < y);
	}
	if (is_small(a) && is_small(b)) {
		double x = json_number_value(a), y = json_number_value(b);

		return (x > y) - (x < y);
	}
	return number_cmp(a, b);
}

static int bound_holds(struct run *run, const struct number_part *p, enum bound slot,
                       const json_t *v)
{
	const json_t *bound = p->bound[slot];

	switch (slot) {
	case B_MIN:
		return order(v, bound) >= 0;
	case B_MAX:
		return order(v, bound) <= 0;
	case B_ABOVE:
		return order(v, bound) > 0;
	case B_BELOW:
		return order(v, bound) < 0;
	default:
		return is_multiple(run, p, v);
	}
}

static int is_between(const struct number_part *p, const json_t *v)
{
	double x;

	if (json_is_integer(v)) {
		json_int_t i = json_integer_value(v);

		return i >= p->low && i <= p->high;
	}
	x = json_real_value(v);
	return x >= p->real_low && x <= p->real_high;
}

int check_number(struct run *run, const struct node *node, const json_t *v, const struct path *at)
{
	static const struct {
		const char *keyword, *text;
	} rules[] = {
	    [B_MIN] = {"minimum", "must be at least "},
	    [B_MAX] = {"maximum", "must be at most "},
	    [B_ABOVE] = {"exclusiveMinimum", "must be more than "},
	    [B_BELOW] = {"exclusiveMaximum", "must be less than "},
	    [B_MULTIPLE] = {"multipleOf", "must be a multiple of "},
	};
	unsigned slot;
	int ok = 1;

	if (is_between(node->number, v))
		return 1;
	for (slot = 0; slot < B_COUNT && (ok || !run->quiet); slot++) {
		const json_t *bound = node->number->bound[slot];

		if (bound && !bound_holds(run, node->number, (enum bound)slot, v))
			ok = fail_value(run, node, at, rules[slot].keyword, rules[slot].text, bound);
	}
	return ok;
}

/* ---- strings ---- */

/* Code points of valid UTF-8: bytes that continue none. */
static size_t characters(const char *s, size_t n)
{
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

static int check_length(struct run *run, const struct node *node, const char *s, size_t n,
                        const struct path *at)
{
	const struct range *r = &node->string->len;
	size_t count;

	/* at most a character a byte, at least one in four */
	if (n <= r->high && (n + 3) / 4 >= r->low)
		return 1;
	run->steps += n / STRING_STEP;
	count = characters(s, n);
	if (count >= r->low && count <= r->high)
		return 1;
	return fail_range(run, node, at, C_MIN_LEN, r, count);
}

static int check_pattern(struct run *run, const struct node *node, const char *s, size_t n,
                         const struct path *at)
{
	const struct string_part *p = node->string;
	int rc = pattern_match_steps(p->pattern, s, n, &run->steps);

	if (rc > 0)
		return 1;
	return fail(run, node, at, "pattern",
	            rc == 0 ? "must match the pattern %s"
	                    : "takes too much work to match with the pattern %s",
	            p->pattern_text);
}

int check_string(struct run *run, const struct node *node, const json_t *v, const struct path *at)
{
	const struct string_part *p = node->string;
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);
	int ok = 1;

	if (p->counted)
		ok = check_length(run, node, s, n, at);
	if (p->pattern && (ok || !run->quiet))
		ok &= check_pattern(run, node, s, n, at);
	if (!p->format || (!ok && run->quiet))
		return ok;
	run->steps += format_steps(p->format, s, n);
	if (!format_fits(p->format, run->s->idn, s, n))
		ok = fail(run, node, at, "format", "must be %s", p->format->text);
	return ok;
}

/* ---- arrays ---- */

static int repeated_pair(struct run *run, const json_t *v, size_t *first, size_t *second)
{
	size_t n = json_array_size(v);

	for (*second = 1; *second < n; ++*second)
		for (*first = 0; *first < *second; ++*first)
			if (value_equal(json_array_get(v, *first), json_array_get(v, *second),
			                &run->steps))
				return 1;
	return 0;
}

static int check_unique(struct run *run, const struct node *node, const json_t *v,
                        const struct path *at)
{
	size_t first, second;
	int found;

	if (json_array_size(v) <= PAIRS_UP_TO) {
		found = repeated_pair(run, v, &first, &second);
	} else {
		struct texts t;

		run->steps += SORT_STEPS * json_array_size(v);
		if (run->steps > MAX_STEPS)
			return check_exhausted(run, node, at);
		texts_make(&t, v, &run->steps);
		found = texts_repeated(&t, &first, &second);
		texts_release(&t);
	}
	if (!found)
		return 1;
	return fail(run, node, at, "uniqueItems",
	            "must not repeat an item, but items %zu and %zu are equal", first, second);
}

static int check_items(struct run *run, const struct array_part *l, const json_t *v,
                       const struct path *at, struct marks *marks)
{
	struct path here = {.up = at};
	size_t n = json_array_size(v);
	int ok = 1;

	run->steps += n / 8;
	for (; here.index < n && (ok || !run->quiet) && !run->stop; here.index++) {
		const struct node *node = here.index < l->nprefix ? l->prefix[here.index] : l->rest;

		if (!node)
			break;
		marks_set(marks, here.index);
		ok &= check(run, node, json_array_get(v, here.index), &here, NULL);
	}
	return ok;
}

static int check_contains(struct run *run, const struct node *node, const json_t *v,
                          const struct path *at, struct marks *marks)
{
	const struct array_part *l = node->array;
	size_t n = json_array_size(v), count = 0;
	struct path here = {.up = at};

	run->steps += n / 8;
	if (!l->contains_evaluates)
		marks = NULL;
	for (; here.index < n && !run->stop; here.index++) {
		if (!marks && count >= l->contained.low && l->contained.high == SIZE_MAX)
			return 1;
		if (!check_quietly(run, l->contains, json_array_get(v, here.index), &here))
			continue;
		marks_set(marks, here.index);
		count++;
	}
	if (count > l->contained.high)
		return fail(run, node, at, "maxContains",
		            "must have at most %zu item%s of the kind asked for, has %zu",
		            l->contained.high, l->contained.high == 1 ? "" : "s", count);
	return count >= l->contained.low ||
	       fail(run, node, at, l->contained.low == 1 ? "contains" : "minContains",
	            "must have at least %zu item%s of the kind asked for, has %zu",
	            l->contained.low, l->contained.low == 1 ? "" : "s", count);
}

int check_array(struct run *run, const struct node *node, const json_t *v, const struct path *at,
                struct marks *marks)
{
	const struct array_part *l = node->array;
	size_t n = json_array_size(v);
	int ok = 1;

	if (n < l->len.low || n > l->len.high)
		ok = fail_range(run, node, at, C_MIN_ITEMS, &l->len, n);
	if (l->unique && (ok || !run->quiet))
		ok &= check_unique(run, node, v, at);
	if ((l->rest || l->nprefix) && (ok || !run->quiet))
		ok &= check_items(run, l, v, at, marks);
	if (l->contains && (ok || !run->quiet))
		ok &= check_contains(run, node, v, at, marks);
	return ok;
}
