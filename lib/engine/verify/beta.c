#include "engine/verify/beta.h"

#include <math.h>

enum { ROUNDS = 10000, STEPS = 100 };

static double nonzero(double x)
{
	return fabs(x) < 1e-300 ? 1e-300 : x;
}

/* The continued fraction for x < (a + 1) / (a + b + 2), where it converges fast. */
static double fraction(double a, double b, double x)
{
	double c = 1, d = 1 / nonzero(1 - (a + b) * x / (a + 1)), f = d;

	for (int m = 1; m <= ROUNDS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 / nonzero(1 + even * d);
		c = nonzero(1 + even / c);
		f *= c * d;
		d = 1 / nonzero(1 + odd * d);
		c = nonzero(1 + odd / c);
		f *= c * d;
		if (fabs(c * d - 1) < 1e-13)
			break;
	}
	return f;
}

/* -log of the beta function. */
static double log_scale(double a, double b)
{
	int sign;

	return lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign);
}

/* *${slope}: the density times x (1 - x). */
static double below(double a, double b, double log_of, double x, double *slope)
{
	*slope = exp(log_of + a * log(x) + b * log1p(-x));
	return x < (a + 1) / (a + b + 2) ? *slope * fraction(a, b, x) / a
	                                 : 1 - *slope * fraction(b, a, 1 - x) / b;
}

double beta_below(double a, double b, double x)
{
	double slope;

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	return below(a, b, log_scale(a, b), x, &slope);
}

/* Newton's steps; where one leaves what is left of the interval, halve that. */
double beta_quantile(double a, double b, double p)
{
	double lo = 0, hi = 1, x = a / (a + b), log_of = log_scale(a, b);

	for (int i = 0; i < STEPS && hi - lo > 1e-10; i++) {
		double slope, off = below(a, b, log_of, x, &slope) - p;
		if (off < 0)
			lo = x;
		else
			hi = x;
		double to = x - off * x * (1 - x) / slope;
		if (!(to > lo && to < hi))
			to = lo + (hi - lo) / 2;
		if (fabs(to - x) < 1e-11)
			return to;
		x = to;
	}
	return x;
}
