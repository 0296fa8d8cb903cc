/*
 * model/strings.h -- making struct strings (model/config.h): small sorted sets of names.
 *
 * Method     One allocation per set: the pointers, then the bytes.
 * Limits     STRINGS_MAX members of at most STRINGS_LEN bytes each.
 * Ownership  The set owns everything; strings_release frees it and leaves it empty.
 * Errors     FAIL_INVALID with the pointer of the array or of the member.
 */
#ifndef MODEL_STRINGS_H
#define MODEL_STRINGS_H

#include <jansson.h>

#include "model/config.h"

struct err;

enum { STRINGS_MAX = 10000, STRINGS_LEN = 128 };

/* ${array} is borrowed; ${pointer} is where it stands, for error texts. */
int strings_from_json(const json_t *array, const char *pointer, size_t max, struct strings *out,
                      struct err *err);
/* ${out} becomes what is in ${a} or ${b}; it must be neither of them. */
void strings_union(const struct strings *a, const struct strings *b, struct strings *out);
json_t *strings_to_json(const struct strings *set);
void strings_release(struct strings *set);

#endif
