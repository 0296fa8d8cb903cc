/* How simulated people behave. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "sim/scenario_p.h"

enum { ABSENCES_MAX = 1000, DAY_MIN = 24 * 60, TRUST_TASKS = 50 };

static const double sloppy_right = 0.65;

const char *const kind_names[KIND_COUNT + 1] = {"honest",   "sloppy",    "spammer",
                                                "constant", "colluding", "adversary", NULL};

void behaviour_default(struct behaviour *b)
{
	*b = (struct behaviour){.react = {.kind = DIST_CONSTANT, .middle = 1},
	                        .work = {.kind = DIST_CONSTANT, .middle = 10},
	                        .accept = 1, .right = 1, .vary_work = 1};
}

void behaviour_release(struct behaviour *b)
{
	dist_release(&b->react);
	dist_release(&b->work);
	free(b->absent);
}

static int read_absences(const json_t *doc, struct behaviour *b, struct err *err)
{
	json_t *list = NULL;
	struct err bad = ERR_INIT;

	if (js_get_arr(doc, "/absent", ABSENCES_MAX, &list, err) != 0)
		return -1;
	b->n_absent = json_array_size(list);
	b->absent = mem_alloc((b->n_absent + 1) * sizeof(*b->absent));
	int64_t last = 0;
	for (size_t i = 0; i < b->n_absent; i++) {
		const json_t *a = json_array_get(list, i);
		struct absence *out = &b->absent[i];
		if (duration_parse(js_str_or(a, "/from", ""), &out->from_ms, &bad) != 0 ||
		    duration_parse(js_str_or(a, "/until", ""), &out->until_ms, &bad) != 0 ||
		    out->from_ms < last || out->until_ms <= out->from_ms)
			return err_field(err, FAIL_INVALID, "/absent",
			                 "has {from, until}: durations from the start, in order");
		last = out->until_ms;
	}
	return 0;
}

/* "08:30" as minutes of the day, or -1. */
static int clock_minutes(const char *text)
{
	int h, m;

	if (strlen(text) != 5 || text[2] != ':' || strspn(text, "0123456789") != 2 ||
	    strspn(text + 3, "0123456789") != 2)
		return -1;
	h = (text[0] - '0') * 10 + text[1] - '0';
	m = (text[3] - '0') * 10 + text[4] - '0';
	return m < 60 && h * 60 + m <= DAY_MIN ? h * 60 + m : -1;
}

static int read_shift(const json_t *doc, struct behaviour *b, struct err *err)
{
	if (!json_object_get(doc, "shift"))
		return 0;
	b->shift_from_min = clock_minutes(js_str_or(doc, "/shift/from", ""));
	b->shift_until_min = clock_minutes(js_str_or(doc, "/shift/until", ""));
	if (b->shift_from_min < 0 || b->shift_until_min <= b->shift_from_min)
		return err_field(err, FAIL_INVALID, "/shift", "is like {\"from\":\"08:00\",\"until\":\"16:00\"}, UTC");
	return 0;
}

static int read_kind(const json_t *doc, struct behaviour *b, struct err *err)
{
	const char *word = kind_names[KIND_HONEST];
	int64_t tasks = TRUST_TASKS;

	if (js_get_str(doc, "/kind", &word, 32, err) != 0 ||
	    js_get_int(doc, "/trustTasks", 0, 1000000, &tasks, err) != 0)
		return -1;
	for (b->kind = KIND_HONEST; strcmp(kind_names[b->kind], word) != 0; b->kind++)
		if (b->kind + 1 == KIND_COUNT)
			return err_field(err, FAIL_INVALID, "/kind", "is honest, sloppy, spammer, constant, "
			                                             "colluding or adversary");
	if (json_object_get(doc, "trustTasks") && b->kind != KIND_ADVERSARY)
		return err_field(err, FAIL_INVALID, "/trustTasks", "is for an adversary");
	b->trust_tasks = (uint32_t)tasks;
	if (b->kind == KIND_SLOPPY)
		b->right = sloppy_right;
	return 0;
}

int behaviour_read(const json_t *doc, struct behaviour *b, struct err *err)
{
	static const char *const known[] = {"reactMinutes", "workMinutes", "accept", "ignore", "right",
	                                    "invalid", "vary", "absent", "shift", "kind", "trustTasks",
	                                    NULL};

	if (!doc)
		return 0;
	if (!json_is_object(doc))
		return err_field(err, FAIL_INVALID, "/behaviour", "must be an object");
	if (js_only_keys(doc, "", known, err) != 0 || read_kind(doc, b, err) != 0 ||
	    dist_read(doc, "/reactMinutes", &b->react, err) != 0 ||
	    dist_read(doc, "/workMinutes", &b->work, err) != 0 ||
	    read_chance(doc, "/accept", 0, 1, &b->accept, err) != 0 ||
	    read_chance(doc, "/ignore", 0, 1, &b->ignore, err) != 0 ||
	    read_chance(doc, "/right", 0, 1, &b->right, err) != 0 ||
	    read_chance(doc, "/invalid", 0, 1, &b->invalid, err) != 0 ||
	    read_chance(doc, "/vary/workMinutes", 1, 100, &b->vary_work, err) != 0 ||
	    read_chance(doc, "/vary/right", 0, 1, &b->vary_right, err) != 0 ||
	    read_absences(doc, b, err) != 0)
		return -1;
	return read_shift(doc, b, err);
}
