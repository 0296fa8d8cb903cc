/* json/logic/eval_convert.c -- String(v), Number(v) and parseFloat(v), by the rules of ECMA-262. */
#include <math.h>

#include "base/buf.h"
#include "base/err.h"
#include "json/logic/eval.h"
#include "json/logic/logic.h"
#include "json/logic/num.h"

static int add_bytes(struct run *r, struct buf *out, const char *s, size_t n)
{
	if (eval_spend(r, 1 + n / STEP_BYTES) || eval_made(r, n))
		return -1;
	buf_add(out, s, n);
	return 0;
}

static int add_number(struct run *r, struct buf *out, const struct val *v)
{
	char text[NUM_TEXT_MAX];

	if (v->kind == VAL_REAL && eval_spend(r, STEP_REAL_TEXT))
		return -1;
	return add_bytes(r, out, text, num_text(v, text));
}

static int add_value(struct run *r, struct buf *out, const struct val *v, unsigned depth);

/* The elements with commas between, null as nothing. */
static int add_list(struct run *r, struct buf *out, const json_t *list, unsigned depth)
{
	size_t i, n = json_array_size(list);
	struct val v;

	if (depth >= LOGIC_MAX_DATA_DEPTH)
		return err_set(r->err, FAIL_INVALID, "the text of lists more than %d deep is asked for",
		               LOGIC_MAX_DATA_DEPTH);
	for (i = 0; i < n; i++) {
		v = val_borrow(json_array_get(list, i));
		if (add_bytes(r, out, ",", i > 0))
			return -1;
		if (v.kind != VAL_NULL && add_value(r, out, &v, depth + 1))
			return -1;
	}
	return 0;
}

static int add_value(struct run *r, struct buf *out, const struct val *v, unsigned depth)
{
	switch (v->kind) {
	case VAL_NULL:
		return add_bytes(r, out, "null", 4);
	case VAL_BOOL:
		return add_bytes(r, out, v->b ? "true" : "false", v->b ? 4 : 5);
	case VAL_INT:
	case VAL_REAL:
		return add_number(r, out, v);
	case VAL_JSON:
		break;
	}
	if (json_is_string(v->j))
		return add_bytes(r, out, json_string_value(v->j), json_string_length(v->j));
	if (json_is_array(v->j))
		return add_list(r, out, v->j, depth);
	return add_bytes(r, out, "[object Object]", 15);
}

int eval_add_text(struct run *r, struct buf *out, const struct val *v)
{
	return add_value(r, out, v, 0);
}

int eval_text(struct run *r, const struct val *v, struct buf *room, struct text *out)
{
	if (val_is_text(v)) {
		out->s = json_string_value(v->j);
		out->n = json_string_length(v->j);
		return 0;
	}
	buf_clear(room);
	if (eval_add_text(r, room, v))
		return -1;
	out->s = buf_str(room);
	out->n = room->len;
	return 0;
}

static int number_of(struct run *r, const struct val *v, int prefix, struct val *out)
{
	struct buf room = BUF_INIT;
	struct text t;
	int rc = eval_text(r, v, &room, &t);

	if (rc == 0)
		rc = eval_spend(r, 1 + t.n / SCAN_BYTES);
	if (rc == 0)
		*out = prefix ? num_of_prefix(t.s, t.n) : num_of_text(t.s, t.n);
	buf_release(&room);
	return rc;
}

int eval_number(struct run *r, const struct val *v, struct val *out)
{
	switch (v->kind) {
	case VAL_NULL:
		*out = num_int(0);
		return 0;
	case VAL_BOOL:
		*out = num_int(v->b);
		return 0;
	case VAL_INT:
	case VAL_REAL:
		*out = *v;
		return 0;
	case VAL_JSON:
		break;
	}
	return number_of(r, v, 0, out);
}

int eval_number_prefix(struct run *r, const struct val *v, struct val *out)
{
	if (val_is_number(v)) {
		*out = *v;
		return 0;
	}
	if (v->kind != VAL_JSON) {
		*out = num_real(NAN);
		return 0;
	}
	return number_of(r, v, 1, out);
}
