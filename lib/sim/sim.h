/*
 * sim/sim.h -- the real engine under a virtual clock, with simulated people.  Pure.
 *
 * Purpose    Rehearsal: what would this desk do with this work?  Decisions are made by decide and
 *            evolve, the same code that erd runs; only people and arrivals are invented.
 * Method     Discrete events: the next arrival, reaction or finished piece of work, or the engine's
 *            next timer, whichever is earlier.  A person works on one thing at a time, first come
 *            first served, and only while present; an offer is looked at after the reaction time.
 * Own tasks  What the engine asks for itself (reviews, tasks with known answers) is answered like any other
 *            task and counted apart: in the lane it serves.  Rule programs are not run: they pass.
 * Seeds      Same scenario and seed, same report, byte for byte.  Arrivals, and each person, draw
 *            from streams of their own, so another way of routing meets the same work.
 * Complexity O(log n) for each event of a task; memory by open tasks and 20 bytes a closed one.
 * Errors     FAIL_INVALID: a document or a task of the scenario is not valid.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario.h"

struct err;

enum { SIM_SLICES = 60, SIM_TASKS_MAX = 50000000, SIM_OPEN_MAX = 200000 };

struct sim_lane {
	char *name;
	uint64_t submitted, completed, failed, expired, cancelled, open;
	uint64_t in_time;      /* completed before they were due */
	uint64_t breached;
	uint64_t right;        /* completed with the answer that was true */
	uint64_t predicted, within; /* completed ones with a 90 % bound, and within it */
	int64_t cost_micro;    /* USD: what the answers cost, unused ones as well */
	int64_t *took_ms;      /* created -> completed, sorted at the end; owned */
	size_t n_took, cap_took;
	int chain;             /* no lane: a chain that was triggered */
	int verifies;          /* its document has "verify" */
	int confidence_milli;
	uint64_t answers;      /* of completed tasks, whatever became of them */
	uint64_t rejected, reviews, golds;
};

struct sim_person {
	char *name;
	uint64_t offers, accepted, declined, missed, answers, right, wasted;
	int64_t busy_ms, present_ms;
	int64_t cost_micro;
	enum kind kind;
	uint64_t suspended_after; /* so many answers, of an adversary: wrong ones; 0: not */
};

/* People of a kind who answered. */
struct sim_kind {
	uint64_t workers, suspended;
	int64_t *after; /* owned: answers before the suspension, sorted */
	size_t n;
};

struct sim_slice {
	uint64_t arrived, completed, breached;
	uint64_t left; /* ended in whatever way */
	uint64_t open; /* at its end */
};

struct sim_report {
	uint64_t seed;
	int64_t from_ms, until_ms; /* of the virtual clock */
	uint64_t events;
	uint64_t refused;   /* tasks that were left out: scenario.lenient */
	char *why_refused;  /* owned: of the first, or NULL */
	struct sim_lane *lanes; /* by name */
	size_t n_lanes;
	struct sim_lane all;
	struct sim_person *people; /* by name */
	size_t n_people;
	struct sim_slice slices[SIM_SLICES];
	int verifies;            /* some lane does: else nothing is said of it */
	struct sim_kind kinds[KIND_COUNT];
};

struct sim_options {
	uint64_t seed;
	int rule;          /* enum route_rule (engine/route.h): whom the router asks */
	int documents;     /* events with their documents, as erd makes them: slower, same report */
	const json_t *etc; /* {"lanes":{NAME:{…}},…} below the scenario's own, or NULL */
	/* Called now and then with the share that is done, 0 .. 1; may be NULL. */
	void (*progress)(void *arg, double done);
	void *arg;
};

int sim_run(const struct scenario *s, const struct sim_options *o, struct sim_report *out,
            struct err *err);
void sim_report_release(struct sim_report *r);

/* The ${q}-quantile (0..1) of a lane's times, 0 when nothing was completed. */
int64_t sim_quantile(const struct sim_lane *l, double q);
int64_t sim_found_after(const struct sim_kind *k, double q);

#endif
