/*
 * json/schema/output.h -- verdicts in the output formats of JSON Schema.
 *
 * Format     2020-12, core, section 12: flag, basic (a list) and detailed (a tree that leaves out
 *            units with one child).  A unit has valid, keywordLocation (the way that was taken,
 *            with each $ref), absoluteKeywordLocation where the schema has an absolute URI,
 *            instanceLocation, error.  Annotations are not given.
 * Limits     OUTPUT_MAX units with an error.
 */
#ifndef JSON_SCHEMA_OUTPUT_H
#define JSON_SCHEMA_OUTPUT_H

#include <jansson.h>

struct schema;

enum { OUTPUT_MAX = 1000 };

enum schema_output { OUTPUT_FLAG, OUTPUT_BASIC, OUTPUT_DETAILED };

/* A new reference; "valid" in it is the verdict.  ${s} was compiled with keep_paths, unless for
 * OUTPUT_FLAG.  ${retrieved}: absolute URI of a document that names none itself, or NULL. */
json_t *schema_output(const struct schema *s, const json_t *instance, enum schema_output form,
                      const char *retrieved);

#endif
