/*
 * SimHash (Charikar, STOC 2002; Manku, Jain, Das Sarma, WWW 2007): two texts differ in as many of its
 * bits as their sets of shingles differ in angle.
 *
 * The 64 sums are kept crosswise, plane i holding bit i of each of them, so that a shingle costs about
 * a dozen operations and not 64.
 */
#include "engine/verify/anomaly_p.h"

enum { PLANES = 12, TEXT_MAX = 2048, SHINGLE = 6 };

struct sums {
	uint64_t plane[PLANES];
	unsigned n;
};

static void sums_add(struct sums *s, uint64_t carry)
{
	for (unsigned i = 0; carry && i < PLANES; i++) {
		uint64_t both = s->plane[i] & carry;
		s->plane[i] ^= carry;
		carry = both;
	}
	s->n++;
}

static uint64_t sums_majority(const struct sums *s)
{
	uint64_t out = 0;

	for (unsigned bit = 0; bit < 64; bit++) {
		unsigned n = 0;
		for (unsigned i = 0; i < PLANES; i++)
			n |= (unsigned)(s->plane[i] >> bit & 1) << i;
		out |= (uint64_t)(2 * n > s->n) << bit;
	}
	return out;
}

/* Letters and digits; what lies between them is one blank. */
static unsigned char fold(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c + ('a' - 'A');
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : ' ';
}

uint64_t text_simhash(const char *s, size_t n, uint16_t *len)
{
	struct sums sums = {.n = 0};
	uint64_t window = 0;
	unsigned points = 0, held = 0;
	unsigned char before = ' ';

	for (size_t i = 0; i < n && i < TEXT_MAX; i++) {
		unsigned char c = fold((unsigned char)s[i]);
		if (c == ' ' && before == ' ')
			continue;
		before = c;
		points += (c & 0xc0) != 0x80;
		window = (window << 8 | c) & 0xffffffffffffu;
		if (++held >= SHINGLE)
			sums_add(&sums, hash_mix(window, 0));
	}
	*len = (uint16_t)points;
	return sums_majority(&sums);
}
