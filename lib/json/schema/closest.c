/* json/schema/closest.c -- when no alternative fits: which one was meant, and why it does not. */
#include <string.h>

#include "base/buf.h"
#include "json/schema/run.h"

/* Steps that a run may spend on finding out; what an error of an alternative says against it. */
enum { EXPLAIN_STEPS = 50000, WRONG_TYPE = 1000, OTHER_KIND = 50, ONE_ERROR = 1 };
enum { LISTED = 4, TITLE_BYTES = 60 };
#define UNKNOWN (~0ul)

void score_add(struct score *score, const struct path *at, const char *keyword)
{
	int names_kind = keyword && (!strcmp(keyword, "const") || !strcmp(keyword, "enum"));

	if (keyword && at == score->at && !strcmp(keyword, "type"))
		score->points += WRONG_TYPE;
	else if (names_kind && (at == score->at || at->up == score->at))
		score->points += OTHER_KIND;
	else
		score->points += ONE_ERROR;
}

/* What speaks against ${node}, or UNKNOWN when that takes too much work. */
static unsigned long judge(struct run *run, const struct node *node, const json_t *v,
                           const struct path *at)
{
	struct score score = {.at = at};
	struct run sub = *run;
	unsigned long left = EXPLAIN_STEPS - run->explained;

	if (run->explained >= EXPLAIN_STEPS)
		return UNKNOWN;
	sub.score = &score;
	sub.trace = NULL;
	sub.stop = 0;
	sub.steps = MAX_STEPS - left;
	check(&sub, node, v, at, NULL);
	run->explained += sub.steps - (MAX_STEPS - left);
	return sub.stop ? UNKNOWN : score.points;
}

/* ---- alternatives that are values, or types ---- */

static int names_values(const struct nodes *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!list->n[i]->fixed && !list->n[i]->allowed)
			return 0;
	return 1;
}

static int fail_values(struct run *run, const struct node *node, const struct nodes *list,
                       const json_t *v, const struct path *at, const char *keyword)
{
	json_t *values = json_array();
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct node *n = list->n[i];

		if (n->fixed)
			json_array_append_new(values, json_deep_copy(n->fixed));
		else
			json_array_extend(values, (json_t *)n->allowed->list);
	}
	fail_listed(run, node, at, keyword, v, values);
	json_decref(values);
	return 0;
}

static int fail_types(struct run *run, const struct node *node, const struct nodes *list,
                      const json_t *v, const struct path *at, const char *keyword)
{
	unsigned types = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		types |= list->n[i]->types;
	return fail_type_of(run, node, at, keyword, types, v);
}

/* ---- the closest ---- */

static void add_title(struct buf *out, const struct node *node)
{
	const json_t *title = json_object_get(node->json, "title");

	if (!json_is_string(title) || json_string_length(title) > TITLE_BYTES)
		return;
	buf_adds(out, " (");
	value_show(out, title);
	buf_addc(out, ')');
}

static int fail_closest(struct run *run, const struct node *node, const struct nodes *list,
                        size_t best, const json_t *v, const struct path *at, const char *keyword)
{
	struct buf title = BUF_INIT;

	add_title(&title, list->n[best]);
	fail(run, node, at, keyword, "must fit one of %zu alternatives, and fits none; number "
	     "%zu%s comes closest", list->count, best + 1, buf_str(&title));
	buf_release(&title);
	if (run->steps + EXPLAIN_STEPS < MAX_STEPS)
		check(run, list->n[best], v, at, NULL);
	return 0;
}

/* Each of several that are equally close lacks one thing: say all of them. */
static int fail_equal(struct run *run, const struct node *node, const struct nodes *list,
                      const unsigned long *points, const json_t *v, const struct path *at,
                      const char *keyword)
{
	struct buf text = BUF_INIT;
	size_t i, n = 0;

	for (i = 0; i < list->count && n < LISTED; i++) {
		struct schema_errors errors = {.n = 0};
		struct run sub = *run;

		if (points[i] != ONE_ERROR)
			continue;
		sub.errors = &errors;
		sub.score = NULL;
		sub.total = 0;
		check(&sub, list->n[i], v, at, NULL);
		run->explained = sub.explained + (sub.steps - run->steps);
		if (errors.n)
			buf_addf(&text, "%s%s%s%s", n++ ? ", or " : "", errors.e[0].instance,
			         *errors.e[0].instance ? ": " : "", errors.e[0].message);
		schema_errors_release(&errors);
	}
	fail(run, node, at, keyword, "must fit one of %zu alternatives, and fits none: %s",
	     list->count, buf_str(&text));
	buf_release(&text);
	return 0;
}

enum { POINTS_FEW = 32 };

static int fail_by_points(struct run *run, const struct node *node, const struct nodes *list,
                          const json_t *v, const struct path *at, const char *keyword)
{
	unsigned long points[POINTS_FEW], least = UNKNOWN;
	size_t i, n = list->count < POINTS_FEW ? list->count : POINTS_FEW, best = 0, equal = 0;

	for (i = 0; i < n; i++) {
		points[i] = judge(run, list->n[i], v, at);
		if (points[i] < least)
			best = i;
		equal = points[i] < least ? 1 : equal + (points[i] == least);
		least = points[i] < least ? points[i] : least;
	}
	if (n == list->count && least >= WRONG_TYPE && least != UNKNOWN)
		return fail_types(run, node, list, v, at, keyword);
	if (least >= WRONG_TYPE)
		return fail(run, node, at, keyword,
		            "must fit one of %zu alternatives, and fits none", list->count);
	if (equal > 1 && least == ONE_ERROR)
		return fail_equal(run, node, &(struct nodes){list->n, n}, points, v, at, keyword);
	return fail_closest(run, node, list, best, v, at, keyword);
}

/* All of them, for an output that shows what was tried. */
static int fail_all(struct run *run, const struct node *node, const struct nodes *list,
                    const json_t *v, const struct path *at, const char *keyword)
{
	struct frame here;
	size_t i;

	trace_enter(run, &here, node, keyword, at);
	fail(run, node, at, keyword, "must fit one of %zu alternatives, and fits none",
	     list->count);
	for (i = 0; i < list->count && !run->stop; i++)
		check(run, list->n[i], v, at, NULL);
	trace_leave(run, &here);
	return 0;
}

int fail_alternatives(struct run *run, const struct node *node, const struct nodes *list,
                      const json_t *v, const struct path *at, const char *keyword)
{
	if (run->quiet)
		return 0;
	if (run->trace)
		return fail_all(run, node, list, v, at, keyword);
	if (list->count == 1) {
		fail(run, node, at, keyword, "must fit the one alternative, and does not");
		if (!run->score)
			check(run, list->n[0], v, at, NULL);
		return 0;
	}
	if (run->score || run->errors->n == SCHEMA_MAX_ERRORS)
		return fail(run, node, at, keyword, "must fit one of %zu alternatives",
		            list->count);
	if (names_values(list))
		return fail_values(run, node, list, v, at, keyword);
	return fail_by_points(run, node, list, v, at, keyword);
}
