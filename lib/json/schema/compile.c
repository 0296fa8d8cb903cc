/* json/schema/compile.c -- a schema document becomes a tree of struct node. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/schema/node.h"
#include "json/schema/pattern.h"
#include "json/schema/schema.h"

enum { MAX_NODES = 10000, MAX_DEPTH = 64, SORT_FROM = 9 };
enum { MAX_PATTERN_BYTES = 4 << 20 }; /* of all compiled patterns together */

struct compile {
	struct err *err;
	int draft; /* 4, 6, 7, 2019, 2020 */
	size_t nodes;
	size_t pattern_bytes;
};

struct take {
	struct compile *c;
	struct node *node;
	const struct path *at; /* the keyword */
	const json_t *value;
	unsigned slot;
	unsigned depth;
};

static int compile_node(struct compile *c, struct node **slot, const struct path *at,
                        const json_t *doc, unsigned depth);

static int refuse(struct compile *c, const struct path *at, const char *what)
{
	struct buf where = BUF_INIT;

	path_add(&where, at);
	err_field(c->err, FAIL_INVALID, buf_str(&where), "%s", what);
	buf_release(&where);
	return -1;
}

static json_t *copy(const json_t *v)
{
	json_t *own = json_deep_copy(v);

	if (!own)
		mem_oom();
	return own;
}

/* ---- one function per kind of keyword ---- */

static int take_type(const struct take *t)
{
	const json_t *v = t->value;
	size_t i, n = json_is_array(v) ? json_array_size(v) : 1;

	t->node->has |= HAS_TYPE;
	t->node->types = 0;
	for (i = 0; i < n; i++) {
		const json_t *word = json_is_array(v) ? json_array_get(v, i) : v;
		unsigned bit = json_is_string(word) ? type_by_name(json_string_value(word)) : 0;

		if (!bit)
			return refuse(t->c, t->at,
			              "must be string, number, integer, boolean, object, array or "
			              "null, or a list of them");
		t->node->types |= bit;
	}
	return n ? 0 : refuse(t->c, t->at, "must name a type");
}

static int take_enum(const struct take *t)
{
	t->node->has |= HAS_ENUM;
	t->node->allowed = copy(t->value);
	if (json_array_size(t->value) >= SORT_FROM)
		texts_make(&t->node->sorted, t->value);
	return 0;
}

static int take_const(const struct take *t)
{
	if (t->c->draft == 4)
		return refuse(t->c, t->at, "is not a keyword of draft-04");
	t->node->has |= HAS_CONST;
	t->node->fixed = copy(t->value);
	return 0;
}

static int take_bound(const struct take *t)
{
	const json_t *v = t->value;

	if (t->c->draft == 4 && (t->slot == B_ABOVE || t->slot == B_BELOW)) {
		if (!json_is_boolean(v))
			return refuse(t->c, t->at, "must be true or false in draft-04");
		if (json_is_true(v))
			t->node->has |= t->slot == B_ABOVE ? HAS_NOT_MIN : HAS_NOT_MAX;
		return 0;
	}
	if (!json_is_number(v))
		return refuse(t->c, t->at, "must be a number");
	if (t->slot == B_MULTIPLE && json_number_value(v) <= 0)
		return refuse(t->c, t->at, "must be greater than 0");
	t->node->has |= (unsigned)HAS_BOUND << t->slot;
	t->node->bound[t->slot] = copy(v);
	return 0;
}

static int take_count(const struct take *t)
{
	double v = json_number_value(t->value);

	if (v > 1e15)
		v = 1e15; /* more than any size */
	if (v < 0 || v != (double)(size_t)v)
		return refuse(t->c, t->at, "must be a whole number, not negative");
	t->node->has |= (unsigned)HAS_COUNT << t->slot;
	t->node->count[t->slot] = (size_t)v;
	return 0;
}

static int take_pattern(const struct take *t)
{
	struct err why = ERR_INIT;
	size_t n = json_string_length(t->value);

	t->node->pattern = pattern_compile(json_string_value(t->value), n, &why);
	if (!t->node->pattern)
		return refuse(t->c, t->at, why.msg);
	t->node->pattern_text = mem_strndup(json_string_value(t->value), n);
	t->c->pattern_bytes += pattern_size(t->node->pattern);
	if (t->c->pattern_bytes > MAX_PATTERN_BYTES)
		return refuse(t->c, t->at, "the patterns are too large together");
	return 0;
}

static int take_unique(const struct take *t)
{
	if (json_is_true(t->value))
		t->node->has |= HAS_UNIQUE;
	return 0;
}

static int take_required(const struct take *t)
{
	size_t i, n = json_array_size(t->value);

	t->node->required = mem_alloc(n * sizeof(*t->node->required));
	for (i = 0; i < n; i++) {
		const json_t *name = json_array_get(t->value, i);

		if (!json_is_string(name))
			return refuse(t->c, t->at, "must be a list of names");
		t->node->required[i].name = mem_strdup(json_string_value(name));
		t->node->required[i].len = json_string_length(name);
		t->node->nrequired = i + 1;
	}
	return 0;
}

static int prop_order(const void *a, const void *b)
{
	return strcmp(((const struct prop *)a)->name, ((const struct prop *)b)->name);
}

static int take_properties(const struct take *t)
{
	json_t *obj = (json_t *)t->value; /* jansson's iterators take no const */
	struct node *node = t->node;
	void *iter;

	node->props = mem_alloc(json_object_size(obj) * sizeof(*node->props));
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		struct prop *p = &node->props[node->nprops++];
		struct path at = {.up = t->at, .key = json_object_iter_key(iter)};

		p->name = mem_strdup(at.key);
		p->len = strlen(at.key);
		if (compile_node(t->c, &p->node, &at, json_object_iter_value(iter), t->depth + 1))
			return -1;
	}
	qsort(node->props, node->nprops, sizeof(*node->props), prop_order);
	return 0;
}

static int take_additional(const struct take *t)
{
	return compile_node(t->c, &t->node->additional, t->at, t->value, t->depth + 1);
}

static int take_items(const struct take *t)
{
	if (json_is_array(t->value) && t->c->draft < 2020)
		return refuse(t->c, t->at, "lists of schemas are not supported");
	return compile_node(t->c, &t->node->items, t->at, t->value, t->depth + 1);
}

static int take_refused(const struct take *t)
{
	return refuse(t->c, t->at, "this keyword is not supported");
}

static int take_dialect(const struct take *t)
{
	/* the root's was read before all else */
	return t->depth ? refuse(t->c, t->at, "only the root may choose a dialect") : 0;
}

static int (*const takes[])(const struct take *) = {
    [OP_REFUSED] = take_refused,
    [OP_DIALECT] = take_dialect,
    [OP_TYPE] = take_type,
    [OP_ENUM] = take_enum,
    [OP_CONST] = take_const,
    [OP_BOUND] = take_bound,
    [OP_COUNT] = take_count,
    [OP_PATTERN] = take_pattern,
    [OP_UNIQUE] = take_unique,
    [OP_REQUIRED] = take_required,
    [OP_PROPERTIES] = take_properties,
    [OP_ADDITIONAL] = take_additional,
    [OP_ITEMS] = take_items,
};

/* ---- the tree ---- */

/* draft-04 marks minimum and maximum as exclusive by a second keyword. */
static int settle_exclusive(struct compile *c, struct node *node, const struct path *at)
{
	static const struct {
		unsigned flag, from, to;
		const char *text;
	} pairs[] = {
	    {HAS_NOT_MIN, B_MIN, B_ABOVE, "exclusiveMinimum without minimum"},
	    {HAS_NOT_MAX, B_MAX, B_BELOW, "exclusiveMaximum without maximum"},
	};
	size_t i;

	for (i = 0; i < NITEMS(pairs); i++) {
		if (!(node->has & pairs[i].flag))
			continue;
		if (!node->bound[pairs[i].from])
			return refuse(c, at, pairs[i].text);
		node->bound[pairs[i].to] = node->bound[pairs[i].from];
		node->bound[pairs[i].from] = NULL;
		node->has &= ~((unsigned)HAS_BOUND << pairs[i].from);
		node->has |= (unsigned)HAS_BOUND << pairs[i].to;
	}
	return 0;
}

static int compile_member(struct compile *c, struct node *node, const struct path *at,
                          const json_t *value, unsigned depth)
{
	const struct keyword *k = keyword_find(at->key);
	struct take t = {.c = c, .node = node, .at = at, .value = value, .depth = depth};

	if (!k)
		return 0; /* the specification: an unknown keyword is an annotation */
	if (!keyword_fits(k, value))
		return refuse(c, at, keyword_wants(k));
	t.slot = k->slot;
	return k->op == OP_ANNOTATION ? 0 : takes[k->op](&t);
}

static int compile_node(struct compile *c, struct node **slot, const struct path *at,
                        const json_t *doc, unsigned depth)
{
	json_t *obj = (json_t *)doc;
	struct node *node;
	void *iter;

	if (depth > MAX_DEPTH)
		return refuse(c, at, "schemas nested too deeply");
	if (++c->nodes > MAX_NODES)
		return refuse(c, at, "too many subschemas");
	if (!json_is_object(doc) && !json_is_boolean(doc))
		return refuse(c, at, "must be a schema: an object, true or false");
	node = *slot = mem_alloc(sizeof(*node));
	if (json_is_false(doc))
		node->has = HAS_NOTHING_VALID;
	if (!json_is_object(doc))
		return 0;
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter)) {
		struct path member = {.up = at, .key = json_object_iter_key(iter)};

		if (compile_member(c, node, &member, json_object_iter_value(iter), depth))
			return -1;
	}
	return settle_exclusive(c, node, at);
}

static void node_free(struct node *node)
{
	size_t i;

	if (!node)
		return;
	for (i = 0; i < B_COUNT; i++)
		json_decref(node->bound[i]);
	json_decref(node->allowed);
	texts_release(&node->sorted);
	json_decref(node->fixed);
	pattern_free(node->pattern);
	free(node->pattern_text);
	for (i = 0; i < node->nrequired; i++)
		free(node->required[i].name);
	free(node->required);
	for (i = 0; i < node->nprops; i++) {
		free(node->props[i].name);
		node_free(node->props[i].node);
	}
	free(node->props);
	node_free(node->additional);
	node_free(node->items);
	free(node);
}

/* The draft's number by the root's $schema, 0 when it is none that we know. */
static int read_dialect(const json_t *doc)
{
	static const struct {
		const char *uri;
		int draft;
	} dialects[] = {
	    {"https://json-schema.org/draft/2020-12/schema", 2020},
	    {"https://json-schema.org/draft/2019-09/schema", 2019},
	    {"http://json-schema.org/draft-07/schema", 7},
	    {"http://json-schema.org/draft-06/schema", 6},
	    {"http://json-schema.org/draft-04/schema", 4},
	};
	const json_t *v = json_object_get(doc, "$schema");
	const char *uri = json_string_value(v);
	size_t i, n = json_string_length(v);

	if (!v)
		return 2020;
	if (n && uri[n - 1] == '#')
		n--;
	for (i = 0; i < NITEMS(dialects); i++)
		if (strlen(dialects[i].uri) == n && !memcmp(dialects[i].uri, uri, n))
			return dialects[i].draft;
	return 0;
}

struct schema *schema_compile(const json_t *doc, struct err *err)
{
	struct compile c = {.err = err, .draft = read_dialect(doc)};
	struct path root = {.up = NULL};
	struct schema *s;

	if (!c.draft) {
		err_field(err, FAIL_INVALID, "/$schema",
		          "dialect not supported; use 2020-12, 2019-09, draft-07, 06 or 04");
		return NULL;
	}
	s = mem_alloc(sizeof(*s));
	s->strict_integer = c.draft == 4;
	if (compile_node(&c, &s->root, &root, doc, 0)) {
		schema_free(s);
		return NULL;
	}
	return s;
}

void schema_free(struct schema *s)
{
	if (!s)
		return;
	node_free(s->root);
	free(s);
}
