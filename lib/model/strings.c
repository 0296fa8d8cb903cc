#include "model/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int strings_has(const struct strings *set, const char *s)
{
	size_t lo = 0, hi = set->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(set->s[mid], s);

		if (c == 0)
			return 1;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return 0;
}

/* Room for ${n} pointers and ${bytes} bytes of text; the text starts behind the pointers. */
static char *room(struct strings *out, size_t n, size_t bytes)
{
	out->n = 0;
	out->s = mem_alloc(n * sizeof(char *) + bytes);
	return (char *)(out->s + n);
}

static char *put(struct strings *out, char *text, const char *s, size_t len)
{
	memcpy(text, s, len + 1);
	out->s[out->n++] = text;
	return text + len + 1;
}

static int member_ok(const json_t *v, const char *pointer, size_t i, struct err *err)
{
	char field[ERR_FIELD_MAX];

	if (json_is_string(v) && json_string_length(v) > 0 &&
	    json_string_length(v) <= STRINGS_LEN)
		return 1;
	snprintf(field, sizeof(field), "%s/%zu", pointer, i);
	err_field(err, FAIL_INVALID, field, "must be a string of 1 to %d bytes", STRINGS_LEN);
	return 0;
}

static void sort_unique(struct strings *set)
{
	size_t kept = 0;

	if (set->n == 0)
		return;
	qsort(set->s, set->n, sizeof(*set->s), by_bytes);
	for (size_t i = 1; i < set->n; i++)
		if (strcmp(set->s[kept], set->s[i]) != 0)
			set->s[++kept] = set->s[i];
	set->n = kept + 1;
}

int strings_from_json(const json_t *array, const char *pointer, size_t max, struct strings *out,
                      struct err *err)
{
	size_t n = json_array_size(array), bytes = 0;
	char *text;

	if (n > max)
		return err_field(err, FAIL_INVALID, pointer, "has %zu members; at most %zu are taken",
		                 n, max);
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_array_get(array, i);

		if (!member_ok(v, pointer, i, err))
			return -1;
		bytes += json_string_length(v) + 1;
	}
	if (n == 0) {
		memset(out, 0, sizeof(*out));
		return 0;
	}
	text = room(out, n, bytes);
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_array_get(array, i);

		text = put(out, text, json_string_value(v), json_string_length(v));
	}
	sort_unique(out);
	return 0;
}

void strings_union(const struct strings *a, const struct strings *b, struct strings *out)
{
	const struct strings *both[] = {a, b};
	size_t bytes = 0;
	char *text;

	memset(out, 0, sizeof(*out));
	if (a->n + b->n == 0)
		return;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < both[k]->n; i++)
			bytes += strlen(both[k]->s[i]) + 1;
	text = room(out, a->n + b->n, bytes);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < both[k]->n; i++)
			text = put(out, text, both[k]->s[i], strlen(both[k]->s[i]));
	sort_unique(out);
}

json_t *strings_to_json(const struct strings *set)
{
	json_t *array = json_array();

	for (size_t i = 0; i < set->n; i++)
		if (json_array_append_new(array, json_string(set->s[i])) != 0)
			mem_oom();
	return array;
}

void strings_release(struct strings *set)
{
	free(set->s);
	memset(set, 0, sizeof(*set));
}
