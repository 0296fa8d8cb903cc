/* base/ids.c -- identifiers. */
#include "base/ids.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/sha256.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The low ${n} bytes of ${v}, most significant first. */
static void put_be(uint8_t *to, uint64_t v, int n)
{
	while (n-- > 0) {
		to[n] = (uint8_t)v;
		v >>= 8;
	}
}

void id_from_ulid(struct id *id, int64_t ms, const uint8_t random[10])
{
	put_be(id->b, ms < 0 ? 0 : (uint64_t)ms, 6);
	memcpy(id->b + 6, random, 10);
}

void id_from_seq(struct id *id, int64_t ms, uint64_t tag, uint64_t seq)
{
	put_be(id->b, ms < 0 ? 0 : (uint64_t)ms, 6);
	put_be(id->b + 6, tag, 5);
	put_be(id->b + 11, seq, 5);
}

void id_from_key(struct id *id, const char *org, const char *key)
{
	struct buf head = BUF_INIT;
	struct sha256 h;

	buf_adds(&head, org);
	buf_addc(&head, '\n');
	sha256_of2(&h, head.data, head.len, key, strlen(key));
	memcpy(id->b, h.b, ID_BYTES);
	buf_release(&head);
}

char *id_format(const struct id *id, const char *prefix, char *out)
{
	size_t n = strlen(prefix);
	unsigned bits = 0, have = 2; /* 130 bits in 26 digits: two zero bits in front */
	int i, at = 0;

	assert(n + ID_DIGITS < ID_TEXT_MAX);
	memcpy(out, prefix, n);
	out += n;
	for (i = 0; i < ID_BYTES; i++) {
		bits = bits << 8 | id->b[i];
		have += 8;
		while (have >= 5) {
			have -= 5;
			out[at++] = alphabet[bits >> have & 31];
		}
	}
	out[at] = '\0';
	return out - n;
}

static int digit_value(char c)
{
	const char *p = c ? strchr(alphabet, c) : NULL;

	return p ? (int)(p - alphabet) : -1;
}

int id_parse(const char *text, const char *prefix, struct id *id)
{
	size_t n = strlen(prefix);
	unsigned bits = 0, have = 0;
	int i, at = 0;
	struct id out;

	if (!text || strncmp(text, prefix, n) || strnlen(text + n, ID_DIGITS + 1) != ID_DIGITS)
		return -1;
	text += n;
	if (digit_value(text[0]) > 7)
		return -1;
	for (i = 0; i < ID_DIGITS; i++) {
		int v = digit_value(text[i]);

		if (v < 0)
			return -1;
		bits = bits << 5 | (unsigned)v;
		have += i ? 5 : 3;
		if (have >= 8) {
			have -= 8;
			out.b[at++] = (uint8_t)(bits >> have);
		}
	}
	*id = out;
	return 0;
}

int id_cmp(const struct id *a, const struct id *b)
{
	return memcmp(a->b, b->b, ID_BYTES);
}

int name_valid(const char *name)
{
	const char *p;
	int first = 1; /* the next byte starts a segment */

	if (!name || *name == '_' || *name == '-')
		return 0;
	for (p = name; *p; p++) {
		int plain = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_' ||
		            *p == '-';

		if (p - name >= 64 || (!plain && (*p != '.' || first)))
			return 0;
		first = *p == '.';
	}
	return !first;
}
