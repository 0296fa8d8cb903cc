/* json/schema/validate.c -- an instance against a compiled schema. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/safe.h"
#include "json/decimal.h"
#include "json/js.h"
#include "json/schema/node.h"
#include "json/schema/pattern.h"
#include "json/schema/schema.h"

enum { MAX_STEPS = 1000000, PAIRS_UP_TO = 16, SHOW_VALUES = 12, NEAR_AMONG = 64 };

struct run {
	struct schema_errors *errors; /* NULL: only whether there is one */
	int strict_integer;
	size_t total;
	unsigned long steps;
	int stop;
};

/* Where we are in both documents. */
struct at {
	const struct path *instance;
	const struct path *schema;
};

static void check(struct run *run, const struct node *node, const json_t *v, const struct at *at);

/* ---- reporting: the only part that allocates ---- */

static char *pointer_of(const struct path *path, const char *keyword)
{
	struct path last = {.up = path, .key = keyword};
	struct buf b = BUF_INIT;

	path_add(&b, keyword ? &last : path);
	return buf_detach(&b);
}

/* Count an error; the place for its message, or NULL when nobody will read it. */
static struct schema_error *new_error(struct run *run, const struct at *at, const char *keyword)
{
	struct schema_error *e;

	run->total++;
	if (!run->errors)
		run->stop = 1;
	if (!run->errors || run->errors->n == SCHEMA_MAX_ERRORS)
		return NULL;
	e = &run->errors->e[run->errors->n++];
	e->instance = pointer_of(at->instance, NULL);
	e->keyword = pointer_of(at->schema, keyword);
	return e;
}

__attribute__((format(printf, 4, 5)))
static void fail(struct run *run, const struct at *at, const char *keyword, const char *fmt, ...)
{
	struct schema_error *e = new_error(run, at, keyword);
	struct buf b = BUF_INIT;
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	e->message = buf_detach(&b);
}

/* The message is ${before} and then a value. */
static void fail_value(struct run *run, const struct at *at, const char *keyword,
                       const char *before, const json_t *value)
{
	struct schema_error *e = new_error(run, at, keyword);
	struct buf b = BUF_INIT;

	if (!e)
		return;
	buf_adds(&b, before);
	value_show(&b, value);
	e->message = buf_detach(&b);
}

static void fail_enum(struct run *run, const struct node *node, const json_t *v,
                      const struct at *at)
{
	struct schema_error *e = new_error(run, at, "enum");
	size_t i, n = json_array_size(node->allowed);
	struct buf b = BUF_INIT;

	if (!e)
		return;
	value_show(&b, v);
	buf_adds(&b, n == 1 ? " is not " : " is not one of ");
	for (i = 0; i < n && i < SHOW_VALUES; i++) {
		buf_adds(&b, i ? ", " : "");
		value_show(&b, json_array_get(node->allowed, i));
	}
	if (i < n)
		buf_addf(&b, " and %zu more", n - i);
	else if (!n)
		buf_adds(&b, "nothing");
	e->message = buf_detach(&b);
}

static void fail_type(struct run *run, const struct node *node, const json_t *v,
                      const struct at *at)
{
	static const char *const names[] = {
	    [JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list", [JSON_STRING] = "a string",
	    [JSON_INTEGER] = "a number", [JSON_REAL] = "a number", [JSON_TRUE] = "true",
	    [JSON_FALSE] = "false", [JSON_NULL] = "null",
	};
	struct schema_error *e = new_error(run, at, "type");
	struct buf b = BUF_INIT;

	if (!e)
		return;
	buf_adds(&b, "must be ");
	types_add(&b, node->types);
	buf_adds(&b, ", not ");
	if (json_is_real(v))
		value_show(&b, v);
	else
		buf_adds(&b, names[json_typeof(v)]);
	e->message = buf_detach(&b);
}

static void fail_unknown(struct run *run, const struct node *node, const struct at *at)
{
	struct schema_error *e = new_error(run, at, NULL);
	struct buf b = BUF_INIT;
	struct near near;
	size_t i;

	if (!e)
		return;
	near_init(&near, at->instance->key);
	for (i = 0; i < node->nprops && node->nprops <= NEAR_AMONG; i++)
		near_offer(&near, node->props[i].name);
	buf_adds(&b, "unknown field");
	near_add(&near, &b);
	e->message = buf_detach(&b);
}

/* ---- the keywords ---- */

static int type_fits(const struct run *run, unsigned types, const json_t *v)
{
	static const unsigned bits[] = {
	    [JSON_OBJECT] = TYPE_OBJECT, [JSON_ARRAY] = TYPE_ARRAY, [JSON_STRING] = TYPE_STRING,
	    [JSON_INTEGER] = TYPE_INTEGER | TYPE_NUMBER, [JSON_REAL] = TYPE_NUMBER,
	    [JSON_TRUE] = TYPE_BOOLEAN, [JSON_FALSE] = TYPE_BOOLEAN, [JSON_NULL] = TYPE_NULL,
	};
	struct decimal d;

	if (bits[json_typeof(v)] & types)
		return 1;
	if (!json_is_real(v) || !(types & TYPE_INTEGER) || run->strict_integer)
		return 0;
	decimal_of_json(&d, v);
	return d.exp >= 0;
}

static int allowed(const struct node *node, const json_t *v)
{
	size_t i;

	if (node->sorted.n)
		return texts_has(&node->sorted, v);
	for (i = 0; i < json_array_size(node->allowed); i++)
		if (value_equal(json_array_get(node->allowed, i), v))
			return 1;
	return 0;
}

static int bound_holds(enum bound slot, const json_t *v, const json_t *bound)
{
	struct decimal value, step;

	switch (slot) {
	case B_MIN:
		return number_cmp(v, bound) >= 0;
	case B_MAX:
		return number_cmp(v, bound) <= 0;
	case B_ABOVE:
		return number_cmp(v, bound) > 0;
	case B_BELOW:
		return number_cmp(v, bound) < 0;
	default:
		decimal_of_json(&value, v);
		decimal_of_json(&step, bound);
		return decimal_is_multiple(&value, &step);
	}
}

static void check_number(struct run *run, const struct node *node, const json_t *v,
                         const struct at *at)
{
	static const struct {
		const char *keyword, *text;
	} rules[] = {
	    [B_MIN] = {"minimum", "must be at least "},
	    [B_MAX] = {"maximum", "must be at most "},
	    [B_ABOVE] = {"exclusiveMinimum", "must be more than "},
	    [B_BELOW] = {"exclusiveMaximum", "must be less than "},
	    [B_MULTIPLE] = {"multipleOf", "must be a multiple of "},
	};
	unsigned slot;

	for (slot = 0; slot < B_COUNT; slot++)
		if (node->has & (unsigned)HAS_BOUND << slot &&
		    !bound_holds((enum bound)slot, v, node->bound[slot]))
			fail_value(run, at, rules[slot].keyword, rules[slot].text,
			           node->bound[slot]);
}

/* ${min} is the lower one of a pair of neighbours in enum count. */
static void check_count(struct run *run, const struct node *node, enum count min, size_t n,
                        const struct at *at)
{
	static const struct {
		const char *keyword, *unit;
	} rules[] = {
	    [C_MIN_LEN] = {"minLength", "character"},    [C_MAX_LEN] = {"maxLength", "character"},
	    [C_MIN_ITEMS] = {"minItems", "item"},        [C_MAX_ITEMS] = {"maxItems", "item"},
	    [C_MIN_PROPS] = {"minProperties", "field"},  [C_MAX_PROPS] = {"maxProperties", "field"},
	};
	size_t low = node->count[min], high = node->count[min + 1];

	if (node->has & (unsigned)HAS_COUNT << min && n < low)
		fail(run, at, rules[min].keyword, "must have at least %zu %s%s, has %zu", low,
		     rules[min].unit, low == 1 ? "" : "s", n);
	if (node->has & (unsigned)HAS_COUNT << (min + 1) && n > high)
		fail(run, at, rules[min + 1].keyword, "must have at most %zu %s%s, has %zu", high,
		     rules[min].unit, high == 1 ? "" : "s", n);
}

static void check_pattern(struct run *run, const struct node *node, const json_t *v,
                          const struct at *at)
{
	int rc = pattern_match_steps(node->pattern, json_string_value(v), json_string_length(v),
	                             &run->steps);

	if (rc == 0)
		fail(run, at, "pattern", "must match the pattern %s", node->pattern_text);
	else if (rc < 0)
		fail(run, at, "pattern", "takes too much work to match with the pattern %s",
		     node->pattern_text);
}

static void check_string(struct run *run, const struct node *node, const json_t *v,
                         const struct at *at)
{
	if (node->has & ((unsigned)HAS_COUNT << C_MIN_LEN | (unsigned)HAS_COUNT << C_MAX_LEN))
		check_count(run, node, C_MIN_LEN, utf8_count(json_string_value(v)), at);
	if (node->pattern)
		check_pattern(run, node, v, at);
}

static int repeated_pair(const json_t *v, size_t *first, size_t *second)
{
	size_t n = json_array_size(v);

	for (*second = 1; *second < n; ++*second)
		for (*first = 0; *first < *second; ++*first)
			if (value_equal(json_array_get(v, *first), json_array_get(v, *second)))
				return 1;
	return 0;
}

static void check_unique(struct run *run, const json_t *v, const struct at *at)
{
	size_t first, second;
	int found;

	if (json_array_size(v) <= PAIRS_UP_TO) {
		found = repeated_pair(v, &first, &second);
	} else {
		struct texts t;

		texts_make(&t, v);
		found = texts_repeated(&t, &first, &second);
		texts_release(&t);
		run->steps += json_array_size(v);
	}
	if (found)
		fail(run, at, "uniqueItems",
		     "must not repeat an item, but items %zu and %zu are equal", first, second);
}

static void check_array(struct run *run, const struct node *node, const json_t *v,
                        const struct at *at)
{
	struct path here = {.up = at->instance};
	struct path items = {.up = at->schema, .key = "items"};
	struct at below = {.instance = &here, .schema = &items};

	check_count(run, node, C_MIN_ITEMS, json_array_size(v), at);
	if (node->has & HAS_UNIQUE)
		check_unique(run, v, at);
	if (!node->items)
		return;
	for (here.index = 0; here.index < json_array_size(v) && !run->stop; here.index++)
		check(run, node->items, json_array_get(v, here.index), &below);
}

static void check_required(struct run *run, const struct node *node, const json_t *v,
                           const struct at *at)
{
	size_t i;

	for (i = 0; i < node->nrequired && !run->stop; i++)
		if (!json_object_getn(v, node->required[i].name, node->required[i].len))
			fail(run, at, "required", "needs the field \"%s\"", node->required[i].name);
	run->steps += node->nrequired;
}

static const struct prop *find_prop(const struct node *node, const char *name)
{
	size_t lo = 0, hi = node->nprops;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(name, node->props[mid].name);

		if (!c)
			return &node->props[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static void check_member(struct run *run, const struct node *node, const char *name,
                         const json_t *v, const struct at *at)
{
	const struct prop *p = find_prop(node, name);
	struct path here = {.up = at->instance, .key = name};
	struct path in = {.up = at->schema, .key = p ? "properties" : "additionalProperties"};
	struct path prop = {.up = &in, .key = name};
	struct at below = {.instance = &here, .schema = p ? &prop : &in};

	run->steps++;
	if (p)
		check(run, p->node, v, &below);
	else if (node->additional && node->additional->has & HAS_NOTHING_VALID)
		fail_unknown(run, node, &below);
	else if (node->additional)
		check(run, node->additional, v, &below);
}

static void check_object(struct run *run, const struct node *node, const json_t *v,
                         const struct at *at)
{
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	void *iter;

	check_count(run, node, C_MIN_PROPS, json_object_size(v), at);
	check_required(run, node, v, at);
	if (!node->nprops && !node->additional)
		return;
	for (iter = json_object_iter(obj); iter && !run->stop;
	     iter = json_object_iter_next(obj, iter))
		check_member(run, node, json_object_iter_key(iter), json_object_iter_value(iter),
		             at);
}

static void check(struct run *run, const struct node *node, const json_t *v, const struct at *at)
{
	if (run->stop)
		return;
	if (++run->steps > MAX_STEPS) {
		fail(run, at, NULL, "the check was stopped here: too much work for one document");
		run->stop = 1;
		return;
	}
	if (node->has & HAS_NOTHING_VALID) {
		fail(run, at, NULL, "no value is allowed here");
		return;
	}
	if (node->has & HAS_TYPE && !type_fits(run, node->types, v)) {
		fail_type(run, node, v, at); /* the rest would only say it again */
		return;
	}
	if (node->has & HAS_CONST && !value_equal(node->fixed, v))
		fail_value(run, at, "const", "must be ", node->fixed);
	if (node->has & HAS_ENUM && !allowed(node, v))
		fail_enum(run, node, v, at);
	if (json_is_number(v))
		check_number(run, node, v, at);
	else if (json_is_string(v))
		check_string(run, node, v, at);
	else if (json_is_array(v))
		check_array(run, node, v, at);
	else if (json_is_object(v))
		check_object(run, node, v, at);
}

size_t schema_validate(const struct schema *s, const json_t *instance, struct schema_errors *errors)
{
	struct path root = {.up = NULL};
	struct at at = {.instance = &root, .schema = &root};
	struct run run = {.errors = errors, .strict_integer = s->strict_integer};

	if (errors)
		errors->n = errors->total = 0;
	check(&run, s->root, instance, &at);
	if (errors)
		errors->total = run.total;
	return run.total;
}

void schema_errors_release(struct schema_errors *errors)
{
	size_t i;

	for (i = 0; i < errors->n; i++) {
		free(errors->e[i].instance);
		free(errors->e[i].keyword);
		free(errors->e[i].message);
	}
	errors->n = errors->total = 0;
}

json_t *schema_errors_json(const struct schema_errors *errors)
{
	json_t *list = json_array();
	size_t i;

	if (!list)
		mem_oom();
	for (i = 0; i < errors->n; i++) {
		json_t *e = json_object();

		if (!e || json_array_append_new(list, e))
			mem_oom();
		js_set_str(e, "instance", errors->e[i].instance);
		js_set_str(e, "keyword", errors->e[i].keyword);
		js_set_str(e, "message", errors->e[i].message);
	}
	return list;
}
