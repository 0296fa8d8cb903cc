/* model/form/form_variant.c -- oneOf and anyOf of unlike things: choose first, then fill in. */
#include "model/form/form_p.h"

#include <string.h>

#include "base/buf.h"
#include "json/js.h"

json_t *pin_of(const json_t *member)
{
	static const char *const keys[] = {"const", "enum"};

	for (size_t i = 0; i < 2; i++) {
		json_t *v = json_object_get(member, keys[i]), *pin;

		if (!v || (i == 1 && (!json_array_size(v) || json_array_size(v) > 20)))
			continue;
		pin = json_object();
		js_set_new(pin, keys[i], json_deep_copy(v));
		return pin;
	}
	return NULL;
}

static int is_choice(struct build *b, const struct spot *member, const char *path)
{
	struct parts p = {.n = 0};
	struct choices c = {.n = 0};
	int yes;

	gather(b, member, path, NULL, &p);
	choices_enum(b, &p, NULL, &c);
	yes = (c.known && c.n > 1) || parts_types(&p, NULL) == T_BOOLEAN ||
	      (p.ngroups == 1 && choices_group(b, &p.group[0], path, &c));
	parts_release(&p);
	return yes;
}

static int is_pinned(struct build *b, const struct group *g, size_t i, const char *path,
                     const char *key)
{
	struct parts p = {.n = 0};
	struct spot alt, member;
	json_t *pin = NULL;

	spot_below(b, &g->spot, g->key, NULL, i, &alt);
	gather(b, &alt, path, NULL, &p);
	if (parts_member(b, &p, key, &member))
		pin = pin_of(member.json);
	parts_release(&p);
	json_decref(pin);
	return pin != NULL;
}

static int all_pin(struct build *b, const struct group *g, const char *path, const char *key)
{
	for (size_t i = 1; i < g->n; i++)
		if (!is_pinned(b, g, i, path, key))
			return 0;
	return 1;
}

static const char *pin_among(struct build *b, const struct group *g, const struct parts *p,
                             const struct parts *first, const char *path, int of_choice)
{
	for (size_t i = 0; i < first->n; i++) {
		json_t *props = json_object_get(first->part[i].spot.json, "properties");

		if (first->part[i].when)
			continue;
		for (void *it = json_object_iter(props); it; it = json_object_iter_next(props, it)) {
			const char *key = json_object_iter_key(it);
			json_t *pin = pin_of(json_object_iter_value(it));
			struct spot member;
			int choice = parts_member(b, p, key, &member) && is_choice(b, &member, path);

			json_decref(pin);
			if (pin && choice == of_choice && all_pin(b, g, path, key))
				return key;
		}
	}
	return NULL;
}

const char *group_pin(struct build *b, const struct group *g, const struct parts *p,
                      const char *path, int of_choice)
{
	struct parts first = {.n = 0};
	struct spot alt;
	const char *key;

	spot_below(b, &g->spot, g->key, NULL, 0, &alt);
	gather(b, &alt, path, NULL, &first);
	key = pin_among(b, g, p, &first, path, of_choice);
	parts_release(&first);
	return key;
}

/* ---- the alternatives ---- */

static const char *kind_word(const struct field *f)
{
	static const char *const words[FORM_KINDS] = {
	    [FORM_SECTION] = "Several fields", [FORM_LIST] = "A list", [FORM_CHOICE] = "A choice",
	    [FORM_CHOICES] = "Several choices", [FORM_BOOLEAN] = "Yes or no",
	    [FORM_INTEGER] = "A whole number", [FORM_NUMBER] = "A number", [FORM_STRING] = "Text",
	    [FORM_TEXT] = "Text", [FORM_VARIANT] = "One of several", [FORM_FIXED] = "A fixed value",
	    [FORM_JSON] = "JSON"};

	return words[f->f.kind];
}

/* Without a title: the constant that marks it, the name it is referred to by, or what it is. */
static void label_of(struct build *b, struct field *f, const struct spot *alt)
{
	const char *ref = json_string_value(json_object_get(alt->json, "$ref"));
	const char *slash = ref ? strrchr(ref, '/') : NULL;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < f->f.nchild && !text.len; i++)
		if (inside(f->f.child[i])->constant && json_string_length(f->f.child[i]->fallback))
			words_of_key(&text, json_string_value(f->f.child[i]->fallback));
	if (!text.len && slash && slash[1])
		words_of_key(&text, slash + 1);
	for (size_t i = 0; i < f->f.nchild && !text.len; i++)
		if (f->f.child[i]->required)
			buf_addf(&text, "With %s", f->f.child[i]->label);
	if (!text.len)
		buf_adds(&text, kind_word(f));
	f->f.label = keep_text(b->form, buf_str(&text));
	if (*f->f.label >= 'a' && *f->f.label <= 'z')
		*f->f.label = (char)(*f->f.label & ~32);
	buf_release(&text);
}

/* Two of one name cannot be told apart in a list. */
static void number_labels(struct build *b, struct field *f)
{
	for (size_t i = 0; i < f->f.nchild; i++) {
		size_t same = 1;

		for (size_t k = 0; k < i; k++)
			same += !strcmp(f->f.child[k]->label, f->f.child[i]->label);
		if (same > 1) {
			struct buf text = BUF_INIT;

			buf_addf(&text, "%s (%zu)", f->f.child[i]->label, i + 1);
			f->f.child[i]->label = keep_text(b->form, buf_str(&text));
			buf_release(&text);
		}
	}
}

static int is_null(const struct field *f)
{
	return f->f.kind == FORM_FIXED && json_is_null(f->f.fallback);
}

/* 0: it cannot be judged which values are of this kind. */
static int add_alternative(struct build *b, struct field *f, const struct parts *base,
                           const struct spot *alt, const struct place *at)
{
	struct place below = {.parent = f, .path = f->f.path, .required = f->f.required,
	                      .depth = at->depth + 1, .without = at->without,
	                      .object = at->object};
	struct parts own = {.n = 0}, p = {.n = 0};
	struct field *child;
	int titled;

	gather(b, alt, f->f.path, NULL, &own);
	titled = json_string_length(parts_get(&own, NULL, "title")) > 0;
	parts_release(&own);
	if (base) {
		parts_copy(&p, base);
		for (size_t i = 0; i < p.n; i++)
			p.part[i].level += 100;
	}
	gather(b, alt, f->f.path, NULL, &p);
	child = build_field(b, &below, &p);
	if (!child)
		return 1;
	if (is_null(child)) {
		f->f.nullable = 1;
		return 1;
	}
	if (!titled)
		label_of(b, child, alt);
	child->test = spot_compile(b, alt, NULL);
	add_child(b, f, child);
	return child->test != NULL;
}

int build_variant(struct build *b, struct field *f, const struct parts *base,
                  const struct group *g, const struct place *at)
{
	const json_t *title = json_object_get(g->spot.json, "title");

	for (size_t i = 0; i < g->n; i++) {
		struct spot alt;

		if (b->form->nfields >= FORM_MAX_FIELDS)
			return 0;
		spot_below(b, &g->spot, g->key, NULL, i, &alt);
		if (!add_alternative(b, f, base, &alt, at))
			return 0;
	}
	if (at->object && at->parent && json_string_length(title) &&
	    strcmp(at->parent->f.label, json_string_value(title)) != 0)
		f->f.label = keep_text(b->form, json_string_value(title));
	number_labels(b, f);
	return f->f.nchild > 0;
}
