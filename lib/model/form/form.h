/*
 * model/form/form.h -- a form made from a schema.  Pure.
 *
 * Purpose    One model for whoever fills in an answer: the terminal's form, the line prompts, the
 *            editor's draft and the HTML page show the same fields with the same words, because
 *            they all read this and nothing else of the schema.
 * Method     form_new walks the schema once, following references, merging allOf, and turns
 *            if/then/else, dependentRequired, dependentSchemas and oneOf of objects into fields
 *            with a condition.  What no widget fits becomes FORM_JSON: a form never refuses a task.
 *            Conditions are evaluated by the one validator (json/schema) on the answer so far.
 * Order      As written in the schema; "x-order" (integer) on a property overrides.
 * Decision   A required choice or boolean at the top is a decision: it never starts filled in.
 * Texts      label, description and titles are foreign: make them safe (base/safe.h) to print.
 * Limits     FORM_MAX_FIELDS fields, FORM_MAX_DEPTH sections deep; what goes beyond is FORM_JSON.
 * Ownership  form_free frees fields, texts and conditions; nothing of the schema is borrowed.
 * Complexity form_new O(schema); form_rows O(rows + conditions).
 * Threads    A form is immutable.
 * Errors     FAIL_INVALID: the schema does not compile.
 */
#ifndef MODEL_FORM_FORM_H
#define MODEL_FORM_FORM_H

#include <jansson.h>
#include <stddef.h>

#include "json/schema/schema.h"

struct buf;
struct err;

enum { FORM_MAX_FIELDS = 2000, FORM_MAX_DEPTH = 6, FORM_LONG_TEXT = 200 };

enum form_kind {
	FORM_SECTION, /* object; child: members in order */
	FORM_LIST,    /* array; child: the fixed items of prefixItems, then (.repeats) the template */
	FORM_CHOICE,  /* one of .choices, may be of any JSON type */
	FORM_CHOICES, /* array: several of .choices */
	FORM_BOOLEAN,
	FORM_INTEGER,
	FORM_NUMBER,
	FORM_STRING,  /* one line */
	FORM_TEXT,    /* a long string */
	FORM_VARIANT, /* oneOf/anyOf of unlike things: child holds one field for each; choose first */
	FORM_FIXED,   /* const or readOnly: shown, not asked */
	FORM_JSON,    /* anything: typed as JSON, or in the editor */
	FORM_KINDS
};
extern const char *const form_kind_names[FORM_KINDS]; /* "section", "list", … */

struct form_choice {
	json_t *value;
	char *title;       /* of the schema, else the value's text; never NULL */
	char *description; /* or NULL */
};

/* A condition: the value at ${at} (a pointer like .path, an ancestor of the field) does, or with
 * .negate does not, meet .test.  All of a field's conditions must hold. */
struct form_when {
	char *at;
	struct schema *test;
	int negate;
	char *text; /* "decision is reject", for people; foreign words inside */
	const struct form_when *next;
};

struct form_field {
	enum form_kind kind;
	char *key;         /* member name, or NULL: root, list items, variants */
	char *path;        /* JSON pointer with "-" for every index of a list: "/actions/-/title" */
	char *label;       /* title, else the key in words; never NULL */
	char *description; /* or NULL */
	char *hint;        /* the constraints as a phrase, ours: "1 to 500 characters"; or NULL */
	int required;      /* always, where its parent is */
	int nullable;      /* null is allowed as well */
	int decision;
	int deprecated;
	json_t *fallback;  /* "default", or NULL; the value of FORM_FIXED */
	json_t *examples;  /* array, or NULL */
	struct form_choice *choices;
	size_t nchoices;
	size_t min_len, max_len;     /* code points; 0 and SIZE_MAX: none */
	size_t min_items, max_items; /* likewise */
	int unique;                  /* items */
	int repeats;                 /* FORM_LIST: the last child is a template for more items */
	json_t *low, *high;          /* inclusive bounds of numbers as written, or NULL */
	char *format;                /* or NULL */
	const struct form_field *parent; /* NULL at the root */
	struct form_field **child;
	size_t nchild;
	const struct form_when *when;    /* NULL: always */
};

struct form;

/* ${schema} is expanded (schema_expand) and has the options of json/schema. */
struct form *form_new(const json_t *schema, const struct schema_options *options, struct err *err);
void form_free(struct form *f);
const struct form_field *form_root(const struct form *f);

/* ---- what to show now ---- */

enum form_row_kind {
	ROW_FIELD,   /* a value to fill in */
	ROW_SECTION, /* a heading: object, list, or one item of a list */
	ROW_ADD      /* "one more item" of a list that has room */
};

struct form_row {
	enum form_row_kind kind;
	const struct form_field *field;
	char *at;     /* JSON pointer of the value in this answer: "/actions/0/title"; ROW_ADD: the list */
	int depth;    /* sections above it */
	int required; /* now: also by a condition that holds */
	size_t index; /* item number behind a list, from 0; otherwise 0 */
};

struct form_rows {
	struct form_row *row;
	size_t n;
};

/* The rows for ${answer} (NULL: nothing yet): conditional fields only where they apply, as many
 * items as the answer has (at least min_items), children of the variant that is chosen
 * (form_variant_at).  Free with form_rows_release. */
void form_rows(const struct form *f, const json_t *answer, struct form_rows *out);
void form_rows_release(struct form_rows *rows);

/* The index of the variant that the value at ${at} belongs to, or -1: none chosen yet. */
int form_variant_at(const struct form_field *variant, const json_t *value);
/* A value to begin variant ${i} with, which form_variant_at knows again: its constants, and null at a
 * member where only that tells it from the others (shown as empty, "is required" for form_check).
 * What form_parse makes of a variant's number or title.  A new reference. */
json_t *form_variant_new(const struct form_field *variant, size_t i);

/* ---- values ---- */

/* What a person typed for ${field} as a value: a new reference.  "" is NULL with err->code
 * FAIL_NONE: absent.  Choices by number (from 1), title, value or unique prefix; several of
 * them comma-separated; booleans y n yes no true false; numbers in decimal, kept as typed. A sentence in
 * *err when it is none of that. */
json_t *form_parse(const struct form_field *field, const char *text, struct err *err);
/* The other way round, for an input line: a string as it is, others as JSON; the caller frees. */
char *form_show(const struct form_field *field, const json_t *value);
/* The same for people: a choice by its title, a boolean as yes or no. */
char *form_show_words(const struct form_field *field, const json_t *value);

/* Put or (value NULL) remove the value at ${at} in *answer, making objects and arrays on the way;
 * an object or list that becomes empty and is not required goes too.  ${value} is stolen. */
void form_put_new(const struct form *f, json_t **answer, const char *at, json_t *value);
/* The first answer: constants, and defaults except on a decision.  A new reference. */
json_t *form_initial(const struct form *f);

/* All errors of the answer as far as it goes; those of one field are the ones with its pointer,
 * and "required" errors are moved from the object to the member that lacks.  The number. */
size_t form_check(const struct form *f, const json_t *answer, struct schema_errors *errors);

/* ---- the model as data, the editor's draft, the page ---- */

/* [{"path","kind","label","required","when"?,"choices"?,…}]: every field in order; what
 * `erctl form ID --json` prints and what the other three are tested against. */
json_t *form_describe(const struct form *f);

struct form_about { /* all foreign text, all may be NULL */
	const char *id, *title, *lane, *instructions, *due, *price;
	const json_t *context; /* payload, artifacts: any JSON */
	const char *action;    /* of the page: where the form is sent; NULL: nowhere yet */
	int evidence_required; /* the task wants some: prompts ask for it */
};

/* A commented draft: "// " lines, then JSON with one comment per field, the answer so far filled in,
 * untouched fields commented out.  Errors, if any, on top as "// error: ".  */
void form_draft_write(const struct form *f, const struct form_about *about, const json_t *answer,
                      const struct schema_errors *errors, struct buf *out);
/* Put other "// error: " lines on top of ${text}, what stands below untouched. */
void form_draft_errors(const char *text, const struct schema_errors *errors, const char *other,
                       struct buf *out);
/* The answer in a draft: lines whose first visible characters are "//" are dropped.  1 and a new
 * reference; 0: nothing was filled in; -1: FAIL_INVALID with the line in the draft. */
int form_draft_read(const char *text, size_t n, json_t **answer, struct err *err);

/* One self-contained accessible page: labels, constraints, no script needed to fill it in; a script
 * shows the JSON to hand in, and hides what does not apply. Names of inputs are the paths. */
void form_html(const struct form *f, const struct form_about *about, struct buf *out);

#endif
