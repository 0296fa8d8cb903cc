/*
 * json/schema/run.h -- the state of a validation; private to this folder.
 *
 * Order      A quiet pass decides and stops at the first failure.  A reporting pass
 *            says all that fails; within it, what is only asked (anyOf, not, if,
 *            contains) is quiet again.
 * Result     The check functions return 1 when the instance fits, else 0.
 */
#ifndef JSON_SCHEMA_RUN_H
#define JSON_SCHEMA_RUN_H

#include "json/schema/node.h"
#include "json/schema/schema.h"

enum { MAX_STEPS = 250000, MAX_DEEP = 1000 };

/* A resource that was entered, innermost first. */
struct scope {
	const struct resource *resource;
	const struct scope *up;
};

/* What speaks against an alternative at ${at}: see closest.c. */
struct score {
	const struct path *at;
	unsigned long points;
};

/* A check under way, for schema_output: of a schema, or of one of its keywords. */
struct frame {
	const struct node *node;
	const char *keyword; /* NULL: the schema itself */
	const struct path *at;
	struct frame *up;
	json_t *unit; /* borrowed; NULL until something below fails */
};

struct trace;

struct run {
	const struct schema *s;
	struct schema_errors *errors;
	unsigned quiet; /* no report, and nothing after the first failure */
	size_t total;
	unsigned long steps;
	unsigned depth;
	int stop; /* over the limit: the answer is no */
	unsigned long explained; /* steps that went into finding the closest alternative */
	struct score *score; /* errors are only weighed */
	struct trace *trace; /* errors become units of output.c */
	const struct scope *scope;
};

/* The members or items that were evaluated, by their order in the instance. */
enum { MARKS_FEW = 4 };

struct marks {
	uint64_t *bits;
	size_t n;
	uint64_t few[MARKS_FEW];
};

void marks_init(struct run *run, struct marks *m, const json_t *v);
void marks_release(struct marks *m);
void marks_all(struct marks *m); /* NULL is fine */
void marks_or(struct run *run, struct marks *m, const struct marks *more);

static inline void marks_set(struct marks *m, size_t i)
{
	if (m)
		m->bits[i / 64] |= (uint64_t)1 << i % 64;
}

static inline int marks_has(const struct marks *m, size_t i)
{
	return m->bits[i / 64] >> i % 64 & 1;
}

static inline unsigned type_bit(const json_t *v)
{
	static const unsigned char bits[] = {
	    [JSON_OBJECT] = TYPE_OBJECT, [JSON_ARRAY] = TYPE_ARRAY, [JSON_STRING] = TYPE_STRING,
	    [JSON_INTEGER] = TYPE_INTEGER, [JSON_REAL] = TYPE_NUMBER,
	    [JSON_TRUE] = TYPE_BOOLEAN, [JSON_FALSE] = TYPE_BOOLEAN, [JSON_NULL] = TYPE_NULL,
	};

	return bits[json_typeof(v)];
}

int check_more(struct run *run, const struct node *node, const json_t *v, const struct path *at,
               struct marks *marks);

/* ${marks} NULL: nobody asks what was evaluated. */
static inline int check(struct run *run, const struct node *node, const json_t *v,
                        const struct path *at, struct marks *marks)
{
	return node->quick & type_bit(v) ? 1 : check_more(run, node, v, at, marks);
}

/* Only whether it fits; nothing is marked. */
int check_quietly(struct run *run, const struct node *node, const json_t *v,
                  const struct path *at);

/* Over a limit: 0, and the run ends. */
int check_exhausted(struct run *run, const struct node *node, const struct path *at);

int check_number(struct run *run, const struct node *node, const json_t *v,
                 const struct path *at);
int check_string(struct run *run, const struct node *node, const json_t *v,
                 const struct path *at);
int check_array(struct run *run, const struct node *node, const json_t *v, const struct path *at,
                struct marks *marks);
int check_object(struct run *run, const struct node *node, const json_t *v,
                 const struct path *at, struct marks *marks);
int check_applied(struct run *run, const struct node *node, const json_t *v,
                  const struct path *at, struct marks *marks);
/* unevaluatedItems and unevaluatedProperties. */
int check_rest(struct run *run, const struct node *node, const json_t *v, const struct path *at,
               struct marks *marks);

/* ---- quick.c ---- */

/* Types of values that are looked at there; ${node} is complete. */
unsigned quick_sure(const struct node *node);
/* In a quiet pass, when nobody asks what was evaluated: of an object part that is plain, also
 * whether all that is required is there.  ${n}: members. */
int quick_members(struct run *run, const struct object_part *o, const json_t *v, size_t n,
                  const struct path *at);
int quick_object(struct run *run, const struct node *node, const json_t *v,
                 const struct path *at);
int quick_array(struct run *run, const struct node *node, const json_t *v, const struct path *at);

/* ---- output.c: where an error goes when there is a trace ---- */

struct schema_error *trace_error(struct run *run, const struct node *node, const struct path *at,
                                 const char *keyword);
void trace_enter(struct run *run, struct frame *here, const struct node *node,
                 const char *keyword, const struct path *at);
void trace_leave(struct run *run, const struct frame *here);

/* ---- closest.c ---- */

void score_add(struct score *score, const struct path *at, const char *keyword);
/* No schema of ${list} fits: which is the closest, and why does it not fit?  Always 0. */
int fail_alternatives(struct run *run, const struct node *node, const struct nodes *list,
                      const json_t *v, const struct path *at, const char *keyword);

/* ---- report.c: always 0; nothing is written in a quiet pass ---- */

/* ${keyword} NULL: the schema itself. */
int fail(struct run *run, const struct node *node, const struct path *at, const char *keyword,
         const char *fmt, ...) __attribute__((format(printf, 5, 6)));
int fail_value(struct run *run, const struct node *node, const struct path *at,
               const char *keyword, const char *before, const json_t *value);
int fail_enum(struct run *run, const struct node *node, const struct path *at, const json_t *v);
/* The same for any list of values; near ones are told. */
int fail_listed(struct run *run, const struct node *node, const struct path *at,
                const char *keyword, const json_t *v, const json_t *list);
int fail_type(struct run *run, const struct node *node, const struct path *at, const json_t *v);
int fail_type_of(struct run *run, const struct node *node, const struct path *at,
                 const char *keyword, unsigned types, const json_t *v);
int fail_range(struct run *run, const struct node *node, const struct path *at, enum count min,
               const struct range *r, size_t n);
/* A member that ${none} (the schema false) refuses; ${among} has the known ones. */
int fail_unknown(struct run *run, const struct node *none, const struct path *at,
                 const struct names *among);

#endif
