/* engine/verify/combine_p.h -- what the files of combine.h share. */
#ifndef ENGINE_VERIFY_COMBINE_P_H
#define ENGINE_VERIFY_COMBINE_P_H

#include "engine/verify/combine.h"

/* What the answers have in one field: NULL where it is not there. */
struct combine_values {
	const json_t *v[COMBINE_ANSWERS];
	struct combine_cell cell[COMBINE_ANSWERS];
	double weight[COMBINE_ANSWERS];
	size_t n;
	double total;
};

uint64_t combine_hash(const struct combine_field *f, const json_t *v);
uint32_t combine_category_of(const struct combine_field *f, const json_t *v);

/* A new reference, or NULL: better not there. */
json_t *combine_number(const struct combine_values *in, struct combine_result *out);
json_t *combine_set(const struct combine_field *f, const struct combine_values *in,
                    struct combine_result *out);

/* The place of the text least far from all others, by weight. */
size_t combine_medoid(const char *const *text, const size_t *len, const double *weight, size_t n,
                      int *tie);

#endif
