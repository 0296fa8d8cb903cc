/* json/logic/eval_data.c -- var, missing, missing_some: places in the data. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/logic/eval.h"
#include "json/logic/num.h"
#include "json/logic/utf16.h"

/* ---- the place of a name ---- */

struct cursor {
	struct val at;            /* borrowed */
	const struct scope *root; /* not NULL: at the root of reduce's scope */
};

static void cursor_start(struct cursor *c, const struct scope *s)
{
	c->at = s->here;
	c->root = s->accumulator ? s : NULL;
}

static int is_name(const char *name, size_t n, const char *what)
{
	return n == strlen(what) && memcmp(name, what, n) == 0;
}

static int step_root(struct cursor *c, const char *name, size_t n)
{
	const struct scope *s = c->root;

	c->root = NULL;
	if (is_name(name, n, "current"))
		c->at = s->here;
	else if (is_name(name, n, "accumulator"))
		c->at = *s->accumulator;
	else
		return 0;
	return 1;
}

static int length_of(struct run *r, const json_t *v, struct val *out)
{
	if (json_is_array(v)) {
		*out = num_int((int64_t)json_array_size(v));
		return 1;
	}
	if (eval_spend(r, json_string_length(v) / SCAN_BYTES))
		return -1;
	*out = num_int((int64_t)utf16_length(json_string_value(v), json_string_length(v)));
	return 1;
}

/* 1 when there is something by that name, 0 when not, -1 at a limit. */
static int cursor_step(struct run *r, struct cursor *c, const char *name, size_t n)
{
	const json_t *child;
	int64_t index;

	if (eval_spend(r, 1 + n / STEP_BYTES))
		return -1;
	if (c->root)
		return step_root(c, name, n);
	if (c->at.kind != VAL_JSON)
		return 0;
	if (json_is_object(c->at.j)) {
		child = json_object_getn(c->at.j, name, n);
	} else if (is_name(name, n, "length")) {
		return length_of(r, c->at.j, &c->at);
	} else {
		index = key_index(name, n);
		child = index < 0 ? NULL : json_array_get(c->at.j, (size_t)index);
	}
	if (!child)
		return 0;
	index = c->at.nest ? c->at.nest - 1 : 0;
	c->at = val_borrow(child);
	c->at.nest = (unsigned)index;
	return 1;
}

/* The data of a body of reduce, as an object. */
static int whole_root(struct run *r, const struct scope *s, struct val *out)
{
	struct val current = val_ref(&s->here), accumulator = val_ref(s->accumulator);
	unsigned nest = 1 + (current.nest > accumulator.nest ? current.nest : accumulator.nest);

	if (eval_spend(r, 4) || eval_made(r, 4 * MAKE_BYTES) || eval_nested(r, nest)) {
		val_drop(&current);
		val_drop(&accumulator);
		return -1;
	}
	*out = val_new(json_object(), nest);
	if (json_object_set_new(out->j, "current", val_take_json(&current)) ||
	    json_object_set_new(out->j, "accumulator", val_take_json(&accumulator)))
		mem_oom();
	return 0;
}

static int cursor_value(struct run *r, const struct cursor *c, struct val *out)
{
	if (c->root)
		return whole_root(r, c->root, out);
	*out = val_ref(&c->at);
	return 0;
}

/* ---- paths ---- */

static int follow_keys(struct run *r, struct cursor *c, const struct node *n)
{
	int found = 1;
	size_t i;

	for (i = 0; found == 1 && i < n->nkeys; i++)
		found = cursor_step(r, c, n->keys[i].s, n->keys[i].n);
	return found;
}

static int follow_text(struct run *r, struct cursor *c, const struct text *t)
{
	const char *p = t->s, *end = t->s + t->n;
	int found = 1;

	while (found == 1) {
		const char *dot = memchr(p, '.', (size_t)(end - p));

		found = cursor_step(r, c, p, (size_t)((dot ? dot : end) - p));
		if (!dot)
			break;
		p = dot + 1;
	}
	return found;
}

/* By a name that was computed; null and "" are the whole. */
static int follow_name(struct run *r, struct cursor *c, const struct val *name)
{
	struct buf room = BUF_INIT;
	struct text t;
	int found;

	if (name->kind == VAL_NULL || (val_is_text(name) && json_string_length(name->j) == 0))
		return 1;
	found = eval_text(r, name, &room, &t);
	if (found == 0)
		found = follow_text(r, c, &t);
	buf_release(&room);
	return found;
}

int eval_var(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val name = VAL_INIT;
	struct cursor c;
	int found;

	cursor_start(&c, s);
	if (n->has_path) {
		found = follow_keys(r, &c, n);
	} else {
		if (eval_arg(r, n, 0, s, &name))
			return -1;
		found = follow_name(r, &c, &name);
		val_drop(&name);
	}
	if (found < 0)
		return -1;
	if (found)
		return cursor_value(r, &c, out);
	if (n->n > 1)
		return eval_arg(r, n, 1, s, out);
	*out = (struct val)VAL_INIT;
	return 0;
}

/* ---- missing ---- */

/* Put ${name} into ${made} when there is nothing there, null or "". */
static int add_missing(struct run *r, const struct scope *s, struct val *made, struct val *name)
{
	struct cursor c;
	int found;

	cursor_start(&c, s);
	found = follow_name(r, &c, name);
	if (found < 0) {
		val_drop(name);
		return -1;
	}
	if (found && (c.root || (c.at.kind != VAL_NULL &&
	                         !(val_is_text(&c.at) && json_string_length(c.at.j) == 0)))) {
		val_drop(name);
		return 0;
	}
	return eval_append(r, made, name);
}

/* The names in a list, or the only one. */
static int add_missing_of(struct run *r, const struct scope *s, struct val *made,
                          const struct val *names)
{
	size_t i, n = val_is_list(names) ? json_array_size(names->j) : 0;
	struct val name;

	if (!val_is_list(names)) {
		name = val_ref(names);
		return add_missing(r, s, made, &name);
	}
	for (i = 0; i < n; i++) {
		name = val_borrow(json_array_get(names->j, i));
		name.nest = names->nest ? names->nest - 1 : 0;
		name = val_ref(&name);
		if (eval_spend(r, 1)) {
			val_drop(&name);
			return -1;
		}
		if (add_missing(r, s, made, &name))
			return -1;
	}
	return 0;
}

/* A list in the first place has all the names. */
int eval_missing(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val made, name;
	int rc = eval_made(r, MAKE_BYTES), list = 0;
	uint32_t i;

	if (rc < 0)
		return -1;
	made = val_new(json_array(), 1);
	for (i = 0; rc == 0 && !list && i < n->n; i++) {
		rc = eval_arg(r, n, i, s, &name);
		if (rc < 0)
			break;
		list = i == 0 && val_is_list(&name);
		if (!list) {
			rc = add_missing(r, s, &made, &name);
			continue;
		}
		rc = add_missing_of(r, s, &made, &name);
		val_drop(&name);
	}
	if (rc == 0)
		*out = made;
	else
		val_drop(&made);
	return rc;
}

/* Nothing is missing when there are at least ${need}. */
static void forget_when_enough(struct val *made, const struct val *names, const struct val *need)
{
	size_t all = val_is_list(names) ? json_array_size(names->j) : 1;
	struct val there = num_int((int64_t)(all - json_array_size(made->j)));
	int cmp = num_cmp(&there, need);

	if (cmp == 0 || cmp == 1)
		json_array_clear(made->j);
}

int eval_missing_some(struct run *r, const struct node *n, const struct scope *s, struct val *out)
{
	struct val made, needed, need, names;
	int rc = eval_made(r, MAKE_BYTES);

	if (rc < 0 || eval_arg(r, n, 0, s, &needed))
		return -1;
	rc = eval_number(r, &needed, &need);
	val_drop(&needed);
	if (rc < 0 || eval_arg(r, n, 1, s, &names))
		return -1;
	made = val_new(json_array(), 1);
	rc = add_missing_of(r, s, &made, &names);
	if (rc == 0) {
		forget_when_enough(&made, &names, &need);
		*out = made;
	} else {
		val_drop(&made);
	}
	val_drop(&names);
	return rc;
}
