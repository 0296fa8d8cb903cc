/*
 * json/schema/bundle.h -- a schema and all that it refers to, in one document.  Pure.
 *
 * Purpose    A task stores what its answer must meet.  A reference into the registry would make
 *            that depend on what the registry holds later, so what is referred to comes along.
 * Method     Every document that was loaded becomes a member of $defs (definitions before
 *            2019-09), and references to it lead there: "#/$defs/severity.v1".  One with a
 *            dialect of its own or with $dynamicRef or $recursiveRef keeps its resources: it gets
 *            a $id (urn:er:schema:NAME when it has none) and references to it name that.  The
 *            metaschema of a $schema of somebody's own comes along, too.
 * Formats    options.assert_formats is written into the result as "x-assertFormat".
 * Errors     FAIL_INVALID with the schema pointer, as schema_compile_with.
 */
#ifndef JSON_SCHEMA_BUNDLE_H
#define JSON_SCHEMA_BUNDLE_H

#include <jansson.h>

struct err;
struct schema_options;

/* A new reference, ${doc} itself when there is nothing to add.  It compiles without a registry. */
json_t *schema_bundle(const json_t *doc, const struct schema_options *options, struct err *err);

/* 1 when ${doc} may refer to another document or names a dialect of somebody's own: only then
 * schema_bundle has something to load. */
int schema_refers(const json_t *doc);

#endif
