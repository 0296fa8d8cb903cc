/*
 * json/schema/compare_p.h -- private to compare*.c and sample.c.
 *
 * Terms      A set is what all of its schemas accept together, of the types in its mask.  An
 *            item is a schema and where it belongs, since a set may hold schemas of both sides.
 *            A place says how a value lies in the whole document.
 */
#ifndef JSON_SCHEMA_COMPARE_P_H
#define JSON_SCHEMA_COMPARE_P_H

#include "json/schema/compare.h"
#include "json/schema/run.h"

enum { SET_MAX = 32, COMPARE_DEEP = 96, COMPARE_STEPS = 60000, NAMES_MAX = 300 };

struct item {
	const struct node *node;
	const struct schema *schema;
	unsigned split; /* alternatives of it that were taken apart */
};
enum { SPLIT_ANY = 1, SPLIT_ONE = 2, SPLIT_IF = 4 };

struct set {
	struct item items[SET_MAX];
	size_t n;
	unsigned types; /* as in struct node; 0: empty */
};

/* A value within one of the set ${of}; the root's has no ${up}. */
struct place_in {
	const struct place_in *up;
	const struct set *of; /* the set of the value that contains it */
	const char *key;      /* NULL: an item */
	size_t index;
	int any;              /* key or index stand for any other one */
};

/* A pair that is being proven: met again deeper in the value it may be taken for granted. */
struct proof {
	const struct set *set;
	const struct node *node;
	unsigned depth;
	const struct proof *up;
};

struct compare {
	const struct schema *old, *new;
	struct comparison *out;
	int widening;  /* the other way round: what is found is more that is accepted */
	unsigned quiet;
	unsigned depth; /* of the value */
	unsigned nested; /* calls */
	unsigned long steps;
	unsigned tried; /* searches for an example */
	int strict;     /* is there a draft-04, where 1.0 is no integer */
	const struct proof *proofs;
};

/* ---- compare.c ---- */

/* 1: all of ${set} is accepted by ${b}; 0: not proven, and said why unless quiet. */
int compare_all(struct compare *c, const struct set *set, const struct item *b,
                const struct place_in *in);
int compare_quietly(struct compare *c, const struct set *set, const struct item *b);
/* The same for a value below. */
int compare_below(struct compare *c, const struct set *set, const struct item *b,
                  const struct place_in *in);

/* ---- compare_find.c ---- */

/* Always 0: ${keyword} of ${b} may refuse what ${set} accepts. */
int compare_miss(struct compare *c, const struct set *set, const struct item *b,
                 const struct place_in *in, const char *keyword, const char *why);
/* Takes the strings over. */
void compare_found(struct compare *c, enum compare_verdict verdict, char *keyword, char *instance,
                   char *message, json_t *example);

/* ---- compare_apply.c: keywords for values of any type ---- */

/* ${values}: all that the set has. */
int compare_values(struct compare *c, const struct set *set, const struct item *b,
                   const struct place_in *in, json_t *values);
int compare_types(struct compare *c, const struct set *set, const struct item *b,
                  const struct place_in *in);
int compare_applied(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in);

/* ---- compare_set.c ---- */

void set_begin(struct set *s);
/* With what it refers to and its allOf. */
void set_add(struct set *s, const struct node *node, const struct schema *schema);
/* Does it accept nothing?  1 is certain. */
int set_is_empty(struct compare *c, const struct set *s);
/* All values there are, as a new array, or NULL when they are not few. */
json_t *set_values(const struct set *s);
int set_accepts(const struct set *s, const json_t *v);
/* 1 it does, 0 it does not, -1 not certain. */
int item_accepts(const struct item *it, const json_t *v);

/* Schemas of the member ${key} of objects in ${s}; no types: it cannot be there. */
void set_member(const struct set *s, const char *key, struct set *out);
int set_requires(const struct set *s, const char *key);
void set_element(const struct set *s, size_t i, struct set *out);
struct range set_lengths(const struct set *s, enum count min);
/* Names that some schema of ${s} or ${b} mentions, sorted; 1, or 0 when too many. */
int set_names(const struct set *s, const struct item *b, const char *names[NAMES_MAX], size_t *n);
/* The text of a pattern of patternProperties. */
const char *pattern_name(const struct node *node, size_t i);
/* unevaluated* stands beside no schema for the same value: then it is additional*. */
const struct node *plain_rest(const struct node *node, int items);

/* ---- compare_value.c, compare_object.c: keywords for one type ---- */

int compare_numbers(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in);
int compare_strings(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in);
int compare_arrays(struct compare *c, const struct set *set, const struct item *b,
                   const struct place_in *in);
int compare_objects(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in);
int compare_lengths(struct compare *c, const struct set *set, const struct item *b,
                    const struct place_in *in, const struct range *want, enum count min);

/* ---- compare_same.c ---- */

int nodes_same(const struct node *a, const struct node *b);

/* ---- sample.c ---- */

/* Values that may be of ${set} and at which ${b} may stumble; a new array. */
json_t *sample_values(const struct set *set, const struct item *b);
/* Perhaps a document of the old schema, with ${v} at ${in}; a new reference, or NULL. */
json_t *sample_document(const struct place_in *in, const json_t *v);

/* ---- sample_text.c ---- */

/* Strings of some length, of a pattern, of a format; a new reference. */
json_t *sample_length(size_t n);
json_t *sample_pattern(const char *pattern, int last); /* of classes the first or last character */
json_t *sample_format(const struct format *f);

#endif
