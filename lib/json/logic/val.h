/*
 * json/logic/val.h -- a value while a rule runs.  Inside json/logic only.
 *
 * Purpose    Numbers and truth values need no memory; NaN and infinities, which JSON does not
 *            have, exist as VAL_REAL.
 * Ownership  A struct val that a function returns holds a reference in ${j}; val_drop gives it
 *            back.  One made by val_borrow does not, and is not dropped.
 */
#ifndef JSON_LOGIC_VAL_H
#define JSON_LOGIC_VAL_H

#include <jansson.h>
#include <stdint.h>

enum val_kind {
	VAL_NULL,
	VAL_BOOL,
	VAL_INT,
	VAL_REAL,
	VAL_JSON /* text, list or object */
};

struct val {
	enum val_kind kind;
	unsigned nest; /* lists made by this run around what it was given, at most */
	union {
		int b;
		int64_t i;
		double d;
		json_t *j;
	};
};

#define VAL_INIT {.kind = VAL_NULL}

struct val val_borrow(const json_t *v);
struct val val_ref(const struct val *v); /* the same, with a reference of its own */
struct val val_bool(int b);
struct val val_new(json_t *j, unsigned nest); /* takes the reference */
void val_drop(struct val *v);
json_t *val_take_json(struct val *v); /* a new reference; ${v} is dropped */

int val_truthy(const struct val *v);

static inline int val_is_number(const struct val *v)
{
	return v->kind == VAL_INT || v->kind == VAL_REAL;
}

static inline int val_is_text(const struct val *v)
{
	return v->kind == VAL_JSON && json_is_string(v->j);
}

static inline int val_is_list(const struct val *v)
{
	return v->kind == VAL_JSON && json_is_array(v->j);
}

#endif
