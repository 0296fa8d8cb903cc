/* model/form/form_kind.c -- which types and values one place allows. */
#include "model/form/form_p.h"

#include <string.h>

#include "json/decimal.h"
#include "json/js.h"

/* ---- oneOf and anyOf that are no alternatives for a person ---- */

struct look {
	unsigned types;    /* of all alternatives together */
	size_t nulls;      /* alternatives that are null and nothing else */
	size_t only;       /* the last that is not */
	int only_required; /* all only say which members must be there */
	struct choices among; /* values that some alternatives list */
};

static int says_only_required(const json_t *schema)
{
	static const char *const known[] = {"required", "title", "description", "$comment", "not",
	                                    "minProperties"};
	json_t *obj = (json_t *)schema; /* jansson's iterators take no const */

	if (!json_object_get(schema, "required") && !json_object_get(schema, "not"))
		return 0;
	for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
		int found = 0;

		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			found |= !strcmp(known[i], json_object_iter_key(it));
		if (!found)
			return 0;
	}
	return 1;
}

static unsigned types_by_words(const struct parts *p, const struct form_when *given);

static void look_at(struct build *b, const struct group *g, const char *path, unsigned outer,
                    struct look *out)
{
	*out = (struct look){.only_required = 1};
	for (size_t i = 0; i < g->n; i++) {
		struct parts p = {.n = 0};
		struct choices c = {.n = 0};
		struct spot alt;
		unsigned types;

		spot_below(b, &g->spot, g->key, NULL, i, &alt);
		gather(b, &alt, path, NULL, &p);
		choices_enum(b, &p, NULL, &c);
		types = parts_types(&p, NULL) & outer;
		if (types == T_ANY)
			types = types_by_words(&p, NULL);
		if (c.known)
			types = 0;
		for (size_t k = 0; k < c.n; k++)
			types |= type_of_value(c.c[k].value);
		if (c.known && !out->among.known)
			out->among = c;
		out->types |= types;
		out->only_required &= says_only_required(alt.json);
		if (types == T_NULL)
			out->nulls++;
		else
			out->only = i;
		parts_release(&p);
	}
}

static int is_scalar(unsigned types)
{
	types &= ~(unsigned)T_NULL;
	return types && (types == T_STRING || types == T_BOOLEAN || !(types & ~(unsigned)T_NUMBER));
}

static void required_hint(struct build *b, struct field *f, const struct group *g)
{
	char text[200];
	size_t n = 0;

	n += (size_t)snprintf(text, sizeof(text), "%s of these: ",
	                      strcmp(g->key, "oneOf") ? "at least one" : "exactly one");
	for (size_t i = 0; i < g->n; i++) {
		const json_t *alt = json_array_get(json_object_get(g->spot.json, g->key), i);
		const json_t *list = json_object_get(alt, "required");
		const char *key = json_string_value(json_array_get(list, 0));

		if (json_array_size(list) != 1 || !key || n + strlen(key) + 3 > sizeof(text))
			return;
		for (const char *c = key; *c; c++)
			if (*c < '!' || *c > '~')
				return;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? ", " : "", key);
	}
	hint_add(b, f, text);
}

static void suggest(struct build *b, struct field *f, const struct choices *c)
{
	json_t *list;

	if (f->f.examples || !c->n)
		return;
	list = json_array();
	for (size_t i = 0; i < c->n; i++)
		json_array_append(list, c->c[i].value);
	f->f.examples = form_keep_new(b->form, list);
}

void parts_drop_group(struct parts *p, size_t i)
{
	memmove(&p->group[i], &p->group[i + 1], (p->ngroups - i - 1) * sizeof(*p->group));
	p->ngroups--;
}

/* 1 when the group is settled. */
static int settle_group(struct build *b, struct field *f, struct parts *p, size_t i, struct kind *k)
{
	struct group g = p->group[i];
	struct choices c = {.n = 0};
	struct look look;
	struct spot alt;

	if (choices_group(b, &g, f->f.path, &c)) {
		if (k->choices.known)
			choices_meet(&k->choices, &c);
		else
			k->choices = c;
		parts_drop_group(p, i);
		return 1;
	}
	look_at(b, &g, f->f.path, k->types, &look);
	k->nullable |= look.nulls > 0;
	if (g.n - look.nulls <= 1) {
		parts_drop_group(p, i);
		if (look.nulls == g.n)
			return 1;
		spot_below(b, &g.spot, g.key, NULL, look.only, &alt);
		p->level += 100;
		gather(b, &alt, f->f.path, NULL, p);
		k->types = parts_types(p, NULL) & k->types;
		return 1;
	}
	if (!look.only_required && !is_scalar(look.types & k->types))
		return 0;
	if (look.only_required)
		required_hint(b, f, &g);
	else
		k->types &= look.types;
	if (!look.only_required && look.among.known)
		suggest(b, f, &look.among);
	parts_drop_group(p, i);
	return 1;
}

static int has_any(const struct parts *p, const struct form_when *given, const char *const *keys)
{
	for (; *keys; keys++)
		if (parts_get(p, given, *keys))
			return 1;
	return 0;
}

/* Nothing says the type: what the other keywords speak of. */
static unsigned types_by_words(const struct parts *p, const struct form_when *given)
{
	static const char *const object[] = {"properties", "patternProperties", "required",
	                                     "additionalProperties", "minProperties", NULL};
	static const char *const array[] = {"items", "prefixItems", "minItems", "maxItems", "contains",
	                                    "uniqueItems", NULL};
	static const char *const text[] = {"minLength", "maxLength", "pattern", "format",
	                                   "contentMediaType", NULL};
	static const char *const number[] = {"minimum", "maximum", "exclusiveMinimum",
	                                     "exclusiveMaximum", "multipleOf", NULL};

	if (has_any(p, given, object))
		return T_OBJECT;
	if (has_any(p, given, array))
		return T_ARRAY;
	if (has_any(p, given, text))
		return T_STRING;
	return has_any(p, given, number) ? T_NUMBER : T_ANY;
}

void kind_settle(struct build *b, struct field *f, struct parts *p, struct kind *k)
{
	struct choices list = {.n = 0};

	k->types = parts_types(p, NULL);
	for (size_t i = 0; i < p->ngroups && !p->over;) {
		/* conditional ones stay for the object that they belong to */
		if (p->group[i].when || !settle_group(b, f, p, i, k))
			i++;
	}
	if (k->types == T_ANY && !p->ngroups)
		k->types = types_by_words(p, NULL);
	choices_enum(b, p, NULL, &list);
	if (!k->choices.known)
		k->choices = list;
	else
		choices_meet(&k->choices, &list);
	if (k->choices.known)
		choices_of_types(&k->choices, k->nullable ? k->types | T_NULL : k->types);
	k->nullable |= (k->types & T_NULL && k->types != T_NULL && k->types != T_ANY);
	if (k->choices.known)
		k->nullable = k->choices.nullable;
}

/* ---- bounds of one scalar or list ---- */

static void raise_min(size_t *min, const json_t *v)
{
	if (json_is_number(v) && json_number_value(v) > (double)*min)
		*min = json_number_value(v) < 1e15 ? (size_t)json_number_value(v) : (size_t)1e15;
}

static void lower_max(size_t *max, const json_t *v)
{
	if (json_is_number(v) && json_number_value(v) >= 0 && json_number_value(v) < 1e15 &&
	    (size_t)json_number_value(v) < *max)
		*max = (size_t)json_number_value(v);
}

static void bound(struct build *b, json_t **have, const json_t *v, int sign)
{
	if (json_is_number(v) && (!*have || number_cmp(v, *have) * sign > 0))
		*have = form_keep_new(b->form, json_copy((json_t *)v));
}

/* An exclusive bound of whole numbers is an inclusive one beside it. */
static void bound_beyond(struct build *b, struct field *f, json_t **have, const json_t *v, int sign)
{
	json_t *next;

	const json_t **open = sign > 0 ? &f->above : &f->below;

	if (f->f.kind != FORM_INTEGER || !json_is_integer(v) ||
	    json_integer_value(v) == (sign > 0 ? INT64_MAX : INT64_MIN)) {
		if (json_is_number(v) && (!*open || number_cmp(v, *open) * sign > 0))
			*open = form_keep_new(b->form, json_copy((json_t *)v));
		return;
	}
	next = json_integer(json_integer_value(v) + sign);
	bound(b, have, next, sign);
	json_decref(next);
}

static void take_numbers(struct build *b, struct field *f, const json_t *s)
{
	const json_t *low = json_object_get(s, "minimum"), *high = json_object_get(s, "maximum");
	const json_t *above = json_object_get(s, "exclusiveMinimum");
	const json_t *below = json_object_get(s, "exclusiveMaximum");

	/* draft-04: true beside the bound */
	if (json_is_true(above)) {
		above = low;
		low = NULL;
	}
	if (json_is_true(below)) {
		below = high;
		high = NULL;
	}
	bound(b, &f->f.low, low, 1);
	bound(b, &f->f.high, high, -1);
	bound_beyond(b, f, &f->f.low, above, 1);
	bound_beyond(b, f, &f->f.high, below, -1);
	if (json_is_number(json_object_get(s, "multipleOf")) && !f->step)
		f->step = form_keep_new(b->form, json_copy(json_object_get(s, "multipleOf")));
}

static void take_texts(struct build *b, struct field *f, const json_t *s)
{
	const char *pattern = json_string_value(json_object_get(s, "pattern"));
	const char *format = json_string_value(json_object_get(s, "format"));
	const char *media = json_string_value(json_object_get(s, "contentMediaType"));

	raise_min(&f->f.min_len, json_object_get(s, "minLength"));
	lower_max(&f->f.max_len, json_object_get(s, "maxLength"));
	if (pattern && !f->pattern)
		f->pattern = keep_text(b->form, pattern);
	if ((format || media) && !f->f.format)
		f->f.format = keep_text(b->form, format ? format : media);
}

static int is_long(const struct field *f)
{
	const char *format = f->f.format;

	if (format)
		return !strncmp(format, "text/", 5) || !strcmp(format, "markdown") ||
		       !strcmp(format, "textarea");
	if (f->f.max_len != SIZE_MAX)
		return f->f.max_len > FORM_LONG_TEXT;
	return f->f.min_len > FORM_LONG_TEXT ||
	       (!f->pattern && f->f.key && key_means_prose(f->f.key));
}

void kind_scalar(struct build *b, struct field *f, const struct parts *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const json_t *s = p->part[i].spot.json;

		if (p->part[i].when)
			continue;
		if (f->f.kind == FORM_INTEGER || f->f.kind == FORM_NUMBER)
			take_numbers(b, f, s);
		if (f->f.kind == FORM_STRING)
			take_texts(b, f, s);
		if (f->f.kind != FORM_LIST)
			continue;
		raise_min(&f->f.min_items, json_object_get(s, "minItems"));
		lower_max(&f->f.max_items, json_object_get(s, "maxItems"));
		f->f.unique |= json_is_true(json_object_get(s, "uniqueItems"));
	}
	if (f->f.kind == FORM_STRING && is_long(f))
		f->f.kind = FORM_TEXT;
}
