#include "simulate_checked.h"

#include <stdio.h>

#include "base/mem.h"
#include "cells.h"
#include "json/js.h"
#include "numbers.h"
#include "out.h"
#include "sim/sim.h"
#include "simulate_report.h"
#include "table.h"

/* ---- lanes ---- */

/* "1.37", "-" of nothing */
static void cell_each(struct table *t, uint64_t n, uint64_t of)
{
	char text[48];

	snprintf(text, sizeof text, "%.2f", of ? (double)n / (double)of : 0);
	cell_text(t, of ? text : "-");
}

static void lane_row(struct table *t, const char *label, const struct sim_lane *l)
{
	if (label)
		cell_text(t, label);
	cell_text(t, l->name);
	cell_share(t, (uint64_t)l->confidence_milli, 1000);
	cell_share(t, l->right, l->completed);
	cell_each(t, l->answers, l->completed);
	cell_count(t, l->rejected);
	cell_count(t, l->reviews);
	cell_count(t, l->golds);
}

static void print_lanes(struct out *o, const struct simulated *runs, size_t n)
{
	static const char *const head[] = {"RUN",          "LANE",     "WANTED",  "RIGHT",
	                                   "ANSWERS EACH", "REJECTED", "REVIEWS", "GOLD TASKS"};
	struct table t;
	int named = runs[0].label != NULL;

	table_init(&t, head + !named, NITEMS(head) - (size_t)!named, -1);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < runs[i].report->n_lanes; k++)
			if (runs[i].report->lanes[k].verifies && runs[i].report->lanes[k].submitted)
				lane_row(&t, runs[i].label, &runs[i].report->lanes[k]);
	table_print(&t, o);
	table_release(&t);
}

/* ---- workers ---- */

static void kind_row(struct table *t, const char *label, int kind, const struct sim_kind *k)
{
	if (label)
		cell_text(t, label);
	cell_text(t, kind_names[kind]);
	cell_count(t, k->workers);
	cell_count(t, k->suspended);
	if (k->n) {
		cell_count(t, (uint64_t)sim_found_after(k, 0.5));
		cell_count(t, (uint64_t)sim_found_after(k, 0.95));
	} else {
		cell_text(t, "-");
		cell_text(t, "-");
	}
}

static void print_kinds(struct out *o, const struct simulated *runs, size_t n)
{
	static const char *const head[] = {"RUN",       "WORKERS OF KIND", "ANSWERED",
	                                   "SUSPENDED", "AFTER P50",       "P95 ANSWERS"};
	struct table t;
	int named = runs[0].label != NULL;

	table_init(&t, head + !named, NITEMS(head) - (size_t)!named, -1);
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < KIND_COUNT; k++)
			if (runs[i].report->kinds[k].workers)
				kind_row(&t, runs[i].label, k, &runs[i].report->kinds[k]);
	table_print(&t, o);
	table_release(&t);
}

void checked_print(struct out *o, const struct simulated *runs, size_t n)
{
	int any = 0;

	for (size_t i = 0; i < n; i++)
		any |= runs[i].report->verifies;
	if (!any)
		return;
	print_lanes(o, runs, n);
	print_kinds(o, runs, n);
}

/* ---- as documents ---- */

json_t *checked_lane_doc(const struct sim_lane *l)
{
	const struct number counts[] = {{"confidenceMilli", (uint64_t)l->confidence_milli},
	                                {"answers", l->answers},
	                                {"rejected", l->rejected},
	                                {"reviews", l->reviews},
	                                {"goldTasks", l->golds}};
	json_t *doc = json_object();

	for (size_t i = 0; i < NITEMS(counts); i++)
		js_set_int(doc, counts[i].key, (int64_t)counts[i].n);
	return doc;
}

json_t *checked_kinds_doc(const struct sim_report *r)
{
	json_t *list = json_array();

	for (int i = 0; i < KIND_COUNT; i++) {
		const struct sim_kind *k = &r->kinds[i];
		uint64_t median = (uint64_t)sim_found_after(k, 0.5);
		uint64_t p95 = (uint64_t)sim_found_after(k, 0.95);
		const struct number counts[] = {{"workers", k->workers},
		                                {"suspended", k->suspended},
		                                {"medianAnswers", median},
		                                {"p95Answers", p95}};
		if (!k->workers)
			continue;
		json_t *doc = numbers_doc("kind", kind_names[i], counts, k->n ? 4 : 2);
		json_array_append_new(list, doc);
	}
	return list;
}
