/*
 * json/decimal.h -- the exact decimal value of a JSON number.  Pure.
 *
 * Purpose    Amounts, multipleOf and the writer need the number that was meant
 *            (0.1), not the double that holds it (0.1000000000000000055).
 * Method     Integers are exact.  An integral real within int64 is that integer;
 *            any other real is the shortest decimal that reads back as the same
 *            double, found by printing 15, 16 and 17 digits (subnormal: from 1).  The C library's
 *            decimal point is not used, so the locale does not matter.
 * Limits     17 digits for reals, 19 for integers and texts.
 */
#ifndef JSON_DECIMAL_H
#define JSON_DECIMAL_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* The value is digits * 10^exp, below zero when negative.  Normal form: no
 * trailing zero in digits; zero has exp 0.  So equal numbers have equal fields,
 * except for the sign of a real -0.0. */
struct decimal {
	uint64_t digits;
	int exp;
	int negative;
};

/* ${v} is finite.  1 when it had to be printed to know (microseconds), 0 when it was quick. */
int decimal_of_real(struct decimal *d, double v);
int decimal_of_json(struct decimal *d, const json_t *number);
/* Plain notation, "-12.50"; 0, or -1 when it is not that or has too many digits. */
int decimal_of_text(struct decimal *d, const char *s, size_t n);

/* 1 when ${v} is an integral multiple of ${m}, which is not zero. */
int decimal_is_multiple(const struct decimal *v, const struct decimal *m);
/* *out = v * scale.  0, or -1 when that is no integer or does not fit. */
int decimal_scaled(const struct decimal *v, int64_t scale, int64_t *out);

enum { DECIMAL_TEXT_MAX = 32 };
/* As a JSON real: "4.8", "2.0", "1.5e-9".  ${out} has DECIMAL_TEXT_MAX bytes; returns
 * the length. */
size_t decimal_format_real(const struct decimal *d, char *out);

/* Order of two JSON numbers, exact also between integers and reals: <0, 0, >0. */
int number_cmp(const json_t *a, const json_t *b);

#endif
