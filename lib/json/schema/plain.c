/* json/schema/plain.c -- regular expressions that need no search. */
#include "json/schema/plain.h"

#include <string.h>

struct reader {
	const char *p, *end;
};

static void add(struct plain_item *item, unsigned char from, unsigned char to)
{
	unsigned c;

	for (c = from; c <= to; c++)
		item->set[c / 64] |= (uint64_t)1 << c % 64;
}

static int has(const struct plain_item *item, unsigned char c)
{
	return c < 128 && item->set[c / 64] >> c % 64 & 1;
}

/* Behind a backslash: \d, \w, or a mark that stands for itself.  0: something else. */
static int take_escape(struct reader *r, struct plain_item *item, unsigned char *single)
{
	unsigned char c = r->p < r->end ? (unsigned char)*r->p++ : 0;

	*single = 0;
	if (c == 'd' || c == 'w')
		add(item, '0', '9');
	if (c == 'w') {
		add(item, 'a', 'z');
		add(item, 'A', 'Z');
		add(item, '_', '_');
	}
	if (c == 'd' || c == 'w')
		return 1;
	*single = c;
	return c && strchr("^$\\.*+?()[]{}|/-", c) != NULL;
}

static int take_class(struct reader *r, struct plain_item *item)
{
	if (r->p < r->end && *r->p == '^')
		return 0;
	while (r->p < r->end && *r->p != ']') {
		unsigned char from = (unsigned char)*r->p++, to;

		if (from == '\\' && !take_escape(r, item, &from))
			return 0;
		if (from >= 128)
			return 0;
		to = from;
		if (r->end - r->p > 1 && *r->p == '-' && r->p[1] != ']') {
			to = (unsigned char)r->p[1];
			if (!from || to == '\\' || to >= 128)
				return 0;
			r->p += 2;
		}
		if (from)
			add(item, from, to);
	}
	return r->p++ < r->end;
}

static int take_number(struct reader *r, size_t *v)
{
	const char *start = r->p;

	for (*v = 0; r->p < r->end && *r->p >= '0' && *r->p <= '9' && r->p - start < 6; r->p++)
		*v = *v * 10 + (size_t)(*r->p - '0');
	return r->p > start;
}

static int take_braces(struct reader *r, struct plain_item *item)
{
	if (!take_number(r, &item->min))
		return 0;
	item->max = item->min;
	if (r->p < r->end && *r->p == ',') {
		r->p++;
		if (!take_number(r, &item->max))
			item->max = SIZE_MAX;
	}
	return r->p < r->end && *r->p++ == '}';
}

static int take_count(struct reader *r, struct plain_item *item)
{
	char c = r->p < r->end ? *r->p : 0;

	item->min = item->max = 1;
	if (!c || !strchr("*+?{", c))
		return 1;
	r->p++;
	if (c == '{' && !take_braces(r, item))
		return 0;
	if (c == '*' || c == '?')
		item->min = 0;
	if (c == '*' || c == '+')
		item->max = SIZE_MAX;
	/* a second mark makes it lazy */
	return r->p == r->end || !strchr("*+?{", *r->p);
}

static int take_item(struct reader *r, struct plain_item *item)
{
	unsigned char c = (unsigned char)*r->p++;

	if (c == '[') {
		if (!take_class(r, item))
			return 0;
	} else if (c == '\\') {
		if (!take_escape(r, item, &c))
			return 0;
		if (c)
			add(item, c, c);
	} else {
		if (c < ' ' || c >= 128 || strchr("^$.*+?()]{}|", c))
			return 0;
		add(item, c, c);
	}
	return take_count(r, item);
}

/* May what repeats also begin what comes behind it? */
static int ambiguous(const struct plain *p, size_t i)
{
	const struct plain_item *a = &p->item[i];
	size_t k;

	if (a->min == a->max)
		return 0;
	for (k = i + 1; k < p->n; k++) {
		if (a->set[0] & p->item[k].set[0] || a->set[1] & p->item[k].set[1])
			return 1;
		if (p->item[k].min)
			return 0;
	}
	return 0;
}

/* Are the characters of ${item} one range? */
static int is_range(const struct plain_item *item, unsigned char *low, unsigned char *span)
{
	unsigned from = 0, to;

	while (from < 128 && !has(item, (unsigned char)from))
		from++;
	for (to = from; to < 128 && has(item, (unsigned char)to); to++)
		;
	*low = (unsigned char)from;
	*span = (unsigned char)(to - from - 1);
	for (; to < 128; to++)
		if (has(item, (unsigned char)to))
			return 0;
	return from < 128;
}

static void fix(struct plain *p)
{
	size_t i, k;

	for (i = 0; i < p->n; i++) {
		const struct plain_item *item = &p->item[i];
		unsigned char low, span;

		if (item->min != item->max || item->min > PLAIN_FIXED - p->length ||
		    !is_range(item, &low, &span))
			return;
		for (k = 0; k < item->min; k++, p->length++) {
			p->low[p->length] = low;
			p->span[p->length] = span;
		}
	}
	p->fixed = 1;
}

int plain_parse(struct plain *p, const char *text, size_t n)
{
	struct reader r = {.p = text, .end = text + n};
	size_t i;

	memset(p, 0, sizeof(*p));
	if (!n || *r.p++ != '^')
		return 0;
	while (r.p < r.end) {
		if (*r.p == '$' && r.p + 1 == r.end) {
			p->to_end = 1;
			break;
		}
		if (p->n == PLAIN_ITEMS || !take_item(&r, &p->item[p->n++]))
			return 0;
	}
	for (i = 0; i < p->n; i++)
		if (ambiguous(p, i))
			return 0;
	fix(p);
	return 1;
}

int plain_match(const struct plain *p, const char *s, size_t n)
{
	const char *end = s + n;
	size_t i;

	if (p->fixed)
		return plain_match_fixed(p, s, n);
	for (i = 0; i < p->n; i++) {
		const struct plain_item *item = &p->item[i];
		size_t left = (size_t)(end - s), most = item->max < left ? item->max : left, k;

		for (k = 0; k < most && has(item, (unsigned char)s[k]); k++)
			;
		if (k < item->min)
			return 0;
		s += k;
	}
	return !p->to_end || s == end;
}
