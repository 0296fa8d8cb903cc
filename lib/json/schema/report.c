/* json/schema/report.c -- errors as sentences: the only part of validation that builds text. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/near.h"
#include "json/js.h"
#include "json/schema/run.h"

enum { SHOW_VALUES = 12, NEAR_AMONG = 64, NEAR_FROM = 3, NEAR_ENOUGH = 4 };

static char *pointer_of(const char *document, const struct path *path, const char *keyword)
{
	struct path last = {.up = path, .key = keyword};
	struct buf b = BUF_INIT;

	if (document)
		buf_addf(&b, "%s#", document);
	path_add(&b, keyword ? &last : path);
	return buf_detach(&b);
}

/* Count an error; the place for its message, or NULL when nobody will read it. */
static struct schema_error *new_error(struct run *run, const struct node *node,
                                      const struct path *at, const char *keyword)
{
	struct schema_error *e;

	if (run->quiet)
		return NULL;
	if (run->score) {
		score_add(run->score, at, keyword);
		return NULL;
	}
	run->total++;
	if (run->trace)
		return trace_error(run, node, at, keyword);
	if (run->errors->n == SCHEMA_MAX_ERRORS)
		return NULL;
	e = &run->errors->e[run->errors->n++];
	e->instance = pointer_of(NULL, at, NULL);
	e->keyword = pointer_of(node->resource->document, node->at, keyword);
	return e;
}

int fail(struct run *run, const struct node *node, const struct path *at, const char *keyword,
         const char *fmt, ...)
{
	struct schema_error *e = new_error(run, node, at, keyword);
	struct buf b = BUF_INIT;
	va_list ap;

	if (!e)
		return 0;
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	e->message = buf_detach(&b);
	return 0;
}

int fail_value(struct run *run, const struct node *node, const struct path *at,
               const char *keyword, const char *before, const json_t *value)
{
	struct schema_error *e = new_error(run, node, at, keyword);
	struct buf b = BUF_INIT;

	if (!e)
		return 0;
	buf_adds(&b, before);
	value_show(&b, value);
	e->message = buf_detach(&b);
	return 0;
}

static void add_near(struct buf *b, const json_t *v, const json_t *list)
{
	struct near near;
	size_t i;

	/* of short words each is near to each */
	if (!json_is_string(v) || json_string_length(v) < NEAR_FROM ||
	    json_array_size(list) > NEAR_AMONG)
		return;
	near_init(&near, json_string_value(v));
	for (i = 0; i < json_array_size(list); i++) {
		const char *other = json_string_value(json_array_get(list, i));

		if (other && near_distance(json_string_value(v), other) <= NEAR_ENOUGH)
			near_offer(&near, other);
	}
	near_add(&near, b);
}

int fail_listed(struct run *run, const struct node *node, const struct path *at,
                const char *keyword, const json_t *v, const json_t *list)
{
	struct schema_error *e = new_error(run, node, at, keyword);
	size_t i, n = json_array_size(list);
	struct buf b = BUF_INIT;

	if (!e)
		return 0;
	value_show(&b, v);
	buf_adds(&b, n == 1 ? " is not " : " is not one of ");
	for (i = 0; i < n && i < SHOW_VALUES; i++) {
		buf_adds(&b, i ? ", " : "");
		value_show(&b, json_array_get(list, i));
	}
	if (i < n)
		buf_addf(&b, " and %zu more", n - i);
	else if (!n)
		buf_adds(&b, "nothing");
	add_near(&b, v, list);
	e->message = buf_detach(&b);
	return 0;
}

int fail_enum(struct run *run, const struct node *node, const struct path *at, const json_t *v)
{
	return fail_listed(run, node, at, "enum", v, node->allowed->list);
}

int fail_type_of(struct run *run, const struct node *node, const struct path *at,
                 const char *keyword, unsigned types, const json_t *v)
{
	static const char *const names[] = {
	    [JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list", [JSON_STRING] = "a string",
	    [JSON_INTEGER] = "a number", [JSON_REAL] = "a number", [JSON_TRUE] = "true",
	    [JSON_FALSE] = "false", [JSON_NULL] = "null",
	};
	struct schema_error *e = new_error(run, node, at, keyword);
	struct buf b = BUF_INIT;

	if (!e)
		return 0;
	buf_adds(&b, "must be ");
	types_add(&b, types);
	buf_adds(&b, ", not ");
	if (json_is_real(v))
		value_show(&b, v);
	else
		buf_adds(&b, names[json_typeof(v)]);
	e->message = buf_detach(&b);
	return 0;
}

int fail_type(struct run *run, const struct node *node, const struct path *at, const json_t *v)
{
	return fail_type_of(run, node, at, "type", node->types, v);
}

int fail_range(struct run *run, const struct node *node, const struct path *at, enum count min,
               const struct range *r, size_t n)
{
	static const struct {
		const char *keyword, *unit;
	} rules[] = {
	    [C_MIN_LEN] = {"minLength", "character"},    [C_MAX_LEN] = {"maxLength", "character"},
	    [C_MIN_ITEMS] = {"minItems", "item"},        [C_MAX_ITEMS] = {"maxItems", "item"},
	    [C_MIN_PROPS] = {"minProperties", "field"},  [C_MAX_PROPS] = {"maxProperties", "field"},
	};

	if (n < r->low)
		fail(run, node, at, rules[min].keyword, "must have at least %zu %s%s, has %zu",
		     r->low, rules[min].unit, r->low == 1 ? "" : "s", n);
	if (n > r->high)
		fail(run, node, at, rules[min + 1].keyword, "must have at most %zu %s%s, has %zu",
		     r->high, rules[min].unit, r->high == 1 ? "" : "s", n);
	return 0;
}

int fail_unknown(struct run *run, const struct node *none, const struct path *at,
                 const struct names *among)
{
	struct schema_error *e = new_error(run, none, at, NULL);
	size_t i, room = among && among->n <= NEAR_AMONG ? among->room : 0;
	struct buf b = BUF_INIT;
	struct near near;

	if (!e)
		return 0;
	near_init(&near, at->key);
	for (i = 0; i < room; i++)
		if (among->slots[i].s)
			near_offer(&near, among->slots[i].s);
	buf_adds(&b, "unknown field");
	near_add(&near, &b);
	e->message = buf_detach(&b);
	return 0;
}

void schema_errors_release(struct schema_errors *errors)
{
	size_t i;

	for (i = 0; i < errors->n; i++) {
		free(errors->e[i].instance);
		free(errors->e[i].keyword);
		free(errors->e[i].message);
	}
	errors->n = errors->total = 0;
}

json_t *schema_errors_json(const struct schema_errors *errors)
{
	json_t *list = json_array();
	size_t i;

	if (!list)
		mem_oom();
	for (i = 0; i < errors->n; i++) {
		json_t *e = json_object();

		if (!e || json_array_append_new(list, e))
			mem_oom();
		js_set_str(e, "instance", errors->e[i].instance);
		js_set_str(e, "keyword", errors->e[i].keyword);
		js_set_str(e, "message", errors->e[i].message);
	}
	return list;
}
