#include "etcverbs.h"

#include "args.h"
#include "base/buf.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/ids.h"
#include "base/near.h"
#include "cmd.h"
#include "input.h"
#include "json/js.h"
#include "spool/document.h"
#include "spool/receipt.h"
#include "spool/tzif.h"

enum { RELOAD_WAIT_MS = 5000 };

struct config *etc_load(const struct run *r, struct err *err)
{
	struct config *c = config_new();

	if (spool_load_config(&r->spool, c, NULL, err) == 0)
		return c;
	config_free(c);
	return NULL;
}

struct config *etc_load_usable(const struct run *r, enum config_kind kind)
{
	struct config *c = config_new();
	struct err ignored = ERR_INIT;

	spool_load_kind(&r->spool, c, kind, NULL, &ignored);
	return c;
}

const json_t *etc_doc(const struct config *c, enum config_kind kind, const char *name,
		      struct err *err)
{
	const json_t *doc = config_doc(c, kind, name);
	struct near near;
	struct buf tip = BUF_INIT;

	if (doc)
		return doc;
	near_init(&near, name);
	config_near(c, kind, &near);
	near_add(&near, &tip);
	err_set(err, FAIL_NOT_FOUND, "no such %s: %s%s", config_words[kind], name, buf_str(&tip));
	buf_release(&tip);
	return NULL;
}

json_t *etc_input(const struct run *r, int at, struct err *err)
{
	struct buf text = BUF_INIT;
	const char *path = r->argc > at ? r->argv[at] : "-";
	json_t *doc = NULL;

	if (input_read(path, &text, err) == 0)
		doc = js_parse(buf_str(&text), text.len, &js_limits_doc, err);
	buf_release(&text);
	if (doc && !json_is_object(doc)) {
		json_decref(doc);
		doc = NULL;
		err_set(err, FAIL_INVALID, "must be a JSON object");
	}
	if (!doc)
		err_wrap(err, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
	return doc;
}

int etc_take_up(struct run *r, struct err *err)
{
	char id[ID_TEXT_MAX];
	struct id random;
	struct err late = ERR_INIT;
	json_t *verdict = NULL;
	int rc = 0;

	id_new(&random);
	struct receipt *receipt = receipt_new(&r->spool, id_format(&random, "msg_", id), err);
	if (!receipt)
		return -1;
	if (spool_ask_reload(&r->spool, receipt_name(receipt))) {
		verdict = receipt_wait(receipt, RELOAD_WAIT_MS, &late);
		if (!verdict)
			out_note(&r->out, "erd has not taken it up yet");
		else if (!json_is_true(json_object_get(verdict, "ok")))
			rc = err_set(err, fail_by_name(js_str_or(verdict, "/code", "")),
				     "written, but erd keeps what it has: %s",
				     js_str_or(verdict, "/message", "?"));
	}
	json_decref(verdict);
	receipt_free(receipt);
	return rc;
}

/* What is wrong with etc/ is wrong with the document given. */
static int invalid(struct err *err)
{
	if (err->code == FAIL_CONFIG)
		err->code = FAIL_INVALID;
	return -1;
}

static int try_set(struct config *c, enum config_kind kind, const char *name, const json_t *doc,
		   struct err *err)
{
	if (config_set(c, kind, name, doc, err) != 0)
		return err_wrap(err, "%s/%s.json", config_dirs[kind], name);
	return spool_load_zones(c, NULL, err) != 0 || config_check(c, err) != 0 ? invalid(err) : 0;
}

int etc_set(struct run *r, enum config_kind kind, const char *name, const json_t *doc, int fresh,
	    struct err *err)
{
	struct config *c = etc_load(r, err);
	const json_t *old = c ? config_doc(c, kind, name) : NULL;
	int rc = c ? 0 : invalid(err);

	if (rc == 0 && old && json_equal(old, doc))
		rc = 1;
	else if (rc == 0 && old && fresh)
		rc = err_set(err, FAIL_CONFLICT, "%s %s exists; use %s to replace it",
			     config_words[kind], name, kind == CFG_CHAIN ? "update" : "set");
	if (rc == 0)
		rc = try_set(c, kind, name, doc, err);
	if (rc == 0 && !args_has(r, "dry-run"))
		rc = spool_put_document(&r->spool, kind, name, doc, fresh, err) == 0
			 ? etc_take_up(r, err)
			 : -1;
	if (c)
		config_free(c);
	return rc;
}

int etc_rm(struct run *r, enum config_kind kind, const char *name, struct err *err)
{
	struct config *c = etc_load(r, err);
	int rc = c ? 0 : invalid(err);

	if (rc == 0 && !etc_doc(c, kind, name, err))
		rc = -1;
	if (rc == 0)
		rc = try_set(c, kind, name, NULL, err);
	if (rc == 0 && !args_has(r, "dry-run"))
		rc = spool_remove_document(&r->spool, kind, name, err) || etc_take_up(r, err) ? -1
		                                                                              : 0;
	if (c)
		config_free(c);
	return rc;
}

static int wanted(const struct run *r, enum config_kind kind, const char *line)
{
	char file[128];
	size_t dir = strlen(config_dirs[kind]);

	if (strncmp(line, config_dirs[kind], dir) != 0 || line[dir] != '/')
		return 0;
	for (int i = 0; i < r->argc; i++) {
		snprintf(file, sizeof file, "%s/%.64s.json:", config_dirs[kind], r->argv[i]);
		if (strncmp(line, file, strlen(file)) == 0)
			return 1;
	}
	return r->argc == 0;
}

int etc_check(struct run *r, enum config_kind kind, struct err *err)
{
	struct buf report = BUF_INIT;
	struct err first = ERR_INIT;
	struct config *c = config_new();
	int bad = 0, rc = 0;

	spool_load_config(&r->spool, c, &report, &first);
	for (int i = 0; i < r->argc && rc == 0; i++)
		if (!config_doc(c, kind, r->argv[i]) && !report.len)
			rc = etc_doc(c, kind, r->argv[i], err) ? 0 : -1;
	for (const char *line = buf_str(&report); rc == 0 && *line;) {
		size_t n = strcspn(line, "\n");
		if (wanted(r, kind, line)) {
			out_line(&r->out, "etc/%.*s", (int)n, line);
			bad++;
		}
		line += n + (line[n] == '\n');
	}
	buf_release(&report);
	config_free(c);
	if (rc == 0 && bad)
		rc = err_set(err, FAIL_INVALID, "%d %s", bad, bad == 1 ? "error" : "errors");
	return rc;
}
