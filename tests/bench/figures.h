/*
 * figures.h -- processor time in microseconds, counted and told, for benches of the engine.
 */
#ifndef FIGURES_H
#define FIGURES_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

struct figures {
	double *us, all; /* owned */
	size_t n, cap;
};

static inline void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
	exit(1);
}

static inline double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static inline void figures_add(struct figures *f, double us)
{
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 1024;
		f->us = mem_grow(f->us, f->cap, sizeof(*f->us));
	}
	f->us[f->n++] = us;
	f->all += us;
}

static inline int figures_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The end of a line that says of what they are; there is at least one.  Frees them. */
static inline void figures_print(struct figures *f)
{
	qsort(f->us, f->n, sizeof(*f->us), figures_order);
	printf(" n=%zu mean=%.1f p50=%.1f p99=%.1f p999=%.1f max=%.0f us\n", f->n,
	       f->all / (double)f->n, f->us[f->n / 2], f->us[f->n * 99 / 100],
	       f->us[f->n * 999 / 1000], f->us[f->n - 1]);
	free(f->us);
}

#endif
