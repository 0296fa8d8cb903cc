/* base/timefmt.c -- times and durations as text. */
#include "base/timefmt.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

#define DAY_MS INT64_C(86400000)
#define TIME_END_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define DURATION_MAX_MS (INT64_C(3653) * DAY_MS)

struct civil {
	int year, month, day, hour, minute, second, ms;
};

static const int days_before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static int is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to January 1st of ${year} >= 1970. */
static int64_t year_start(int64_t year)
{
	int64_t y = year - 1;

	return (year - 1970) * 365 + (y / 4 - 492) - (y / 100 - 19) + (y / 400 - 4);
}

static int days_in(int year, int month)
{
	return days_before[month] - days_before[month - 1] + (month == 2 && is_leap(year));
}

static int64_t civil_days(int year, int month, int day)
{
	return year_start(year) + days_before[month - 1] + (month > 2 && is_leap(year)) + day - 1;
}

static void civil_of(int64_t ms, struct civil *c)
{
	int64_t days, rest;

	if (ms < 0)
		ms = 0;
	if (ms > TIME_END_MS)
		ms = TIME_END_MS;
	days = ms / DAY_MS;
	rest = ms % DAY_MS;
	/* 146097 days are 400 years: a guess that is at most one year too late */
	c->year = (int)(1970 + (days * 400 + 399) / 146097);
	while (year_start(c->year) > days)
		c->year--;
	while (year_start(c->year + 1) <= days)
		c->year++;
	days -= year_start(c->year);
	for (c->month = 1; days >= days_in(c->year, c->month); c->month++)
		days -= days_in(c->year, c->month);
	c->day = (int)days + 1;
	c->hour = (int)(rest / 3600000);
	c->minute = (int)(rest / 60000 % 60);
	c->second = (int)(rest / 1000 % 60);
	c->ms = (int)(rest % 1000);
}

/* ${width} digits of ${v} at ${p}; returns what follows. */
static char *put_digits(char *p, int v, int width)
{
	int i;

	for (i = width - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + width;
}

/* Each separator is one byte, or '\0' for none. */
static char *put_time(char *p, const struct civil *c, char dash, char colon)
{
	p = put_digits(p, c->year, 4);
	if (dash)
		*p++ = dash;
	p = put_digits(p, c->month, 2);
	if (dash)
		*p++ = dash;
	p = put_digits(p, c->day, 2);
	*p++ = 'T';
	p = put_digits(p, c->hour, 2);
	if (colon)
		*p++ = colon;
	p = put_digits(p, c->minute, 2);
	if (colon)
		*p++ = colon;
	return put_digits(p, c->second, 2);
}

char *time_format_ms(int64_t ms, char *out)
{
	struct civil c;
	char *p;

	civil_of(ms, &c);
	p = put_time(out, &c, '-', ':');
	*p++ = '.';
	p = put_digits(p, c.ms, 3);
	*p++ = 'Z';
	*p = '\0';
	return out;
}

char *time_format_s(int64_t ms, char *out)
{
	struct civil c;
	char *p;

	civil_of(ms, &c);
	p = put_time(out, &c, '-', ':');
	*p++ = 'Z';
	*p = '\0';
	return out;
}

char *time_format_compact(int64_t ms, char *out)
{
	struct civil c;
	char *p;

	civil_of(ms, &c);
	p = put_time(out, &c, '\0', '\0');
	*p++ = 'Z';
	*p = '\0';
	return out;
}

char *time_format_mail(int64_t ms, char *out)
{
	static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c;

	civil_of(ms, &c);
	snprintf(out, TIME_MAIL_MAX, "%.3s, %02d %.3s %04d %02d:%02d:%02d +0000",
	         days + civil_days(c.year, c.month, c.day) % 7 * 3, c.day, months + (c.month - 1) * 3,
	         c.year, c.hour, c.minute, c.second);
	return out;
}

/* Exactly ${width} digits at *p, or -1. */
static int take_digits(const char **p, int width)
{
	int v = 0;

	for (; width > 0; width--, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v;
}

static int take_char(const char **p, const char *allowed)
{
	if (!**p || !strchr(allowed, **p))
		return -1;
	(*p)++;
	return 0;
}

/* ".123456": milliseconds, what is finer is cut. */
static int take_fraction(const char **p, int *ms)
{
	int n = 0;

	*ms = 0;
	if (**p != '.')
		return 0;
	for ((*p)++; **p >= '0' && **p <= '9'; (*p)++, n++)
		if (n < 3)
			*ms = *ms * 10 + (**p - '0');
	if (n == 0)
		return -1;
	for (; n < 3; n++)
		*ms *= 10;
	return 0;
}

static int take_offset(const char **p, int *minutes)
{
	int sign, h, m;

	*minutes = 0;
	if (**p == 'Z' || **p == 'z') {
		(*p)++;
		return 0;
	}
	sign = **p == '-' ? -1 : 1;
	if (take_char(p, "+-") || (h = take_digits(p, 2)) < 0 || take_char(p, ":") ||
	    (m = take_digits(p, 2)) < 0 || h > 23 || m > 59)
		return -1;
	*minutes = sign * (h * 60 + m);
	return 0;
}

static int take_time(const char *p, struct civil *c, int *offset)
{
	if ((c->year = take_digits(&p, 4)) < 0 || take_char(&p, "-") ||
	    (c->month = take_digits(&p, 2)) < 0 || take_char(&p, "-") ||
	    (c->day = take_digits(&p, 2)) < 0 || take_char(&p, "Tt") ||
	    (c->hour = take_digits(&p, 2)) < 0 || take_char(&p, ":") ||
	    (c->minute = take_digits(&p, 2)) < 0 || take_char(&p, ":") ||
	    (c->second = take_digits(&p, 2)) < 0 || take_fraction(&p, &c->ms) ||
	    take_offset(&p, offset) || *p)
		return -1;
	return 0;
}

static int civil_in_range(const struct civil *c)
{
	/* 1969 and 10000 UTC may still be written with an offset: judged later */
	return c->year >= 1969 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= days_in(c->year, c->month) && c->hour <= 23 && c->minute <= 59 &&
	       c->second <= 60;
}

int time_parse(const char *text, int64_t *ms, struct err *err)
{
	struct civil c;
	int offset, leap;
	int64_t minutes, at;

	if (!text || take_time(text, &c, &offset) || !civil_in_range(&c))
		return err_set(err, FAIL_INVALID,
		               "not a time; wanted RFC 3339, such as 2026-11-22T18:44:38Z");
	minutes = civil_days(c.year, c.month, c.day) * 1440 + c.hour * 60 + c.minute - offset;
	leap = c.second == 60;
	if (leap && (minutes % 1440 + 1440) % 1440 != 1439)
		return err_set(err, FAIL_INVALID, "not a time; second 60 exists at 23:59 UTC only");
	at = leap ? minutes * 60000 + 59999 : minutes * 60000 + c.second * 1000 + c.ms;
	if (at < 0 || at > TIME_END_MS)
		return err_set(err, FAIL_INVALID, "time outside the years 1970 to 9999");
	*ms = at;
	return 0;
}

/* Largest first: parts of a duration come in this order, each at most once. */
static const struct {
	const char *name;
	int64_t ms;
} units[] = {
    {"d", DAY_MS}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1},
};

/* The unit at *p, not before ${from}, or -1.  Nothing at all means seconds. */
static int take_unit(const char **p, int from, int alone)
{
	size_t n = strspn(*p, "abcdefghijklmnopqrstuvwxyz");
	int i;

	if (n == 0)
		return alone && !**p ? 3 : -1;
	for (i = from; i < (int)NITEMS(units); i++)
		if (strlen(units[i].name) == n && !memcmp(units[i].name, *p, n)) {
			*p += n;
			return i;
		}
	return -1;
}

static int duration_sum(const char *p, int64_t *sum)
{
	int unit = -1;

	*sum = 0;
	do {
		int64_t v = 0;
		const char *digits = p;

		for (; *p >= '0' && *p <= '9'; p++) {
			v = v * 10 + (*p - '0');
			if (v > DURATION_MAX_MS)
				return -1;
		}
		if (p == digits)
			return -1;
		unit = take_unit(&p, unit + 1, unit < 0);
		if (unit < 0 || v > (DURATION_MAX_MS - *sum) / units[unit].ms)
			return -1;
		*sum += v * units[unit].ms;
	} while (*p);
	return 0;
}

int duration_parse(const char *text, int64_t *ms, struct err *err)
{
	int64_t sum;

	if (!text || duration_sum(text, &sum))
		return err_set(err, FAIL_INVALID,
		               "not a duration; wanted 90s, 15m, 1h30m or 2d, at most 10 years");
	*ms = sum;
	return 0;
}

char *duration_format(int64_t ms, char *out)
{
	uint64_t left = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
	const char *sign = ms < 0 ? "-" : "";
	size_t i = 0;
	uint64_t big, small;

	if (left < 1000) {
		snprintf(out, DURATION_TEXT_MAX, "%s%u%s", sign, (unsigned)left,
		         left ? "ms" : "s");
		return out;
	}
	while (left < (uint64_t)units[i].ms)
		i++;
	big = left / (uint64_t)units[i].ms;
	/* two neighbouring units say enough; milliseconds beside seconds do not matter */
	small = i < 3 ? left % (uint64_t)units[i].ms / (uint64_t)units[i + 1].ms : 0;
	if (small)
		snprintf(out, DURATION_TEXT_MAX, "%s%llu%s%u%s", sign, (unsigned long long)big,
		         units[i].name, (unsigned)small, units[i + 1].name);
	else
		snprintf(out, DURATION_TEXT_MAX, "%s%llu%s", sign, (unsigned long long)big,
		         units[i].name);
	return out;
}
