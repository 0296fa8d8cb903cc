/*
 * json/logic/node.h -- a rule as it is run, and the table of operators.  Inside json/logic only.
 *
 * Method     All nodes lie in one array; the arguments of a node are neighbours.  An operator is
 *            a row of a table with the function that runs it: arguments come as nodes, so each
 *            function evaluates what it needs, in its order.
 */
#ifndef JSON_LOGIC_NODE_H
#define JSON_LOGIC_NODE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "json/logic/val.h"

struct err;
struct node;
struct run;
struct scope;

/* What an operator is to those who only read a rule. */
enum op_role {
	ROLE_PLAIN,
	ROLE_VAR,
	ROLE_MISSING,
	ROLE_MISSING_SOME,
	ROLE_EACH,   /* its second argument sees one element of the first */
	ROLE_FILTER, /* ROLE_EACH, and its result has the elements of its first argument */
	ROLE_REDUCE  /* its second argument sees {current, accumulator} */
};

struct operator {
	const char *name;
	int least, most; /* arguments; most -1: any number */
	enum op_role role;
	int (*run)(struct run *r, const struct node *n, const struct scope *s, struct val *out);
};

const struct operator *operator_find(const char *name); /* NULL: unknown */
/* "unknown operator" with near names, at ${pointer} of the rule. */
int operator_unknown(const char *name, const char *pointer, struct err *err);

/* One name of a path. */
struct key {
	const char *s; /* ends in NUL */
	size_t n;
};

enum node_kind { NODE_CONST, NODE_LIST, NODE_OP };

struct node {
	enum node_kind kind;
	uint32_t first, n; /* elements or arguments: logic->nodes[first .. first+n-1] */
	const struct operator *op;
	struct val value;  /* owned; NODE_CONST */
	struct key *keys;  /* owned, with the text behind them; a var whose path is known */
	size_t nkeys;
	int has_path;      /* keys are valid, also when there are none */
};

struct logic {
	struct node *nodes; /* owned; [0] is the rule */
	size_t n, cap;
};

/* The names of a path ("a.b.c", or a number) into n->keys: 0, or -1 when ${name} is neither. */
int node_take_path(struct node *n, const struct val *name);
void node_drop_path(struct node *n);

/* Where an array's element of this name would be, or -1: "0", "17", but not "01". */
int64_t key_index(const char *s, size_t n);

#endif
