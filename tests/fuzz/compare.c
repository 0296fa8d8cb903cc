/* Two schemas, a line each, and an instance: what is called compatible lets nothing be refused, and
 * what is called breaking comes with a document that shows it. */
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "json/js.h"
#include "json/schema/compare.h"
#include "json/schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { LINES = 3, SHORT_BYTES = 512 };

static struct schema *compile(const json_t *doc)
{
	static const struct schema_options options = {.draft = SCHEMA_DRAFT_2020,
	                                              .assert_formats = 1};
	struct err err = ERR_INIT;

	return schema_compile_with(doc, &options, &err);
}

static int fits(const struct schema *s, const json_t *v)
{
	return schema_validate(s, v, NULL) == 0;
}

static void compare(const struct schema *old, const struct schema *new, const json_t *v, size_t n)
{
	struct comparison c;
	size_t i;

	schema_compare(old, new, &c);
	if (c.n > COMPARE_FINDINGS)
		__builtin_trap();
	for (i = 0; i < c.n; i++) {
		const json_t *example = c.list[i].example;

		if (c.list[i].verdict == COMPARE_BREAKING &&
		    (!example || !fits(old, example) || fits(new, example)))
			__builtin_trap();
	}
	/* with little text no limit of the work decides */
	if (n < SHORT_BYTES && c.verdict == COMPARE_COMPATIBLE && fits(old, v) && !fits(new, v))
		__builtin_trap();
	if (n < SHORT_BYTES && c.equal && fits(old, v) != fits(new, v))
		__builtin_trap();
	comparison_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *at = (const char *)data, *end = at + n;
	json_t *docs[LINES] = {NULL};
	struct schema *old = NULL, *new = NULL;
	int i;

	for (i = 0; i < LINES && at; i++) {
		const char *lf = i + 1 < LINES ? memchr(at, '\n', (size_t)(end - at)) : end;
		struct err err = ERR_INIT;

		docs[i] = lf ? js_parse_any(at, (size_t)(lf - at), &js_limits_doc, &err) : NULL;
		at = docs[i] && lf < end ? lf + 1 : lf == end ? end : NULL;
	}
	old = docs[2] ? compile(docs[0]) : NULL;
	new = old ? compile(docs[1]) : NULL;
	if (new) {
		compare(old, new, docs[2], n);
		compare(old, old, docs[2], n);
	}
	schema_free(old);
	schema_free(new);
	for (i = 0; i < LINES; i++)
		json_decref(docs[i]);
	return 0;
}
