/* erctl schema add and rm: what changes the registry. */
#include <fcntl.h>
#include <unistd.h>

#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/ids.h"
#include "etcverbs.h"
#include "input.h"
#include "model/contract.h"
#include "schema_p.h"
#include "schema_source.h"
#include "spool/document.h"
#include "spool/uses.h"

enum change { CHANGE_NONE, CHANGE_ADDED, CHANGE_REPLACED, CHANGE_REMOVED };

static const char *const change_words[] = {
	[CHANGE_NONE] = "none", [CHANGE_ADDED] = "added", [CHANGE_REPLACED] = "replaced",
	[CHANGE_REMOVED] = "removed"};

static int check_name(const char *name, struct err *err)
{
	if (!name_valid(name))
		return err_set(err, FAIL_INVALID, "the name of a schema has lower-case letters, "
		                                  "digits, '-', '_' and dots, at most 64");
	if (!config_versioned(name))
		return err_set(err, FAIL_INVALID, "the name of a schema ends in its version: %s.v1",
		               name);
	return 0;
}

static void print(struct run *r, const struct config *c, const char *name, enum change change)
{
	const struct schema_entry *s = config_schema(c, name);
	int dry = args_has(r, "dry-run");
	char hex[SHA256_HEX], path[128];
	snprintf(path, sizeof path, "etc/schemas/%s.json", name);
	if (r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", name);
		if (change == CHANGE_NONE)
			out_note(&r->out, "%s says the same already", path);
		else
			out_note(&r->out, "%s %s%s", path, dry ? "would be " : "",
			         change_words[change]);
		return;
	}
	json_t *doc = json_object();
	js_set_str(doc, "schema", "er.schema.v1");
	js_set_str(doc, "name", name);
	js_set_str(doc, "path", path);
	js_set_str(doc, "change", change_words[change]);
	js_set_str(doc, "sha256", s ? sha256_hex(&s->sha, hex) : NULL);
	if (dry)
		js_set_new(doc, "dryRun", json_true());
	out_doc(&r->out, doc);
	json_decref(doc);
}

/* ---- who needs it ---- */

struct needed {
	const struct config *before, *after; /* ${after}: NULL when it is removed */
	const char *name;
	const char *kind; /* out: "lane" or "schema" */
	const char *by;
	struct err why;
};

/* Does ${schema} stand on the schema in question, and fall with the change? */
static int falls(struct needed *n, const json_t *schema)
{
	struct contract contract;
	struct err ignored = ERR_INIT;
	if (contract_make(n->before, schema, 0, &contract, &ignored) < 0)
		return 0; /* it did not stand before */
	int needs = strings_has(&contract.names, n->name);
	contract_release(&contract);
	if (!needs || !n->after)
		return needs;
	if (contract_make(n->after, schema, 0, &contract, &n->why) < 0)
		return 1;
	contract_release(&contract);
	return 0;
}

static int schema_needs(void *ctx, const char *name, const json_t *doc)
{
	struct needed *n = ctx;
	const struct schema_entry *s = config_schema(n->before, name);
	(void)doc;
	if (strcmp(name, n->name) == 0 || !s->refers || !falls(n, s->doc))
		return 0;
	n->kind = "schema";
	n->by = name;
	return 1;
}

static int lane_needs(void *ctx, const char *name, const json_t *doc)
{
	struct needed *n = ctx;
	const struct lane *l = config_lane(n->before, name);
	int named = l->schema_name && strcmp(l->schema_name, n->name) == 0;
	(void)doc;
	if (!(named && !n->after) && !(l->schema_refers && falls(n, l->schema_inline)))
		return 0;
	n->kind = "lane";
	n->by = name;
	return 1;
}

static int check_needed(struct run *r, const char *name, const struct config *after,
                        struct err *err)
{
	struct config *before = config_new();
	struct err ignored = ERR_INIT;
	struct needed n = {.before = before, .after = after, .name = name, .why = ERR_INIT};
	int rc = 0;
	spool_load_kind(&r->spool, before, CFG_SCHEMA, NULL, &ignored);
	spool_load_kind(&r->spool, before, CFG_LANE, NULL, &ignored);
	if (config_each(before, CFG_SCHEMA, schema_needs, &n) ||
	    config_each(before, CFG_LANE, lane_needs, &n))
		rc = err_set(err, FAIL_CONFLICT, "the %s %s needs %s%s%s", n.kind, n.by, name,
		             n.why.msg[0] ? " as it is: " : "", n.why.msg);
	config_free(before);
	return rc;
}

/* ---- add ---- */

/* A name that tasks used keeps its document. */
static int check_unused(struct run *r, const struct config *c, const char *name, const json_t *doc,
                        struct err *err)
{
	struct schema_use use = {.name = name};
	struct sha256 sha;
	char next[CONFIG_NAME_MAX];
	js_hash(doc, &sha);
	int rc = uses_documents(&r->spool, &use, 1, err);
	if (rc == 0 && use.known && memcmp(sha.b, use.sha.b, sizeof sha.b) != 0)
		rc = uses_tasks(&r->spool, &use, 1, err);
	if (rc == 0 && use.used)
		rc = err_set(err, FAIL_CONFLICT,
		             "%s: tasks used it, so it stays as it is; call this one %s", name,
		             config_next_version(c, name, next));
	uses_release(&use, 1);
	return rc;
}

static json_t *read_raw(const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *doc = NULL;
	if (input_read(path, &text, err) == 0) {
		doc = js_parse(buf_str(&text), text.len, &js_limits_schema, err);
		if (!doc)
			err_wrap(err, "%s", path);
	}
	buf_release(&text);
	return doc;
}

static int file_exists(struct run *r, const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "schemas/%s.json", name);
	return faccessat(r->spool.etc, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* All checks; *change says what is to be done. */
static int judge(struct run *r, struct schema_source *s, const char *name, const json_t *doc,
                 enum change *change, struct err *err)
{
	struct config *c = source_registry(s, err);
	const json_t *have;
	struct sha256 old, new;
	if (!c)
		return -1;
	have = config_doc(c, CFG_SCHEMA, name);
	js_hash(doc, &new);
	if (have)
		js_hash(have, &old);
	*change = have && memcmp(old.b, new.b, sizeof old.b) == 0 ? CHANGE_NONE
	          : file_exists(r, name)                          ? CHANGE_REPLACED
	                                                          : CHANGE_ADDED;
	if (config_set(c, CFG_SCHEMA, name, doc, err) < 0)
		return err_wrap(err, "%s", r->argv[1]);
	if (source_check(s, r->argv[1], config_schema(c, name)->doc, err) < 0)
		return -1;
	if (*change == CHANGE_NONE)
		return 0;
	if (check_unused(r, c, name, doc, err) < 0)
		return -1;
	return *change == CHANGE_REPLACED ? check_needed(r, name, c, err) : 0;
}

static int add(struct run *r, struct err *err)
{
	const char *name = r->argv[0];
	struct schema_source s;
	enum change change = CHANGE_NONE;
	if (check_name(name, err) < 0 || source_open(&s, r, err) < 0)
		return -1;
	json_t *doc = read_raw(r->argv[1], err);
	int rc = doc ? judge(r, &s, name, doc, &change, err) : -1;
	int write = rc == 0 && change != CHANGE_NONE && !args_has(r, "dry-run");
	if (write)
		rc = spool_put_document(&r->spool, CFG_SCHEMA, name, doc, change != CHANGE_REPLACED,
		                        err);
	if (rc == 0)
		print(r, s.config, name, change);
	if (rc == 0 && write)
		rc = etc_take_up(r, err);
	json_decref(doc);
	source_close(&s);
	return rc;
}

static const struct opt add_opts[] = {
	{'n', "dry-run", OPT_FLAG, NULL, "say what would be done"},
	OPT_END};

const struct cmd cmd_schema_add = {
	.name = "schema add",
	.args = "NAME FILE|-",
	.summary = "register a schema, or a changed one that no task used",
	.about = "The schema is checked by its metaschema, compiled, and its references are looked "
	         "up; all errors are listed and nothing is written (exit status 5). Then it is "
	         "written to etc/schemas/NAME.json, with two blanks and its members in order, and "
	         "a running erd is told to take it. The same content again is no change.\n\n"
	         "A name keeps its document once a task used it, by name or by a reference: other "
	         "content is refused then, with the next free version (exit status 6). erd refuses "
	         "such a change as well.",
	.opts = add_opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_SCHEMA,
	.rest = ARG_FILE,
	.min_args = 2,
	.max_args = 2,
	.exits = "0 2 3 4 5 6 75",
	.examples = "erctl schema add review_decision.v1 review.json\n"
	            "erctl schema add -n review_decision.v2 - <review.json",
	.run = add,
};

/* ---- rm ---- */

static int rm(struct run *r, struct err *err)
{
	const char *name = r->argv[0];
	struct schema_source s;
	if (check_name(name, err) < 0 || source_open(&s, r, err) < 0)
		return -1;
	int rc = source_registry(&s, err) ? 0 : -1;
	if (rc == 0 && !file_exists(r, name))
		rc = err_set(err, FAIL_NOT_FOUND, "no schema is called %s", name);
	if (rc == 0)
		rc = check_needed(r, name, NULL, err);
	if (rc == 0 && !args_has(r, "dry-run"))
		rc = spool_remove_document(&r->spool, CFG_SCHEMA, name, err);
	if (rc == 0)
		print(r, s.config, name, CHANGE_REMOVED);
	if (rc == 0 && !args_has(r, "dry-run"))
		rc = etc_take_up(r, err);
	source_close(&s);
	return rc;
}

const struct cmd cmd_schema_rm = {
	.name = "schema rm",
	.args = "NAME",
	.summary = "remove a schema that nothing in etc/ needs",
	.about = "Tasks keep what their answers must meet, so this is no change for them. A name "
	         "that tasks used stays taken: only the same document can come back under it. What "
	         "a lane or another schema needs is not removed (exit status 6).",
	.opts = add_opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_SCHEMA,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 4 5 6 75",
	.examples = "erctl schema rm draft_decision.v1",
	.run = rm,
};
