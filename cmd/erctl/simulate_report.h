/*
 * erctl/simulate_report.h -- what a simulation came to, as tables and a plot, or as a document.
 *
 * Format     er.simulation.v1: {seed, from, until, events, lanes [{lane, submitted, completed, …}],
 *            all, workers, openTasks [60 numbers: open tasks at the end of each slice]}, and what
 *            simulate_checked.h adds.
 */
#ifndef ERCTL_SIMULATE_REPORT_H
#define ERCTL_SIMULATE_REPORT_H

#include <jansson.h>

struct out;
struct scenario;
struct sim_report;

/* ${label} heads the rows when several runs are compared, else NULL. */
struct simulated {
	const char *label;
	const struct sim_report *report;
};

void simulate_print(struct out *o, const struct scenario *s, const struct simulated *runs, size_t n,
                    int workers);
json_t *simulate_doc(const struct sim_report *r);

#endif
