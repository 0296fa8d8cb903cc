/* json/logic/operators.c -- the documented operators, and no others. */
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/near.h"
#include "json/logic/eval.h"
#include "json/logic/node.h"

static const struct operator operators[] = {
    {"var", 0, 2, ROLE_VAR, eval_var},
    {"missing", 0, -1, ROLE_MISSING, eval_missing},
    {"missing_some", 2, 2, ROLE_MISSING_SOME, eval_missing_some},
    {"if", 0, -1, ROLE_PLAIN, eval_if},
    {"?:", 0, -1, ROLE_PLAIN, eval_if},
    {"==", 2, 2, ROLE_PLAIN, eval_equal},
    {"===", 2, 2, ROLE_PLAIN, eval_same},
    {"!=", 2, 2, ROLE_PLAIN, eval_unequal},
    {"!==", 2, 2, ROLE_PLAIN, eval_not_same},
    {"!", 1, 1, ROLE_PLAIN, eval_not},
    {"!!", 1, 1, ROLE_PLAIN, eval_not_not},
    {"or", 1, -1, ROLE_PLAIN, eval_or},
    {"and", 1, -1, ROLE_PLAIN, eval_and},
    {">", 2, 2, ROLE_PLAIN, eval_greater},
    {">=", 2, 2, ROLE_PLAIN, eval_at_least},
    {"<", 2, 3, ROLE_PLAIN, eval_less},
    {"<=", 2, 3, ROLE_PLAIN, eval_at_most},
    {"max", 1, -1, ROLE_PLAIN, eval_max},
    {"min", 1, -1, ROLE_PLAIN, eval_min},
    {"+", 1, -1, ROLE_PLAIN, eval_add},
    {"-", 1, 2, ROLE_PLAIN, eval_subtract},
    {"*", 1, -1, ROLE_PLAIN, eval_multiply},
    {"/", 2, 2, ROLE_PLAIN, eval_divide},
    {"%", 2, 2, ROLE_PLAIN, eval_modulo},
    {"map", 2, 2, ROLE_EACH, eval_map},
    {"filter", 2, 2, ROLE_FILTER, eval_filter},
    {"reduce", 2, 3, ROLE_REDUCE, eval_reduce},
    {"all", 2, 2, ROLE_EACH, eval_all},
    {"none", 2, 2, ROLE_EACH, eval_none},
    {"some", 2, 2, ROLE_EACH, eval_some},
    {"merge", 0, -1, ROLE_PLAIN, eval_merge},
    {"in", 2, 2, ROLE_PLAIN, eval_in},
    {"cat", 0, -1, ROLE_PLAIN, eval_cat},
    {"substr", 2, 3, ROLE_PLAIN, eval_substr},
    {"log", 1, 1, ROLE_PLAIN, eval_log},
};

/* What those write who come from another language. */
static const struct {
	const char *word, *name;
} words[] = {
    {"not", "!"},      {"&&", "and"},    {"||", "or"},       {"=", "=="},   {"<>", "!="},
    {"equals", "=="},  {"concat", "cat"}, {"substring", "substr"}, {"contains", "in"},
    {"exists", "!!"},  {"every", "all"}, {"any", "some"},    {"mod", "%"},  {"val", "var"},
    {"add", "+"},      {"sub", "-"},     {"mul", "*"},       {"div", "/"},
};

const struct operator *operator_find(const char *name)
{
	size_t i;

	for (i = 0; i < NITEMS(operators); i++)
		if (!strcmp(operators[i].name, name))
			return &operators[i];
	return NULL;
}

int operator_unknown(const char *name, const char *pointer, struct err *err)
{
	struct buf hint = BUF_INIT;
	struct near near;
	size_t i;

	for (i = 0; i < NITEMS(words) && strcmp(words[i].word, name); i++)
		;
	if (i < NITEMS(words)) {
		buf_addf(&hint, "; did you mean %s?", words[i].name);
	} else {
		near_init(&near, name);
		/* every sign is near every other */
		for (i = 0; i < NITEMS(operators); i++)
			if (operators[i].name[0] >= 'a' && strlen(name) > 1)
				near_offer(&near, operators[i].name);
		near_add(&near, &hint);
	}
	err_field(err, FAIL_INVALID, pointer, "unknown operator%s", buf_str(&hint));
	buf_release(&hint);
	return -1;
}
