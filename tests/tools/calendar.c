/*
 * calendar -- answers questions about time zones, schedules and hours, one a line, for
 * tests/tools/calendar.py to compare with another computation.
 *
 *   zone NAME       from tzdata, through the document that would be journalled
 *   schedule JSON   hours JSON
 *   o T  offset at T        u L  local second to UTC     n T  next change of the clock
 *   a T  who is on call     c T  next change of that     p T  open?   e T  next change of that
 *   T and L in seconds; "-" for never and nobody.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "json/js.h"
#include "model/schedule.h"
#include "model/zone.h"
#include "spool/tzif.h"

struct state {
	struct zone zone;
	struct schedule schedule;
	struct hours hours;
	json_t *doc;
};

static void die(const char *what, const struct err *err)
{
	fprintf(stderr, "%s: %s\n", what, err->msg);
	exit(1);
}

static void load_zone(struct state *s, const char *name)
{
	struct err err = ERR_INIT;
	json_t *doc = tzif_load(name, &err);

	zone_release(&s->zone);
	if (!doc || zone_from_json(doc, &s->zone, &err) != 0)
		die(name, &err);
	json_decref(doc);
}

static void load_doc(struct state *s, const char *text, int schedule)
{
	struct err err = ERR_INIT;

	schedule_release(&s->schedule);
	hours_release(&s->hours);
	json_decref(s->doc);
	s->doc = js_parse(text, strlen(text), &js_limits_doc, &err);
	if (!s->doc || (schedule ? schedule_from_json("s", s->doc, &s->schedule, &err)
				 : hours_from_json(s->doc, "", 1, &s->hours, &err)) != 0)
		die(text, &err);
}

static void say(int64_t t, int64_t unit)
{
	if (t == INT64_MAX)
		puts("-");
	else
		printf("%" PRId64 "\n", t / unit);
}

static void answer(const struct state *s, char what, int64_t t)
{
	const char *who;

	switch (what) {
	case 'o':
		say(zone_offset(&s->zone, t), 1);
		break;
	case 'u':
		say(zone_utc(&s->zone, t), 1);
		break;
	case 'n':
		say(zone_next(&s->zone, t), 1);
		break;
	case 'a':
		who = schedule_at(&s->schedule, &s->zone, t * 1000);
		puts(who ? who : "-");
		break;
	case 'c':
		say(schedule_next(&s->schedule, &s->zone, t * 1000), 1000);
		break;
	case 'p':
		say(hours_open(&s->hours, &s->zone, t * 1000), 1);
		break;
	default:
		say(hours_next_change(&s->hours, &s->zone, t * 1000), 1000);
	}
}

int main(void)
{
	static char line[65536];
	static struct state s;

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "zone ", 5) == 0)
			load_zone(&s, line + 5);
		else if (strncmp(line, "schedule ", 9) == 0)
			load_doc(&s, line + 9, 1);
		else if (strncmp(line, "hours ", 6) == 0)
			load_doc(&s, line + 6, 0);
		else
			answer(&s, line[0], strtoll(line + 1, NULL, 10));
	}
	schedule_release(&s.schedule);
	hours_release(&s.hours);
	zone_release(&s.zone);
	json_decref(s.doc);
	return 0;
}
