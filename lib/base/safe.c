/* base/safe.c -- make foreign text fit for a terminal or a log line. */
#include "base/safe.h"

#include <string.h>

#include "base/buf.h"
#include "base/unicode_tables.h"

enum { MARKS_MAX = 4 };

static int in_ranges(unsigned cp, const struct unicode_range *r, size_t n)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (cp > r[mid].last)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && cp >= r[lo].first;
}

static int is_denied(unsigned cp)
{
	if (cp < 0x7f)
		return cp < 0x20;
	return in_ranges(cp, unicode_denied, unicode_ndenied);
}

static int is_combining(unsigned cp)
{
	return cp >= 0x300 && in_ranges(cp, unicode_combining, unicode_ncombining);
}

static int is_cont(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

int utf8_next(const char *s, size_t n, unsigned *cp)
{
	const unsigned char *p = (const unsigned char *)s;

	if (n >= 1 && p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (n >= 2 && p[0] >= 0xc2 && p[0] <= 0xdf && is_cont(p[1])) {
		*cp = (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
		return 2;
	}
	if (n >= 3 && (p[0] & 0xf0) == 0xe0 && is_cont(p[1]) && is_cont(p[2])) {
		*cp = (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
		return *cp >= 0x800 && (*cp < 0xd800 || *cp > 0xdfff) ? 3 : 0;
	}
	if (n >= 4 && (p[0] & 0xf8) == 0xf0 && is_cont(p[1]) && is_cont(p[2]) && is_cont(p[3])) {
		*cp = (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
		      (p[3] & 0x3fu);
		return *cp >= 0x10000 && *cp <= 0x10ffff ? 4 : 0;
	}
	return 0;
}

int utf8_valid(const char *s, size_t n)
{
	while (n > 0) {
		unsigned cp;
		int len = utf8_next(s, n, &cp);

		if (!len)
			return 0;
		s += len;
		n -= (size_t)len;
	}
	return 1;
}

size_t utf8_count(const char *s)
{
	size_t count = 0;

	for (; *s; s++)
		count += !is_cont((unsigned char)*s);
	return count;
}

/* Printable ASCII at ${s}: the usual text goes through in one piece. */
static size_t ascii_run(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f)
		i++;
	return i;
}

void safe_add(struct buf *out, const char *s, size_t n, enum safe_flags flags)
{
	int marks = MARKS_MAX; /* no base yet: a mark would sit on the text before ours */

	while (n > 0) {
		size_t run = ascii_run(s, n);
		unsigned cp = 0;
		int len;

		if (run) {
			buf_add(out, s, run);
			s += run;
			n -= run;
			marks = 0;
			continue;
		}
		len = utf8_next(s, n, &cp);
		if ((cp == '\n' || cp == '\t') && len && flags == SAFE_TEXT) {
			buf_addc(out, *s);
			marks = MARKS_MAX;
		} else if (!len) {
			buf_addf(out, "<0x%02X>", (unsigned)(unsigned char)*s);
			marks = MARKS_MAX;
			len = 1;
		} else if (is_denied(cp) || (is_combining(cp) && marks >= MARKS_MAX)) {
			buf_addf(out, "<U+%04X>", cp);
			marks = MARKS_MAX;
		} else {
			buf_add(out, s, (size_t)len);
			marks = is_combining(cp) ? marks + 1 : 0;
		}
		s += len;
		n -= (size_t)len;
	}
}

void safe_adds(struct buf *out, const char *s, enum safe_flags flags)
{
	safe_add(out, s, strlen(s), flags);
}

static int cp_width(unsigned cp)
{
	if (cp < 0x300)
		return 1;
	if (is_combining(cp))
		return 0;
	return in_ranges(cp, unicode_wide, unicode_nwide) ? 2 : 1;
}

/* Bytes of ${s} that fit into ${cols} columns; *used is what they take. */
static size_t fit(const char *s, int cols, int *used)
{
	size_t n = strlen(s), at = 0;

	*used = 0;
	while (at < n) {
		unsigned cp = 0;
		int len = utf8_next(s + at, n - at, &cp);
		int width = len ? cp_width(cp) : 1;

		if (width > cols - *used)
			break;
		*used += width;
		at += len ? (size_t)len : 1;
	}
	return at;
}

int safe_width(const char *s)
{
	int used;

	fit(s, 1 << 30, &used);
	return used;
}

void safe_add_cols(struct buf *out, const char *s, int cols)
{
	int used;
	size_t n;

	if (cols <= 0)
		return;
	n = fit(s, cols, &used);
	if (s[n]) {
		n = fit(s, cols - 1, &used);
		buf_add(out, s, n);
		buf_adds(out, "…");
		used++;
	} else {
		buf_add(out, s, n);
	}
	while (used++ < cols)
		buf_addc(out, ' ');
}
