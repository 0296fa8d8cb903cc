#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "idargs.h"
#include "json/js.h"
#include "model/event.h"
#include "model/taskview.h"
#include "spool/journal.h"
#include "table.h"
#include "verbs.h"
#include "verdicts.h"

/* What a decision rests on, event by event, from the journal: nothing is computed anew. */
struct telling {
	struct run *r;
	json_t *all; /* --json: owned */
	int any;
	int overlap; /* answers wanted at first */
};

static const char *text(const json_t *data, const char *pointer)
{
	return js_str_or(data, pointer, "");
}

static int is_true(const json_t *data, const char *key)
{
	return json_is_true(json_object_get(data, key));
}

/* A candidate's line as the journal has it (engine/route.h), as an object. */
static json_t *candidate(const char *line)
{
	static const char *const keys[] = {"score", "answers", "inTime", "passes", "cost",
	                                   "hasInHand"};
	char name[72] = "", verdict[40] = "", instead[72] = "";
	long long v[6];
	json_t *o = json_object();
	int n = sscanf(line, "%71s %39s %lld %lld %lld %lld %lld %lld for %71s", name, verdict,
	               &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], instead);

	if (n < 8)
		sscanf(line, "%*s %*s for %71s", instead);
	js_set_str(o, "worker", name);
	if (*instead)
		js_set_str(o, "for", instead);
	js_set_str(o, "verdict", verdict);
	for (int i = 0; n >= 8 && i < 6; i++)
		js_set_int(o, keys[i], v[i]);
	return o;
}

/* data.candidates as objects: a new reference. */
static json_t *candidates(const json_t *data)
{
	const json_t *lines = json_object_get(data, "candidates");
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *line = json_string_value(json_array_get(lines, i));
		if (line)
			json_array_append_new(out, candidate(line));
	}
	return out;
}

static void add_share(struct table *t, const json_t *c, const char *key)
{
	char cell[32] = "-";
	const json_t *v = json_object_get(c, key);

	if (json_is_integer(v))
		snprintf(cell, sizeof(cell), "%.3f", (double)json_integer_value(v) / 1000);
	table_add(t, cell, strlen(cell));
}

static void add_candidate(struct table *t, const json_t *c, int scored)
{
	struct buf who = BUF_INIT;
	char hand[24] = "-";
	const char *verdict = text(c, "/verdict");

	buf_adds(&who, text(c, "/worker"));
	if (*text(c, "/for"))
		buf_addf(&who, " for %s", text(c, "/for"));
	table_add(t, buf_str(&who), who.len);
	table_add(t, verdict, strlen(verdict));
	buf_release(&who);
	if (!scored)
		return;
	add_share(t, c, "score");
	add_share(t, c, "answers");
	add_share(t, c, "inTime");
	add_share(t, c, "passes");
	add_share(t, c, "cost");
	if (json_object_get(c, "hasInHand"))
		snprintf(hand, sizeof(hand), "%lld", (long long)js_int_or(c, "/hasInHand", 0));
	table_add(t, hand, strlen(hand));
}

static void show_candidates(struct run *r, const json_t *data)
{
	static const char *const head[] = {"CANDIDATE", "VERDICT", "SCORE", "ANSWERS", "IN TIME",
	                                   "PASSES",    "COST",    "HAS IN HAND"};
	json_t *all = candidates(data), *c;
	struct table t;
	size_t i;
	int scored = !json_object_get(data, "chain"); /* at a level load alone counts */

	table_init(&t, head, scored ? NITEMS(head) : 2, -1);
	json_array_foreach(all, i, c)
		add_candidate(&t, c, scored);
	if (json_array_size(all))
		table_print(&t, &r->out);
	table_release(&t);
	json_decref(all);
}

static void add_counts(struct buf *b, const json_t *counts)
{
	const char *key, *before = "";
	json_t *v;

	json_object_foreach((json_t *)counts, key, v) {
		buf_addf(b, "%s%lld %s", before, (long long)json_integer_value(v), key);
		before = ", ";
	}
}

static void show_moment(struct run *r, const json_t *data, const char *label, const char *pointer)
{
	char when[32];
	int64_t at;

	if (time_parse(text(data, pointer), &at, NULL) == 0)
		out_field(&r->out, label, out_when(&r->out, at, now_wall_ms(), when));
}

static void show_matched(struct run *r, const json_t *data)
{
	struct buf refused = BUF_INIT;
	char n[48];

	out_field(&r->out, "agent", text(data, "/agentId"));
	show_moment(r, data, "expected by", "/prediction/p50At");
	show_moment(r, data, "in 9 of 10 by", "/prediction/p90At");
	snprintf(n, sizeof n, "%lld", (long long)js_int_or(data, "/eligible", 0));
	if (json_object_get(data, "eligible"))
		out_field(&r->out, "eligible", n);
	add_counts(&refused, json_object_get(data, "refused"));
	out_field(&r->out, "not eligible", buf_str(&refused));
	buf_release(&refused);
	if (json_object_get(data, "explored"))
		out_field(&r->out, "explored", "drawn to learn more of somebody little known");
	show_candidates(r, data);
}

static void show_nobody(struct run *r, const json_t *data)
{
	const json_t *help = json_object_get(data, "wouldHelp");
	struct buf b = BUF_INIT;

	buf_adds(&b, "nobody can take it");
	if (json_object_size(json_object_get(data, "reasons")))
		buf_adds(&b, ": ");
	add_counts(&b, json_object_get(data, "reasons"));
	out_line(&r->out, "%s", buf_str(&b));
	buf_release(&b);
	for (size_t i = 0; i < json_array_size(help); i++)
		out_field(&r->out, i ? "" : "would help",
		          json_string_value(json_array_get(help, i)));
	show_candidates(r, data);
}

/* task.offered is "offered"; what only escalations have keeps its words too. */
static const char *short_name(enum event_type type)
{
	const char *name = event_name(type), *dot = strchr(name, '.');

	return dot ? dot + 1 : name;
}

/* Where a chain stands now, or who took it. */
static void add_level(struct buf *b, const struct event *ev)
{
	int64_t round = js_int_or(ev->data, "/round", 1);
	int64_t need = js_int_or(ev->data, "/required", 1);

	if (ev->type == EV_ESC_TRIGGERED || ev->type == EV_ESC_ESCALATED) {
		buf_addf(b, "%s level %lld of %lld, %s", ev->type == EV_ESC_ESCALATED ? " to" : ":",
		         (long long)js_int_or(ev->data, "/level", 1),
		         (long long)js_int_or(ev->data, "/levels", 1), text(ev->data, "/agentId"));
		if (round > 1)
			buf_addf(b, ", round %lld", (long long)round);
	}
	if (ev->type == EV_ESC_ACKNOWLEDGED && need > 1)
		buf_addf(b, ", %lld of %lld", (long long)js_int_or(ev->data, "/acknowledgers", 1),
		         (long long)need);
}

/* An answer that was not sure enough. */
static void add_unsure(struct buf *b, const struct event *ev)
{
	const json_t *sure = json_object_get(ev->data, "confidence");
	const json_t *least = json_object_get(ev->data, "confidenceThreshold");

	if (ev->type != EV_ESC_ESCALATED || !least)
		return;
	if (json_is_number(sure))
		buf_addf(b, ", %g is less than %g", json_number_value(sure),
		         json_number_value(least));
	else
		buf_addf(b, ", it gave none where %g is asked for", json_number_value(least));
}

/* The rest of an event on its own line. */
static void add_what(struct buf *b, const struct event *ev)
{
	static const struct {
		const char *pointer, *before;
	} parts[] = {{"/worker", " "}, {"/for", " for "}, {"/stage", " "}, {"/to", ", to "},
	             {"/reason", ": "}, {"/by", " by "}, {"/although", ", although "},
	             {"/onBreach", ", the lane says "}, {"/pool", " to "}};

	if (ev->type == EV_ESC_TRIGGERED || ev->type == EV_ESC_ESCALATED)
		add_level(b, ev);
	if (ev->type == EV_ESC_ESCALATED && *text(ev->data, "/worker"))
		buf_adds(b, ", after");
	if (json_object_get(ev->data, "attempt") && ev->type != EV_COMPLETED)
		buf_addf(b, " answer %lld", (long long)js_int_or(ev->data, "/attempt", 0));
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (*text(ev->data, parts[i].pointer))
			buf_addf(b, "%s%s", parts[i].before, text(ev->data, parts[i].pointer));
	if (ev->type == EV_ESC_ACKNOWLEDGED)
		add_level(b, ev);
	add_unsure(b, ev);
	if (is_true(ev->data, "backup"))
		buf_adds(b, ", beside whoever has it");
	if (is_true(ev->data, "automatic"))
		buf_adds(b, ", assigned without asking: trusted");
	if (is_true(ev->data, "claimed"))
		buf_adds(b, ", who took it unasked");
	if (is_true(ev->data, "penalty"))
		buf_adds(b, ", late enough to count against the worker");
	if (is_true(ev->data, "predicted"))
		buf_adds(b, ": it will probably be late");
	if (ev->type == EV_SLA_WARNING && js_int_or(ev->data, "/want", 0) > 1)
		buf_adds(b, ", one more is asked");
}

static void show_event(struct telling *t, const struct event *ev)
{
	struct run *r = t->r;
	struct buf b = BUF_INIT;
	char at[TIME_TEXT_MAX];

	add_what(&b, ev);
	out_line(&r->out, "%s  %s%s", time_format_ms(ev->at_ms, at), short_name(ev->type),
	         buf_str(&b));
	buf_release(&b);
	if (ev->type == EV_MATCHED)
		show_matched(r, ev->data);
	if (ev->type == EV_QUEUED && json_object_get(ev->data, "reasons"))
		show_nobody(r, ev->data);
	if (ev->type == EV_ESC_ESCALATED)
		show_candidates(r, ev->data);
	if (ev->type == EV_ACCEPTED)
		show_moment(r, ev->data, "a second one at", "/backupAt");
	if (ev->type == EV_CREATED)
		show_moment(r, ev->data, "due", "/dueAt");
	verdicts_explain(r, ev, t->overlap);
}

/* Events that are decisions about the task and its answers, or their causes. */
static int tells(const struct event *ev)
{
	return ev->type != EV_COMMENTED && ev->type < EV_CONFIG_SET;
}

static void keep(struct telling *t, const struct event *ev)
{
	json_t *o = json_object(), *data = taskview_public(ev);

	js_set_int(o, "seq", (int64_t)ev->seq);
	js_set_time(o, "at", ev->at_ms);
	js_set_str(o, "event", event_name(ev->type));
	js_set_str(o, "state", state_name(ev->state));
	js_set_str(o, "actor", ev->actor);
	if (ev->type == EV_CREATED) { /* the body is what show is for */
		js_set_copy(o, "dueAt", json_object_get(data, "dueAt"));
		js_set_copy(o, "need", js_at(data, "/spec/need"));
	} else if (json_object_get(data, "candidates")) {
		json_t *why = json_copy(data);
		js_set_new(why, "candidates", candidates(data));
		js_set_new(o, "why", why);
	} else if (ev->type == EV_SUBMITTED) { /* so is the answer */
		json_t *why = json_copy(data);
		json_object_del(why, "answer");
		json_object_del(why, "evidence");
		js_set_new(o, "why", why);
	} else {
		js_set_copy(o, "why", data);
	}
	json_decref(data);
	json_array_append_new(t->all, o);
}

static int visit(void *ctx, const struct event *ev, struct err *err)
{
	struct telling *t = ctx;

	(void)err;
	if (!tells(ev))
		return 0;
	if (ev->type == EV_CREATED)
		t->overlap = (int)js_int_or(ev->data, "/overlap", 1);
	if (t->all)
		keep(t, ev);
	else
		show_event(t, ev);
	t->any = 1;
	return 0;
}

static void print_json(struct telling *t, const struct id *id)
{
	char task[ID_TEXT_MAX];
	json_t *doc = json_object();

	js_set_str(doc, "schema", "er.explanation.v1");
	js_set_str(doc, "id", id_format(id, "task_", task));
	js_set_new(doc, "decisions", t->all);
	out_doc(&t->r->out, doc);
	json_decref(doc);
}

static int run(struct run *r, struct err *err)
{
	struct telling t = {.r = r};
	struct id id;

	if (idarg_any(r, r->argv[0], &id, err) < 0)
		return -1;
	if (r->out.format != FMT_TEXT)
		t.all = json_array();
	else
		out_page(&r->out);
	int rc = journal_walk_task(&r->spool, &id, visit, &t, err);
	if (rc >= 0 && !t.any)
		rc = err_set(err, FAIL_NOT_FOUND, "no such task in the journal");
	if (rc >= 0 && t.all)
		print_json(&t, &id);
	else
		json_decref(t.all);
	return rc < 0 ? -1 : 0;
}

static const struct opt opts[] = {OPT_END};

const struct cmd cmd_explain = {
	.name = "explain",
	.args = "ID",
	.summary = "say why a task went to whom it went, and why an answer stands",
	.about = "From the journal: who could be asked and who not, with what was expected of each "
	         "(the chances that this worker answers, in the time left, and rightly; the score "
	         "is their product against cost and load, with the lane's weights), when the "
	         "answer was expected, and why each later step was taken. When nobody can take a "
	         "task, what would change that.\n\n"
	         "Of each answer what every stage of verification said, with its numbers "
	         "(er-verify(7)): of the tests for anomalies what was seen, where the limit is, "
	         "the chance of such an answer and of such a worker, how often this worker does it "
	         "and how often the peers do; the worker's accuracy with its bound; how far the "
	         "answers agree, how many were wanted and why; whether a reviewer was drawn, and "
	         "what the reviewer said.\n\n"
	         "Of many candidates the best, some that were passed over and some that are not "
	         "eligible are listed, the others counted. Chances and scores are of 1.000; in "
	         "JSON they are thousandths.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_LOOK,
	.first = ARG_ID,
	.states = ~0u,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3",
	.examples = "erctl explain 01J8\nerctl explain \"$id\" --json",
	.run = run,
};
