/* json/schema/expand.c -- the shorthand {"notes":"string"} becomes a schema. */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/near.h"
#include "json/js.h"
#include "json/schema/keyword.h"
#include "json/schema/value.h"
#include "json/schema/schema.h"

#define NOTHING "schema constrains nothing: it has no keyword that does"

static json_t *expand_object(const json_t *doc, const struct path *at, struct err *err);

static json_t *refuse(const struct path *at, struct err *err, const char *what, const char *more)
{
	struct buf where = BUF_INIT;

	path_add(&where, at);
	err_field(err, FAIL_INVALID, buf_str(&where), "%s%s", what, more);
	buf_release(&where);
	return NULL;
}

/* The strongest kind among the members of ${doc}.  A field called "pattern" in a
 * shorthand does not make it a schema that accepts every object. */
static enum keyword_kind strongest(const json_t *doc)
{
	json_t *obj = (json_t *)doc; /* jansson's iterators take no const */
	enum keyword_kind best = KEYWORD_NONE;
	void *iter;

	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		const char *key = json_object_iter_key(iter);
		const json_t *v = json_object_iter_value(iter);
		enum keyword_kind kind = keyword_kind(key, v);

		if (!strcmp(key, "pattern") && json_is_string(v) &&
		    type_by_name(json_string_value(v)))
			kind = KEYWORD_ANNOTATION;
		if (kind > best)
			best = kind;
	}
	return best;
}

static json_t *new_object(void)
{
	json_t *v = json_object();

	if (!v)
		mem_oom();
	return v;
}

static json_t *typed(const char *type)
{
	json_t *v = new_object();

	js_set_str(v, "type", type);
	return v;
}

static json_t *refuse_word(const char *word, const struct path *at, struct err *err)
{
	static const char *const words[] = {"string", "number", "integer", "boolean",
	                                    "object", "array",  "null"};
	struct buf hint = BUF_INIT;
	struct near near;
	size_t i;

	near_init(&near, word);
	for (i = 0; i < NITEMS(words); i++)
		near_offer(&near, words[i]);
	near_add(&near, &hint);
	if (!near.n)
		buf_adds(&hint, "; known are string, number, integer, boolean, object, "
		                "array, null");
	refuse(at, err, "unknown type word", buf_str(&hint));
	buf_release(&hint);
	return NULL;
}

/* "string", "string[]", "string?", "string[]?" */
static json_t *expand_word(const char *text, int *optional, const struct path *at,
                           struct err *err)
{
	size_t n = strlen(text);
	char word[16];
	int list;
	json_t *v;

	*optional = n > 0 && text[n - 1] == '?';
	n -= (size_t)*optional;
	list = n > 2 && !memcmp(text + n - 2, "[]", 2);
	n -= list ? 2 : 0;
	if (n >= sizeof(word))
		return refuse_word(text, at, err);
	memcpy(word, text, n);
	word[n] = '\0';
	if (!type_by_name(word))
		return refuse_word(word, at, err);
	if (!list)
		return typed(word);
	v = typed("array");
	js_set_new(v, "items", typed(word));
	return v;
}

static json_t *expand_member(const json_t *v, int *optional, const struct path *at,
                             struct err *err)
{
	*optional = 0;
	if (json_is_string(v))
		return expand_word(json_string_value(v), optional, at, err);
	if (!json_is_object(v))
		return refuse(at, err, NOTHING, "");
	if (strongest(v) != KEYWORD_NONE)
		return refuse(at, err, "mixes shorthand with JSON Schema", "");
	return expand_object(v, at, err);
}

static json_t *expand_object(const json_t *doc, const struct path *at, struct err *err)
{
	json_t *obj = (json_t *)doc, *out, *props = new_object(), *required = json_array();
	void *iter;

	if (!required)
		mem_oom();
	out = typed("object");
	js_set_new(out, "properties", props);
	js_set_new(out, "required", required);
	js_set_new(out, "additionalProperties", json_false());
	if (!json_object_size(doc)) {
		json_decref(out);
		return refuse(at, err, NOTHING, "");
	}
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		struct path member = {.up = at, .key = json_object_iter_key(iter)};
		int optional;
		json_t *v = expand_member(json_object_iter_value(iter), &optional, &member, err);

		if (!v) {
			json_decref(out);
			return NULL;
		}
		js_set_new(props, member.key, v);
		if (!optional && json_array_append_new(required, json_string(member.key)))
			mem_oom();
	}
	return out;
}

json_t *schema_expand(const json_t *doc, struct err *err)
{
	struct path root = {.up = NULL};
	json_t *out, *full;

	if (json_is_object(doc) && json_object_size(doc)) {
		switch (strongest(doc)) {
		case KEYWORD_CONSTRAINT:
			return json_incref((json_t *)doc);
		case KEYWORD_ANNOTATION:
			return refuse(&root, err, NOTHING, "");
		default:
			break;
		}
	} else if (json_is_object(doc) || json_is_boolean(doc)) {
		return json_incref((json_t *)doc); /* {}, true, false: meant as they are */
	} else {
		return refuse(&root, err, "a schema is an object", "");
	}
	out = expand_object(doc, &root, err);
	if (!out)
		return NULL;
	full = new_object();
	js_set_str(full, "$schema", "https://json-schema.org/draft/2020-12/schema");
	if (json_object_update(full, out))
		mem_oom();
	json_decref(out);
	return full;
}
