/*
 * erctl/schema_source.h -- where `erctl schema` finds schemas: files, standard input, the spool's
 * registry, and folders that stand for a URI (--base).
 *
 * Method     The spool is looked for when something asks for a registered schema, so without one
 *            all else works.  A document of --base URI/=DIR is opened below DIR step by step;
 *            symbolic links, "..", and names that are not plain are not followed.
 * Limits     Schemas as in etc/ (1 MiB, depth 64); instances INSTANCE_MAX.
 * Ownership  source_close.
 */
#ifndef ERCTL_SCHEMA_SOURCE_H
#define ERCTL_SCHEMA_SOURCE_H

#include <jansson.h>
#include <stddef.h>

#include "json/js.h"
#include "json/schema/schema.h"

struct config;
struct err;
struct run;

enum { BASES_MAX = 16, INSTANCE_MAX = 64 << 20 };

struct schema_source {
	struct run *r;
	struct config *config; /* owned; NULL until asked for */
	struct {
		const char *uri; /* ends in "/" */
		size_t n;
		int dir;
	} base[BASES_MAX];
	size_t nbases;
};

/* --base, --draft and --format of the verb are heeded. */
int source_open(struct schema_source *s, struct run *r, struct err *err);
void source_close(struct schema_source *s);
struct schema_options source_options(struct schema_source *s);

/* A file, "-", or a registered name; shorthand is expanded.  A new reference.  *uri (SOURCE_URI
 * bytes) becomes where it came from, "" when that has no URI. */
enum { SOURCE_URI = 4200 };
json_t *source_read(struct schema_source *s, const char *arg, char uri[SOURCE_URI],
                    struct err *err);
/* The registry, or NULL with *err. */
struct config *source_registry(struct schema_source *s, struct err *err);

/* What is wrong with a schema: [{instance, keyword, message}], or NULL.  By its metaschema when
 * that finds something, else by the compiler. */
json_t *source_faults(struct schema_source *s, const json_t *doc);
/* The same of a document that may be shorthand, as an error with r->details. */
int source_check(struct schema_source *s, const char *name, const json_t *doc, struct err *err);

#define OPTS_SOURCE \
	{0, "base", OPT_STRING, "URI/=DIR", \
	 "references to URIs below this one lie in DIR; may be repeated"}, \
	{0, "draft", OPT_ENUM, "2020-12|2019-09|7|6|4", \
	 "the draft of a schema without $schema (default: 2020-12)"}, \
	{0, "format", OPT_FLAG, NULL, "what is not of its format is refused"}, \
	{0, "no-format", OPT_FLAG, NULL, "formats are annotations, even if a schema asks for more"}

#endif
