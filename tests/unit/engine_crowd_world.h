/*
 * A lane with workers of known kinds, task by task: what the incremental model of crowd.h decides,
 * beside an optimal sequential test that knows everybody's confusion matrix.  Used by the unit test
 * (few seeds) and by tests/bench/crowd.c (a thousand).
 */
#ifndef ENGINE_CROWD_WORLD_H
#define ENGINE_CROWD_WORLD_H

#include <stdint.h>
#include <string.h>

#include "engine/verify/crowd.h"

enum { WORLD_WORKERS = 40, WORLD_MAX_OVERLAP = 15, WORLD_SOON = 30, WORLD_TURN = 50 };

enum bad_kind {
	BAD_GUESS,    /* uniform */
	BAD_CONSTANT, /* always the same, each their own */
	BAD_COLLUDE,  /* the same wrong answer, all of them */
	BAD_SLOPPY,   /* right with 0.65 */
	BAD_TURN      /* honest for WORLD_TURN tasks, then always wrong */
};

struct world_kind {
	const char *name;
	uint32_t k;
	enum bad_kind bad;
	double share;      /* of bad workers */
	unsigned tasks, warm; /* tasks of a run; of them before the second figures begin */
};

struct world_sum {
	uint64_t tasks, answers, accepted, right, gave_up; /* from the first task */
	uint64_t late_tasks, late_answers, late_accepted, late_right;
	uint64_t best_answers, best_right; /* the optimal test, over all tasks */
	uint64_t gold;
	/* bad workers; suspended within WORLD_SOON tasks; ever */
	uint64_t bad, bad_soon, bad_ever;
	uint64_t honest, honest_out;       /* honest workers; suspended ever */
};

static const double world_honest = 0.85, world_sloppy = 0.65, world_confidence = 0.98;
static const double world_floor = 0.72;
/* Gold tasks beside each ordinary one: of a newcomer's first 20, and later. */
static const double world_gold_new = 0.40, world_gold = 0.10;

struct world_worker {
	struct voter v;
	int bad, out;
	uint32_t favourite;
	unsigned tasks, since; /* done; of them since they are bad */
};

struct world_run {
	const struct world_kind *kind;
	struct crowd crowd;
	struct world_worker w[WORLD_WORKERS];
	uint64_t rng;
	uint32_t truth, lure;
};

static inline uint64_t world_bits(struct world_run *r)
{
	uint64_t z = r->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline double world_chance(struct world_run *r)
{
	return (double)(world_bits(r) >> 11) * 0x1p-53;
}

static inline uint32_t world_below(struct world_run *r, uint32_t n)
{
	return (uint32_t)(world_chance(r) * n);
}

static inline uint32_t world_wrong(struct world_run *r)
{
	return (r->truth + 1 + world_below(r, r->kind->k - 1)) % r->kind->k;
}

static inline void world_task(struct world_run *r)
{
	r->truth = world_below(r, r->kind->k);
	r->lure = world_wrong(r);
}

static inline int world_is_bad(const struct world_run *r, const struct world_worker *w)
{
	return w->bad && (r->kind->bad != BAD_TURN || w->tasks > WORLD_TURN);
}

static inline uint32_t world_answer(struct world_run *r, struct world_worker *w)
{
	w->tasks++;
	if (world_is_bad(r, w)) {
		w->since++;
		switch (r->kind->bad) {
		case BAD_GUESS: return world_below(r, r->kind->k);
		case BAD_CONSTANT: return w->favourite;
		case BAD_COLLUDE: return r->lure;
		case BAD_TURN: return world_wrong(r);
		case BAD_SLOPPY:
			return world_chance(r) < world_sloppy ? r->truth : world_wrong(r);
		}
	}
	return world_chance(r) < world_honest ? r->truth : world_wrong(r);
}

static inline void world_judge(struct world_run *r, struct world_worker *w, struct world_sum *sum)
{
	if (w->out || voter_evidence(&r->crowd, &w->v) < 1 / VOTER_ALPHA)
		return;
	w->out = 1;
	if (!w->bad) {
		sum->honest_out++;
		return;
	}
	sum->bad_ever++;
	sum->bad_soon += w->since <= WORLD_SOON;
}

/* Somebody else than those in ${asked}; -1: nobody is left. */
static inline int world_pick(struct world_run *r, uint64_t asked)
{
	int who[WORLD_WORKERS], n = 0;

	for (int i = 0; i < WORLD_WORKERS; i++) {
		if (!r->w[i].out && !(asked >> i & 1))
			who[n++] = i;
	}
	return n ? who[world_below(r, (uint32_t)n)] : -1;
}

static inline void world_maybe_gold(struct world_run *r, struct world_worker *w,
                                    struct world_sum *sum)
{
	uint32_t truth = r->truth, lure = r->lure;

	if (world_chance(r) >= (w->v.seen < 20 ? world_gold_new : world_gold))
		return;
	world_task(r);
	struct ballot b = {&w->v, world_answer(r, w)};
	crowd_anchor(&r->crowd, &b, 1, r->truth, 0, 1);
	sum->gold++;
	r->truth = truth;
	r->lure = lure;
	world_judge(r, w, sum);
}

static inline void world_close(struct world_run *r, const struct crowd_verdict *d, size_t n,
                               int late, struct world_sum *sum)
{
	int accepted = d->next == CROWD_STOP, right = accepted && d->category == r->truth;

	sum->tasks++;
	sum->answers += n;
	sum->accepted += (uint64_t)accepted;
	sum->right += (uint64_t)right;
	sum->gave_up += (uint64_t)!accepted;
	if (late) {
		sum->late_tasks++;
		sum->late_answers += n;
		sum->late_accepted += (uint64_t)accepted;
		sum->late_right += (uint64_t)right;
	}
}

static inline void world_one(struct world_run *r, int late, struct world_sum *sum)
{
	const struct crowd_rule rule = {world_confidence, 1, WORLD_MAX_OVERLAP};
	struct vote votes[WORLD_MAX_OVERLAP];
	struct ballot ballots[WORLD_MAX_OVERLAP];
	int who[WORLD_MAX_OVERLAP];
	struct crowd_verdict d = {.next = CROWD_MORE};
	uint64_t asked = 0;
	size_t n = 0;

	world_task(r);
	while (d.next == CROWD_MORE) {
		int i = world_pick(r, asked);
		if (i < 0) {
			d.next = CROWD_GIVE_UP;
			break;
		}
		asked |= 1ull << i;
		world_maybe_gold(r, &r->w[i], sum);
		if (r->w[i].out)
			continue;
		who[n] = i;
		ballots[n] = (struct ballot){&r->w[i].v, world_answer(r, &r->w[i])};
		votes[n] = (struct vote){&r->w[i].v, ballots[n].answer};
		n++;
		crowd_enough(&r->crowd, &rule, votes, n, &d);
		crowd_answer(&r->crowd, ballots, n, 1);
	}
	for (size_t i = 0; i < n; i++)
		world_judge(r, &r->w[who[i]], sum);
	world_close(r, &d, n, late, sum);
}

/* The optimal test: asks honest workers only, and knows how good they are. */
static inline void world_best(struct world_run *r, struct world_sum *sum)
{
	double post[CROWD_CATS_MAX], best = 0;
	uint32_t k = r->kind->k, at = 0;

	for (uint32_t j = 0; j < k; j++)
		post[j] = 1.0 / k;
	world_task(r);
	for (int n = 0; n < WORLD_MAX_OVERLAP && best < world_confidence; n++) {
		uint32_t a = world_chance(r) < world_honest ? r->truth : world_wrong(r);
		double total = 0;
		for (uint32_t j = 0; j < k; j++)
			total += post[j] *= j == a ? world_honest : (1 - world_honest) / (k - 1);
		best = 0;
		for (uint32_t j = 0; j < k; j++) {
			post[j] /= total;
			at = post[j] > best ? j : at;
			best = post[j] > best ? post[j] : best;
		}
		sum->best_answers++;
	}
	sum->best_right += at == r->truth;
}

static inline void world_run(const struct world_kind *kind, uint64_t seed, struct world_sum *sum)
{
	struct world_run r = {.kind = kind, .rng = seed * 0x9e3779b97f4a7c15u + 1};
	int bad = (int)(kind->share * WORLD_WORKERS + 0.5);

	crowd_init(&r.crowd, kind->k, world_floor);
	for (int i = 0; i < WORLD_WORKERS; i++) {
		voter_init(&r.w[i].v);
		r.w[i].bad = i < bad;
		r.w[i].favourite = world_below(&r, kind->k);
	}
	for (unsigned t = 0; t < kind->tasks; t++) {
		world_one(&r, t >= kind->warm, sum);
		world_best(&r, sum);
	}
	sum->honest += (uint64_t)(WORLD_WORKERS - bad);
	for (int i = 0; i < bad; i++)
		sum->bad += r.w[i].out || r.w[i].since >= WORLD_SOON;
}

#endif
