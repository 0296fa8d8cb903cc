/* The POSIX TZ string that ends a TZif file: what holds after the last change it lists. */
#include <string.h>

#include "model/civil.h"
#include "model/zone.h"

enum { HOURS_MAX = 167, YEAR_MAX = 9998 };

struct scan {
	const char *p;
	int bad;
};

static int is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "CET" or "<+0530>": at least three characters. */
static void skip_name(struct scan *s)
{
	const char *from = s->p;

	if (*s->p == '<') {
		while (*s->p && *s->p != '>')
			s->p++;
		s->bad |= s->p - from < 4 || *s->p != '>';
		s->p += *s->p == '>';
		return;
	}
	while (is_letter(*s->p))
		s->p++;
	s->bad |= s->p - from < 3;
}

static int number(struct scan *s, int lo, int hi)
{
	int v = 0, n = 0;

	for (; *s->p >= '0' && *s->p <= '9' && n < 4; n++)
		v = v * 10 + *s->p++ - '0';
	s->bad |= n == 0 || v < lo || v > hi;
	return v;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static int hms(struct scan *s)
{
	int sign = *s->p == '-' ? -1 : 1, v;

	s->p += *s->p == '-' || *s->p == '+';
	v = number(s, 0, HOURS_MAX) * 3600;
	if (*s->p == ':') {
		s->p++;
		v += number(s, 0, 59) * 60;
	}
	if (*s->p == ':') {
		s->p++;
		v += number(s, 0, 59);
	}
	return sign * v;
}

static int expect(struct scan *s, char c)
{
	if (*s->p == c) {
		s->p++;
		return 1;
	}
	s->bad = 1;
	return 0;
}

static struct zone_when when(struct scan *s)
{
	struct zone_when w = {.kind = 'N', .seconds = 2 * 3600};

	if (*s->p == 'M') {
		w.kind = *s->p++;
		w.month = number(s, 1, 12);
		expect(s, '.');
		w.week = number(s, 1, 5);
		expect(s, '.');
		w.day = number(s, 0, 6);
	} else if (*s->p == 'J') {
		w.kind = *s->p++;
		w.day = number(s, 1, 365);
	} else {
		w.day = number(s, 0, 365);
	}
	if (*s->p == '/') {
		s->p++;
		w.seconds = hms(s);
	}
	return w;
}

int zone_rule_parse(const char *text, struct zone_rule *out)
{
	struct scan s = {.p = text};

	memset(out, 0, sizeof(*out));
	skip_name(&s);
	out->std = -hms(&s);
	if (*s.p && !s.bad) {
		out->has_dst = 1;
		skip_name(&s);
		out->dst = *s.p && *s.p != ',' ? -hms(&s) : out->std + 3600;
		expect(&s, ',');
		out->start = when(&s);
		expect(&s, ',');
		out->end = when(&s);
	}
	return !s.bad && *s.p == '\0' && out->std > -ZONE_OFFSET_MAX &&
	       out->std < ZONE_OFFSET_MAX && out->dst > -ZONE_OFFSET_MAX &&
	       out->dst < ZONE_OFFSET_MAX;
}

/* The local second at which ${w} falls in ${year}. */
static int64_t local_of(const struct zone_when *w, int year)
{
	int64_t day;

	if (w->kind == 'M') {
		int64_t first = civil_day(year, w->month, 1);
		int weekday = (civil_weekday(first) + 1) % 7; /* POSIX: Sunday is 0 */
		int at = (w->day - weekday + 7) % 7 + 7 * (w->week - 1);
		while (at >= civil_month_days(year, w->month))
			at -= 7;
		day = first + at;
	} else if (w->kind == 'J') {
		int leap = civil_month_days(year, 2) == 29;
		day = civil_day(year, 1, 1) + w->day - 1 + (leap && w->day >= 60);
	} else {
		day = civil_day(year, 1, 1) + w->day;
	}
	return day * DAY_S + w->seconds;
}

static int year_of(int64_t utc)
{
	struct date d = civil_date(floor_div(utc, DAY_S));

	return d.year < 2 ? 2 : d.year > YEAR_MAX ? YEAR_MAX : d.year;
}

/* The changes of the years around ${utc}: the last one not after it, and the first one after. */
struct around {
	int64_t before, after;
	int32_t offset; /* since before */
};

static void consider(struct around *a, int64_t utc, int64_t at, int32_t offset)
{
	if (at <= utc && at > a->before) {
		a->before = at;
		a->offset = offset;
	} else if (at > utc && at < a->after) {
		a->after = at;
	}
}

static struct around look(const struct zone_rule *r, int64_t utc)
{
	struct around a = {INT64_MIN, INT64_MAX, r->std};
	int year = year_of(utc);

	for (int y = year - 1; r->has_dst && y <= year + 1; y++) {
		consider(&a, utc, local_of(&r->start, y) - r->std, r->dst);
		consider(&a, utc, local_of(&r->end, y) - r->dst, r->std);
	}
	return a;
}

int32_t zone_rule_offset(const struct zone_rule *r, int64_t utc)
{
	return look(r, utc).offset;
}

int64_t zone_rule_next(const struct zone_rule *r, int64_t utc)
{
	struct around a = look(r, utc);
	/* "all year" rules end where they start again: no change there */
	for (int i = 0; i < 4 && a.after != INT64_MAX; i++) {
		struct around b = look(r, a.after);
		if (b.offset != a.offset)
			return a.after;
		a = b;
	}
	return INT64_MAX;
}
