/* json/schema/keyword.c -- the keywords of JSON Schema and the words for its types. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/schema/node.h" /* the slots */

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

	if (wanted & TYPE_NUMBER)
		wanted &= ~(unsigned)TYPE_INTEGER;
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

enum {
	ALL = D4 | D6 | D7 | D19 | D20,
	SINCE6 = ALL & ~D4,
	SINCE7 = SINCE6 & ~D6,
	SINCE19 = D19 | D20,
	UNTIL19 = ALL & ~D20
};

/* Sorted by name. */
static const struct keyword keywords[] = {
    {"$anchor", V_STRING, OP_INDEXED, 0, SHAPE_NONE, SINCE19, VOC_CORE},
    {"$comment", V_STRING, OP_ANNOTATION, 0, SHAPE_NONE, ALL, VOC_CORE},
    {"$defs", V_OBJECT, OP_ANNOTATION, 0, SHAPE_MAP, SINCE19, VOC_CORE},
    {"$dynamicAnchor", V_STRING, OP_INDEXED, 0, SHAPE_NONE, D20, VOC_CORE},
    {"$dynamicRef", V_STRING, OP_DYNAMIC_REF, 0, SHAPE_NONE, D20, VOC_CORE},
    {"$id", V_STRING, OP_INDEXED, 0, SHAPE_NONE, SINCE6, VOC_CORE},
    {"$recursiveAnchor", V_BOOL, OP_INDEXED, 0, SHAPE_NONE, D19, VOC_CORE},
    {"$recursiveRef", V_STRING, OP_RECURSIVE_REF, 0, SHAPE_NONE, D19, VOC_CORE},
    {"$ref", V_STRING, OP_REF, 0, SHAPE_NONE, ALL, VOC_CORE},
    {"$schema", V_STRING, OP_DIALECT, 0, SHAPE_NONE, ALL, VOC_CORE},
    {"$vocabulary", V_OBJECT, OP_INDEXED, 0, SHAPE_NONE, SINCE19, VOC_CORE},
    {"additionalItems", V_SCHEMA, OP_ADDITIONAL_ITEMS, 0, SHAPE_ONE, UNTIL19, VOC_APPLICATOR},
    {"additionalProperties", V_SCHEMA, OP_ADDITIONAL, 0, SHAPE_ONE, ALL, VOC_APPLICATOR},
    {"allOf", V_ARRAY, OP_SEVERAL, ALL_OF, SHAPE_LIST, ALL, VOC_APPLICATOR},
    {"anyOf", V_ARRAY, OP_SEVERAL, ANY_OF, SHAPE_LIST, ALL, VOC_APPLICATOR},
    {"const", V_ANY, OP_CONST, 0, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"contains", V_SCHEMA, OP_CONTAINS, 0, SHAPE_ONE, SINCE6, VOC_APPLICATOR},
    {"contentEncoding", V_STRING, OP_ANNOTATION, 0, SHAPE_NONE, SINCE7, VOC_CONTENT},
    {"contentMediaType", V_STRING, OP_ANNOTATION, 0, SHAPE_NONE, SINCE7, VOC_CONTENT},
    {"contentSchema", V_SCHEMA, OP_ANNOTATION, 0, SHAPE_ONE, SINCE19, VOC_CONTENT},
    {"default", V_ANY, OP_ANNOTATION, 0, SHAPE_NONE, ALL, VOC_META},
    {"definitions", V_OBJECT, OP_ANNOTATION, 0, SHAPE_MAP, ALL, VOC_CORE},
    {"dependencies", V_OBJECT, OP_DEPENDENT, 0, SHAPE_MAP_SOME, ALL, VOC_APPLICATOR},
    {"dependentRequired", V_OBJECT, OP_DEPENDENT, 0, SHAPE_NONE, SINCE19, VOC_VALIDATION},
    {"dependentSchemas", V_OBJECT, OP_DEPENDENT, 0, SHAPE_MAP, SINCE19, VOC_APPLICATOR},
    {"deprecated", V_BOOL, OP_ANNOTATION, 0, SHAPE_NONE, SINCE19, VOC_META},
    {"description", V_STRING, OP_ANNOTATION, 0, SHAPE_NONE, ALL, VOC_META},
    {"else", V_SCHEMA, OP_SINGLE, ELSE, SHAPE_ONE, SINCE7, VOC_APPLICATOR},
    {"enum", V_ARRAY, OP_ENUM, 0, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"examples", V_ARRAY, OP_ANNOTATION, 0, SHAPE_NONE, SINCE6, VOC_META},
    {"exclusiveMaximum", V_NUMBER | V_BOOL, OP_BOUND, B_BELOW, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"exclusiveMinimum", V_NUMBER | V_BOOL, OP_BOUND, B_ABOVE, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"format", V_STRING, OP_FORMAT, 0, SHAPE_NONE, ALL, VOC_FORMAT},
    {"if", V_SCHEMA, OP_SINGLE, IF, SHAPE_ONE, SINCE7, VOC_APPLICATOR},
    {"items", V_SCHEMA | V_ARRAY, OP_ITEMS, 0, SHAPE_ONE_OR_LIST, ALL, VOC_APPLICATOR},
    {"maxContains", V_NUMBER, OP_COUNT, C_MAX_CONTAINS, SHAPE_NONE, SINCE19, VOC_VALIDATION},
    {"maxItems", V_NUMBER, OP_COUNT, C_MAX_ITEMS, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"maxLength", V_NUMBER, OP_COUNT, C_MAX_LEN, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"maxProperties", V_NUMBER, OP_COUNT, C_MAX_PROPS, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"maximum", V_NUMBER, OP_BOUND, B_MAX, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"minContains", V_NUMBER, OP_COUNT, C_MIN_CONTAINS, SHAPE_NONE, SINCE19, VOC_VALIDATION},
    {"minItems", V_NUMBER, OP_COUNT, C_MIN_ITEMS, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"minLength", V_NUMBER, OP_COUNT, C_MIN_LEN, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"minProperties", V_NUMBER, OP_COUNT, C_MIN_PROPS, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"minimum", V_NUMBER, OP_BOUND, B_MIN, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"multipleOf", V_NUMBER, OP_BOUND, B_MULTIPLE, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"not", V_SCHEMA, OP_SINGLE, NOT, SHAPE_ONE, ALL, VOC_APPLICATOR},
    {"oneOf", V_ARRAY, OP_SEVERAL, ONE_OF, SHAPE_LIST, ALL, VOC_APPLICATOR},
    {"pattern", V_STRING, OP_PATTERN, 0, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"patternProperties", V_OBJECT, OP_PATTERN_PROPERTIES, 0, SHAPE_MAP, ALL, VOC_APPLICATOR},
    {"prefixItems", V_ARRAY, OP_PREFIX, 0, SHAPE_LIST, D20, VOC_APPLICATOR},
    {"properties", V_OBJECT, OP_PROPERTIES, 0, SHAPE_MAP, ALL, VOC_APPLICATOR},
    {"propertyNames", V_SCHEMA, OP_NAMES, 0, SHAPE_ONE, SINCE6, VOC_APPLICATOR},
    {"readOnly", V_BOOL, OP_ANNOTATION, 0, SHAPE_NONE, SINCE7, VOC_META},
    {"required", V_ARRAY, OP_REQUIRED, 0, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"then", V_SCHEMA, OP_SINGLE, THEN, SHAPE_ONE, SINCE7, VOC_APPLICATOR},
    {"title", V_STRING, OP_ANNOTATION, 0, SHAPE_NONE, ALL, VOC_META},
    {"type", V_STRING | V_ARRAY, OP_TYPE, 0, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"unevaluatedItems", V_SCHEMA, OP_SINGLE, REST_ITEMS, SHAPE_ONE, SINCE19, VOC_UNEVALUATED},
    {"unevaluatedProperties", V_SCHEMA, OP_SINGLE, REST_PROPS, SHAPE_ONE, SINCE19, VOC_UNEVALUATED},
    {"uniqueItems", V_BOOL, OP_UNIQUE, 0, SHAPE_NONE, ALL, VOC_VALIDATION},
    {"writeOnly", V_BOOL, OP_ANNOTATION, 0, SHAPE_NONE, SINCE7, VOC_META},
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
	if (k->op == OP_ANNOTATION || k->op == OP_DIALECT || k->op == OP_INDEXED ||
	    k->op == OP_FORMAT)
		return KEYWORD_ANNOTATION;
	return KEYWORD_CONSTRAINT;
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
