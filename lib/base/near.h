/*
 * base/near.h -- "did you mean".  Pure.
 *
 * Method     Damerau-Levenshtein with git's weights: swap 0, substitute 2,
 *            insert 1, delete 3; a candidate is near at distance <= 7, and a
 *            prefix match counts as distance 0.  Names more than 3 farther than
 *            the nearest are kept but not shown.
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

struct buf;

int near_distance(const char *typed, const char *name);

struct near {
	const char *typed; /* borrowed */
	struct {
		int distance;
		char name[65];
	} best[5];
	size_t n;
};

void near_init(struct near *n, const char *typed);
void near_offer(struct near *n, const char *candidate); /* keeps the five nearest */
/* Append "; did you mean a, b or c?" or nothing. */
void near_add(const struct near *n, struct buf *out);

#endif
