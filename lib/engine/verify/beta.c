#include "engine/verify/beta.h"

#include <math.h>

enum { ROUNDS = 10000, HALVINGS = 60 };

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

double beta_below(double a, double b, double x)
{
	int sign;

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	double scale = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) +
	                   a * log(x) + b * log1p(-x));
	return x < (a + 1) / (a + b + 2) ? scale * fraction(a, b, x) / a
	                                 : 1 - scale * fraction(b, a, 1 - x) / b;
}

double beta_quantile(double a, double b, double p)
{
	double lo = 0, hi = 1;

	for (int i = 0; i < HALVINGS && hi - lo > 1e-10; i++) {
		double mid = lo + (hi - lo) / 2;
		if (beta_below(a, b, mid) < p)
			lo = mid;
		else
			hi = mid;
	}
	return lo + (hi - lo) / 2;
}
