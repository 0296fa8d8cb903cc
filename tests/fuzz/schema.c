/* The first line is a schema (or its shorthand), the rest an instance: compile, validate, agree with
 * itself. */
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "json/js.h"
#include "json/schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void judge(const json_t *doc, const json_t *instance, int draft)
{
	struct schema_options options = {.draft = draft, .assert_formats = draft != 0};
	struct err err = ERR_INIT;
	struct schema_errors errors;
	struct schema *s = schema_compile_with(doc, &options, &err);

	if (!s) {
		if (err.code != FAIL_INVALID)
			__builtin_trap();
		return;
	}
	size_t all = schema_validate(s, instance, &errors);
	size_t first = schema_validate(s, instance, NULL);
	if ((all == 0) != (first == 0) || all != errors.total || errors.n > all)
		__builtin_trap();
	json_decref(schema_errors_json(&errors));
	schema_errors_release(&errors);
	schema_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = ERR_INIT;
	const uint8_t *lf = n ? memchr(data, '\n', n) : NULL;
	json_t *doc, *instance, *whole;

	if (!lf)
		return 0;
	doc = js_parse_any((const char *)data, (size_t)(lf - data), &js_limits_schema, &err);
	err_clear(&err);
	instance = js_parse_any((const char *)lf + 1, n - 1 - (size_t)(lf - data), &js_limits_doc, &err);
	if (doc && instance) {
		judge(doc, instance, 0);
		judge(doc, instance, n % 2 ? SCHEMA_DRAFT_2019 : SCHEMA_DRAFT_7);
		err_clear(&err);
		whole = schema_expand(doc, &err);
		if (whole)
			judge(whole, instance, 0);
		json_decref(whole);
	}
	json_decref(doc);
	json_decref(instance);
	return 0;
}
