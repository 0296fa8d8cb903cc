/*
 * json/schema/schema.h -- JSON Schema: compile once, validate many.  Pure.
 *
 * Purpose    The contract of a task: all keywords of all vocabularies.
 * Dialects   2020-12 without $schema; 2019-09, draft-07, 06 and 04 by $schema, also
 *            mixed across $ref.  A $schema of another name is looked up as a
 *            metaschema and its $vocabulary obeyed; a required vocabulary that is
 *            not known, or a metaschema that is not found, is refused.
 * References resolve inside the document, in the caller's registry, among the
 *            metaschemas of the five drafts, or fail at compile time.  Never the
 *            network.  What looks like a registered name ("verdict.v1") is tried as
 *            one when the URI that it makes against its base is unknown.
 * Method     compile: index every $id and anchor, then one node per subschema with
 *            its references resolved, names hashed and values sorted.  validate:
 *            first a pass that only decides and allocates next to nothing; when it
 *            says no and the caller wants to know why, a second one that reports.
 * Formats    An annotation unless the options, the metaschema's vocabulary or
 *            "x-assertFormat": true beside $schema or $id asserts it.  content* are
 *            annotations.
 * Limits     10,000 subschemas, depth 64, patterns per json/schema/pattern.h,
 *            250,000 steps per pass, 1,000 schemas deep on one path.  Numbers: 64-bit
 *            integers and doubles.  A schema that leads back to itself at the
 *            same value is refused at compile time, by $dynamicRef at run time.
 * Ownership  The compiled schema does not keep the json_t it was made from.
 * Errors     compile: FAIL_INVALID with the schema pointer.  validate: returns
 *            the number of errors found.
 * Threads    A compiled schema is immutable and may be shared.
 * Source     json-schema.org, drafts of the above names; RFC 3986, 6901.
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
	char *keyword;  /* JSON pointer into the schema, "URI#pointer" in another document; owned */
	char *message;  /* a sentence a person understands, owned; untrusted text inside */
};

struct schema_errors {
	struct schema_error e[SCHEMA_MAX_ERRORS];
	size_t n;     /* stored */
	size_t total; /* found; may be larger */
};

enum schema_draft { SCHEMA_DRAFT_4 = 4, SCHEMA_DRAFT_6 = 6, SCHEMA_DRAFT_7 = 7,
	            SCHEMA_DRAFT_2019 = 2019, SCHEMA_DRAFT_2020 = 2020 };

/* All zero: the defaults. */
struct schema_options {
	int draft;          /* enum schema_draft where a document has no $schema; 0: 2020-12 */
	int assert_formats; /* 1: format refuses what is not of it; -1: never, whoever asks */
	int partial;        /* 1: what is not in the document accepts anything; see model/config.h */
	int keep_paths;     /* 1: for schema_output; validation is a little slower */
	const char *base;   /* absolute URI of the document, or NULL */
	/* The document at ${uri}, which has no fragment: a new reference, or NULL when
	 * there is none; then *err may say why.  NULL: no registry. */
	json_t *(*load)(void *arg, const char *uri, struct err *err);
	void *arg;
};

struct schema *schema_compile(const json_t *doc, struct err *err);
struct schema *schema_compile_with(const json_t *doc, const struct schema_options *options,
                                   struct err *err);
/* The errors of ${doc} against the metaschema of its dialect (${draft} when it names none): all of
 * them, while compiling ends at the first.  0 also when the dialect is somebody's own, or several
 * are mixed. */
size_t schema_check(const json_t *doc, int draft, struct schema_errors *errors);
void schema_free(struct schema *s);
/* What it takes of memory, about. */
size_t schema_bytes(const struct schema *s);

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
