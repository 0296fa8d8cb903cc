/*
 * engine/verify/ballots.h -- answers laid out for counting: by question, with what each may mean.
 *
 * Purpose    All methods of aggregate.h walk over the same arrays: the answers of a question side
 *            by side, the categories that it may be (candidates), and for each pair of answer and
 *            candidate the cell of the worker's confusion table that it belongs to.
 * Method     Compressed rows.  A worker has a cell only for what it could have meant and did say,
 *            so that a thousand categories cost no more than their answers: candidates are all
 *            categories up to CANDIDATES_ALL of them, else those that somebody chose, the
 *            CANDIDATES_MAX most chosen.  A question whose truth is known has that one candidate.
 * Complexity Time and memory linear in answers: 12 + 4 bytes an answer and candidate, and 28 bytes
 *            for each cell that differs.
 * Ownership  ballots_release frees all; the input is borrowed only during ballots_init.
 */
#ifndef ENGINE_VERIFY_BALLOTS_H
#define ENGINE_VERIFY_BALLOTS_H

#include <stddef.h>
#include <stdint.h>

struct agg_input;

enum { CANDIDATES_ALL = 8, CANDIDATES_MAX = 16 };

struct ballots {
	size_t n;                  /* answers */
	uint32_t nq, nw, k;
	size_t *off;               /* [nq + 1] answers of a question */
	uint32_t *worker, *answer; /* [n] */
	size_t *cand_off;          /* [nq + 1] its candidates, ascending */
	uint32_t *cand;
	size_t *cell_off;          /* [nq + 1] its cells: answer by answer, candidate by candidate */
	uint32_t *cell;
	/* the cells: of worker and true category (a row) and answer */
	size_t ncell, nrow, npool;
	uint32_t *cell_row, *cell_pool;      /* [ncell] the row; the cell of all workers together */
	uint32_t *row_worker, *row_true;     /* [nrow] */
	uint32_t *pool_true, *pool_answer;   /* [npool] */
	uint32_t *given;                     /* [nw] answers of a worker */
	size_t *worker_cell;                 /* [nw + 1] its cells */
};

void ballots_init(struct ballots *b, const struct agg_input *in);
void ballots_release(struct ballots *b);

#endif
