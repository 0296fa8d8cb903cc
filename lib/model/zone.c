#include "model/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"

enum { SEARCH_BACK_S = ZONE_OFFSET_MAX };

int zone_name_valid(const char *name)
{
	static const char ok[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-";
	size_t n = strlen(name), part;

	if (n == 0 || n > ZONE_NAME_MAX)
		return 0;
	for (;; name += part + 1) {
		part = strspn(name, ok);
		if (part == 0 || *name == '-')
			return 0;
		if (name[part] == '\0')
			return 1;
		if (name[part] != '/')
			return 0;
	}
}

void zone_release(struct zone *z)
{
	free(z->at);
	free(z->offset);
	memset(z, 0, sizeof(*z));
}

static int read_changes(const json_t *all, struct zone *z, struct err *err)
{
	size_t n = json_array_size(all);

	z->at = mem_grow(NULL, n + 1, sizeof(*z->at));
	z->offset = mem_grow(NULL, n + 1, sizeof(*z->offset));
	for (z->n = 0; z->n < n; z->n++) {
		const json_t *pair = json_array_get(all, z->n);
		const json_t *at = json_array_get(pair, 0), *off = json_array_get(pair, 1);
		json_int_t o = json_integer_value(off);

		if (!json_is_integer(at) || !json_is_integer(off) || o <= -ZONE_OFFSET_MAX ||
		    o >= ZONE_OFFSET_MAX || (z->n && json_integer_value(at) <= z->at[z->n - 1]))
			return err_field(err, FAIL_INVALID, "/changes",
					 "must be ascending pairs [second, offset]");
		z->at[z->n] = json_integer_value(at);
		z->offset[z->n] = (int32_t)o;
	}
	return 0;
}

int zone_from_json(const json_t *doc, struct zone *out, struct err *err)
{
	static const char *const keys[] = {"offset", "changes", "rule", NULL};
	const char *rule = NULL;
	json_t *changes = NULL;
	int64_t first = 0;

	memset(out, 0, sizeof(*out));
	if (js_only_keys(doc, "", keys, err) != 0 ||
	    js_get_int(doc, "/offset", -ZONE_OFFSET_MAX, ZONE_OFFSET_MAX, &first, err) != 0 ||
	    js_get_arr(doc, "/changes", ZONE_CHANGES_MAX, &changes, err) != 0 ||
	    js_get_str(doc, "/rule", &rule, 256, err) != 0)
		return -1;
	out->first = (int32_t)first;
	if (read_changes(changes, out, err) == 0 &&
	    (!rule || (out->has_rule = zone_rule_parse(rule, &out->rule))))
		return 0;
	if (rule && !out->has_rule)
		err_field(err, FAIL_INVALID, "/rule", "is no POSIX rule of time");
	zone_release(out);
	return -1;
}

/* The rule alone says what happens at at[i], given at[i-1]. */
static int rule_gives(const struct zone_rule *r, const int64_t *at, const int32_t *offset, size_t i)
{
	return zone_rule_offset(r, at[i - 1]) == offset[i - 1] &&
	       zone_rule_next(r, at[i - 1]) == at[i] && zone_rule_offset(r, at[i]) == offset[i];
}

static json_t *change(int64_t at, int32_t offset)
{
	json_t *pair = json_array();

	json_array_append_new(pair, json_integer(at));
	json_array_append_new(pair, json_integer(offset));
	return pair;
}

json_t *zone_to_json(const int64_t *at, const int32_t *offset, size_t n, int32_t first,
		     const char *rule, struct err *err)
{
	struct zone_rule r;
	size_t from = 0, to = n;
	json_t *doc = json_object(), *changes = json_array();

	if (rule && !zone_rule_parse(rule, &r)) {
		json_decref(doc);
		json_decref(changes);
		err_set(err, FAIL_CONFIG, "a rule of time that is none");
		return NULL;
	}
	while (from < n && at[from] < 0)
		first = offset[from++];
	while (rule && to > from + 1 && rule_gives(&r, at, offset, to - 1))
		to--;
	js_set_int(doc, "offset", first);
	for (size_t i = from; i < to; i++) {
		int32_t was = i > from ? offset[i - 1] : first;
		/* the last one stays in any case: it says since when the rule holds */
		if (offset[i] != was || i + 1 == to)
			json_array_append_new(changes, change(at[i], offset[i]));
	}
	js_set_new(doc, "changes", changes);
	js_set_str(doc, "rule", rule);
	return doc;
}

/* How many changes are not after ${utc}. */
static size_t changes_until(const struct zone *z, int64_t utc)
{
	size_t lo = 0, hi = z->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (z->at[mid] <= utc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int32_t zone_offset(const struct zone *z, int64_t utc)
{
	size_t k = changes_until(z, utc);

	if (k == z->n && z->has_rule)
		return zone_rule_offset(&z->rule, utc);
	return k ? z->offset[k - 1] : z->first;
}

int64_t zone_next(const struct zone *z, int64_t utc)
{
	size_t k = changes_until(z, utc);

	for (; k < z->n; k++)
		if (zone_offset(z, z->at[k]) != zone_offset(z, z->at[k] - 1))
			return z->at[k];
	return z->has_rule
		   ? zone_rule_next(&z->rule, z->n && z->at[z->n - 1] > utc ? z->at[z->n - 1] : utc)
		   : INT64_MAX;
}

int64_t zone_local(const struct zone *z, int64_t utc)
{
	return utc + zone_offset(z, utc);
}

/* Walk the spans of one offset each, from a day before: the first that holds the local time has
 * its first occurrence; a span that begins behind it was begun by the gap it fell into. */
int64_t zone_utc(const struct zone *z, int64_t local)
{
	int64_t begin = local - SEARCH_BACK_S;
	int32_t before = zone_offset(z, begin);

	for (;;) {
		int32_t offset = zone_offset(z, begin);
		int64_t end = zone_next(z, begin);

		if (local - offset < begin)
			return local - before;
		if (local - offset < end)
			return local - offset;
		before = offset;
		begin = end;
	}
}
