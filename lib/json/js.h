/*
 * json/js.h -- jansson with limits, and typed access that names the field.
 *
 * Purpose    Every JSON text from outside enters through js_parse; every JSON
 *            text er writes leaves through js_dump.
 * Limits     js_parse: JSON_REJECT_DUPLICATES, the struct js_limits below;
 *            integers outside int64 refused with a clear error, never rounded;
 *            \u0000, lone surrogates, BOM, NaN, trailing text refused.  Depth is
 *            checked before jansson sees the text (a scan that respects strings),
 *            as are nodes, so that a bomb costs O(bytes) and no memory.
 * Errors     FAIL_INVALID; the text names line and column, never quotes input.
 * Numbers    Integers stay exact.  Reals are written in the shortest form that
 *            reads back as the same double ("4.8", not 4.7999999999999998), and
 *            keep a ".0" when integral ("2.0") so that their type survives.
 * Ownership  Functions ending in _new steal the json_t they are given.
 */
#ifndef JSON_JS_H
#define JSON_JS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct sha256;

struct js_limits {
	size_t bytes;
	size_t nodes; /* values plus keys */
	unsigned depth;
};

enum {
	JS_MAX_BYTES = 1 << 20,
	JS_MAX_NODES = 100000,
	JS_MAX_DEPTH = 32,
	JS_SCHEMA_DEPTH = 64
};

extern const struct js_limits js_limits_doc;    /* tasks, answers */
extern const struct js_limits js_limits_message; /* one of those in its envelope */
extern const struct js_limits js_limits_schema; /* depth 64 */
extern const struct js_limits js_limits_own;    /* lines er wrote itself: 4 MiB, depth 80, 4e6 nodes */

/* A new reference, or NULL.  Objects and arrays only unless ${any}. */
json_t *js_parse(const char *text, size_t n, const struct js_limits *lim, struct err *err);
json_t *js_parse_any(const char *text, size_t n, const struct js_limits *lim, struct err *err);
/* Text er wrote itself and whose hash was checked: no pre-scan. */
json_t *js_parse_trusted(const char *text, size_t n, struct err *err);

enum js_style {
	JS_COMPACT,   /* keys in insertion order */
	JS_CANONICAL, /* compact, keys sorted by bytes */
	JS_PRETTY,    /* two spaces, insertion order, no final newline */
	JS_VALUE      /* canonical, and 1.0 is 1: equal text is equality by JSON Schema */
};

void js_dump(struct buf *out, const json_t *v, enum js_style style);
/* Append ${s} as a JSON string with quotes.  Slashes stay, non-ASCII stays. */
void js_dump_string(struct buf *out, const char *s, size_t n);

/* SHA-256 of the canonical form: equal for documents that differ only in white
 * space, key order or spelling of escapes. */
void js_hash(const json_t *v, struct sha256 *out);

/* ---- reading: NULL or the default when absent; FAIL_INVALID with the field's
 * pointer ("/policy/maxBudgetUsd") when present and of another type ---- */

/* Value at an RFC 6901 pointer, borrowed, NULL when absent ("" is the root). */
json_t *js_at(const json_t *v, const char *pointer);
/* Convenience for trusted documents: string at pointer or ${dflt}. */
const char *js_str_or(const json_t *v, const char *pointer, const char *dflt);
int64_t js_int_or(const json_t *v, const char *pointer, int64_t dflt);

/* Typed access with errors: 0 when absent (*out untouched) or read, -1 on wrong
 * type or range. JSON null counts as absent. */
int js_get_str(const json_t *v, const char *pointer, const char **out, size_t maxlen, struct err *err);
int js_get_int(const json_t *v, const char *pointer, int64_t lo, int64_t hi, int64_t *out,
               struct err *err);
int js_get_bool(const json_t *v, const char *pointer, int *out, struct err *err);
int js_get_obj(const json_t *v, const char *pointer, json_t **out, struct err *err);
int js_get_arr(const json_t *v, const char *pointer, size_t maxlen, json_t **out, struct err *err);
/* A decimal amount (350, 0.50, "0.50") times ${scale}, exact to the unit; more
 * digits than the scale holds, and amounts below zero, are refused.  Reals are read
 * by their shortest decimal form, never by double arithmetic. */
int js_get_amount(const json_t *v, const char *pointer, int64_t scale, int64_t *out,
                  struct err *err);

/* ---- building: failures mean out of memory and end the process ---- */
void js_set_new(json_t *obj, const char *key, json_t *value);
void js_set_str(json_t *obj, const char *key, const char *s); /* NULL: not set; bad UTF-8 asserts */
void js_set_int(json_t *obj, const char *key, int64_t v);
void js_set_time(json_t *obj, const char *key, int64_t ms); /* RFC 3339 with ms */
void js_set_copy(json_t *obj, const char *key, const json_t *value); /* shares (incref); NULL: not set */

/* Append "/key" to a pointer, escaping ~ and /. */
void js_pointer_add(struct buf *pointer, const char *key);

/* Every key of ${obj} that is not in the NULL-ended list: FAIL_INVALID naming it and
 * near known ones. "$schema" and "$comment" always pass. */
int js_only_keys(const json_t *obj, const char *pointer, const char *const *known, struct err *err);

#endif
