#include <assert.h>

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "format.h"
#include "json/js.h"
#include "model/gold.h"
#include "model/state.h"
#include "rows.h"
#include "table.h"
#include "verbs.h"

enum { DEFAULT_LIMIT = 50, FINAL = 1u << ST_COMPLETED | 1u << ST_FAILED | 1u << ST_CANCELLED |
                                   1u << ST_EXPIRED };

static const char *const fields[] = {"id",      "state",   "lane",    "worker", "urgency",
                                     "due",     "created", "updated", "dialect", "from",
                                     "domain",  "pool",    "title",   NULL};
static_assert(NITEMS(fields) == IX_COUNT + 1, "one name per column of the index");

static void set_filter(const struct run *r, struct rows_filter *f, char due[TIME_TEXT_MAX])
{
	static const struct {
		const char *option;
		enum index_col col;
	} equal[] = {{"lane", IX_LANE},     {"worker", IX_WORKER}, {"urgency", IX_URGENCY},
	             {"dialect", IX_DIALECT}, {"pool", IX_POOL},   {"domain", IX_DOMAIN},
	             {"from", IX_FROM}};
	for (size_t i = 0; i < NITEMS(equal); i++)
		f->equal[equal[i].col] = args_str(r, equal[i].option, NULL);
	f->tests = strcmp(args_str(r, "from", ""), GOLD_FROM) == 0;
	if (args_has(r, "due-before"))
		f->due_before = time_format_ms(args_num(r, "due-before", 0), due);
	f->states = rows_states(args_str(r, "state", ""));
	f->closed = args_has(r, "closed") || args_has(r, "all") || (f->states & FINAL) != 0;
	f->open = !args_has(r, "closed") &&
	          (f->states == 0 || args_has(r, "all") || (f->states & ~(unsigned)FINAL) != 0);
}

static void add_time(struct table *t, const struct run *r, const struct index_row *row,
                     enum index_col col, int64_t now_ms)
{
	char text[TIME_TEXT_MAX + 16], when[32];
	int64_t at;
	snprintf(text, sizeof text, "%.*s", (int)row->len[col], row->col[col]);
	if (row->len[col] >= sizeof text || time_parse(text, &at, NULL) < 0) {
		table_add(t, row->col[col], row->len[col]);
		return;
	}
	out_when(&r->out, at, now_ms, when);
	table_add(t, when, strlen(when));
}

static void print_table(struct run *r, const struct rows *rows)
{
	static const char *const head[] = {"ID", "STATE", "DUE", "URGENCY", "LANE", "WORKER",
	                                   "TITLE"};
	static const enum index_col cols[] = {IX_ID,   IX_STATE,  IX_DUE,  IX_URGENCY,
	                                      IX_LANE, IX_WORKER, IX_TITLE};
	struct table t;
	int64_t now_ms = now_wall_ms();
	table_init(&t, head, NITEMS(head), 1);
	for (size_t i = 0; i < rows->n; i++) {
		const struct index_row *row = &rows->row[i];
		for (size_t c = 0; c < NITEMS(cols); c++) {
			if (cols[c] == IX_DUE)
				add_time(&t, r, row, IX_DUE, now_ms);
			else
				table_add(&t, row->col[cols[c]], row->len[cols[c]]);
		}
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static void print_json(struct run *r, const struct rows *rows)
{
	out_items_begin(&r->out);
	for (size_t i = 0; i < rows->n; i++) {
		json_t *doc = json_object();
		for (int c = 0; c < IX_COUNT; c++) {
			if (rows->row[i].len[c] == 0)
				continue;
			json_t *v = json_stringn(rows->row[i].col[c], rows->row[i].len[c]);
			if (v)
				js_set_new(doc, fields[c], v);
		}
		out_item(&r->out, doc);
		json_decref(doc);
	}
	out_items_end(&r->out);
}

static const char *row_value(const void *ctx, size_t i, size_t *n)
{
	const struct index_row *row = ctx;
	*n = row->len[i];
	return row->col[i];
}

static int print_format(struct run *r, const char *pattern, const struct rows *rows,
                        struct err *err)
{
	struct format_source src = {.names = fields, .value = row_value, .now_ms = now_wall_ms()};
	struct buf b = BUF_INIT;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < rows->n; i++)
		rc = format_line(&b, pattern, &src, &rows->row[i], err);
	if (rc == 0)
		out_bytes(&r->out, buf_str(&b), b.len);
	buf_release(&b);
	return rc;
}

static int print_rows(struct run *r, const struct rows *rows, struct err *err)
{
	const char *pattern = args_str(r, "format", getenv("ER_LIST_FORMAT"));
	int rc = 0;
	if (r->out.format != FMT_TEXT)
		print_json(r, rows);
	else if (pattern && *pattern)
		rc = print_format(r, pattern, rows, err);
	else
		print_table(r, rows);
	if (rc == 0 && rows->n < rows->total)
		out_note(&r->out, "%zu of %zu shown; --limit 0 shows all", rows->n, rows->total);
	return rc;
}

static int run(struct run *r, struct err *err)
{
	int64_t limit = args_num(r, "limit", DEFAULT_LIMIT);
	struct rows_filter filter = {.limit = limit ? (size_t)limit : SIZE_MAX,
	                             .order = rows_by_due};
	struct rows rows;
	char due[TIME_TEXT_MAX];
	set_filter(r, &filter, due);
	if (args_has(r, "count"))
		filter.limit = 0;
	int rc = rows_read(&r->spool, &filter, &rows, err);
	if (rc == 0 && args_has(r, "count"))
		out_line(&r->out, "%zu", rows.total);
	else if (rc == 0)
		rc = print_rows(r, &rows, err);
	rows_release(&rows);
	return rc;
}

static const struct opt opts[] = {
	{'l', "lane", OPT_LANE, "LANE", "only this lane"},
	{'s', "state", OPT_STATE, "STATE,…", "only these states"},
	{0, "worker", OPT_WORKER, "WORKER", "only what this worker has"},
	{0, "urgency", OPT_ENUM, "low|medium|high|critical", "only this urgency"},
	{0, "dialect", OPT_ENUM, "er|expertrouter|humanrail|biolayer|chain", "only this dialect"},
	{0, "pool", OPT_POOL, "POOL", "only this pool"},
	{0, "domain", OPT_STRING, "DOMAIN", "only this domain"},
	{0, "from", OPT_STRING, "NAME", "only this requester"},
	{0, "due-before", OPT_TIME, "TIME",
	 "only what is due before then: +30m, 0s (overdue), a date"},
	{'a', "all", OPT_FLAG, NULL, "open and closed tasks"},
	{0, "closed", OPT_FLAG, NULL, "closed tasks only, newest first"},
	{0, "limit", OPT_INT, "N", "at most so many, 0: all (default: 50)"},
	{0, "count", OPT_FLAG, NULL, "print only how many there are"},
	{'f', "format", OPT_STRING, "PATTERN",
	 "lines like '%(id)%x09%(due:relative)%x09%(title:.40)'"},
	OPT_END};

static const char *const aliases[] = {"ls", NULL};

const struct cmd cmd_list = {
	.name = "list",
	.summary = "list tasks, the most urgent deadline first",
	.args = "",
	.about = "Open tasks are listed unless --all, --closed or a final --state asks for others. "
	         "The list is read from the index, so it is as quick for a hundred thousand tasks "
	         "as for ten. It shows what erd has taken up; a message that still waits is "
	         "counted by erctl status.\n\n"
	         "Gold tasks, which test workers (erctl gold), are listed only with --from "
	         "er/gold.\n\n"
	         "In a pattern %(FIELD) is a value, %(FIELD:20) padded or cut to 20 columns, "
	         "%(FIELD:.20) only cut, %(FIELD:relative) a time as people say it, %(FIELD:json) "
	         "quoted; %n, %% and %x09 are a new line, a percent sign and a byte.",
	.opts = opts,
	.aliases = aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_LOOK,
	.max_args = 0,
	.exits = "0 2 3",
	.examples = "erctl list --lane deploy --state queued,offered\n"
	            "erctl list --all --count\n"
	            "erctl list --due-before +30m\n"
	            "erctl list --format '%(id) %(state:10) %(title:.40)'",
	.fields = fields,
	.run = run,
};
