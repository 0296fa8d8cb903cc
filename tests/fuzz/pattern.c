/* The first line is a pattern of a schema, the rest a string: never a crash, never long; and what
 * is matched without PCRE2 is matched as PCRE2 would. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/safe.h"
#include "json/schema/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* In parentheses no pattern is plain. */
static struct pattern *wrapped(const char *text, size_t n)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;
	struct pattern *p;

	buf_addf(&b, "(?:%.*s)", (int)n, text);
	p = pattern_compile(b.data, b.len, &err);
	buf_release(&b);
	return p;
}

static void match(const struct pattern *p, const char *text, size_t n, const char *s, size_t len)
{
	unsigned long steps = 0;
	int once = pattern_match(p, s, len), twice = pattern_match_steps(p, s, len, &steps), other;
	struct pattern *w;

	if (once != twice || once < -1 || once > 1)
		__builtin_trap();
	w = memchr(text, 0, n) ? NULL : wrapped(text, n);
	if (!w)
		return; /* too long by the parentheses */
	other = pattern_match(w, s, len);
	if (once >= 0 && other >= 0 && once != other)
		__builtin_trap();
	pattern_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = ERR_INIT;
	const char *text = (const char *)data, *lf = n ? memchr(text, '\n', n) : NULL;
	struct pattern *p;

	/* as a JSON document hands them over */
	if (!lf || !utf8_valid(text, n))
		return 0;
	p = pattern_compile(text, (size_t)(lf - text), &err);
	if (p)
		match(p, text, (size_t)(lf - text), lf + 1, n - 1 - (size_t)(lf - text));
	else if (err.code != FAIL_INVALID || !err.msg[0])
		__builtin_trap();
	pattern_free(p);
	return 0;
}
