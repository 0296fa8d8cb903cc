#include "args.h"
#include "base/err.h"
#include "base/mem.h"
#include "cmd.h"
#include "fields.h"
#include "json/js.h"
#include "model/dialect.h"
#include "results.h"
#include "submission.h"
#include "submit_batch.h"
#include "verbs.h"

static json_t *reply_of(struct submission *s, struct run *r, struct err *err)
{
	json_t *view = submission_view(s, r, err);
	if (!view)
		return NULL;
	json_t *reply = r->out.select ? json_incref(view) : s->spec.dialect->reply(view);
	if (s->replayed)
		js_set_new(reply, "replayed", json_true());
	json_decref(view);
	return reply;
}

static void say_text(struct submission *s, struct run *r)
{
	out_line(&r->out, "%s", s->id);
	if (s->replayed)
		out_note(&r->out, "%s: replayed, it was submitted before", s->id);
	else if (s->erd_running)
		out_remark(&r->out, "%s: submitted to lane %s", s->id, s->spec.lane);
	else
		out_remark(&r->out,
		           "%s: submitted to lane %s; erd is not running, "
		           "it will be taken up later",
		           s->id, s->spec.lane);
}

/* One document, or an item for each file. */
static void print_reply(struct run *r, const json_t *reply)
{
	if (r->argc > 1)
		out_item(&r->out, reply);
	else
		out_doc(&r->out, reply);
}

static int say(struct submission *s, struct run *r, struct err *err)
{
	if (r->out.format == FMT_TEXT || args_has(r, "wait")) {
		if (!args_has(r, "wait"))
			say_text(s, r);
		return 0;
	}
	json_t *reply = reply_of(s, r, err);
	if (!reply)
		return -1;
	if (!s->erd_running)
		out_note(&r->out, "%s: durable; erd is not running, it will decide later", s->id);
	print_reply(r, reply);
	json_decref(reply);
	return 0;
}

static int say_dry(struct submission *s, struct run *r, struct err *err)
{
	json_t *reply = reply_of(s, r, err);
	if (!reply)
		return -1;
	if (r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", s->id);
		out_note(&r->out, "%s: would be submitted to lane %s (%s document)", s->id,
		         s->spec.lane, s->spec.dialect->name);
	} else {
		js_set_new(reply, "dryRun", json_true());
		print_reply(r, reply);
	}
	json_decref(reply);
	return 0;
}

static int submit_one(struct run *r, const char *path, struct id *id, struct err *err)
{
	struct submission s = {.key = args_str(r, "key", NULL),
	                       .want_verdict = r->out.format != FMT_TEXT && !args_has(r, "wait")};
	int rc = taskdoc_make(&s.doc, r, path, err);
	if (rc == 0 && (rc = submission_check(&s, r, err)) < 0 && path)
		err_wrap(err, "%s", path);
	if (rc == 0) {
		*id = s.task;
		if (args_has(r, "dry-run"))
			rc = say_dry(&s, r, err);
		else if ((rc = submission_send(&s, r, err)) == 0)
			rc = say(&s, r, err);
	}
	submission_release(&s);
	return rc;
}

static void print_result(void *ctx, const struct id *id, const json_t *doc)
{
	struct run *r = ctx;
	(void)id;
	out_doc(&r->out, r->out.select ? doc : results_document(doc));
}

static int submit_each(struct run *r, struct id *ids, struct err *err)
{
	int many = r->argc > 1 && r->out.format != FMT_TEXT && !args_has(r, "wait");
	int rc = 0;
	if (many)
		out_items_begin(&r->out);
	if (r->argc == 0)
		rc = submit_one(r, taskdoc_flags(r) ? NULL : "-", &ids[0], err);
	for (int i = 0; rc == 0 && i < r->argc; i++)
		rc = submit_one(r, r->argv[i], &ids[i], err);
	if (many)
		out_items_end(&r->out);
	return rc;
}

static int run(struct run *r, struct err *err)
{
	if (args_has(r, "batch"))
		return submit_batch(r, err);
	if (args_has(r, "key") && r->argc > 1)
		return err_set(err, FAIL_USAGE, "submit: --key with several files: use --batch");
	size_t n = r->argc > 0 ? (size_t)r->argc : 1;
	struct id *ids = mem_alloc(n * sizeof *ids);
	int rc = submit_each(r, ids, err);
	if (rc == 0 && args_has(r, "wait") && !args_has(r, "dry-run")) {
		struct results w = {.ids = ids, .n = n, .closed = print_result, .ctx = r,
		                    .limit_ms = args_num(r, "timeout", RESULTS_DEFAULT_LIMIT)};
		rc = results_wait(r, &w, err);
	}
	free(ids);
	return rc;
}

static const struct opt opts[] = {
	{'b', "batch", OPT_FLAG, NULL, "each line of the input is a task; all are taken, or none"},
	{'k', "key", OPT_STRING, "KEY", "idempotency key: the same key is the same task, for ever"},
	{'l', "lane", OPT_LANE, "LANE", "the kind of work"},
	{'t', "title", OPT_STRING, "TEXT", "one line for people"},
	{0, "objective", OPT_STRING, "TEXT", "what is to be done"},
	{0, "payload", OPT_STRING, "JSON|@FILE", "data for the worker"},
	{0, "schema", OPT_SCHEMA, "NAME|@FILE", "the schema that the answer must meet"},
	{0, "pool", OPT_POOL, "POOL", "which workers may do it"},
	{0, "sla", OPT_DURATION, "TIME", "when an answer is due, from now"},
	{0, "urgency", OPT_ENUM, "low|medium|high|critical", "how urgent it is"},
	{0, "budget", OPT_STRING, "USD", "refuse when the lane costs more"},
	{0, "webhook", OPT_STRING, "URL", "where events are sent"},
	{0, "set", OPT_STRING, "PATH=VALUE", "set any member of the document; may be repeated"},
	{0, "from", OPT_STRING, "NAME", "who asks (default: --as, else your login name)"},
	{'w', "wait", OPT_FLAG, NULL, "wait for the result and print it instead of the id"},
	{0, "timeout", OPT_DURATION, "TIME", "with --wait: how long; 0 is for ever"},
	{0, "keep-going", OPT_FLAG, NULL, "with --batch: take the good lines, name the bad ones"},
	{'n', "dry-run", OPT_FLAG, NULL, "check everything, send nothing"},
	OPT_END};

static const char *const aliases[] = {"new", "create", NULL};

const struct cmd cmd_submit = {
	.name = "submit",
	.args = "[FILE|-]...",
	.summary = "drop tasks into the spool and print their ids",
	.about = "A task is one JSON document: the native form, or the request body of one of the "
	         "services that er knows, unchanged. Without a file it is read from standard "
	         "input, or made from the field options, which also overlay a file.\n\n"
	         "The document, its lane, pool, schema and budget are checked before anything is "
	         "sent. Exit status 0 means that the task is durable: it survives the loss of "
	         "power, with or without a running erd. Nothing is waited for. With --json the "
	         "decision of a running erd is waited for, up to 5 seconds, and the reply is "
	         "printed in the document's own dialect.\n\n"
	         "With a key (--key, or in the document) a repetition is harmless: the same "
	         "content is the same task, marked replayed; other content is a conflict, exit "
	         "status 6. After exit status 75 the outcome is unknown: repeat with the same "
	         "key.\n\n"
	         "With --batch each line is a task; with --key K the line N has the key K:N unless "
	         "it has one of its own. All lines are checked first: bad ones are named and "
	         "nothing is taken.",
	.opts = opts,
	.aliases = aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_REQUESTER,
	.first = ARG_FILE,
	.rest = ARG_FILE,
	.max_args = -1,
	.exits = "0 1 2 3 4 5 6 8 75",
	.examples = "id=$(erctl submit task.json)\n"
	            "erctl submit --lane deploy --title \"Ship 1.2?\" --key ship-1.2\n"
	            "erctl submit --batch tasks.ndjson --key night-2026-11-22",
	.fields = task_fields,
	.run = run,
};
