/* model/form/form_choice.c -- enum, const, and oneOf or anyOf of such, as lists to choose from. */
#include "model/form/form_p.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"

static char *text_of_value(struct build *b, const json_t *v)
{
	struct buf text = BUF_INIT;
	char *own;

	if (json_is_null(v))
		buf_adds(&text, "none");
	else if (json_string_length(v))
		buf_adds(&text, json_string_value(v));
	else if (json_is_boolean(v))
		buf_adds(&text, json_is_true(v) ? "yes" : "no");
	else
		js_dump(&text, v, JS_COMPACT);
	own = keep_text(b->form, buf_str(&text));
	buf_release(&text);
	return own;
}

/* Equal values have one text. */
static int has(const struct choices *c, const json_t *v)
{
	struct buf key = BUF_INIT;
	int found;

	js_dump(&key, v, JS_VALUE);
	found = json_object_get(c->index, buf_str(&key)) != NULL;
	buf_release(&key);
	return found;
}

static void note(struct build *b, struct choices *c, const json_t *v)
{
	struct buf key = BUF_INIT;

	if (!c->index)
		c->index = form_keep_new(b->form, json_object());
	js_dump(&key, v, JS_VALUE);
	js_set_new(c->index, buf_str(&key), json_true());
	buf_release(&key);
}

static void add(struct build *b, struct choices *out, const json_t *v, const char *title,
                const char *description)
{
	struct form_choice *c, *grown;

	out->nullable |= json_is_null(v);
	if (has(out, v) || out->n >= CHOICES_MAX)
		return;
	note(b, out, v);
	/* in the arena: room is doubled when n is a power of two */
	if ((out->n & (out->n - 1)) == 0) {
		grown = arena_alloc(&b->form->arena, (out->n ? out->n * 2 : 1) * sizeof(*grown));
		if (out->n)
			memcpy(grown, out->c, out->n * sizeof(*grown));
		out->c = grown;
	}
	c = &out->c[out->n++];
	c->value = form_keep_new(b->form, json_deep_copy(v));
	c->title = title ? keep_text(b->form, title) : text_of_value(b, v);
	c->description = description ? keep_text(b->form, description) : NULL;
}

/* The names that some generators give to the values of an enum. */
static const char *enum_name(const json_t *schema, size_t i)
{
	static const char *const keys[] = {"x-enum-titles", "x-enumNames", "enumNames"};
	const json_t *name;

	for (size_t k = 0; k < NITEMS(keys); k++) {
		name = json_array_get(json_object_get(schema, keys[k]), i);
		if (json_string_length(name))
			return json_string_value(name);
	}
	return NULL;
}

static void one_schema(struct build *b, const json_t *schema, struct choices *out)
{
	const json_t *konst = json_object_get(schema, "const"), *list = json_object_get(schema, "enum");

	if (konst) {
		add(b, out, konst, NULL, NULL);
		out->known = 1;
	} else if (json_is_array(list)) {
		b->choices += json_array_size(list);
		if (b->choices > CHOICES_TOTAL)
			return;
		for (size_t i = 0; i < json_array_size(list); i++)
			add(b, out, json_array_get(list, i), enum_name(schema, i), NULL);
		out->known = 1;
	}
}

void choices_enum(struct build *b, const struct parts *p, const struct form_when *given,
                  struct choices *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct spot *s = &p->part[i].spot;
		struct choices more = {.n = 0};

		if (!when_implied(p->part[i].when, given))
			continue;
		if (json_object_get(s->json, "const") && s->scope->draft == SCHEMA_DRAFT_4 &&
		    !json_object_get(s->json, "enum"))
			continue;
		one_schema(b, s->json, &more);
		if (!more.known)
			continue;
		if (out->known)
			choices_meet(out, &more);
		else
			*out = more;
	}
}

static void keep(struct choices *c, const struct choices *among, unsigned types)
{
	size_t kept = 0;

	c->nullable = 0;
	for (size_t i = 0; i < c->n; i++) {
		const json_t *v = c->c[i].value;

		if (!(type_of_value(v) & types) || (among && !has(among, v)))
			continue;
		c->c[kept++] = c->c[i];
		c->nullable |= json_is_null(v);
	}
	c->n = kept;
}

void choices_meet(struct choices *c, const struct choices *among)
{
	if (among->known)
		keep(c, among, T_ANY);
}

void choices_of_types(struct choices *c, unsigned types)
{
	keep(c, NULL, types);
}

/* One alternative: its value with its own title, or its list. */
static int alternative(struct build *b, const struct spot *spot, const char *path,
                       struct choices *out)
{
	struct parts p = {.n = 0};
	struct choices own = {.n = 0};
	const json_t *title, *description;

	gather(b, spot, path, NULL, &p);
	choices_enum(b, &p, NULL, &own);
	if (!own.known && parts_types(&p, NULL) == T_NULL) {
		add(b, &own, json_null(), NULL, NULL);
		own.known = 1;
	}
	title = parts_get(&p, NULL, "title");
	description = parts_get(&p, NULL, "description");
	if (p.ngroups || p.over)
		own.known = 0;
	for (size_t i = 0; i < own.n && own.known; i++)
		add(b, out, own.c[i].value,
		    own.n == 1 && json_string_length(title) ? json_string_value(title)
		                                            : own.c[i].title,
		    own.n == 1 ? json_string_value(description) : NULL);
	parts_release(&p);
	return own.known;
}

int choices_group(struct build *b, const struct group *g, const char *path, struct choices *out)
{
	for (size_t i = 0; i < g->n; i++) {
		struct spot below;

		spot_below(b, &g->spot, g->key, NULL, i, &below);
		if (!alternative(b, &below, path, out))
			return 0;
	}
	/* null beside one more thing is "optional", not a choice */
	if (out->n == (size_t)out->nullable)
		return 0;
	out->known = 1;
	return 1;
}
