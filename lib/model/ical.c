#include "model/ical.h"

#include "base/buf.h"
#include "base/safe.h"
#include "base/timefmt.h"

enum { FOLD_OCTETS = 75 };

/* \ ; , and line ends of a TEXT value; other control characters are not allowed there. */
static void escape(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == ';' || *text == ',')
			buf_addc(out, '\\');
		if (*text == '\n')
			buf_adds(out, "\\n");
		else if ((unsigned char)*text >= ' ' && *text != 0x7f)
			buf_addc(out, *text);
	}
}

/* Bytes of the character at ${p}: what is no UTF-8 counts as one. */
static size_t character(const char *p, size_t n)
{
	unsigned cp;
	int len = utf8_next(p, n, &cp);

	return len > 0 ? (size_t)len : 1;
}

static void fold(struct buf *out, const char *line, size_t n)
{
	size_t used = 0;

	for (size_t at = 0, len; at < n; at += len) {
		len = character(line + at, n - at);
		if (used + len > FOLD_OCTETS) {
			buf_adds(out, "\r\n ");
			used = 1;
		}
		buf_add(out, line + at, len);
		used += len;
	}
	buf_adds(out, "\r\n");
}

/* One content line: NAME:VALUE, escaped and folded. */
static void ical_line(struct buf *out, const char *name, const char *value)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "%s:", name);
	escape(&line, value);
	fold(out, buf_str(&line), line.len);
	buf_release(&line);
}

static void write_shift(struct buf *out, const struct schedule *s, const struct shift *shift,
			const char *host, const char *stamp)
{
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
	struct buf text = BUF_INIT;

	time_format_compact(shift->from_ms, from);
	ical_line(out, "BEGIN", "VEVENT");
	buf_addf(&text, "%s-%s-%s@%s", s->name, from, shift->worker, host);
	ical_line(out, "UID", buf_str(&text));
	ical_line(out, "DTSTAMP", stamp);
	ical_line(out, "DTSTART", from);
	ical_line(out, "DTEND", time_format_compact(shift->to_ms, to));
	buf_clear(&text);
	buf_addf(&text, "%s: %s%s", s->title ? s->title : s->name, shift->worker,
		 shift->layer == SCHEDULE_OVERRIDE ? " (override)" : "");
	ical_line(out, "SUMMARY", buf_str(&text));
	ical_line(out, "TRANSP", "TRANSPARENT");
	ical_line(out, "END", "VEVENT");
	buf_release(&text);
}

void ical_write(struct buf *out, const struct schedule *s, const struct shift *shifts, size_t n,
		const char *host, int64_t stamp_ms)
{
	char stamp[TIME_TEXT_MAX];

	time_format_compact(stamp_ms, stamp);
	ical_line(out, "BEGIN", "VCALENDAR");
	ical_line(out, "VERSION", "2.0");
	ical_line(out, "PRODID", "-//er//schedules//EN");
	ical_line(out, "CALSCALE", "GREGORIAN");
	ical_line(out, "X-WR-CALNAME", s->title ? s->title : s->name);
	for (size_t i = 0; i < n; i++)
		write_shift(out, s, &shifts[i], host, stamp);
	ical_line(out, "END", "VCALENDAR");
}
