/* json/schema/object.c -- the keywords for objects: one walk over the members. */
#include <string.h>

#include "base/mem.h"
#include "json/schema/pattern.h"
#include "json/schema/run.h"

static int check_required(struct run *run, const struct node *node, const json_t *v,
                          const struct path *at)
{
	const json_t *list = node->object->required;
	size_t i, n = json_array_size(list);
	int ok = 1;

	run->steps += n;
	for (i = 0; i < n && (ok || !run->quiet); i++) {
		const json_t *name = json_array_get(list, i);

		if (!json_object_getn(v, json_string_value(name), json_string_length(name)))
			ok = fail(run, node, at, "required", "needs the field \"%s\"",
			          json_string_value(name));
	}
	return ok;
}

static int check_needed(struct run *run, const struct node *node, const struct dependent *d,
                        const json_t *v, const struct path *at)
{
	const char *keyword =
	    node->resource->draft & (D19 | D20) ? "dependentRequired" : "dependencies";
	size_t i;
	int ok = 1;

	run->steps += json_array_size(d->required);
	for (i = 0; i < json_array_size(d->required) && (ok || !run->quiet); i++) {
		const json_t *name = json_array_get(d->required, i);

		if (!json_object_getn(v, json_string_value(name), json_string_length(name)))
			ok = fail(run, node, at, keyword,
			          "needs the field \"%s\", because \"%s\" is there",
			          json_string_value(name), d->name);
	}
	return ok;
}

static int check_dependent(struct run *run, const struct node *node, const json_t *v,
                           const struct path *at, struct marks *marks)
{
	const struct object_part *o = node->object;
	size_t i;
	int ok = 1;

	run->steps += o->ndependent;
	for (i = 0; i < o->ndependent && (ok || !run->quiet) && !run->stop; i++) {
		const struct dependent *d = &o->dependent[i];

		if (!json_object_getn(v, d->name, d->len))
			continue;
		if (d->required)
			ok &= check_needed(run, node, d, v, at);
		else
			ok &= check(run, d->node, v, at, marks);
	}
	return ok;
}

static int check_key(struct run *run, const struct node *node, const struct path *at)
{
	json_t *name = json_string_nocheck(at->key);
	int ok;

	if (!name)
		mem_oom();
	run->steps += 2;
	ok = check(run, node, name, at, NULL);
	json_decref(name);
	return ok;
}

/* Of one member: what patternProperties say of it.  *matched grows. */
static int check_patterns(struct run *run, const struct object_part *o, const json_t *v,
                          const struct path *here, int *matched)
{
	size_t i, n = strlen(here->key);
	int ok = 1;

	for (i = 0; i < o->npatterns && (ok || !run->quiet) && !run->stop; i++) {
		const struct pattern_prop *p = &o->patterns[i];
		int rc = pattern_match_steps(p->pattern, here->key, n, &run->steps);

		/* members that fit no pattern lead nowhere else */
		if (++run->steps > MAX_STEPS)
			return check_exhausted(run, p->node, here);
		if (rc < 0)
			ok = fail(run, p->node, here, NULL,
			          "the name takes too much work to match with this pattern");
		if (rc <= 0)
			continue;
		*matched = 1;
		ok &= check(run, p->node, v, here, NULL);
	}
	return ok;
}

/* A member that neither properties nor patternProperties know. */
static int check_additional(struct run *run, const struct object_part *o, const json_t *v,
                            const struct path *here)
{
	if (o->additional->flags & NODE_NOTHING_VALID)
		return fail_unknown(run, o->additional, here, &o->names);
	return check(run, o->additional, v, here, NULL);
}

/* All that needs a look at the members, in the instance's order. */
static int walk(struct run *run, const struct object_part *o, const json_t *v,
                const struct path *at, struct marks *marks)
{
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	struct path here = {.up = at};
	void *iter = json_object_iter(obj);
	size_t i;
	int ok = 1;

	for (i = 0; iter && (ok || !run->quiet) && !run->stop; i++) {
		const json_t *value = json_object_iter_value(iter);
		const struct name *name;
		int known = 0;

		here.key = json_object_iter_key(iter);
		name = names_find(&o->names, here.key, json_object_iter_key_len(iter));
		iter = json_object_iter_next(obj, iter);
		run->steps++;
		if (name) {
			const struct node *node = o->props[name->value].node;

			known = node != NULL;
			if (known)
				ok &= check(run, node, value, &here, NULL);
		}
		if (o->npatterns)
			ok &= check_patterns(run, o, value, &here, &known);
		if (!known && o->additional) {
			ok &= check_additional(run, o, value, &here);
			known = 1;
		}
		if (known)
			marks_set(marks, i);
		if (o->keys && (ok || !run->quiet))
			ok &= check_key(run, o->keys, &here);
	}
	return ok;
}

int check_object(struct run *run, const struct node *node, const json_t *v,
                 const struct path *at, struct marks *marks)
{
	const struct object_part *o = node->object;
	size_t n = json_object_size(v);
	/* a report names what is missing first; the quick walk finds out on its way */
	int quick = run->quiet && !marks && o->plain;
	int ok = 1;

	if (n < o->len.low || n > o->len.high)
		ok = fail_range(run, node, at, C_MIN_PROPS, &o->len, n);
	if (o->required && !quick && (ok || !run->quiet))
		ok &= check_required(run, node, v, at);
	if (o->ndependent && (ok || !run->quiet))
		ok &= check_dependent(run, node, v, at, marks);
	if (o->walks && (ok || !run->quiet))
		ok &= quick ? quick_members(run, o, v, n, at) : walk(run, o, v, at, marks);
	return ok;
}
