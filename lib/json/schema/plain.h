/*
 * json/schema/plain.h -- regular expressions that need no search.  Pure.
 *
 * Purpose    Most patterns in schemas are like ^[A-Z]{2}-[0-9]{4}$: matched here in
 *            tens of nanoseconds, without PCRE2.
 * Method     "^", then ASCII characters and classes with a count each, then "$" or
 *            nothing.  What may repeat must not begin what follows it: then taking
 *            all there is, is the only way, and nothing is ever taken back.
 *            Anything else is not plain.  When no count varies and every class is
 *            one range, each byte has its range and the match has no branches.
 */
#ifndef JSON_SCHEMA_PLAIN_H
#define JSON_SCHEMA_PLAIN_H

#include <stddef.h>
#include <stdint.h>

enum { PLAIN_ITEMS = 16, PLAIN_FIXED = 32 };

struct plain_item {
	uint64_t set[2]; /* of ASCII */
	size_t min, max;
};

struct plain {
	struct plain_item item[PLAIN_ITEMS];
	size_t n;
	int to_end; /* "$" */
	int fixed;  /* each byte from low[i] on, at most span[i] further */
	size_t length;
	unsigned char low[PLAIN_FIXED], span[PLAIN_FIXED];
};

/* 1, or 0 when it is not plain.  ${text} is a valid ECMA-262 expression. */
int plain_parse(struct plain *p, const char *text, size_t n);
int plain_match(const struct plain *p, const char *s, size_t n);

static inline int plain_match_fixed(const struct plain *p, const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned bad = 0;
	size_t i;

	if (n < p->length || (p->to_end && n != p->length))
		return 0;
	for (i = 0; i < p->length; i++)
		bad |= (unsigned char)(u[i] - p->low[i]) > p->span[i];
	return !bad;
}

#endif
