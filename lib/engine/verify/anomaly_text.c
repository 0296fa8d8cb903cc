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
	uint64_t next[TOGETHER];
	unsigned n, n_next;
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

static void add_eight(struct sums *s)
{
	uint64_t *p = s->plane, *v = s->next;
	uint64_t a = add_three(&p[0], v[0], v[1]), b = add_three(&p[0], v[2], v[3]);
	uint64_t c = add_three(&p[0], v[4], v[5]), d = add_three(&p[0], v[6], v[7]);
	uint64_t e = add_three(&p[1], a, b), f = add_three(&p[1], c, d);

	carry_up(s, 3, add_three(&p[2], e, f));
	s->n_next = 0;
}

static void sums_add(struct sums *s, uint64_t v)
{
	s->n++;
	s->next[s->n_next++] = v;
	if (s->n_next == TOGETHER)
		add_eight(s);
}

/* The bits that more than half have. */
static uint64_t sums_majority(struct sums *s)
{
	uint64_t more = 0, equal = UINT64_MAX;

	for (unsigned i = 0; i < s->n_next; i++)
		carry_up(s, 0, s->next[i]);
	for (unsigned i = PLANES; i-- > 0;) {
		uint64_t half = 0 - (uint64_t)(s->n / 2 >> i & 1);
		more |= equal & s->plane[i] & ~half;
		equal &= ~(s->plane[i] ^ half);
	}
	return more;
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
	struct sums sums = {.n = 0, .n_next = 0};
	uint64_t window = 0;
	unsigned points = 0, held = 0;
	unsigned char before = ' ';

	for (size_t i = 0; i < n && i < TEXT_MAX; i++) {
		unsigned char c = fold((unsigned char)s[i]);
		if ((c == ' ') & (before == ' '))
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
