/* json/schema/dialect.c -- which draft and which vocabularies a $schema means. */
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/compile.h"
#include "json/schema/meta.h"

#define UNSUPPORTED "dialect not supported; use 2020-12, 2019-09, draft-07, 06 or 04"

enum { STANDARD = VOC_CORE | VOC_APPLICATOR | VOC_VALIDATION | VOC_UNEVALUATED | VOC_FORMAT |
	          VOC_META | VOC_CONTENT };
enum { METASCHEMAS_DEEP = 4 };

static const struct {
	const char *uri;
	int draft;
	unsigned bit;
} dialects[] = {
    {"https://json-schema.org/draft/2020-12/schema", SCHEMA_DRAFT_2020, D20},
    {"https://json-schema.org/draft/2019-09/schema", SCHEMA_DRAFT_2019, D19},
    {"http://json-schema.org/draft-07/schema", SCHEMA_DRAFT_7, D7},
    {"http://json-schema.org/draft-06/schema", SCHEMA_DRAFT_6, D6},
    {"http://json-schema.org/draft-04/schema", SCHEMA_DRAFT_4, D4},
};

unsigned draft_bit(int draft)
{
	size_t i;

	for (i = 0; i < NITEMS(dialects); i++)
		if (dialects[i].draft == draft)
			return dialects[i].bit;
	return 0;
}

const char *dialect_uri(unsigned draft)
{
	size_t i = 0;

	while (dialects[i].bit != draft)
		i++;
	return dialects[i].uri;
}

struct dialect dialect_standard(unsigned draft)
{
	return (struct dialect){.draft = draft, .vocabularies = STANDARD};
}

static unsigned vocabulary_by_uri(const char *uri, unsigned draft)
{
	static const struct {
		const char *name;
		unsigned draft, bits;
	} known[] = {
	    {"core", D19 | D20, VOC_CORE},
	    {"applicator", D19, VOC_APPLICATOR | VOC_UNEVALUATED},
	    {"applicator", D20, VOC_APPLICATOR},
	    {"unevaluated", D20, VOC_UNEVALUATED},
	    {"validation", D19 | D20, VOC_VALIDATION},
	    {"meta-data", D19 | D20, VOC_META},
	    {"content", D19 | D20, VOC_CONTENT},
	    {"format", D19, VOC_FORMAT},
	    {"format-annotation", D20, VOC_FORMAT},
	    {"format-assertion", D20, VOC_FORMAT | VOC_FORMAT_ASSERTION},
	};
	const char *base = draft == D19 ? "https://json-schema.org/draft/2019-09/vocab/"
	                                : "https://json-schema.org/draft/2020-12/vocab/";
	size_t i, n = strlen(base);

	for (i = 0; i < NITEMS(known); i++)
		if (known[i].draft & draft && !strncmp(uri, base, n) &&
		    !strcmp(uri + n, known[i].name))
			return known[i].bits;
	return 0;
}

static int read_vocabularies(const json_t *listed, struct dialect *d, struct err *why)
{
	json_t *obj = (json_t *)listed; /* jansson's iterators take no const */
	void *iter;

	d->vocabularies = VOC_CORE;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		unsigned bits = vocabulary_by_uri(json_object_iter_key(iter), d->draft);

		if (!bits && json_is_true(json_object_iter_value(iter)))
			return err_set(why, FAIL_INVALID, "the vocabulary %s is required but not known",
			               json_object_iter_key(iter));
		d->vocabularies |= bits;
	}
	return 0;
}

static int by_uri(struct compile *c, const char *uri, size_t n, struct dialect *out,
                  struct err *why, unsigned depth);

/* A bundled schema has its metaschema inside. */
static json_t *embedded(const struct compile *c, const char *uri)
{
	static const char *const keys[] = {"$defs", "definitions"};
	size_t i;

	for (i = 0; i < NITEMS(keys); i++) {
		json_t *defs = json_object_get(c->first, keys[i]);
		void *iter;

		for (iter = json_object_iter(defs); iter; iter = json_object_iter_next(defs, iter)) {
			json_t *doc = json_object_iter_value(iter);
			const char *id = json_string_value(json_object_get(doc, "$id"));

			if (id && !strcmp(id, uri))
				return json_incref(doc);
		}
	}
	return NULL;
}

/* A dialect of somebody's own: its metaschema says what it is. */
static int by_metaschema(struct compile *c, const char *uri, size_t n, struct dialect *out,
                         struct err *why, unsigned depth)
{
	const struct schema_options *o = c->options;
	char *name = arena_text(&c->s->arena, uri, n);
	json_t *doc = embedded(c, name);
	const json_t *own, *listed;
	int rc = -1;

	if (!doc && o->load && depth < METASCHEMAS_DEEP)
		doc = o->load(o->arg, name, why);
	if (!doc && o->partial) {
		*out = dialect_standard(D20);
		return 0;
	}
	own = json_object_get(doc, "$schema");
	listed = json_object_get(doc, "$vocabulary");
	if (json_is_string(own) && depth < METASCHEMAS_DEEP)
		rc = by_uri(c, json_string_value(own), json_string_length(own), out, why, depth + 1);
	else
		err_set(why, FAIL_INVALID, "%s", UNSUPPORTED);
	if (!rc && json_is_object(listed) && out->draft & (D19 | D20))
		rc = read_vocabularies(listed, out, why);
	json_decref(doc);
	return rc;
}

static int by_uri(struct compile *c, const char *uri, size_t n, struct dialect *out,
                  struct err *why, unsigned depth)
{
	size_t i;

	if (n && uri[n - 1] == '#')
		n--;
	for (i = 0; i < NITEMS(dialects); i++)
		if (strlen(dialects[i].uri) == n && !memcmp(dialects[i].uri, uri, n)) {
			*out = dialect_standard(dialects[i].bit);
			return 0;
		}
	return by_metaschema(c, uri, n, out, why, depth);
}

int dialect_find(struct compile *c, const json_t *uri, struct dialect *out, struct err *why)
{
	if (!json_is_string(uri))
		return err_set(why, FAIL_INVALID, "%s", UNSUPPORTED);
	return by_uri(c, json_string_value(uri), json_string_length(uri), out, why, 0);
}
