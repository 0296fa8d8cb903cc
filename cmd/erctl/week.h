/*
 * erctl/week.h -- a schedule as a week for people: a row per day, in the zone of the schedule.
 *
 * Format     At most 80 columns; names pass base/safe.h.  Each shift that touches the day as
 *            "HH:MM name", in order; "…" before one that began earlier, "nobody" for a gap,
 *            "*" behind an override; days on which the clock is changed say so.
 */
#ifndef ERCTL_WEEK_H
#define ERCTL_WEEK_H

#include <stdint.h>

struct out;
struct schedule;
struct zone;

/* The seven days from Monday of the week of ${at_ms}. */
void week_print(struct out *o, const struct schedule *s, const struct zone *z, int64_t at_ms);

#endif
