/*
 * json/schema/keyword.h -- the keywords of the five drafts; private to this folder.
 */
#ifndef JSON_SCHEMA_KEYWORD_H
#define JSON_SCHEMA_KEYWORD_H

#include <jansson.h>

struct buf;

/* JSON types as bits; TYPE_INTEGER is part of TYPE_NUMBER. */
enum {
	TYPE_NULL = 1,
	TYPE_BOOLEAN = 2,
	TYPE_INTEGER = 4,
	TYPE_NUMBER = 8,
	TYPE_STRING = 16,
	TYPE_ARRAY = 32,
	TYPE_OBJECT = 64,
	TYPE_ALL = 127
};

enum draft_bit { D4 = 1, D6 = 2, D7 = 4, D19 = 8, D20 = 16 };

enum vocabulary {
	VOC_CORE = 1,
	VOC_APPLICATOR = 2,
	VOC_VALIDATION = 4,
	VOC_UNEVALUATED = 8,
	VOC_FORMAT = 16, /* as an annotation, like the next two */
	VOC_META = 32,
	VOC_CONTENT = 64,
	VOC_FORMAT_ASSERTION = 128
};

/* Where schemas lie in a keyword's value. */
enum shape { SHAPE_NONE, SHAPE_ONE, SHAPE_LIST, SHAPE_MAP, SHAPE_ONE_OR_LIST, SHAPE_MAP_SOME };

/* What compile does with a keyword. */
enum op {
	OP_ANNOTATION, /* nothing */
	OP_DIALECT,
	OP_INDEXED, /* read when the document was indexed */
	OP_TYPE,
	OP_ENUM,
	OP_CONST,
	OP_BOUND, /* slot: enum bound */
	OP_COUNT, /* slot: enum count */
	OP_PATTERN,
	OP_FORMAT,
	OP_UNIQUE,
	OP_REQUIRED,
	OP_PROPERTIES,
	OP_PATTERN_PROPERTIES,
	OP_ADDITIONAL,
	OP_NAMES,
	OP_DEPENDENT, /* required, schemas, or either */
	OP_PREFIX,
	OP_ITEMS,
	OP_ADDITIONAL_ITEMS,
	OP_CONTAINS,
	OP_SEVERAL, /* slot: enum several */
	OP_SINGLE,  /* slot: enum single */
	OP_REF,
	OP_DYNAMIC_REF,
	OP_RECURSIVE_REF
};

enum several { ALL_OF, ANY_OF, ONE_OF };
enum single { NOT, IF, THEN, ELSE, REST_ITEMS, REST_PROPS };

struct keyword {
	const char *name;
	unsigned wants; /* types that its value may have */
	enum op op;
	unsigned slot;
	enum shape shape;
	unsigned drafts;
	unsigned vocabulary;
};

const struct keyword *keyword_find(const char *name); /* NULL when unknown */
int keyword_fits(const struct keyword *k, const json_t *value);
const char *keyword_wants(const struct keyword *k); /* "must be a string" */

/* What a member of a schema object is, before any of it is compiled. */
enum keyword_kind {
	KEYWORD_NONE,       /* unknown, or its value has the wrong type */
	KEYWORD_ANNOTATION, /* changes no verdict */
	KEYWORD_CONSTRAINT  /* may refuse an instance */
};

enum keyword_kind keyword_kind(const char *key, const json_t *value);
unsigned type_by_name(const char *name); /* 0 when unknown */
/* "a string or null" */
void types_add(struct buf *out, unsigned types);

#endif
