/*
 * erctl/simulate_checked.h -- what verification did in a simulation; nothing where no lane
 * verifies.
 *
 * Format     Of a lane "verification": {confidence, answers, rejected, reviews, goldTasks}, answers
 *            being those of completed tasks; "kinds": [{kind, workers, suspended, medianAnswers,
 *            p95Answers}].
 */
#ifndef ERCTL_SIMULATE_CHECKED_H
#define ERCTL_SIMULATE_CHECKED_H

#include <jansson.h>
#include <stddef.h>

struct out;
struct sim_lane;
struct sim_report;
struct simulated;

void checked_print(struct out *o, const struct simulated *runs, size_t n);
json_t *checked_lane_doc(const struct sim_lane *l);
json_t *checked_kinds_doc(const struct sim_report *r);

#endif
