#include "standing.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cells.h"
#include "engine/reputation.h"
#include "engine/world.h"
#include "identity.h"
#include "json/js.h"
#include "table.h"
#include "verb_message.h"
#include "worldof.h"

/* ---- of one worker ---- */

static json_t *micro(int v)
{
	return json_real(v / 1e6);
}

static json_t *counts_json(const struct counts *c)
{
	json_t *o = json_object();

	js_set_new(o, "right", json_real((double)(int64_t)(c->right * 100 + 0.5) / 100));
	js_set_new(o, "wrong", json_real((double)(int64_t)(c->wrong * 100 + 0.5) / 100));
	return o;
}

static json_t *lane_json(const char *lane, const struct standing *s)
{
	json_t *o = json_object(), *accuracy = json_object(), *seen = json_object();

	js_set_str(o, "lane", lane);
	js_set_new(accuracy, "mean", micro(s->mean_micro));
	js_set_new(accuracy, "low", micro(s->low_micro));
	js_set_new(accuracy, "high", micro(s->high_micro));
	js_set_new(o, "accuracy", accuracy);
	js_set_new(seen, "gold", counts_json(&s->gold));
	js_set_new(seen, "peers", counts_json(&s->peers));
	js_set_new(seen, "reviewers", counts_json(&s->qa));
	js_set_new(o, "observations", seen);
	js_set_new(o, "suspicion", micro(s->suspicion_micro));
	if (s->suspended_ms)
		js_set_time(o, "suspendedSince", s->suspended_ms);
	js_set_int(o, "answers", s->answers);
	js_set_int(o, "golds", s->golds);
	return o;
}

json_t *standing_of(const struct run *r, const char *worker, struct err *err)
{
	struct world *w = worldof(&r->spool, err);
	const struct crew *c = w ? world_find_crew(w, worker) : NULL;
	json_t *out = w ? json_array() : NULL;

	for (const struct lane_stats *l = c ? w->lanes : NULL; l; l = l->hh.next) {
		struct standing s;
		if (!reputation_skill(w, l, c))
			continue;
		reputation_of(w, l->name, worker, &s);
		json_array_append_new(out, lane_json(l->name, &s));
	}
	if (w)
		world_free(w);
	return out;
}

static void cell_micro(struct table *t, const json_t *o, const char *key)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", json_number_value(json_object_get(o, key)));
	cell_text(t, text);
}

static void cell_counts(struct table *t, const json_t *o, const char *key)
{
	const json_t *c = json_object_get(json_object_get(o, "observations"), key);
	double right = json_number_value(json_object_get(c, "right"));
	double wrong = json_number_value(json_object_get(c, "wrong"));
	char text[48] = "-";

	if (right + wrong > 0)
		snprintf(text, sizeof(text), "%.1f of %.1f", right, right + wrong);
	cell_text(t, text);
}

static void add_row(struct run *r, struct table *t, const json_t *o)
{
	const json_t *accuracy = json_object_get(o, "accuracy");
	const char *since = js_str_or(o, "/suspendedSince", NULL);
	char range[32], when[32] = "-";
	int64_t at;

	cell_text(t, js_str_or(o, "/lane", "?"));
	cell_micro(t, accuracy, "mean");
	snprintf(range, sizeof(range), "%.3f-%.3f",
	         json_number_value(json_object_get(accuracy, "low")),
	         json_number_value(json_object_get(accuracy, "high")));
	cell_text(t, range);
	cell_counts(t, o, "gold");
	cell_counts(t, o, "peers");
	cell_counts(t, o, "reviewers");
	cell_micro(t, o, "suspicion");
	cell_count(t, (uint64_t)js_int_or(o, "/answers", 0));
	cell_count(t, (uint64_t)js_int_or(o, "/golds", 0));
	if (since && time_parse(since, &at, NULL) == 0)
		out_when(&r->out, at, now_wall_ms(), when);
	cell_text(t, when);
}

void standing_print(struct run *r, const json_t *lanes)
{
	static const char *const head[] = {"LANE",      "ACCURACY",  "90 %",    "GOLD",  "PEERS",
	                                   "REVIEWERS", "SUSPICION", "ANSWERS", "GOLDS",
	                                   "SUSPENDED"};
	struct table t;

	if (!json_array_size(lanes))
		return;
	out_line(&r->out, "%s", "");
	table_init(&t, head, NITEMS(head), -1);
	for (size_t i = 0; i < json_array_size(lanes); i++)
		add_row(r, &t, json_array_get(lanes, i));
	table_print(&t, &r->out);
	table_release(&t);
}

/* ---- who is suspended ---- */

static int verifies(void *ctx, const char *name, const json_t *doc)
{
	(void)ctx;
	(void)name;
	return json_object_get(doc, "verify") != NULL;
}

static void add_suspended(const struct world *w, const struct lane_stats *l, const struct crew *c,
                          struct buf *text, json_t *list)
{
	struct standing s;
	json_t *one;

	if (!reputation_suspended(w, l->name, c))
		return;
	reputation_of(w, l->name, c->name, &s);
	buf_addf(text, "%s%s in %s", text->len ? ", " : "", c->name, l->name);
	one = json_object();
	js_set_str(one, "worker", c->name);
	js_set_str(one, "lane", l->name);
	js_set_time(one, "since", s.suspended_ms);
	json_array_append_new(list, one);
}

/* ---- answers that wait for programs ---- */

static size_t waiting_in(struct world *w, const char *lane)
{
	size_t n = 0;

	for (uint32_t i = 0; i < w->n_tasks; i++) {
		const struct task *t = world_at(w, i);
		for (int k = 0; t && strcmp(t->match->lane, lane) == 0 && k < t->n_assigns; k++)
			n += t->assigns[k].state == AS_HELD &&
			    t->assigns[k].awaits == AWAITS_PROGRAMS;
	}
	return n;
}

/* Those that a path names; what PATH has is erd's. */
static json_t *absent_of(const struct run *r, const struct lane *lane)
{
	json_t *out = json_array();

	for (size_t i = 0; i < lane->verify.n_programs; i++) {
		const struct rule_program *p = &lane->verify.program[i];
		const char *file = json_string_value(json_array_get(p->argv, 0));
		struct buf path = BUF_INIT;
		if (!file || !strchr(file, '/'))
			continue;
		buf_addf(&path, "%s%s%s", *file == '/' ? "" : r->spool.path,
		         *file == '/' ? "" : "/", file);
		if (access(buf_str(&path), X_OK) != 0)
			json_array_append_new(out, json_string(p->name));
		buf_release(&path);
	}
	return out;
}

struct looking {
	const struct run *r;
	const struct config *c;
	struct world *w;
	const struct standing_list *out;
};

static int look_at_programs(void *ctx, const char *name, const json_t *doc)
{
	const struct looking *k = ctx;
	const struct lane *lane = config_lane(k->c, name);
	size_t n = lane && lane->verify.n_programs ? waiting_in(k->w, name) : 0;
	json_t *absent, *one;

	(void)doc;
	if (!n)
		return 0;
	absent = absent_of(k->r, lane);
	buf_addf(k->out->text, "%s%zu %s of %s wait%s", k->out->text->len ? ", " : "", n,
	         n == 1 ? "answer" : "answers", name, n == 1 ? "s" : "");
	for (size_t i = 0; i < json_array_size(absent); i++)
		buf_addf(k->out->text, "%s%s%s", i ? ", " : " (not there: ",
		         json_string_value(json_array_get(absent, i)),
		         i + 1 < json_array_size(absent) ? "" : ")");
	one = json_object();
	js_set_str(one, "lane", name);
	js_set_int(one, "answers", (json_int_t)n);
	js_set_new(one, "absent", absent);
	json_array_append_new(k->out->list, one);
	return 0;
}

void standing_find(const struct run *r, const struct config *c,
                   const struct standing_list *suspended, const struct standing_list *programs)
{
	struct err unread = ERR_INIT;
	struct world *w =
	    config_each(c, CFG_LANE, verifies, NULL) ? worldof(&r->spool, &unread) : NULL;

	if (!w)
		return;
	for (const struct crew *k = w->crews; k; k = k->hh.next)
		for (const struct lane_stats *l = w->lanes; l; l = l->hh.next)
			add_suspended(w, l, k, suspended->text, suspended->list);
	config_each(c, CFG_LANE, look_at_programs, &(struct looking){r, c, w, programs});
	world_free(w);
}

/* ---- back to work ---- */

static int reinstate(struct run *r, struct err *err)
{
	char from[IDENTITY_MAX], about[200];
	const char *lane = args_str(r, "lane", NULL);
	json_t *body = lane ? verb_body_reason(r, err) : NULL;

	if (!lane)
		return err_set(err, FAIL_USAGE, "worker reinstate: --lane: in which lane");
	if (!body || identity_requester(r, from, err) < 0) {
		json_decref(body);
		return -1;
	}
	js_set_str(body, "worker", r->argv[0]);
	js_set_str(body, "lane", lane);
	snprintf(about, sizeof(about), "%.64s in %.64s", r->argv[0], lane);
	struct verb_message m = {.type = MSG_REINSTATE, .about = about, .from = from,
	                         .done = "reinstated", .body = body};
	return verb_message_send(r, &m, err);
}

static const struct opt reinstate_opts[] = {
	{'l', "lane", OPT_LANE, "LANE", "in this lane"},
	{'r', "reason", OPT_STRING, "TEXT", "why"},
	{0, "from", OPT_STRING, "NAME", "who says so (default: --as, else your login name)"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_worker_reinstate = {
	.name = "worker reinstate",
	.args = "NAME",
	.summary = "let a suspended worker work in a lane again",
	.about = "Verification suspends a worker whose answers are below the lane's floor "
	         "(er-verify(7)); an operator may take that back. Suspicion begins anew, what is "
	         "known of the accuracy stays. Exit 6: not suspended there.",
	.opts = reinstate_opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_WORKER,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 4 6 8 75",
	.examples =
	    "erctl worker reinstate ana --lane support.triage --reason \"the gold was wrong\"",
	.run = reinstate,
};
