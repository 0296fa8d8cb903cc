#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "cmd.h"
#include "counts.h"
#include "json/js.h"
#include "model/state.h"
#include "refused.h"
#include "verbs.h"

enum { OLD_MESSAGE_MS = 60 * 1000 };
enum { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN }; /* as monitoring plugins do */

static void print_text(struct run *r, const struct counts *st)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s (chosen by %s)", r->spool_path, r->spool_why);
	out_field(&r->out, "spool", buf_str(&b));
	out_field_styled(&r->out, "erd", st->running ? "running" : "not running",
	                 st->running ? STYLE_GOOD : STYLE_WAIT);
	buf_clear(&b);
	for (int s = ST_QUEUED; s < ST_COUNT; s++) {
		if (st->tasks[s])
			buf_addf(&b, "%s%zu %s", b.len ? ", " : "", st->tasks[s], state_name((enum state)s));
	}
	out_field(&r->out, "tasks", b.len ? buf_str(&b) : "none");
	buf_clear(&b);
	buf_addf(&b, "%zu waiting, %zu refused", st->waiting, st->refused);
	out_field(&r->out, "messages", buf_str(&b));
	buf_clear(&b);
	buf_addf(&b, "%llu events", (unsigned long long)st->seq);
	out_field(&r->out, "journal", buf_str(&b));
	buf_release(&b);
}

static void print_json(struct run *r, const struct counts *st)
{
	json_t *doc = json_object(), *tasks = json_object();
	js_set_str(doc, "schema", "er.status.v1");
	out_set_safe(doc, "spool", r->spool_path);
	out_set_safe(doc, "chosenBy", r->spool_why);
	out_set_safe(doc, "organisation", r->spool.organisation);
	js_set_new(doc, "erdRunning", json_boolean(st->running));
	for (int s = ST_QUEUED; s < ST_COUNT; s++)
		js_set_int(tasks, state_name((enum state)s), (int64_t)st->tasks[s]);
	js_set_new(doc, "tasks", tasks);
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
	} else if (!st->running || st->oldest_ms > OLD_MESSAGE_MS) {
		level = CHECK_WARNING;
		word = "WARNING";
		what = st->running ? ", messages wait for more than a minute" : ", erd is not running";
	}
	out_line(&r->out, "ER %s: %zu open, %zu waiting, %zu refused%s", word, st->open, st->waiting,
	         st->refused, what);
	return level;
}

static int run(struct run *r, struct err *err)
{
	struct counts st = {.running = 0};
	int checking = args_has(r, "check");
	if (run_open_spool(r, err) < 0 ||
	    (!args_has(r, "refused") && counts_read(&r->spool, &st, err) < 0)) {
		if (!checking)
			return -1;
		out_line(&r->out, "ER UNKNOWN: %s", err->msg);
		return CHECK_UNKNOWN;
	}
	if (args_has(r, "refused"))
		return refused_list(r, err);
	if (checking)
		return check(r, &st);
	if (r->out.format == FMT_TEXT)
		print_text(r, &st);
	else
		print_json(r, &st);
	return 0;
}

static const struct opt opts[] = {
	{0, "check", OPT_FLAG, NULL, "one line and an exit status for monitoring"},
	{0, "refused", OPT_FLAG, NULL, "list the messages that erd refused, with the reasons"},
	OPT_END};

const struct cmd cmd_status = {
	.name = "status",
	.args = "",
	.summary = "which spool this is, and how it is doing",
	.about = "Names the spool and why it was chosen, whether erd runs, the tasks by state, messages "
	         "that wait or were refused, and how far the journal is.\n\n"
	         "With --check the exit status is the one of monitoring plugins, not that of the "
	         "table: 0 well, 1 warning (erd is not running), 2 critical (and messages wait for "
	         "more than a minute), 3 unknown.",
	.opts = opts,
	.group = GROUP_LOOK,
	.max_args = 0,
	.exits = "0 2 3",
	.examples = "erctl status\nerctl status --refused",
	.run = run,
};
