/* json/schema/apply.c -- keywords that apply schemas to the same instance. */
#include <string.h>

#include "json/schema/run.h"

int check_quietly(struct run *run, const struct node *node, const json_t *v,
                  const struct path *at)
{
	int fits;

	run->quiet++;
	fits = check(run, node, v, at, NULL);
	run->quiet--;
	return fits;
}

/* Only whether it fits; what it evaluates counts when it does. */
static int try_branch(struct run *run, const struct node *node, const json_t *v,
                      const struct path *at, struct marks *marks)
{
	struct marks own;
	int fits;

	if (!marks)
		return check_quietly(run, node, v, at);
	marks_init(run, &own, v);
	run->quiet++;
	fits = check(run, node, v, at, &own);
	run->quiet--;
	if (fits)
		marks_or(run, marks, &own);
	marks_release(&own);
	return fits;
}

/* $dynamicRef: the outermost resource in scope with this anchor has the word. */
static const struct node *in_scope(struct run *run, const struct applied *a)
{
	const struct node *found = a->dynamic_ref;
	const struct scope *s = a->dynamic ? run->scope : NULL;
	size_t len = s ? strlen(a->dynamic) : 0, n;

	for (n = 0; s; s = s->up, n++) {
		const struct name *name = names_find(&s->resource->anchors, a->dynamic, len);

		if (name)
			found = s->resource->anchor_nodes[name->value];
	}
	run->steps += n / 8;
	return found;
}

static int check_any(struct run *run, const struct node *node, const json_t *v,
                     const struct path *at, struct marks *marks)
{
	const struct nodes *any = &node->applied->any;
	size_t i;
	int fits = 0;

	for (i = 0; i < any->count && !run->stop && !(fits && !marks); i++)
		fits |= try_branch(run, any->n[i], v, at, marks);
	if (!fits && !run->stop)
		fail_alternatives(run, node, any, v, at, "anyOf");
	return fits;
}

static int check_one(struct run *run, const struct node *node, const json_t *v,
                     const struct path *at, struct marks *marks)
{
	const struct nodes *one = &node->applied->one;
	size_t i, n = 0, first = 0;

	for (i = 0; i < one->count && !run->stop; i++) {
		if (!try_branch(run, one->n[i], v, at, marks))
			continue;
		if (n++)
			return fail(run, node, at, "oneOf", "must fit exactly one alternative, "
			            "and fits numbers %zu and %zu", first + 1, i + 1);
		first = i;
	}
	if (!n && !run->stop)
		fail_alternatives(run, node, one, v, at, "oneOf");
	return n != 0;
}

static int check_if(struct run *run, const struct applied *a, const json_t *v,
                    const struct path *at, struct marks *marks)
{
	const struct node *next;

	if (!a->then && !a->otherwise && !marks)
		return 1;
	next = try_branch(run, a->when, v, at, marks) ? a->then : a->otherwise;
	return !next || check(run, next, v, at, marks);
}

int check_applied(struct run *run, const struct node *node, const json_t *v,
                  const struct path *at, struct marks *marks)
{
	const struct applied *a = node->applied;
	int ok = 1;
	size_t i;

	if (a->ref)
		ok = check(run, a->ref, v, at, marks);
	if (a->dynamic_ref && (ok || !run->quiet))
		ok &= check(run, in_scope(run, a), v, at, marks);
	for (i = 0; i < a->all.count && (ok || !run->quiet) && !run->stop; i++)
		ok &= check(run, a->all.n[i], v, at, marks);
	if (a->any.count && (ok || !run->quiet))
		ok &= check_any(run, node, v, at, marks);
	if (a->one.count && (ok || !run->quiet))
		ok &= check_one(run, node, v, at, marks);
	if (a->not && (ok || !run->quiet) && check_quietly(run, a->not, v, at))
		ok = fail(run, node, at, "not", "is what must not be here");
	if (a->when && (ok || !run->quiet))
		ok &= check_if(run, a, v, at, marks);
	return ok;
}

/* ---- what is left over ---- */

static int rest_of_array(struct run *run, const struct node *rest, const json_t *v,
                         const struct path *at, const struct marks *marks)
{
	struct path here = {.up = at};
	int ok = 1;

	run->steps += json_array_size(v) / 8;
	for (; here.index < json_array_size(v) && (ok || !run->quiet) && !run->stop; here.index++)
		if (!marks_has(marks, here.index))
			ok &= check(run, rest, json_array_get(v, here.index), &here, NULL);
	return ok;
}

static int rest_of_object(struct run *run, const struct node *node, const json_t *v,
                          const struct path *at, const struct marks *marks)
{
	const struct node *rest = node->applied->rest_props;
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	void *iter = json_object_iter(obj);
	int ok = 1;
	size_t i;

	run->steps += json_object_size(v) / 4;
	for (i = 0; iter && (ok || !run->quiet) && !run->stop; i++) {
		struct path here = {.up = at, .key = json_object_iter_key(iter)};

		if (marks_has(marks, i))
			;
		else if (rest->flags & NODE_NOTHING_VALID)
			ok = fail_unknown(run, rest, &here, node->object ? &node->object->names : NULL);
		else
			ok &= check(run, rest, json_object_iter_value(iter), &here, NULL);
		iter = json_object_iter_next(obj, iter);
	}
	return ok;
}

int check_rest(struct run *run, const struct node *node, const json_t *v, const struct path *at,
               struct marks *marks)
{
	int ok = json_is_array(v)
	             ? rest_of_array(run, node->applied->rest_items, v, at, marks)
	             : rest_of_object(run, node, v, at, marks);

	marks_all(marks);
	return ok;
}
