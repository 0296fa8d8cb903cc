/*
 * model/config_fields.h -- private to lib/model: the members of a document as a table.
 *
 * Purpose    config_read_fields reads, checks and defaults them all, and refuses the ones it
 *            does not know.
 */
#ifndef MODEL_CONFIG_FIELDS_H
#define MODEL_CONFIG_FIELDS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum {
	TITLE_MAX = 200,
	URL_MAX = 2048,
	DAY_S = 86400,
	FIELDS_MAX = 24
};
#define USD_MAX INT64_C(1000000000000) /* micro-USD: a million dollars */

enum kind_of_field {
	F_NONE,    /* known, read by nobody or by hand */
	F_TEXT,    /* const char *, at most hi bytes */
	F_STRINGS, /* struct strings, lo..hi members */
	F_SKILLS,  /* struct traits, at most hi members */
	F_CERTS,   /* the same, with times */
	F_SECONDS, /* int64_t milliseconds, lo..hi seconds */
	F_DAYS,    /* the same, in days */
	F_INT,     /* int */
	F_USD,     /* int64_t micro-USD */
	F_MILLI,   /* int, thousandths */
	F_MICRO,   /* int, millionths */
	F_WORD,    /* int: index into words */
	F_BOOL,    /* int */
	F_OBJECT   /* an object, kept */
};

/* One member of a document.  Absent members take ${dflt}, in the document's own unit. */
struct field {
	const char *pointer;
	enum kind_of_field kind;
	size_t at;
	int64_t lo, hi, dflt;
	const char *const *words;
};

#define AT(type, member) offsetof(struct type, member)

/* Read all of ${fields}; ${parent} ("" or "/exec") is the object they are the only keys of. */
int config_read_fields(const json_t *doc, const char *parent, const struct field *fields, size_t n,
                       void *base, struct err *err);

/* What those members of ${parent} count as that ${doc} has not, into ${out}; a default that the
 * reader would not take stands for none. */
void config_add_defaults(const json_t *doc, const char *parent, const struct field *fields,
                         size_t n, json_t *out);

#endif
