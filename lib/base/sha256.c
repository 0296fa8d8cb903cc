/* base/sha256.c -- what does not depend on who computes the digest: see sha256_md.c. */
#include "base/sha256.h"

#include <string.h>

void sha256_of(struct sha256 *out, const void *p, size_t n)
{
	sha256_of2(out, p, n, "", 0);
}

char *sha256_hex(const struct sha256 *h, char out[SHA256_HEX])
{
	static const char digits[] = "0123456789abcdef";
	int i;

	for (i = 0; i < SHA256_BYTES; i++) {
		out[2 * i] = digits[h->b[i] >> 4];
		out[2 * i + 1] = digits[h->b[i] & 15];
	}
	out[SHA256_HEX - 1] = '\0';
	return out;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int sha256_parse(const char *hex, struct sha256 *out)
{
	struct sha256 h;
	int i;

	if (!hex || strnlen(hex, SHA256_HEX) != SHA256_HEX - 1)
		return -1;
	for (i = 0; i < SHA256_BYTES; i++) {
		int hi = hex_value(hex[2 * i]), lo = hex_value(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		h.b[i] = (uint8_t)(hi << 4 | lo);
	}
	*out = h;
	return 0;
}
