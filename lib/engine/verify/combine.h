/*
 * engine/verify/combine.h -- one answer made of several, field by field, as its schema says.
 *
 * Purpose    combine_plan reads a JSON Schema document into at most COMBINE_FIELDS fields and how
 *            each is combined; combine_cells takes an answer apart, for the models that learn from
 *            it (crowd.h); combine_answers puts the combined answer together.
 * Kinds      category  enum, const, boolean (false 0, true 1), oneOf or anyOf of consts: the chosen
 *                      category, else the heaviest.  Where it is not required there is one more
 *                      category, the last: "not there".
 *            number    integer or number: the weighted median, which two thirds of nonsense cannot
 *                      move far and which is one of the answers, hence valid; 1.4826 times the
 *                      median absolute deviation tells the spread (Hampel, "The influence curve and
 *                      its role in robust estimation", JASA 69, 1974).
 *            set       array with uniqueItems, or of an enum: an element is in when more than half
 *                      of the weight has it; minItems and maxItems by weight.
 *            text      string: the medoid, the answer least far from all others, by the Jaccard
 *                      distance of runs of four characters, case and blanks aside; of long texts a
 *                      sketch (Broder, "On the resemblance and containment of documents", 1997).
 *            whole     everything else: what most gave, by value; when no two agree, the medoid of
 *                      the canonical texts.
 *            An object with properties is taken field by field; others are wholes.  null counts as
 *            not there, except in a category that names it and in a whole.
 * Rules      Equal weights everywhere go to the lower category, the smaller number, the earlier
 *            answer, and are marked as ties; half the weight does not put an element in.
 * Caller     The result obeys each field, not what ties fields together (if, dependentRequired …):
 *            validate it, and take combine_nearest when it fails: an answer as it was given.
 * Limits     COMBINE_FIELDS fields, COMBINE_DEPTH deep (more: the answer is one whole);
 *            COMBINE_ANSWERS answers; COMBINE_ELEMENTS elements of a set (more: a whole); $ref within the document only (others: a whole).
 * Ownership  The plan keeps references into the schema; combine_release frees.
 * Purity     No I/O, clock, globals; the same input gives the same bytes.
 */
#ifndef ENGINE_VERIFY_COMBINE_H
#define ENGINE_VERIFY_COMBINE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { COMBINE_FIELDS = 64, COMBINE_DEPTH = 8, COMBINE_ANSWERS = 64, COMBINE_ELEMENTS = 1024 };
#define COMBINE_NONE UINT32_MAX

enum combine_kind { COMBINE_CATEGORY, COMBINE_NUMBER, COMBINE_SET, COMBINE_TEXT, COMBINE_WHOLE };

extern const char *const combine_kind_names[];

struct combine_field {
	char *pointer;       /* owned; RFC 6901, of the value in the answer */
	enum combine_kind kind;
	int integer, required; /* required: always there, all objects around it, too */
	json_t *categories;  /* owned array: of a category; of a set, NULL when any element may be */
	size_t min, max;     /* elements of a set */
};

struct combine_plan {
	struct combine_field field[COMBINE_FIELDS];
	size_t n;
};

/* ${schema} may be NULL or a boolean: one whole. */
void combine_plan(const json_t *schema, struct combine_plan *out);
void combine_release(struct combine_plan *p);

/* How many categories the field has, "not there" included unless it is required; 0 when it is no
 * category. */
uint32_t combine_categories(const struct combine_field *f);

struct combine_cell {
	const json_t *value; /* borrowed; NULL: not there */
	int there;
	uint32_t category; /* below combine_categories(), or COMBINE_NONE: not one of them */
	double number;     /* of a number */
	uint64_t hash;     /* of the value: equal for equal values, sets in any order */
};

void combine_cells(const struct combine_plan *p, const json_t *answer,
                   struct combine_cell cells[COMBINE_FIELDS]);

struct combine_vote {
	const json_t *answer; /* borrowed */
	double weight;        /* above 0 */
	const struct combine_cell *cells; /* borrowed: combine_cells of it; NULL: made when needed */
};

struct combine_result {
	double agree;  /* the share of the weight that gave exactly this */
	double spread; /* of a number */
	int tie;
};

/* A new answer.  ${chosen}: for each field the category that was decided, or COMBINE_NONE; may be
 * NULL.  ${result}: for each field; may be NULL.  1 <= n <= COMBINE_ANSWERS. */
json_t *combine_answers(const struct combine_plan *p, const struct combine_vote *votes, size_t n,
                        const uint32_t *chosen, struct combine_result *result);
/* The answer that agrees with ${combined}, an answer taken apart, in most fields; of equals the heaviest,
 * then the first. */
size_t combine_nearest(const struct combine_plan *p, const struct combine_vote *votes, size_t n,
                       const struct combine_cell combined[COMBINE_FIELDS]);

#endif
