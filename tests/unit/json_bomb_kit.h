/* Measuring what a schema and an instance cost that were made to cost much. */
#ifndef JSON_BOMB_KIT_H
#define JSON_BOMB_KIT_H

#include <check.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "json/js.h"
#include "json/schema/schema.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { SLOWER = 40, HEAVIER = 100 };
#else
enum { SLOWER = 10, HEAVIER = 1 };
#endif

static inline json_t *parse(const char *text)
{
	struct err err = ERR_INIT;
	json_t *v = js_parse_any(text, strlen(text), &js_limits_doc, &err);

	ck_assert_msg(v != NULL, "%s: %s", text, err.msg);
	return v;
}

static inline json_t *many(size_t n, json_t *(*make)(size_t))
{
	json_t *v = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(v, make(i));
	return v;
}

static inline json_t *make_number(size_t i)
{
	return json_integer((json_int_t)i);
}

/* A value of /proc/self/status in kB, or -1. */
static inline long status_kb(const char *name)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	long kb = -1;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			kb = strtol(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

/* Begin to look for the peak anew; what is used now. */
static inline long reset_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	malloc_trim(0);
	if (!f)
		return -1;
	fputs("5", f);
	return fclose(f) ? -1 : status_kb("VmRSS:");
}

static inline double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Refused, or judged, within the time and the memory that a schema may take: 50 ms of a processor
 * and 64 MB.  The machine may be slow; a sanitizer is, and takes memory of its own.  BOMB_TIMES=1
 * shows what it was. */
static inline void assert_short_with(const json_t *doc, const json_t *v, int formats)
{
	struct schema_options options = {.assert_formats = formats};
	struct err err = ERR_INIT;
	struct schema_errors errors;
	long before = reset_peak(), kb;
	double start = cpu_ms(), took;
	struct schema *s = schema_compile_with(doc, &options, &err);

	if (s) {
		schema_validate(s, v, &errors);
		schema_errors_release(&errors);
	} else {
		ck_assert_int_eq(err.code, FAIL_INVALID);
	}
	took = cpu_ms() - start;
	kb = before < 0 ? 0 : status_kb("VmHWM:") - before;
	schema_free(s);
	if (getenv("BOMB_TIMES"))
		printf("%s: %.1f ms, %.1f MB\n", s ? "judged" : "refused", took, (double)kb / 1024);
	ck_assert_msg(took < 50 * SLOWER, "took %.1f ms", took);
	ck_assert_msg(kb < 65536 * HEAVIER, "took %ld kB", kb);
}

static inline void assert_short(const json_t *doc, const json_t *v)
{
	assert_short_with(doc, v, 0);
}

static inline void short_and_free(json_t *doc, json_t *v)
{
	assert_short(doc, v);
	json_decref(doc);
	json_decref(v);
}

/* A chain of ${n} definitions, each leading to the next by ${link}: a text with %d twice. */
static inline json_t *chain(int n, const char *link)
{
	json_t *doc = parse("{\"$ref\":\"#/$defs/d0\"}"), *defs = json_object();
	int i;

	js_set_new(doc, "$defs", defs);
	for (i = 0; i < n; i++) {
		char name[16], text[200];

		snprintf(name, sizeof(name), "d%d", i);
		snprintf(text, sizeof(text), link, i + 1, i + 1);
		js_set_new(defs, name, i + 1 < n ? parse(text) : parse("{\"type\":\"null\"}"));
	}
	return doc;
}

/* ---- lists and maps made of a format with the number in it ---- */

static inline json_t *value_of(const char *format, size_t i)
{
	char text[400];

	snprintf(text, sizeof(text), format, i, i);
	return parse(text);
}

static inline json_t *list_of(size_t n, const char *format)
{
	json_t *v = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(v, value_of(format, i));
	return v;
}

static inline json_t *map_of(size_t n, const char *key, const char *format)
{
	json_t *v = json_object();
	char name[200];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), key, i);
		js_set_new(v, name, value_of(format, i));
	}
	return v;
}

#endif
