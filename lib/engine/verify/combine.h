/*
 * engine/verify/combine.h -- several answers to one question, field by field, as one answer.
 *
 * Purpose    A schema says of each field how answers to it are put together: values of an enum, booleans
 *            and constants are categories; numbers take the weighted median, which half of the answers cannot move; sets
 *            (uniqueItems, or items of an enum) go by element; texts by the one nearest to the others (medoid,
 *            by the words they share: Jaccard, 1901); objects by their properties; anything else
 *            as a whole, by plurality.
 * Order      plan_make, once for a schema; plan_cells for each answer; what the categories are is decided
 *            elsewhere (engine/verify/crowd.h); combine_answers puts the rest together.  The result must still meet the schema: the
 *            caller validates it.
 * Method     The answer that agrees most is the base, so what no field of the plan holds comes from one
 *            person; where a field's result differs it is replaced.  Deterministic: of equals the earliest.
 * Limits     PLAN_FIELDS fields; deeper or more ones stay as in the base.  Texts are compared by their first
 *            256 words.
 * Ownership  A plan borrows the schema.  The result is a new reference.
 */
#ifndef ENGINE_VERIFY_COMBINE_H
#define ENGINE_VERIFY_COMBINE_H

#include <jansson.h>
#include <stddef.h>

enum { PLAN_FIELDS = 64, PLAN_POINTER = 160, PLAN_CATEGORIES = 1000, COMBINE_MAX = 16 };

enum cell_kind { CELL_CATEGORY, CELL_NUMBER, CELL_SET, CELL_TEXT, CELL_WHOLE };

struct cell_field {
	char pointer[PLAN_POINTER];
	enum cell_kind kind;
	const json_t *values; /* of a category: its values, or NULL: false, true */
	int k;                /* categories; the last one: it is not there */
	int integer;          /* a number without fraction */
};

struct plan {
	struct cell_field f[PLAN_FIELDS];
	size_t n;
};

/* ${schema} NULL: one field, the whole. */
void plan_make(struct plan *p, const json_t *schema);
/* The category of a field in ${answer}; k - 1: none. */
int plan_category(const struct cell_field *f, const json_t *answer);

struct combining {
	const struct plan *plan;
	const json_t *answers[COMBINE_MAX];
	double weight[COMBINE_MAX];       /* above 0 */
	size_t n;                         /* at least 1 */
	int chosen[PLAN_FIELDS];          /* of category fields */
};

struct combined {
	json_t *answer;                   /* owned; NULL: the winner's own is the result */
	size_t winner;
	unsigned char agrees[COMBINE_MAX]; /* each answer with the result */
	double spread;                    /* largest MAD of a number against its median; 0 */
};

void combine_answers(const struct combining *in, struct combined *out);

#endif
