/* json/schema/output.c -- errors as a tree that follows the way of the check. */
#include "json/schema/output.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/run.h"
#include "json/schema/uri.h"

/* A check under way lies on the stack; it gets a unit when something below it fails. */
struct trace {
	struct frame *top;
	json_t *root;           /* unit of the whole, or NULL */
	const char *retrieved;
	size_t errors;
	struct schema_error e;  /* the last one; its message is still to be written */
	json_t *unit;           /* whose it is, borrowed */
};

/* ---- where ---- */

/* The steps from ${from} down to ${to}: 1, or 0 when that does not lie below. */
static int add_below(struct buf *out, const struct path *from, const struct path *to)
{
	if (to == from)
		return 1;
	if (!to || !to->up || !add_below(out, from, to->up))
		return 0;
	if (to->key)
		js_pointer_add(out, to->key);
	else
		buf_addf(out, "/%zu", to->index);
	return 1;
}

static void add_step(struct buf *out, const struct node *from, const struct node *to)
{
	if (from->applied && from->applied->ref == to)
		buf_adds(out, "/$ref");
	else if (!add_below(out, from->at, to->at))
		buf_adds(out, from->resource->draft == D19 ? "/$recursiveRef" : "/$dynamicRef");
}

static const struct frame *of_schema(const struct frame *f)
{
	while (f->keyword)
		f = f->up;
	return f;
}

static void add_location(struct buf *out, const struct frame *f)
{
	if (!f->up)
		return;
	add_location(out, of_schema(f->up));
	if (f->keyword)
		js_pointer_add(out, f->keyword);
	else
		add_step(out, of_schema(f->up)->node, f->node);
}

static json_t *new_unit(const struct trace *t, const struct frame *f, const struct node *node,
                        const struct path *at, const char *keyword)
{
	const struct resource *r = node->resource;
	struct path last = {.up = node->at, .key = keyword};
	struct buf where = BUF_INIT, base = BUF_INIT;
	json_t *unit = json_object();

	js_set_new(unit, "valid", json_false());
	add_location(&where, of_schema(f));
	if (of_schema(f)->node != node)
		add_step(&where, of_schema(f)->node, node);
	if (keyword)
		js_pointer_add(&where, keyword);
	js_set_str(unit, "keywordLocation", buf_str(&where));
	buf_clear(&where);
	if (uri_is_absolute(r->uri))
		buf_adds(&base, r->uri);
	else if (t->retrieved)
		uri_resolve(&base, t->retrieved, r->uri);
	if (base.len) {
		add_below(&where, r->at, keyword ? &last : node->at);
		buf_addc(&base, '#');
		uri_add_fragment(&base, buf_str(&where));
		js_set_str(unit, "absoluteKeywordLocation", buf_str(&base));
		buf_clear(&where);
	}
	path_add(&where, at);
	js_set_str(unit, "instanceLocation", buf_str(&where));
	buf_release(&where);
	buf_release(&base);
	return unit;
}

/* ---- the tree ---- */

static void append(json_t *to, json_t *unit)
{
	json_t *list = json_object_get(to, "errors");

	if (!list) {
		list = json_array();
		js_set_new(to, "errors", list);
	}
	if (json_array_append_new(list, unit))
		mem_oom();
}

static json_t *unit_of(struct trace *t, struct frame *f)
{
	const struct frame *up = f->up;

	if (f->unit)
		return f->unit;
	/* the root is entered here and, unless it is but a leaf, by its check */
	if (up && up->node == f->node && up->at == f->at && !up->keyword && !f->keyword)
		return f->unit = unit_of(t, f->up);
	f->unit = new_unit(t, f, f->node, f->at, f->keyword);
	if (f->up)
		append(unit_of(t, f->up), f->unit);
	else
		t->root = f->unit;
	return f->unit;
}

/* The message of the last error is there now. */
static void settle(struct trace *t)
{
	if (t->unit && t->e.message)
		js_set_str(t->unit, "error", t->e.message);
	free(t->e.message);
	t->e.message = NULL;
	t->unit = NULL;
}

struct schema_error *trace_error(struct run *run, const struct node *node, const struct path *at,
                                 const char *keyword)
{
	struct trace *t = run->trace;
	struct frame *f = t->top;

	settle(t);
	if (t->errors++ >= OUTPUT_MAX || !f)
		return NULL;
	if (f->keyword && keyword && !strcmp(f->keyword, keyword) && f->node == node) {
		t->unit = unit_of(t, f);
	} else {
		t->unit = new_unit(t, f, node, at, keyword);
		append(unit_of(t, f), t->unit);
	}
	return &t->e;
}

void trace_enter(struct run *run, struct frame *here, const struct node *node,
                 const char *keyword, const struct path *at)
{
	*here = (struct frame){.node = node, .keyword = keyword, .at = at,
	                       .up = run->trace->top};
	run->trace->top = here;
}

void trace_leave(struct run *run, const struct frame *here)
{
	run->trace->top = here->up;
}

/* ---- the formats ---- */

static void collect(const json_t *unit, json_t *list)
{
	const json_t *below = json_object_get(unit, "errors");
	size_t i;

	if (json_object_get(unit, "error")) {
		json_t *own = json_copy((json_t *)unit);

		json_object_del(own, "errors");
		if (json_array_append_new(list, own))
			mem_oom();
	}
	for (i = 0; i < json_array_size(below); i++)
		collect(json_array_get(below, i), list);
}

static json_t *basic(const json_t *root)
{
	json_t *out = json_object(), *list = json_array();

	collect(root, list);
	js_set_new(out, "valid", json_false());
	js_set_new(out, "errors", list);
	return out;
}

/* A unit with one child and nothing to say gives it its place. */
static void condense(json_t *unit)
{
	json_t *list = json_object_get(unit, "errors");
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		json_t *child = json_array_get(list, i), *only;

		condense(child);
		only = json_object_get(child, "errors");
		if (!json_object_get(child, "error") && json_array_size(only) == 1)
			json_array_set(list, i, json_array_get(only, 0));
	}
}

static json_t *valid(enum schema_output form)
{
	json_t *out = json_object();

	js_set_new(out, "valid", json_true());
	if (form == OUTPUT_DETAILED) {
		js_set_str(out, "keywordLocation", "");
		js_set_str(out, "instanceLocation", "");
	}
	return out;
}

json_t *schema_output(const struct schema *s, const json_t *instance, enum schema_output form,
                      const char *retrieved)
{
	struct path at = {.up = NULL};
	struct trace t = {.retrieved = retrieved};
	struct run run = {.s = s, .trace = &t};
	struct frame root;
	json_t *out;

	if (!schema_validate(s, instance, NULL))
		return valid(form);
	trace_enter(&run, &root, s->root, NULL, &at);
	check(&run, s->root, instance, &at, NULL);
	if (!t.errors) /* the limit was met where nothing is reported */
		fail(&run, s->root, &at, NULL,
		     "the check was stopped: too much work for one document");
	settle(&t);
	out = form == OUTPUT_DETAILED ? json_incref(t.root) : basic(t.root);
	if (form == OUTPUT_DETAILED)
		condense(out);
	if (form == OUTPUT_FLAG)
		json_object_del(out, "errors");
	json_decref(t.root);
	return out;
}
