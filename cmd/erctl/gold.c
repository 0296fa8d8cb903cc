/* erctl gold: tasks whose answer is known. */
#include <string.h>

#include "args.h"
#include "base/err.h"
#include "base/ids.h"
#include "base/mem.h"
#include "cells.h"
#include "cmd.h"
#include "engine/reputation.h"
#include "engine/world.h"
#include "etcnoun.h"
#include "etcverbs.h"
#include "goldcheck.h"
#include "input.h"
#include "json/js.h"
#include "model/config.h"
#include "model/gold.h"
#include "table.h"
#include "verbs.h"
#include "worldof.h"

/* ---- list ---- */

struct listing {
	struct run *r;
	struct table table;
	const char *lane; /* only of this one, or NULL */
};

static int list_one(void *ctx, const char *name, const json_t *doc)
{
	struct listing *l = ctx;
	const char *lane = js_str_or(doc, "/lane", "-");
	json_t *item;

	if (l->lane && strcmp(l->lane, lane) != 0)
		return 0;
	if (l->r->out.format == FMT_TEXT) {
		cell_text(&l->table, name);
		cell_text(&l->table, lane);
		cell_text(&l->table, js_str_or(doc, "/title", js_str_or(doc, "/body/title", "-")));
		return 0;
	}
	item = json_object();
	js_set_str(item, "name", name);
	js_set_copy(item, "document", doc);
	out_item(&l->r->out, item);
	json_decref(item);
	return 0;
}

static int count_lane(void *ctx, const char *name, const json_t *doc)
{
	json_t *counts = ctx;
	const char *lane = js_str_or(doc, "/lane", "");

	(void)name;
	js_set_int(counts, lane, json_integer_value(json_object_get(counts, lane)) + 1);
	return 0;
}

/* A worker of a lane gets each of its gold tasks once. */
static void add_left(struct listing *l, const struct world *w, const char *lane, uint32_t all)
{
	for (const struct crew *c = w->crews; c; c = c->hh.next) {
		struct standing s;
		reputation_of(w, lane, c->name, &s);
		if (!s.answers && !s.golds)
			continue;
		uint32_t left = s.golds < all ? all - s.golds : 0;
		if (l->r->out.format == FMT_TEXT) {
			cell_text(&l->table, lane);
			cell_text(&l->table, c->name);
			cell_count(&l->table, s.golds);
			cell_count(&l->table, left);
			continue;
		}
		json_t *item = json_object();
		js_set_str(item, "lane", lane);
		js_set_str(item, "worker", c->name);
		js_set_int(item, "given", s.golds);
		js_set_int(item, "left", left);
		out_item(&l->r->out, item);
		json_decref(item);
	}
}

static int list_left(struct listing *l, const struct config *c, struct err *err)
{
	static const char *const head[] = {"LANE", "WORKER", "GIVEN", "LEFT"};
	struct world *w = worldof(&l->r->spool, err);
	json_t *counts = json_object(), *n;
	const char *lane;

	table_init(&l->table, head, NITEMS(head), -1);
	config_each(c, CFG_GOLD, count_lane, counts);
	if (w) {
		json_object_foreach(counts, lane, n) {
			if (!l->lane || strcmp(l->lane, lane) == 0)
				add_left(l, w, lane, (uint32_t)json_integer_value(n));
		}
		world_free(w);
	}
	json_decref(counts);
	return w ? 0 : -1;
}

static int list(struct run *r, struct err *err)
{
	static const char *const head[] = {"GOLD", "LANE", "TITLE"};
	struct listing l = {.r = r, .lane = args_str(r, "lane", NULL)};
	struct config *c = etc_load(r, err);
	int rc = 0;

	if (!c)
		return -1;
	out_items_begin(&r->out);
	if (args_has(r, "left")) {
		rc = list_left(&l, c, err);
	} else {
		table_init(&l.table, head, NITEMS(head), -1);
		config_each(c, CFG_GOLD, list_one, &l);
	}
	if (rc == 0)
		out_items_end(&r->out);
	if (rc == 0 && r->out.format == FMT_TEXT)
		table_print(&l.table, &r->out);
	table_release(&l.table);
	config_free(c);
	return rc;
}

static int show(struct run *r, struct err *err)
{
	struct config *c = etc_load(r, err);
	const json_t *doc = c ? etc_doc(c, CFG_GOLD, r->argv[0], err) : NULL;

	if (doc && r->out.select) {
		json_t *out = json_object();
		js_set_str(out, "name", r->argv[0]);
		js_set_copy(out, "document", doc);
		out_doc(&r->out, out);
		json_decref(out);
	} else if (doc) {
		out_doc(&r->out, doc);
	}
	if (c)
		config_free(c);
	return doc ? 0 : -1;
}

/* ---- add ---- */

/* "refund-7" of "tests/refund-7.json". */
static int name_of(const struct run *r, char out[65], struct err *err)
{
	const char *given = args_str(r, "name", NULL), *base, *path;
	size_t n;

	path = r->argc ? r->argv[0] : args_str(r, "body", "-");
	base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	n = given ? strlen(given) : strcspn(base, ".");
	if (n < 65)
		snprintf(out, 65, "%.*s", (int)n, given ? given : base);
	if (n >= 65 || !name_valid(out))
		return err_set(err, FAIL_USAGE, "gold add: --name: lower-case letters, digits, "
		                                "'-', '_' and dots, at most 64");
	return 0;
}

/* The lane where erctl submit has it: not even the order of members is to tell. */
static json_t *with_lane(const json_t *body, const char *lane)
{
	json_t *out = json_object();

	js_set_copy(out, "er", json_object_get(body, "er"));
	js_set_str(out, "lane", lane);
	json_object_update_missing(out, (json_t *)body);
	return out;
}

/* --lane, --body, --answer: the document is made of them. */
static json_t *of_parts(const struct run *r, struct err *err)
{
	const char *lane = args_str(r, "lane", NULL), *answer = args_str(r, "answer", NULL);
	const char *path = args_str(r, "body", NULL);
	json_t *doc = json_object(), *body = NULL, *right = NULL;

	if (!lane || !answer || !path)
		err_set(err, FAIL_USAGE, "gold add: a FILE, or --lane, --body and --answer");
	else if ((body = input_any(path, err)))
		right = input_any(answer, err);
	if (right && !json_is_object(body)) {
		err_set(err, FAIL_INVALID, "%s: must be a JSON object", path);
	} else if (right) {
		js_set_str(doc, "title", args_str(r, "title", NULL));
		js_set_str(doc, "lane", lane);
		if (json_object_get(body, "er") && !json_object_get(body, "lane"))
			js_set_new(doc, "body", with_lane(body, lane));
		else
			js_set_copy(doc, "body", body);
		js_set_copy(doc, "answer", right);
		js_set_str(doc, "tolerance", args_str(r, "tolerance", NULL));
	}
	int good = json_object_get(doc, "body") != NULL;
	json_decref(body);
	json_decref(right);
	if (!good)
		json_decref(doc);
	return good ? doc : NULL;
}

/* Not as it would be: what the lane does not take would silently never be given. */
static int check_new(struct run *r, const char *name, const json_t *doc, struct err *err)
{
	struct config *c = etc_load(r, err);
	struct gold g = {0};
	int rc = c ? gold_from_json(name, doc, &g, err) : -1;

	if (rc == 0)
		rc = goldcheck(c, &g, err);
	if (c)
		config_free(c);
	return rc;
}

static int add(struct run *r, struct err *err)
{
	char name[65];
	int parts = args_has(r, "body") || args_has(r, "answer");
	json_t *doc = NULL;
	int rc = -1;

	if (parts && r->argc)
		return err_set(err, FAIL_USAGE, "gold add: a FILE, or --lane, --body and --answer");
	if (name_of(r, name, err) == 0)
		doc = parts ? of_parts(r, err) : etc_input(r, 0, err);
	if (doc && check_new(r, name, doc, err) == 0)
		rc = etc_set(r, CFG_GOLD, name, doc, 1, err);
	if (rc >= 0)
		out_line(&r->out, "%s", name);
	if (rc == 1)
		out_note(&r->out, "etc/gold/%s.json says the same already", name);
	json_decref(doc);
	return rc < 0 ? -1 : 0;
}

static int rm(struct run *r, struct err *err)
{
	return etc_rm(r, CFG_GOLD, r->argv[0], err);
}

/* ---- check ---- */

struct checking {
	struct run *r;
	const struct config *c;
	int bad;
};

static int wanted(const struct run *r, const char *name)
{
	for (int i = 0; i < r->argc; i++)
		if (strcmp(r->argv[i], name) == 0)
			return 1;
	return r->argc == 0;
}

static int check_one(void *ctx, const char *name, const json_t *doc)
{
	struct checking *k = ctx;
	struct err why = ERR_INIT;

	(void)doc;
	if (!wanted(k->r, name) || goldcheck(k->c, config_gold(k->c, name), &why) == 0)
		return 0;
	out_line(&k->r->out, "etc/gold/%s.json: %s%s%s", name, why.field, *why.field ? ": " : "",
	         why.msg);
	k->bad++;
	return 0;
}

static int check(struct run *r, struct err *err)
{
	struct checking k = {.r = r};
	struct config *c;

	if (etc_check(r, CFG_GOLD, err) < 0)
		return -1;
	c = etc_load(r, err);
	if (!c)
		return -1;
	k.c = c;
	config_each(c, CFG_GOLD, check_one, &k);
	config_free(c);
	if (k.bad)
		return err_set(err, FAIL_INVALID, "%d error%s", k.bad, k.bad == 1 ? "" : "s");
	return 0;
}

/* ---- the table ---- */

static const struct opt list_opts[] = {
	{'l', "lane", OPT_LANE, "LANE", "only of this lane"},
	{0, "left", OPT_FLAG, NULL, "how many each worker had, and has not had yet"},
	OPT_END};

static const struct opt add_opts[] = {
	{0, "name", OPT_STRING, "NAME", "its name (default: the file's)"},
	{'l', "lane", OPT_LANE, "LANE", "the lane that it is a test of"},
	{0, "body", OPT_FILE, "FILE", "the task, as a requester would submit it"},
	{0, "answer", OPT_FILE, "FILE", "the right answer"},
	{0, "tolerance", OPT_STRING, "0..1", "how far numbers may be off, relatively"},
	{0, "title", OPT_STRING, "TEXT", "what it tests, for the operator"},
	{'n', "dry-run", OPT_FLAG, NULL, "check, write nothing"},
	OPT_END};

static const struct cmd verb_list = {
	.name = "gold list",
	.args = "",
	.summary = "every gold task, and who has not had it yet",
	.about = "A row for each; with --json the documents, as they were written. With --left a "
	         "row for each worker of each lane: a worker gets a gold task once, so a lane runs "
	         "out of them.",
	.opts = list_opts,
	.aliases = etcnoun_list_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.max_args = 0,
	.exits = "0 2 3 5",
	.examples = "erctl gold list\nerctl gold list --left --lane support.triage",
	.fields = etcnoun_list_fields,
	.run = list,
};

static const struct cmd verb_show = {
	.name = "gold show",
	.args = "NAME",
	.summary = "print the document",
	.about = "The document as it was written, with the right answer.",
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_GOLD,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 5",
	.examples = "erctl gold show refund-7\nerctl gold show refund-7 --json=document",
	.fields = etcnoun_list_fields,
	.run = show,
};

static const struct cmd verb_add = {
	.name = "gold add",
	.args = "[FILE|-]",
	.summary = "add a task whose answer is known",
	.about = "FILE has lane, body, answer and perhaps tolerance (er-config(5)); or these come "
	         "from the options. The body must be a task that the lane takes, the answer one "
	         "that meets its schema; members that the right answer leaves out do not count.\n\n"
	         "A running erd takes it up before the command returns. One of that name that says "
	         "something else is not replaced: exit 6.",
	.opts = add_opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_FILE,
	.max_args = 1,
	.exits = "0 2 3 5 6 75",
	.examples = "erctl gold add refund-7.json\n"
	            "erctl gold add --name refund-8 --lane refund_eligibility --body task.json "
	            "--answer right.json",
	.run = add,
};

static const struct cmd verb_rm = {
	.name = "gold rm",
	.args = "NAME",
	.summary = "remove it",
	.about = "It is given to nobody any more. One that a worker has in hand ends as any task; "
	         "its answer tells nothing then.",
	.opts = etcnoun_change_opts,
	.aliases = etcnoun_rm_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_GOLD,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 5 75",
	.examples = "erctl gold rm refund-7",
	.run = rm,
};

static const struct cmd verb_check = {
	.name = "gold check",
	.args = "[NAME]...",
	.summary = "every error of these documents, or of all",
	.about = "Also whether the lane would take the body, and the answer meets the schema: "
	         "lanes and schemas change. A line for each error. Without one nothing is printed.",
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_GOLD,
	.rest = ARG_GOLD,
	.max_args = -1,
	.exits = "0 2 3 5",
	.examples = "erctl gold check",
	.run = check,
};

static const struct cmd *const verbs[] = {
	&verb_add, &verb_check, &verb_list, &verb_rm, &verb_show, NULL};

const struct cmd cmd_gold = {
	.name = "gold",
	.args = "VERB",
	.summary = "tasks whose answer is known: they tell how right workers are",
	.about = "A gold task is a document in etc/gold/ (er-config(5)). A lane may mix them among "
	         "the tasks of its workers, at a rate (er-verify(7)); to a worker one looks like "
	         "any other. It has no result, goes out to nobody, and no list or figure for "
	         "requesters counts it.",
	.group = GROUP_SPOOL,
	.max_args = -1,
	.exits = "0 2 3 5 6 75",
	.examples = "erctl gold add refund-7.json\nerctl gold list --left\nerctl gold check",
	.verbs = verbs,
};
