/*
 * json/schema/node.h -- the compiled form of a schema; private to this folder.
 *
 * Format     One struct node per subschema, in an arena.  A part for each type of
 *            instance, NULL when no keyword looks at that type.
 * Ownership  The arena owns nodes and parts; struct schema owns copies of the
 *            documents, into which names, values and patterns' texts point.
 *            Nothing is written after compile, so threads may share it: also no
 *            reference count of a json_t changes.
 */
#ifndef JSON_SCHEMA_NODE_H
#define JSON_SCHEMA_NODE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "json/decimal.h"
#include "json/schema/arena.h"
#include "json/schema/keyword.h"
#include "json/schema/names.h"
#include "json/schema/value.h"

struct format;
struct pattern;
struct plain;
struct node;

enum bound { B_MIN, B_MAX, B_ABOVE, B_BELOW, B_MULTIPLE, B_COUNT };
/* Each minimum is followed by its maximum. */
enum count { C_MIN_LEN, C_MAX_LEN, C_MIN_ITEMS, C_MAX_ITEMS, C_MIN_PROPS, C_MAX_PROPS,
	     C_MIN_CONTAINS, C_MAX_CONTAINS, C_COUNT };

enum node_flag {
	NODE_NOTHING_VALID = 1, /* the schema false */
	NODE_STRICT = 2         /* draft-04: 1.0 is no integer */
};

struct range {
	size_t low, high; /* 0 and SIZE_MAX when absent */
};

struct number_part {
	const json_t *bound[B_COUNT]; /* NULL when absent */
	struct decimal step;          /* multipleOf */
	/* An integer, or a double, between these keeps to all bounds; others need a closer look. */
	int64_t low, high;
	double real_low, real_high;
};

struct string_part {
	struct range len;
	int counted; /* is there a minLength or maxLength */
	struct pattern *pattern;
	const struct plain *plain; /* the pattern, when it is of a fixed length */
	const char *pattern_text;
	const struct format *format;
};

struct array_part {
	struct range len;
	struct range contained;
	int unique;
	int contains_evaluates; /* 2020-12 */
	struct node **prefix;
	size_t nprefix;
	struct node *rest; /* items, or additionalItems behind a list */
	struct node *contains;
};

struct prop {
	const char *s; /* as in struct name */
	size_t len;    /* SIZE_MAX behind the last */
	uint64_t head, tail;
	uint64_t required; /* its bit, when there are at most 64 */
	struct node *node; /* NULL: only required */
};

struct pattern_prop {
	struct pattern *pattern;
	struct node *node;
};

struct dependent {
	const char *name;
	size_t len;
	const json_t *required; /* a list of names, or NULL */
	struct node *node;      /* or NULL */
};

struct object_part {
	struct range len;
	struct names names; /* properties and required; value: index in props */
	struct prop *props;   /* in the schema's order */
	size_t nprops;
	const json_t *required; /* in the schema's order, or NULL */
	uint64_t required_mask; /* 0 when there are more than 64 */
	struct pattern_prop *patterns;
	size_t npatterns;
	struct node *additional;
	struct node *keys; /* propertyNames */
	struct dependent *dependent;
	size_t ndependent;
	int walks; /* is there a reason to look at the members */
	int plain; /* is all that is asked of them said by properties, required and additional */
};

struct nodes {
	struct node **n;
	size_t count;
};

/* Schemas for the same instance. */
struct applied {
	struct node *ref;
	struct node *dynamic_ref; /* or what has this anchor in the dynamic scope: */
	const char *dynamic;      /* NULL when nothing may take its place */
	struct nodes all, any, one;
	struct node *not, *when, *then, *otherwise;
	struct node *rest_items, *rest_props; /* unevaluated */
};

struct numeric {
	double near; /* as good as a double can say it; sorted by this, too */
	const json_t *value;
};

struct enum_part {
	const json_t *list;
	struct names strings;
	struct numeric *numbers; /* sorted */
	size_t nnumbers;
	int64_t *integers; /* those of them that were written as such, sorted */
	size_t nintegers;
	unsigned words;      /* of true, false and null: a bit by json_type */
	size_t ncontainers;  /* objects and arrays */
	struct texts sorted; /* of those, when there are many */
};

struct node {
	unsigned flags;
	unsigned types; /* all when there is no type */
	unsigned quick; /* those of them of which no keyword asks more */
	unsigned sure;  /* those that quick.c looks at */
	const struct number_part *number;
	const struct string_part *string;
	const struct array_part *array;
	const struct object_part *object;
	const struct applied *applied;
	const struct enum_part *allowed;
	const json_t *fixed; /* const */
	struct resource *resource;
	const struct path *at; /* in its document */
	const json_t *json;    /* as it was written */
	struct node *alias;    /* while compiling: what it only refers to */
	unsigned mark;         /* while compiling: the search for circles */
};

struct dynamic_anchor { /* no name twice in one resource */
	const char *name;
	struct node *node;
	struct dynamic_anchor *next;
};

/* A document, or a part of one with its own $id. */
struct resource {
	const char *uri;
	const char *document; /* URI of the whole document, NULL in the first */
	const json_t *root;
	const struct path *at;
	unsigned draft; /* enum draft_bit */
	unsigned vocabularies;
	struct dynamic_anchor *dynamic;
	struct names anchors;      /* their names, made when all are known */
	struct node **anchor_nodes; /* by the value of the name */
	struct resource *next;
};

struct document {
	json_t *root; /* owned */
	struct document *next;
};

struct owned_pattern {
	struct pattern *pattern;
	struct owned_pattern *next;
};

struct idn;

struct schema {
	struct node *root;
	int dynamic_refs; /* is there a $dynamicRef or $recursiveRef */
	int dynamic;      /* and may something take its place */
	struct arena arena;
	struct document *documents;
	struct owned_pattern *patterns;
	struct owned_texts *texts;
	struct idn *idn; /* for host names, or NULL */
};

struct owned_texts {
	struct texts *texts;
	struct owned_texts *next;
};

#endif
