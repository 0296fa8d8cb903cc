/* pause and resume: a careful edit of documents in etc/, as worker set and lane set make it. */
#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/near.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "etcverbs.h"
#include "identity.h"
#include "json/js.h"
#include "paused.h"
#include "verb_message.h"
#include "verbs.h"

enum { MANY = 64 };

struct target {
	const char *name;
	enum config_kind kind;
};

static int no_such(const struct config *c, const char *name, struct err *err)
{
	struct near near;
	struct buf tip = BUF_INIT;
	near_init(&near, name);
	config_near(c, CFG_WORKER, &near);
	config_near(c, CFG_LANE, &near);
	near_add(&near, &tip);
	err_set(err, FAIL_NOT_FOUND, "no such worker or lane: %s%s", name, buf_str(&tip));
	buf_release(&tip);
	return -1;
}

/* Which kind is meant; a name that both have is nobody's until somebody says which. */
static int find_target(const struct run *r, const struct config *c, const char *name,
                       struct target *t, struct err *err)
{
	int lane = !args_has(r, "worker") && config_lane(c, name);
	int worker = !args_has(r, "lane") && config_worker(c, name);
	if (lane && worker)
		return err_set(err, FAIL_USAGE, "%s is a lane and a worker: say --lane or --worker",
		               name);
	if (!lane && !worker)
		return no_such(c, name, err);
	*t = (struct target){name, lane ? CFG_LANE : CFG_WORKER};
	return 0;
}

static int find_targets(const struct run *r, const struct config *c, struct target *out,
                        struct err *err)
{
	if (args_has(r, "lane") && args_has(r, "worker"))
		return err_set(err, FAIL_USAGE, "--lane and --worker exclude each other");
	if (r->argc > MANY)
		return err_set(err, FAIL_USAGE, "at most %d at once", MANY);
	for (int i = 0; i < r->argc; i++)
		if (find_target(r, c, r->argv[i], &out[i], err) < 0)
			return -1;
	return 0;
}

/* --until: a time, or a duration from now. */
static int read_until(const struct run *r, int64_t *out, struct err *err)
{
	const char *text = args_str(r, "until", NULL);
	struct err why = ERR_INIT;
	int64_t now = now_wall_ms(), span;
	*out = INT64_MAX;
	if (!text)
		return 0;
	if (time_parse(text, out, &why) != 0) {
		if (duration_parse(text + (*text == '+'), &span, &why) != 0)
			return err_set(err, FAIL_USAGE, "--until: needs a time like "
			               "2026-01-31T12:00:00Z, or 90s, 15m, 4h, 2d");
		*out = now + span;
	}
	return *out > now ? 0 : err_set(err, FAIL_USAGE, "--until: is over already");
}

static void unset(json_t *doc)
{
	static const char *const members[] = {"paused", "pausedUntil", "pausedBy", "pausedReason"};
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		json_object_del(doc, members[i]);
}

static int set(const struct run *r, json_t *doc, struct err *err)
{
	char when[TIME_TEXT_MAX], login[IDENTITY_MAX];
	int64_t until;
	json_t *reason = verb_body_reason(r, err);
	if (!reason)
		return -1;
	if (read_until(r, &until, err) < 0) {
		json_decref(reason);
		return -1;
	}
	js_set_new(doc, "paused", json_true());
	if (until != INT64_MAX)
		js_set_str(doc, "pausedUntil", time_format_ms(until, when));
	js_set_str(doc, "pausedBy", identity_login(login));
	js_set_copy(doc, "pausedReason", json_object_get(reason, "reason"));
	json_decref(reason);
	return 0;
}

static void tell(struct run *r, const struct target *t, const json_t *doc, const char *what)
{
	const char *until = js_str_or(doc, "/pausedUntil", NULL);
	if (r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", t->name);
		out_note(&r->out, "%s %s: %s%s%s%s", config_words[t->kind], t->name, what,
		         until ? " until " : "", until ? until : "",
		         args_has(r, "dry-run") ? " (dry run: nothing was written)" : "");
		return;
	}
	json_t *item = json_object();
	js_set_str(item, "kind", config_words[t->kind]);
	js_set_str(item, "name", t->name);
	js_set_copy(item, "document", doc);
	out_item(&r->out, item);
	json_decref(item);
}

static int change_one(struct run *r, const struct config *c, const struct target *t, int pausing,
                      struct err *err)
{
	json_t *doc = json_copy((json_t *)config_doc(c, t->kind, t->name));
	int was = paused_until(c, t->kind, t->name) > now_wall_ms();
	unset(doc);
	int rc = pausing ? set(r, doc, err) : 0;
	if (rc == 0)
		rc = etc_set(r, t->kind, t->name, doc, 0, err);
	if (rc >= 0)
		tell(r, t, doc, pausing ? "paused" : was ? "resumed" : "was not paused");
	json_decref(doc);
	return rc < 0 ? -1 : 0;
}

static int change(struct run *r, int pausing, struct err *err)
{
	struct target targets[MANY];
	struct config *c = etc_load(r, err);
	int rc = c ? find_targets(r, c, targets, err) : -1;
	if (rc == 0)
		out_items_begin(&r->out);
	for (int i = 0; rc == 0 && i < r->argc; i++)
		rc = change_one(r, c, &targets[i], pausing, err);
	if (rc == 0)
		out_items_end(&r->out);
	config_free(c);
	return rc;
}

static int run_pause(struct run *r, struct err *err)
{
	return change(r, 1, err);
}

static int run_resume(struct run *r, struct err *err)
{
	return change(r, 0, err);
}

#define OPTS_WHICH \
	{0, "lane", OPT_FLAG, NULL, "the names are those of lanes"}, \
	{0, "worker", OPT_FLAG, NULL, "the names are those of workers"}, \
	{'n', "dry-run", OPT_FLAG, NULL, "check, write nothing"}

static const struct opt pause_opts[] = {
	{'u', "until", OPT_STRING, "TIME", "until then, or for so long: 2026-01-31T12:00:00Z, 4h"},
	{'r', "reason", OPT_STRING, "TEXT", "why; the document keeps it"},
	OPTS_WHICH, OPT_END};
static const struct opt resume_opts[] = {OPTS_WHICH, OPT_END};
static const char *const fields[] = {"kind", "name", "document", NULL};

#define VERB_ON_DOCUMENTS \
	.args = "WORKER|LANE...", .needs = NEED_SPOOL, .group = GROUP_SPOOL, \
	.first = ARG_WORKER_LANE, .rest = ARG_WORKER_LANE, .min_args = 1, .max_args = -1, \
	.exits = "0 2 3 4 5 75", .fields = fields

const struct cmd cmd_pause = {
	VERB_ON_DOCUMENTS,
	.name = "pause",
	.summary = "ask nobody new for a lane, or nothing new of a worker",
	.about = "The document in etc/ says `paused` from then on, with who, why and until when; a "
	         "running erd takes it up before the command returns and the journal has it.\n\n"
	         "A paused worker is offered nothing. A paused lane takes tasks, which wait; "
	         "nobody is offered any, nobody claims one. Either way work in hand goes on and "
	         "can be answered, offers that are out stay out, and no clock stops: tasks become "
	         "late as ever. A chain that routes a task asks on, though not the workers who are "
	         "paused.",
	.opts = pause_opts,
	.examples = "erctl pause ana --until 2h --reason lunch\n"
	            "erctl pause refund_eligibility --reason \"the rules change\"",
	.run = run_pause,
};

const struct cmd cmd_resume = {
	VERB_ON_DOCUMENTS,
	.name = "resume",
	.summary = "end a pause",
	.about = "What waited is routed at once. Resuming what is not paused is harmless.",
	.opts = resume_opts,
	.examples = "erctl resume ana\nerctl resume --lane refund_eligibility",
	.run = run_resume,
};
