/* json/logic/eval_number.c -- arithmetic. */
#include "json/logic/eval.h"
#include "json/logic/num.h"

typedef int convert_fn(struct run *r, const struct val *v, struct val *out);

static int number_arg(struct run *r, const struct node *n, size_t i, const struct scope *s,
                      convert_fn *convert, struct val *out)
{
	struct val v;
	int rc;

	if (eval_arg(r, n, i, s, &v))
		return -1;
	rc = convert(r, &v, out);
	val_drop(&v);
	return rc;
}

/* A whole number of the data keeps its type only until it is computed with. */
static struct val settled(const struct val *v)
{
	return v->kind == VAL_REAL ? num_real(v->d) : *v;
}

static int fold(struct run *r, const struct node *n, const struct scope *s, struct val start,
                uint32_t from, struct val (*op)(const struct val *, const struct val *),
                struct val *out)
{
	struct val v;
	uint32_t i;

	for (i = from; i < n->n; i++) {
		if (number_arg(r, n, i, s, eval_number_prefix, &v))
			return -1;
		start = op(&start, &v);
	}
	*out = settled(&start);
	return 0;
}

int eval_add(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return fold(r, n, s, num_int(0), 0, num_add, out);
}

/* A single factor is left as it is, even when it is a text. */
int eval_multiply(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val first;

	if (n->n == 1)
		return eval_arg(r, n, 0, s, out);
	if (number_arg(r, n, 0, s, eval_number_prefix, &first))
		return -1;
	return fold(r, n, s, first, 1, num_mul, out);
}

static int two(struct run *r, const struct node *n, const struct scope *s,
               struct val (*op)(const struct val *, const struct val *), struct val *out)
{
	struct val a, b;

	if (number_arg(r, n, 0, s, eval_number, &a) || number_arg(r, n, 1, s, eval_number, &b))
		return -1;
	*out = op(&a, &b);
	return 0;
}

int eval_subtract(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val a, zero = num_int(0);

	if (n->n == 2)
		return two(r, n, s, num_sub, out);
	if (number_arg(r, n, 0, s, eval_number, &a))
		return -1;
	*out = num_sub(&zero, &a);
	return 0;
}

int eval_divide(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return two(r, n, s, num_div, out);
}

int eval_modulo(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	if (eval_spend(r, STEP_MODULO))
		return -1;
	return two(r, n, s, num_mod, out);
}

/* The most extreme argument on side ${sign}; NaN when one is. */
static int extreme(struct run *r, const struct node *n, const struct scope *s, int sign,
                   struct val *out)
{
	struct val best, v;
	uint32_t i;
	int cmp;

	if (number_arg(r, n, 0, s, eval_number, &best))
		return -1;
	for (i = 1; i < n->n; i++) {
		if (number_arg(r, n, i, s, eval_number, &v))
			return -1;
		cmp = num_cmp(&v, &best);
		if (cmp == sign || (cmp == NUM_UNORDERED && num_cmp(&best, &best) == 0))
			best = v;
	}
	*out = settled(&best);
	return 0;
}

int eval_max(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return extreme(r, n, s, 1, out);
}

int eval_min(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return extreme(r, n, s, -1, out);
}
