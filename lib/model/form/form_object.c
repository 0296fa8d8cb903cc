/* model/form/form_object.c -- the members of an object, with the conditions under which they are
 * there and under which they are required. */
#include "model/form/form_p.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js.h"

struct member {
	const char *key;
	struct part *part; /* schemas of the member; .when is that of the object's part */
	size_t n;
	const struct form_when **need; /* required when; NULL: always */
	size_t nneeds;
	double order;
	size_t index;
};

struct members {
	struct member *m;
	size_t n;
	struct map by_key; /* index + 1 */
	const struct map *without;
};

static void members_release(struct members *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->m[i].part);
		free(all->m[i].need);
	}
	free(all->m);
	map_release(&all->by_key);
}

/* NULL: it stands elsewhere. */
static struct member *member_get(struct members *all, const char *key)
{
	size_t n = strlen(key), i;

	if (all->without && map_get(all->without, key, n))
		return NULL;
	i = (size_t)(uintptr_t)map_get(&all->by_key, key, n);
	if (i)
		return &all->m[i - 1];
	all->m = mem_grow(all->m, all->n + 1, sizeof(*all->m));
	all->m[all->n] = (struct member){.key = key, .order = 1e300, .index = all->n};
	map_add(&all->by_key, key, n, (void *)(uintptr_t)(all->n + 1));
	return &all->m[all->n++];
}

static void add_spot(struct member *m, const struct spot *spot, const struct part *of)
{
	const json_t *order = json_object_get(spot->json, "x-order");

	m->part = mem_grow(m->part, m->n + 1, sizeof(*m->part));
	m->part[m->n++] = (struct part){.spot = *spot, .when = of->when, .level = of->level};
	if (json_is_integer(order) && m->order > 1e200)
		m->order = (double)json_integer_value(order);
}

static void add_need(struct member *m, const struct form_when *when)
{
	if (!m)
		return;
	m->need = mem_grow(m->need, m->nneeds + 1, sizeof(*m->need));
	m->need[m->nneeds++] = when;
}

static void collect_properties(struct build *b, struct members *all, const struct part *part)
{
	json_t *props = json_object_get(part->spot.json, "properties");
	struct spot below;

	for (void *it = json_object_iter(props); it; it = json_object_iter_next(props, it)) {
		const char *key = json_object_iter_key(it);
		struct member *m = member_get(all, key);

		if (!m)
			continue;
		spot_below(b, &part->spot, "properties", key, SIZE_MAX, &below);
		add_spot(m, &below, part);
	}
}

static void collect_required(struct members *all, const json_t *list, const struct form_when *when)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *key = json_string_value(json_array_get(list, i));

		if (key)
			add_need(member_get(all, key), when);
	}
}

/* "credit_card": ["billing_address"] */
static int collect_dependent(struct build *b, struct members *all, const struct part *part,
                             const char *path, const char *keyword)
{
	json_t *map = json_object_get(part->spot.json, keyword);

	for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it)) {
		const json_t *list = json_object_iter_value(it);
		const struct form_when *when;

		if (!json_array_size(list))
			continue;
		when = when_member(b, &part->spot, path, json_object_iter_key(it), NULL, part->when);
		if (!when)
			return -1;
		collect_required(all, list, when);
	}
	return 0;
}

static int collect(struct build *b, struct members *all, const struct parts *p, const char *path)
{
	for (size_t i = 0; i < p->n; i++)
		collect_properties(b, all, &p->part[i]);
	for (size_t i = 0; i < p->n; i++) {
		const struct part *part = &p->part[i];

		collect_required(all, json_object_get(part->spot.json, "required"), part->when);
		if (collect_dependent(b, all, part, path, "dependentRequired") ||
		    collect_dependent(b, all, part, path, "dependencies"))
			return -1;
	}
	return 0;
}

static int by_order(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->order < y->order || x->order > y->order)
		return x->order < y->order ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* ---- one member: one field, or several under different conditions ---- */

struct making {
	struct build *b;
	struct field *f;
	const struct parts *p;
	const struct place *at;
	const struct member *m;
	size_t made;
};

static const struct need *needs_of(const struct making *k, const struct form_when *when,
                                   int *required)
{
	const struct need *list = NULL;

	*required = 0;
	for (size_t i = k->m->nneeds; i-- > 0;) {
		struct need *need;

		if (when_implied(k->m->need[i], when)) {
			*required = 1;
			continue;
		}
		if (when_excludes(k->m->need[i], when))
			continue;
		need = arena_alloc(&k->b->form->arena, sizeof(*need));
		*need = (struct need){.when = k->m->need[i], .next = list};
		list = need;
	}
	return *required ? NULL : list;
}

/* Neither a title nor a default makes a question. */
static int says_something(const json_t *schema)
{
	static const char *const quiet[] = {"title", "description", "default", "examples",
	                                    "$comment", "deprecated", "x-order"};
	json_t *obj = (json_t *)schema; /* jansson's iterators take no const */

	for (void *it = json_is_object(schema) ? json_object_iter(obj) : NULL; it;
	     it = json_object_iter_next(obj, it)) {
		size_t i = 0;

		while (i < NITEMS(quiet) && strcmp(quiet[i], json_object_iter_key(it)) != 0)
			i++;
		if (i == NITEMS(quiet))
			return 1;
	}
	return json_is_false(schema);
}

/* What an object may hold beside its properties. */
static void gather_additional(struct making *k, const char *path, struct parts *out)
{
	for (size_t i = 0; i < k->p->n; i++) {
		const struct spot *s = &k->p->part[i].spot;
		struct spot below;

		if (k->p->part[i].when ||
		    !json_is_object(json_object_get(s->json, "additionalProperties")))
			continue;
		spot_below(k->b, s, "additionalProperties", NULL, SIZE_MAX, &below);
		gather(k->b, &below, path, NULL, out);
	}
}

/* The field under ${when}: of the schemas that always apply, and of those that do then.  ${all}:
 * also what others add, under their conditions. */
static void make(struct making *k, const struct form_when *when, int all)
{
	struct place below = {.parent = k->f, .key = k->m->key, .when = when,
	                      .depth = k->at->depth + 1};
	struct parts parts = {.n = 0};
	struct field *child;

	below.path = path_below(k->b, k->f->f.path, k->m->key);
	below.need = needs_of(k, when, &below.required);
	for (size_t i = 0; i < k->m->n; i++) {
		const struct part *part = &k->m->part[i];
		int applies = when_implied(part->when, when);

		if (!applies && !all)
			continue;
		parts.level = part->level;
		gather(k->b, &part->spot, below.path, applies ? NULL : part->when, &parts);
	}
	if (k->m->n == 0)
		gather_additional(k, below.path, &parts);
	child = build_field(k->b, &below, &parts);
	if (child)
		child->twin = k->made++ > 0;
	add_child(k->b, k->f, child);
}

static int same_when(const struct form_when *a, const struct form_when *b)
{
	return when_implied(a, b) && when_implied(b, a);
}

/* One field for each condition under which the member is described. */
static void make_conditional(struct making *k)
{
	for (size_t i = 0; i < k->m->n; i++) {
		const struct form_when *when = k->m->part[i].when;
		size_t before = 0;

		while (before < i && !same_when(k->m->part[before].when, when))
			before++;
		if (when && before == i)
			make(k, when, 0);
	}
}

/* Required under a condition that none of the fields covers. */
static void make_needed(struct making *k)
{
	for (size_t i = 0; i < k->m->nneeds; i++) {
		const struct form_when *when = k->m->need[i];
		size_t n = 0;

		while (n < k->m->n && !when_implied(k->m->part[n].when, when))
			n++;
		for (size_t j = 0; j < i && n == k->m->n; j++)
			n = when_implied(k->m->need[j], when) ? SIZE_MAX : n;
		if (n == k->m->n)
			make(k, when, 0);
	}
}

static void make_member(struct making *k)
{
	size_t always = 0, says = 0, conditional = 0;
	int needed = 0;

	for (size_t i = 0; i < k->m->n; i++) {
		const struct part *part = &k->m->part[i];

		conditional += part->when != NULL;
		always += !part->when;
		says += !part->when && says_something(part->spot.json);
	}
	for (size_t i = 0; i < k->m->nneeds; i++)
		needed |= !k->m->need[i];
	if (says || (always && !conditional)) {
		make(k, NULL, 1);
		return;
	}
	make_conditional(k);
	if (always || needed)
		make(k, NULL, 0);
	else
		make_needed(k);
}

/* ---- alternatives beside the members ---- */

static void hide(struct build *b, struct map *keys, const char *key)
{
	map_add(keys, key, strlen(key), b); /* any address will do */
}

/* When alternative ${i} is meant: the object has ${key} as that pins it. */
static const struct form_when *when_meant(struct build *b, const struct spot *alt, const char *key,
                                          const char *path)
{
	const struct form_when *when = NULL;
	struct parts p = {.n = 0};
	struct spot member;
	json_t *pin;

	gather(b, alt, path, NULL, &p);
	if (parts_member(b, &p, key, &member)) {
		pin = pin_of(member.json);
		when = when_member(b, alt, path, key, pin, NULL);
		json_decref(pin);
	}
	parts_release(&p);
	return when;
}

/* "method" is a choice of the object, and each alternative pins it: no question of its own, but
 * members under a condition.  0: a condition cannot be judged. */
static int spread(struct build *b, struct field *f, struct parts *p, const struct group *g,
                  const char *key)
{
	struct spread *s = arena_alloc(&b->form->arena, sizeof(*s));

	s->test = arena_alloc(&b->form->arena, g->n * sizeof(struct schema *));
	s->meant = arena_alloc(&b->form->arena, g->n * sizeof(struct form_when *));
	s->n = g->n;
	s->next = f->spread;
	f->spread = s;
	for (size_t i = 0; i < g->n && !p->over; i++) {
		struct spot alt;

		spot_below(b, &g->spot, g->key, NULL, i, &alt);
		s->meant[i] = when_meant(b, &alt, key, f->f.path);
		s->test[i] = spot_compile(b, &alt, NULL);
		if (!s->meant[i] || !s->test[i])
			return 0;
		p->level++;
		gather(b, &alt, f->f.path, s->meant[i], p);
		p->level--;
	}
	return 1;
}

static int settle_groups(struct build *b, struct field *f, struct parts *p, struct map *hidden)
{
	for (size_t i = 0; i < p->ngroups;) {
		struct group g = p->group[i];
		const char *key = g.when ? NULL : group_pin(b, &g, p, f->f.path, 1);

		if (key) {
			parts_drop_group(p, i);
			if (!spread(b, f, p, &g, key))
				return 0;
			continue;
		}
		key = g.when ? NULL : group_pin(b, &g, p, f->f.path, 0);
		if (key)
			hide(b, hidden, key);
		i++;
	}
	return !p->over;
}

static int add_variants(struct build *b, struct field *f, const struct parts *p,
                        const struct place *at, const struct map *without)
{
	for (size_t i = 0; i < p->ngroups; i++) {
		struct place below = {.parent = f, .path = f->f.path, .label = "Kind",
		                      .depth = at->depth + 1, .when = p->group[i].when,
		                      .without = without, .object = 1};
		struct field *v;

		if (b->form->nfields >= FORM_MAX_FIELDS)
			return 0;
		below.required = 1;
		v = build_shell(b, &below);
		v->f.kind = FORM_VARIANT;
		v->f.label = keep_text(b->form, below.label);
		v->from_above = 1;
		if (!build_variant(b, v, NULL, &p->group[i], &below))
			return 0;
		if (v->f.nchild)
			add_child(b, f, v);
	}
	return 1;
}

static void add_keys(struct build *b, const struct members *all, struct map *keys)
{
	for (size_t i = 0; i < all->n; i++)
		hide(b, keys, all->m[i].key);
}

int build_members(struct build *b, struct field *f, struct parts *p, const struct place *at)
{
	struct members all = {.n = 0};
	struct map hidden = {.n = 0}, keys = {.n = 0};
	const struct parts *outer = b->host;
	int ok;

	b->host = p;
	ok = settle_groups(b, f, p, &hidden);
	all.without = at->without ? at->without : hidden.n ? &hidden : NULL;
	ok = ok && !collect(b, &all, p, f->f.path) &&
	     b->form->nfields + all.n <= FORM_MAX_FIELDS;
	b->host = outer;
	if (ok && all.n)
		qsort(all.m, all.n, sizeof(*all.m), by_order);
	for (size_t i = 0; i < all.n && ok; i++) {
		struct making k = {.b = b, .f = f, .p = p, .at = at, .m = &all.m[i]};

		make_member(&k);
	}
	add_keys(b, &all, &keys);
	ok = ok && add_variants(b, f, p, at, &keys);
	members_release(&all);
	map_release(&hidden);
	map_release(&keys);
	return ok && (f->f.nchild > 0 || at->object);
}
