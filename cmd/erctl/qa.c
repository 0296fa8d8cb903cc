/* erctl qa: the reviews that wait, and what they are about. */

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cells.h"
#include "cmd.h"
#include "engine/world.h"
#include "etcnoun.h"
#include "idargs.h"
#include "json/js.h"
#include "model/state.h"
#include "table.h"
#include "verbs.h"
#include "worldof.h"

/* Who has it, or is asked. */
static const char *reviewer_of(const struct task *t)
{
	const struct assign *a = task_live_assign(t, NULL);

	return a ? a->worker->name : NULL;
}

static json_t *review_json(const struct world *w, const struct task *t, int64_t now_ms)
{
	const struct task *parent = world_task(w, &t->parent);
	json_t *o = json_object();
	char id[ID_TEXT_MAX];

	js_set_str(o, "id", id_format(&t->id, "task_", id));
	js_set_str(o, "task", id_format(&t->parent, "task_", id));
	if (parent)
		js_set_str(o, "lane", parent->match->lane);
	js_set_str(o, "qaLane", t->match->lane);
	js_set_str(o, "state", state_name((enum state)t->state));
	js_set_str(o, "reviewer", reviewer_of(t));
	js_set_time(o, "createdAt", t->created_ms);
	js_set_time(o, "dueAt", t->due_ms);
	js_set_int(o, "ageSeconds", (now_ms - t->created_ms) / 1000);
	return o;
}

static void add_row(struct run *r, struct table *t, const json_t *o, int64_t now_ms)
{
	char due[32] = "-";
	int64_t at;

	cell_text(t, js_str_or(o, "/id", "?"));
	cell_text(t, js_str_or(o, "/task", "?"));
	cell_text(t, js_str_or(o, "/lane", "-"));
	cell_text(t, js_str_or(o, "/state", "?"));
	cell_text(t, js_str_or(o, "/reviewer", "-"));
	cell_time(t, js_int_or(o, "/ageSeconds", 0) * 1000);
	if (time_parse(js_str_or(o, "/dueAt", ""), &at, NULL) == 0)
		out_when(&r->out, at, now_ms, due);
	cell_text(t, due);
}

static int by_creation(const void *a, const void *b)
{
	const struct task *x = *(struct task *const *)a, *y = *(struct task *const *)b;

	return x->created_ms != y->created_ms ? (x->created_ms > y->created_ms) -
	                                            (x->created_ms < y->created_ms)
	                                      : id_cmp(&x->id, &y->id);
}

static int list(struct run *r, struct err *err)
{
	static const char *const head[] = {"REVIEW", "TASK", "LANE", "STATE", "REVIEWER", "AGE",
	                                   "DUE"};
	struct world *w = worldof(&r->spool, err);
	struct task **all;
	struct table t;
	size_t n = 0;
	int64_t now_ms = now_wall_ms();

	if (!w)
		return -1;
	all = mem_alloc((w->n_tasks + 1) * sizeof(*all));
	for (uint32_t i = 0; i < w->n_tasks; i++)
		if (world_at(w, i) && world_at(w, i)->reviews)
			all[n++] = world_at(w, i);
	qsort(all, n, sizeof(*all), by_creation);
	table_init(&t, head, NITEMS(head), -1);
	out_items_begin(&r->out);
	for (size_t i = 0; i < n; i++) {
		json_t *o = review_json(w, all[i], now_ms);
		if (r->out.format == FMT_TEXT)
			add_row(r, &t, o, now_ms);
		else
			out_item(&r->out, o);
		json_decref(o);
	}
	out_items_end(&r->out);
	if (r->out.format == FMT_TEXT)
		table_print(&t, &r->out);
	table_release(&t);
	free(all);
	world_free(w);
	return 0;
}

/* ---- show ---- */

/* ${id} is a review, or a task whose answer is with a reviewer. */
static json_t *find_review(struct run *r, struct err *err)
{
	struct id id;
	json_t *view = NULL;

	if (idarg(r, r->argv[0], &id, err) == 0)
		view = idarg_view(r, &id, err);
	const char *review = view ? js_str_or(view, "/verification/review", NULL) : NULL;
	if (view && !json_object_get(view, "reviews") && review &&
	    id_parse(review, "task_", &id) == 0) {
		json_decref(view);
		view = idarg_view(r, &id, err);
	}
	if (!view || json_object_get(view, "reviews"))
		return view;
	json_decref(view);
	err_set(err, FAIL_NOT_FOUND, "%s: no review, and its answer is with no reviewer",
	        r->argv[0]);
	return NULL;
}

static void show_text(struct run *r, const json_t *view)
{
	const json_t *said = js_at(view, "/result/answer");
	const json_t *people = json_object_get(view, "assignments");
	char share[32];

	out_field(&r->out, "review", js_str_or(view, "/id", ""));
	out_field(&r->out, "state", js_str_or(view, "/state", ""));
	out_field(&r->out, "of", js_str_or(view, "/reviews", ""));
	out_field(&r->out, "lane", js_str_or(view, "/body/payload/lane", ""));
	out_field(&r->out, "title", js_str_or(view, "/body/payload/title", ""));
	if (js_at(view, "/body/payload/scoreMicro")) {
		snprintf(share, sizeof share, "%.3f",
		         (double)js_int_or(view, "/body/payload/scoreMicro", 0) / 1e6);
		out_field(&r->out, "agreement", share);
	}
	for (size_t i = 0; i < json_array_size(people); i++) {
		char who[128];
		snprintf(who, sizeof who, "%.64s %.32s",
		         js_str_or(json_array_get(people, i), "/worker", "?"),
		         js_str_or(json_array_get(people, i), "/state", ""));
		out_field(&r->out, i ? "" : "reviewer", who);
	}
	out_block_json(&r->out, "answer under review", js_at(view, "/body/payload/answer"));
	out_field(&r->out, "verdict", js_str_or(said, "/verdict", ""));
	out_block(&r->out, "reason", js_str_or(said, "/reason", ""));
	out_block_json(&r->out, "corrected to", json_object_get(said, "answer"));
}

static int show(struct run *r, struct err *err)
{
	json_t *view = find_review(r, err);

	if (!view)
		return -1;
	if (r->out.format == FMT_TEXT)
		show_text(r, view);
	else
		out_doc(&r->out, view);
	json_decref(view);
	return 0;
}

/* ---- the table ---- */

static const char *const list_fields[] = {"id",       "task",      "lane",  "qaLane",    "state",
                                          "reviewer", "createdAt", "dueAt", "ageSeconds", NULL};

static const struct cmd verb_list = {
	.name = "qa list",
	.args = "",
	.summary = "the reviews that are open, the oldest first",
	.about = "A row for each: the review, the task whose answer waits for it, that task's "
	         "lane, who has the review or is asked, and since when it waits.",
	.aliases = etcnoun_list_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_LOOK,
	.max_args = 0,
	.exits = "0 2 3",
	.examples = "erctl qa list\nerctl qa list --json=id,task,ageSeconds",
	.fields = list_fields,
	.run = list,
};

static const struct cmd verb_show = {
	.name = "qa show",
	.args = "ID",
	.summary = "a review: the answer, and what the reviewer said",
	.about = "ID is the review, or the task whose answer is with a reviewer. With --json the "
	         "review as a task, er.task.v1.",
	.needs = NEED_SPOOL,
	.group = GROUP_LOOK,
	.first = ARG_ID,
	.states = ~0u,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 8",
	.examples = "erctl qa show 01J8",
	.run = show,
};

static const struct cmd *const verbs[] = {&verb_list, &verb_show, NULL};

const struct cmd cmd_qa = {
	.name = "qa",
	.args = "VERB",
	.summary = "answers that wait for a reviewer",
	.about = "A share of a lane's answers goes to reviewers (er-verify(7)): each as a task of "
	         "its own, in the lane that verify.qa.lane names. A reviewer finds it in the inbox "
	         "and answers it as any other task: confirm, correct or reject.",
	.group = GROUP_LOOK,
	.max_args = -1,
	.exits = "0 2 3 8",
	.examples = "erctl qa list\nerctl qa show 01J8\nerctl answer 01J8 --set verdict=confirm",
	.verbs = verbs,
};
