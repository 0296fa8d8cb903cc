/*
 * json/schema/compile.h -- the state of a compilation; private to this folder.
 *
 * Order      index_document for the root, then nodes by compile_place until the
 *            work list is empty; a $ref may index further documents on the way.
 *            Last the aliases are followed and circles refused.
 * Errors     -1 and FAIL_INVALID with the schema pointer.
 */
#ifndef JSON_SCHEMA_COMPILE_H
#define JSON_SCHEMA_COMPILE_H

#include "json/schema/node.h"
#include "json/schema/schema.h"

struct err;

#define ASSERT_FORMAT "x-assertFormat"

enum { MAX_NODES = 10000, MAX_DEPTH = 64 };
enum { MAX_PATTERN_BYTES = 4 << 20, PATTERN_OVERHEAD = 2048 }; /* of all patterns together */

/* A subschema where it stands. */
struct place {
	const json_t *json;
	struct resource *resource;
	const struct path *at;
	unsigned depth;
	struct node *node; /* NULL until somebody needs it */
	struct place *next;  /* all there are */
};

struct work {
	struct place *place;
	struct work *next;
};

struct compile {
	struct err *err;
	const struct schema_options *options;
	struct schema *s;
	const json_t *first; /* the document itself */
	size_t nodes;
	size_t pattern_bytes;
	struct map places;  /* by the address of the json_t */
	struct map uris;    /* struct resource */
	struct map anchors; /* struct place, by "URI#name" */
	struct map dynamics; /* struct dynamic_anchor, by the address of its resource and the name */
	struct map patterns; /* struct pattern, by its text */
	struct resource *resources;
	struct place *all, **all_end;
	struct work *work, **work_end;
	struct node_list *list;
};

struct node_list {
	struct node *node;
	struct node_list *next;
};

/* One keyword of one subschema. */
struct take {
	struct compile *c;
	struct node *node;
	const struct path *at; /* the keyword */
	const json_t *value;
	const json_t *schema; /* that the keyword stands in */
	unsigned slot;
	unsigned depth;
};

/* All of a compilation; c->s is to be freed in any case, and c itself closed. */
int compile_open(struct compile *c, const json_t *doc, const struct schema_options *options,
                 struct err *err);
void compile_close(struct compile *c);

int compile_refuse(struct compile *c, const struct resource *r, const struct path *at,
                   const char *what);
int take_refuse(const struct take *t, const char *what);

/* ---- index.c ---- */

/* Takes over ${root}.  ${draft}: when it does not choose one. */
struct resource *index_document(struct compile *c, json_t *root, const char *uri, unsigned draft);
int index_is_dynamic(struct compile *c, const struct resource *r, const char *name);
/* The subschema that ${ref} means; resources are loaded as needed. */
int index_resolve(struct compile *c, const struct resource *base, const char *ref,
                  struct place *out, struct err *why);
const struct path *index_below(struct compile *c, const struct path *up, const char *key,
                               size_t index);

/* ---- dialect.c ---- */

struct dialect {
	unsigned draft; /* enum draft_bit */
	unsigned vocabularies;
};

unsigned draft_bit(int draft); /* of enum schema_draft; 0 when none */
const char *dialect_uri(unsigned draft); /* of its metaschema */
struct dialect dialect_standard(unsigned draft);
/* By the value of a $schema; 0 or -1 with *why. */
int dialect_find(struct compile *c, const json_t *uri, struct dialect *out, struct err *why);

/* ---- compile.c ---- */

/* The node for ${json} at ${at}, made or to be made.  NULL: it is no schema. */
struct node *compile_place(struct compile *c, const json_t *json, struct resource *r,
                           const struct path *at);
/* The same for a subschema of a keyword: ${key} NULL and ${index}, or the keyword's value itself
 * when ${value} is that. */
struct node *take_node(const struct take *t, const json_t *json, const struct path *at);
/* ${text} lives as long as the document. */
struct pattern *take_compiled(const struct take *t, const struct path *at, const char *text,
                              size_t n);

/* ---- take_value.c, take_apply.c: one function per op ---- */

typedef int take_fn(const struct take *t);

take_fn take_type, take_enum, take_const, take_bound, take_count, take_pattern, take_format,
    take_unique, take_required, take_properties, take_pattern_properties, take_additional,
    take_names, take_dependent, take_prefix, take_items, take_additional_items, take_contains,
    take_several, take_single, take_ref, take_dynamic_ref, take_recursive_ref;

/* The parts of a node while they are filled. */
struct array_part *part_array(const struct take *t);
struct object_part *part_object(const struct take *t);

/* ---- link.c ---- */

/* Follow aliases; refuse schemas that lead back to themselves at the same instance. */
int link_nodes(struct compile *c);

#endif
