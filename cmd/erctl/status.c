#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "cmd.h"
#include "counts.h"
#include "etcverbs.h"
#include "json/js.h"
#include "model/schedule.h"
#include "model/state.h"
#include "paused.h"
#include "refused.h"
#include "standing.h"
#include "verbs.h"

enum { OLD_MESSAGE_MS = 60 * 1000 };
enum { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN }; /* as monitoring plugins do */

static void add_lane(struct buf *b, const struct lane_count *l)
{
	buf_addf(b, "%s%s %zu", b->len ? ", " : "", l->name, l->open);
	if (l->at_risk || l->overdue)
		buf_addf(b, " (%zu at risk, %zu overdue)", l->at_risk, l->overdue);
}

/* ---- who is on call, what is paused ---- */

struct on_call {
	const struct config *config;
	int64_t now_ms;
	struct buf text, suspended_text, programs_text, paused_text;
	json_t *list, *suspended, *programs, *paused;
};

static int add_on_call(void *ctx, const char *name, const json_t *doc)
{
	struct on_call *o = ctx;
	const struct schedule *s = config_schedule(o->config, name);
	const char *worker = schedule_at(s, config_zone(o->config, s->zone), o->now_ms);
	json_t *one = json_object();

	(void)doc;
	js_set_str(one, "schedule", name);
	js_set_str(one, "worker", worker);
	json_array_append_new(o->list, one);
	buf_addf(&o->text, "%s%s: %s", o->text.len ? ", " : "", name, worker ? worker : "nobody");
	return 0;
}

/* As etc/ says now; where that is not valid nobody is named: erctl schedule check tells why. */
static void find_on_call(struct run *r, struct on_call *o)
{
	struct err bad = ERR_INIT;
	struct config *c = etc_load(r, &bad);

	*o = (struct on_call){.config = c, .now_ms = now_wall_ms(), .list = json_array(),
	                      .suspended = json_array(), .programs = json_array(),
	                      .paused = json_array()};
	buf_init(&o->text, 0);
	buf_init(&o->suspended_text, 0);
	buf_init(&o->programs_text, 0);
	buf_init(&o->paused_text, 0);
	if (c) {
		const struct standing_list suspended = {&o->suspended_text, o->suspended};
		const struct standing_list programs = {&o->programs_text, o->programs};
		standing_find(r, c, &suspended, &programs);
		paused_list(c, o->now_ms, &o->paused_text, o->paused);
		config_each(c, CFG_SCHEDULE, add_on_call, o);
		config_free(c);
	}
}

static void on_call_release(struct on_call *o)
{
	buf_release(&o->text);
	buf_release(&o->suspended_text);
	buf_release(&o->programs_text);
	buf_release(&o->paused_text);
	json_decref(o->list);
	json_decref(o->suspended);
	json_decref(o->programs);
	json_decref(o->paused);
}

/* ---- output ---- */

static void print_text(struct run *r, const struct counts *st, const struct on_call *o)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s (chosen by %s)", r->spool_path, r->spool_why);
	out_field(&r->out, "spool", buf_str(&b));
	out_field_styled(&r->out, "erd", st->running ? "running" : "not running",
	                 st->running ? STYLE_GOOD : STYLE_WAIT);
	buf_clear(&b);
	for (int s = ST_QUEUED; s < ST_COUNT; s++) {
		if (st->tasks[s])
			buf_addf(&b, "%s%zu %s", b.len ? ", " : "", st->tasks[s],
			         state_name((enum state)s));
	}
	out_field(&r->out, "tasks", b.len ? buf_str(&b) : "none");
	buf_clear(&b);
	for (const struct lane_count *l = st->lanes; l; l = l->hh.next)
		add_lane(&b, l);
	out_field(&r->out, "lanes", buf_str(&b));
	if (st->at_risk || st->overdue) {
		buf_clear(&b);
		buf_addf(&b, "%zu at risk, %zu overdue", st->at_risk, st->overdue);
		out_field_styled(&r->out, "in time", buf_str(&b),
		                 st->overdue ? STYLE_BAD : STYLE_WAIT);
	}
	out_field(&r->out, "on call", buf_str(&o->text));
	out_field_styled(&r->out, "suspended", buf_str(&o->suspended_text), STYLE_BAD);
	if (o->programs_text.len)
		out_field_styled(&r->out, "programs", buf_str(&o->programs_text), STYLE_WAIT);
	if (o->paused_text.len)
		out_field_styled(&r->out, "paused", buf_str(&o->paused_text), STYLE_WAIT);
	buf_clear(&b);
	buf_addf(&b, "%zu waiting, %zu refused", st->waiting, st->refused);
	out_field(&r->out, "messages", buf_str(&b));
	buf_clear(&b);
	buf_addf(&b, "%llu events", (unsigned long long)st->seq);
	out_field(&r->out, "journal", buf_str(&b));
	buf_release(&b);
}

static void print_json(struct run *r, const struct counts *st, const struct on_call *o)
{
	json_t *doc = json_object(), *tasks = json_object(), *lanes = json_array();
	js_set_str(doc, "schema", "er.status.v1");
	out_set_safe(doc, "spool", r->spool_path);
	out_set_safe(doc, "chosenBy", r->spool_why);
	out_set_safe(doc, "organisation", r->spool.organisation);
	js_set_new(doc, "erdRunning", json_boolean(st->running));
	for (int s = ST_QUEUED; s < ST_COUNT; s++)
		js_set_int(tasks, state_name((enum state)s), (int64_t)st->tasks[s]);
	js_set_new(doc, "tasks", tasks);
	for (const struct lane_count *l = st->lanes; l; l = l->hh.next) {
		json_t *one = json_object();
		out_set_safe(one, "lane", l->name);
		js_set_int(one, "open", (int64_t)l->open);
		js_set_int(one, "atRisk", (int64_t)l->at_risk);
		js_set_int(one, "overdue", (int64_t)l->overdue);
		json_array_append_new(lanes, one);
	}
	js_set_new(doc, "lanes", lanes);
	js_set_copy(doc, "onCall", o->list);
	js_set_copy(doc, "suspended", o->suspended);
	js_set_copy(doc, "programs", o->programs);
	js_set_copy(doc, "paused", o->paused);
	js_set_int(doc, "messagesWaiting", (int64_t)st->waiting);
	js_set_int(doc, "messagesRefused", (int64_t)st->refused);
	js_set_int(doc, "seq", (int64_t)st->seq);
	out_doc(&r->out, doc);
	json_decref(doc);
}

static int check(struct run *r, const struct counts *st)
{
	const char *word = "OK", *what = "";
	int level = CHECK_OK;
	if (!st->running && st->oldest_ms > OLD_MESSAGE_MS) {
		level = CHECK_CRITICAL;
		word = "CRITICAL";
		what = ", messages wait and erd is not running";
	} else if (!st->running || st->oldest_ms > OLD_MESSAGE_MS || st->overdue) {
		level = CHECK_WARNING;
		word = "WARNING";
		what = !st->running                      ? ", erd is not running"
		       : st->oldest_ms > OLD_MESSAGE_MS ? ", messages wait for more than a minute"
		                                        : "";
	}
	out_line(&r->out, "ER %s: %zu open, %zu at risk, %zu overdue, %zu waiting, %zu refused%s",
	         word, st->open, st->at_risk, st->overdue, st->waiting, st->refused, what);
	return level;
}

static void print(struct run *r, const struct counts *st)
{
	struct on_call o;

	find_on_call(r, &o);
	if (r->out.format == FMT_TEXT)
		print_text(r, st, &o);
	else
		print_json(r, st, &o);
	on_call_release(&o);
}

static int run(struct run *r, struct err *err)
{
	struct counts st = {.running = 0};
	int checking = args_has(r, "check"), rc = 0;
	if (run_open_spool(r, err) < 0 ||
	    (!args_has(r, "refused") && counts_read(&r->spool, &st, err) < 0)) {
		counts_release(&st);
		if (!checking)
			return -1;
		out_line(&r->out, "ER UNKNOWN: %s", err->msg);
		return CHECK_UNKNOWN;
	}
	if (args_has(r, "refused"))
		rc = refused_list(r, err);
	else if (checking)
		rc = check(r, &st);
	else
		print(r, &st);
	counts_release(&st);
	return rc;
}

static const struct opt opts[] = {
	{0, "check", OPT_FLAG, NULL, "one line and an exit status for monitoring"},
	{0, "refused", OPT_FLAG, NULL, "list the messages that erd refused, with the reasons"},
	OPT_END};

const struct cmd cmd_status = {
	.name = "status",
	.args = "",
	.summary = "which spool this is, and how it is doing",
	.about = "Names the spool and why it was chosen, whether erd runs, the tasks by state and "
	         "by lane, those at risk (four fifths of their time are gone) and overdue, who is "
	         "on call, what is paused, who is suspended in a lane (er-verify(7)), where "
	         "answers wait for a lane's programs, messages that wait or were refused, and how "
	         "far the journal is.\n\n"
	         "With --check the exit status is the one of monitoring plugins, not that of the "
	         "table: 0 well, 1 warning (erd is not running, or tasks are overdue), 2 critical "
	         "(not running, and messages wait for more than a minute), 3 unknown.",
	.opts = opts,
	.group = GROUP_LOOK,
	.max_args = 0,
	.exits = "0 2 3",
	.examples = "erctl status\nerctl status --refused",
	.run = run,
};
