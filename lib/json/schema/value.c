/* json/schema/value.c -- equality of JSON values, and values in sentences. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/decimal.h"
#include "json/js.h"
#include "json/schema/value.h"

enum { SHOW_BYTES = 60 };

static int arrays_equal(const json_t *a, const json_t *b, unsigned long *steps)
{
	size_t i, n = json_array_size(a);

	if (json_array_size(b) != n)
		return 0;
	for (i = 0; i < n; i++)
		if (!value_equal(json_array_get(a, i), json_array_get(b, i), steps))
			return 0;
	return 1;
}

static int objects_equal(const json_t *a, const json_t *b, unsigned long *steps)
{
	json_t *o = (json_t *)a; /* jansson's iterators take no const */
	void *iter;

	if (json_object_size(a) != json_object_size(b))
		return 0;
	for (iter = json_object_iter(o); iter; iter = json_object_iter_next(o, iter)) {
		const json_t *other = json_object_getn(b, json_object_iter_key(iter),
		                                       json_object_iter_key_len(iter));

		if (!other || !value_equal(json_object_iter_value(iter), other, steps))
			return 0;
	}
	return 1;
}

int value_equal(const json_t *a, const json_t *b, unsigned long *steps)
{
	++*steps;
	if (json_is_integer(a) && json_is_integer(b))
		return json_integer_value(a) == json_integer_value(b);
	if (json_is_number(a) && json_is_number(b))
		return number_cmp(a, b) == 0;
	if (json_typeof(a) != json_typeof(b))
		return 0;
	switch (json_typeof(a)) {
	case JSON_OBJECT:
		return objects_equal(a, b, steps);
	case JSON_ARRAY:
		return arrays_equal(a, b, steps);
	case JSON_STRING:
		return json_string_length(a) == json_string_length(b) &&
		       !memcmp(json_string_value(a), json_string_value(b), json_string_length(a));
	default:
		return 1; /* true, false, null */
	}
}

static int text_cmp(const struct text *x, const struct text *y)
{
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return memcmp(x->p, y->p, x->n);
}

static int text_order(const void *a, const void *b)
{
	const struct text *x = a, *y = b;
	int c = text_cmp(x, y);

	return c ? c : (x->index > y->index) - (x->index < y->index);
}

void texts_make(struct texts *t, const json_t *array, unsigned long *steps)
{
	struct buf all = BUF_INIT;
	size_t i, at = 0;

	t->n = json_array_size(array);
	t->t = mem_grow(NULL, t->n, sizeof(*t->t));
	for (i = 0; i < t->n; i++) {
		js_dump(&all, json_array_get(array, i), JS_VALUE);
		t->t[i].n = all.len - at;
		t->t[i].index = i;
		at = all.len;
	}
	*steps += t->n + all.len / 16;
	t->bytes = buf_detach(&all);
	for (i = at = 0; i < t->n; i++) {
		t->t[i].p = t->bytes + at;
		at += t->t[i].n;
	}
	qsort(t->t, t->n, sizeof(*t->t), text_order);
}

void texts_release(struct texts *t)
{
	free(t->t);
	free(t->bytes);
}

int texts_has(const struct texts *t, const json_t *value, unsigned long *steps)
{
	struct buf own = BUF_INIT;
	struct text key;
	size_t lo = 0, hi = t->n;
	int found;

	js_dump(&own, value, JS_VALUE);
	key.p = buf_str(&own);
	key.n = own.len;
	*steps += 2 + own.len / 8;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (text_cmp(&t->t[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	found = lo < t->n && !text_cmp(&t->t[lo], &key);
	buf_release(&own);
	return found;
}

int texts_repeated(const struct texts *t, size_t *first, size_t *second)
{
	size_t i;
	int found = 0;

	for (i = 1; i < t->n; i++) {
		if (text_cmp(&t->t[i - 1], &t->t[i]) || (found && *second < t->t[i].index))
			continue;
		*first = t->t[i - 1].index;
		*second = t->t[i].index;
		found = 1;
	}
	return found;
}

/* The longest beginning of ${s} within ${max} bytes that ends between characters. */
static size_t cut(const char *s, size_t n, size_t max)
{
	size_t at = 0;

	while (at < n) {
		unsigned cp;
		int len = utf8_next(s + at, n - at, &cp);

		if (!len || at + (size_t)len > max)
			break;
		at += (size_t)len;
	}
	return at;
}

void value_show(struct buf *out, const json_t *v)
{
	size_t n = json_string_length(v);

	if (json_is_object(v)) {
		buf_adds(out, "this object");
	} else if (json_is_array(v)) {
		buf_adds(out, "this list");
	} else if (json_is_string(v) && n > SHOW_BYTES) {
		js_dump_string(out, json_string_value(v),
		               cut(json_string_value(v), n, SHOW_BYTES));
		out->len--; /* the mark goes inside the quotes */
		buf_adds(out, "…\"");
	} else {
		js_dump(out, v, JS_COMPACT);
	}
}

void path_add(struct buf *out, const struct path *path)
{
	if (!path->up)
		return;
	path_add(out, path->up);
	if (path->key)
		js_pointer_add(out, path->key);
	else
		buf_addf(out, "/%zu", path->index);
}
