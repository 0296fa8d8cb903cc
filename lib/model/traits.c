#include "model/traits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/strings.h"

const struct traits_kind traits_skill = {"level", 0, 1, SKILL_LEVEL_MAX, 1};
const struct traits_kind traits_certification = {"expires", 1, INT64_MIN, INT64_MAX, INT64_MAX};

/* Where ${name} stands in the sorted set, or -1. */
static long find(const struct strings *set, const char *name)
{
	size_t lo = 0, hi = set->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(set->s[mid], name);

		if (c == 0)
			return (long)mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

/* ${field} becomes /POINTER/I/KEY. */
static const char *member_at(const char *pointer, size_t i, const char *key, char *field, size_t n)
{
	snprintf(field, n, "%s/%zu/%s", pointer, i, key);
	return field;
}

static int read_number(const json_t *obj, const char *where, const struct traits_kind *kind,
                       int64_t *out, struct err *err)
{
	const json_t *v = json_object_get(obj, kind->key);

	*out = kind->dflt;
	if (!v)
		return 0;
	if (kind->is_time) {
		if (json_is_string(v) && time_parse(json_string_value(v), out, NULL) == 0)
			return 0;
		return err_field(err, FAIL_INVALID, where, "must be a time like 2026-11-22T18:44:38Z");
	}
	if (!json_is_integer(v) || json_integer_value(v) < kind->lo || json_integer_value(v) > kind->hi)
		return err_field(err, FAIL_INVALID, where, "must be an integer from %lld to %lld",
		                 (long long)kind->lo, (long long)kind->hi);
	*out = json_integer_value(v);
	return 0;
}

/* The name of a member; its number into *value. */
static const json_t *read_member(const json_t *v, const char *pointer, size_t i,
                                 const struct traits_kind *kind, int64_t *value, struct err *err)
{
	const char *known[] = {"name", kind->key, NULL};
	char field[ERR_FIELD_MAX];

	*value = kind->dflt;
	if (!json_is_object(v))
		return v;
	snprintf(field, sizeof(field), "%s/%zu", pointer, i);
	if (js_only_keys(v, field, known, err) != 0 ||
	    read_number(v, member_at(pointer, i, kind->key, field, sizeof(field)), kind, value, err) != 0)
		return NULL;
	const json_t *name = json_object_get(v, "name");
	if (!json_is_string(name)) {
		err_field(err, FAIL_INVALID, member_at(pointer, i, "name", field, sizeof(field)),
		          "required: a string");
		return NULL;
	}
	return name;
}

int traits_from_json(const json_t *array, const char *pointer, size_t max,
                    const struct traits_kind *kind, struct traits *out, struct err *err)
{
	size_t n = json_array_size(array);
	json_t *names = json_array();
	int64_t *value = mem_alloc((n + 1) * sizeof(*value));
	int rc = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < n && rc == 0; i++) {
		const json_t *name = read_member(json_array_get(array, i), pointer, i, kind, &value[i], err);
		rc = name ? json_array_append(names, (json_t *)name) : -1;
	}
	if (rc == 0)
		rc = strings_from_json(names, pointer, max, &out->names, err);
	if (rc == 0) {
		out->value = mem_alloc((out->names.n + 1) * sizeof(*out->value));
		for (size_t i = 0; i < n; i++) { /* the last of equal names counts */
			long at = find(&out->names, json_string_value(json_array_get(names, i)));
			out->value[at] = value[i];
		}
	}
	json_decref(names);
	free(value);
	return rc;
}

json_t *traits_to_json(const struct traits *set, const struct traits_kind *kind)
{
	json_t *out = json_array();

	for (size_t i = 0; i < set->names.n; i++) {
		if (set->value[i] == kind->dflt) {
			json_array_append_new(out, json_string(set->names.s[i]));
			continue;
		}
		json_t *m = json_object();
		js_set_str(m, "name", set->names.s[i]);
		if (kind->is_time)
			js_set_time(m, kind->key, set->value[i]);
		else
			js_set_int(m, kind->key, set->value[i]);
		json_array_append_new(out, m);
	}
	return out;
}

int64_t traits_of(const struct traits *set, const char *name, int64_t absent)
{
	long at = find(&set->names, name);

	return at < 0 ? absent : set->value[at];
}

/* ${out} becomes what is in either, with the higher number; it must be neither of them. */
static void traits_union(const struct traits *a, const struct traits *b, struct traits *out)
{
	strings_union(&a->names, &b->names, &out->names);
	out->value = mem_alloc((out->names.n + 1) * sizeof(*out->value));
	for (size_t i = 0; i < out->names.n; i++) {
		int64_t x = traits_of(a, out->names.s[i], INT64_MIN);
		int64_t y = traits_of(b, out->names.s[i], INT64_MIN);
		out->value[i] = x > y ? x : y;
	}
}

int traits_meet(const struct traits *need, const struct traits *have)
{
	for (size_t i = 0; i < need->names.n; i++)
		if (traits_of(have, need->names.s[i], INT64_MIN) < need->value[i])
			return 0;
	return 1;
}

void traits_release(struct traits *set)
{
	strings_release(&set->names);
	free(set->value);
	set->value = NULL;
}

void requirements_union(const struct requirements *a, const struct requirements *b,
                        struct requirements *out)
{
	const struct strings none = {NULL, 0};

	traits_union(&a->skills, &b->skills, &out->skills);
	strings_union(&a->certifications, &b->certifications, &out->certifications);
	strings_union(a->workers.n ? &a->workers : &b->workers, &none, &out->workers);
	out->trust_level = a->trust_level > b->trust_level ? a->trust_level : b->trust_level;
	out->min_rating_milli =
	    a->min_rating_milli > b->min_rating_milli ? a->min_rating_milli : b->min_rating_milli;
}

void requirements_release(struct requirements *need)
{
	traits_release(&need->skills);
	strings_release(&need->certifications);
	strings_release(&need->workers);
}
