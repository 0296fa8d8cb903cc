#include "model/civil.h"

#include <stdio.h>
#include <string.h>

/* Days of 400 years, of the 365-day years before year ${y}, and so on. */
enum { DAYS_400 = 146097, EPOCH_DAY = 719162 /* 0001-01-01 to 1970-01-01 */ };

static const int before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t year_start(int64_t year)
{
	int64_t y = year - 1;

	return y * 365 + floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400) - EPOCH_DAY;
}

int civil_month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && leap(year));
}

int64_t civil_day(int year, int month, int day)
{
	return year_start(year) + before_month[month - 1] + (month > 2 && leap(year)) + day - 1;
}

struct date civil_date(int64_t day)
{
	struct date d = {.month = 1};
	int64_t year = floor_div((day + EPOCH_DAY) * 400, DAYS_400) + 1;

	while (year_start(year) > day)
		year--;
	while (year_start(year + 1) <= day)
		year++;
	d.year = (int)year;
	day -= year_start(year);
	while (day >= civil_month_days(d.year, d.month))
		day -= civil_month_days(d.year, d.month++);
	d.day = (int)day + 1;
	return d;
}

int civil_weekday(int64_t day)
{
	return (int)(day + 3 - 7 * floor_div(day + 3, 7));
}

/* ${n} digits at ${s}, or -1. */
static int digits(const char *s, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + s[i] - '0';
	}
	return v;
}

int civil_parse(const char *text, int64_t *day)
{
	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return 0;
	int y = digits(text, 4), m = digits(text + 5, 2), d = digits(text + 8, 2);
	if (y < 1 || m < 1 || m > 12 || d < 1 || d > civil_month_days(y, m))
		return 0;
	*day = civil_day(y, m, d);
	return 1;
}

char *civil_format(int64_t day, char out[DATE_TEXT_MAX])
{
	struct date d = civil_date(day);

	snprintf(out, DATE_TEXT_MAX, "%04u-%02u-%02u", (unsigned)d.year % 10000u,
		 (unsigned)d.month % 100u, (unsigned)d.day % 100u);
	return out;
}

int civil_parse_minutes(const char *text, int *minutes)
{
	if (strlen(text) != 5 || text[2] != ':')
		return 0;
	int h = digits(text, 2), m = digits(text + 3, 2);
	if (h < 0 || m < 0 || m > 59 || h * 60 + m > 24 * 60)
		return 0;
	*minutes = h * 60 + m;
	return 1;
}
