/* json/logic/eval_list.c -- what is done with each element of a list, and merge. */
#include "json/logic/eval.h"

/* A list being gone through. */
struct walk {
	struct val list; /* owned; not a list: nothing to go through */
	const struct node *body;
	size_t i, n;
};

static int walk_start(struct run *r, struct walk *w, const struct node *n, const struct scope *s)
{
	*w = (struct walk){.body = &r->logic->nodes[n->first + 1]};
	if (eval_arg(r, n, 0, s, &w->list))
		return -1;
	w->n = val_is_list(&w->list) ? json_array_size(w->list.j) : 0;
	return 0;
}

static struct val walk_element(const struct walk *w)
{
	struct val v = val_borrow(json_array_get(w->list.j, w->i));

	v.nest = w->list.nest ? w->list.nest - 1 : 0;
	return v;
}

/* What the body says about the element at hand. */
static int walk_eval(struct run *r, const struct walk *w, struct val *out)
{
	struct scope inner = {.here = walk_element(w)};

	return eval(r, w->body, &inner, out);
}

static int walk_truthy(struct run *r, const struct walk *w)
{
	struct val v;
	int yes;

	if (walk_eval(r, w, &v))
		return -1;
	yes = val_truthy(&v);
	val_drop(&v);
	return yes;
}

static int map_each(struct run *r, struct walk *w, struct val *made)
{
	struct val v;

	for (; w->i < w->n; w->i++)
		if (walk_eval(r, w, &v) || eval_append(r, made, &v))
			return -1;
	return 0;
}

static int filter_each(struct run *r, struct walk *w, struct val *made)
{
	struct val v;
	int yes;

	for (; w->i < w->n; w->i++) {
		yes = walk_truthy(r, w);
		if (yes < 0)
			return -1;
		if (!yes)
			continue;
		v = walk_element(w);
		v = val_ref(&v);
		if (eval_append(r, made, &v))
			return -1;
	}
	return 0;
}

static int make_list(struct run *r, const struct node *n, const struct scope *s,
                     int (*each)(struct run *, struct walk *, struct val *), struct val *out)
{
	struct walk w;
	struct val made;
	int rc = eval_made(r, MAKE_BYTES);

	if (rc < 0 || walk_start(r, &w, n, s))
		return -1;
	made = val_new(json_array(), 1);
	rc = each(r, &w, &made);
	val_drop(&w.list);
	if (rc == 0)
		*out = made;
	else
		val_drop(&made);
	return rc;
}

int eval_map(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return make_list(r, n, s, map_each, out);
}

int eval_filter(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return make_list(r, n, s, filter_each, out);
}

int eval_reduce(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val accumulator = VAL_INIT, next;
	struct walk w;
	int rc;

	if (walk_start(r, &w, n, s))
		return -1;
	rc = n->n > 2 ? eval_arg(r, n, 2, s, &accumulator) : 0;
	for (; rc == 0 && w.i < w.n; w.i++) {
		struct scope inner = {walk_element(&w), &accumulator};

		rc = eval(r, w.body, &inner, &next);
		if (rc < 0)
			break;
		val_drop(&accumulator);
		accumulator = next;
	}
	val_drop(&w.list);
	if (rc == 0)
		*out = accumulator;
	else
		val_drop(&accumulator);
	return rc;
}

/* Look for an element that is ${wanted}: ${found} when there is one, else the opposite; ${empty}
 * when there is none at all. */
static int look(struct run *r, const struct node *n, const struct scope *s, int wanted, int found,
                int empty, struct val *out)
{
	struct walk w;
	int yes = !wanted;

	if (walk_start(r, &w, n, s))
		return -1;
	for (; yes == !wanted && w.i < w.n; w.i++)
		yes = walk_truthy(r, &w);
	val_drop(&w.list);
	if (yes < 0)
		return -1;
	*out = val_bool(w.n == 0 ? empty : yes == wanted ? found : !found);
	return 0;
}

int eval_all(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return look(r, n, s, 0, 0, 0, out);
}

int eval_none(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return look(r, n, s, 1, 0, 1, out);
}

int eval_some(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return look(r, n, s, 1, 1, 0, out);
}

/* The elements of ${v} when it is a list, else itself. */
static int merge_one(struct run *r, struct val *made, const struct val *v)
{
	struct walk w = {.list = *v, .n = val_is_list(v) ? json_array_size(v->j) : 0};
	struct val one;

	if (!val_is_list(v)) {
		one = val_ref(v);
		return eval_append(r, made, &one);
	}
	for (; w.i < w.n; w.i++) {
		one = walk_element(&w);
		one = val_ref(&one);
		if (eval_append(r, made, &one))
			return -1;
	}
	return 0;
}

int eval_merge(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val made, v;
	uint32_t i;
	int rc = eval_made(r, MAKE_BYTES);

	if (rc < 0)
		return -1;
	made = val_new(json_array(), 1);
	for (i = 0; rc == 0 && i < n->n; i++) {
		rc = eval_arg(r, n, i, s, &v);
		if (rc < 0)
			break;
		rc = merge_one(r, &made, &v);
		val_drop(&v);
	}
	if (rc == 0)
		*out = made;
	else
		val_drop(&made);
	return rc;
}
