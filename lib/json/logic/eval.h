/*
 * json/logic/eval.h -- running a rule.  Inside json/logic only.
 *
 * Method     Every operator is a function of the same form: it evaluates the arguments it needs
 *            with eval(), in the scope it gets, and leaves a value in ${out}.  0, or -1 when a
 *            limit was reached; then ${out} is untouched and nothing is left to drop.
 * Limits     Before any work that grows with its operands a function pays for it with
 *            eval_spend, before it makes a value with eval_made; eval() itself pays one step.
 */
#ifndef JSON_LOGIC_EVAL_H
#define JSON_LOGIC_EVAL_H

#include <stddef.h>

#include "json/logic/node.h"

struct buf;

struct run {
	const struct logic *logic;
	size_t steps, bytes; /* still allowed */
	struct err *err;
};

/* What `var` sees. */
struct scope {
	struct val here;               /* borrowed: the data, an element, or reduce's current */
	const struct val *accumulator; /* of reduce, else NULL */
};

enum {
	STEP_BYTES = 64,     /* of text copied or compared */
	SCAN_BYTES = 16,     /* of text looked at byte by byte */
	STEP_REAL_TEXT = 64, /* a real number as text: up to 3 times printed and read */
	STEP_MODULO = 8,      /* the remainder of reals: up to 2000 bits of quotient */
	VALUE_BYTES = 32,    /* of memory: a number, a slot in a list */
	MAKE_BYTES = 64      /* of memory: an empty text, list or object */
};

int eval(struct run *r, const struct node *n, const struct scope *s, struct val *out);
int eval_arg(struct run *r, const struct node *n, size_t i, const struct scope *s,
             struct val *out);
int eval_spend(struct run *r, size_t steps);
int eval_made(struct run *r, size_t bytes);
int eval_nested(struct run *r, unsigned nest); /* -1: lists too deep in each other */
/* Put ${v} (dropped, also on failure) at the end of ${list}. */
int eval_append(struct run *r, struct val *list, struct val *v);

/* ---- conversions, eval_convert.c ---- */

/* String(v), appended. */
int eval_add_text(struct run *r, struct buf *out, const struct val *v);
/* String(v): borrowed from v when it is a text, else from ${room}, which the caller releases. */
struct text {
	const char *s;
	size_t n;
};
int eval_text(struct run *r, const struct val *v, struct buf *room, struct text *out);
int eval_number(struct run *r, const struct val *v, struct val *out);       /* Number(v) */
int eval_number_prefix(struct run *r, const struct val *v, struct val *out); /* parseFloat(v) */

/* a === b: 1 or 0, -1 at a limit. */
int eval_is_same(struct run *r, const struct val *a, const struct val *b);

/* ---- operators ---- */

typedef int operator_fn(struct run *r, const struct node *n, const struct scope *s,
                        struct val *out);

operator_fn eval_var, eval_missing, eval_missing_some;
operator_fn eval_if, eval_or, eval_and, eval_not, eval_not_not, eval_log;
operator_fn eval_equal, eval_same, eval_unequal, eval_not_same;
operator_fn eval_greater, eval_at_least, eval_less, eval_at_most;
operator_fn eval_max, eval_min, eval_add, eval_subtract, eval_multiply, eval_divide, eval_modulo;
operator_fn eval_map, eval_filter, eval_reduce, eval_all, eval_none, eval_some, eval_merge;
operator_fn eval_in, eval_cat, eval_substr;

#endif
