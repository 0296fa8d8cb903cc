/*
 * model/form/form_p.h -- how a form is made and what it keeps for itself; private to this folder.
 *
 * Order      form_new: compile the schema, then build_field from the root down.  At each place
 *            gather() lists every subschema that applies there (parts), each with the conditions
 *            under which it does; kind, words and members are read from the list.
 * Ownership  Fields, texts and conditions live in form->arena; json_t and struct schema are kept
 *            in lists and released with it.  struct build lives only as long as form_new.
 */
#ifndef MODEL_FORM_FORM_P_H
#define MODEL_FORM_FORM_P_H

#include "json/schema/arena.h"
#include "model/form/form.h"

struct buf;

/* JSON types as bits. */
enum {
	T_NULL = 1, T_BOOLEAN = 2, T_INTEGER = 4, T_REAL = 8, T_STRING = 16, T_ARRAY = 32,
	T_OBJECT = 64, T_NUMBER = T_INTEGER | T_REAL, T_ANY = 127
};

enum {
	PARTS_MAX = 2048,       /* subschemas that apply at one place */
	GATHER_DEPTH = 64,
	UNFOLD_MAX = 3,         /* times a schema is unfolded inside itself */
	CHOICES_MAX = 1000,     /* of one field */
	CHOICES_TOTAL = 30000,  /* looked at for one form; lists beyond it are typed */
	PREFIX_MAX = 100,       /* fixed items of one list */
	TEST_BUDGET = 60000,    /* values in all schemas compiled as conditions together */
	ROWS_MIN_ITEMS = 50,    /* empty items shown because of minItems */
	ROWS_MAX = 20000,
	GATHERED_MAX = 50000    /* parts looked at for one form */
};

/* ---- what a form keeps ---- */

struct when {
	struct form_when w; /* first; w.next is a struct when as well */
	size_t level;       /* tokens in w.at */
	size_t id;
	json_t *json;       /* the test as a schema, for the page; NULL: it refers to others */
};

/* Required as well while all of these hold. */
struct need {
	const struct form_when *when;
	const struct need *next;
};

/* Alternatives that became members under a condition: what each is, and when it is meant. */
struct spread {
	struct schema **test;
	const struct form_when **meant;
	size_t n;
	const struct spread *next;
};

struct field {
	struct form_field f; /* first */
	const struct spread *spread;
	const struct need *need;
	struct schema *test; /* below a FORM_VARIANT: which values are of this kind */
	char *pattern;       /* as written, or NULL */
	json_t *step;        /* multipleOf, or NULL */
	const json_t *above, *below; /* exclusive bounds that are no inclusive ones; or NULL */
	unsigned types;      /* of values it may have */
	int constant;        /* "const" or an enum of one: the value itself is known */
	int twin;            /* an earlier member has the same key, under other conditions */
	int from_above;      /* a variant: its members are those of the section it stands in */
	size_t id;
};

struct form {
	struct arena arena;
	struct schema *schema;
	struct field *root;
	struct kept { json_t *json; struct schema *test; struct kept *next; } *kept;
	size_t nfields, nwhens;
};

static inline const struct field *inside(const struct form_field *f)
{
	return (const struct field *)f;
}

json_t *form_keep_new(struct form *f, json_t *v); /* returns v, owned by the form */

/* ---- places in schemas: form_spot.c ---- */

struct form_doc {
	json_t *root;    /* owned */
	const char *uri; /* that it was asked for by; "" for the first */
	struct map anchors; /* struct spot by "URI#name"; filled with the ids */
	struct form_doc *next;
};

/* Inside a resource (a document, or a part with its own $id). */
struct scope {
	const struct form_doc *doc;
	const json_t *root;
	const struct step *at; /* of root, in the document */
	const char *base;
	const char *dialect;   /* the $schema that counts, or NULL */
	int draft;
};

struct step {
	const struct step *up; /* NULL: the document itself */
	const char *key;       /* NULL: an array element */
	size_t index;
};

struct spot {
	const json_t *json;
	const struct scope *scope;
	const struct step *at;
};

struct build {
	struct form *form;
	const struct schema_options *options;
	struct arena scratch;
	struct form_doc *docs;
	struct map resources; /* struct spot by URI */
	size_t budget;        /* left of TEST_BUDGET */
	size_t gathered, choices;
	struct if_test {
		const json_t *of;
		struct schema *test;
		json_t *json; /* owned by the form; or NULL */
	} last_if;
	const struct parts *host; /* being gathered: the names that conditions speak of */
	const struct nest *nest; /* the schemas that are being unfolded, innermost first */
};

struct nest {
	const json_t *json;
	const struct nest *up;
};

void spot_begin(struct build *b, const json_t *schema, struct spot *out);
void spot_end(struct build *b);
/* A subschema below: ${key} of the schema, then ${name} (or NULL) or ${index} (SIZE_MAX: none). */
void spot_below(struct build *b, const struct spot *up, const char *key, const char *name,
                size_t index, struct spot *out);
/* What ${ref} means there: 1, or 0 when it is not found. */
int spot_resolve(struct build *b, const struct spot *from, const char *ref, struct spot *out);
/* The schema at ${spot}, compiled for itself; ${json} (may be NULL) receives it when it refers to
 * nothing else, a new reference.  NULL: it cannot be, or the budget is spent. */
struct schema *spot_compile(struct build *b, const struct spot *spot, json_t **json);
/* The same for a schema of our own making, which is stolen. */
struct schema *spot_compile_own(struct build *b, const struct scope *scope, json_t *schema);

/* ---- what applies at a place: form_gather.c ---- */

struct part {
	struct spot spot;
	const struct form_when *when;
	int level; /* of nesting: words nearer to the place win */
};

/* oneOf or anyOf that is still to be understood. */
struct group {
	struct spot spot; /* the schema that has it */
	const char *key;
	const struct form_when *when;
	size_t n;
};

struct parts {
	struct part *part;
	size_t n;
	struct group *group;
	size_t ngroups;
	int never; /* a "false" that always applies */
	int over;  /* beyond a limit: not all is here */
	int level; /* where the next gather begins */
	size_t depth;
};

/* Append what ${spot} says about the value at ${path}. */
void gather(struct build *b, const struct spot *spot, const char *path,
            const struct form_when *when, struct parts *out);
void parts_release(struct parts *p);
/* 1 when ${when} holds wherever ${given} does. */
int when_implied(const struct form_when *when, const struct form_when *given);
/* 1 when they can never hold at once: one asks what the other forbids. */
int when_excludes(const struct form_when *a, const struct form_when *b);
/* The first value of ${key} among the parts that always apply under ${given}, nearest first. */
const json_t *parts_get(const struct parts *p, const struct form_when *given, const char *key);
unsigned parts_types(const struct parts *p, const struct form_when *given);
unsigned type_of_value(const json_t *v);
int same_value(const json_t *a, const json_t *b);
/* Pre-2019: a $ref hides its neighbours, arrays of items, boolean exclusiveMinimum. */
int draft_is_old(const struct spot *spot);

/* ---- conditions: form_when.c ---- */

/* ${up} and: the value at ${path} meets (negate: does not) the schema at ${spot}.  NULL: it cannot
 * be judged. */
const struct form_when *when_schema(struct build *b, const struct spot *spot, const char *path,
                                    int negate, const struct form_when *up);
/* ${up} and: the object at ${path} has ${key}; with ${value}, as that schema says. */
const struct form_when *when_member(struct build *b, const struct spot *near, const char *path,
                                    const char *key, const json_t *value,
                                    const struct form_when *up);
size_t path_tokens(const char *path);

/* ---- words: form_words.c, form_hint.c ---- */

void words_of_key(struct buf *out, const char *key);
int key_means_prose(const char *key);
/* Label, description, deprecated, examples, default and hint from what applies. */
void words_take(struct build *b, struct field *f, const struct parts *p,
                const char *otherwise);
void hint_take(struct build *b, struct field *f);
void hint_add(struct build *b, struct field *f, const char *text);
char *keep_text(struct form *f, const char *s);

/* ---- choices: form_choice.c ---- */

struct choices {
	struct form_choice *c;
	size_t n;
	json_t *index; /* {value as text: true}; kept by the form */
	int known;    /* there is a list, though it may be empty */
	int nullable; /* null is among it */
};

/* enum and const of the parts. */
void choices_enum(struct build *b, const struct parts *p, const struct form_when *given,
                  struct choices *out);
/* 1 when every alternative of ${g} is a value or a list of such. */
int choices_group(struct build *b, const struct group *g, const char *path, struct choices *out);
/* Keep those of ${c} that are in ${among}, when that is known. */
void choices_meet(struct choices *c, const struct choices *among);
void choices_of_types(struct choices *c, unsigned types);

/* ---- fields: form_build.c, form_kind.c, form_object.c, form_variant.c ---- */

struct place {
	struct field *parent;
	const char *key;       /* or NULL */
	const char *path;
	const char *label;     /* when the schema has no title; or NULL */
	int required;
	const struct form_when *when;
	const struct need *need;
	size_t depth;
	const struct map *without; /* keys of an object that stand elsewhere; or NULL */
	int object;                /* it is an object whatever the schema says */
};

/* A new field, or NULL where nothing is allowed.  ${p} is used up. */
struct field *build_field(struct build *b, const struct place *at, struct parts *p);
struct field *build_shell(struct build *b, const struct place *at);
void add_child(struct build *b, struct field *f, struct field *child);
char *path_below(struct build *b, const char *path, const char *key);
/* The members of an object, from parts and groups.  0: it has none, or too many. */
int build_members(struct build *b, struct field *f, struct parts *p, const struct place *at);
/* The items of an array.  0: nothing is known of them. */
int build_list(struct build *b, struct field *f, struct parts *p, const struct place *at);
/* One child for each alternative of ${g}, on top of ${base} (may be NULL).  0: none, or one that
 * cannot be told from the others. */
int build_variant(struct build *b, struct field *f, const struct parts *base,
                  const struct group *g, const struct place *at);
/* Type, choices and nullable where every value is one of few or scalar; settles the groups that are
 * no variants and takes them out of ${p}. */
struct kind {
	unsigned types;
	struct choices choices;
	int nullable;
};
void kind_settle(struct build *b, struct field *f, struct parts *p, struct kind *k);
void kind_scalar(struct build *b, struct field *f, const struct parts *p);
/* The schemas of member ${key} among the parts that always apply: 1 and the first, or 0. */
int parts_member(struct build *b, const struct parts *p, const char *key, struct spot *out);
void parts_copy(struct parts *to, const struct parts *from);
void parts_drop_group(struct parts *p, size_t i);
/* A member that every alternative of ${g} pins to values of its own ("kind": {"const": "card"}):
 * its key, or NULL. ${of_choice}: only one that ${p} has as a choice or boolean, else only one that
 * it has not. */
const char *group_pin(struct build *b, const struct group *g, const struct parts *p,
                      const char *path, int of_choice);
/* {"const": …} or {"enum": …} of a member's schema: a new reference, or NULL. */
json_t *pin_of(const json_t *member);

/* ---- using a form ---- */

/* The member of a section for ${key}: the one without conditions if there are twins. */
const struct field *field_member(const struct form_field *section, const char *key);
/* The field for the value at ${at}, or NULL. */
const struct field *field_at(const struct form *f, const json_t *answer, const char *at);
const struct field *list_item(const struct form_field *list, size_t index);
int field_takes(const struct form_field *f, const json_t *value);

/* Conditions for one answer: host[n] is the value n tokens deep, or NULL. */
struct judge {
	const json_t **host;
	size_t nhost, room;
	const json_t **seen; /* per condition: the last value judged, and the verdict */
	signed char *verdict;
	json_t *nothing;
};
void judge_begin(struct judge *j, const struct form *f);
void judge_end(struct judge *j);
void judge_push(struct judge *j, const json_t *value);
void judge_pop(struct judge *j);
int judge_holds(struct judge *j, const struct form_when *when);

/* Pointer tokens: the next one of *p unescaped into ${out}; 0 at the end. */
int pointer_next(const char **p, struct buf *out);

#endif
