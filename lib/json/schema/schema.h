/*
 * json/schema/schema.h -- JSON Schema: compile once, validate many.  Pure.
 *
 * Purpose    The contract of a task.  This header is the interface that the
 *            complete validator will fill; the implementation now covers type,
 *            required, properties, additionalProperties, enum, const, items,
 *            minimum maximum exclusiveMinimum exclusiveMaximum multipleOf,
 *            minLength maxLength pattern, minItems maxItems uniqueItems,
 *            minProperties maxProperties, boolean schemas and annotations.
 *            A schema that uses a constraining keyword which is not covered is
 *            refused at compile time with the keyword's pointer: nothing is
 *            ever accepted because a keyword was not understood.
 * Dialects   2020-12 without $schema; draft-07 and 06, 2019-09 and 04 by
 *            $schema (04: boolean exclusiveMinimum/Maximum); others refused.
 * Limits     10,000 subschemas, depth 64, patterns per json/schema/pattern.h.
 *            Validation is O(instance x schema) and recursion is bounded by the
 *            instance's depth.
 * Ownership  The compiled schema does not keep the json_t it was made from.
 * Errors     compile: FAIL_INVALID with the schema pointer.  validate: returns
 *            the number of errors found.
 * Threads    A compiled schema is immutable and may be shared.
 */
#ifndef JSON_SCHEMA_SCHEMA_H
#define JSON_SCHEMA_SCHEMA_H

#include <jansson.h>
#include <stddef.h>

struct err;
struct schema; /* opaque */

enum { SCHEMA_MAX_ERRORS = 64 };

struct schema_error {
	char *instance; /* JSON pointer into the instance, owned */
	char *keyword;  /* JSON pointer into the schema, owned */
	char *message;  /* a sentence a person understands, owned; untrusted text inside */
};

struct schema_errors {
	struct schema_error e[SCHEMA_MAX_ERRORS];
	size_t n;     /* stored */
	size_t total; /* found; may be larger */
};

struct schema *schema_compile(const json_t *doc, struct err *err);
void schema_free(struct schema *s);

/* The number of errors, 0 when valid.  ${errors} may be NULL: stop at the first. */
size_t schema_validate(const struct schema *s, const json_t *instance, struct schema_errors *errors);
void schema_errors_release(struct schema_errors *errors);
/* [{"instance","keyword","message"},…]: what check events carry. */
json_t *schema_errors_json(const struct schema_errors *errors);

/*
 * Shorthand {"notes":"string"} (WIRE 9.4) becomes a schema: all keys required
 * ("?" suffix: not), no others, "[]" suffix: array of; nested objects allowed.
 * Returns a new reference: the expansion, or ${doc} itself (incref) when it is an
 * ordinary schema.  NULL with FAIL_INVALID: unknown type words, or an object that
 * constrains nothing ("schema constrains nothing").
 */
json_t *schema_expand(const json_t *doc, struct err *err);

#endif
