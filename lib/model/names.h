/*
 * model/names.h -- a small sorted set of names, as the documents of the configuration hold them.
 *
 * See model/strings.h for how they are made.
 */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include <stddef.h>

struct strings { /* sorted, unique */
	char **s;
	size_t n;
};

#endif
