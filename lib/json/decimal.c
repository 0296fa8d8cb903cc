/* json/decimal.c -- the exact decimal value of a JSON number. */
#include "json/decimal.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define TWO_63 9223372036854775808.0

typedef unsigned __int128 u128;

static void normalise(struct decimal *d)
{
	if (!d->digits)
		d->exp = 0;
	while (d->digits && d->digits % 10 == 0) {
		d->digits /= 10;
		d->exp++;
	}
}

static void decimal_of_int(struct decimal *d, int64_t v)
{
	d->negative = v < 0;
	d->digits = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	d->exp = 0;
	normalise(d);
}

/* ${places} significant digits of ${v} >= 0; 1 when they read back as ${v}. */
static int try_digits(struct decimal *d, double v, int places)
{
	char text[48];
	const char *p;

	snprintf(text, sizeof(text), "%.*e", places - 1, v);
	d->digits = 0;
	/* skip over the decimal point, whatever it is in this locale */
	for (p = text; *p && *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			d->digits = d->digits * 10 + (uint64_t)(*p - '0');
	assert(*p == 'e');
	d->exp = (int)strtol(p + 1, NULL, 10) - (places - 1);
	snprintf(text, sizeof(text), "%llue%d", (unsigned long long)d->digits, d->exp);
	return strtod(text, NULL) == v;
}

/* Few decimals, as people write them: 0.50, 4.8.  Digits below 2^53 and powers of
 * ten up to 22 are exact doubles, so their quotient is the double that reading the
 * text gives; and with 15 digits no other text as short gives it. */
static int try_places(struct decimal *d, double v)
{
	static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
	int k;

	for (k = 1; k < (int)NITEMS(powers) && v < 1e9; k++) {
		d->digits = (uint64_t)(v * powers[k] + 0.5);
		d->exp = -k;
		if ((double)d->digits / powers[k] == v)
			return 1;
	}
	return 0;
}

int decimal_of_real(struct decimal *d, double v)
{
	double m = fabs(v);
	int places, printed = 0;

	assert(isfinite(v));
	if (m < TWO_63 && m == (double)(uint64_t)m) {
		d->digits = (uint64_t)m;
		d->exp = 0;
	} else if (!try_places(d, m)) {
		printed = 1;
		/* 15 digits are always kept, except near the end of the range */
		for (places = m < DBL_MIN ? 1 : 15; places < 17; places++)
			if (try_digits(d, m, places))
				break;
		if (places == 17)
			try_digits(d, m, places);
	}
	normalise(d);
	d->negative = signbit(v) != 0;
	return printed;
}

int decimal_of_json(struct decimal *d, const json_t *number)
{
	if (json_is_real(number))
		return decimal_of_real(d, json_real_value(number));
	decimal_of_int(d, json_integer_value(number));
	return 0;
}

/* Append a digit; -1 when it does not fit. */
static int push_digit(struct decimal *d, char c)
{
	unsigned v = (unsigned)(c - '0');

	if (d->digits > (UINT64_MAX - v) / 10)
		return -1;
	d->digits = d->digits * 10 + v;
	return 0;
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int decimal_of_text(struct decimal *d, const char *s, size_t n)
{
	const char *p = s, *end = s + n;

	d->digits = 0;
	d->exp = 0;
	d->negative = p < end && *p == '-';
	p += d->negative;
	if (p == end || !is_digit(*p) || (*p == '0' && p + 1 < end && is_digit(p[1])))
		return -1;
	for (; p < end && is_digit(*p); p++)
		if (push_digit(d, *p))
			return -1;
	if (p < end) {
		if (*p++ != '.' || p == end)
			return -1;
		for (; end > p && end[-1] == '0' && end - 1 > p; end--)
			; /* zeros at the end cost no digits */
		for (; p < end; p++, d->exp--)
			if (!is_digit(*p) || push_digit(d, *p))
				return -1;
	}
	normalise(d);
	return 0;
}

static uint64_t power10_mod(int k, uint64_t m)
{
	u128 result = 1 % m, base = 10 % m;

	for (; k; k >>= 1) {
		if (k & 1)
			result = result * base % m;
		base = base * base % m;
	}
	return (uint64_t)result;
}

int decimal_is_multiple(const struct decimal *v, const struct decimal *m)
{
	int k = v->exp - m->exp;

	assert(m->digits);
	if (!v->digits)
		return 1;
	/* digits without a trailing zero are no multiple of 10, nor of more */
	return k >= 0 &&
	       (u128)(v->digits % m->digits) * power10_mod(k, m->digits) % m->digits == 0;
}

int decimal_scaled(const struct decimal *v, int64_t scale, int64_t *out)
{
	u128 product;
	int k = v->exp;

	assert(scale > 0);
	product = (u128)v->digits * (uint64_t)scale;
	for (; k < 0 && product % 10 == 0 && product; k++)
		product /= 10;
	if (k < 0 && product)
		return -1;
	for (; k > 0 && product && product <= INT64_MAX; k--)
		product *= 10;
	if (product > (u128)INT64_MAX + (v->negative ? 1 : 0))
		return -1;
	*out = v->negative ? (int64_t)(0 - (uint64_t)product) : (int64_t)product;
	return 0;
}

/* Where the plain notation ends and the exponent begins, as JavaScript has it. */
enum { PLAIN_MIN = -6, PLAIN_MAX = 21 };

size_t decimal_format_real(const struct decimal *d, char *out)
{
	static const char zeros[] = "0000000000000000000000";
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)d->digits);
	int point = n + d->exp; /* digits before the decimal point */
	const char *sign = d->negative ? "-" : "";
	int len;

	if (point > PLAIN_MAX || point <= PLAIN_MIN)
		len = snprintf(out, DECIMAL_TEXT_MAX, "%s%c%s%se%d", sign, digits[0],
		               n > 1 ? "." : "", digits + 1, point - 1);
	else if (point <= 0)
		len = snprintf(out, DECIMAL_TEXT_MAX, "%s0.%.*s%s", sign, -point, zeros, digits);
	else if (point < n)
		len = snprintf(out, DECIMAL_TEXT_MAX, "%s%.*s.%s", sign, point, digits,
		               digits + point);
	else
		len = snprintf(out, DECIMAL_TEXT_MAX, "%s%s%.*s.0", sign, digits, d->exp,
		               zeros);
	assert(len > 0 && len < DECIMAL_TEXT_MAX);
	return (size_t)len;
}

static int int_real_cmp(int64_t i, double d)
{
	int64_t whole;

	if (d >= TWO_63)
		return -1;
	if (d < -TWO_63)
		return 1;
	whole = (int64_t)d;
	if (i != whole)
		return i < whole ? -1 : 1;
	return ((double)whole > d) - ((double)whole < d);
}

int number_cmp(const json_t *a, const json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b)) {
		json_int_t x = json_integer_value(a), y = json_integer_value(b);

		return (x > y) - (x < y);
	}
	if (json_is_integer(a))
		return int_real_cmp(json_integer_value(a), json_real_value(b));
	if (json_is_integer(b))
		return -int_real_cmp(json_integer_value(b), json_real_value(a));
	return (json_real_value(a) > json_real_value(b)) -
	       (json_real_value(a) < json_real_value(b));
}
