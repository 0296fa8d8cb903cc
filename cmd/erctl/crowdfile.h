/*
 * erctl/crowdfile.h -- CSV files of answers and of truths, as the numbers that aggregation takes.
 *
 * Format     answers: the columns question, worker, answer; truths: question, truth.  By name, in
 *            any order and beside others; the usual other names are known, too (crowdfile.c).
 * Rules      A worker who answers a question again has changed their mind: the last counts, and
 *            they are counted in .changed.  Categories are numbered in their order: by value when
 *            all are integers, else by bytes.
 * Errors     FAIL_INVALID with the line and the column; FAIL_NOT_FOUND.
 */
#ifndef ERCTL_CROWDFILE_H
#define ERCTL_CROWDFILE_H

#include "engine/verify/aggregate.h"
#include "intern.h"

struct crowdfile {
	struct intern questions, workers, categories;
	struct agg_vote *votes; /* owned */
	size_t n, cap;
	uint32_t *order;        /* [categories] of a number, the place in .categories */
	size_t changed;
};

/* ${line}: called now and then with how many answers were read so far. */
int crowdfile_read(struct crowdfile *c, const char *path, void (*line)(void *, size_t), void *arg,
                   struct err *err);
void crowdfile_release(struct crowdfile *c);
const char *crowdfile_category(const struct crowdfile *c, uint32_t number);

/* Before crowdfile_sort: let the categories of ${path} exist even when nobody chose them, as
 * known truths must.  *${out} is owned: [questions] category or -1; *unknown counts the lines
 * whose question has no answer. */
int crowdfile_truth(struct crowdfile *c, const char *path, int32_t **out, size_t *unknown,
                    struct err *err);
/* Number the categories in order; renumbers the votes and ${truths} (may be NULL). */
void crowdfile_sort(struct crowdfile *c, int32_t *truth, int32_t *gold);

#endif
