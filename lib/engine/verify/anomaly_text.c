/*
 * SimHash (Charikar, STOC 2002; Manku, Jain, Das Sarma, WWW 2007): two texts differ in as many of its
 * bits as their sets of shingles differ in angle.
 *
 * The 64 sums are kept crosswise, plane i holding bit i of each of them.  Eight shingles are first
 * added up among themselves, so that one costs about ten operations and not 64.
 */
#include "engine/verify/anomaly_p.h"

enum { PLANES = 12, TEXT_MAX = 2048, SHINGLE = 6, TOGETHER = 8 };

struct sums {
	uint64_t plane[PLANES];
	unsigned n;
};

static void carry_up(struct sums *s, unsigned plane, uint64_t carry)
{
	for (unsigned i = plane; carry && i < PLANES; i++) {
		uint64_t both = s->plane[i] & carry;
		s->plane[i] ^= carry;
		carry = both;
	}
}

/* Three bits of one weight in each place: *${sum} of that weight, and what is returned of the double. */
static uint64_t add_three(uint64_t *sum, uint64_t a, uint64_t b)
{
	uint64_t half = *sum ^ a, carry = (*sum & a) | (half & b);

	*sum = half ^ b;
	return carry;
}

static void add_eight(struct sums *s, const uint64_t v[TOGETHER])
{
	uint64_t *p = s->plane;
	uint64_t a = add_three(&p[0], v[0], v[1]), b = add_three(&p[0], v[2], v[3]);
	uint64_t c = add_three(&p[0], v[4], v[5]), d = add_three(&p[0], v[6], v[7]);
	uint64_t e = add_three(&p[1], a, b), f = add_three(&p[1], c, d);

	carry_up(s, 3, add_three(&p[2], e, f));
	s->n += TOGETHER;
}

/* The bits that more than half have. */
static uint64_t sums_majority(const struct sums *s)
{
	uint64_t more = 0, equal = UINT64_MAX;

	for (unsigned i = PLANES; i-- > 0;) {
		uint64_t half = 0 - (uint64_t)(s->n / 2 >> i & 1);
		more |= equal & s->plane[i] & ~half;
		equal &= ~(s->plane[i] ^ half);
	}
	return more;
}

/* Letters and digits; what lies between them is one blank. */
static size_t fold(const char *s, size_t n, unsigned char out[TEXT_MAX], uint16_t *points)
{
	static const unsigned char of_ascii[128] = "                                "
						   "                0123456789      "
						   " abcdefghijklmnopqrstuvwxyz     "
						   " abcdefghijklmnopqrstuvwxyz     ";
	unsigned char before = ' ';
	size_t len = 0;
	unsigned all = 0;

	n = n < TEXT_MAX ? n : TEXT_MAX;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		c = c < 128 ? of_ascii[c] : c;
		unsigned more = (c != ' ') | (before != ' ');
		out[len] = c;
		len += more;
		all += more & ((c & 0xc0) != 0x80);
		before = c;
	}
	*points = (uint16_t)all;
	return len;
}

uint64_t text_simhash(const char *s, size_t n, uint16_t *len)
{
	struct sums sums = {.n = 0};
	uint64_t window = 0, next[TOGETHER];
	unsigned char text[TEXT_MAX];
	unsigned held = 0;

	n = fold(s, n, text, len);
	for (size_t i = 0; i < n; i++) {
		window = (window << 8 | text[i]) & 0xffffffffffffu;
		if (i < SHINGLE - 1)
			continue;
		next[held++] = hash_mix(window, 0);
		if (held == TOGETHER) {
			add_eight(&sums, next);
			held = 0;
		}
	}
	for (unsigned i = 0; i < held; i++)
		carry_up(&sums, 0, next[i]);
	sums.n += held;
	return sums_majority(&sums);
}
