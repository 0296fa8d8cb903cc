#include "args.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "entries.h"
#include "fields.h"
#include "handover.h"
#include "inbox_line.h"
#include "json/js.h"
#include "table.h"
#include "tui.h"
#include "verbs.h"

static void add_row(struct table *t, const struct run *r, const json_t *doc)
{
	static const char *const pointers[] = {"/task",    "/state", "/due",  "/urgency",
	                                       "/lane",    "/priceUsd", "/title"};
	for (size_t i = 0; i < NITEMS(pointers); i++) {
		char when[32];
		int64_t at;
		const char *text = js_str_or(doc, pointers[i], "");
		if (strcmp(pointers[i], "/due") == 0 && time_parse(text, &at, NULL) == 0)
			text = out_when(&r->out, at, now_wall_ms(), when);
		table_add(t, text, strlen(text));
	}
}

static void print_table(struct run *r, const struct entries *l)
{
	static const char *const head[] = {"ID", "STATE", "DUE", "URGENCY", "LANE", "USD", "TITLE"};
	struct table t;
	table_init(&t, head, NITEMS(head), 1);
	for (size_t i = 0; i < l->n; i++) {
		json_t *doc = entries_doc(l, i);
		if (doc)
			add_row(&t, r, doc);
		json_decref(doc);
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static void print_json(struct run *r, const struct entries *l)
{
	out_items_begin(&r->out);
	for (size_t i = 0; i < l->n; i++) {
		json_t *doc = entries_doc(l, i);
		if (doc)
			out_item(&r->out, doc);
		json_decref(doc);
	}
	out_items_end(&r->out);
}

static int print(struct run *r, struct err *err)
{
	struct entries l;
	if (entries_open(&l, r, err) < 0)
		return -1;
	if (r->out.format == FMT_TEXT)
		print_table(r, &l);
	else
		print_json(r, &l);
	if (l.n == 0)
		out_remark(&r->out, "nothing waits for %s", r->worker);
	entries_close(&l);
	return 0;
}

static int full_screen(struct run *r, struct err *err)
{
	int rc = tui_inbox(r, err);
	if (rc == 0 || err->code != FAIL_USAGE)
		return rc;
	out_remark(&r->out, "%s: lines instead", err->msg);
	err_clear(err);
	return inbox_line(r, err);
}

static int run(struct run *r, struct err *err)
{
	if (args_has(r, "line") && args_has(r, "plain"))
		return err_set(err, FAIL_USAGE, "inbox: --line and --plain exclude each other");
	if (args_has(r, "line") && r->out.format == FMT_TEXT)
		return inbox_line(r, err);
	if (tui_usable(r))
		return full_screen(r, err);
	if (!terminal_asks(r))
		return print(r, err);
	if (!handover_possible())
		out_remark(&r->out, "the full screen (erctl-tui) is not installed: lines instead");
	return inbox_line(r, err);
}

static const struct opt opts[] = {
	{0, "plain", OPT_FLAG, NULL, "a table, also on a terminal"},
	{0, "line", OPT_FLAG, NULL, "plain prompts instead of the full screen"},
	OPT_END};

const struct cmd cmd_inbox = {
	.name = "inbox",
	.args = "",
	.summary = "read what waits for you, the most urgent first, and act on it",
	.about = "Offers, and tasks that you accepted. On a terminal a full screen: j and k "
	         "choose, Enter reads, a accepts, d declines, A answers, ? shows every key with "
	         "the reason why it is not valid now, q leaves. An answer is held ER_UNDO seconds "
	         "(10) before it is sent; u takes it back, and leaving sends it. What you type is "
	         "kept as a draft until erd has it.\n\n"
	         "With --line, ER_ACCESSIBLE, TERM=dumb or a terminal without a size: plain "
	         "prompts. Not on a terminal, or with --plain or --no-input: a table.\n\n"
	         "--json prints everything a worker may know of each task (er.inbox.v1): "
	         "instructions, payload, the schema of the answer, comments, and why an earlier "
	         "answer was rejected.",
	.opts = opts,
	.needs = NEED_SPOOL | NEED_WORKER,
	.group = GROUP_WORKER,
	.max_args = 0,
	.exits = "0 2 3 130",
	.examples = "erctl --as ana inbox\nerctl --as ana inbox --json=task,title,due\n"
	            "ER_OPEN=xdg-open erctl inbox",
	.fields = inbox_fields,
	.run = run,
};
