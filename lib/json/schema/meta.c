/* json/schema/meta.c -- find a metaschema by its URI, and check schemas by it. */
#include "json/schema/meta.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/compile.h"

const char *meta_find(const char *uri)
{
	const struct meta *m;

	for (m = metas; m->uri; m++)
		if (!strcmp(m->uri, uri))
			return m->text;
	return NULL;
}

/* Is there a $schema below the top? */
static int is_mixed(const json_t *v, int top)
{
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	void *iter;
	size_t i;

	if (!top && json_object_get(v, "$schema"))
		return 1;
	for (i = 0; i < json_array_size(v); i++)
		if (is_mixed(json_array_get(v, i), 0))
			return 1;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter))
		if (is_mixed(json_object_iter_value(iter), 0))
			return 1;
	return 0;
}

size_t schema_check(const json_t *doc, int draft, struct schema_errors *errors)
{
	const char *own = json_string_value(json_object_get(doc, "$schema"));
	const char *uri = own ? own : dialect_uri(draft_bit(draft ? draft : SCHEMA_DRAFT_2020));
	size_t n = strlen(uri);
	char *plain = mem_strndup(uri, n && uri[n - 1] == '#' ? n - 1 : n);
	struct schema *meta = NULL;
	struct err err = ERR_INIT;
	json_t *refers;

	if (meta_find(plain) && !is_mixed(doc, 1)) {
		refers = json_object();
		js_set_str(refers, "$ref", plain);
		meta = schema_compile(refers, &err);
		json_decref(refers);
	}
	free(plain);
	n = meta ? schema_validate(meta, doc, errors) : 0;
	schema_free(meta);
	return n;
}
