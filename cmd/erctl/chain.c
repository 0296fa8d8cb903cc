/*
 * erctl chain: chains are documents in etc/chains/, so creating one is writing a file that the
 * operator owns, whether a person or a gateway does it; triggering one is a message like any
 * submit.
 */
#include "model/chain.h"

#include "args.h"
#include "base/err.h"
#include "cmd.h"
#include "etcnoun.h"
#include "etcverbs.h"
#include "input.h"
#include "json/js.h"
#include "model/config.h"
#include "model/dialect.h"
#include "submission.h"
#include "table.h"
#include "verbs.h"

enum { NAME_BYTES = 65 };

/* The id of a chain follows from its name, so that it need not be kept. */
static void chain_id(const struct run *r, const char *name, char out[ID_TEXT_MAX])
{
	char key[NAME_BYTES + 8];
	struct id id;

	snprintf(key, sizeof key, "chain:%s", name);
	id_from_key(&id, r->spool.organisation, key);
	id_format(&id, "esc_", out);
}

struct by_id {
	const struct run *r;
	const char *id;
	const char *name;
};

static int has_id(void *ctx, const char *name, const json_t *doc)
{
	struct by_id *q = ctx;
	char id[ID_TEXT_MAX];

	(void)doc;
	chain_id(q->r, name, id);
	if (strcmp(id, q->id) == 0)
		q->name = name;
	return q->name != NULL;
}

/* A name, or an id as create prints it; the name, or NULL. */
static const char *named(const struct run *r, const struct config *c, const char *text,
			 struct err *err)
{
	struct by_id q = {r, text, NULL};

	if (strncmp(text, "esc_", 4) == 0)
		config_each(c, CFG_CHAIN, has_id, &q);
	else if (config_chain(c, text))
		q.name = config_chain(c, text)->name;
	if (!q.name)
		etc_doc(c, CFG_CHAIN, text, err);
	return q.name;
}

/* The document behind its id, as the service that has this API answers. */
static json_t *with_id(const struct run *r, const char *name, const json_t *doc)
{
	json_t *out = json_object();
	char id[ID_TEXT_MAX];

	chain_id(r, name, id);
	js_set_str(out, "id", id);
	js_set_str(out, "name", name);
	json_object_update(out, (json_t *)doc);
	js_set_str(out, "id", id);
	return out;
}

static void print(struct run *r, const char *name, const json_t *doc)
{
	json_t *out = with_id(r, name, doc);

	if (r->out.format == FMT_TEXT)
		out_line(&r->out, "%s", name);
	else
		out_doc(&r->out, out);
	json_decref(out);
}

/* ---- look ---- */

struct listing {
	struct run *r;
	const struct config *c;
	struct table table;
};

static void cell(struct table *t, const char *text)
{
	table_add(t, text, strlen(text));
}

static int list_one(void *ctx, const char *name, const json_t *doc)
{
	struct listing *l = ctx;
	const struct chain *chain = config_chain(l->c, name);
	char id[ID_TEXT_MAX], levels[512] = "";

	if (l->r->out.format != FMT_TEXT) {
		json_t *out = with_id(l->r, name, doc);
		out_item(&l->r->out, out);
		json_decref(out);
		return 0;
	}
	chain_id(l->r, name, id);
	for (size_t i = 0, n = 0; i < chain->n && n < sizeof levels; i++)
		n += (size_t)snprintf(levels + n, sizeof levels - n, "%s%s %llds", i ? ", " : "",
				      chain->level[i].agent,
				      (long long)chain->level[i].timeout_ms / 1000);
	cell(&l->table, name);
	cell(&l->table, id);
	cell(&l->table, levels);
	return 0;
}

static int list(struct run *r, struct err *err)
{
	static const char *const head[] = {"CHAIN", "ID", "LEVELS"};
	struct listing l = {.r = r, .c = etc_load(r, err)};

	if (!l.c)
		return -1;
	table_init(&l.table, head, 3, -1);
	out_items_begin(&r->out);
	config_each(l.c, CFG_CHAIN, list_one, &l);
	out_items_end(&r->out);
	if (r->out.format == FMT_TEXT)
		table_print(&l.table, &r->out);
	table_release(&l.table);
	config_free((struct config *)l.c);
	return 0;
}

static int show(struct run *r, struct err *err)
{
	struct config *c = etc_load(r, err);
	const char *name = c ? named(r, c, r->argv[0], err) : NULL;

	if (name) {
		json_t *doc = with_id(r, name, config_doc(c, CFG_CHAIN, name));
		out_doc(&r->out, doc);
		json_decref(doc);
	}
	if (c)
		config_free(c);
	return name ? 0 : -1;
}

static int check(struct run *r, struct err *err)
{
	return etc_check(r, CFG_CHAIN, err);
}

/* ---- change ---- */

/* ${fresh}: create; the document's own name says where it goes. */
static int put(struct run *r, const char *name, int at, int fresh, struct err *err)
{
	char file[NAME_BYTES];
	json_t *doc = etc_input(r, at, err);
	const char *own = js_str_or(doc, "/name", "");
	int rc = doc ? 0 : -1;

	if (rc == 0)
		json_object_del(doc, "id"); /* it follows from the name */
	if (rc == 0 && !name && !chain_file_name(own, file))
		rc = err_field(err, FAIL_INVALID, "/name",
			       "required, with a letter or a digit in it");
	if (rc == 0)
		rc = etc_set(r, CFG_CHAIN, name ? name : file, doc, fresh, err);
	if (rc >= 0) {
		print(r, name ? name : file, doc);
		rc = 0;
	}
	json_decref(doc);
	return rc;
}

static int create(struct run *r, struct err *err)
{
	return put(r, NULL, 0, 1, err);
}

/* ${must}: there is one already. */
static int replace(struct run *r, int must, struct err *err)
{
	struct config *c = must || strncmp(r->argv[0], "esc_", 4) == 0 ? etc_load(r, err) : NULL;
	const char *name = c ? named(r, c, r->argv[0], err) : r->argv[0];
	int rc = err->code || !name ? -1 : put(r, name, 1, 0, err);

	if (c)
		config_free(c);
	return rc;
}

static int update(struct run *r, struct err *err)
{
	return replace(r, 1, err);
}

static int set(struct run *r, struct err *err)
{
	return replace(r, 0, err);
}

static int rm(struct run *r, struct err *err)
{
	struct config *c = etc_load(r, err);
	const char *name = c ? named(r, c, r->argv[0], err) : NULL;
	int rc = name ? etc_rm(r, CFG_CHAIN, name, err) : -1;

	if (c)
		config_free(c);
	return rc;
}

/* ---- trigger ---- */

/* The body given, or made of --reason and --context; the chain's name goes into it. */
static json_t *trigger_body(const struct run *r, const char *chain, struct err *err)
{
	const char *reason = args_str(r, "reason", NULL), *context = args_str(r, "context", NULL);
	json_t *body = reason && r->argc < 2 ? json_object() : etc_input(r, 1, err);

	if (!body)
		return NULL;
	js_set_str(body, "chain", chain);
	js_set_str(body, "reason", reason);
	if (!json_is_string(json_object_get(body, "reason"))) {
		json_decref(body);
		err_field(err, FAIL_INVALID, "/reason", "required: a text, what happened");
		return NULL;
	}
	json_t *value = context ? input_value("--context", context, err) : NULL;
	if (context && !value) {
		json_decref(body);
		return NULL;
	}
	if (value)
		js_set_new(body, "context", value);
	return body;
}

static int say(struct run *r, struct submission *s, struct err *err)
{
	char id[ID_TEXT_MAX];
	json_t *view, *reply;

	if (r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", id_format(&s->task, "e_", id));
		if (!s->erd_running && !args_has(r, "dry-run"))
			out_note(&r->out, "%s: safe in the spool; no erd is running", id);
		return 0;
	}
	view = submission_view(s, r, err);
	reply = view ? s->spec.dialect->reply(view) : NULL;
	if (reply)
		out_doc(&r->out, reply);
	json_decref(view);
	json_decref(reply);
	return view ? 0 : -1;
}

static int trigger(struct run *r, struct err *err)
{
	struct config *c = etc_load_usable(r, CFG_CHAIN);
	const char *name = named(r, c, r->argv[0], err);
	struct submission s = {.key = args_str(r, "key", NULL),
			       .want_verdict = r->out.format != FMT_TEXT};
	json_t *body = name ? trigger_body(r, name, err) : NULL;
	int rc = -1;

	if (body) {
		taskdoc_take_new(&s.doc, body);
		rc = submission_check(&s, r, err);
		if (rc == 0 && !args_has(r, "dry-run"))
			rc = submission_send(&s, r, err);
		if (rc == 0)
			rc = say(r, &s, err);
	}
	submission_release(&s);
	config_free(c);
	return rc;
}

static const struct opt create_opts[] = {
	{'n', "dry-run", OPT_FLAG, NULL, "check, change and send nothing"},
	OPT_END};

static const struct opt trigger_opts[] = {
	{0, "reason", OPT_STRING, "TEXT", "what happened, instead of a file"},
	{0, "context", OPT_STRING, "JSON|@FILE", "what the agents should know"},
	{'k', "key", OPT_STRING, "KEY", "idempotency key: the same key is the same escalation"},
	{0, "from", OPT_STRING, "NAME", "who asks (default: --as, else your login name)"},
	{'n', "dry-run", OPT_FLAG, NULL, "check, change and send nothing"},
	OPT_END};

static const char *const create_aliases[] = {"new", NULL};

static const char *const delete_aliases[] = {"rm", NULL};

static const struct cmd verb_list = {
	ETC_LIST("chain"),
	.summary = "every chain",
	.about = "A row for each; with --json the documents, with their ids.",
	.examples = "erctl chain list --json",
	.run = list,
};

static const struct cmd verb_show = {
	ETC_ONE("chain", "show", "CHAIN", ARG_CHAIN),
	.summary = "the document, with its id",
	.about = "The id follows from the name; what is printed can be given back to set.",
	.exits = "0 2 3 5",
	.examples = "erctl chain show support-escalation",
	.run = show,
};

static const struct cmd verb_create = {
	.name = "chain create",
	.args = "[FILE|-]",
	.summary = "make a chain; its name is in the document",
	.about = "The file in etc/chains/ is named after it, in small letters. A chain that is "
	         "there already with the same content is no error, with another content it is exit "
	         "6.",
	.opts = create_opts,
	.aliases = create_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_FILE,
	.max_args = 1,
	.exits = "0 2 3 5 6 75",
	.examples = "erctl chain create chain.json --json",
	.run = create,
};

static const struct cmd verb_update = {
	ETC_SET("chain", "update", "CHAIN", ARG_CHAIN),
	.summary = "another document in the place of one that is there",
	.about = "What runs keeps the chain it began with.",
	.opts = create_opts,
	.exits = "0 2 3 5 75",
	.examples = "erctl chain update support-escalation chain.json",
	.run = update,
};

static const struct cmd verb_set = {
	ETC_SET("chain", "set", "CHAIN", ARG_CHAIN),
	.summary = ETCNOUN_SET_SUMMARY,
	.about = "As update, whether one is there or not.",
	.opts = create_opts,
	.exits = "0 2 3 5 75",
	.examples = "erctl chain set support-escalation chain.json",
	.run = set,
};

static const struct cmd verb_delete = {
	ETC_ONE("chain", "delete", "CHAIN", ARG_CHAIN),
	.summary = "remove it",
	.about = "What runs keeps it. A chain that a lane names stays: exit 5.",
	.opts = create_opts,
	.aliases = delete_aliases,
	.exits = "0 2 3 5 75",
	.examples = "erctl chain delete support-escalation",
	.run = rm,
};

static const struct cmd verb_check = {ETC_CHECK("chain", "CHAIN", ARG_CHAIN), .run = check};

static const struct cmd verb_trigger = {
	ETC_SET("chain", "trigger", "CHAIN", ARG_CHAIN),
	.summary = "begin an escalation; prints its id",
	.about = "FILE is a body with reason and context; --reason and --context do as well. The "
	         "escalation is a task: its id has the same digits, and wait, show and events "
	         "understand both.",
	.opts = trigger_opts,
	.exits = "0 2 3 5 6 75",
	.examples = "erctl chain trigger support-escalation trigger.json --json",
	.run = trigger,
};

static const struct cmd *const verbs[] = {
	&verb_check, &verb_create, &verb_delete, &verb_list, &verb_set, &verb_show,
	&verb_trigger, &verb_update, NULL};

const struct cmd cmd_chain = {
	.name = "chain",
	.args = "VERB",
	.summary = "escalation chains: who is asked next when nobody answers",
	.about = "A chain has levels, each with an agent (a worker, a pool, or a schedule: who is "
	         "on call), a time, and perhaps a confidence that an answer must have. It is a "
	         "document in etc/chains/ (er-config(5)); the bodies of Agent Teams' API are taken "
	         "as they are. CHAIN is a name, or the id that create and list print.\n\nAn "
	         "escalation keeps the chain it began with. See erctl-escalation(1) for what can "
	         "be said to one.",
	.group = GROUP_SPOOL,
	.max_args = -1,
	.exits = "0 2 3 5 6 75",
	.examples = "erctl chain create chain.json\n"
	            "erctl chain trigger support-escalation --reason \"The login page is down\"",
	.verbs = verbs,
};
