#include "model/gold.h"

#include <math.h>

#include "base/err.h"
#include "json/js.h"
#include "model/config_fields.h"
#include "model/config_p.h"
#include "base/mem.h"

static const struct field gold_fields[] = {
	{"/title", F_NONE, 0, 0, 0, 0, NULL},
	{"/lane", F_TEXT, AT(gold, lane), 0, 64, 0, NULL},
	{"/body", F_OBJECT, 0, 0, 0, 0, NULL},
	{"/answer", F_NONE, 0, 0, 0, 0, NULL},
	{"/tolerance", F_MICRO, AT(gold, tolerance_micro), 0, 1000000, 0, NULL},
};

int gold_from_json(const char *name, const json_t *doc, struct gold *out, struct err *err)
{
	if (config_read_fields(doc, "", gold_fields, NITEMS(gold_fields), out, err) != 0)
		return -1;
	out->name = name;
	out->body = json_object_get(doc, "body");
	out->answer = json_object_get(doc, "answer");
	if (!out->lane)
		return err_field(err, FAIL_INVALID, "/lane", "required");
	if (!json_is_object(out->body))
		return err_field(err, FAIL_INVALID, "/body", "required: a request of that lane");
	if (!out->answer)
		return err_field(err, FAIL_INVALID, "/answer", "required: what is right");
	return 0;
}

static int same(const json_t *want, const json_t *have, double tolerance)
{
	const char *key;
	json_t *v;

	if (!have)
		return 0;
	if (json_is_number(want) && json_is_number(have)) {
		double a = json_number_value(want), b = json_number_value(have);
		return fabs(a - b) <= tolerance * fabs(a) + 1e-9 * fabs(a);
	}
	if (!json_is_object(want) || !json_is_object(have))
		return json_equal(want, have);
	json_object_foreach((json_t *)want, key, v)
		if (!same(v, json_object_get(have, key), tolerance))
			return 0;
	return 1;
}

int gold_right(const struct gold *g, const json_t *answer)
{
	return same(g->answer, answer, g->tolerance_micro / 1e6);
}
