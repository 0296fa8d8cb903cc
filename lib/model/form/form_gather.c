/* model/form/form_gather.c -- every subschema that applies to one value. */
#include "model/form/form_p.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/decimal.h"

static void walk(struct build *b, const struct spot *spot, const char *path,
                 const struct form_when *when, struct parts *out);

void parts_release(struct parts *p)
{
	free(p->part);
	free(p->group);
	*p = (struct parts){.n = 0};
}

static void add_part(struct build *b, const struct spot *spot, const struct form_when *when,
                     struct parts *out)
{
	if (out->n >= PARTS_MAX || ++b->gathered > GATHERED_MAX) {
		out->over = 1;
		return;
	}
	out->part = mem_grow(out->part, out->n + 1, sizeof(*out->part));
	out->part[out->n++] = (struct part){.spot = *spot, .when = when, .level = out->level};
}

static void add_group(const struct spot *spot, const char *key, const struct form_when *when,
                      struct parts *out)
{
	size_t n = json_array_size(json_object_get(spot->json, key));

	if (!n)
		return;
	out->group = mem_grow(out->group, out->ngroups + 1, sizeof(*out->group));
	out->group[out->ngroups++] = (struct group){.spot = *spot, .key = key, .when = when, .n = n};
}

/* ---- keywords that lead to further subschemas for the same value ---- */

static void follow(struct build *b, const struct spot *spot, const json_t *ref, const char *path,
                   const struct form_when *when, struct parts *out)
{
	struct spot there;

	if (!json_is_string(ref))
		return;
	if (spot_resolve(b, spot, json_string_value(ref), &there))
		walk(b, &there, path, when, out);
	else
		out->over = 1;
}

static void walk_all(struct build *b, const struct spot *spot, const char *path,
                     const struct form_when *when, struct parts *out)
{
	size_t n = json_array_size(json_object_get(spot->json, "allOf"));
	struct spot below;

	for (size_t i = 0; i < n && !out->over; i++) {
		spot_below(b, spot, "allOf", NULL, i, &below);
		walk(b, &below, path, when, out);
	}
}

static void walk_branch(struct build *b, const struct spot *spot, const char *key,
                        const struct spot *test, const char *path, const struct form_when *when,
                        struct parts *out)
{
	const struct form_when *also;
	struct spot below;

	if (!json_object_get(spot->json, key))
		return;
	spot_below(b, spot, key, NULL, SIZE_MAX, &below);
	also = when_schema(b, test, path, !strcmp(key, "else"), when);
	if (also)
		walk(b, &below, path, also, out);
	else
		out->over = 1;
}

static void walk_if(struct build *b, const struct spot *spot, const char *path,
                    const struct form_when *when, struct parts *out)
{
	struct spot test;

	if (!json_object_get(spot->json, "if") || spot->scope->draft < SCHEMA_DRAFT_7)
		return;
	spot_below(b, spot, "if", NULL, SIZE_MAX, &test);
	walk_branch(b, spot, "then", &test, path, when, out);
	walk_branch(b, spot, "else", &test, path, when, out);
}

static void walk_dependent(struct build *b, const struct spot *spot, const char *key,
                           const char *path, const struct form_when *when, struct parts *out)
{
	json_t *map = json_object_get(spot->json, key);
	struct spot below;

	if (!json_is_object(map))
		return;
	for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it)) {
		const char *name = json_object_iter_key(it);
		const struct form_when *also;

		if (json_is_array(json_object_iter_value(it)))
			continue;
		spot_below(b, spot, key, name, SIZE_MAX, &below);
		also = when_member(b, spot, path, name, NULL, when);
		if (also)
			walk(b, &below, path, also, out);
		else
			out->over = 1;
	}
}

/* The order of the keywords decides the order of the fields. */
static void walk_keyword(struct build *b, const struct spot *spot, const char *key,
                         const json_t *value, const char *path, const struct form_when *when,
                         struct parts *out)
{
	if (!strcmp(key, "$ref") || !strcmp(key, "$dynamicRef"))
		follow(b, spot, value, path, when, out);
	else if (!strcmp(key, "$recursiveRef"))
		follow(b, spot, value, path, when, out);
	else if (!strcmp(key, "allOf"))
		walk_all(b, spot, path, when, out);
	else if (!strcmp(key, "if"))
		walk_if(b, spot, path, when, out);
	else if (!strcmp(key, "dependentSchemas") || !strcmp(key, "dependencies"))
		walk_dependent(b, spot, key, path, when, out);
	else if (!strcmp(key, "oneOf") || !strcmp(key, "anyOf"))
		add_group(spot, key, when, out);
}

static void walk_object(struct build *b, const struct spot *spot, const char *path,
                        const struct form_when *when, struct parts *out)
{
	json_t *obj = (json_t *)spot->json; /* jansson's iterators take no const */
	const json_t *ref = json_object_get(obj, "$ref");
	int own = 0;

	if (draft_is_old(spot) && json_is_string(ref)) {
		follow(b, spot, ref, path, when, out);
		return;
	}
	if (!json_object_get(obj, "properties")) {
		add_part(b, spot, when, out);
		own = 1;
	}
	for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
		const char *key = json_object_iter_key(it);

		out->level++;
		walk_keyword(b, spot, key, json_object_iter_value(it), path, when, out);
		out->level--;
		if (!own && !strcmp(key, "properties"))
			add_part(b, spot, when, out);
	}
}

static void walk(struct build *b, const struct spot *spot, const char *path,
                 const struct form_when *when, struct parts *out)
{
	if (out->over || out->depth >= GATHER_DEPTH || ++b->gathered > GATHERED_MAX) {
		out->over = 1;
		return;
	}
	out->depth++;
	if (json_is_object(spot->json))
		walk_object(b, spot, path, when, out);
	else if (json_is_true(spot->json))
		add_part(b, spot, when, out);
	else if (!when)
		out->never = 1;
	out->depth--;
}

void gather(struct build *b, const struct spot *spot, const char *path,
            const struct form_when *when, struct parts *out)
{
	const struct parts *outer = b->host;

	b->host = out;
	walk(b, spot, path, when, out);
	b->host = outer;
}

/* ---- reading ---- */

static int has_condition(const struct form_when *given, const struct form_when *one)
{
	for (; given; given = given->next)
		if (given == one || (given->test == one->test && given->negate == one->negate &&
		                     !strcmp(given->at, one->at)))
			return 1;
	return 0;
}

int when_implied(const struct form_when *when, const struct form_when *given)
{
	for (; when; when = when->next)
		if (!has_condition(given, when))
			return 0;
	return 1;
}

int when_excludes(const struct form_when *a, const struct form_when *b)
{
	for (; a; a = a->next)
		for (const struct form_when *w = b; w; w = w->next)
			if (w->test == a->test && w->negate != a->negate && !strcmp(w->at, a->at))
				return 1;
	return 0;
}

const json_t *parts_get(const struct parts *p, const struct form_when *given, const char *key)
{
	const json_t *best = NULL;
	int level = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct part *part = &p->part[i];
		const json_t *v = json_object_get(part->spot.json, key);

		if (v && (!best || part->level < level) && when_implied(part->when, given)) {
			best = v;
			level = part->level;
		}
	}
	return best;
}

static unsigned type_of_name(const char *name)
{
	static const struct {
		const char *name;
		unsigned bits;
	} names[] = {{"null", T_NULL},     {"boolean", T_BOOLEAN}, {"integer", T_INTEGER},
	             {"number", T_NUMBER}, {"string", T_STRING},   {"array", T_ARRAY},
	             {"object", T_OBJECT}};

	for (size_t i = 0; i < NITEMS(names); i++)
		if (!strcmp(names[i].name, name))
			return names[i].bits;
	return 0;
}

static unsigned types_of_word(const json_t *type)
{
	unsigned bits = 0;

	if (json_is_string(type))
		return type_of_name(json_string_value(type));
	for (size_t i = 0; i < json_array_size(type); i++) {
		const char *name = json_string_value(json_array_get(type, i));

		bits |= name ? type_of_name(name) : 0;
	}
	return bits ? bits : T_ANY;
}

unsigned type_of_value(const json_t *v)
{
	static const unsigned bits[] = {
	    [JSON_OBJECT] = T_OBJECT, [JSON_ARRAY] = T_ARRAY,   [JSON_STRING] = T_STRING,
	    [JSON_INTEGER] = T_INTEGER, [JSON_REAL] = T_REAL,   [JSON_TRUE] = T_BOOLEAN,
	    [JSON_FALSE] = T_BOOLEAN,  [JSON_NULL] = T_NULL,
	};

	return bits[json_typeof(v)];
}

unsigned parts_types(const struct parts *p, const struct form_when *given)
{
	unsigned bits = T_ANY;

	for (size_t i = 0; i < p->n; i++) {
		const json_t *type = json_object_get(p->part[i].spot.json, "type");

		if (type && when_implied(p->part[i].when, given))
			bits &= types_of_word(type);
	}
	return bits;
}

static int same_members(const json_t *a, const json_t *b)
{
	json_t *o = (json_t *)a;

	if (json_object_size(a) != json_object_size(b))
		return 0;
	for (void *it = json_object_iter(o); it; it = json_object_iter_next(o, it)) {
		const json_t *other = json_object_get(b, json_object_iter_key(it));

		if (!other || !same_value(json_object_iter_value(it), other))
			return 0;
	}
	return 1;
}

int same_value(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return number_cmp(a, b) == 0;
	if (json_typeof(a) != json_typeof(b))
		return 0;
	if (json_is_object(a))
		return same_members(a, b);
	if (!json_is_array(a))
		return json_equal(a, b);
	if (json_array_size(a) != json_array_size(b))
		return 0;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!same_value(json_array_get(a, i), json_array_get(b, i)))
			return 0;
	return 1;
}
