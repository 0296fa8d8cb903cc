/* model/form/form_describe.c -- the fields as data. */
#include "model/form/form_p.h"

#include "json/js.h"

static json_t *choices(const struct form_field *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->nchoices; i++) {
		json_t *c = json_object();

		js_set_copy(c, "value", f->choices[i].value);
		js_set_str(c, "title", f->choices[i].title);
		js_set_str(c, "description", f->choices[i].description);
		json_array_append_new(list, c);
	}
	return list;
}

static json_t *when_texts(const struct form_when *when)
{
	json_t *list = json_array();

	for (; when; when = when->next)
		json_array_append_new(list, json_string(when->text));
	return list;
}

static json_t *need_texts(const struct need *need)
{
	json_t *list = json_array();

	for (; need; need = need->next)
		json_array_append_new(list, when_texts(need->when));
	return list;
}

static void set_flag(json_t *o, const char *key, int on)
{
	if (on)
		js_set_new(o, key, json_true());
}

static void set_range(json_t *o, const char *min, size_t low, const char *max, size_t high)
{
	if (low)
		js_set_int(o, min, (int64_t)low);
	if (high != SIZE_MAX)
		js_set_int(o, max, (int64_t)high);
}

static json_t *describe(const struct form_field *f)
{
	json_t *o = json_object();

	js_set_str(o, "path", f->path);
	js_set_str(o, "kind", form_kind_names[f->kind]);
	js_set_str(o, "label", f->label);
	js_set_new(o, "required", json_boolean(f->required));
	if (inside(f)->need)
		js_set_new(o, "requiredWhen", need_texts(inside(f)->need));
	if (f->when)
		js_set_new(o, "when", when_texts(f->when));
	js_set_str(o, "description", f->description);
	js_set_str(o, "hint", f->hint);
	if (f->nchoices)
		js_set_new(o, "choices", choices(f));
	set_flag(o, "decision", f->decision);
	set_flag(o, "nullable", f->nullable);
	set_flag(o, "deprecated", f->deprecated);
	if (f->kind == FORM_FIXED)
		js_set_copy(o, "value", f->fallback);
	else
		js_set_copy(o, "default", f->fallback);
	js_set_copy(o, "examples", f->examples);
	set_range(o, "minLength", f->min_len, "maxLength", f->max_len);
	set_range(o, "minItems", f->min_items, "maxItems", f->max_items);
	set_flag(o, "uniqueItems", f->unique);
	js_set_copy(o, "minimum", f->low);
	js_set_copy(o, "maximum", f->high);
	js_set_copy(o, "multipleOf", inside(f)->step);
	js_set_str(o, "pattern", inside(f)->pattern);
	js_set_str(o, "format", f->format);
	return o;
}

static void add(json_t *list, const struct form_field *f)
{
	json_array_append_new(list, describe(f));
	for (size_t i = 0; i < f->nchild; i++)
		add(list, f->child[i]);
}

json_t *form_describe(const struct form *f)
{
	json_t *list = json_array();

	add(list, &f->root->f);
	return list;
}
