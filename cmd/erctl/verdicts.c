#include "verdicts.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cells.h"
#include "cmd.h"
#include "json/js.h"
#include "model/event.h"
#include "model/verify.h"
#include "table.h"

enum { REASONS_SHOWN = 5 };

/* The last verdict counts: an answer may be looked at again. */
static const json_t *check_of(const json_t *answer, const char *stage)
{
	const json_t *all = json_object_get(answer, "checks");

	for (size_t i = json_array_size(all); i-- > 0;)
		if (strcmp(js_str_or(json_array_get(all, i), "/stage", ""), stage) == 0)
			return json_array_get(all, i);
	return NULL;
}

/* What this answer waits for ("answers"), or NULL. */
static const char *awaits_of(const json_t *view, const json_t *answer)
{
	const json_t *all = json_object_get(view, "assignments");
	const char *worker = js_str_or(answer, "/worker", ""), *awaits;
	const char *reviewed = js_str_or(view, "/verification/awaits", ""); /* one for all */

	for (size_t i = json_array_size(all); i-- > 0;) {
		const json_t *a = json_array_get(all, i);
		awaits = js_str_or(a, "/awaits", NULL);
		if (awaits && strcmp(js_str_or(a, "/worker", ""), worker) == 0 &&
		    !json_object_get(answer, "rejected"))
			return strcmp(reviewed, "review") == 0 ? reviewed : awaits;
	}
	return NULL;
}

static enum stage waits_at(const char *awaits)
{
	return strcmp(awaits, "programs") == 0  ? STAGE_RULES
	       : strcmp(awaits, "answers") == 0 ? STAGE_CONSENSUS
	                                        : STAGE_QA;
}

static void add_wait(struct buf *b, const json_t *view, const char *awaits)
{
	const json_t *v = json_object_get(view, "verification");

	buf_adds(b, "waits for ");
	if (strcmp(awaits, "programs") == 0)
		buf_adds(b, "the lane's programs");
	else if (strcmp(awaits, "review") == 0)
		buf_addf(b, "a reviewer: %s", js_str_or(v, "/review", "?"));
	else
		buf_addf(b, "more answers: %lld of %lld", (long long)js_int_or(v, "/answers", 1),
		         (long long)js_int_or(v, "/wanted", 2));
}

static void add_count(struct buf *b, const json_t *check, const char *key, const char *one,
                      const char *many)
{
	const json_t *n = json_object_get(check, key);

	if (json_is_integer(n))
		buf_addf(b, ", %lld %s", (long long)json_integer_value(n),
		         json_integer_value(n) == 1 ? one : many);
}

static void add_reasons(struct buf *b, const json_t *reasons)
{
	size_t n = json_array_size(reasons);

	for (size_t i = 0; i < n && i < REASONS_SHOWN; i++) {
		const json_t *e = json_array_get(reasons, i);
		const char *at = js_str_or(e, "/instance", "");
		buf_addf(b, "%s%s%s%s", i ? "; " : ": ", at, *at ? ": " : "",
		         json_is_string(e) ? json_string_value(e) : js_str_or(e, "/message", "?"));
	}
	if (n > REASONS_SHOWN)
		buf_addf(b, " and %zu more", n - REASONS_SHOWN);
}

static void add_share(struct buf *b, const char *before, const json_t *data, const char *key,
                      double unit)
{
	const json_t *v = json_object_get(data, key);

	if (json_is_integer(v))
		buf_addf(b, "%s%.3f", before, (double)json_integer_value(v) / unit);
}

/* What follows "passed" or "failed": the same members in a view's check and in an event. */
static void add_numbers(struct buf *b, const json_t *check)
{
	add_count(b, check, "rules", "rule", "rules");
	add_count(b, check, "programs", "program", "programs");
	add_share(b, ", agreement ", check, "scoreMicro", 1e6);
	if (json_object_get(check, "scoreMicro"))
		buf_addf(b, " of %lld", (long long)js_int_or(check, "/answers", 1));
	if (json_is_true(json_object_get(check, "tie")))
		buf_adds(b, ", a tie");
	if (json_is_true(json_object_get(check, "unsure")))
		buf_adds(b, ", less than the lane wants");
	if (*js_str_or(check, "/verdict", ""))
		buf_addf(b, ", %s by %s", js_str_or(check, "/verdict", ""),
		         js_str_or(check, "/reviewer", "?"));
	else if (json_object_get(check, "rateMilli"))
		buf_addf(b, ", not drawn for a review (%.1f %% are)",
		         (double)js_int_or(check, "/rateMilli", 0) / 10);
	if (*js_str_or(check, "/reason", ""))
		buf_addf(b, ": %s", js_str_or(check, "/reason", ""));
	if (*js_str_or(check, "/note", ""))
		buf_addf(b, ", %s", js_str_or(check, "/note", ""));
	add_reasons(b, json_object_get(check,
	                               json_object_get(check, "errors") ? "errors" : "reasons"));
}

void verdicts_show(struct run *r, const json_t *view, const json_t *answer)
{
	const json_t *agreed = check_of(answer, stage_names[STAGE_CONSENSUS]);
	const char *awaits = awaits_of(view, answer);
	struct buf b = BUF_INIT;

	for (enum stage s = 0; s < STAGE_COUNT; s++) {
		const json_t *check = check_of(answer, stage_names[s]);
		int passed = json_is_true(json_object_get(check, "passed"));
		enum style style = !check ? STYLE_NONE : passed ? STYLE_GOOD : STYLE_BAD;
		buf_clear(&b);
		if (awaits && waits_at(awaits) == s &&
		    !(s == STAGE_QA && json_is_false(json_object_get(agreed, "passed")))) {
			add_wait(&b, view, awaits);
			style = STYLE_WAIT;
		} else if (!check) {
			buf_adds(&b, "-");
		} else {
			buf_adds(&b, passed ? "passed" : "failed");
			add_numbers(&b, check);
		}
		out_field_styled(&r->out, stage_names[s], buf_str(&b), style);
	}
	buf_release(&b);
}

/* ---- explain ---- */

static void say_reasons(struct run *r, const json_t *reasons)
{
	struct buf b = BUF_INIT;

	if (json_array_size(reasons)) {
		add_reasons(&b, reasons);
		out_field(&r->out, "because", buf_str(&b) + 2);
	}
	buf_release(&b);
}

static void add_chance(struct table *t, const json_t *test, const char *key)
{
	char cell[32] = "-";
	int64_t ppm = js_int_or(test, key, -1);

	if (ppm >= 0)
		snprintf(cell, sizeof(cell), "%.4f", (double)ppm / 1e6);
	cell_text(t, cell);
}

static void add_number(struct table *t, const json_t *test, const char *key)
{
	char cell[32] = "-";
	int64_t v = js_int_or(test, key, -1);

	if (v >= 0)
		snprintf(cell, sizeof(cell), "%lld", (long long)v);
	cell_text(t, cell);
}

static void say_anomaly(struct run *r, const json_t *data)
{
	static const char *const head[] = {"TEST",  "SEEN",  "LIMIT", "ANSWER", "LIFE",
	                                   "HABIT", "PEERS", ""};
	const json_t *tests = json_object_get(data, "tests");
	struct table t;
	const char *name;
	json_t *test;

	if (!json_object_size(tests))
		return;
	table_init(&t, head, NITEMS(head), -1);
	json_object_foreach((json_t *)tests, name, test) {
		cell_text(&t, name);
		add_number(&t, test, "/seen");
		add_number(&t, test, "/limit");
		add_chance(&t, test, "/answer");
		add_chance(&t, test, "/life");
		add_chance(&t, test, "/habit");
		add_chance(&t, test, "/peers");
		cell_text(&t, json_is_true(json_object_get(test, "fired")) ? "stands out" : "");
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static void say_accuracy(struct run *r, const json_t *data)
{
	struct buf b = BUF_INIT;

	add_share(&b, "", data, "meanMicro", 1e6);
	add_share(&b, ", at least ", data, "lowMicro", 1e6);
	add_share(&b, ", at most ", data, "highMicro", 1e6);
	add_share(&b, "; the lane's floor is ", data, "floorMicro", 1e6);
	if (b.len)
		buf_addf(&b, "; %lld observations", (long long)js_int_or(data, "/observations", 0));
	out_field(&r->out, "accuracy", buf_str(&b));
	buf_release(&b);
}

/* Each field of the answers, as far as the event has it. */
static void say_fields(struct run *r, const json_t *fields)
{
	static const char *const head[] = {"FIELD", "VALUE", "POSTERIOR", "SPREAD"};
	struct table t;
	const char *name;
	json_t *f;

	if (!json_object_size(fields))
		return;
	table_init(&t, head, NITEMS(head), -1);
	json_object_foreach((json_t *)fields, name, f) {
		const json_t *value = json_object_get(f, "value");
		struct buf b = BUF_INIT;
		if (value)
			js_dump(&b, value, JS_COMPACT);
		else
			buf_addf(&b, "choice %lld", (long long)js_int_or(f, "/category", 0) + 1);
		cell_text(&t, *name ? name : "/");
		cell_text(&t, buf_str(&b));
		add_chance(&t, f, "/posteriorMicro");
		buf_clear(&b);
		if (json_object_get(f, "spread"))
			buf_addf(&b, "%.6g", json_number_value(json_object_get(f, "spread")));
		cell_text(&t, b.len ? buf_str(&b) : "-");
		buf_release(&b);
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static void say_check(struct run *r, const json_t *data)
{
	struct buf b = BUF_INIT;
	json_t *numbers = json_copy((json_t *)data);

	json_object_del(numbers, "errors");
	json_object_del(numbers, "reason");
	add_numbers(&b, numbers);
	if (b.len)
		out_field(&r->out, "says", buf_str(&b) + 2);
	say_anomaly(r, data);
	say_accuracy(r, data);
	say_fields(r, json_object_get(data, "fields"));
	say_reasons(r, json_object_get(data, "errors"));
	json_decref(numbers);
	buf_release(&b);
}

static void say_held(struct run *r, const json_t *data, int asked_first)
{
	const char *awaits = js_str_or(data, "/awaits", "");
	long long wanted = js_int_or(data, "/wanted", 0);
	struct buf b = BUF_INIT;

	if (strcmp(awaits, "answers") == 0)
		buf_addf(&b, "answers, %lld of %lld: %s", (long long)js_int_or(data, "/answers", 1),
		         wanted,
		         wanted > asked_first ? "those there are do not agree enough"
		                              : "the lane asks for so many");
	else if (strcmp(awaits, "review") == 0)
		buf_addf(&b, "a reviewer: %s", js_str_or(data, "/review", "?"));
	else
		buf_addf(&b, "the lane's %s", awaits);
	out_field(&r->out, "waits for", buf_str(&b));
	buf_release(&b);
}

void verdicts_explain(struct run *r, const struct event *ev, int asked_first)
{
	switch (ev->type) {
	case EV_CHECK_PASSED:
	case EV_CHECK_FAILED:
		say_check(r, ev->data);
		break;
	case EV_VERIFIED:
		if (js_int_or(ev->data, "/answers", 1) > 1)
			say_check(r, ev->data);
		break;
	case EV_HELD:
		say_held(r, ev->data, asked_first);
		break;
	case EV_REJECTED:
		say_reasons(r, json_object_get(ev->data, "reasons"));
		break;
	default:
		break;
	}
}
