/*
 * model/civil.h -- days and dates of the proleptic Gregorian calendar.  Pure.
 *
 * Units      A day number counts from 1970-01-01, a Thursday.  Weekdays count from Monday, 0.
 * Limits     Years 1 to 9999; texts are "YYYY-MM-DD".
 */
#ifndef MODEL_CIVIL_H
#define MODEL_CIVIL_H

#include <stdint.h>

enum { DAY_S = 86400, DATE_TEXT_MAX = 11 };

struct date {
	int year, month, day; /* month and day from 1 */
};

int64_t civil_day(int year, int month, int day);
struct date civil_date(int64_t day);
int civil_weekday(int64_t day); /* 0 Monday .. 6 Sunday */
int civil_month_days(int year, int month);

/* "2026-03-29" to a day number: 1, or 0 when it is no date. */
int civil_parse(const char *text, int64_t *day);
char *civil_format(int64_t day, char out[DATE_TEXT_MAX]);
/* "09:00", "24:00" to minutes from midnight: 1, or 0 when it is no time of day. */
int civil_parse_minutes(const char *text, int *minutes);

/* Quotient and remainder that round towards minus infinity; ${b} > 0. */
int64_t floor_div(int64_t a, int64_t b);

#endif
