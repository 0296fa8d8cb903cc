/* json/js_parse.c -- JSON text from outside, within limits. */
#include "json/js.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"

const struct js_limits js_limits_doc = {JS_MAX_BYTES, JS_MAX_NODES, JS_MAX_DEPTH};
const struct js_limits js_limits_message = {JS_MAX_BYTES + 4096, JS_MAX_NODES + 64, JS_MAX_DEPTH + 2};
const struct js_limits js_limits_schema = {JS_MAX_BYTES, JS_MAX_NODES, JS_SCHEMA_DEPTH};
const struct js_limits js_limits_own = {4 << 20, 4000000, 80};

/* What a byte outside strings means for the count; 0: nothing. */
enum kind { K_NONE, K_SCALAR, K_QUOTE, K_OPEN, K_CLOSE };

static const unsigned char kinds[256] = {
    ['"'] = K_QUOTE, ['{'] = K_OPEN, ['['] = K_OPEN, ['}'] = K_CLOSE, [']'] = K_CLOSE,
    ['-'] = K_SCALAR, ['+'] = K_SCALAR, ['.'] = K_SCALAR, ['0' ... '9'] = K_SCALAR,
    ['a' ... 'z'] = K_SCALAR, ['A' ... 'Z'] = K_SCALAR,
};

static int fail_at(const char *text, size_t pos, const char *what, struct err *err)
{
	size_t i, line = 1, start = 0;

	for (i = 0; i < pos; i++)
		if (text[i] == '\n') {
			line++;
			start = i + 1;
		}
	return err_set(err, FAIL_INVALID, "line %zu, column %zu: %s", line, pos - start + 1, what);
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Not zero when one of eight bytes is a quote or a backslash. */
static uint64_t ends_run(const char *p)
{
	uint64_t w, quote, slash;

	memcpy(&w, p, 8);
	quote = w ^ EACH('"');
	slash = w ^ EACH('\\');
	return (((quote - EACH(1)) & ~quote) | ((slash - EACH(1)) & ~slash)) & EACH(0x80);
}

/* Behind the string whose first byte is at ${p}. */
static const char *skip_string(const char *p, const char *end)
{
	while (p < end) {
		if (end - p >= 8 && !ends_run(p))
			p += 8;
		else if (*p == '"')
			return p + 1;
		else
			p += *p == '\\' && p + 1 < end ? 2 : 1;
	}
	return end;
}

/* Count before jansson allocates: nothing is validated here except the limits. */
static int scan(const char *text, size_t n, const struct js_limits *lim, struct err *err)
{
	const char *p = text, *end = text + n;
	size_t nodes = 0;
	unsigned depth = 0;
	int last = K_NONE;

	while (p < end) {
		int kind = kinds[(unsigned char)*p++];

		nodes += kind != K_NONE && kind != K_CLOSE && !(kind == K_SCALAR && last == kind);
		last = kind;
		if (kind <= K_SCALAR)
			continue;
		if (nodes > lim->nodes)
			break;
		if (kind == K_QUOTE)
			p = skip_string(p, end);
		else if (kind == K_CLOSE)
			depth -= depth > 0;
		else if (++depth > lim->depth)
			return fail_at(text, (size_t)(p - text) - 1, "nested too deeply", err);
	}
	if (nodes > lim->nodes)
		return fail_at(text, (size_t)(p - text) - 1, "too many values", err);
	return 0;
}

/* Own words: jansson's text quotes the input. */
static const char *explain(const json_error_t *e)
{
	switch (json_error_code(e)) {
	case json_error_stack_overflow:
		return "nested too deeply";
	case json_error_invalid_utf8:
		return "not UTF-8";
	case json_error_premature_end_of_input:
		return "ends too early";
	case json_error_end_of_input_expected:
		return "more text after the document";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "\\u0000 is not allowed";
	case json_error_duplicate_key:
		return "a key stands twice in one object";
	case json_error_numeric_overflow:
		return strncmp(e->text, "too big", 7) ? "number too large"
		                                      : "integer outside 64 bits";
	default:
		return strncmp(e->text, "'[' or '{'", 10) ? "not JSON"
		                                          : "must be an object or an array";
	}
}

static json_t *load(const char *text, size_t n, size_t flags, struct err *err)
{
	json_error_t e;
	json_t *v = json_loadb(text, n, flags, &e);

	if (v)
		return v;
	if (json_error_code(&e) == json_error_out_of_memory)
		mem_oom();
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		err_set(err, FAIL_INVALID, "line 1, column 1: byte order mark is not allowed");
	else
		err_set(err, FAIL_INVALID, "line %d, column %d: %s", e.line, e.column, explain(&e));
	return NULL;
}

static json_t *parse(const char *text, size_t n, const struct js_limits *lim, size_t flags,
                     struct err *err)
{
	if (n > lim->bytes) {
		err_set(err, FAIL_INVALID, "longer than %zu bytes", lim->bytes);
		return NULL;
	}
	if (scan(text, n, lim, err))
		return NULL;
	return load(text, n, flags | JSON_REJECT_DUPLICATES, err);
}

json_t *js_parse(const char *text, size_t n, const struct js_limits *lim, struct err *err)
{
	return parse(text, n, lim, 0, err);
}

json_t *js_parse_any(const char *text, size_t n, const struct js_limits *lim, struct err *err)
{
	return parse(text, n, lim, JSON_DECODE_ANY, err);
}

json_t *js_parse_trusted(const char *text, size_t n, struct err *err)
{
	return load(text, n, JSON_DECODE_ANY, err);
}
