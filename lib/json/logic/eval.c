/* json/logic/eval.c -- running a rule: limits, lists, choices, and the result. */
#include "json/logic/eval.h"

#include "base/err.h"
#include "base/mem.h"
#include "json/logic/logic.h"

int eval_spend(struct run *r, size_t steps)
{
	if (steps > r->steps) {
		r->steps = 0;
		return err_set(r->err, FAIL_INVALID, "the rule took more than %d steps",
		               LOGIC_MAX_STEPS);
	}
	r->steps -= steps;
	return 0;
}

int eval_made(struct run *r, size_t bytes)
{
	if (bytes > r->bytes) {
		r->bytes = 0;
		return err_set(r->err, FAIL_INVALID, "the rule made more than %d bytes of values",
		               LOGIC_MAX_MADE);
	}
	r->bytes -= bytes;
	return 0;
}

int eval_nested(struct run *r, unsigned nest)
{
	if (nest > LOGIC_MAX_NESTING)
		return err_set(r->err, FAIL_INVALID, "the rule put more than %d lists into each other",
		               LOGIC_MAX_NESTING);
	return 0;
}

int eval_append(struct run *r, struct val *list, struct val *v)
{
	unsigned nest = v->nest + 1;

	if (eval_spend(r, 1) || eval_made(r, VALUE_BYTES) || eval_nested(r, nest)) {
		val_drop(v);
		return -1;
	}
	if (json_array_append_new(list->j, val_take_json(v)))
		mem_oom();
	if (nest > list->nest)
		list->nest = nest;
	return 0;
}

static int eval_list(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val list = VAL_INIT, v;
	uint32_t i;

	if (eval_made(r, MAKE_BYTES))
		return -1;
	list = val_new(json_array(), 1);
	for (i = 0; i < n->n; i++)
		if (eval_arg(r, n, i, s, &v) || eval_append(r, &list, &v)) {
			val_drop(&list);
			return -1;
		}
	*out = list;
	return 0;
}

int eval(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	if (eval_spend(r, 1))
		return -1;
	switch (n->kind) {
	case NODE_CONST:
		*out = val_ref(&n->value);
		return 0;
	case NODE_LIST:
		return eval_list(r, n, s, out);
	case NODE_OP:
		break;
	}
	return n->op->run(r, n, s, out);
}

int eval_arg(struct run *r, const struct node *n, size_t i, const struct scope *s,
             struct val *out)
{
	return eval(r, &r->logic->nodes[n->first + i], s, out);
}

/* ---- choices ---- */

int eval_if(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val v;
	uint32_t i;
	int yes;

	for (i = 0; i + 1 < n->n; i += 2) {
		if (eval_arg(r, n, i, s, &v))
			return -1;
		yes = val_truthy(&v);
		val_drop(&v);
		if (yes)
			return eval_arg(r, n, i + 1, s, out);
	}
	if (i < n->n)
		return eval_arg(r, n, i, s, out);
	*out = (struct val)VAL_INIT;
	return 0;
}

/* The first argument that is ${wanted}, or the last. */
static int choose(struct run *r, const struct node *n, const struct scope *s, int wanted,
                  struct val *out)
{
	struct val v = VAL_INIT;
	uint32_t i;

	for (i = 0; i < n->n; i++) {
		val_drop(&v);
		if (eval_arg(r, n, i, s, &v))
			return -1;
		if (val_truthy(&v) == wanted)
			break;
	}
	*out = v;
	return 0;
}

int eval_or(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return choose(r, n, s, 1, out);
}

int eval_and(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return choose(r, n, s, 0, out);
}

int eval_not_not(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val v;

	if (eval_arg(r, n, 0, s, &v))
		return -1;
	*out = val_bool(val_truthy(&v));
	val_drop(&v);
	return 0;
}

int eval_not(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	if (eval_not_not(r, n, s, out))
		return -1;
	out->b = !out->b;
	return 0;
}

int eval_log(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return eval_arg(r, n, 0, s, out);
}

/* ---- the result ---- */

/* A list that holds another one many times is small here and huge when written. */
static int fits(const json_t *v, size_t *left)
{
	size_t cost = 4, i;
	void *iter;

	if (json_is_string(v))
		cost += json_string_length(v);
	if (cost > *left)
		return 0;
	*left -= cost;
	for (i = 0; i < json_array_size(v); i++)
		if (!fits(json_array_get(v, i), left))
			return 0;
	for (iter = json_object_iter((json_t *)v); iter;
	     iter = json_object_iter_next((json_t *)v, iter)) {
		cost = json_object_iter_key_len(iter);
		if (cost > *left)
			return 0;
		*left -= cost;
		if (!fits(json_object_iter_value(iter), left))
			return 0;
	}
	return 1;
}

json_t *logic_run(const struct logic *logic, const json_t *data, struct err *err)
{
	struct run r = {logic, LOGIC_MAX_STEPS, LOGIC_MAX_MADE, err};
	struct scope s = {.here = val_borrow(data)};
	size_t left = LOGIC_MAX_RESULT;
	struct val v;
	json_t *result;

	if (eval(&r, &logic->nodes[0], &s, &v))
		return NULL;
	result = val_take_json(&v);
	if (fits(result, &left))
		return result;
	json_decref(result);
	err_set(err, FAIL_INVALID, "the result of the rule has more than %d bytes",
	        LOGIC_MAX_RESULT);
	return NULL;
}
