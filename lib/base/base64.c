/* base/base64.c -- base 64 with padding. */
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, const void *p, size_t n)
{
	const uint8_t *from = p;

	while (n > 0) {
		size_t k = n < 3 ? n : 3;
		uint32_t v = (uint32_t)from[0] << 16;
		char quad[4];

		if (k > 1)
			v |= (uint32_t)from[1] << 8;
		if (k > 2)
			v |= from[2];
		quad[0] = alphabet[v >> 18];
		quad[1] = alphabet[v >> 12 & 63];
		quad[2] = alphabet[v >> 6 & 63];
		quad[3] = alphabet[v & 63];
		memset(quad + k + 1, '=', 3 - k);
		buf_add(out, quad, sizeof(quad));
		from += k;
		n -= k;
	}
}

static int digit_value(char c)
{
	const char *p = c ? strchr(alphabet, c) : NULL;

	return p ? (int)(p - alphabet) : -1;
}

/* Bytes in the group at ${text}, or -1; only the last group may be padded. */
static int take_group(const char *text, int last, uint8_t bytes[3])
{
	int pad = last ? (text[3] == '=') + (text[3] == '=' && text[2] == '=') : 0;
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++) {
		int d = i < 4 - pad ? digit_value(text[i]) : 0;

		if (d < 0)
			return -1;
		v = v << 6 | (uint32_t)d;
	}
	if (v & ((1u << (8 * pad)) - 1))
		return -1;
	bytes[0] = (uint8_t)(v >> 16);
	bytes[1] = (uint8_t)(v >> 8);
	bytes[2] = (uint8_t)v;
	return 3 - pad;
}

int base64_decode(struct buf *out, const char *text, size_t n)
{
	size_t start = out->len, i;

	for (i = 0; i + 4 <= n; i += 4) {
		uint8_t bytes[3];
		int k = take_group(text + i, i + 4 == n, bytes);

		if (k < 0)
			break;
		buf_add(out, bytes, (size_t)k);
	}
	if (i == n)
		return 0;
	out->len = start;
	buf_add(out, "", 0);
	return -1;
}
