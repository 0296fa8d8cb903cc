#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/verify/combine_p.h"
#include "json/js.h"

enum { REFS_MAX = 16 };

const char *const combine_kind_names[] = {"category", "number", "set", "text", "whole"};

struct planner {
	const json_t *root;
	struct combine_plan *out;
	struct buf pointer;
	unsigned depth;
	int full, required;
};

/* Follow $ref within the document; NULL: leads elsewhere, or round and round. */
static const json_t *resolve(const struct planner *p, const json_t *schema)
{
	for (int i = 0; i < REFS_MAX; i++) {
		const char *ref = json_string_value(json_object_get(schema, "$ref"));
		if (!ref)
			return schema;
		if (ref[0] != '#' || (ref[1] != '/' && ref[1] != '\0') || strchr(ref, '%'))
			return NULL;
		schema = js_at(p->root, ref + 1);
	}
	return NULL;
}

/* The one type besides null; NULL: none is named, or several. */
static const char *type_of(const json_t *schema)
{
	const json_t *t = json_object_get(schema, "type"), *one;
	const char *only = NULL;
	size_t i;

	if (json_is_string(t))
		return json_string_value(t);
	json_array_foreach(t, i, one) {
		const char *name = json_string_value(one);
		if (!name || strcmp(name, "null") == 0)
			continue;
		if (only)
			return NULL;
		only = name;
	}
	return only;
}

static int has_type(const json_t *schema, const char *name)
{
	const char *t = type_of(schema);

	return t && strcmp(t, name) == 0;
}

static json_t *consts_of(const json_t *schema, const char *keyword)
{
	const json_t *list = json_object_get(schema, keyword), *one;
	json_t *all = json_array();
	size_t i;

	json_array_foreach(list, i, one) {
		json_t *value = json_object_get(one, "const");
		if (!value) {
			json_array_clear(all);
			break;
		}
		json_array_append(all, value);
	}
	if (json_array_size(all) > 0)
		return all;
	json_decref(all);
	return NULL;
}

/* The values that are allowed, when the schema lists them; a new reference. */
static json_t *listed(const json_t *schema)
{
	json_t *values = json_object_get(schema, "enum"), *one = json_object_get(schema, "const");

	if (json_array_size(values) > 0)
		return json_incref(values);
	if (one)
		return json_pack("[O]", one);
	if (has_type(schema, "boolean"))
		return json_pack("[b, b]", 0, 1);
	values = consts_of(schema, "oneOf");
	return values ? values : consts_of(schema, "anyOf");
}

static size_t count_of(const json_t *schema, const char *key, size_t dflt)
{
	const json_t *v = json_object_get(schema, key);

	return json_is_integer(v) && json_integer_value(v) >= 0 ? (size_t)json_integer_value(v) : dflt;
}

static int is_set(const struct planner *p, const json_t *schema, json_t **elements)
{
	const json_t *items = json_object_get(schema, "items");

	*elements = NULL;
	if (!has_type(schema, "array") && !items)
		return 0;
	items = json_is_object(items) ? resolve(p, items) : NULL;
	if (items && !has_type(items, "boolean"))
		*elements = listed(items);
	return *elements || json_is_true(json_object_get(schema, "uniqueItems"));
}

static void add(struct planner *p, const json_t *schema)
{
	if (p->out->n == COMBINE_FIELDS) {
		p->full = 1;
		return;
	}
	struct combine_field *f = &p->out->field[p->out->n++];
	*f = (struct combine_field){.kind = COMBINE_WHOLE, .max = SIZE_MAX, .required = p->required,
	                            .pointer = mem_strdup(buf_str(&p->pointer))};
	if (!schema)
		return;
	f->categories = listed(schema);
	if (f->categories) {
		f->kind = COMBINE_CATEGORY;
	} else if (has_type(schema, "integer") || has_type(schema, "number")) {
		f->kind = COMBINE_NUMBER;
		f->integer = has_type(schema, "integer");
	} else if (has_type(schema, "string")) {
		f->kind = COMBINE_TEXT;
	} else if (is_set(p, schema, &f->categories)) {
		f->kind = COMBINE_SET;
		f->min = count_of(schema, "minItems", 0);
		f->max = count_of(schema, "maxItems", SIZE_MAX);
	}
}

static int is_required(const json_t *schema, const char *key)
{
	const json_t *list = json_object_get(schema, "required"), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		if (json_is_string(one) && strcmp(json_string_value(one), key) == 0)
			return 1;
	}
	return 0;
}

static void walk(struct planner *p, const json_t *schema)
{
	const char *key;
	json_t *value;

	schema = json_is_object(schema) ? resolve(p, schema) : NULL;
	json_t *fields = json_object_get(schema, "properties");
	if (json_object_size(fields) == 0 || json_object_get(schema, "enum") ||
	    json_object_get(schema, "const")) {
		add(p, json_is_object(schema) ? schema : NULL);
		return;
	}
	if (p->depth == COMBINE_DEPTH) {
		p->full = 1;
		return;
	}
	p->depth++;
	json_object_foreach(fields, key, value) {
		size_t len = p->pointer.len;
		int required = p->required;
		p->required = required && is_required(schema, key);
		js_pointer_add(&p->pointer, key);
		walk(p, value);
		p->required = required;
		p->pointer.len = len;
		p->pointer.data[len] = '\0';
		if (p->full)
			break;
	}
	p->depth--;
}

void combine_plan(const json_t *schema, struct combine_plan *out)
{
	struct planner p = {.root = schema, .out = out, .required = 1};

	out->n = 0;
	buf_adds(&p.pointer, "");
	walk(&p, schema);
	if (p.full) {
		combine_release(out);
		p.pointer.len = 0;
		p.pointer.data[0] = '\0';
		add(&p, NULL);
	}
	buf_release(&p.pointer);
}

void combine_release(struct combine_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->field[i].pointer);
		json_decref(p->field[i].categories);
	}
	p->n = 0;
}
