/* json/js_dump.c -- the writer: every JSON text that er makes. */
#include "json/js.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "json/decimal.h"

static void dump(struct buf *out, const json_t *v, enum js_style style, unsigned depth);

static inline void put(struct buf *out, char c)
{
	if (out->len + 1 < out->cap && !out->bad)
		out->data[out->len++] = c;
	else
		buf_addc(out, c);
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static int is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

/* Bytes of ${s} that need no escape; eight at a time while none does. */
static size_t plain_run(const char *s, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t w, quote, slash;

		memcpy(&w, s + i, 8);
		quote = w ^ EACH('"');
		slash = w ^ EACH('\\');
		if ((((w - EACH(0x20)) & ~w) | ((quote - EACH(1)) & ~quote) |
		     ((slash - EACH(1)) & ~slash)) & EACH(0x80))
			break;
	}
	while (i < n && is_plain((unsigned char)s[i]))
		i++;
	return i;
}

static void put_escape(struct buf *out, unsigned char c)
{
	static const char letters[256] = {
	    ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
	    ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};
	static const char hex[] = "0123456789abcdef";
	char text[6] = {'\\', letters[c]};

	if (letters[c]) {
		buf_add(out, text, 2);
		return;
	}
	memcpy(text + 1, "u00", 3);
	text[4] = hex[c >> 4];
	text[5] = hex[c & 15];
	buf_add(out, text, 6);
}

static void put_string(struct buf *out, const char *s, size_t n)
{
	size_t run = plain_run(s, n);
	char *to;

	if (run == n && (to = buf_room(out, n + 2))) {
		*to++ = '"';
		memcpy(to, s, n);
		to[n] = '"';
		out->len += n + 2;
		return;
	}
	put(out, '"');
	for (;;) {
		buf_add(out, s, run);
		s += run;
		n -= run;
		if (!n)
			break;
		put_escape(out, (unsigned char)*s++);
		run = plain_run(s, --n);
	}
	put(out, '"');
}

static void put_int(struct buf *out, json_int_t v)
{
	char text[24], *p = text + sizeof(text);
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do
		*--p = (char)('0' + left % 10);
	while (left /= 10);
	if (v < 0)
		*--p = '-';
	buf_add(out, p, (size_t)(text + sizeof(text) - p));
}

static void put_real(struct buf *out, double v, enum js_style style)
{
	struct decimal d;
	char text[DECIMAL_TEXT_MAX];

	if (style == JS_VALUE && v >= -0x1p63 && v < 0x1p63 && v == (double)(json_int_t)v) {
		put_int(out, (json_int_t)v);
		return;
	}
	decimal_of_real(&d, v);
	buf_add(out, text, decimal_format_real(&d, text));
}

/* Pretty only: a new line at ${depth}. */
static void put_line(struct buf *out, enum js_style style, unsigned depth)
{
	if (style != JS_PRETTY)
		return;
	put(out, '\n');
	while (depth-- > 0)
		buf_add(out, "  ", 2);
}

static void dump_array(struct buf *out, const json_t *v, enum js_style style, unsigned depth)
{
	size_t i, n = json_array_size(v);

	put(out, '[');
	for (i = 0; i < n; i++) {
		if (i)
			put(out, ',');
		put_line(out, style, depth + 1);
		dump(out, json_array_get(v, i), style, depth + 1);
	}
	if (n)
		put_line(out, style, depth);
	put(out, ']');
}

struct member {
	const char *key;
	size_t len;
	const json_t *value;
};

static void dump_member(struct buf *out, const struct member *m, enum js_style style,
                        unsigned depth)
{
	put_line(out, style, depth);
	put_string(out, m->key, m->len);
	put(out, ':');
	if (style == JS_PRETTY)
		put(out, ' ');
	dump(out, m->value, style, depth);
}

static int member_cmp(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int c = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);

	return c ? c : (x->len > y->len) - (x->len < y->len);
}

/* Insertion for the usual handful; keys often come sorted already. */
static void sort_members(struct member *m, size_t n)
{
	size_t i, j;

	if (n > 16) {
		qsort(m, n, sizeof(*m), member_cmp);
		return;
	}
	for (i = 1; i < n; i++) {
		struct member x = m[i];

		for (j = i; j > 0 && member_cmp(&x, &m[j - 1]) < 0; j--)
			m[j] = m[j - 1];
		m[j] = x;
	}
}

static struct member member_at(void *iter)
{
	return (struct member){
	    .key = json_object_iter_key(iter),
	    .len = json_object_iter_key_len(iter),
	    .value = json_object_iter_value(iter),
	};
}

static void dump_sorted(struct buf *out, json_t *obj, enum js_style style, unsigned depth)
{
	enum { FEW = 16 };
	struct member few[FEW], *m = few;
	size_t i = 0, n = json_object_size(obj);
	void *iter;

	if (n > FEW)
		m = mem_grow(NULL, n, sizeof(*m));
	for (iter = json_object_iter(obj); iter; iter = json_object_iter_next(obj, iter))
		m[i++] = member_at(iter);
	sort_members(m, n);
	for (i = 0; i < n; i++) {
		if (i)
			put(out, ',');
		dump_member(out, &m[i], style, depth);
	}
	if (m != few)
		free(m);
}

static void dump_object(struct buf *out, const json_t *v, enum js_style style, unsigned depth)
{
	json_t *obj = (json_t *)v; /* jansson's iterators take no const */
	void *iter;

	put(out, '{');
	if (style == JS_CANONICAL || style == JS_VALUE) {
		dump_sorted(out, obj, style, depth + 1);
	} else {
		for (iter = json_object_iter(obj); iter;) {
			struct member m = member_at(iter);

			dump_member(out, &m, style, depth + 1);
			iter = json_object_iter_next(obj, iter);
			if (iter)
				put(out, ',');
		}
		if (json_object_size(v))
			put_line(out, style, depth);
	}
	put(out, '}');
}

static void dump(struct buf *out, const json_t *v, enum js_style style, unsigned depth)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		dump_object(out, v, style, depth);
		break;
	case JSON_ARRAY:
		dump_array(out, v, style, depth);
		break;
	case JSON_STRING:
		put_string(out, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
		put_int(out, json_integer_value(v));
		break;
	case JSON_REAL:
		put_real(out, json_real_value(v), style);
		break;
	case JSON_TRUE:
		buf_add(out, "true", 4);
		break;
	case JSON_FALSE:
		buf_add(out, "false", 5);
		break;
	case JSON_NULL:
		buf_add(out, "null", 4);
		break;
	}
}

void js_dump(struct buf *out, const json_t *v, enum js_style style)
{
	assert(v);
	dump(out, v, style, 0);
	buf_add(out, "", 0); /* for the NUL behind it */
}

void js_dump_string(struct buf *out, const char *s, size_t n)
{
	put_string(out, s, n);
	buf_add(out, "", 0);
}

void js_hash(const json_t *v, struct sha256 *out)
{
	struct buf text = BUF_INIT;

	js_dump(&text, v, JS_CANONICAL);
	assert(buf_ok(&text));
	sha256_of(out, text.data, text.len);
	buf_release(&text);
}
