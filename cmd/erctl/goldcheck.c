#include "goldcheck.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "json/schema/schema.h"
#include "model/contract.h"
#include "model/gold.h"
#include "model/intake.h"

/* It is because something is left out. */
static int of_what_lacks(const struct schema_error *e)
{
	static const char *const words[] = {"required", "dependentRequired", "minProperties", NULL};
	const char *last = strrchr(e->keyword, '/');

	for (size_t i = 0; last && words[i]; i++)
		if (strcmp(last + 1, words[i]) == 0)
			return 1;
	return 0;
}

static int check_answer(const struct config *c, const struct spec *spec, const struct gold *g,
                        struct err *err)
{
	struct schema_errors errors = {.n = 0};
	const struct schema *s = spec->schema ? contract_schema(c, spec->schema, err) : NULL;
	char field[sizeof(err->field)];
	int rc = 0;

	if (spec->schema && !s)
		return -1;
	if (!s || schema_validate(s, g->answer, &errors) == 0)
		return 0;
	for (size_t i = 0; i < errors.n && rc == 0; i++) {
		if (of_what_lacks(&errors.e[i]))
			continue;
		snprintf(field, sizeof(field), "/answer%.100s", errors.e[i].instance);
		rc = err_field(err, FAIL_INVALID, field, "%.200s", errors.e[i].message);
	}
	schema_errors_release(&errors);
	return rc;
}

int goldcheck(const struct config *c, const struct gold *g, struct err *err)
{
	struct err bad = ERR_INIT;
	char field[sizeof(err->field)];
	struct spec spec;
	int rc;

	if (intake(c, g->body, NULL, &spec, &bad) != 0) {
		snprintf(field, sizeof(field), "/body%.120s", bad.field);
		return err_field(err, FAIL_INVALID, field, "%s", bad.msg);
	}
	if (strcmp(spec.lane ? spec.lane : "", g->lane) != 0)
		rc = err_field(err, FAIL_INVALID, "/body", "is a task of the lane %s, not of %s",
		               spec.lane ? spec.lane : "?", g->lane);
	else
		rc = check_answer(c, &spec, g, err);
	spec_release(&spec);
	return rc;
}
