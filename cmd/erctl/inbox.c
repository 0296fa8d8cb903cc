#include <unistd.h>

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "fields.h"
#include "json/js.h"
#include "spool/dirlist.h"
#include "table.h"
#include "verbs.h"

enum { ENTRY_MAX_BYTES = 16 << 20 };

static json_t *read_entry(int dir, const char *name)
{
	struct buf b = BUF_INIT;
	struct err gone = ERR_INIT; /* the entry may have ended meanwhile */
	json_t *doc = NULL;
	if (io_read_file(dir, name, ENTRY_MAX_BYTES, &b, &gone) == 0)
		doc = js_parse_trusted(buf_str(&b), b.len, &gone);
	buf_release(&b);
	return doc;
}

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

static void print_table(struct run *r, int dir, const struct names *names)
{
	static const char *const head[] = {"ID", "STATE", "DUE", "URGENCY", "LANE", "USD", "TITLE"};
	struct table t;
	table_init(&t, head, NITEMS(head), 1);
	for (size_t i = 0; i < names->n; i++) {
		json_t *doc = read_entry(dir, names->name[i]);
		if (doc)
			add_row(&t, r, doc);
		json_decref(doc);
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static void print_json(struct run *r, int dir, const struct names *names)
{
	out_items_begin(&r->out);
	for (size_t i = 0; i < names->n; i++) {
		json_t *doc = read_entry(dir, names->name[i]);
		if (doc)
			out_item(&r->out, doc);
		json_decref(doc);
	}
	out_items_end(&r->out);
}

static int run(struct run *r, struct err *err)
{
	struct err absent = ERR_INIT;
	struct names names = {.n = 0};
	int dir = io_open_dir(r->spool.inbox, r->worker, &absent);
	if (dir < 0 && absent.code != FAIL_NOT_FOUND)
		return err_set(err, absent.code, "%s", absent.msg);
	if (dir >= 0 && names_read(&names, dir, ".", ".json", err) < 0) {
		close(dir);
		return -1;
	}
	if (r->out.format == FMT_TEXT)
		print_table(r, dir, &names);
	else
		print_json(r, dir, &names);
	if (names.n == 0)
		out_remark(&r->out, "nothing waits for %s", r->worker);
	names_release(&names);
	if (dir >= 0)
		close(dir);
	return 0;
}

const struct cmd cmd_inbox = {
	.name = "inbox",
	.args = "",
	.summary = "list what waits for you, the most urgent first",
	.about = "Offers, and tasks that you accepted. --json prints everything a worker may know of "
	         "each task (er.inbox.v1): instructions, payload, the schema of the answer, comments, "
	         "and why an earlier answer was rejected.",
	.needs = NEED_SPOOL | NEED_WORKER,
	.group = GROUP_WORKER,
	.max_args = 0,
	.exits = "0 2 3",
	.examples = "erctl --as ana inbox\nerctl --as ana inbox --json=task,title,due",
	.fields = inbox_fields,
	.run = run,
};
