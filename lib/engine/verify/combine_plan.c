/* Which fields an answer has, by its schema. */
#include <stdio.h>
#include <string.h>

#include "engine/verify/combine.h"
#include "json/js.h"

enum { DEPTH_MAX = 8 };

static int is_type(const json_t *s, const char *type)
{
	const char *t = json_string_value(json_object_get(s, "type"));

	return t && strcmp(t, type) == 0;
}

static void set_kind(struct cell_field *f, const json_t *s)
{
	const json_t *values = json_object_get(s, "enum");

	if (json_is_array(values) && json_array_size(values) && json_array_size(values) < PLAN_CATEGORIES) {
		f->kind = CELL_CATEGORY;
		f->values = values;
		f->k = (int)json_array_size(values) + 1;
	} else if (is_type(s, "boolean")) {
		f->kind = CELL_CATEGORY;
		f->k = 3;
	} else if (is_type(s, "integer") || is_type(s, "number")) {
		f->kind = CELL_NUMBER;
		f->integer = is_type(s, "integer");
	} else if (is_type(s, "array") && (json_is_true(json_object_get(s, "uniqueItems")) ||
	                                   js_at(s, "/items/enum"))) {
		f->kind = CELL_SET;
	} else if (is_type(s, "string")) {
		f->kind = CELL_TEXT;
	} else {
		f->kind = CELL_WHOLE;
	}
}

/* A key as part of a JSON Pointer; 0: it does not fit. */
static int extend(char out[PLAN_POINTER], const char *base, const char *key)
{
	size_t n = (size_t)snprintf(out, PLAN_POINTER, "%s/", base);

	for (; *key && n + 3 < PLAN_POINTER; key++) {
		if (*key == '~' || *key == '/') {
			out[n++] = '~';
			out[n++] = *key == '~' ? '0' : '1';
		} else {
			out[n++] = *key;
		}
	}
	out[n < PLAN_POINTER ? n : PLAN_POINTER - 1] = '\0';
	return *key == '\0';
}

/* An object that is no more than its properties. */
static int by_property(const json_t *s)
{
	static const char *const not_alone[] = {"enum", "const", "anyOf", "oneOf", "allOf", "$ref", "if",
	                                        "not", "patternProperties", "dependentSchemas", NULL};

	for (int i = 0; not_alone[i]; i++)
		if (json_object_get(s, not_alone[i]))
			return 0;
	return json_object_size(json_object_get(s, "properties")) > 0;
}

static void add(struct plan *p, const char *pointer, const json_t *s, int depth)
{
	const char *key;
	json_t *sub;

	if (depth < DEPTH_MAX && by_property(s)) {
		json_object_foreach(json_object_get(s, "properties"), key, sub) {
			char at[PLAN_POINTER];
			if (extend(at, pointer, key))
				add(p, at, sub, depth + 1);
		}
		return;
	}
	if (p->n == PLAN_FIELDS)
		return;
	struct cell_field *f = &p->f[p->n++];
	memset(f, 0, sizeof(*f));
	snprintf(f->pointer, sizeof(f->pointer), "%s", pointer);
	set_kind(f, s);
}

void plan_make(struct plan *p, const json_t *schema)
{
	p->n = 0;
	add(p, "", schema, 0);
}

int plan_category(const struct cell_field *f, const json_t *answer)
{
	const json_t *v = f->pointer[0] ? js_at(answer, f->pointer) : answer;

	if (!v)
		return f->k - 1;
	if (!f->values)
		return json_is_boolean(v) ? json_is_true(v) : f->k - 1;
	for (int i = 0; i + 1 < f->k; i++)
		if (json_equal(json_array_get(f->values, (size_t)i), v))
			return i;
	return f->k - 1;
}
