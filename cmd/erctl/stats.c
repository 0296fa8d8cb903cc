#include "args.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "cells.h"
#include "cmd.h"
#include "json/js.h"
#include "history.h"
#include "numbers.h"
#include "table.h"
#include "verbs.h"

enum { LAST_DAYS = 7 };

static void print_lanes(struct run *r, const struct history *st)
{
	static const char *const head[] = {"LANE", "TASKS", "OPEN", "LOST", "P50", "P90", "P99",
	                                   "IN TIME", ""};
	struct table t;

	table_init(&t, head, NITEMS(head), -1);
	for (const struct lane_row *l = st->lanes; l; l = l->hh.next) {
		cell_text(&t, l->name);
		cell_count(&t, l->created);
		cell_count(&t, l->open);
		cell_count(&t, l->failed + l->expired);
		cell_time(&t, times_quantile(&l->took, 0.5));
		cell_time(&t, times_quantile(&l->took, 0.9));
		cell_time(&t, times_quantile(&l->took, 0.99));
		cell_share(&t, l->in_time, l->in_time + l->late);
		cell_bar(&t, l->in_time, l->in_time + l->late);
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static void print_workers(struct run *r, const struct history *st)
{
	static const char *const head[] = {"WORKER", "OFFERS", "ACCEPTED", "", "MISSED", "ANSWERS",
	                                   "REJECTED", "REACTS", "WORKS P50", "P90"};
	struct table t;

	table_init(&t, head, NITEMS(head), -1);
	for (const struct worker_row *w = st->workers; w; w = w->hh.next) {
		uint64_t decided = w->accepted + w->declined + w->missed;
		cell_text(&t, w->name);
		cell_count(&t, w->offers);
		cell_share(&t, w->accepted, decided);
		cell_bar(&t, w->accepted, decided);
		cell_count(&t, w->missed);
		cell_count(&t, w->answers);
		cell_count(&t, w->rejected);
		cell_time(&t, times_quantile(&w->react, 0.5));
		cell_time(&t, times_quantile(&w->work, 0.5));
		cell_time(&t, times_quantile(&w->work, 0.9));
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static void set_times(json_t *doc, const char *key, const struct times *t)
{
	json_t *q = json_object();

	js_set_int(q, "n", (int64_t)t->n);
	js_set_int(q, "p50Seconds", times_quantile(t, 0.5) / 1000);
	js_set_int(q, "p90Seconds", times_quantile(t, 0.9) / 1000);
	js_set_int(q, "p99Seconds", times_quantile(t, 0.99) / 1000);
	js_set_new(doc, key, q);
}

static json_t *lane_doc(const struct lane_row *l)
{
	const struct number counts[] = {
	    {"tasks", l->created},     {"open", l->open},           {"completed", l->completed},
	    {"failed", l->failed},     {"expired", l->expired},     {"cancelled", l->cancelled},
	    {"inTime", l->in_time},    {"late", l->late}};
	json_t *doc = numbers_doc("lane", l->name, counts, NITEMS(counts));

	set_times(doc, "took", &l->took);
	return doc;
}

static json_t *worker_doc(const struct worker_row *w)
{
	const struct number counts[] = {
	    {"offers", w->offers},     {"accepted", w->accepted},   {"declined", w->declined},
	    {"missed", w->missed},     {"released", w->released},   {"answers", w->answers},
	    {"rejected", w->rejected}, {"completed", w->completed}};
	json_t *doc = numbers_doc("worker", w->name, counts, NITEMS(counts));

	set_times(doc, "reacts", &w->react);
	set_times(doc, "works", &w->work);
	return doc;
}

static void print_json(struct run *r, const struct history *st, int64_t since_ms)
{
	json_t *doc = json_object(), *lanes = json_array(), *workers = json_array();

	js_set_str(doc, "schema", "er.stats.v1");
	js_set_time(doc, "since", since_ms);
	js_set_int(doc, "tasks", (int64_t)st->tasks);
	for (const struct lane_row *l = st->lanes; l; l = l->hh.next)
		json_array_append_new(lanes, lane_doc(l));
	for (const struct worker_row *w = st->workers; w; w = w->hh.next)
		json_array_append_new(workers, worker_doc(w));
	js_set_new(doc, "lanes", lanes);
	js_set_new(doc, "workers", workers);
	out_doc(&r->out, doc);
	json_decref(doc);
}

static int run(struct run *r, struct err *err)
{
	int64_t now_ms = now_wall_ms();
	int64_t since_ms = now_ms - args_num(r, "last", (int64_t)LAST_DAYS * 24 * 3600 * 1000);
	struct history st;

	if (history_read(&r->spool, since_ms, now_ms, &st, err) < 0)
		return -1;
	if (r->out.format != FMT_TEXT) {
		print_json(r, &st, since_ms);
	} else {
		print_lanes(r, &st);
		print_workers(r, &st);
	}
	if (st.tasks == 0)
		out_remark(&r->out, "no task came in within that time");
	history_release(&st);
	return 0;
}

static const struct opt opts[] = {
	{0, "last", OPT_DURATION, "TIME", "tasks that came in within this time (default: 7d)"},
	OPT_END};

const struct cmd cmd_stats = {
	.name = "stats",
	.args = "",
	.summary = "how lanes and workers did: volume, times, promises kept",
	.about = "Counts the tasks that came in lately and what became of them. IN TIME is the "
	         "share answered before it was due, of those that were answered or are past it. "
	         "For workers: the share of offers accepted, of those answered or missed; the "
	         "median until they said yes or no; the time from yes to the answer.\n\n"
	         "What a worker's record means for routing is in erctl explain.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_LOOK,
	.max_args = 0,
	.exits = "0 2 3",
	.examples = "erctl stats\nerctl stats --last 24h --json",
	.run = run,
};
