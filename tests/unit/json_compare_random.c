/* json: does one schema accept all that another one accepted?  Verdicts on random pairs, held
 * against what validators say of random documents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/compare.h"
#include "json/schema/schema.h"
#include "json_kit.h"

static uint64_t state;

static unsigned below(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

static const char *const names[] = {"a", "b", "c", "ab"};
static const char *const patterns[] = {"^a", "b", "^[a-c]$", "c$"};

static void random_value(struct buf *out, int depth)
{
	unsigned k = below(depth ? 9 : 7), i, n;

	switch (k) {
	case 0:
		buf_adds(out, "null");
		break;
	case 1:
		buf_adds(out, below(2) ? "true" : "false");
		break;
	case 2:
	case 3:
		buf_addf(out, "%d", (int)below(8) - 3);
		break;
	case 4:
		buf_addf(out, "%d.%d", (int)below(5) - 2, below(2) ? 5 : 0);
		break;
	case 5:
	case 6:
		buf_addf(out, "\"%s\"", below(4) ? names[below(4)] : "");
		break;
	case 7:
		n = below(4);
		buf_addc(out, '[');
		for (i = 0; i < n; i++) {
			buf_adds(out, i ? "," : "");
			random_value(out, depth - 1);
		}
		buf_addc(out, ']');
		break;
	default:
		n = 0;
		buf_addc(out, '{');
		for (i = 0; i < 4; i++) {
			if (below(2))
				continue;
			buf_addf(out, "%s\"%s\":", n++ ? "," : "", names[i]);
			random_value(out, depth - 1);
		}
		buf_addc(out, '}');
	}
}

static void random_schema(struct buf *out, int depth);

static void random_list(struct buf *out, int depth)
{
	unsigned i, n = 1 + below(3);

	buf_addc(out, '[');
	for (i = 0; i < n; i++) {
		buf_adds(out, i ? "," : "");
		random_schema(out, depth);
	}
	buf_addc(out, ']');
}

static void random_map(struct buf *out, int depth, const char *const *keys)
{
	unsigned i, n = 0;

	buf_addc(out, '{');
	for (i = 0; i < 4; i++) {
		if (below(2))
			continue;
		buf_addf(out, "%s\"%s\":", n++ ? "," : "", keys[i]);
		random_schema(out, depth);
	}
	buf_addc(out, '}');
}

static void random_types(struct buf *out)
{
	static const char *const types[] = {"null", "boolean", "integer", "number", "string",
	                                    "array", "object"};
	unsigned a = below(7), b = below(7);

	if (below(2) || a == b)
		buf_addf(out, "\"%s\"", types[a]);
	else
		buf_addf(out, "[\"%s\",\"%s\"]", types[a], types[b]);
}

static void random_names(struct buf *out)
{
	unsigned i, n = 0;

	buf_addc(out, '[');
	for (i = 0; i < 4; i++)
		if (below(3) == 0)
			buf_addf(out, "%s\"%s\"", n++ ? "," : "", names[i]);
	buf_addc(out, ']');
}

static const char *const keywords[] = {
    "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems",
    "minProperties", "maxProperties", "required", "properties", "patternProperties",
    "additionalProperties", "propertyNames", "items", "prefixItems", "contains", "minContains",
    "maxContains", "dependentRequired", "dependentSchemas", "allOf", "anyOf", "oneOf", "not", "if",
    "then", "else", "$ref", "unevaluatedProperties", "unevaluatedItems", "type", "properties",
    "required", "enum"};

static void random_member(struct buf *out, const char *key, int depth)
{
	unsigned i, n;

	if (!strcmp(key, "type")) {
		random_types(out);
	} else if (!strcmp(key, "enum")) {
		buf_addc(out, '[');
		for (i = 0, n = 1 + below(4); i < n; i++) {
			buf_adds(out, i ? "," : "");
			random_value(out, 1);
		}
		buf_addc(out, ']');
	} else if (!strcmp(key, "const")) {
		random_value(out, 1);
	} else if (!strcmp(key, "multipleOf")) {
		buf_adds(out, below(3) ? "2" : "0.5");
	} else if (strstr(key, "imum")) {
		buf_addf(out, "%d", (int)below(6) - 2);
	} else if (!strncmp(key, "min", 3) || !strncmp(key, "max", 3)) {
		buf_addf(out, "%u", below(4));
	} else if (!strcmp(key, "pattern")) {
		buf_addf(out, "\"%s\"", patterns[below(4)]);
	} else if (!strcmp(key, "uniqueItems")) {
		buf_adds(out, below(4) ? "true" : "false");
	} else if (!strcmp(key, "required")) {
		random_names(out);
	} else if (!strcmp(key, "dependentRequired")) {
		buf_addf(out, "{\"%s\":", names[below(4)]);
		random_names(out);
		buf_addc(out, '}');
	} else if (!strcmp(key, "properties") || !strcmp(key, "dependentSchemas")) {
		random_map(out, depth - 1, names);
	} else if (!strcmp(key, "patternProperties")) {
		random_map(out, depth - 1, patterns);
	} else if (!strcmp(key, "prefixItems") || strstr(key, "Of")) {
		random_list(out, depth - 1);
	} else if (!strcmp(key, "$ref")) {
		buf_addf(out, "\"#/$defs/%s\"", below(2) ? "x" : "y");
	} else {
		random_schema(out, depth - 1);
	}
}

static void random_schema(struct buf *out, int depth)
{
	const char *used[4];
	unsigned i, k, n = depth > 0 ? 1 + below(3) : 1, made = 0;

	if (below(depth > 0 ? 14 : 4) == 0) {
		buf_adds(out, below(3) ? "true" : "false");
		return;
	}
	buf_addc(out, '{');
	for (i = 0; i < n; i++) {
		const char *key = keywords[below(depth > 0 ? NITEMS(keywords) : 11)];

		for (k = 0; k < made && strcmp(used[k], key); k++)
			;
		if (k < made)
			continue;
		used[made] = key;
		buf_addf(out, "%s\"%s\":", made++ ? "," : "", key);
		random_member(out, key, depth);
	}
	buf_addc(out, '}');
}

static json_t *made(void (*make)(struct buf *, int), int depth)
{
	struct buf b = BUF_INIT;
	json_t *v;

	make(&b, depth);
	v = kit_parse(buf_str(&b));
	buf_release(&b);
	return v;
}

/* Somewhere in ${v} something becomes else. */
static void mutate(json_t *v)
{
	void *iter;
	size_t n;

	if (json_is_array(v)) {
		n = json_array_size(v);
		if (!n || below(4) == 0)
			json_array_append_new(v, made(random_schema, 1));
		else if (below(4) == 0)
			json_array_remove(v, below((unsigned)n));
		else
			mutate(json_array_get(v, below((unsigned)n)));
		return;
	}
	n = json_object_size(v);
	if (!n || below(3) == 0) {
		struct buf b = BUF_INIT;
		const char *key = keywords[below(NITEMS(keywords))];

		random_member(&b, key, 1);
		json_object_set_new(v, key, kit_parse(buf_str(&b)));
		buf_release(&b);
		return;
	}
	n = below((unsigned)n);
	for (iter = json_object_iter(v); n--; iter = json_object_iter_next(v, iter))
		;
	if (below(3) == 0) {
		json_object_del(v, json_object_iter_key(iter));
	} else if (json_is_integer(json_object_iter_value(iter))) {
		json_int_t to = json_integer_value(json_object_iter_value(iter)) +
		    (below(2) ? 1 : -1);

		json_object_iter_set_new(v, iter, json_integer(to < 0 ? 0 : to));
	} else {
		mutate(json_object_iter_value(iter));
	}
}

static struct schema *try_compile(const json_t *doc)
{
	struct err err = ERR_INIT;

	return schema_compile(doc, &err);
}

static void with_defs(json_t *doc)
{
	json_t *defs = json_object();

	json_object_set_new(defs, "x", made(random_schema, 1));
	json_object_set_new(defs, "y", made(random_schema, 2));
	json_object_set_new(doc, "$defs", defs);
}

static json_t *derive(const json_t *a)
{
	json_t *b = json_deep_copy(a), *defs, *other;
	unsigned i, n;

	if (below(8) == 0) {
		defs = json_deep_copy(json_object_get(b, "$defs"));
		other = made(random_schema, 2);
		b = json_pack("{s[oo]so}", below(2) ? "anyOf" : "allOf", b, other, "$defs", defs);
		return b;
	}
	for (i = 0, n = 1 + below(2); i < n; i++)
		mutate(b);
	return b;
}

enum { DOCUMENTS = 120 };

static unsigned verdicts[3];

static void judge(const json_t *a, const json_t *b)
{
	struct schema *old = try_compile(a), *new = try_compile(b);
	struct comparison c;
	size_t i;

	if (old && new) {
		schema_compare(old, new, &c);
		verdicts[c.verdict]++;
		for (i = 0; i < c.n; i++)
			if (c.list[i].verdict == COMPARE_BREAKING)
				ck_assert(!schema_validate(old, c.list[i].example, NULL) &&
				          schema_validate(new, c.list[i].example, NULL));
		for (i = 0; i < DOCUMENTS && c.verdict == COMPARE_COMPATIBLE; i++) {
			json_t *v = made(random_value, 2);
			struct buf text = BUF_INIT;

			if (!schema_validate(old, v, NULL) && schema_validate(new, v, NULL)) {
				js_dump(&text, a, JS_COMPACT);
				buf_adds(&text, "\n");
				js_dump(&text, b, JS_COMPACT);
				buf_adds(&text, "\n");
				js_dump(&text, v, JS_COMPACT);
				ck_abort_msg("not compatible:\n%s", buf_str(&text));
			}
			json_decref(v);
			buf_release(&text);
		}
		comparison_release(&c);
	}
	schema_free(old);
	schema_free(new);
}

START_TEST(random_pairs)
{
	const char *count = getenv("PAIRS");
	long i, n = count ? strtol(count, NULL, 10) : 1500;

	state = (uint64_t)_i * 7919 + 1;
	for (i = 0; i < n; i++) {
		json_t *a = made(random_schema, 3), *b;

		if (!json_is_object(a)) {
			json_decref(a);
			continue;
		}
		with_defs(a);
		b = derive(a);
		judge(a, b);
		judge(b, a);
		judge(a, a);
		json_decref(a);
		json_decref(b);
	}
	if (getenv("SHOW"))
		printf("%u compatible, %u breaking, %u unknown\n", verdicts[0], verdicts[1],
		       verdicts[2]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_compare_random");
	TCase *tc = tcase_create("random");

	tcase_set_timeout(tc, 600);
	tcase_add_loop_test(tc, random_pairs, 0, 4);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
