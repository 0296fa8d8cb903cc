/* json/schema/compare.c -- does all of a set lie within a schema: proof, parts, and what is found. */
#include "json/schema/compare_p.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"

enum { MISSES_TRIED = 300 };

const char *const compare_words[] = {
    [COMPARE_COMPATIBLE] = "compatible", [COMPARE_BREAKING] = "breaking",
    [COMPARE_UNKNOWN] = "unknown",
};

/* ---- findings ---- */

static void add_place(struct buf *out, const struct place_in *in)
{
	if (!in)
		return;
	add_place(out, in->up);
	if (in->any)
		buf_adds(out, in->key ? "/*" : "/-");
	else if (in->key)
		js_pointer_add(out, in->key);
	else
		buf_addf(out, "/%zu", in->index);
}

static char *keyword_pointer(const struct node *node, const char *keyword)
{
	struct path last = {.up = node->at, .key = keyword};
	struct buf b = BUF_INIT;

	if (node->resource->document)
		buf_addf(&b, "%s#", node->resource->document);
	path_add(&b, keyword ? &last : node->at);
	return buf_detach(&b);
}

static int is_known(const struct comparison *out, const char *keyword, const char *instance)
{
	size_t i;

	for (i = 0; i < out->n; i++)
		if (!strcmp(out->list[i].keyword, keyword) &&
		    !strcmp(out->list[i].instance, instance))
			return 1;
	return 0;
}

/* Takes the strings over. */
static void add_finding(struct compare *c, enum compare_verdict verdict, char *keyword,
                        char *instance, char *message, json_t *example)
{
	struct comparison *out = c->out;

	if (!c->widening && (verdict == COMPARE_BREAKING || out->verdict == COMPARE_COMPATIBLE))
		out->verdict = verdict;
	if (out->n == COMPARE_FINDINGS || is_known(out, keyword, instance)) {
		free(keyword);
		free(instance);
		free(message);
		return;
	}
	out->list[out->n++] = (struct compare_finding){
	    .verdict = c->widening ? COMPARE_COMPATIBLE : verdict, .keyword = keyword,
	    .instance = instance, .message = message, .example = json_incref(example)};
}

/* 1 when ${doc} tells the schemas apart; the finding is what the new one says of it. */
static int add_example(struct compare *c, json_t *doc)
{
	struct schema_errors errors;

	if (schema_validate(c->old, doc, NULL) || !schema_validate(c->new, doc, &errors))
		return 0;
	add_finding(c, COMPARE_BREAKING, mem_strdup(errors.e[errors.n - 1].keyword),
	            mem_strdup(errors.e[errors.n - 1].instance),
	            mem_strdup(errors.e[errors.n - 1].message), doc);
	schema_errors_release(&errors);
	return 1;
}

static int try_values(struct compare *c, const struct set *set, const struct item *b,
                      const struct place_in *in)
{
	json_t *values = sample_values(set, b);
	int found = 0;
	size_t i;

	for (i = 0; i < json_array_size(values) && !found; i++) {
		const json_t *v = json_array_get(values, i);
		json_t *doc;

		if (item_accepts(b, v) != 0 || !set_accepts(set, v))
			continue;
		doc = sample_document(in, v);
		found = doc && add_example(c, doc);
		json_decref(doc);
	}
	json_decref(values);
	return found;
}

int compare_miss(struct compare *c, const struct set *set, const struct item *b,
                 const struct place_in *in, const char *keyword, const char *why)
{
	struct buf place = BUF_INIT;

	if (c->quiet || (c->tried++ < MISSES_TRIED && try_values(c, set, b, in)) || c->widening)
		return 0;
	add_place(&place, in);
	add_finding(c, COMPARE_UNKNOWN, keyword_pointer(b->node, keyword), buf_detach(&place),
	            mem_strdup(why), NULL);
	return 0;
}

/* ---- keywords for any value ---- */

static int has_number(const json_t *v)
{
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	void *iter;
	size_t i;

	for (i = 0; i < json_array_size(v); i++)
		if (has_number(json_array_get(v, i)))
			return 1;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter))
		if (has_number(json_object_iter_value(iter)))
			return 1;
	return json_is_number(v);
}

/* 1 is also 1.0, which draft-04 tells from it. */
static int accepts_as_real(const struct set *set, const struct item *b, const json_t *v)
{
	json_t *real;
	int ok;

	if (!json_is_integer(v))
		return !has_number(v) || json_is_real(v);
	real = json_real((double)json_integer_value(v));
	ok = !set_accepts(set, real) || item_accepts(b, real) == 1;
	json_decref(real);
	return ok;
}

/* Few values: each is asked. */
static int compare_values(struct compare *c, const struct set *set, const struct item *b,
                          const struct place_in *in, json_t *values)
{
	int ok = 1;
	size_t i;

	for (i = 0; i < json_array_size(values); i++) {
		const json_t *v = json_array_get(values, i);

		ok &= item_accepts(b, v) == 1 && (!c->strict || accepts_as_real(set, b, v));
	}
	return ok || compare_miss(c, set, b, in, NULL, "may refuse one of the values");
}

static int compare_types(struct compare *c, const struct set *set, const struct item *b,
                         const struct place_in *in)
{
	unsigned have = set->types, want = b->node->types;
	int strict = b->node->flags & NODE_STRICT, own = 0;
	size_t i;

	for (i = 0; i < set->n; i++)
		own |= set->items[i].node->flags & NODE_STRICT &&
		       !(set->items[i].node->types & TYPE_NUMBER);
	/* 1.0 is an integer, but not of draft-04 */
	if (!(have & ~want) && !(have & TYPE_INTEGER && !(want & TYPE_NUMBER) && strict && !own))
		return 1;
	return compare_miss(c, set, b, in, "type", "may refuse a type");
}

static int compare_any(struct compare *c, const struct set *set, const struct item *b,
                       const struct place_in *in, const struct nodes *any)
{
	size_t i;

	for (i = 0; i < any->count; i++)
		if (compare_quietly(c, set, &(struct item){any->n[i], b->schema, 0}))
			return 1;
	return compare_miss(c, set, b, in, "anyOf", "no alternative surely fits");
}

static int excludes(struct compare *c, const struct set *set, const struct node *one,
                    const struct node *other, const struct schema *schema)
{
	struct set both = *set;

	set_add(&both, one, schema);
	if (other)
		set_add(&both, other, schema);
	return set_is_empty(c, &both);
}

static int compare_one(struct compare *c, const struct set *set, const struct item *b,
                       const struct place_in *in, const struct nodes *one)
{
	size_t i, k;

	for (i = 0; i < one->count; i++) {
		if (!compare_quietly(c, set, &(struct item){one->n[i], b->schema, 0}))
			continue;
		for (k = 0; k < one->count; k++)
			if (k != i && !excludes(c, set, one->n[i], one->n[k], b->schema))
				break;
		if (k == one->count)
			return 1;
	}
	return compare_miss(c, set, b, in, "oneOf", "not surely exactly one alternative fits");
}

static int compare_not(struct compare *c, const struct set *set, const struct item *b,
                       const struct place_in *in, const struct node *not)
{
	struct set refused;
	size_t i;

	if (excludes(c, set, not, NULL, b->schema))
		return 1;
	set_begin(&refused);
	set_add(&refused, not, b->schema);
	for (i = 0; i < set->n; i++) {
		const struct applied *a = set->items[i].node->applied;

		if (a && a->not && compare_quietly(c, &refused, &(struct item){a->not,
		                                            set->items[i].schema, 0}))
			return 1;
	}
	return compare_miss(c, set, b, in, "not", "may refuse by \"not\"");
}

/* The old schema's consequences of the same condition are known, too. */
static void add_branch(struct set *out, const struct set *set, const struct node *when, int holds)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		const struct applied *a = set->items[i].node->applied;
		const struct node *next = a ? holds ? a->then : a->otherwise : NULL;

		if (next && a->when && nodes_same(a->when, when))
			set_add(out, next, set->items[i].schema);
	}
}

static int compare_if(struct compare *c, const struct set *set, const struct item *b,
                      const struct place_in *in, const struct applied *a)
{
	struct set yes = *set, no = *set;
	int ok = 1;

	add_branch(&yes, set, a->when, 1);
	add_branch(&no, set, a->when, 0);
	set_add(&yes, a->when, b->schema);
	if (a->then)
		ok = compare_all(c, &yes, &(struct item){a->then, b->schema, 0}, in);
	if (a->otherwise && !compare_quietly(c, set, &(struct item){a->when, b->schema, 0}))
		ok &= compare_all(c, &no, &(struct item){a->otherwise, b->schema, 0}, in);
	return ok;
}

static int compare_rest(struct compare *c, const struct set *set, const struct item *b,
                        const struct place_in *in)
{
	const struct applied *a = b->node->applied;
	int ok = 1;

	if (a->rest_props && !json_is_true(a->rest_props->json) && set->types & TYPE_OBJECT &&
	    !plain_rest(b->node, 0))
		ok = compare_miss(c, set, b, in, "unevaluatedProperties",
		                  "beside other schemas this is not decided");
	if (a->rest_items && !json_is_true(a->rest_items->json) && set->types & TYPE_ARRAY &&
	    !plain_rest(b->node, 1))
		ok &= compare_miss(c, set, b, in, "unevaluatedItems",
		                   "beside other schemas this is not decided");
	return ok;
}

static int compare_applied(struct compare *c, const struct set *set, const struct item *b,
                           const struct place_in *in)
{
	const struct applied *a = b->node->applied;
	int ok = 1;
	size_t i;

	if (a->ref)
		ok = compare_all(c, set, &(struct item){a->ref, b->schema, 0}, in);
	for (i = 0; i < a->all.count && (ok || !c->quiet); i++)
		ok &= compare_all(c, set, &(struct item){a->all.n[i], b->schema, 0}, in);
	if (a->any.count && (ok || !c->quiet))
		ok &= compare_any(c, set, b, in, &a->any);
	if (a->one.count && (ok || !c->quiet))
		ok &= compare_one(c, set, b, in, &a->one);
	if (a->not && (ok || !c->quiet))
		ok &= compare_not(c, set, b, in, a->not);
	if (a->when && (ok || !c->quiet))
		ok &= compare_if(c, set, b, in, a);
	return ok && compare_rest(c, set, b, in);
}

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
		add_finding(c, COMPARE_UNKNOWN, mem_strdup(""), mem_strdup(""),
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
	if (old->dynamic || new->dynamic) {
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
