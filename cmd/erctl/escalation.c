#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "etcverbs.h"
#include "idargs.h"
#include "identity.h"
#include "json/js.h"
#include "model/config.h"
#include "model/dialect.h"
#include "model/state.h"
#include "rows.h"
#include "table.h"
#include "verb_message.h"
#include "verbs.h"
#include "waiter.h"

enum {
	DEFAULT_LIMIT = 50,
	FINAL = 1u << ST_COMPLETED | 1u << ST_FAILED | 1u << ST_CANCELLED | 1u << ST_EXPIRED
};

/* ---- look ---- */

static json_t *rendered(const json_t *view)
{
	return dialect_by_name("chain")->task(view);
}

static int is(const struct index_row *row, enum index_col col, const char *text)
{
	return row->len[col] == strlen(text) && memcmp(row->col[col], text, row->len[col]) == 0;
}

/* A trigger, or a task of a lane that a chain routes. */
static int by_chain(const struct config *c, const struct index_row *row)
{
	char name[65];
	const struct lane *lane;

	if (is(row, IX_DIALECT, "chain"))
		return 1;
	if (row->len[IX_LANE] >= sizeof name)
		return 0;
	snprintf(name, sizeof name, "%.*s", (int)row->len[IX_LANE], row->col[IX_LANE]);
	lane = config_lane(c, name);
	return lane && lane->chain;
}

static json_t *view_of(const struct run *r, const struct index_row *row)
{
	char text[ID_TEXT_MAX];
	struct id id;

	snprintf(text, sizeof text, "%.*s", (int)row->len[IX_ID], row->col[IX_ID]);
	return id_parse(text, "task_", &id) == 0 ? view_read(&r->spool, VIEW_TASK, &id) : NULL;
}

static void add_row(struct run *r, struct table *t, const json_t *e)
{
	static const char *const columns[] = {"id", "status", "chain", "agentId", NULL};
	char level[16], when[48] = "-";
	int64_t at;

	for (int i = 0; columns[i]; i++) {
		const char *text = json_string_value(json_object_get(e, columns[i]));
		text = text ? text : "-";
		table_add(t, text, strlen(text));
	}
	snprintf(level, sizeof level, "%lld", (long long)js_int_or(e, "/level", 0));
	table_add(t, level, strlen(level));
	if (time_parse(js_str_or(e, "/triggeredAt", ""), &at, NULL) == 0)
		out_when(&r->out, at, now_wall_ms(), when);
	table_add(t, when, strlen(when));
	table_add(t, js_str_or(e, "/reason", "-"), strlen(js_str_or(e, "/reason", "-")));
}

/* What passes, up to the limit. */
static size_t print_rows(struct run *r, const struct config *c, const struct rows *rows,
			 struct table *t)
{
	const char *status = args_str(r, "status", NULL);
	size_t limit = (size_t)args_num(r, "limit", DEFAULT_LIMIT), shown = 0, passed = 0;

	for (size_t i = 0; i < rows->n; i++) {
		json_t *view = by_chain(c, &rows->row[i]) ? view_of(r, &rows->row[i]) : NULL;
		json_t *e = view ? rendered(view) : NULL;
		if (e && (!status || strcmp(js_str_or(e, "/status", ""), status) == 0)) {
			passed++;
			if (limit && shown == limit) {
				/* only counted */
			} else if (r->out.format == FMT_TEXT) {
				add_row(r, t, e);
				shown++;
			} else {
				out_item(&r->out, e);
				shown++;
			}
		}
		json_decref(e);
		json_decref(view);
	}
	if (shown < passed)
		out_note(&r->out, "%zu of %zu shown; --limit 0 shows all", shown, passed);
	return passed;
}

static int list(struct run *r, struct err *err)
{
	static const char *const head[] = {"ID",    "STATUS",	 "CHAIN", "AGENT",
					   "LEVEL", "TRIGGERED", "REASON"};
	const char *status = args_str(r, "status", NULL);
	int closed =
	    status && strcmp(status, "triggered") != 0 && strcmp(status, "acknowledged") != 0;
	struct rows_filter filter = {.limit = SIZE_MAX,
				     .order = rows_newest,
				     .open = !closed,
				     .closed = closed || args_has(r, "all")};
	struct config *c = etc_load_usable(r, CFG_LANE);
	struct rows rows;
	struct table t;
	int rc = rows_read(&r->spool, &filter, &rows, err);

	if (rc == 0) {
		table_init(&t, head, NITEMS(head), -1);
		out_items_begin(&r->out);
		print_rows(r, c, &rows, &t);
		out_items_end(&r->out);
		if (r->out.format == FMT_TEXT)
			table_print(&t, &r->out);
		table_release(&t);
		rows_release(&rows);
	}
	config_free(c);
	return rc;
}

static void show_moment(struct run *r, const char *label, const char *text)
{
	char when[48];
	int64_t at;

	if (text && time_parse(text, &at, NULL) == 0)
		out_field(&r->out, label, out_when(&r->out, at, now_wall_ms(), when));
}

/* Where it stands; of several who must acknowledge, who did. */
static void show_level(struct run *r, const json_t *e, const json_t *at)
{
	const json_t *acks = json_object_get(at, "acknowledgements");
	long long level = js_int_or(e, "/level", 0), levels = js_int_or(at, "/levels", 0);
	struct buf b = BUF_INIT;

	if (!level)
		return;
	buf_addf(&b, "%lld", level);
	if (levels)
		buf_addf(&b, " of %lld", levels);
	if (js_int_or(at, "/round", 1) > 1)
		buf_addf(&b, ", round %lld", (long long)js_int_or(at, "/round", 1));
	out_field(&r->out, "level", buf_str(&b));
	show_moment(r, "level ends", js_str_or(at, "/levelEndsAt", NULL));
	show_moment(r, "holds until", js_str_or(at, "/acknowledgedUntil", NULL));
	buf_clear(&b);
	for (size_t i = 0; json_array_size(acks) > 1 && i < json_array_size(acks); i++)
		buf_addf(&b, "%s%s", i ? ", " : "",
			 js_str_or(json_array_get(acks, i), "/worker", ""));
	out_field(&r->out, "acknowledgers", buf_str(&b));
	buf_release(&b);
}

static void show_text(struct run *r, const json_t *e, const json_t *at)
{
	static const struct {
		const char *key, *label;
	} rows[] = {{"id", "id"},
		    {"chain", "chain"},
		    {"status", "status"},
		    {"agentId", "agent"},
		    {"reason", "reason"},
		    {"triggeredAt", "triggered"},
		    {"acknowledgedBy", "by"},
		    {"acknowledgedAt", "acknowledged"},
		    {"closedAt", "closed"}};

	for (size_t i = 0; i < NITEMS(rows); i++)
		out_field(&r->out, rows[i].label,
			  json_string_value(json_object_get(e, rows[i].key)));
	show_level(r, e, at);
	out_block_json(&r->out, "context", json_object_get(e, "context"));
	out_block_json(&r->out, "resolution", json_object_get(e, "resolution"));
}

static int show(struct run *r, struct err *err)
{
	struct id id;
	json_t *view = idarg(r, r->argv[0], &id, err) == 0 ? idarg_view(r, &id, err) : NULL;
	json_t *e = view ? rendered(view) : NULL;

	if (e && r->out.format == FMT_TEXT)
		show_text(r, e, json_object_get(view, "escalation"));
	else if (e)
		out_doc(&r->out, e);
	json_decref(e);
	json_decref(view);
	return view ? 0 : -1;
}

/* ---- say something to one ---- */

/* The body given as a file, or made of the options; a file is asked for only when none is given. */
static json_t *body_of(const struct run *r, const char *const *options, int need, struct err *err)
{
	json_t *body = NULL;
	int given = 0;

	for (int i = 0; options[i]; i++)
		given |= args_has(r, options[i]);
	body = r->argc > 1 || (need && !given) ? etc_input(r, 1, err) : json_object();
	if (!body)
		return NULL;
	js_set_str(body, "agentId", args_str(r, "agent", NULL));
	js_set_str(body, "reason", args_str(r, "reason", NULL));
	js_set_str(body, "resolution", args_str(r, "resolution", NULL));
	if (args_has(r, "level"))
		js_set_int(body, "level", args_num(r, "level", 0));
	return body;
}

/* What erd would say of the message itself is said at once, also when none runs. */
static int check_message(enum message_type type, const char *from,
			 const json_t *body, struct err *err)
{
	char id[ID_TEXT_MAX];
	struct id any;
	struct message m;
	json_t *doc = json_object();

	id_new(&any);
	js_set_int(doc, "er", 1);
	js_set_str(doc, "type", message_type_name(type));
	js_set_str(doc, "id", id_format(&any, "msg_", id));
	js_set_str(doc, "task", id_format(&any, "task_", id));
	js_set_str(doc, "from", from);
	js_set_copy(doc, "body", body);
	if (message_parse(doc, &m, err) == 0) {
		message_release(&m);
		return 0;
	}
	json_decref(doc);
	return -1;
}

static int send(struct run *r, enum message_type type, const char *done, int need, struct err *err)
{
	static const char *const options[] = {"agent", "reason", "resolution", "level", NULL};
	char login[IDENTITY_MAX];
	const char *as = args_str(r, "as", getenv("ER_WORKER"));
	struct verb_message m = {.type = type, .id_text = r->argv[0], .done = done};

	if (!as && identity_requester(r, login, err) < 0)
		return -1;
	m.from = as ? as : login;
	m.body = body_of(r, options, need, err);
	if (m.body && check_message(type, m.from, m.body, err) < 0) {
		json_decref(m.body);
		return -1;
	}
	return verb_message_send(r, &m, err);
}

static int acknowledge(struct run *r, struct err *err)
{
	return send(r, MSG_ACKNOWLEDGE, "acknowledged", 0, err);
}

static int unacknowledge(struct run *r, struct err *err)
{
	return send(r, MSG_UNACKNOWLEDGE, "no longer acknowledged", 0, err);
}

static int escalate(struct run *r, struct err *err)
{
	return send(r, MSG_ESCALATE, "escalated", 0, err);
}

static int resolve(struct run *r, struct err *err)
{
	return send(r, MSG_RESOLVE, "resolved", 1, err);
}

static const char *const fields[] = {
	"id", "chain", "status", "level", "agentId", "reason", "context", "triggeredAt",
	"acknowledgedBy", "acknowledgedAt", "resolution", "closedAt", NULL};

#define OPT_AGENT \
	{0, "agent", OPT_STRING, "AGENT", "for whom: a worker, or a level's pool or schedule"}
#define OPT_REASON {0, "reason", OPT_STRING, "TEXT", "why"}

static const struct opt list_opts[] = {
	{0, "status", OPT_ENUM, "triggered|acknowledged|resolved|failed|cancelled|expired",
	 "only these"},
	{'a', "all", OPT_FLAG, NULL, "closed ones too"},
	{0, "limit", OPT_INT, "N", "at most so many, 0: all (default: 50)"},
	OPT_END};

static const struct opt acknowledge_opts[] = {
	OPT_AGENT,
	OPTS_MESSAGE, OPT_END};

static const struct opt unacknowledge_opts[] = {
	OPT_AGENT,
	OPT_REASON,
	OPTS_MESSAGE, OPT_END};

static const struct opt escalate_opts[] = {
	{0, "level", OPT_INT, "N", "which level, from 1"},
	OPT_REASON,
	OPTS_MESSAGE, OPT_END};

static const struct opt resolve_opts[] = {
	OPT_AGENT,
	{0, "resolution", OPT_STRING, "TEXT", "how it was resolved"},
	OPTS_MESSAGE, OPT_END};

static const char *const list_aliases[] = {"ls", NULL};

static const char *const acknowledge_aliases[] = {"ack", NULL};

static const char *const unacknowledge_aliases[] = {"unack", NULL};

/* What is said to one. */
#define SAY(verb) \
	.name = "escalation " #verb, .args = "ID [FILE|-]", .opts = verb##_opts, \
	.needs = NEED_SPOOL, .group = GROUP_WORKER, .first = ARG_ID, .rest = ARG_FILE, \
	.min_args = 1, .max_args = 2, .run = verb

static const struct cmd verb_list = {
	.name = "escalation list",
	.args = "",
	.summary = "escalations, the newest first",
	.about = "Open ones, unless --all or a --status asks for others.",
	.opts = list_opts,
	.aliases = list_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_WORKER,
	.max_args = 0,
	.exits = "0 2 3 5",
	.examples = "erctl escalation list --status acknowledged --json",
	.fields = fields,
	.run = list,
};

static const struct cmd verb_show = {
	.name = "escalation show",
	.args = "ID",
	.summary = "one as it stands",
	.about = "With --json as Agent Teams' API has it.",
	.needs = NEED_SPOOL,
	.group = GROUP_WORKER,
	.first = ARG_ID,
	.states = ~0u,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 8",
	.examples = "erctl escalation show e_01J8",
	.fields = fields,
	.run = show,
};

static const struct cmd verb_acknowledge = {
	SAY(acknowledge),
	.summary = "take care of it: the clock stops",
	.about = "Where a chain wants several, the clock stops with the last of them. Without an "
	         "agent the worker that you act as is meant.",
	.aliases = acknowledge_aliases,
	.exits = "0 2 3 4 5 6 8 75",
	.examples = "erctl escalation acknowledge e_01J8 --agent senior-agent",
};

static const struct cmd verb_unacknowledge = {
	SAY(unacknowledge),
	.summary = "not any more: the clock goes on",
	.about = "The level goes on with the time that was left, and is asked again.",
	.aliases = unacknowledge_aliases,
	.exits = "0 2 3 5 6 8 75",
	.examples = "erctl escalation unack e_01J8 --reason \"Off sick.\"",
};

static const struct cmd verb_escalate = {
	SAY(escalate),
	.summary = "to the next level, or to the one that is said",
	.about = "Whoever had it has it no longer.",
	.exits = "0 2 3 5 6 8 75",
	.examples = "erctl escalation escalate e_01J8 --level 3",
};

static const struct cmd verb_resolve = {
	SAY(resolve),
	.summary = "it is done, and how",
	.about = "The resolution is the answer of the task. It is the agent's who is named, else "
	         "yours when you are a worker, else of the one who acknowledged.",
	.exits = "0 2 3 4 5 6 8 75",
	.examples = "erctl escalation resolve e_01J8 --resolution \"Sent a new link.\"",
};

static const struct cmd *const verbs[] = {
	&verb_acknowledge, &verb_escalate, &verb_list, &verb_resolve, &verb_show,
	&verb_unacknowledge, NULL};

const struct cmd cmd_escalation = {
	.name = "escalation",
	.args = "VERB",
	.summary = "look at escalations, acknowledge and resolve them",
	.about = "An escalation is a task that a chain routes; its id has the digits of the "
	         "task's, and the other verbs of erctl understand both. FILE is a body of Agent "
	         "Teams' API, with agentId or resolution in it; options do as well. Any agent of "
	         "the chain may acknowledge, also one whose level is over or not yet reached.",
	.group = GROUP_WORKER,
	.max_args = -1,
	.exits = "0 2 3 4 5 6 8 75",
	.examples = "erctl escalation list --status triggered\n"
	            "erctl escalation acknowledge e_01J8 --agent senior-agent\n"
	            "erctl escalation resolve e_01J8 --resolution \"Sent a new link.\"",
	.verbs = verbs,
};
