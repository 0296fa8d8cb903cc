/*
 * json/schema/compare.h -- does one schema accept all that another one accepted?
 *
 * Purpose    A registered schema keeps its meaning under its name; what may follow it as a
 *            compatible version is a question of sets of documents, not of texts.
 * Method     A proof by structure: each keyword of the new schema must follow from keywords of
 *            the old one, alternatives of the old one taken one by one.  Where a proof fails,
 *            documents are made from what both schemas say, until one is accepted by the old
 *            schema and refused by the new one.
 * Sound      "Compatible" is proven.  "Breaking" comes with such a document, and both validators
 *            were asked.  All else is "unknown".
 * Decided    Types, enum and const, bounds, lengths, equal patterns and formats, properties,
 *            patternProperties, additionalProperties, required, items, prefixItems, contains,
 *            uniqueItems, allOf, anyOf, oneOf, not, if, $ref, recursion, and unevaluated* beside
 *            no schemas for the same value.  Not: $dynamicRef and $recursiveRef, unless the two
 *            schemas are equal.
 * Limits     COMPARE_FINDINGS; a bounded amount of work, beyond which the verdict is "unknown".
 */
#ifndef JSON_SCHEMA_COMPARE_H
#define JSON_SCHEMA_COMPARE_H

#include <jansson.h>
#include <stddef.h>

struct schema;

enum { COMPARE_FINDINGS = 64 };

enum compare_verdict { COMPARE_COMPATIBLE, COMPARE_BREAKING, COMPARE_UNKNOWN };
extern const char *const compare_words[]; /* "compatible", … */

struct compare_finding {
	enum compare_verdict verdict;
	char *keyword;   /* pointer into the schema that refuses, or does no more; owned */
	char *instance;  /* where in a document; "*" is any name, "-" any place; owned */
	char *message;   /* owned; foreign text inside */
	json_t *example; /* owned; NULL: unknown */
};

struct comparison {
	enum compare_verdict verdict;
	int equal; /* each accepts what the other does */
	/* Breaking and unknown ones lead into the new schema, compatible ones (it accepts more here)
	 * into the old one. */
	struct compare_finding list[COMPARE_FINDINGS];
	size_t n;
};

/* Both were compiled without keep_paths. */
void schema_compare(const struct schema *old, const struct schema *new, struct comparison *out);
void comparison_release(struct comparison *c);

#endif
