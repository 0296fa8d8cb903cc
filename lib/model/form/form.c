/* model/form/form.c -- a form: made, freed, and asked about its fields. */
#include "model/form/form_p.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/decimal.h"
#include "json/js.h"

const char *const form_kind_names[FORM_KINDS] = {
    "section", "list", "choice", "choices", "boolean", "integer",
    "number",  "string", "text", "variant", "fixed",   "json",
};

json_t *form_keep_new(struct form *f, json_t *v)
{
	struct kept *k;

	if (!v)
		mem_oom();
	k = arena_alloc(&f->arena, sizeof(*k));
	k->json = v;
	k->next = f->kept;
	f->kept = k;
	return v;
}

static void build(struct form *f, const json_t *schema, const struct schema_options *options)
{
	struct build b = {.form = f, .options = options, .budget = TEST_BUDGET};
	struct place root = {.path = ""};
	struct parts p = {.n = 0};
	struct spot spot;

	root.required = 1;
	spot_begin(&b, schema, &spot);
	gather(&b, &spot, "", NULL, &p);
	p.never = 0; /* nothing is allowed: then JSON, and the validator says so */
	f->root = build_field(&b, &root, &p);
	spot_end(&b);
}

struct form *form_new(const json_t *schema, const struct schema_options *options, struct err *err)
{
	static const struct schema_options plain = {.draft = SCHEMA_DRAFT_2020};
	struct schema *compiled;
	struct form *f;

	options = options ? options : &plain;
	compiled = schema_compile_with(schema, options, err);
	if (!compiled)
		return NULL;
	f = mem_alloc(sizeof(*f));
	f->schema = compiled;
	build(f, schema, options);
	return f;
}

void form_free(struct form *f)
{
	if (!f)
		return;
	for (struct kept *k = f->kept; k; k = k->next) {
		json_decref(k->json);
		schema_free(k->test);
	}
	schema_free(f->schema);
	arena_release(&f->arena);
	free(f);
}

const struct form_field *form_root(const struct form *f)
{
	return &f->root->f;
}

/* ---- fields and values ---- */

static int is_one_of(const struct form_field *f, const json_t *v)
{
	for (size_t i = 0; i < f->nchoices; i++)
		if (same_value(f->choices[i].value, v))
			return 1;
	return 0;
}

static int all_of_choices(const struct form_field *f, const json_t *v)
{
	for (size_t i = 0; i < json_array_size(v); i++)
		if (!is_one_of(f, json_array_get(v, i)))
			return 0;
	return 1;
}

static int is_whole(const json_t *v)
{
	struct decimal d;

	if (!json_is_number(v))
		return 0;
	decimal_of_json(&d, v);
	return d.exp >= 0;
}

int field_takes(const struct form_field *f, const json_t *v)
{
	if (json_is_null(v) && f->nullable)
		return 1;
	switch (f->kind) {
	case FORM_SECTION:
		return json_is_object(v);
	case FORM_LIST:
		return json_is_array(v);
	case FORM_CHOICE:
		return is_one_of(f, v);
	case FORM_CHOICES:
		return json_is_array(v) && all_of_choices(f, v);
	case FORM_BOOLEAN:
		return json_is_boolean(v);
	case FORM_INTEGER:
		return is_whole(v);
	case FORM_NUMBER:
		return json_is_number(v);
	case FORM_STRING:
	case FORM_TEXT:
		return json_is_string(v);
	case FORM_FIXED:
		return f->fallback && same_value(f->fallback, v);
	case FORM_VARIANT:
		for (size_t i = 0; i < f->nchild; i++)
			if (field_takes(f->child[i], v))
				return 1;
		return 0;
	default:
		return (inside(f)->types & type_of_value(v)) != 0;
	}
}

const struct field *field_member(const struct form_field *section, const char *key)
{
	const struct field *found = NULL;

	for (size_t i = 0; i < section->nchild; i++) {
		const struct form_field *c = section->child[i];

		if (c->key && !strcmp(c->key, key) && (!found || !c->when))
			found = inside(c);
	}
	return found;
}

const struct field *list_item(const struct form_field *list, size_t index)
{
	size_t fixed = list->nchild - (list->repeats ? 1 : 0);

	if (list->kind != FORM_LIST || !list->nchild)
		return NULL;
	if (index < fixed)
		return inside(list->child[index]);
	return list->repeats ? inside(list->child[fixed]) : NULL;
}

/* ---- variants ---- */

static int is_nothing(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_object(v) && !json_object_size(v));
}

/* How well the members of ${v} fit; -1: a constant says that it is another. */
static long score_members(const struct form_field *section, const json_t *v)
{
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	long score = 0;

	for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
		const struct field *m = field_member(section, json_object_iter_key(it));
		const json_t *value = json_object_iter_value(it);

		if (!m)
			continue;
		if (m->constant && !same_value(m->f.fallback, value))
			return -1;
		score += m->constant ? 1000 : 2;
	}
	return score;
}

static long score(const struct form_field *variant, const struct form_field *one, const json_t *v)
{
	int from_above = inside(variant)->from_above;
	long n;

	if (one->kind == FORM_VARIANT) {
		int i = form_variant_at(one, v);

		return i < 0 ? (field_takes(one, v) ? 1 : -1) : score(one, one->child[i], v);
	}
	if (!field_takes(one, v))
		return -1;
	n = one->kind == FORM_SECTION ? score_members(one, v) : one->kind == FORM_JSON ? 0 : 2;
	if (n < 0)
		return -1;
	/* beside other members nearly everything fits something that requires nothing */
	if ((n > 0 || !from_above) && schema_validate(inside(one)->test, v, NULL) == 0)
		n += 100;
	return n;
}

int form_variant_at(const struct form_field *variant, const json_t *value)
{
	long best = -1;
	size_t ties = 0;
	int at = -1;

	if (!value || (is_nothing(value) && variant->nchild > 1))
		return -1;
	for (size_t i = 0; i < variant->nchild; i++) {
		long n = score(variant, variant->child[i], value);

		if (n < 0 || n < best)
			continue;
		ties = n == best ? ties + 1 : 0;
		if (n > best)
			at = (int)i;
		best = n;
	}
	if (at < 0 || (best == 0 && (ties || inside(variant)->from_above)))
		return -1;
	return at;
}

static json_t *begin_section(const struct form_field *f)
{
	json_t *v = json_object();

	for (size_t i = 0; i < f->nchild; i++)
		if (f->child[i]->kind == FORM_FIXED && f->child[i]->fallback && f->child[i]->key)
			js_set_new(v, f->child[i]->key, json_deep_copy(f->child[i]->fallback));
	return v;
}

static json_t *begin_number(const struct form_field *f)
{
	if (f->low && json_number_value(f->low) > 0)
		return json_deep_copy(f->low);
	if (f->high && json_number_value(f->high) < 0)
		return json_deep_copy(f->high);
	return json_integer(0);
}

static json_t *begin(const struct form_field *f)
{
	unsigned types = inside(f)->types;

	switch (f->kind) {
	case FORM_SECTION:
		return begin_section(f);
	case FORM_LIST:
	case FORM_CHOICES:
		return json_array();
	case FORM_CHOICE:
		return json_deep_copy(f->choices[0].value);
	case FORM_BOOLEAN:
		return json_false();
	case FORM_INTEGER:
	case FORM_NUMBER:
		return begin_number(f);
	case FORM_STRING:
	case FORM_TEXT:
		return json_string("");
	case FORM_VARIANT:
		return form_variant_new(f, 0);
	case FORM_FIXED:
		return f->fallback ? json_deep_copy(f->fallback) : json_null();
	default:
		return types & T_OBJECT ? json_object() : types & T_ARRAY ? json_array() : json_null();
	}
}

/* Only a member of its own tells this alternative from the others. */
static void mark(const struct form_field *variant, size_t i, json_t *v)
{
	const struct form_field *one = variant->child[i];

	for (int required = 1; required >= 0; required--)
		for (size_t k = 0; k < one->nchild; k++) {
			const struct form_field *m = one->child[k];

			if (!m->key || m->required != required || json_object_get(v, m->key))
				continue;
			js_set_new(v, m->key, json_null());
			if (form_variant_at(variant, v) == (int)i)
				return;
			json_object_del(v, m->key);
		}
}

json_t *form_variant_new(const struct form_field *variant, size_t i)
{
	json_t *v = begin(variant->child[i]);

	if (json_is_object(v) && variant->child[i]->kind == FORM_SECTION &&
	    form_variant_at(variant, v) != (int)i)
		mark(variant, i, v);
	return v;
}
