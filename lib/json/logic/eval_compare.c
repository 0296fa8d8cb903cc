/* json/logic/eval_compare.c -- equality and order, by the rules of ECMA-262. */
#include <string.h>

#include "base/buf.h"
#include "json/logic/eval.h"
#include "json/logic/num.h"

/* Both operands of an operator. */
static int eval_pair(struct run *r, const struct node *n, const struct scope *s, struct val *a,
                     struct val *b)
{
	if (eval_arg(r, n, 0, s, a))
		return -1;
	if (eval_arg(r, n, 1, s, b)) {
		val_drop(a);
		return -1;
	}
	return 0;
}

/* ---- equality ---- */

static int is_same_text(struct run *r, const json_t *a, const json_t *b)
{
	size_t n = json_string_length(a);

	if (n != json_string_length(b))
		return 0;
	if (eval_spend(r, n / STEP_BYTES))
		return -1;
	return memcmp(json_string_value(a), json_string_value(b), n) == 0;
}

int eval_is_same(struct run *r, const struct val *a, const struct val *b)
{
	if (val_is_number(a) && val_is_number(b))
		return num_cmp(a, b) == 0;
	if (a->kind != b->kind)
		return 0;
	if (a->kind == VAL_NULL)
		return 1;
	if (a->kind == VAL_BOOL)
		return a->b == b->b;
	if (json_is_string(a->j) && json_is_string(b->j))
		return is_same_text(r, a->j, b->j);
	return a->j == b->j; /* lists and objects: only the very same */
}

static int is_compound(const struct val *v)
{
	return v->kind == VAL_JSON && !json_is_string(v->j);
}

/* A list or an object beside a text. */
static int is_equal_text(struct run *r, const struct val *a, const struct val *b)
{
	struct buf ra = BUF_INIT, rb = BUF_INIT;
	struct text ta, tb;
	int rc = -1;

	if (eval_text(r, a, &ra, &ta) == 0 && eval_text(r, b, &rb, &tb) == 0)
		rc = ta.n == tb.n && memcmp(ta.s, tb.s, ta.n) == 0;
	buf_release(&ra);
	buf_release(&rb);
	return rc;
}

/* a == b */
static int is_equal(struct run *r, const struct val *a, const struct val *b)
{
	struct val na, nb;

	if (a->kind == b->kind && (a->kind != VAL_JSON || is_compound(a) == is_compound(b)))
		return eval_is_same(r, a, b);
	if (a->kind == VAL_NULL || b->kind == VAL_NULL)
		return 0;
	if (a->kind == VAL_JSON && b->kind == VAL_JSON)
		return is_equal_text(r, a, b);
	if (eval_number(r, a, &na) || eval_number(r, b, &nb))
		return -1;
	return num_cmp(&na, &nb) == 0;
}

static int judge(struct run *r, const struct node *n, const struct scope *s,
                 int (*is)(struct run *, const struct val *, const struct val *), int wanted,
                 struct val *out)
{
	struct val a, b;
	int rc;

	if (eval_pair(r, n, s, &a, &b))
		return -1;
	rc = is(r, &a, &b);
	val_drop(&a);
	val_drop(&b);
	if (rc < 0)
		return -1;
	*out = val_bool(rc == wanted);
	return 0;
}

int eval_equal(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return judge(r, n, s, is_equal, 1, out);
}

int eval_unequal(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return judge(r, n, s, is_equal, 0, out);
}

int eval_same(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return judge(r, n, s, eval_is_same, 1, out);
}

int eval_not_same(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return judge(r, n, s, eval_is_same, 0, out);
}

/* ---- order ---- */

/* By UTF-16 units, as JavaScript does: bytes of UTF-8 sort the same, but for what is beyond
 * U+FFFF (first byte f0 and more), which comes before U+E000 (first byte ee and more). */
static int cmp_text(const struct text *a, const struct text *b)
{
	size_t n = a->n < b->n ? a->n : b->n, i;
	const unsigned char *p = (const unsigned char *)a->s, *q = (const unsigned char *)b->s;

	for (i = 0; i < n && p[i] == q[i]; i++)
		;
	if (i == n)
		return a->n < b->n ? -1 : a->n > b->n;
	if (p[i] >= 0xee && q[i] >= 0xee && (p[i] >= 0xf0) != (q[i] >= 0xf0))
		return p[i] >= 0xf0 ? -1 : 1;
	return p[i] < q[i] ? -1 : 1;
}

static int order_text(struct run *r, const struct val *a, const struct val *b, int *cmp)
{
	struct buf ra = BUF_INIT, rb = BUF_INIT;
	struct text ta, tb;
	int rc = -1;

	if (eval_text(r, a, &ra, &ta) == 0 && eval_text(r, b, &rb, &tb) == 0 &&
	    eval_spend(r, (ta.n < tb.n ? ta.n : tb.n) / SCAN_BYTES) == 0) {
		*cmp = cmp_text(&ta, &tb);
		rc = 0;
	}
	buf_release(&ra);
	buf_release(&rb);
	return rc;
}

/* Texts, lists and objects by their text; anything else by number. */
static int order(struct run *r, const struct val *a, const struct val *b, int *cmp)
{
	struct val na, nb;

	if (a->kind == VAL_JSON && b->kind == VAL_JSON)
		return order_text(r, a, b, cmp);
	if (eval_number(r, a, &na) || eval_number(r, b, &nb))
		return -1;
	*cmp = num_cmp(&na, &nb);
	return 0;
}

/* ${least} <= cmp <= ${most} for each two neighbours; a third makes it "between". */
static int ordered(struct run *r, const struct node *n, const struct scope *s, int least, int most,
                   struct val *out)
{
	struct val a, b, c = VAL_INIT;
	int cmp = 0, rc;

	if (eval_pair(r, n, s, &a, &b))
		return -1;
	rc = n->n > 2 ? eval_arg(r, n, 2, s, &c) : 0;
	if (rc == 0)
		rc = order(r, &a, &b, &cmp);
	if (rc == 0 && n->n > 2 && cmp >= least && cmp <= most)
		rc = order(r, &b, &c, &cmp);
	val_drop(&a);
	val_drop(&b);
	val_drop(&c);
	if (rc == 0)
		*out = val_bool(cmp >= least && cmp <= most);
	return rc;
}

int eval_less(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return ordered(r, n, s, -1, -1, out);
}

int eval_at_most(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return ordered(r, n, s, -1, 0, out);
}

int eval_greater(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return ordered(r, n, s, 1, 1, out);
}

int eval_at_least(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	return ordered(r, n, s, 0, 1, out);
}
