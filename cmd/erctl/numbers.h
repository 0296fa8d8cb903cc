/*
 * erctl/numbers.h -- rows of counts as JSON documents.
 */
#ifndef ERCTL_NUMBERS_H
#define ERCTL_NUMBERS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct number {
	const char *key;
	uint64_t n;
};

/* {KIND: NAME, then each number}: a new reference. */
json_t *numbers_doc(const char *kind, const char *name, const struct number *v, size_t n);

#endif
