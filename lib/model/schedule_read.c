/* A document of etc/schedules/ as a struct. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/civil.h"
#include "model/schedule.h"
#include "model/zone.h"

enum { POINTER_MAX = 64, NAME_MAX_BYTES = 64, TITLE_MAX_BYTES = 200, HOUR_S = 3600 };

void schedule_release(struct schedule *s)
{
	for (size_t i = 0; i < s->n_layers; i++) {
		free(s->layer[i].member);
		hours_release(&s->layer[i].hours);
	}
	free(s->overrides);
	memset(s, 0, sizeof(*s));
}

static const char *at(char out[POINTER_MAX], const char *parent, const char *key)
{
	snprintf(out, POINTER_MAX, "%.30s/%.20s", parent, key);
	return out;
}

/* "weekly", or {"hours":N}. */
static int read_rotation(const json_t *doc, const char *parent, struct layer *l, struct err *err)
{
	static const struct {
		const char *word;
		int hours;
	} words[] = {{"hourly", 1}, {"daily", 24}, {"weekly", 7 * 24}};
	static const char *const keys[] = {"hours", NULL};
	char field[POINTER_MAX], deeper[POINTER_MAX];
	const json_t *v = js_at(doc, at(field, parent, "rotation"));
	const char *word = json_string_value(v);
	int64_t hours = 0;

	for (size_t i = 0; word && i < NITEMS(words); i++)
		if (strcmp(word, words[i].word) == 0)
			hours = words[i].hours;
	if (json_is_object(v) &&
	    (js_only_keys(v, field, keys, err) != 0 ||
	     js_get_int(doc, at(deeper, field, "hours"), 1, SCHEDULE_HOURS_MAX, &hours, err) != 0))
		return -1;
	if (!hours)
		return err_field(err, FAIL_INVALID, field,
				 "must be hourly, daily, weekly or {\"hours\":N}");
	l->period_s = hours * HOUR_S;
	return 0;
}

static int read_start(const json_t *doc, const char *parent, struct layer *l, struct err *err)
{
	char field[POINTER_MAX];
	const char *start = NULL, *handoff = "00:00";
	int64_t day;
	int minutes;

	if (js_get_str(doc, at(field, parent, "start"), &start, 32, err) != 0)
		return -1;
	if (!start || !civil_parse(start, &day))
		return err_field(err, FAIL_INVALID, field,
				 "required: the date of the first hand-off, like \"2026-01-05\"");
	if (js_get_str(doc, at(field, parent, "handoff"), &handoff, 32, err) != 0)
		return -1;
	if (!civil_parse_minutes(handoff, &minutes) || minutes == 24 * 60)
		return err_field(err, FAIL_INVALID, field, "must be a time of day like \"09:00\"");
	l->start_local = day * DAY_S + minutes * 60;
	return 0;
}

static int read_members(const json_t *doc, const char *parent, struct layer *l, struct err *err)
{
	char field[POINTER_MAX];
	json_t *list = NULL;

	if (js_get_arr(doc, at(field, parent, "members"), SCHEDULE_MEMBERS_MAX, &list, err) != 0)
		return -1;
	if (json_array_size(list) == 0)
		return err_field(err, FAIL_INVALID, field, "required: the workers who take turns");
	l->member = mem_grow(NULL, json_array_size(list), sizeof(*l->member));
	for (; l->n < json_array_size(list); l->n++) {
		const char *name = json_string_value(json_array_get(list, l->n));

		if (!name || !*name || strlen(name) > NAME_MAX_BYTES) {
			snprintf(field, sizeof(field), "%.30s/members/%zu", parent, l->n);
			return err_field(err, FAIL_INVALID, field, "must be the name of a worker");
		}
		l->member[l->n] = name;
	}
	return 0;
}

static int read_layer(const json_t *doc, const char *parent, struct layer *l, struct err *err)
{
	char field[POINTER_MAX];

	if (read_rotation(doc, parent, l, err) != 0 || read_start(doc, parent, l, err) != 0 ||
	    read_members(doc, parent, l, err) != 0)
		return -1;
	l->has_hours = js_at(doc, at(field, parent, "hours")) != NULL;
	return l->has_hours ? hours_from_json(doc, field, 0, &l->hours, err) : 0;
}

static int read_layers(const json_t *doc, struct schedule *s, struct err *err)
{
	static const char *const own[] = {"rotation", "start", "handoff", "members", "hours", NULL};
	char field[POINTER_MAX];
	json_t *list = NULL;

	if (js_get_arr(doc, "/layers", SCHEDULE_LAYERS_MAX, &list, err) != 0)
		return -1;
	if (!list) {
		s->n_layers = 1;
		return read_layer(doc, "", &s->layer[0], err);
	}
	for (int i = 0; own[i]; i++)
		if (json_object_get(doc, own[i]))
			return err_field(err, FAIL_INVALID, at(field, "", own[i]),
					 "stands in each layer when there are layers");
	if (json_array_size(list) == 0)
		return err_field(err, FAIL_INVALID, "/layers", "needs at least one layer");
	for (size_t i = 0; i < json_array_size(list); i++) {
		snprintf(field, sizeof(field), "/layers/%zu", i);
		if (!json_is_object(json_array_get(list, i)))
			return err_field(err, FAIL_INVALID, field, "must be an object");
		s->n_layers++;
		if (js_only_keys(json_array_get(list, i), field, own, err) != 0 ||
		    read_layer(doc, field, &s->layer[i], err) != 0)
			return -1;
	}
	return 0;
}

static int read_instant(const json_t *doc, const char *parent, const char *key, int64_t *out,
			struct err *err)
{
	char field[POINTER_MAX];
	const char *text = NULL;

	if (js_get_str(doc, at(field, parent, key), &text, 64, err) != 0)
		return -1;
	if (!text || time_parse(text, out, NULL) != 0)
		return err_field(err, FAIL_INVALID, field, "required: an RFC 3339 time");
	return 0;
}

static int read_override(const json_t *doc, size_t i, struct override *o, struct err *err)
{
	static const char *const keys[] = {"from", "to", "worker", NULL};
	char parent[POINTER_MAX], field[POINTER_MAX];

	snprintf(parent, sizeof(parent), "/overrides/%zu", i);
	if (!json_is_object(js_at(doc, parent)))
		return err_field(err, FAIL_INVALID, parent, "must be an object");
	if (js_only_keys(js_at(doc, parent), parent, keys, err) != 0 ||
	    read_instant(doc, parent, "from", &o->from_ms, err) != 0 ||
	    read_instant(doc, parent, "to", &o->to_ms, err) != 0 ||
	    js_get_str(doc, at(field, parent, "worker"), &o->worker, NAME_MAX_BYTES, err) != 0)
		return -1;
	if (!o->worker || !*o->worker)
		return err_field(err, FAIL_INVALID, field, "required: the name of a worker");
	if (o->to_ms <= o->from_ms)
		return err_field(err, FAIL_INVALID, at(field, parent, "to"),
				 "must be later than from");
	return 0;
}

static int read_overrides(const json_t *doc, struct schedule *s, struct err *err)
{
	json_t *list = NULL;

	if (js_get_arr(doc, "/overrides", SCHEDULE_OVERRIDES_MAX, &list, err) != 0)
		return -1;
	s->overrides = mem_grow(NULL, json_array_size(list) + 1, sizeof(*s->overrides));
	for (; s->n_overrides < json_array_size(list); s->n_overrides++)
		if (read_override(doc, s->n_overrides, &s->overrides[s->n_overrides], err) != 0)
			return -1;
	return 0;
}

static int read_all(const json_t *doc, struct schedule *s, struct err *err)
{
	static const char *const keys[] = {"title",  "description", "zone",    "rotation",
					   "start",  "handoff",	    "members", "hours",
					   "layers", "overrides",   NULL};

	if (js_only_keys(doc, "", keys, err) != 0 ||
	    js_get_str(doc, "/title", &s->title, TITLE_MAX_BYTES, err) != 0 ||
	    js_get_str(doc, "/zone", &s->zone, ZONE_NAME_MAX, err) != 0)
		return -1;
	if (!s->zone || !zone_name_valid(s->zone))
		return err_field(err, FAIL_INVALID, "/zone",
				 "required: the name of a time zone like \"Europe/Berlin\"");
	if (read_layers(doc, s, err) != 0)
		return -1;
	return read_overrides(doc, s, err);
}

int schedule_from_json(const char *name, const json_t *doc, struct schedule *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	out->name = name;
	out->doc = doc;
	if (read_all(doc, out, err) == 0)
		return 0;
	schedule_release(out);
	return -1;
}
