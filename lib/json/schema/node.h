/*
 * json/schema/node.h -- the compiled form of a schema; private to this folder.
 *
 * Format     One struct node per subschema.  ${has} tells which keywords count;
 *            members of absent keywords are undefined.
 * Ownership  A node owns everything it points to, copies included.  Nothing is
 *            written after compile, so threads may share it: also no reference
 *            count of a json_t changes.
 */
#ifndef JSON_SCHEMA_NODE_H
#define JSON_SCHEMA_NODE_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct pattern;

/* JSON types as bits; TYPE_INTEGER is part of TYPE_NUMBER. */
enum {
	TYPE_NULL = 1,
	TYPE_BOOLEAN = 2,
	TYPE_INTEGER = 4,
	TYPE_NUMBER = 8,
	TYPE_STRING = 16,
	TYPE_ARRAY = 32,
	TYPE_OBJECT = 64
};

enum bound { B_MIN, B_MAX, B_ABOVE, B_BELOW, B_MULTIPLE, B_COUNT };
enum count { C_MIN_LEN, C_MAX_LEN, C_MIN_ITEMS, C_MAX_ITEMS, C_MIN_PROPS, C_MAX_PROPS, C_COUNT };

enum has {
	HAS_NOTHING_VALID = 1 << 0, /* the schema false */
	HAS_TYPE = 1 << 1,
	HAS_ENUM = 1 << 2,
	HAS_CONST = 1 << 3,
	HAS_UNIQUE = 1 << 4,
	HAS_BOUND = 1 << 5,  /* << enum bound */
	HAS_COUNT = 1 << 10, /* << enum count */
	/* boolean exclusiveMinimum and exclusiveMaximum of draft-04 */
	HAS_NOT_MIN = 1 << 16,
	HAS_NOT_MAX = 1 << 17
};

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

struct prop {
	char *name;
	size_t len;
	struct node *node;
};

struct node {
	unsigned has;
	unsigned types;
	json_t *bound[B_COUNT];
	size_t count[C_COUNT];
	json_t *allowed; /* enum: an array */
	struct texts sorted; /* of a large enum */
	json_t *fixed;   /* const */
	struct pattern *pattern;
	char *pattern_text;
	struct prop *required; /* in the schema's order; nodes unused */
	size_t nrequired;
	struct prop *props; /* sorted by name */
	size_t nprops;
	struct node *additional;
	struct node *items;
};

struct schema {
	struct node *root;
	int strict_integer; /* draft-04: 1.0 is no integer */
};

/* A place in a document, innermost first; lives on the stack of the walk. */
struct path {
	const struct path *up; /* NULL: the root, which has no key */
	const char *key;       /* NULL: an array element */
	size_t index;
};

void path_add(struct buf *out, const struct path *path); /* as a JSON pointer */

/* What compile does with a keyword. */
enum op {
	OP_ANNOTATION, /* nothing */
	OP_REFUSED,
	OP_DIALECT,
	OP_TYPE,
	OP_ENUM,
	OP_CONST,
	OP_BOUND, /* slot: enum bound */
	OP_COUNT, /* slot: enum count */
	OP_PATTERN,
	OP_UNIQUE,
	OP_REQUIRED,
	OP_PROPERTIES,
	OP_ADDITIONAL,
	OP_ITEMS
};

struct keyword {
	const char *name;
	unsigned wants; /* types that its value may have */
	enum op op;
	unsigned slot;
};

const struct keyword *keyword_find(const char *name); /* NULL when unknown */
int keyword_fits(const struct keyword *k, const json_t *value);
const char *keyword_wants(const struct keyword *k); /* "must be a string" */

/* What a member of a schema object is, before any of it is compiled. */
enum keyword_kind {
	KEYWORD_NONE,       /* unknown, or its value has the wrong type */
	KEYWORD_ANNOTATION, /* changes no verdict */
	KEYWORD_CONSTRAINT  /* may refuse an instance, covered here or not */
};

enum keyword_kind keyword_kind(const char *key, const json_t *value);
unsigned type_by_name(const char *name); /* 0 when unknown */
/* "a string or null" */
void types_add(struct buf *out, unsigned types);

int value_equal(const json_t *a, const json_t *b);
void texts_make(struct texts *t, const json_t *array);
void texts_release(struct texts *t);
int texts_has(const struct texts *t, const json_t *value);
/* The first element that repeats an earlier one: 1 and both places, else 0. */
int texts_repeated(const struct texts *t, size_t *first, size_t *second);

/* Append a value for a person to read: scalars as JSON and cut when long. */
void value_show(struct buf *out, const json_t *v);

#endif
