/*
 * model/schedule.h -- who is on call.  Pure.
 *
 * Format     etc/schedules/NAME.json:
 *              {"title":"Support","zone":"Europe/Berlin",
 *               "rotation":"weekly",            hourly, daily, weekly or {"hours":N}, N 1..8784
 *               "start":"2026-01-05",           the day of the first hand-off
 *               "handoff":"09:00",              its time of day; absent: 00:00
 *               "members":["ana","ben"],        workers in turn; a name may come twice
 *               "hours":{"weekly":{…}},         only then is this rotation on duty (model/calendar.h)
 *               "overrides":[{"from":"2026-05-01T07:00:00Z","to":…,"worker":"kim"}]}
 *            or, in the place of rotation … hours, "layers":[{rotation, start, handoff, members,
 *            hours}, …]: the first layer that has somebody on duty counts.  An override
 *            counts before every layer, and a later one before an earlier one.
 * Hand-offs  Every N hours of the wall clock in the zone, from start and handoff on: a daily
 *            rotation hands off at the same time of day the whole year, and the shift of the night in which the
 *            clock is changed is an hour shorter or longer.  A hand-off at a time that does not
 *            exist comes as much later as the gap is long, one at a time that exists twice the
 *            first time (model/zone.h).  On call is whoever has the latest hand-off that is over.
 * Units      Instants in milliseconds since the epoch; ends exclusive.
 * Limits     8 layers, 256 members each, 1000 overrides.
 * Ownership  Texts are borrowed from the document; schedule_release frees the rest.
 */
#ifndef MODEL_SCHEDULE_H
#define MODEL_SCHEDULE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/calendar.h"

struct err;
struct zone;

enum {
	SCHEDULE_LAYERS_MAX = 8,
	SCHEDULE_MEMBERS_MAX = 256,
	SCHEDULE_OVERRIDES_MAX = 1000,
	SCHEDULE_HOURS_MAX = 8784,
	SCHEDULE_OVERRIDE = -1 /* in the place of a layer */
};

struct layer {
	const char **member; /* owned array */
	size_t n;
	int64_t period_s;
	int64_t start_local; /* wall clock seconds of the first hand-off */
	int has_hours;
	struct hours hours;
};

struct override {
	int64_t from_ms, to_ms;
	const char *worker;
};

struct schedule {
	const char *name;
	const char *title;          /* or NULL */
	const char *zone;
	struct layer layer[SCHEDULE_LAYERS_MAX];
	size_t n_layers;
	struct override *overrides; /* owned */
	size_t n_overrides;
	const json_t *doc;
};

/* FAIL_INVALID with the member's pointer.  On error ${out} is empty. */
int schedule_from_json(const char *name, const json_t *doc, struct schedule *out, struct err *err);
void schedule_release(struct schedule *s);

struct shift {
	int64_t from_ms, to_ms;
	const char *worker;
	int layer;           /* or SCHEDULE_OVERRIDE */
	int64_t slot;        /* of the layer, or the override's place */
};

/* Who is on call at an instant, or NULL. */
const char *schedule_at(const struct schedule *s, const struct zone *z, int64_t at_ms);
/* The first instant after ${at_ms} at which somebody else, or nobody, is on call; INT64_MAX: never
 * (within the next 4096 hand-offs). */
int64_t schedule_next(const struct schedule *s, const struct zone *z, int64_t at_ms);
/* The shifts that touch [from, to), whole, in order: at most ${max}; returns how many.  A shift
 * ends where another worker, rotation or turn begins. */
size_t schedule_shifts(const struct schedule *s, const struct zone *z, int64_t from_ms,
                       int64_t to_ms, struct shift *out, size_t max);

#endif
