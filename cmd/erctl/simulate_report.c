#include "simulate_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cells.h"
#include "json/js.h"
#include "numbers.h"
#include "out.h"
#include "sim/sim.h"
#include "simulate_checked.h"
#include "table.h"

enum { PLOT_ROWS = 6, EIGHTHS = 8, WORKERS_SHOWN = 20 };

/* ---- lanes ---- */

static void lane_row(struct table *t, const char *label, const struct sim_lane *l)
{
	uint64_t ended = l->submitted - l->cancelled;

	if (label)
		cell_text(t, label);
	cell_text(t, l->name);
	cell_count(t, l->submitted);
	cell_share(t, l->in_time, ended);
	cell_count(t, l->failed + l->expired + l->open);
	cell_time(t, sim_quantile(l, 0.5));
	cell_time(t, sim_quantile(l, 0.9));
	cell_time(t, sim_quantile(l, 0.99));
	cell_share(t, l->right, l->completed);
	cell_usd(t, l->cost_micro, l->completed);
	cell_share(t, l->within, l->predicted);
}

static void print_lanes(struct out *o, const struct simulated *runs, size_t n)
{
	static const char *const head[] = {"RUN", "LANE", "TASKS", "IN TIME", "LOST", "P50",
	                                   "P90", "P99",  "RIGHT", "USD EACH", "IN BOUND"};
	struct table t;
	int named = runs[0].label != NULL;

	table_init(&t, head + !named, NITEMS(head) - (size_t)!named, -1);
	for (size_t i = 0; i < n; i++) {
		const struct sim_report *r = runs[i].report;
		size_t rows = 0;
		for (size_t k = 0; k < r->n_lanes; k++) {
			if (r->lanes[k].submitted) {
				lane_row(&t, runs[i].label, &r->lanes[k]);
				rows++;
			}
		}
		if (rows > 1)
			lane_row(&t, runs[i].label, &r->all);
	}
	table_print(&t, o);
	table_release(&t);
}

/* ---- workers ---- */

static int load_of(const struct sim_person *p)
{
	return p->present_ms > 0 ? (int)(p->busy_ms * 1000 / p->present_ms) : 0;
}

static int by_load(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;
	return (x > y) - (x < y);
}

static void print_load(struct out *o, const struct sim_report *r)
{
	int *load = mem_alloc((r->n_people + 1) * sizeof *load);
	long sum = 0;

	for (size_t i = 0; i < r->n_people; i++)
		sum += load[i] = load_of(&r->people[i]);
	if (r->n_people > 1)
		qsort(load, r->n_people, sizeof *load, by_load);
	if (r->n_people)
		out_line(o,
		         "%zu workers, busy %ld %% of their time (a tenth below %d %%, a tenth "
		         "above %d %%, at most %d %%)",
		         r->n_people, sum / 10 / (long)r->n_people, load[r->n_people / 10] / 10,
		         load[r->n_people - 1 - r->n_people / 10] / 10, load[r->n_people - 1] / 10);
	free(load);
}

static void print_workers(struct out *o, const struct sim_report *r)
{
	static const char *const head[] = {"WORKER", "OFFERS", "DECLINED", "MISSED", "ANSWERS",
	                                   "RIGHT", "UNUSED", "BUSY", "USD"};
	struct table t;

	table_init(&t, head, NITEMS(head), -1);
	for (size_t i = 0; i < r->n_people; i++) {
		const struct sim_person *p = &r->people[i];
		cell_text(&t, p->name);
		cell_count(&t, p->offers);
		cell_count(&t, p->declined);
		cell_count(&t, p->missed);
		cell_count(&t, p->answers);
		cell_share(&t, p->right, p->answers);
		cell_count(&t, p->wasted);
		cell_share(&t, (uint64_t)p->busy_ms, (uint64_t)p->present_ms);
		cell_usd(&t, p->cost_micro, 1);
	}
	table_print(&t, o);
	table_release(&t);
}

/* ---- the plot ---- */

/* One row of the plot: how many eighths of this cell are filled. */
static void plot_row(struct buf *b, const struct sim_report *r, uint64_t top, int row)
{
	static const char *const block[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

	for (size_t i = 0; i < SIM_SLICES; i++) {
		uint64_t full = (r->slices[i].open * PLOT_ROWS * EIGHTHS + top / 2) / top;
		uint64_t below = (uint64_t)row * EIGHTHS;
		uint64_t here = full > below ? full - below : 0;
		buf_adds(b, block[here > EIGHTHS ? EIGHTHS : here]);
	}
}

static void print_plot(struct out *o, const struct simulated *run)
{
	const struct sim_report *r = run->report;
	char from[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
	uint64_t top = 0;

	for (size_t i = 0; i < SIM_SLICES; i++)
		top = r->slices[i].open > top ? r->slices[i].open : top;
	if (top == 0)
		return;
	out_line(o, "open tasks%s%s", run->label ? ", " : "", run->label ? run->label : "");
	for (int row = PLOT_ROWS - 1; row >= 0; row--) {
		struct buf b = BUF_INIT;
		char mark[24];
		snprintf(mark, sizeof mark, "%llu",
		         row == PLOT_ROWS - 1 ? (unsigned long long)top : 0ULL);
		buf_addf(&b, "%7s |", row == PLOT_ROWS - 1 || row == 0 ? mark : "");
		plot_row(&b, r, top, row);
		buf_addc(&b, '\n');
		out_bytes(o, buf_str(&b), b.len);
		buf_release(&b);
	}
	time_format_s(r->from_ms, from);
	time_format_s(r->until_ms, until);
	out_line(o, "         %-*s%s", SIM_SLICES - (int)strlen(until), from, until);
}

void simulate_print(struct out *o, const struct scenario *s, const struct simulated *runs, size_t n,
                    int workers)
{
	if (*s->title)
		out_field(o, "scenario", s->title);
	print_lanes(o, runs, n);
	checked_print(o, runs, n);
	for (size_t i = 0; i < n; i++) {
		if (runs[i].label)
			out_line(o, "%s:", runs[i].label);
		print_load(o, runs[i].report);
		if (workers || (n == 1 && runs[i].report->n_people <= WORKERS_SHOWN))
			print_workers(o, runs[i].report);
	}
	for (size_t i = 0; i < n; i++)
		print_plot(o, &runs[i]);
}

/* ---- as a document ---- */

static void set_usd(json_t *doc, const char *key, int64_t micro)
{
	char text[48];
	snprintf(text, sizeof text, "%lld.%06lld", (long long)(micro / 1000000),
	         (long long)(micro % 1000000));
	js_set_str(doc, key, text);
}

static json_t *lane_doc(const struct sim_lane *l)
{
	const struct number counts[] = {
	    {"submitted", l->submitted}, {"completed", l->completed}, {"inTime", l->in_time},
	    {"breached", l->breached},   {"failed", l->failed},       {"expired", l->expired},
	    {"cancelled", l->cancelled}, {"open", l->open},           {"right", l->right},
	    {"predicted", l->predicted}, {"withinBound", l->within},
	    {"p50Seconds", (uint64_t)sim_quantile(l, 0.5) / 1000},
	    {"p90Seconds", (uint64_t)sim_quantile(l, 0.9) / 1000},
	    {"p99Seconds", (uint64_t)sim_quantile(l, 0.99) / 1000}};
	json_t *doc = numbers_doc("lane", l->name, counts, NITEMS(counts));

	set_usd(doc, "costUsd", l->cost_micro);
	if (l->verifies)
		js_set_new(doc, "verification", checked_lane_doc(l));
	return doc;
}

static json_t *person_doc(const struct sim_report *r, const struct sim_person *p)
{
	const struct number counts[] = {
	    {"offers", p->offers},   {"accepted", p->accepted}, {"declined", p->declined},
	    {"missed", p->missed},   {"answers", p->answers},   {"right", p->right},
	    {"unused", p->wasted},   {"busySeconds", (uint64_t)p->busy_ms / 1000},
	    {"presentSeconds", (uint64_t)p->present_ms / 1000}};
	json_t *doc = numbers_doc("worker", p->name, counts, NITEMS(counts));

	set_usd(doc, "costUsd", p->cost_micro);
	if (r->verifies)
		js_set_str(doc, "kind", kind_names[p->kind]);
	if (p->suspended_after)
		js_set_int(doc, "suspendedAfter", (int64_t)p->suspended_after);
	return doc;
}

json_t *simulate_doc(const struct sim_report *r)
{
	json_t *doc = json_object(), *lanes = json_array(), *people = json_array();
	json_t *open = json_array();

	js_set_str(doc, "schema", "er.simulation.v1");
	js_set_int(doc, "seed", (int64_t)r->seed);
	js_set_time(doc, "from", r->from_ms);
	js_set_time(doc, "until", r->until_ms);
	js_set_int(doc, "events", (int64_t)r->events);
	if (r->refused)
		js_set_int(doc, "refused", (int64_t)r->refused);
	for (size_t i = 0; i < r->n_lanes; i++)
		json_array_append_new(lanes, lane_doc(&r->lanes[i]));
	js_set_new(doc, "lanes", lanes);
	js_set_new(doc, "all", lane_doc(&r->all));
	for (size_t i = 0; i < r->n_people; i++)
		json_array_append_new(people, person_doc(r, &r->people[i]));
	js_set_new(doc, "workers", people);
	for (size_t i = 0; i < SIM_SLICES; i++)
		json_array_append_new(open, json_integer((json_int_t)r->slices[i].open));
	js_set_new(doc, "openTasks", open);
	if (r->verifies)
		js_set_new(doc, "kinds", checked_kinds_doc(r));
	return doc;
}
