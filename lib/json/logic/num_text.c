/* json/logic/num_text.c -- numbers from text and as text, by the rules of ECMA-262. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/safe.h"
#include "json/decimal.h"
#include "json/logic/num.h"

#define TWO_53 9007199254740992.0

enum { DIGITS = 800, EXP_FAR = 100000000, PLAIN_DIGITS = 21, PLAIN_ZEROS = 6 };

/* ---- from text ---- */

static int is_blank(unsigned cp)
{
	return (cp >= 0x09 && cp <= 0x0d) || cp == 0x20 || cp == 0xa0 || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
	       cp == 0x205f || cp == 0x3000 || cp == 0xfeff;
}

static const char *skip_blanks(const char *p, const char *end)
{
	unsigned cp;
	int n;

	while (p < end && (n = utf8_next(p, (size_t)(end - p), &cp)) > 0 && is_blank(cp))
		p += n;
	return p;
}

static int is_digit(const char *p, const char *end)
{
	return p < end && *p >= '0' && *p <= '9';
}

/* What was read of a decimal: digits * 10^exp. */
struct digits {
	char s[DIGITS + 24];
	size_t n;
	long long exp;
	int any, more, real;
};

static void push(struct digits *d, char c, int after_point)
{
	d->any = 1;
	if (c == '0' && d->n == 0) {
		d->exp -= after_point;
		return;
	}
	if (d->n < DIGITS) {
		d->s[d->n++] = c;
		d->exp -= after_point;
	} else {
		d->more |= c != '0';
		d->exp += !after_point;
	}
}

static const char *read_exponent(struct digits *d, const char *p, const char *end)
{
	const char *at = p;
	int minus;
	long long e = 0;

	if (at == end || (*at != 'e' && *at != 'E'))
		return p;
	at++;
	minus = at < end && *at == '-';
	at += at < end && (*at == '-' || *at == '+');
	if (!is_digit(at, end))
		return p;
	for (; is_digit(at, end); at++)
		if (e < EXP_FAR)
			e = e * 10 + (*at - '0');
	d->exp += minus ? -e : e;
	d->real = 1;
	return at;
}

/* No decimal point is ever shown to strtod: the locale does not matter. */
static struct val value_of(struct digits *d, int minus)
{
	char *end;
	double v;

	if (d->n == 0)
		return num_int(0);
	if (!d->real && d->n <= 19 && d->exp == 0) {
		uint64_t u = 0;
		size_t i;

		for (i = 0; i < d->n; i++)
			u = u * 10 + (uint64_t)(d->s[i] - '0');
		if (u <= (uint64_t)INT64_MAX)
			return num_int(minus ? -(int64_t)u : (int64_t)u);
	}
	if (d->more) {
		d->s[d->n++] = '1';
		d->exp--;
	}
	snprintf(d->s + d->n, sizeof(d->s) - d->n, "e%lld", d->exp);
	v = strtod(d->s, &end);
	return num_real(minus ? -v : v);
}

/* The longest decimal at ${p}; *stop is behind it, or NULL when there is none. */
static struct val read_decimal(const char *p, const char *end, const char **stop)
{
	struct digits d = {.n = 0};
	int minus = p < end && *p == '-';

	p += p < end && (*p == '-' || *p == '+');
	if (end - p >= 8 && !memcmp(p, "Infinity", 8)) {
		*stop = p + 8;
		return num_real(minus ? -INFINITY : INFINITY);
	}
	for (; is_digit(p, end); p++)
		push(&d, *p, 0);
	if (p < end && *p == '.' && (d.any || is_digit(p + 1, end))) {
		d.real = 1;
		for (p++; is_digit(p, end); p++)
			push(&d, *p, 1);
	}
	*stop = NULL;
	if (!d.any)
		return num_real(NAN);
	*stop = read_exponent(&d, p, end);
	return value_of(&d, minus);
}

static unsigned radix_bits(const char *p, const char *end)
{
	if (end - p < 3 || p[0] != '0')
		return 0;
	switch (p[1] | 0x20) {
	case 'x':
		return 4;
	case 'o':
		return 3;
	case 'b':
		return 1;
	default:
		return 0;
	}
}

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

/* 0x1f, 0o17, 0b1: no sign.  The 62 bits that come first decide, with one that says whether
 * something else than zero follows: rounded once, at the end. */
static struct val read_radix(const char *p, const char *end, unsigned bits)
{
	uint64_t top = 0;
	int more = 0, far = 0;
	const char *first = p + 2;

	for (p = first; p < end && digit_value(*p) < 1u << bits; p++) {
		unsigned digit = digit_value(*p);

		if (top >> (62 - bits)) {
			more |= digit != 0;
			far += far < EXP_FAR ? (int)bits : 0;
		} else {
			top = top << bits | digit;
		}
	}
	if (p == first || skip_blanks(p, end) != end)
		return num_real(NAN);
	return far ? num_real(ldexp((double)(top | (unsigned)more), far)) : num_int((int64_t)top);
}

struct val num_of_text(const char *s, size_t n)
{
	const char *end = s + n, *p = skip_blanks(s, end), *stop;
	unsigned bits = radix_bits(p, end);
	struct val v;

	if (p == end)
		return num_int(0);
	if (bits)
		return read_radix(p, end, bits);
	v = read_decimal(p, end, &stop);
	return stop && skip_blanks(stop, end) == end ? v : num_real(NAN);
}

struct val num_of_prefix(const char *s, size_t n)
{
	const char *stop;

	return read_decimal(skip_blanks(s, s + n), s + n, &stop);
}

/* ---- as text ---- */

/* Do ${digits} * 10^exp read back as ${v}? */
static int reads_back(uint64_t digits, int exp, double v)
{
	char text[48];

	snprintf(text, sizeof(text), "%" PRIu64 "e%d", digits, exp);
	return strtod(text, NULL) == v;
}

/* The shortest digits of ${v} > 0.  At a power of two the doubles below are nearer than those
 * above, and the shortest text may be the next one up from the nearest of its length. */
static void shortest(struct decimal *d, double v)
{
	char text[48];
	const char *p;
	int places;

	for (places = v < DBL_MIN ? 1 : 15; places <= 17; places++) {
		snprintf(text, sizeof(text), "%.*e", places - 1, v);
		d->digits = 0;
		for (p = text; *p && *p != 'e'; p++)
			if (*p >= '0' && *p <= '9')
				d->digits = d->digits * 10 + (uint64_t)(*p - '0');
		d->exp = (int)strtol(p + 1, NULL, 10) - (places - 1);
		if (reads_back(d->digits, d->exp, v))
			break;
		if (places < 17 && reads_back(d->digits + 1, d->exp, v)) {
			d->digits++;
			break;
		}
	}
	for (; d->digits % 10 == 0; d->digits /= 10)
		d->exp++;
}

static size_t exponent_text(char *out, const char *digits, int n, int point)
{
	int e = point - 1;

	return (size_t)snprintf(out, NUM_TEXT_MAX - 1, "%c%s%se%c%d", digits[0], n > 1 ? "." : "",
	                        digits + 1, e < 0 ? '-' : '+', abs(e));
}

/* ${point}: how many digits stand before the decimal point. */
static size_t digits_text(char *out, const struct decimal *d)
{
	static const char zeros[] = "000000000000000000000";
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, d->digits), point = n + d->exp;

	if (point > PLAIN_DIGITS || point <= -PLAIN_ZEROS)
		return exponent_text(out, digits, n, point);
	if (point >= n)
		return (size_t)snprintf(out, NUM_TEXT_MAX - 1, "%s%.*s", digits, point - n, zeros);
	if (point > 0)
		return (size_t)snprintf(out, NUM_TEXT_MAX - 1, "%.*s.%s", point, digits,
		                        digits + point);
	return (size_t)snprintf(out, NUM_TEXT_MAX - 1, "0.%.*s%s", -point, zeros, digits);
}

size_t num_text(const struct val *n, char out[NUM_TEXT_MAX])
{
	struct decimal d;
	size_t sign;
	int half;
	double m;

	if (n->kind == VAL_INT)
		return (size_t)snprintf(out, NUM_TEXT_MAX, "%" PRId64, n->i);
	if (isnan(n->d))
		return (size_t)snprintf(out, NUM_TEXT_MAX, "NaN");
	sign = n->d < 0;
	out[0] = '-';
	m = fabs(n->d);
	if (isinf(m))
		return sign + (size_t)snprintf(out + sign, NUM_TEXT_MAX - sign, "Infinity");
	if (m == 0)
		return (size_t)snprintf(out, NUM_TEXT_MAX, "0");
	if (m >= TWO_53 || frexp(m, &half) == 0.5)
		shortest(&d, m);
	else
		decimal_of_real(&d, m);
	return sign + digits_text(out + sign, &d);
}
