#include "model/dialect/dialect_p.h"

#include <string.h>

#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"

/* In order of recognition. */
static const struct dialect *const dialects[] = {
	&dialect_er, &dialect_humanrail, &dialect_biolayer, &dialect_expertrouter, &dialect_chain, NULL};

static const struct fields *const tables[] = {&fields_er, &fields_humanrail, &fields_biolayer,
                                              &fields_expertrouter, &fields_chain};

const struct dialect *dialect_by_name(const char *name)
{
	for (size_t i = 0; dialects[i]; i++)
		if (strcmp(dialects[i]->name, name) == 0)
			return dialects[i];
	return NULL;
}

const struct dialect *dialect_recognise(const json_t *body)
{
	for (size_t i = 0; dialects[i]; i++)
		if (dialects[i]->recognise(body))
			return dialects[i];
	return &dialect_er;
}

const struct fields *fields_of(const struct dialect *d)
{
	for (size_t i = 0; i < NITEMS(tables); i++)
		if (tables[i]->dialect == d)
			return tables[i];
	return &fields_er;
}

const char *view_text(const json_t *view, const char *key)
{
	return json_string_value(json_object_get(view, key));
}

json_t *view_body(const json_t *view)
{
	return json_object_get(view, "body");
}

void set_seconds_ms(json_t *obj, const char *key, int64_t ms)
{
	char text[TIME_TEXT_MAX];

	js_set_str(obj, key, time_format_s(ms, text));
}

void set_seconds(json_t *obj, const char *key, const char *rfc3339_ms)
{
	int64_t ms;

	if (rfc3339_ms && time_parse(rfc3339_ms, &ms, NULL) == 0)
		set_seconds_ms(obj, key, ms);
}

json_t *view_answer(const json_t *view)
{
	return json_object_get(json_object_get(view, "result"), "answer");
}

const char *view_reason(const json_t *view)
{
	return json_string_value(json_object_get(json_object_get(view, "failure"), "reason"));
}

void set_or_null(json_t *obj, const char *key, const json_t *value)
{
	if (value)
		js_set_copy(obj, key, value);
	else
		js_set_new(obj, key, json_null());
}

const char *event_text(const struct event *ev, const char *key)
{
	return json_string_value(json_object_get(ev->data, key));
}

int64_t view_estimate_minutes(const json_t *view)
{
	const json_t *known = json_object_get(view, "estimatedCompletionMinutes");
	const char *created = view_text(view, "createdAt"), *due = view_text(view, "dueAt");
	int64_t from = 0, to = 0;

	if (json_is_integer(known))
		return json_integer_value(known);
	if (!created || !due || time_parse(created, &from, NULL) != 0 ||
	    time_parse(due, &to, NULL) != 0 || to <= from)
		return 1;
	return (to - from + 59999) / 60000;
}
