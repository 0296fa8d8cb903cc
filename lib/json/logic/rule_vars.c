/* json/logic/rule_vars.c -- which places of the data a rule names. */
#include <string.h>

#include "base/buf.h"
#include "json/js.h"
#include "json/logic/logic.h"
#include "json/logic/node.h"

struct reader {
	const struct logic *logic;
	int (*fn)(void *ctx, const char *pointer);
	void *ctx;
};

/* What the data is where a node stands. */
struct base {
	const char *pointer; /* borrowed; NULL: nothing that has a place */
	int reduce;          /* {current, accumulator}, the first of which is at the pointer */
};

static const struct node *argument(const struct reader *rd, const struct node *n, size_t i)
{
	return &rd->logic->nodes[n->first + i];
}

/* The pointer of a path in ${out}; 0, or -1 when it has no place in the data. */
static int place(const struct base *b, const struct key *keys, size_t n, struct buf *out)
{
	size_t i = 0;

	if (!b->pointer)
		return -1;
	if (b->reduce) {
		if (n == 0 || strcmp(keys[0].s, "current") != 0)
			return -1;
		i = 1;
	}
	buf_clear(out);
	buf_adds(out, b->pointer);
	for (; i < n; i++)
		js_pointer_add(out, keys[i].s);
	return 0;
}

static int tell(const struct reader *rd, const struct base *b, const struct key *keys, size_t n)
{
	struct buf out = BUF_INIT;
	int rc = 0;

	if (place(b, keys, n, &out) == 0)
		rc = rd->fn(rd->ctx, buf_str(&out));
	buf_release(&out);
	return rc;
}

/* Where the list that ${n} gives lies; a filter keeps what its own list has. */
static int list_place(const struct reader *rd, const struct node *n, const struct base *b,
                      struct buf *out)
{
	while (n->kind == NODE_OP && n->op->role == ROLE_FILTER)
		n = argument(rd, n, 0);
	if (n->kind != NODE_OP || n->op->role != ROLE_VAR || !n->has_path)
		return -1;
	return place(b, n->keys, n->nkeys, out);
}

/* A name that is a constant of the rule: a text with dots, or a number. */
static int tell_name(const struct reader *rd, const struct base *b, const struct val *name)
{
	struct node n = {.nkeys = 0};
	int rc = 0;

	if (name->kind != VAL_NULL && node_take_path(&n, name) == 0)
		rc = tell(rd, b, n.keys, n.nkeys);
	node_drop_path(&n);
	return rc;
}

/* The names in the arguments of missing, from the ${from}th on. */
static int tell_names(const struct reader *rd, const struct base *b, const struct node *n,
                      uint32_t from)
{
	uint32_t i;
	int rc = 0;

	for (i = from; rc == 0 && i < n->n; i++) {
		const struct val *v = &argument(rd, n, i)->value;
		size_t k, names = val_is_list(v) ? json_array_size(v->j) : 0;

		if (argument(rd, n, i)->kind != NODE_CONST)
			continue;
		if (!val_is_list(v))
			rc = tell_name(rd, b, v);
		for (k = 0; rc == 0 && k < names; k++) {
			struct val name = val_borrow(json_array_get(v->j, k));

			rc = tell_name(rd, b, &name);
		}
	}
	return rc;
}

static int visit(const struct reader *rd, const struct node *n, const struct base *b);

static int visit_each(const struct reader *rd, const struct node *n, const struct base *b)
{
	struct base inner = {.reduce = n->op->role == ROLE_REDUCE};
	struct buf at = BUF_INIT;
	int rc = visit(rd, argument(rd, n, 0), b);

	if (list_place(rd, argument(rd, n, 0), b, &at) == 0) {
		buf_adds(&at, "/-");
		inner.pointer = buf_str(&at);
	}
	if (rc == 0)
		rc = visit(rd, argument(rd, n, 1), &inner);
	if (rc == 0 && n->n > 2)
		rc = visit(rd, argument(rd, n, 2), b);
	buf_release(&at);
	return rc;
}

static int visit(const struct reader *rd, const struct node *n, const struct base *b)
{
	enum op_role role = n->kind == NODE_OP ? n->op->role : ROLE_PLAIN;
	uint32_t i;
	int rc = 0;

	if (role == ROLE_EACH || role == ROLE_FILTER || role == ROLE_REDUCE)
		return visit_each(rd, n, b);
	if (role == ROLE_VAR && n->has_path)
		rc = tell(rd, b, n->keys, n->nkeys);
	else if (role == ROLE_MISSING || role == ROLE_MISSING_SOME)
		rc = tell_names(rd, b, n, role == ROLE_MISSING_SOME);
	for (i = 0; rc == 0 && i < n->n; i++)
		rc = visit(rd, argument(rd, n, i), b);
	return rc;
}

int logic_each_var(const struct logic *logic, int (*fn)(void *ctx, const char *pointer), void *ctx)
{
	struct reader rd = {logic, fn, ctx};
	struct base root = {.pointer = ""};

	return visit(&rd, &logic->nodes[0], &root);
}
