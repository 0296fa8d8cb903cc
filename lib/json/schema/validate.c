/* json/schema/validate.c -- an instance against a compiled schema. */

#include "json/schema/run.h"

static int integral(double v)
{
	/* beyond 2^53 there are no others */
	return !(v < 9007199254740992.0 && v > -9007199254740992.0) || v == (double)(int64_t)v;
}

static inline int type_fits(const struct node *node, const json_t *v)
{
	if (type_bit(v) & node->types)
		return 1;
	return json_is_real(v) && node->types & TYPE_INTEGER && !(node->flags & NODE_STRICT) &&
	       integral(json_real_value(v));
}

static int is_among(const struct enum_part *e, int64_t v)
{
	size_t lo = 0, hi = e->nintegers;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (e->integers[mid] < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < e->nintegers && e->integers[lo] == v;
}

static int is_number_among(const struct enum_part *e, const json_t *v)
{
	size_t lo = 0, hi = e->nnumbers;
	double near = json_number_value(v);

	if (json_is_integer(v) && e->nintegers == e->nnumbers)
		return is_among(e, json_integer_value(v));
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (e->numbers[mid].near < near)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < e->nnumbers && !(e->numbers[lo].near > near); lo++)
		if (!number_cmp(e->numbers[lo].value, v))
			return 1;
	return 0;
}

static int is_container_among(struct run *run, const struct enum_part *e, const json_t *v)
{
	size_t i;

	if (e->sorted.n)
		return texts_has(&e->sorted, v, &run->steps);
	for (i = 0; e->ncontainers && i < json_array_size(e->list); i++)
		if (value_equal(json_array_get(e->list, i), v, &run->steps))
			return 1;
	return 0;
}

static int is_allowed(struct run *run, const struct enum_part *e, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		return names_find(&e->strings, json_string_value(v), json_string_length(v)) != NULL;
	case JSON_INTEGER:
	case JSON_REAL:
		return is_number_among(e, v);
	case JSON_OBJECT:
	case JSON_ARRAY:
		return is_container_among(run, e, v);
	default:
		return e->words >> json_typeof(v) & 1;
	}
}

static int check_part(struct run *run, const struct node *node, const json_t *v,
                      const struct path *at, struct marks *marks)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		return !node->string || check_string(run, node, v, at);
	case JSON_INTEGER:
	case JSON_REAL:
		return !node->number || check_number(run, node, v, at);
	case JSON_OBJECT:
		return !node->object || check_object(run, node, v, at, marks);
	case JSON_ARRAY:
		return !node->array || check_array(run, node, v, at, marks);
	default:
		return 1;
	}
}

static int check_node(struct run *run, const struct node *node, const json_t *v,
                      const struct path *at, struct marks *marks)
{
	int ok = 1;

	if (!type_fits(node, v))
		return fail_type(run, node, at, v); /* the rest would only say it again */
	if (node->fixed && !value_equal(node->fixed, v, &run->steps))
		ok = fail_value(run, node, at, "const", "must be ", node->fixed);
	if (node->allowed && !is_allowed(run, node->allowed, v))
		ok = fail_enum(run, node, at, v);
	if (!ok && run->quiet)
		return 0;
	ok &= check_part(run, node, v, at, marks);
	if (node->applied && (ok || !run->quiet))
		ok &= check_applied(run, node, v, at, marks);
	return ok;
}

/* Is there an unevaluated* keyword for such a value? */
static int leaves_rest(const struct node *node, const json_t *v)
{
	return (json_is_array(v) && node->applied->rest_items) ||
	       (json_is_object(v) && node->applied->rest_props);
}

__attribute__((noinline))
static int check_evaluating(struct run *run, const struct node *node, const json_t *v,
                            const struct path *at, struct marks *marks)
{
	struct marks own;
	int ok;

	marks_init(run, &own, v);
	ok = check_node(run, node, v, at, &own);
	/* what failed before has evaluated nothing: a second complaint would be noise */
	if (ok)
		ok = check_rest(run, node, v, at, &own);
	if (ok && marks)
		marks_or(run, marks, &own);
	marks_release(&own);
	return ok;
}

static int check_below(struct run *run, const struct node *node, const json_t *v,
                       const struct path *at, struct marks *marks)
{
	if (node->applied && leaves_rest(node, v))
		return check_evaluating(run, node, v, at, marks);
	return check_node(run, node, v, at, marks);
}

static int check_in_scope(struct run *run, const struct node *node, const json_t *v,
                          const struct path *at, struct marks *marks)
{
	struct scope here = {.resource = node->resource, .up = run->scope};
	int ok;

	run->scope = &here;
	ok = check_below(run, node, v, at, marks);
	run->scope = here.up;
	return ok;
}

/* When it matters which way led here. */
__attribute__((noinline))
static int check_carefully(struct run *run, const struct node *node, const json_t *v,
                           const struct path *at, struct marks *marks)
{
	struct frame here;
	int ok;

	if (run->trace)
		trace_enter(run, &here, node, NULL, at);
	ok = run->scope && run->scope->resource == node->resource
	         ? check_below(run, node, v, at, marks)
	         : check_in_scope(run, node, v, at, marks);
	if (run->trace)
		trace_leave(run, &here);
	return ok;
}

__attribute__((noinline))
int check_exhausted(struct run *run, const struct node *node, const struct path *at)
{
	if (!run->stop)
		fail(run, node, at, NULL, run->depth >= MAX_DEEP
		     ? "the check was stopped here: schemas lead to schemas too deeply"
		     : "the check was stopped here: too much work for one document");
	run->stop = 1;
	return 0;
}

int check_more(struct run *run, const struct node *node, const json_t *v, const struct path *at,
               struct marks *marks)
{
	int ok;

	if (++run->steps > MAX_STEPS || run->depth >= MAX_DEEP)
		return check_exhausted(run, node, at);
	if (node->flags & NODE_NOTHING_VALID)
		return fail(run, node, at, NULL, "no value is allowed here");
	run->depth++;
	if (run->s->dynamic)
		ok = check_carefully(run, node, v, at, marks);
	else
		ok = check_below(run, node, v, at, marks);
	run->depth--;
	return ok;
}

/* 1 when the instance fits. */
static int pass(struct run *run, const json_t *instance)
{
	struct path root = {.up = NULL};
	int ok = check(run, run->s->root, instance, &root, NULL);

	return ok && !run->stop;
}

size_t schema_validate(const struct schema *s, const json_t *instance, struct schema_errors *errors)
{
	struct path root = {.up = NULL};
	struct run run = {.s = s, .quiet = 1};

	if (errors)
		errors->n = errors->total = 0;
	if (pass(&run, instance))
		return 0;
	if (!errors)
		return 1;
	run = (struct run){.s = s, .errors = errors};
	pass(&run, instance);
	if (!run.total) /* the limit was met where nothing is reported */
		fail(&run, s->root, &root, NULL,
		     "the check was stopped: too much work for one document");
	errors->total = run.total;
	return run.total;
}
