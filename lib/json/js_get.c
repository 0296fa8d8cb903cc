/* json/js_get.c -- reading JSON trees, with errors that name the field. */
#include "json/js.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/near.h"
#include "json/decimal.h"

/* ${seg} as it is when it has no escape; else unescaped into ${key}. */
static const char *unescape(const char *seg, size_t *n, struct buf *key)
{
	size_t i;

	if (!memchr(seg, '~', *n))
		return seg;
	for (i = 0; i < *n; i++) {
		if (seg[i] != '~') {
			buf_addc(key, seg[i]);
			continue;
		}
		if (++i == *n || (seg[i] != '0' && seg[i] != '1'))
			return NULL;
		buf_addc(key, seg[i] == '0' ? '~' : '/');
	}
	*n = key->len;
	return key->data;
}

static json_t *member(const json_t *obj, const char *seg, size_t n)
{
	struct buf key = BUF_INIT;
	json_t *v = NULL;

	seg = unescape(seg, &n, &key);
	if (seg)
		v = json_object_getn(obj, seg, n);
	buf_release(&key);
	return v;
}

static json_t *element(const json_t *arr, const char *seg, size_t n)
{
	size_t i, at = 0;

	if (n == 0 || n > 9 || (n > 1 && seg[0] == '0'))
		return NULL;
	for (i = 0; i < n; i++) {
		if (seg[i] < '0' || seg[i] > '9')
			return NULL;
		at = at * 10 + (size_t)(seg[i] - '0');
	}
	return json_array_get(arr, at);
}

json_t *js_at(const json_t *v, const char *pointer)
{
	json_t *at = (json_t *)v; /* borrowed on the same terms as ${v} */

	while (at && *pointer) {
		size_t n;

		if (*pointer++ != '/')
			return NULL;
		n = strcspn(pointer, "/");
		if (json_is_object(at))
			at = member(at, pointer, n);
		else if (json_is_array(at))
			at = element(at, pointer, n);
		else
			at = NULL;
		pointer += n;
	}
	return at;
}

const char *js_str_or(const json_t *v, const char *pointer, const char *dflt)
{
	const char *s = json_string_value(js_at(v, pointer));

	return s ? s : dflt;
}

int64_t js_int_or(const json_t *v, const char *pointer, int64_t dflt)
{
	const json_t *at = js_at(v, pointer);

	return json_is_integer(at) ? json_integer_value(at) : dflt;
}

/* The value at the pointer, NULL when absent or null. */
static json_t *present(const json_t *v, const char *pointer)
{
	json_t *at = js_at(v, pointer);

	return json_is_null(at) ? NULL : at;
}

int js_get_str(const json_t *v, const char *pointer, const char **out, size_t maxlen,
               struct err *err)
{
	const json_t *at = present(v, pointer);

	if (!at)
		return 0;
	if (!json_is_string(at))
		return err_field(err, FAIL_INVALID, pointer, "must be a string");
	if (json_string_length(at) > maxlen)
		return err_field(err, FAIL_INVALID, pointer, "must be at most %zu bytes long",
		                 maxlen);
	*out = json_string_value(at);
	return 0;
}

int js_get_int(const json_t *v, const char *pointer, int64_t lo, int64_t hi, int64_t *out,
               struct err *err)
{
	const json_t *at = present(v, pointer);
	json_int_t i;

	if (!at)
		return 0;
	if (!json_is_integer(at))
		return err_field(err, FAIL_INVALID, pointer, "must be an integer");
	i = json_integer_value(at);
	if (i < lo || i > hi)
		return err_field(err, FAIL_INVALID, pointer, "must be from %lld to %lld",
		                 (long long)lo, (long long)hi);
	*out = i;
	return 0;
}

int js_get_bool(const json_t *v, const char *pointer, int *out, struct err *err)
{
	const json_t *at = present(v, pointer);

	if (!at)
		return 0;
	if (!json_is_boolean(at))
		return err_field(err, FAIL_INVALID, pointer, "must be true or false");
	*out = json_is_true(at);
	return 0;
}

int js_get_obj(const json_t *v, const char *pointer, json_t **out, struct err *err)
{
	json_t *at = present(v, pointer);

	if (!at)
		return 0;
	if (!json_is_object(at))
		return err_field(err, FAIL_INVALID, pointer, "must be an object");
	*out = at;
	return 0;
}

int js_get_arr(const json_t *v, const char *pointer, size_t maxlen, json_t **out, struct err *err)
{
	json_t *at = present(v, pointer);

	if (!at)
		return 0;
	if (!json_is_array(at))
		return err_field(err, FAIL_INVALID, pointer, "must be an array");
	if (json_array_size(at) > maxlen)
		return err_field(err, FAIL_INVALID, pointer, "must have at most %zu elements",
		                 maxlen);
	*out = at;
	return 0;
}

int js_get_amount(const json_t *v, const char *pointer, int64_t scale, int64_t *out,
                  struct err *err)
{
	const json_t *at = present(v, pointer);
	struct decimal d;

	if (!at)
		return 0;
	if (json_is_number(at))
		decimal_of_json(&d, at);
	else if (!json_is_string(at) ||
	         decimal_of_text(&d, json_string_value(at), json_string_length(at)))
		return err_field(err, FAIL_INVALID, pointer,
		                 "must be an amount, such as 350, 0.5 or \"0.50\"");
	if (d.negative && d.digits)
		return err_field(err, FAIL_INVALID, pointer, "must not be negative");
	if (decimal_scaled(&d, scale, out))
		return err_field(err, FAIL_INVALID, pointer,
		                 "too large or too exact for an amount in units of 1/%lld",
		                 (long long)scale);
	return 0;
}

static int is_known(const char *key, const char *const *known)
{
	if (!strcmp(key, "$schema") || !strcmp(key, "$comment"))
		return 1;
	for (; *known; known++)
		if (!strcmp(key, *known))
			return 1;
	return 0;
}

static int refuse_key(const char *pointer, const char *key, const char *const *known,
                      struct err *err)
{
	struct buf where = BUF_INIT, hint = BUF_INIT;
	struct near near;

	buf_adds(&where, pointer);
	js_pointer_add(&where, key);
	near_init(&near, key);
	for (; *known; known++)
		near_offer(&near, *known);
	near_add(&near, &hint);
	err_field(err, FAIL_INVALID, buf_str(&where), "unknown key%s", buf_str(&hint));
	buf_release(&where);
	buf_release(&hint);
	return -1;
}

int js_only_keys(const json_t *obj, const char *pointer, const char *const *known, struct err *err)
{
	json_t *o = (json_t *)obj;
	void *iter;

	for (iter = json_object_iter(o); iter; iter = json_object_iter_next(o, iter)) {
		const char *key = json_object_iter_key(iter);

		if (!is_known(key, known))
			return refuse_key(pointer, key, known, err);
	}
	return 0;
}
