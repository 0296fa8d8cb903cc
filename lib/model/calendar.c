#include "model/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "model/civil.h"
#include "model/zone.h"

enum { POINTER_MAX = 160, DAY_MIN = 1440 };

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

void hours_release(struct hours *h)
{
	for (int d = 0; d < 7; d++)
		free(h->day[d].w);
	free(h->except);
	memset(h, 0, sizeof(*h));
}

/* "09:00-17:00" */
static int parse_window(const char *text, struct window *out)
{
	char part[6] = "";
	int from, to;

	if (strlen(text) != 11 || text[5] != '-')
		return 0;
	memcpy(part, text, 5);
	if (!civil_parse_minutes(part, &from) || !civil_parse_minutes(text + 6, &to) ||
	    from == DAY_MIN)
		return 0;
	out->from = (int16_t)from;
	out->to = (int16_t)(to > from ? to : to + DAY_MIN);
	return 1;
}

static int by_from(const void *a, const void *b)
{
	const struct window *x = a, *y = b;

	return x->from - y->from;
}

static int read_day(const json_t *list, const char *pointer, struct hours *h, int day,
		    struct err *err)
{
	size_t n = json_array_size(list);
	char field[POINTER_MAX];

	if (!json_is_array(list) || n > HOURS_WINDOWS_MAX)
		return err_field(err, FAIL_INVALID, pointer,
				 "must be an array of at most %d windows like \"09:00-17:00\"",
				 HOURS_WINDOWS_MAX);
	h->day[day].w = mem_grow(NULL, n + 1, sizeof(*h->day[day].w));
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		snprintf(field, sizeof(field), "%.120s/%zu", pointer, i);
		if (!text || !parse_window(text, &h->day[day].w[h->day[day].n++]))
			return err_field(err, FAIL_INVALID, field,
					 "must be a window like \"09:00-17:00\"");
	}
	qsort(h->day[day].w, n, sizeof(*h->day[day].w), by_from);
	return 0;
}

static int read_week(const json_t *week, const char *pointer, struct hours *h, struct err *err)
{
	char field[POINTER_MAX];

	if (js_only_keys(week, pointer, weekdays, err) != 0)
		return -1;
	for (int d = 0; d < 7; d++) {
		const json_t *list = json_object_get(week, weekdays[d]);

		snprintf(field, sizeof(field), "%.120s/%s", pointer, weekdays[d]);
		if (list && read_day(list, field, h, d, err) != 0)
			return -1;
	}
	return 0;
}

static int by_day(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int read_except(const json_t *list, const char *pointer, struct hours *h, struct err *err)
{
	size_t n = json_array_size(list);
	char field[POINTER_MAX];

	h->except = mem_grow(NULL, n + 1, sizeof(*h->except));
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		snprintf(field, sizeof(field), "%.120s/%zu", pointer, i);
		if (!text || !civil_parse(text, &h->except[h->n_except++]))
			return err_field(err, FAIL_INVALID, field,
					 "must be a date like \"2026-12-25\"");
	}
	qsort(h->except, n, sizeof(*h->except), by_day);
	return 0;
}

static int read_zone(const json_t *doc, const char *pointer, const char **out, struct err *err)
{
	char field[POINTER_MAX];

	snprintf(field, sizeof(field), "%.100s/zone", pointer);
	if (js_get_str(doc, field, out, ZONE_NAME_MAX, err) != 0)
		return -1;
	if (!*out || !zone_name_valid(*out))
		return err_field(err, FAIL_INVALID, field,
				 "required: the name of a time zone like \"Europe/Berlin\"");
	return 0;
}

static int read_hours(const json_t *doc, const char *pointer, int with_zone, struct hours *h,
		      struct err *err)
{
	static const char *const keys[] = {"weekly", "except", "zone", NULL};
	static const char *const no_zone[] = {"weekly", "except", NULL};
	json_t *self = NULL, *week = NULL, *except = NULL;
	char at_week[POINTER_MAX], at_except[POINTER_MAX];

	snprintf(at_week, sizeof(at_week), "%.100s/weekly", pointer);
	snprintf(at_except, sizeof(at_except), "%.100s/except", pointer);
	if (js_get_obj(doc, pointer, &self, err) != 0 ||
	    js_only_keys(self, pointer, with_zone ? keys : no_zone, err) != 0 ||
	    js_get_obj(doc, at_week, &week, err) != 0 ||
	    js_get_arr(doc, at_except, HOURS_EXCEPT_MAX, &except, err) != 0)
		return -1;
	if (!week)
		return err_field(err, FAIL_INVALID, at_week,
				 "required: windows for days of the week");
	if (with_zone && read_zone(doc, pointer, &h->zone, err) != 0)
		return -1;
	if (read_week(week, at_week, h, err) != 0)
		return -1;
	return read_except(except, at_except, h, err);
}

int hours_from_json(const json_t *doc, const char *pointer, int with_zone, struct hours *out,
		    struct err *err)
{
	memset(out, 0, sizeof(*out));
	if (read_hours(doc, pointer, with_zone, out, err) == 0)
		return 0;
	hours_release(out);
	return -1;
}

/* ---- looking up ---- */

static int excepted(const struct hours *h, int64_t day)
{
	return bsearch(&day, h->except, h->n_except, sizeof(day), by_day) != NULL;
}

static int64_t instant(const struct zone *z, int64_t day, int minutes)
{
	return zone_utc(z, day * DAY_S + minutes * 60) * 1000;
}

static int64_t local_day(const struct zone *z, int64_t at_ms)
{
	return floor_div(zone_local(z, floor_div(at_ms, 1000)), DAY_S);
}

/* The end of the window of ${day} that holds ${at_ms}, else INT64_MIN.  *next: the earliest
 * beginning after it, when that is earlier than it was. */
static int64_t look_at_day(const struct hours *h, const struct zone *z, int64_t day, int64_t at_ms,
			   int64_t *next)
{
	int wd = civil_weekday(day);
	int64_t end = INT64_MIN;

	if (excepted(h, day))
		return end;
	for (size_t i = 0; i < h->day[wd].n; i++) {
		int64_t from = instant(z, day, h->day[wd].w[i].from);
		int64_t to = instant(z, day, h->day[wd].w[i].to);

		if (from <= at_ms && at_ms < to && to > end)
			end = to;
		if (from > at_ms && to > from && from < *next)
			*next = from;
	}
	return end;
}

/* Two days back: a window may run over midnight, and a zone may skip a whole day. */
static int64_t open_until(const struct hours *h, const struct zone *z, int64_t at_ms)
{
	int64_t day = local_day(z, at_ms), end = INT64_MIN, next = INT64_MAX;

	for (int64_t d = day - 2; d <= day + 1; d++) {
		int64_t e = look_at_day(h, z, d, at_ms, &next);
		if (e > end)
			end = e;
	}
	return end;
}

int hours_open(const struct hours *h, const struct zone *z, int64_t at_ms)
{
	return open_until(h, z, at_ms) != INT64_MIN;
}

int64_t hours_next_open(const struct hours *h, const struct zone *z, int64_t at_ms)
{
	int64_t day = local_day(z, at_ms), next = INT64_MAX;

	if (hours_open(h, z, at_ms))
		return at_ms;
	for (int64_t d = day - 2; d <= day + HOURS_LOOK_DAYS; d++) {
		look_at_day(h, z, d, at_ms, &next);
		if (next != INT64_MAX && d >= day + 1)
			break;
	}
	return next;
}

int64_t hours_next_change(const struct hours *h, const struct zone *z, int64_t at_ms)
{
	int64_t at = at_ms, end = open_until(h, z, at_ms);

	if (end == INT64_MIN)
		return hours_next_open(h, z, at_ms);
	while (end != INT64_MIN) { /* windows that touch are one */
		at = end;
		if (at - at_ms > (int64_t)HOURS_LOOK_DAYS * DAY_S * 1000)
			return INT64_MAX;
		end = open_until(h, z, at);
	}
	return at;
}
