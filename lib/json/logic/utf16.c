/* json/logic/utf16.c -- counting and cutting text by UTF-16 units. */
#include "json/logic/utf16.h"

#include "base/buf.h"

#define HALF "\xef\xbf\xbd"

/* Bytes and units of the code point that begins with ${c}. */
static size_t bytes_of(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

size_t utf16_length(const char *s, size_t n)
{
	size_t i, units = 0;

	/* no unit for a byte that continues, two for the first of four */
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		units += ((c & 0xc0) != 0x80) + (c >= 0xf0);
	}
	return units;
}

void utf16_cut(struct buf *out, const char *s, size_t n, size_t start, size_t count)
{
	size_t unit = 0, i = 0, size, units, from;

	while (i < n && unit < start) {
		size = bytes_of((unsigned char)s[i]);
		unit += 1 + (size == 4);
		i += size;
	}
	if (unit > start && count > 0)
		buf_adds(out, HALF);
	for (from = i; i < n && unit < start + count; i += size, unit += units) {
		size = bytes_of((unsigned char)s[i]);
		units = 1 + (size == 4);
		if (unit + units > start + count)
			break;
	}
	buf_add(out, s + from, i - from);
	if (i < n && unit < start + count)
		buf_adds(out, HALF);
}
