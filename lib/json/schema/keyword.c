/* json/schema/keyword.c -- the keywords of JSON Schema and the words for its types. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/schema/node.h"

static const struct {
	const char *name;
	unsigned bit;
	const char *text;
} types[] = {
    {"string", TYPE_STRING, "a string"},    {"number", TYPE_NUMBER, "a number"},
    {"integer", TYPE_INTEGER, "an integer"}, {"boolean", TYPE_BOOLEAN, "true or false"},
    {"object", TYPE_OBJECT, "an object"},   {"array", TYPE_ARRAY, "a list"},
    {"null", TYPE_NULL, "null"},
};

unsigned type_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < NITEMS(types); i++)
		if (!strcmp(types[i].name, name))
			return types[i].bit;
	return 0;
}

void types_add(struct buf *out, unsigned wanted)
{
	size_t i;
	int n = 0;

	for (i = 0; i < NITEMS(types); i++)
		if (wanted & types[i].bit)
			buf_addf(out, "%s%s", n++ ? " or " : "", types[i].text);
}

/* Types that a keyword's value may have. */
enum {
	V_NULL = 1, V_BOOL = 2, V_NUMBER = 8, V_STRING = 16, V_ARRAY = 32, V_OBJECT = 64,
	V_SCHEMA = V_OBJECT | V_BOOL,
	V_ANY = 127
};

/* Sorted by name. */
static const struct keyword keywords[] = {
    {"$anchor", V_STRING, OP_ANNOTATION, 0},
    {"$comment", V_STRING, OP_ANNOTATION, 0},
    {"$defs", V_OBJECT, OP_ANNOTATION, 0},
    {"$dynamicAnchor", V_STRING, OP_ANNOTATION, 0},
    {"$dynamicRef", V_STRING, OP_REFUSED, 0},
    {"$id", V_STRING, OP_ANNOTATION, 0},
    {"$recursiveAnchor", V_BOOL, OP_ANNOTATION, 0},
    {"$recursiveRef", V_STRING, OP_REFUSED, 0},
    {"$ref", V_STRING, OP_REFUSED, 0},
    {"$schema", V_STRING, OP_DIALECT, 0},
    {"$vocabulary", V_OBJECT, OP_REFUSED, 0},
    {"additionalItems", V_SCHEMA, OP_REFUSED, 0},
    {"additionalProperties", V_SCHEMA, OP_ADDITIONAL, 0},
    {"allOf", V_ARRAY, OP_REFUSED, 0},
    {"anyOf", V_ARRAY, OP_REFUSED, 0},
    {"const", V_ANY, OP_CONST, 0},
    {"contains", V_SCHEMA, OP_REFUSED, 0},
    {"contentEncoding", V_STRING, OP_ANNOTATION, 0},
    {"contentMediaType", V_STRING, OP_ANNOTATION, 0},
    {"contentSchema", V_SCHEMA, OP_ANNOTATION, 0},
    {"default", V_ANY, OP_ANNOTATION, 0},
    {"definitions", V_OBJECT, OP_ANNOTATION, 0},
    {"dependencies", V_OBJECT, OP_REFUSED, 0},
    {"dependentRequired", V_OBJECT, OP_REFUSED, 0},
    {"dependentSchemas", V_OBJECT, OP_REFUSED, 0},
    {"deprecated", V_BOOL, OP_ANNOTATION, 0},
    {"description", V_STRING, OP_ANNOTATION, 0},
    {"else", V_SCHEMA, OP_REFUSED, 0},
    {"enum", V_ARRAY, OP_ENUM, 0},
    {"examples", V_ARRAY, OP_ANNOTATION, 0},
    {"exclusiveMaximum", V_NUMBER | V_BOOL, OP_BOUND, B_BELOW},
    {"exclusiveMinimum", V_NUMBER | V_BOOL, OP_BOUND, B_ABOVE},
    {"format", V_STRING, OP_ANNOTATION, 0},
    {"if", V_SCHEMA, OP_REFUSED, 0},
    {"items", V_SCHEMA | V_ARRAY, OP_ITEMS, 0},
    {"maxContains", V_NUMBER, OP_REFUSED, 0},
    {"maxItems", V_NUMBER, OP_COUNT, C_MAX_ITEMS},
    {"maxLength", V_NUMBER, OP_COUNT, C_MAX_LEN},
    {"maxProperties", V_NUMBER, OP_COUNT, C_MAX_PROPS},
    {"maximum", V_NUMBER, OP_BOUND, B_MAX},
    {"minContains", V_NUMBER, OP_REFUSED, 0},
    {"minItems", V_NUMBER, OP_COUNT, C_MIN_ITEMS},
    {"minLength", V_NUMBER, OP_COUNT, C_MIN_LEN},
    {"minProperties", V_NUMBER, OP_COUNT, C_MIN_PROPS},
    {"minimum", V_NUMBER, OP_BOUND, B_MIN},
    {"multipleOf", V_NUMBER, OP_BOUND, B_MULTIPLE},
    {"not", V_SCHEMA, OP_REFUSED, 0},
    {"oneOf", V_ARRAY, OP_REFUSED, 0},
    {"pattern", V_STRING, OP_PATTERN, 0},
    {"patternProperties", V_OBJECT, OP_REFUSED, 0},
    {"prefixItems", V_ARRAY, OP_REFUSED, 0},
    {"properties", V_OBJECT, OP_PROPERTIES, 0},
    {"propertyNames", V_SCHEMA, OP_REFUSED, 0},
    {"readOnly", V_BOOL, OP_ANNOTATION, 0},
    {"required", V_ARRAY, OP_REQUIRED, 0},
    {"then", V_SCHEMA, OP_REFUSED, 0},
    {"title", V_STRING, OP_ANNOTATION, 0},
    {"type", V_STRING | V_ARRAY, OP_TYPE, 0},
    {"unevaluatedItems", V_SCHEMA, OP_REFUSED, 0},
    {"unevaluatedProperties", V_SCHEMA, OP_REFUSED, 0},
    {"uniqueItems", V_BOOL, OP_UNIQUE, 0},
    {"writeOnly", V_BOOL, OP_ANNOTATION, 0},
};

static int keyword_order(const void *key, const void *row)
{
	return strcmp(key, ((const struct keyword *)row)->name);
}

const struct keyword *keyword_find(const char *name)
{
	return bsearch(name, keywords, NITEMS(keywords), sizeof(keywords[0]), keyword_order);
}

int keyword_fits(const struct keyword *k, const json_t *v)
{
	static const unsigned bits[] = {
	    [JSON_OBJECT] = V_OBJECT, [JSON_ARRAY] = V_ARRAY, [JSON_STRING] = V_STRING,
	    [JSON_INTEGER] = V_NUMBER, [JSON_REAL] = V_NUMBER, [JSON_TRUE] = V_BOOL,
	    [JSON_FALSE] = V_BOOL, [JSON_NULL] = V_NULL,
	};

	return (bits[json_typeof(v)] & k->wants) != 0;
}

static int type_words(const json_t *v)
{
	size_t i;

	if (json_is_string(v))
		return type_by_name(json_string_value(v)) != 0;
	for (i = 0; i < json_array_size(v); i++)
		if (!json_is_string(json_array_get(v, i)) || !type_words(json_array_get(v, i)))
			return 0;
	return 1;
}

enum keyword_kind keyword_kind(const char *key, const json_t *value)
{
	const struct keyword *k = keyword_find(key);

	if (!k || !keyword_fits(k, value) || (k->op == OP_TYPE && !type_words(value)))
		return KEYWORD_NONE;
	return k->op == OP_ANNOTATION || k->op == OP_DIALECT ? KEYWORD_ANNOTATION
	                                                     : KEYWORD_CONSTRAINT;
}

const char *keyword_wants(const struct keyword *k)
{
	switch (k->wants) {
	case V_STRING:
		return "must be a string";
	case V_NUMBER:
		return "must be a number";
	case V_ARRAY:
		return "must be a list";
	case V_OBJECT:
		return "must be an object";
	case V_BOOL:
		return "must be true or false";
	case V_SCHEMA:
	case V_SCHEMA | V_ARRAY:
		return "must be a schema";
	case V_STRING | V_ARRAY:
		return "must be a type's name or a list of them";
	default:
		return "must be a number or, in draft-04, true or false";
	}
}
