/*
 * json/logic/num.h -- numbers as JavaScript has them, but with exact integers.  Pure.
 *
 * Method     A number is a struct val of kind VAL_INT or VAL_REAL.  Two integers give an integer
 *            while it fits, else a double; a real result that is whole and at most 2^53 in size
 *            becomes an integer.  Comparisons are exact between the two kinds.
 * Source     ECMA-262: StringToNumber, parseFloat, Number::toString (shortest digits that read
 *            back as the same double).
 * Limits     Of a text's digits the first 800 that count are used, and one more for the rest:
 *            no double needs more to be rounded right.
 */
#ifndef JSON_LOGIC_NUM_H
#define JSON_LOGIC_NUM_H

#include <stddef.h>

#include "json/logic/val.h"

struct val num_int(int64_t i);
struct val num_real(double d); /* an integer when whole */
double num_double(const struct val *n);

struct val num_add(const struct val *a, const struct val *b);
struct val num_sub(const struct val *a, const struct val *b);
struct val num_mul(const struct val *a, const struct val *b);
struct val num_div(const struct val *a, const struct val *b);
struct val num_mod(const struct val *a, const struct val *b); /* the sign of ${a} */

enum { NUM_UNORDERED = 2 };
int num_cmp(const struct val *a, const struct val *b); /* -1, 0, 1, or one is NaN */

/* Number("0x1f") and parseFloat("12 apples"); NaN when it is none.  UTF-8. */
struct val num_of_text(const char *s, size_t n);
struct val num_of_prefix(const char *s, size_t n);

enum { NUM_TEXT_MAX = 32 };
size_t num_text(const struct val *n, char out[NUM_TEXT_MAX]); /* the length */

#endif
