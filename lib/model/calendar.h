/*
 * model/calendar.h -- weekly hours in a time zone: open at an instant, and when next.  Pure.
 *
 * Purpose    Hours of workers, and of the layers of a schedule.
 * Format     {"zone":"Europe/Berlin",
 *             "weekly":{"mon":["09:00-12:30","13:30-17:00"], … "fri":["22:00-06:00"]},
 *             "except":["2026-12-25"]}
 *            A window begins on its day; one that ends at or before its beginning ends on the
 *            next day, "24:00" is the end of the day.  A day in "except" has no windows, also none that
 *            would run into the next one.  A window begins and ends at wall clock times, so it
 *            is an hour shorter or longer on a day on which the clock is changed; model/zone.h
 *            says what a time means that does not exist or exists twice.
 * Limits     16 windows a day, 366 exceptions.  What is not open within 400 days never is.
 * Units      Instants in milliseconds since the epoch, ends exclusive.
 * Ownership  struct hours owns what it points to; hours_release.
 */
#ifndef MODEL_CALENDAR_H
#define MODEL_CALENDAR_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct zone;

enum { HOURS_WINDOWS_MAX = 16, HOURS_EXCEPT_MAX = 366, HOURS_LOOK_DAYS = 400 };

struct window {
	int16_t from, to; /* minutes from midnight; to may lie on the next day */
};

struct hours {
	const char *zone;       /* borrowed from the document; NULL: somebody else says */
	struct {
		struct window *w;   /* owned */
		size_t n;
	} day[7];               /* from Monday */
	int64_t *except;        /* owned; day numbers, ascending */
	size_t n_except;
};

/* Read the object at ${pointer} of ${doc}.  ${with_zone}: "zone" is required there, else it is
 * unknown.  FAIL_INVALID with the member's pointer; ${out} is then empty. */
int hours_from_json(const json_t *doc, const char *pointer, int with_zone, struct hours *out,
                    struct err *err);
void hours_release(struct hours *h);

int hours_open(const struct hours *h, const struct zone *z, int64_t at_ms);
/* ${at_ms} itself while open; INT64_MAX: never. */
int64_t hours_next_open(const struct hours *h, const struct zone *z, int64_t at_ms);
/* The first instant after ${at_ms} at which open becomes closed or closed open; INT64_MAX: never. */
int64_t hours_next_change(const struct hours *h, const struct zone *z, int64_t at_ms);

#endif
