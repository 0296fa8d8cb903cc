/* erctl schema: the registry of schemas, its table of verbs, list and show. */
#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/near.h"
#include "model/config.h"
#include "model/contract.h"
#include "schema_p.h"
#include "schema_source.h"
#include "spool/uses.h"
#include "table.h"
#include "verbs.h"

enum { SHA_SHOWN = 12 };

static const char *dialect_of(const json_t *doc)
{
	static const char *const known[][2] = {
		{"draft/2020-12/", "2020-12"}, {"draft/2019-09/", "2019-09"}, {"draft-07/", "7"},
		{"draft-06/", "6"},            {"draft-04/", "4"}};
	const char *own = js_str_or(doc, "/$schema", "draft/2020-12/");
	for (size_t i = 0; i < NITEMS(known); i++) {
		if (strstr(own, known[i][0]))
			return known[i][1];
	}
	return own;
}

/* er.schema.v1 */
static json_t *describe(const struct config *c, const char *name)
{
	const struct schema_entry *s = config_schema(c, name);
	struct contract contract;
	struct err bad = ERR_INIT;
	char hex[SHA256_HEX];
	json_t *doc = json_object();
	js_set_str(doc, "schema", "er.schema.v1");
	js_set_str(doc, "name", name);
	out_set_safe(doc, "title", json_string_value(json_object_get(s->doc, "title")));
	js_set_str(doc, "dialect", dialect_of(s->doc));
	js_set_str(doc, "sha256", sha256_hex(&s->sha, hex));
	if (s->refers && contract_make(c, s->doc, 0, &contract, &bad) == 0) {
		json_t *names = json_array();
		for (size_t i = 0; i < contract.names.n; i++)
			json_array_append_new(names, json_string(contract.names.s[i]));
		js_set_str(doc, "contractSha256", sha256_hex(&contract.sha, hex));
		js_set_new(doc, "refersTo", names);
		contract_release(&contract);
	}
	return doc;
}

static const char *const fields[] = {"schema", "name",  "title", "dialect", "sha256",
                                     "contractSha256", "refersTo", "used", "document", NULL};

/* ---- list ---- */

struct listing {
	const struct config *config;
	struct schema_use *uses; /* owned; NULL: not asked for */
	json_t *docs;
	size_t n;
};

static int add_one(void *ctx, const char *name, const json_t *doc)
{
	struct listing *l = ctx;
	(void)doc;
	json_array_append_new(l->docs, describe(l->config, name));
	l->uses = mem_grow(l->uses, l->n + 1, sizeof *l->uses);
	l->uses[l->n++] = (struct schema_use){.name = name};
	return 0;
}

static int find_uses(struct run *r, struct listing *l, struct err *err)
{
	if (uses_documents(&r->spool, l->uses, l->n, err) < 0 ||
	    uses_tasks(&r->spool, l->uses, l->n, err) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++)
		js_set_new(json_array_get(l->docs, i), "used", json_boolean(l->uses[i].used));
	return 0;
}

static void add_cell(struct table *t, const char *text)
{
	table_add(t, text, strlen(text));
}

static void print_table(struct run *r, const struct listing *l, int used)
{
	static const char *const head[] = {"NAME", "DRAFT", "SHA256", "USED", "TITLE"};
	static const char *const plain[] = {"NAME", "DRAFT", "SHA256", "TITLE"};
	struct table t;
	table_init(&t, used ? head : plain, used ? NITEMS(head) : NITEMS(plain), -1);
	for (size_t i = 0; i < l->n; i++) {
		const json_t *doc = json_array_get(l->docs, i);
		add_cell(&t, js_str_or(doc, "/name", ""));
		add_cell(&t, js_str_or(doc, "/dialect", ""));
		table_add(&t, js_str_or(doc, "/sha256", ""), SHA_SHOWN);
		if (used)
			add_cell(&t, l->uses[i].used ? "yes" : "no");
		add_cell(&t, js_str_or(doc, "/title", ""));
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static int list(struct run *r, struct err *err)
{
	struct schema_source s;
	int rc = -1, used = args_has(r, "used");
	if (source_open(&s, r, err) < 0)
		return -1;
	struct listing l = {.config = source_registry(&s, err), .docs = json_array()};
	if (l.config) {
		config_each(l.config, CFG_SCHEMA, add_one, &l);
		rc = used ? find_uses(r, &l, err) : 0;
	}
	if (rc == 0 && r->out.format == FMT_TEXT) {
		print_table(r, &l, used);
	} else if (rc == 0) {
		out_items_begin(&r->out);
		for (size_t i = 0; i < l.n; i++)
			out_item(&r->out, json_array_get(l.docs, i));
		out_items_end(&r->out);
	}
	uses_release(l.uses, l.n);
	free(l.uses);
	json_decref(l.docs);
	source_close(&s);
	return rc;
}

static const struct opt list_opts[] = {
	{0, "used", OPT_FLAG, NULL, "say whether tasks used them: a search of the journal"},
	OPT_END};

static const struct cmd verb_list = {
	.name = "schema list",
	.args = "",
	.summary = "list the registered schemas",
	.about = "The schemas of etc/schemas as they are now. A file that cannot be used is left "
	         "out; `erctl schema check` tells what is wrong with it.",
	.opts = list_opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.exits = "0 2 3",
	.examples = "erctl schema list\nerctl schema list --used --json",
	.fields = fields,
	.run = list,
};

/* ---- show ---- */

static int no_such(const struct config *c, const char *name, struct err *err)
{
	struct near near;
	struct buf tip = BUF_INIT;
	near_init(&near, name);
	config_near(c, CFG_SCHEMA, &near);
	near_add(&near, &tip);
	err_set(err, FAIL_NOT_FOUND, "no schema is called %.64s%s", name, buf_str(&tip));
	buf_release(&tip);
	return -1;
}

static json_t *taken(struct run *r, const char *name, struct err *err)
{
	struct schema_use use = {.name = name};
	if (uses_documents(&r->spool, &use, 1, err) == 0 && !use.known)
		err_set(err, FAIL_NOT_FOUND, "erd never took a schema called %.64s", name);
	return use.doc;
}

static json_t *bundled(const struct config *c, const char *name, struct err *err)
{
	struct contract contract;
	if (contract_make(c, config_schema(c, name)->doc, 0, &contract, err) < 0) {
		err_wrap(err, "schemas/%s.json", name);
		return NULL;
	}
	json_t *doc = json_incref(contract.doc);
	contract_release(&contract);
	return doc;
}

static int print_one(struct run *r, const struct config *c, const char *name, json_t *doc)
{
	if (r->out.format == FMT_TEXT) {
		out_doc(&r->out, doc);
		return 0;
	}
	json_t *about = config_schema(c, name) ? describe(c, name)
	                                       : json_pack("{s:s}", "name", name);
	js_set_copy(about, "document", doc);
	out_doc(&r->out, about);
	json_decref(about);
	return 0;
}

static int show(struct run *r, struct err *err)
{
	const char *name = r->argv[0];
	struct schema_source s;
	int rc = -1;
	if (source_open(&s, r, err) < 0)
		return -1;
	struct config *c = source_registry(&s, err);
	json_t *doc = NULL;
	if (!c)
		;
	else if (args_has(r, "taken"))
		doc = taken(r, name, err);
	else if (!config_schema(c, name))
		no_such(c, name, err);
	else if (args_has(r, "bundled"))
		doc = bundled(c, name, err);
	else
		doc = json_incref((json_t *)config_doc(c, CFG_SCHEMA, name));
	if (doc)
		rc = print_one(r, c, name, doc);
	json_decref(doc);
	source_close(&s);
	return rc;
}

static const struct opt show_opts[] = {
	{0, "bundled", OPT_FLAG, NULL, "with all that it refers to inside, as a task stores it"},
	{0, "taken", OPT_FLAG, NULL, "the document that erd last took under this name"},
	OPT_END};

static const struct cmd verb_show = {
	.name = "schema show",
	.args = "NAME",
	.summary = "print a registered schema",
	.about = "Prints the document. With --json it stands in \"document\" beside its name, "
	         "title, draft and SHA-256 (of the canonical form, as tasks have it in "
	         "schemaSha256).",
	.opts = show_opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_SCHEMA,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 5",
	.examples = "erctl schema show review_decision.v1\n"
	            "erctl schema show review_decision.v1 --json=sha256,refersTo",
	.fields = fields,
	.run = show,
};

/* ---- the noun ---- */

static const struct cmd *const verbs[] = {
	&cmd_schema_add,  &cmd_schema_check, &cmd_schema_diff,     &verb_list,
	&cmd_schema_rm,   &verb_show,  &cmd_schema_validate, NULL};

const struct cmd cmd_schema = {
	.name = "schema",
	.args = "VERB",
	.summary = "register, check and compare the schemas of answers",
	.about = "A registered schema lies in etc/schemas under a name that ends in its version, "
	         "review_decision.v1. Lanes and tasks name it, and other schemas refer to it: "
	         "{\"$ref\": \"severity.v1\"}. Once a task used it the name keeps its document; "
	         "what is different gets the next version.",
	.group = GROUP_SPOOL,
	.max_args = -1,
	.exits = "0 1 2 3 4 5 6 7 75",
	.examples = "erctl schema add review_decision.v1 review.json\nerctl schema check\n"
	            "erctl schema validate review_decision.v1 answer.json",
	.verbs = verbs,
};
