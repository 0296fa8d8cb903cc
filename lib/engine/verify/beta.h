/*
 * engine/verify/beta.h -- the Beta distribution: chances that are themselves estimates.  Pure.
 *
 * Method     The regularized incomplete beta function as a continued fraction by the modified
 *            Lentz algorithm (Thompson and Barnett, J. Computational Physics 64, 1986; DLMF 8.17.22);
 *            quantiles by Newton's method, kept in bounds by bisection, to 1e-10.
 * Limits     Parameters above 0.  Error below 1e-10 for parameters up to 1e4, 1e-6 up to 1e7.
 */
#ifndef ENGINE_VERIFY_BETA_H
#define ENGINE_VERIFY_BETA_H

double beta_below(double a, double b, double x);    /* P(X <= x) */
double beta_quantile(double a, double b, double p);

#endif
