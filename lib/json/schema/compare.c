/* json/schema/compare.c -- does all of a set lie within a schema?  The proof, case by case. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/compare_p.h"

/* ---- a schema, keyword by keyword ---- */

static int compare_parts(struct compare *c, const struct set *set, const struct item *b,
                         const struct place_in *in)
{
	const struct node *node = b->node;
	json_t *values = set_values(set);
	int ok;

	if (values) {
		ok = compare_values(c, set, b, in, values);
		json_decref(values);
		return ok;
	}
	if (node->flags & NODE_NOTHING_VALID)
		return compare_miss(c, set, b, in, NULL, "accepts nothing");
	ok = compare_types(c, set, b, in);
	if (node->fixed)
		ok &= compare_miss(c, set, b, in, "const", "accepts one value only");
	if (node->allowed)
		ok &= compare_miss(c, set, b, in, "enum", "accepts these values only");
	if (node->number && set->types & (TYPE_NUMBER | TYPE_INTEGER) && (ok || !c->quiet))
		ok &= compare_numbers(c, set, b, in);
	if (node->string && set->types & TYPE_STRING && (ok || !c->quiet))
		ok &= compare_strings(c, set, b, in);
	if (set->types & TYPE_ARRAY && (ok || !c->quiet))
		ok &= compare_arrays(c, set, b, in);
	if (set->types & TYPE_OBJECT && (ok || !c->quiet))
		ok &= compare_objects(c, set, b, in);
	if (node->applied && (ok || !c->quiet))
		ok &= compare_applied(c, set, b, in);
	return ok;
}

/* ---- one case after the other ---- */

struct cases {
	const struct node *n[2 + SET_MAX];
	size_t count;
	unsigned what;
};

static int next_split(const struct set *set, size_t *at, struct cases *cases)
{
	size_t i, k;

	for (i = 0; i < set->n; i++) {
		const struct applied *a = set->items[i].node->applied;
		unsigned done = set->items[i].split;
		const struct nodes *list;

		*at = i;
		if (!a)
			continue;
		list = !(done & SPLIT_ONE) && a->one.count ? &a->one
		       : !(done & SPLIT_ANY) && a->any.count ? &a->any : NULL;
		if (list && list->count <= SET_MAX) {
			cases->what = list == &a->one ? SPLIT_ONE : SPLIT_ANY;
			cases->count = list->count;
			for (k = 0; k < list->count; k++)
				cases->n[k] = list->n[k];
			return 1;
		}
		if (!(done & SPLIT_IF) && a->when) {
			cases->what = SPLIT_IF;
			cases->count = 2;
			return 1;
		}
	}
	return 0;
}

/* Case ${k} of a split: a set that is not smaller. */
static void take_case(const struct set *set, size_t at, const struct cases *cases, size_t k,
                      struct set *out)
{
	const struct applied *a = set->items[at].node->applied;
	const struct schema *schema = set->items[at].schema;

	*out = *set;
	out->items[at].split |= cases->what;
	if (cases->what != SPLIT_IF) {
		set_add(out, cases->n[k], schema);
	} else if (k == 0) {
		set_add(out, a->when, schema);
		if (a->then)
			set_add(out, a->then, schema);
	} else if (a->otherwise) {
		set_add(out, a->otherwise, schema);
	}
}

/* -1 when there is nothing to take apart. */
static int compare_cases(struct compare *c, const struct set *set, const struct item *b,
                         const struct place_in *in)
{
	struct cases cases;
	struct set one;
	size_t at, k;
	int ok = 1;

	if (!next_split(set, &at, &cases))
		return -1;
	for (k = 0; k < cases.count && (ok || !c->quiet); k++) {
		take_case(set, at, &cases, k, &one);
		ok &= compare_all(c, &one, b, in);
	}
	return ok;
}

static int compare_by_type(struct compare *c, const struct set *set, const struct item *b,
                           const struct place_in *in)
{
	static const unsigned kinds[] = {TYPE_NULL,   TYPE_BOOLEAN, TYPE_NUMBER | TYPE_INTEGER,
	                                 TYPE_STRING, TYPE_ARRAY,   TYPE_OBJECT};
	size_t i, n = 0;
	int ok = 1;

	for (i = 0; i < NITEMS(kinds); i++)
		n += (set->types & kinds[i]) != 0;
	if (n < 2)
		return -1;
	for (i = 0; i < NITEMS(kinds) && (ok || !c->quiet); i++) {
		struct set one = *set;

		one.types &= kinds[i];
		if (one.types)
			ok &= compare_all(c, &one, b, in);
	}
	return ok;
}

static int prove(struct compare *c, const struct set *set, const struct item *b,
                 const struct place_in *in)
{
	int ok;

	c->quiet++;
	ok = compare_parts(c, set, b, in);
	c->quiet--;
	if (ok)
		return 1;
	ok = compare_cases(c, set, b, in);
	if (ok < 0 && b->node->applied)
		ok = compare_by_type(c, set, b, in);
	if (ok >= 0)
		return ok;
	return c->quiet ? 0 : compare_parts(c, set, b, in);
}

/* ---- the whole ---- */

static int is_same_set(const struct set *a, const struct set *b)
{
	size_t i;

	if (a->n != b->n || a->types != b->types)
		return 0;
	for (i = 0; i < a->n; i++)
		if (a->items[i].node != b->items[i].node)
			return 0;
	return 1;
}

/* What is being proven of a value that contains this one holds here by induction. */
static int is_assumed(const struct compare *c, const struct set *set, const struct item *b)
{
	const struct proof *p;

	for (p = c->proofs; p; p = p->up)
		if (p->depth < c->depth && p->node == b->node && is_same_set(p->set, set))
			return 1;
	return 0;
}

static int has_same(const struct set *set, const struct item *b)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (nodes_same(set->items[i].node, b->node))
			return 1;
	return 0;
}

int compare_all(struct compare *c, const struct set *set, const struct item *b,
                const struct place_in *in)
{
	struct proof here = {.set = set, .node = b->node, .depth = c->depth, .up = c->proofs};
	int ok;

	if (set_is_empty(c, set) || is_assumed(c, set, b) || has_same(set, b))
		return 1;
	if (++c->steps > COMPARE_STEPS || c->nested >= COMPARE_DEEP)
		return compare_miss(c, set, b, in, NULL, "too much work to decide");
	c->proofs = &here;
	c->nested++;
	ok = prove(c, set, b, in);
	c->nested--;
	c->proofs = here.up;
	return ok;
}

int compare_quietly(struct compare *c, const struct set *set, const struct item *b)
{
	int ok;

	c->quiet++;
	ok = compare_all(c, set, b, NULL);
	c->quiet--;
	return ok;
}

int compare_below(struct compare *c, const struct set *set, const struct item *b,
                  const struct place_in *in)
{
	int ok;

	c->depth++;
	ok = compare_all(c, set, b, in);
	c->depth--;
	return ok;
}

static int compare_roots(struct compare *c)
{
	struct item root = {.node = c->new->root, .schema = c->new};
	struct set all;
	int ok;

	set_begin(&all);
	set_add(&all, c->old->root, c->old);
	ok = compare_all(c, &all, &root, NULL);
	if (!ok && !c->widening && c->out->verdict == COMPARE_COMPATIBLE)
		c->out->verdict = COMPARE_UNKNOWN;
	return ok;
}

static int names_draft_4(const json_t *v)
{
	const char *own = json_string_value(json_object_get(v, "$schema"));
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	void *iter;
	size_t i;

	if (own && strstr(own, "draft-04"))
		return 1;
	for (i = 0; i < json_array_size(v); i++)
		if (names_draft_4(json_array_get(v, i)))
			return 1;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter))
		if (names_draft_4(json_object_iter_value(iter)))
			return 1;
	return 0;
}

static int has_draft_4(const struct schema *s)
{
	const struct document *d;

	if (s->root->resource->draft == D4)
		return 1;
	for (d = s->documents; d; d = d->next)
		if (names_draft_4(d->root))
			return 1;
	return 0;
}

/* Which schema is meant depends on where one comes from: not followed here. */
static void compare_dynamic(struct compare *c)
{
	struct buf text[2] = {BUF_INIT, BUF_INIT};

	js_dump(&text[0], c->old->root->json, JS_CANONICAL);
	js_dump(&text[1], c->new->root->json, JS_CANONICAL);
	c->out->equal = !strcmp(buf_str(&text[0]), buf_str(&text[1]));
	if (!c->out->equal)
		compare_found(c, COMPARE_UNKNOWN, mem_strdup(""), mem_strdup(""),
		            mem_strdup("$dynamicRef and $recursiveRef are not followed"), NULL);
	buf_release(&text[0]);
	buf_release(&text[1]);
}

void schema_compare(const struct schema *old, const struct schema *new, struct comparison *out)
{
	struct compare c = {.old = old, .new = new, .out = out,
	                    .strict = has_draft_4(old) || has_draft_4(new)};
	int forth, back;

	*out = (struct comparison){.verdict = COMPARE_COMPATIBLE};
	if (old->dynamic_refs || new->dynamic_refs) {
		compare_dynamic(&c);
		return;
	}
	forth = compare_roots(&c);
	c = (struct compare){.old = new, .new = old, .out = out, .widening = 1,
	                     .strict = c.strict};
	back = compare_roots(&c);
	out->equal = forth && back;
}

void comparison_release(struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->list[i].keyword);
		free(c->list[i].instance);
		free(c->list[i].message);
		json_decref(c->list[i].example);
	}
	c->n = 0;
}
