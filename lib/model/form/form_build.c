/* model/form/form_build.c -- one field from what applies at its place. */
#include "model/form/form_p.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"

struct field *build_shell(struct build *b, const struct place *at)
{
	struct field *f = arena_alloc(&b->form->arena, sizeof(*f));

	f->f.key = at->key ? keep_text(b->form, at->key) : NULL;
	f->f.path = keep_text(b->form, at->path);
	f->f.required = at->required;
	f->f.when = at->when;
	f->need = at->need;
	f->f.parent = at->parent ? &at->parent->f : NULL;
	f->f.max_len = f->f.max_items = SIZE_MAX;
	f->types = T_ANY;
	f->id = b->form->nfields++;
	return f;
}

void add_child(struct build *b, struct field *f, struct field *child)
{
	struct form_field **grown;
	size_t n = f->f.nchild;

	if (!child)
		return;
	/* in the arena: room is doubled when n is a power of two */
	if ((n & (n - 1)) == 0) {
		grown = arena_alloc(&b->form->arena, (n ? n * 2 : 1) * sizeof(*grown));
		if (n)
			memcpy(grown, f->f.child, n * sizeof(*grown));
		f->f.child = grown;
	}
	f->f.child[f->f.nchild++] = &child->f;
}

char *path_below(struct build *b, const char *path, const char *key)
{
	struct buf out = BUF_INIT;
	char *own;

	buf_adds(&out, path);
	js_pointer_add(&out, key);
	own = keep_text(b->form, buf_str(&out));
	buf_release(&out);
	return own;
}

void parts_copy(struct parts *to, const struct parts *from)
{
	*to = *from;
	to->part = mem_grow(NULL, from->n + 1, sizeof(*to->part));
	to->group = mem_grow(NULL, from->ngroups + 1, sizeof(*to->group));
	if (from->n)
		memcpy(to->part, from->part, from->n * sizeof(*to->part));
	if (from->ngroups)
		memcpy(to->group, from->group, from->ngroups * sizeof(*to->group));
}

/* 1 when properties are named, if only under a condition. */
static int parts_have_members(const struct parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (json_object_size(json_object_get(p->part[i].spot.json, "properties")))
			return 1;
	return 0;
}

int parts_member(struct build *b, const struct parts *p, const char *key, struct spot *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct spot *s = &p->part[i].spot;

		if (p->part[i].when ||
		    !json_object_get(json_object_get(s->json, "properties"), key))
			continue;
		spot_below(b, s, "properties", key, SIZE_MAX, out);
		return 1;
	}
	return 0;
}

/* ---- kinds ---- */

static void make_json(struct field *f, const struct kind *k)
{
	f->f.kind = FORM_JSON;
	f->f.nchild = 0;
	f->types = k->nullable ? k->types | T_NULL : k->types;
}

static int all_boolean(const struct choices *c)
{
	return c->n == 2 && json_is_boolean(c->c[0].value) && json_is_boolean(c->c[1].value);
}

static int is_titled(const struct choices *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->c[i].title, json_is_true(c->c[i].value) ? "yes" : "no") != 0)
			return 1;
	return 0;
}

static void make_choice(struct field *f, struct kind *k)
{
	struct choices *c = &k->choices;

	f->f.kind = all_boolean(c) ? FORM_BOOLEAN : FORM_CHOICE;
	if (f->f.kind == FORM_BOOLEAN && !is_titled(c))
		return;
	f->f.choices = c->c;
	f->f.nchoices = c->n;
}

/* Shown, not asked: there is one value only, or it is not ours to write. */
static int make_fixed(struct build *b, struct field *f, const struct parts *p, const struct kind *k)
{
	const json_t *konst = parts_get(p, NULL, "const");
	int one = k->choices.known && k->choices.n == 1;

	if (k->types == T_NULL && !k->choices.known) {
		f->f.fallback = form_keep_new(b->form, json_null());
		f->constant = 1;
	} else if (one && (f->f.required || (konst && !json_is_boolean(konst)))) {
		f->f.fallback = k->choices.c[0].value;
		f->constant = 1;
	} else if (!json_is_true(parts_get(p, NULL, "readOnly")) ||
	           (f->f.required && !f->f.fallback)) {
		return 0;
	}
	f->f.kind = FORM_FIXED;
	return 1;
}

static int make_scalar(struct build *b, struct field *f, const struct parts *p, unsigned types)
{
	types &= ~(unsigned)T_NULL;
	if (types == T_BOOLEAN)
		f->f.kind = FORM_BOOLEAN;
	else if (types == T_INTEGER)
		f->f.kind = FORM_INTEGER;
	else if (types == T_NUMBER || types == T_REAL)
		f->f.kind = FORM_NUMBER;
	else if (types == T_STRING)
		f->f.kind = FORM_STRING;
	else
		return 0;
	kind_scalar(b, f, p);
	return 1;
}

/* The schema that makes this a container; how often it is being unfolded already. */
static const json_t *nest_of(const struct build *b, const struct parts *p, size_t *times)
{
	static const char *const keys[] = {"properties", "items", "prefixItems", "oneOf", "anyOf"};
	const json_t *json = NULL;

	for (size_t k = 0; k < NITEMS(keys) && !json; k++)
		for (size_t i = 0; i < p->n && !json; i++)
			if (json_object_get(p->part[i].spot.json, keys[k]))
				json = p->part[i].spot.json;
	*times = 0;
	for (const struct nest *n = b->nest; n && json; n = n->up)
		*times += n->json == json;
	return json;
}

static size_t first_group(const struct parts *p)
{
	for (size_t i = 0; i < p->ngroups; i++)
		if (!p->group[i].when)
			return i;
	return SIZE_MAX;
}

static int make_variant(struct build *b, struct field *f, struct parts *p, const struct place *at)
{
	size_t i = first_group(p);
	struct group g;

	if (i == SIZE_MAX)
		return 0;
	g = p->group[i];
	parts_drop_group(p, i);
	f->f.kind = FORM_VARIANT;
	return build_variant(b, f, p, &g, at);
}

static int make_container(struct build *b, struct field *f, struct parts *p, const struct kind *k,
                          const struct place *at)
{
	unsigned types = k->types & ~(unsigned)T_NULL;
	struct nest nest = {.up = b->nest};
	size_t times;
	int made = 0, members = parts_have_members(p);

	nest.json = nest_of(b, p, &times);
	if (at->depth >= FORM_MAX_DEPTH || times >= UNFOLD_MAX || p->over)
		return 0;
	b->nest = &nest;
	if (first_group(p) != SIZE_MAX && !members && !at->object) {
		made = make_variant(b, f, p, at);
	} else if (types == T_OBJECT || at->object || (types == T_ANY && members)) {
		f->f.kind = FORM_SECTION;
		made = build_members(b, f, p, at);
	} else if (types == T_ARRAY && !p->ngroups) {
		f->f.kind = FORM_LIST;
		kind_scalar(b, f, p);
		made = build_list(b, f, p, at);
	}
	b->nest = nest.up;
	return made;
}

/* At the top, and one must be chosen: nothing is chosen for the expert. */
static int is_decision(const struct field *f)
{
	return f->f.required && (f->f.kind == FORM_CHOICE || f->f.kind == FORM_BOOLEAN) &&
	       (!*f->f.path || (f->f.key && path_tokens(f->f.path) == 1));
}

/* A default that is none of the field's values would be a trap. */
static void check_fallback(struct field *f)
{
	if (f->f.fallback && f->f.kind != FORM_FIXED && !field_takes(&f->f, f->f.fallback))
		f->f.fallback = NULL;
}

struct field *build_field(struct build *b, const struct place *at, struct parts *p)
{
	struct field *f;
	struct kind k = {.types = T_ANY};

	if (p->never || b->form->nfields >= FORM_MAX_FIELDS) {
		parts_release(p);
		return NULL;
	}
	f = build_shell(b, at);
	kind_settle(b, f, p, &k);
	f->f.nullable = k.nullable;
	words_take(b, f, p, at->label);
	if (p->over)
		make_json(f, &k);
	else if (make_fixed(b, f, p, &k))
		f->types = k.types;
	else if (k.choices.known && k.choices.n)
		make_choice(f, &k);
	else if (k.choices.known || (!make_scalar(b, f, p, k.types) &&
	                             !make_container(b, f, p, &k, at)))
		make_json(f, &k);
	hint_take(b, f);
	f->f.decision = is_decision(f);
	check_fallback(f);
	parts_release(p);
	return f;
}

/* ---- lists ---- */

struct items {
	struct spot prefix, rest;
	size_t nprefix;
	const char *prefix_key, *rest_key;
};

/* The two spellings of a tuple. */
static void items_of(const struct spot *s, struct items *out)
{
	int old = s->scope->draft < SCHEMA_DRAFT_2020;
	int listed = json_is_array(json_object_get(s->json, "items"));

	out->prefix_key = !old ? "prefixItems" : listed ? "items" : NULL;
	out->rest_key = old && listed ? "additionalItems" : "items";
	out->nprefix = out->prefix_key
	                   ? json_array_size(json_object_get(s->json, out->prefix_key)) : 0;
	if (!json_object_get(s->json, out->rest_key))
		out->rest_key = NULL;
}

/* What the parts say about item ${i}; SIZE_MAX: about all that have no place of their own. */
static size_t gather_item(struct build *b, const struct parts *p, size_t i, const char *path,
                          struct parts *out)
{
	size_t said = 0;

	for (size_t k = 0; k < p->n; k++) {
		const struct spot *s = &p->part[k].spot;
		struct items it;
		struct spot below;

		items_of(s, &it);
		if (p->part[k].when)
			continue;
		if (i < it.nprefix)
			spot_below(b, s, it.prefix_key, NULL, i, &below);
		else if (it.rest_key)
			spot_below(b, s, it.rest_key, NULL, SIZE_MAX, &below);
		else
			continue;
		gather(b, &below, path, NULL, out);
		said++;
	}
	return said;
}

static size_t count_prefix(const struct parts *p)
{
	size_t n = 0;

	for (size_t k = 0; k < p->n; k++) {
		struct items it;

		items_of(&p->part[k].spot, &it);
		if (!p->part[k].when && it.nprefix > n)
			n = it.nprefix;
	}
	return n;
}

static void add_prefix(struct build *b, struct field *f, const struct parts *p,
                       const struct place *at, size_t i)
{
	struct place below = {.parent = f, .required = i < f->f.min_items, .depth = at->depth + 1};
	struct parts item = {.n = 0};
	char index[24], label[32];

	snprintf(index, sizeof(index), "%zu", i);
	snprintf(label, sizeof(label), "Item %zu", i + 1);
	below.path = path_below(b, f->f.path, index);
	below.label = label;
	gather_item(b, p, i, below.path, &item);
	add_child(b, f, build_field(b, &below, &item));
}

static void become_choices(struct field *f, const struct form_field *item)
{
	f->f.kind = FORM_CHOICES;
	f->f.choices = item->choices;
	f->f.nchoices = item->nchoices;
	f->f.nchild = 0;
	f->f.repeats = 0;
}

int build_list(struct build *b, struct field *f, struct parts *p, const struct place *at)
{
	struct place below = {.parent = f, .depth = at->depth + 1, .label = "Item"};
	size_t nprefix = count_prefix(p), before = b->form->nfields;
	struct parts item = {.n = 0};
	struct field *template = NULL;

	if (nprefix > PREFIX_MAX || before + nprefix + 1 > FORM_MAX_FIELDS)
		return 0;
	for (size_t i = 0; i < nprefix; i++)
		add_prefix(b, f, p, at, i);
	if (f->f.nchild < nprefix)
		return 0;
	below.path = path_below(b, f->f.path, "-");
	if (f->f.max_items > nprefix && gather_item(b, p, SIZE_MAX, below.path, &item))
		template = build_field(b, &below, &item);
	parts_release(&item);
	if (!nprefix && !template)
		return 0;
	if (!nprefix && template->f.kind == FORM_CHOICE && !template->f.nullable) {
		become_choices(f, &template->f);
		return 1;
	}
	add_child(b, f, template);
	f->f.repeats = template != NULL;
	return 1;
}
