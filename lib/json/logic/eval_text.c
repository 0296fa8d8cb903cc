/* json/logic/eval_text.c -- cat, substr, in. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "json/logic/eval.h"
#include "json/logic/num.h"
#include "json/logic/utf16.h"

/* The text in ${b}, which is released, as a value. */
static void take_text(struct buf *b, struct val *out)
{
	*out = val_new(json_stringn_nocheck(buf_str(b), b->len), 0);
	buf_release(b);
}

int eval_cat(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct buf b = BUF_INIT;
	struct val v;
	uint32_t i;
	int rc = eval_made(r, MAKE_BYTES);

	for (i = 0; rc == 0 && i < n->n; i++) {
		rc = eval_arg(r, n, i, s, &v);
		if (rc < 0)
			break;
		if (v.kind != VAL_NULL)
			rc = eval_add_text(r, &b, &v);
		val_drop(&v);
	}
	if (rc == 0)
		take_text(&b, out);
	buf_release(&b);
	return rc;
}

/* ---- substr ---- */

/* A whole number no larger than a text can be long; NaN is 0. */
static int64_t whole(const struct val *n, double (*round_off)(double))
{
	const double far = 1e15;
	double d = num_double(n);

	return isnan(d) ? 0 : (int64_t)round_off(fmin(fmax(d, -far), far));
}

/* From ${start} (behind the end when negative), ${len} units, or up to ${len} before the end when
 * negative. */
static int cut(struct run *r, const struct text *t, int64_t start, int64_t len, struct val *out)
{
	struct buf b = BUF_INIT;
	int64_t size;

	if (eval_spend(r, t->n / SCAN_BYTES) || eval_made(r, MAKE_BYTES + t->n))
		return -1;
	size = (int64_t)utf16_length(t->s, t->n);
	start = start < 0 ? size + start : start;
	start = start < 0 ? 0 : start > size ? size : start;
	len = len < 0 ? size - start + len : len;
	len = len < 0 ? 0 : len > size - start ? size - start : len;
	utf16_cut(&b, t->s, t->n, (size_t)start, (size_t)len);
	take_text(&b, out);
	return 0;
}

static int number_arg(struct run *r, const struct node *n, size_t i, const struct scope *s,
                      struct val *out)
{
	struct val v;
	int rc;

	if (eval_arg(r, n, i, s, &v))
		return -1;
	rc = eval_number(r, &v, out);
	val_drop(&v);
	return rc;
}

int eval_substr(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct buf room = BUF_INIT;
	struct val v, start, len = num_real(INFINITY);
	struct text t;
	int rc;

	if (eval_arg(r, n, 0, s, &v))
		return -1;
	rc = number_arg(r, n, 1, s, &start);
	if (rc == 0 && n->n > 2)
		rc = number_arg(r, n, 2, s, &len);
	if (rc == 0)
		rc = eval_text(r, &v, &room, &t);
	/* half a unit less than the end is one less */
	if (rc == 0)
		rc = cut(r, &t, whole(&start, trunc),
		         whole(&len, num_double(&len) < 0 ? floor : trunc), out);
	buf_release(&room);
	val_drop(&v);
	return rc;
}

/* ---- in ---- */

/* 1 when ${what} stands in the text. */
static int in_text(struct run *r, const struct val *what, const json_t *text)
{
	struct buf room = BUF_INIT;
	size_t n = json_string_length(text);
	struct text t;
	int rc = 0;

	if (n == 0)
		return 0;
	rc = eval_text(r, what, &room, &t);
	if (rc == 0 && t.n <= n) {
		rc = eval_spend(r, (n + t.n) / SCAN_BYTES);
		if (rc == 0)
			rc = memmem(json_string_value(text), n, t.s, t.n) != NULL;
	}
	buf_release(&room);
	return rc;
}

static int in_list(struct run *r, const struct val *what, const json_t *list)
{
	size_t i, n = json_array_size(list);
	struct val v;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++) {
		v = val_borrow(json_array_get(list, i));
		rc = eval_spend(r, 1);
		if (rc == 0)
			rc = eval_is_same(r, what, &v);
	}
	return rc;
}

int eval_in(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val what, where;
	int rc = 0;

	if (eval_arg(r, n, 0, s, &what))
		return -1;
	if (eval_arg(r, n, 1, s, &where)) {
		val_drop(&what);
		return -1;
	}
	if (val_is_text(&where))
		rc = in_text(r, &what, where.j);
	else if (val_is_list(&where))
		rc = in_list(r, &what, where.j);
	val_drop(&what);
	val_drop(&where);
	if (rc < 0)
		return -1;
	*out = val_bool(rc);
	return 0;
}
