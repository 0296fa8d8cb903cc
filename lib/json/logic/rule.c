/* json/logic/rule.c -- from the JSON of a rule to its nodes. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/logic/logic.h"
#include "json/logic/node.h"

struct compiler {
	struct logic *logic;
	struct buf at; /* JSON Pointer of what is being compiled */
	struct err *err;
};

static int compile_node(struct compiler *c, size_t slot, const json_t *v, unsigned depth);

static int refuse_depth(struct compiler *c)
{
	return err_field(c->err, FAIL_INVALID, buf_str(&c->at),
	                 "a rule is at most %d lists and objects deep", LOGIC_MAX_DEPTH);
}

/* -1 when there is no room for ${n} more. */
static int reserve(struct compiler *c, size_t n, size_t *first)
{
	struct logic *l = c->logic;

	if (n > LOGIC_MAX_NODES || l->n + n > LOGIC_MAX_NODES)
		return err_field(c->err, FAIL_INVALID, buf_str(&c->at),
		                 "a rule has at most %d parts", LOGIC_MAX_NODES);
	if (l->n + n > l->cap) {
		l->cap = l->cap * 2 > l->n + n ? l->cap * 2 : l->n + n;
		l->nodes = mem_grow(l->nodes, l->cap, sizeof(*l->nodes));
	}
	memset(l->nodes + l->n, 0, n * sizeof(*l->nodes));
	*first = l->n;
	l->n += n;
	return 0;
}

/* 1: no operator inside, 0: one, -1: too deep. */
static int is_constant(const json_t *v, unsigned depth)
{
	size_t i;
	int is = 1;

	if (!json_is_array(v) && !json_is_object(v))
		return 1;
	if (depth >= LOGIC_MAX_DEPTH)
		return -1;
	if (json_is_object(v)) {
		void *iter = json_object_iter((json_t *)v);

		if (json_object_size(v) == 1)
			return 0;
		/* a value: nothing inside it is run, but it must not be too deep */
		for (; iter && is >= 0; iter = json_object_iter_next((json_t *)v, iter))
			if (is_constant(json_object_iter_value(iter), depth + 1) < 0)
				is = -1;
		return is;
	}
	for (i = 0; i < json_array_size(v) && is == 1; i++)
		is = is_constant(json_array_get(v, i), depth + 1);
	return is;
}

/* The path of a var whose name is no result of a rule. */
static void know_path(struct logic *l, struct node *n)
{
	const struct node *name = n->n ? &l->nodes[n->first] : NULL;

	if (!name)
		n->has_path = 1;
	else if (name->kind == NODE_CONST)
		n->has_path = node_take_path(n, &name->value) == 0;
}

static int compile_list(struct compiler *c, size_t slot, const json_t *list, unsigned depth)
{
	size_t i, first = 0, n = json_array_size(list), len = c->at.len;
	char index[24];

	if (depth > LOGIC_MAX_DEPTH)
		return refuse_depth(c);
	if (reserve(c, n, &first))
		return -1;
	c->logic->nodes[slot].first = (uint32_t)first;
	c->logic->nodes[slot].n = (uint32_t)n;
	for (i = 0; i < n; i++) {
		snprintf(index, sizeof(index), "%zu", i);
		js_pointer_add(&c->at, index);
		if (compile_node(c, first + i, json_array_get(list, i), depth))
			return -1;
		c->at.len = len;
		c->at.data[len] = '\0';
	}
	return 0;
}

static int check_count(struct compiler *c, const struct operator *op, size_t n)
{
	const char *at = buf_str(&c->at);

	if (n < (size_t)op->least)
		return err_field(c->err, FAIL_INVALID, at, "needs %s%d argument%s, not %zu",
		                 op->most == op->least ? "" : "at least ", op->least,
		                 op->least == 1 ? "" : "s", n);
	if (op->most >= 0 && n > (size_t)op->most)
		return err_field(c->err, FAIL_INVALID, at, "takes %s%d argument%s, not %zu",
		                 op->most == op->least ? "" : "at most ", op->most,
		                 op->most == 1 ? "" : "s", n);
	return 0;
}

/* A single argument may stand without its list. */
static int compile_arguments(struct compiler *c, size_t slot, const json_t *v, unsigned depth)
{
	size_t first = 0;

	if (json_is_array(v))
		return compile_list(c, slot, v, depth + 1);
	if (reserve(c, 1, &first))
		return -1;
	c->logic->nodes[slot].first = (uint32_t)first;
	c->logic->nodes[slot].n = 1;
	return compile_node(c, first, v, depth);
}

static int compile_operator(struct compiler *c, size_t slot, const json_t *v, unsigned depth)
{
	void *iter = json_object_iter((json_t *)v);
	const char *name = json_object_iter_key(iter);
	const json_t *arguments = json_object_iter_value(iter);
	const struct operator *op = operator_find(name);

	js_pointer_add(&c->at, name);
	if (depth > LOGIC_MAX_DEPTH)
		return refuse_depth(c);
	if (!op)
		return operator_unknown(name, buf_str(&c->at), c->err);
	if (check_count(c, op, json_is_array(arguments) ? json_array_size(arguments) : 1))
		return -1;
	c->logic->nodes[slot].kind = NODE_OP;
	c->logic->nodes[slot].op = op;
	if (compile_arguments(c, slot, arguments, depth))
		return -1;
	if (op->role == ROLE_VAR)
		know_path(c->logic, &c->logic->nodes[slot]);
	return 0;
}

/* ${depth}: lists and objects around ${v}. */
static int compile_node(struct compiler *c, size_t slot, const json_t *v, unsigned depth)
{
	size_t len = c->at.len;
	int constant = is_constant(v, depth), rc;
	struct val value;

	if (constant < 0)
		return refuse_depth(c);
	if (constant) {
		value = val_borrow(v);
		c->logic->nodes[slot].kind = NODE_CONST;
		c->logic->nodes[slot].value = val_ref(&value);
		return 0;
	}
	if (json_is_object(v)) {
		rc = compile_operator(c, slot, v, depth + 1);
	} else {
		c->logic->nodes[slot].kind = NODE_LIST;
		rc = compile_list(c, slot, v, depth + 1);
	}
	if (rc == 0) {
		c->at.len = len;
		c->at.data[len] = '\0';
	}
	return rc;
}

struct logic *logic_compile(const json_t *rule, struct err *err)
{
	struct compiler c = {.logic = mem_alloc(sizeof(struct logic)), .err = err};
	size_t first = 0;

	buf_init(&c.at, 0);
	buf_adds(&c.at, "");
	if (reserve(&c, 1, &first) || compile_node(&c, first, rule, 0)) {
		logic_free(c.logic);
		c.logic = NULL;
	}
	buf_release(&c.at);
	return c.logic;
}

void logic_free(struct logic *logic)
{
	size_t i;

	if (!logic)
		return;
	for (i = 0; i < logic->n; i++) {
		val_drop(&logic->nodes[i].value);
		node_drop_path(&logic->nodes[i]);
	}
	free(logic->nodes);
	free(logic);
}
