/*
 * sim/scenario.h -- a desk to rehearse: who works there, how, and what comes in.  Pure.
 *
 * Format     One JSON object (share/schemas/er.scenario.v1.json):
 *   title      text
 *   start      RFC 3339 (2026-01-05T08:00:00Z)
 *   length     duration text, "8h" (needed): how long tasks come in
 *   drain      how long the open ones may take after that ("4h")
 *   seed       0 .. 2^53 (1); --seed overrides
 *   etc        {"lanes":{NAME:{…}},"pools":…,"workers":…,"schemas":…,…}: documents as in a spool's etc/,
 *              over those of the spool that is named on the command line, if any
 *   crews      [{name, count, pools [names], worker {document}, behaviour {…}}]: count workers NAME-1 …,
 *              added to these pools
 *   behaviour  {WORKER:{…}}: of workers that have a document
 *   arrivals   [{lane | body {…}, perHour | at ["10m",…], profile [24 factors by hour of the day],
 *              from, answer, wrong | truths [{answer, weight}]}]: Poisson, or at stated moments; of
 *              two to eight truths each task has one, by their weights, and a wrong answer is one of
 *              the others.  Idempotency keys in a body are left out: with one all would be one task
 * Behaviour  reactMinutes 1, workMinutes 10 (distributions, sim/draw.h); accept 1, ignore 0 (an offer is
 *            never looked at), right 1, invalid 0 (answers that do not meet the schema);
 *            vary {workMinutes, right}: how much the members of a crew differ (spread, plus or minus);
 *            absent [{from,until}]: durations from the start; shift {from "08:00", until "16:00"}: UTC;
 *            kind: honest; sloppy (right 0.65 where nothing is said, in half the time); spammer (any answer);
 *            constant (always the same one); colluding (a crew agrees on a wrong one for each task);
 *            adversary (honest for trustTasks answers, 50, then always wrong)
 * Limits     100,000 workers, 100,000 arrival streams, length and drain 10 years; SIM_TASKS_MAX tasks,
 *            of which SIM_OPEN_MAX may be open at once (sim/sim.h).
 * Ownership  scenario_free.
 * Errors     FAIL_INVALID with the pointer.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/draw.h"

struct err;

enum { SCENARIO_WORKERS_MAX = 100000, SCENARIO_STREAMS_MAX = 100000, TRUTHS_MAX = 8 };

struct absence {
	int64_t from_ms, until_ms; /* from the start */
};

enum kind {
	KIND_HONEST,
	KIND_SLOPPY,
	KIND_SPAMMER,
	KIND_CONSTANT,
	KIND_COLLUDING,
	KIND_ADVERSARY,
	KIND_COUNT
};
extern const char *const kind_names[KIND_COUNT + 1]; /* NULL-ended */

struct behaviour {
	struct dist react, work;
	double accept, ignore, right, invalid;
	double vary_work, vary_right; /* spread >= 1; plus or minus */
	struct absence *absent;       /* owned, in order */
	size_t n_absent;
	int shift_from_min, shift_until_min; /* of the day, UTC; equal: all day */
	enum kind kind;
	uint32_t trust_tasks;         /* KIND_ADVERSARY */
	uint32_t gang;                /* KIND_COLLUDING: who agree */
};

struct crew_plan {
	char *name;
	size_t count;
	const json_t *pools;  /* borrowed from the document */
	json_t *worker;       /* owned */
	struct behaviour how;
};

struct person_plan {
	char *name;
	struct behaviour how;
};

struct arrivals {
	json_t *body;         /* owned: the task */
	const char *from;     /* borrowed */
	double per_hour;
	double profile[24];
	double busiest;       /* the largest factor */
	int64_t *at;          /* owned: stated moments, from the start, in order */
	size_t n_at;
	json_t *answer[TRUTHS_MAX]; /* owned: true ones, or one that is and one that is not */
	double weight[TRUTHS_MAX];
	size_t n_answers;
	int drawn;            /* each task draws its truth: else the first is */
};

struct scenario {
	json_t *doc; /* owned */
	char *title;
	int64_t start_ms, length_ms, drain_ms;
	uint64_t seed;
	int lenient; /* set by the caller: a task that would be refused is left out, and counted */
	struct crew_plan *crews;
	size_t n_crews;
	struct person_plan *people;
	size_t n_people;
	struct arrivals *streams;
	size_t n_streams;
};

struct scenario *scenario_new(const json_t *doc, struct err *err);
void scenario_free(struct scenario *s);

#endif
