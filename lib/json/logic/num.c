/* json/logic/num.c -- arithmetic and order of numbers. */
#include "json/logic/num.h"

#include <math.h>

#define TWO_53 9007199254740992.0
#define TWO_63 9223372036854775808.0

struct val num_int(int64_t i)
{
	return (struct val){.kind = VAL_INT, .i = i};
}

struct val num_real(double d)
{
	if (fabs(d) <= TWO_53 && d == (double)(int64_t)d)
		return num_int((int64_t)d);
	return (struct val){.kind = VAL_REAL, .d = d};
}

double num_double(const struct val *n)
{
	return n->kind == VAL_INT ? (double)n->i : n->d;
}

static int are_ints(const struct val *a, const struct val *b)
{
	return a->kind == VAL_INT && b->kind == VAL_INT;
}

struct val num_add(const struct val *a, const struct val *b)
{
	int64_t i;

	if (are_ints(a, b) && !__builtin_add_overflow(a->i, b->i, &i))
		return num_int(i);
	return num_real(num_double(a) + num_double(b));
}

struct val num_sub(const struct val *a, const struct val *b)
{
	int64_t i;

	if (are_ints(a, b) && !__builtin_sub_overflow(a->i, b->i, &i))
		return num_int(i);
	return num_real(num_double(a) - num_double(b));
}

struct val num_mul(const struct val *a, const struct val *b)
{
	int64_t i;

	if (are_ints(a, b) && !__builtin_mul_overflow(a->i, b->i, &i))
		return num_int(i);
	return num_real(num_double(a) * num_double(b));
}

struct val num_div(const struct val *a, const struct val *b)
{
	/* INT64_MIN / -1 does not fit, so -1 goes the other way round */
	if (are_ints(a, b) && b->i > 0 && a->i % b->i == 0)
		return num_int(a->i / b->i);
	if (are_ints(a, b) && b->i < -1 && a->i % b->i == 0)
		return num_int(a->i / b->i);
	if (are_ints(a, b) && b->i == -1)
		return num_sub(&(struct val){.kind = VAL_INT, .i = 0}, a);
	return num_real(num_double(a) / num_double(b));
}

struct val num_mod(const struct val *a, const struct val *b)
{
	if (are_ints(a, b) && b->i != 0)
		return num_int(b->i == -1 ? 0 : a->i % b->i);
	return num_real(fmod(num_double(a), num_double(b)));
}

static int cmp_int_real(int64_t i, double d)
{
	int64_t whole;

	if (isnan(d))
		return NUM_UNORDERED;
	if (d >= TWO_63)
		return -1;
	if (d < -TWO_63)
		return 1;
	whole = (int64_t)d;
	if (i != whole)
		return i < whole ? -1 : 1;
	return d > (double)whole ? -1 : d < (double)whole;
}

int num_cmp(const struct val *a, const struct val *b)
{
	int cmp;

	if (are_ints(a, b))
		return a->i < b->i ? -1 : a->i > b->i;
	if (a->kind == VAL_INT)
		return cmp_int_real(a->i, b->d);
	if (b->kind == VAL_INT) {
		cmp = cmp_int_real(b->i, a->d);
		return cmp == NUM_UNORDERED ? cmp : -cmp;
	}
	if (isnan(a->d) || isnan(b->d))
		return NUM_UNORDERED;
	return a->d < b->d ? -1 : a->d > b->d;
}
