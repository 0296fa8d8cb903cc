/*
 * json/schema/value.h -- places, equality, and values in sentences; private to this folder.
 */
#ifndef JSON_SCHEMA_VALUE_H
#define JSON_SCHEMA_VALUE_H

#include <jansson.h>
#include <stddef.h>

struct buf;

/* A place in a document, innermost first. */
struct path {
	const struct path *up; /* NULL: the root, which has no key */
	const char *key;       /* NULL: an array element */
	size_t index;
};

void path_add(struct buf *out, const struct path *path); /* as a JSON pointer */

/* A value in the writer's JS_VALUE form: equal text is equality. */
struct text {
	const char *p;
	size_t n;
	size_t index; /* where it stood */
};

struct texts {
	struct text *t; /* sorted by text, then index */
	size_t n;
	char *bytes;
};

/* These add what they cost to *steps. */
int value_equal(const json_t *a, const json_t *b, unsigned long *steps);
void texts_make(struct texts *t, const json_t *array, unsigned long *steps);
void texts_release(struct texts *t);
int texts_has(const struct texts *t, const json_t *value, unsigned long *steps);
/* The first element that repeats an earlier one: 1 and both places, else 0. */
int texts_repeated(const struct texts *t, size_t *first, size_t *second);

/* Append a value for a person to read: scalars as JSON and cut when long. */
void value_show(struct buf *out, const json_t *v);

#endif
