/* json/schema/format_time.c -- dates, times and durations by RFC 3339. */
#include <string.h>

#include "json/schema/format.h"

struct text {
	const char *p, *end;
};

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly ${n} digits, or -1. */
static int take(struct text *t, int n)
{
	int v = 0;

	for (; n > 0; n--, t->p++) {
		if (t->p == t->end || !is_digit(*t->p))
			return -1;
		v = v * 10 + (*t->p - '0');
	}
	return v;
}

static int skip(struct text *t, const char *any)
{
	if (t->p == t->end || !*t->p || !strchr(any, *t->p))
		return 0;
	t->p++;
	return 1;
}

static int days_of(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static int take_date(struct text *t)
{
	int year = take(t, 4), month, day;

	if (year < 0 || !skip(t, "-"))
		return 0;
	month = take(t, 2);
	if (month < 1 || month > 12 || !skip(t, "-"))
		return 0;
	day = take(t, 2);
	return day >= 1 && day <= days_of(year, month);
}

/* "Z" or "+01:30" as minutes east; 0 when it is neither. */
static int take_offset(struct text *t, int *minutes)
{
	int west, hour, minute;

	*minutes = 0;
	if (skip(t, "Zz"))
		return 1;
	west = t->p < t->end && *t->p == '-';
	if (!skip(t, "+-"))
		return 0;
	hour = take(t, 2);
	if (hour < 0 || hour > 23 || !skip(t, ":"))
		return 0;
	minute = take(t, 2);
	if (minute < 0 || minute > 59)
		return 0;
	*minutes = (hour * 60 + minute) * (west ? -1 : 1);
	return 1;
}

static int take_time(struct text *t)
{
	int hour = take(t, 2), minute, second, east;

	if (hour < 0 || hour > 23 || !skip(t, ":"))
		return 0;
	minute = take(t, 2);
	if (minute < 0 || minute > 59 || !skip(t, ":"))
		return 0;
	second = take(t, 2);
	if (second < 0 || second > 60)
		return 0;
	if (skip(t, ".")) {
		if (take(t, 1) < 0)
			return 0;
		while (t->p < t->end && is_digit(*t->p))
			t->p++;
	}
	if (!take_offset(t, &east))
		return 0;
	/* a leap second is the last one of a day in UTC */
	return second < 60 || (hour * 60 + minute - east + 2 * 1440) % 1440 == 1439;
}

int format_date(const char *s, size_t n)
{
	struct text t = {.p = s, .end = s + n};

	return take_date(&t) && t.p == t.end;
}

int format_time(const char *s, size_t n)
{
	struct text t = {.p = s, .end = s + n};

	return take_time(&t) && t.p == t.end;
}

int format_date_time(const char *s, size_t n)
{
	struct text t = {.p = s, .end = s + n};

	return take_date(&t) && skip(&t, "Tt") && take_time(&t) && t.p == t.end;
}

/* Numbers with these units, in this order and without a gap, at least one. */
static int take_units(struct text *t, const char *units)
{
	const char *last = NULL;

	while (t->p < t->end && is_digit(*t->p)) {
		const char *unit;

		while (t->p < t->end && is_digit(*t->p))
			t->p++;
		unit = t->p < t->end && *t->p ? strchr(units, *t->p) : NULL;
		if (!unit || (last && unit != last + 1))
			return 0;
		last = unit;
		t->p++;
	}
	return last != NULL;
}

int format_duration(const char *s, size_t n)
{
	struct text t = {.p = s, .end = s + n}, weeks;

	if (!skip(&t, "P"))
		return 0;
	weeks = t;
	if (take_units(&weeks, "W"))
		return weeks.p == weeks.end;
	if (t.p < t.end && *t.p != 'T' && !take_units(&t, "YMD"))
		return 0;
	if (t.p == t.end)
		return n > 1;
	return skip(&t, "T") && take_units(&t, "HMS") && t.p == t.end;
}
