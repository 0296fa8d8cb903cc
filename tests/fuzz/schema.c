/* The first line is a schema (or its shorthand), the rest an instance: compile in some draft,
 * validate, agree with itself, and be done soon.  The registry holds the two documents themselves,
 * as mem:schema and mem:instance. */
#include <jansson.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/bundle.h"
#include "json/schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The sanitizers cost a factor of about twenty; without them 50 ms are allowed. */
enum { MOST_MS = 1500 };
/* An input so short that, done so quickly, came nowhere near a limit of the work. */
enum { SHORT_BYTES = 256, QUICK_US = 500 };

struct docs {
	json_t *schema, *instance;
	size_t n; /* bytes of the input: also chooses */
};

static long cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static json_t *load(void *arg, const char *uri, struct err *err)
{
	struct docs *d = arg;

	(void)err;
	if (!strcmp(uri, "mem:schema"))
		return json_incref(d->schema);
	return !strcmp(uri, "mem:instance") ? json_incref(d->instance) : NULL;
}

/* The same object, its members in another order: means the same. */
static json_t *reversed(json_t *v)
{
	json_t *out = json_object();
	const char *keys[64];
	void *iter;
	size_t n = 0;

	for (iter = json_object_iter(v); iter && n < NITEMS(keys);
	     iter = json_object_iter_next(v, iter))
		keys[n++] = json_object_iter_key(iter);
	while (n--)
		json_object_set(out, keys[n], json_object_get(v, keys[n]));
	return out;
}

static void check_order(const struct schema *s, json_t *instance, size_t first)
{
	json_t *other;

	if (!json_is_object(instance))
		return;
	other = reversed(instance);
	if (json_object_size(other) == json_object_size(instance) &&
	    schema_validate(s, other, NULL) != first)
		__builtin_trap();
	json_decref(other);
}

/* With all that it refers to inside, it compiles without a registry and says the same. */
static void check_bundle(const struct docs *d, const json_t *doc, struct schema_options options,
                         size_t first)
{
	struct err err = ERR_INIT;
	json_t *whole = schema_bundle(doc, &options, &err);
	struct schema *s;

	if (!whole)
		return;
	options.load = NULL;
	s = schema_compile_with(whole, &options, &err);
	if (!s || schema_validate(s, d->instance, NULL) != first)
		__builtin_trap();
	schema_free(s);
	json_decref(whole);
}

static void judge(struct docs *d, const json_t *doc, int draft)
{
	struct schema_options options = {.draft = draft, .assert_formats = draft != 0,
	                                 .base = d->n % 2 ? "mem:schema" : NULL,
	                                 .load = load, .arg = d};
	struct err err = ERR_INIT;
	struct schema_errors errors;
	long start = cpu_us(), took;
	struct schema *s = schema_compile_with(doc, &options, &err);
	size_t all, first;

	if (!s) {
		if (err.code != FAIL_INVALID || !err.msg[0] || cpu_us() - start > MOST_MS * 1000)
			__builtin_trap();
		return;
	}
	all = schema_validate(s, d->instance, &errors);
	took = cpu_us() - start;
	first = schema_validate(s, d->instance, NULL);
	if ((all == 0) != (first == 0) || all != errors.total || errors.n > all)
		__builtin_trap();
	if (took > MOST_MS * 1000)
		__builtin_trap();
	if (d->n < SHORT_BYTES && took < QUICK_US) {
		/* the quiet pass said no, and the other found nothing wrong */
		if (all && !strncmp(errors.e[0].message, "the check was stopped: ", 23))
			__builtin_trap();
		check_order(s, d->instance, first);
		check_bundle(d, doc, options, first);
	}
	json_decref(schema_errors_json(&errors));
	schema_errors_release(&errors);
	schema_free(s);
}

static void judge_all(struct docs *d)
{
	static const int drafts[] = {SCHEMA_DRAFT_7, SCHEMA_DRAFT_2019, SCHEMA_DRAFT_2020,
	                             SCHEMA_DRAFT_6, SCHEMA_DRAFT_4};
	struct err err = ERR_INIT;
	json_t *whole;

	judge(d, d->schema, 0);
	judge(d, d->schema, drafts[d->n % NITEMS(drafts)]);
	whole = schema_expand(d->schema, &err);
	if (whole && whole != d->schema)
		judge(d, whole, 0);
	json_decref(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = ERR_INIT;
	const uint8_t *lf = n ? memchr(data, '\n', n) : NULL;
	struct docs d = {.n = n};

	if (!lf)
		return 0;
	d.schema = js_parse_any((const char *)data, (size_t)(lf - data), &js_limits_schema, &err);
	err_clear(&err);
	d.instance = js_parse_any((const char *)lf + 1, n - 1 - (size_t)(lf - data), &js_limits_doc,
	                          &err);
	if (d.schema && d.instance)
		judge_all(&d);
	json_decref(d.schema);
	json_decref(d.instance);
	return 0;
}
