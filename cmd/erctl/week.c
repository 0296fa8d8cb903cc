#include "week.h"

#include "base/buf.h"
#include "base/safe.h"
#include "model/civil.h"
#include "model/schedule.h"
#include "model/zone.h"
#include "out.h"

enum { COLS = 79, INDENT = 12, PER_DAY = 64, TITLE_COLS = 30 };

/* Words after one another, folded below the first. */
struct line {
	struct buf text;
	int col;
};

static void add(struct line *l, const char *word)
{
	int width = safe_width(word);

	if (l->col > INDENT && l->col + 2 + width > COLS) {
		buf_addf(&l->text, "\n%*s", INDENT, "");
		l->col = INDENT;
	} else if (l->col > INDENT) {
		buf_adds(&l->text, "  ");
		l->col += 2;
	}
	buf_adds(&l->text, word);
	l->col += width;
}

static void clock_text(const struct zone *z, int64_t at_ms, char out[8])
{
	int64_t minutes = floor_div(zone_local(z, floor_div(at_ms, 1000)), 60);

	minutes -= floor_div(minutes, 1440) * 1440;
	snprintf(out, 8, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}

static void add_span(struct line *l, const struct zone *z, int64_t from_ms, int64_t day_ms,
		     const char *name, int override)
{
	struct buf word = BUF_INIT;
	char at[8];

	clock_text(z, from_ms, at);
	buf_adds(&word, from_ms < day_ms ? "…" : at);
	buf_addc(&word, ' ');
	safe_adds(&word, name, SAFE_LINE);
	if (override)
		buf_addc(&word, '*');
	add(l, buf_str(&word));
	buf_release(&word);
}

static void add_shifts(struct line *l, const struct schedule *s, const struct zone *z, int64_t from,
		       int64_t to)
{
	struct shift shifts[PER_DAY];
	size_t n = schedule_shifts(s, z, from, to, shifts, PER_DAY);
	int64_t at = from;

	for (size_t i = 0; i < n; i++) {
		if (shifts[i].from_ms > at)
			add_span(l, z, at, from, "nobody", 0);
		add_span(l, z, shifts[i].from_ms, from, shifts[i].worker,
			 shifts[i].layer == SCHEDULE_OVERRIDE);
		at = shifts[i].to_ms;
	}
	if (n == PER_DAY)
		add(l, "…");
	else if (at < to)
		add_span(l, z, at, from, "nobody", 0);
}

static void add_change(struct line *l, const struct zone *z, int64_t from, int64_t to)
{
	int64_t at = zone_next(z, from - 1);
	char before[8], after[8], text[48];

	if (at >= to)
		return;
	clock_text(z, at * 1000 - 60000, before);
	clock_text(z, at * 1000, after);
	snprintf(text, sizeof text, "(the clock: behind %s comes %s)", before, after);
	add(l, text);
}

void week_print(struct out *o, const struct schedule *s, const struct zone *z, int64_t at_ms)
{
	static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	int64_t today = floor_div(zone_local(z, floor_div(at_ms, 1000)), DAY_S);
	int64_t monday = today - civil_weekday(today);
	char date[DATE_TEXT_MAX];

	out_line(o, "%s, week of %s, %s",
		 s->title && safe_width(s->title) <= TITLE_COLS ? s->title : s->name,
		 civil_format(monday, date), s->zone);
	for (int d = 0; d < 7; d++) {
		int64_t from = zone_utc(z, (monday + d) * DAY_S),
			to = zone_utc(z, (monday + d + 1) * DAY_S);
		struct line l = {.text = BUF_INIT, .col = INDENT};
		buf_addf(&l.text, "%s %s %c ", names[d], civil_format(monday + d, date) + 5,
			 monday + d == today ? '>' : ' ');
		add_shifts(&l, s, z, from * 1000, to * 1000);
		add_change(&l, z, from, to);
		buf_addc(&l.text, '\n');
		out_plain(o, buf_str(&l.text)); /* its words were made safe one by one */
		buf_release(&l.text);
	}
}
