#include "model/config_fields.h"

#include <string.h>

#include "base/err.h"
#include "json/js.h"
#include "model/traits.h"
#include "model/strings.h"

static int read_word(const json_t *doc, const struct field *f, int *out, struct err *err)
{
	const char *word = NULL;

	*out = (int)f->dflt;
	if (js_get_str(doc, f->pointer, &word, 64, err) != 0)
		return -1;
	if (!word)
		return 0;
	for (int i = 0; f->words[i]; i++) {
		if (strcmp(f->words[i], word) == 0) {
			*out = i;
			return 0;
		}
	}
	return err_field(err, FAIL_INVALID, f->pointer, "must be one of %s, %s, %s", f->words[0],
	                 f->words[1], f->words[2]);
}

static int read_strings(const json_t *doc, const struct field *f, struct strings *out,
                        struct err *err)
{
	json_t *array = NULL;

	if (js_get_arr(doc, f->pointer, (size_t)f->hi, &array, err) != 0)
		return -1;
	if (json_array_size(array) < (size_t)f->lo)
		return err_field(err, FAIL_INVALID, f->pointer, "needs at least one name");
	return strings_from_json(array, f->pointer, (size_t)f->hi, out, err);
}

static int read_traits(const json_t *doc, const struct field *f, const struct traits_kind *kind,
                      struct traits *out, struct err *err)
{
	json_t *array = NULL;

	if (js_get_arr(doc, f->pointer, (size_t)f->hi, &array, err) != 0)
		return -1;
	return traits_from_json(array, f->pointer, (size_t)f->hi, kind, out, err);
}

static int read_amount(const json_t *doc, const struct field *f, int64_t scale, int64_t *out,
                       struct err *err)
{
	*out = f->dflt;
	if (js_get_amount(doc, f->pointer, scale, out, err) != 0)
		return -1;
	if (*out != f->dflt && (*out < f->lo || *out > f->hi))
		return err_field(err, FAIL_INVALID, f->pointer, "must be from 0 to %lld",
		                 (long long)(f->hi / scale));
	return 0;
}

static int read_int(const json_t *doc, const struct field *f, int *out, struct err *err)
{
	int64_t v = f->dflt;

	if (js_get_int(doc, f->pointer, f->lo, f->hi, &v, err) != 0)
		return -1;
	*out = (int)v;
	return 0;
}

static int read_fraction(const json_t *doc, const struct field *f, int *out, struct err *err)
{
	int64_t v;

	if (read_amount(doc, f, f->kind == F_MILLI ? 1000 : 1000000, &v, err) != 0)
		return -1;
	*out = (int)v;
	return 0;
}

static int read_seconds(const json_t *doc, const struct field *f, int64_t *out, struct err *err)
{
	int64_t v = f->dflt;

	if (js_get_int(doc, f->pointer, f->lo, f->hi, &v, err) != 0)
		return -1;
	*out = v * (f->kind == F_DAYS ? DAY_S : 1) * 1000;
	return 0;
}

static int read_bool(const json_t *doc, const struct field *f, int *out, struct err *err)
{
	*out = (int)f->dflt;
	return js_get_bool(doc, f->pointer, out, err);
}

static int read_object(const json_t *doc, const struct field *f, struct err *err)
{
	json_t *obj = NULL;

	return js_get_obj(doc, f->pointer, &obj, err);
}

static int read_field(const json_t *doc, const struct field *f, void *base, struct err *err)
{
	void *at = (char *)base + f->at;

	switch (f->kind) {
	case F_NONE:
		return 0;
	case F_TEXT:
		return js_get_str(doc, f->pointer, at, (size_t)f->hi, err);
	case F_STRINGS:
		return read_strings(doc, f, at, err);
	case F_SKILLS:
		return read_traits(doc, f, &traits_skill, at, err);
	case F_CERTS:
		return read_traits(doc, f, &traits_certification, at, err);
	case F_SECONDS:
	case F_DAYS:
		return read_seconds(doc, f, at, err);
	case F_INT:
		return read_int(doc, f, at, err);
	case F_USD:
		return read_amount(doc, f, 1000000, at, err);
	case F_MILLI:
	case F_MICRO:
		return read_fraction(doc, f, at, err);
	case F_WORD:
		return read_word(doc, f, at, err);
	case F_BOOL:
		return read_bool(doc, f, at, err);
	case F_OBJECT:
		return read_object(doc, f, err);
	}
	return 0;
}

int config_read_fields(const json_t *doc, const char *parent, const struct field *fields, size_t n,
                       void *base, struct err *err)
{
	const char *known[FIELDS_MAX + 1];
	json_t *obj = NULL;

	for (size_t i = 0; i < n; i++)
		known[i] = fields[i].pointer + strlen(parent) + 1;
	known[n] = NULL;
	if (parent[0] && js_get_obj(doc, parent, &obj, err) != 0)
		return -1;
	if (!parent[0] || obj)
		if (js_only_keys(parent[0] ? obj : doc, parent, known, err) != 0)
			return -1;
	for (size_t i = 0; i < n; i++)
		if (read_field(doc, &fields[i], base, err) != 0)
			return -1;
	return 0;
}
