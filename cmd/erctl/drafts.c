#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "cmd.h"
#include "draft.h"
#include "evidence.h"
#include "identity.h"
#include "json/js.h"
#include "table.h"
#include "tui.h"
#include "verbs.h"
#include "waiter.h"

enum { TEXT_MAX = 4 << 20, ABBREV_MIN = 4 };
static const char prefix[] = "task_";
static const char *const draft_fields[] = {
	"schema", "task", "worker", "at", "answer", "texts", "confidence", "evidence", "title",
	"state", "next", NULL};

/* Copies: draft_each lends them for a moment. */
struct found {
	const struct run *r;
	const char *text; /* an id or its beginning; NULL: all */
	const char *only; /* of this worker; NULL: as --as says */
	struct draft *list;
	size_t n, cap;
};

static int matches(const struct found *f, const struct draft *d)
{
	char id[ID_TEXT_MAX];
	const char *as = args_str(f->r, "as", NULL);
	if (f->only)
		as = f->only;
	if (as && strcmp(as, d->worker) != 0)
		return 0;
	if (!f->text)
		return 1;
	id_format(&d->task, prefix, id);
	const char *digits = id + strlen(prefix);
	return strncmp(id, f->text, strlen(f->text)) == 0 ||
	       strncmp(digits, f->text, strlen(f->text)) == 0;
}

static int keep(void *ctx, const struct draft *d)
{
	struct found *f = ctx;
	if (!matches(f, d))
		return 0;
	if (f->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 16;
		f->list = mem_grow(f->list, f->cap, sizeof *f->list);
	}
	struct draft *copy = &f->list[f->n++];
	*copy = *d;
	json_incref(copy->answer);
	json_incref(copy->texts);
	json_incref(copy->confidence);
	json_incref(copy->evidence);
	return 0;
}

static void found_release(struct found *f)
{
	for (size_t i = 0; i < f->n; i++)
		draft_release(&f->list[i]);
	free(f->list);
}

/* The drafts that ${text} means: of one task. */
static int find(struct found *f, const char *text, struct err *err)
{
	size_t n = strlen(text);
	f->text = text;
	if (n < ABBREV_MIN || (strncmp(text, prefix, strlen(prefix)) == 0 &&
	                       n < strlen(prefix) + ABBREV_MIN))
		return err_set(err, FAIL_NOT_FOUND, "an id has at least %d digits", ABBREV_MIN);
	if (draft_each(f->r, keep, f, err) < 0)
		return -1;
	for (size_t i = 1; i < f->n; i++) {
		if (id_cmp(&f->list[0].task, &f->list[i].task) != 0)
			return err_set(err, FAIL_NOT_FOUND, "%s: begins the ids of several drafts",
			               text);
	}
	return f->n ? 0 : err_set(err, FAIL_NOT_FOUND, "there is no draft of %s", text);
}

static json_t *describe(const struct run *r, const struct draft *d)
{
	struct buf next = BUF_INIT;
	json_t *doc = draft_doc(d), *view = view_read(&r->spool, VIEW_TASK, &d->task);
	js_set_copy(doc, "title", json_object_get(view, "title"));
	js_set_copy(doc, "state", json_object_get(view, "state"));
	js_set_str(doc, "next", draft_command(d, r, &next));
	buf_release(&next);
	json_decref(view);
	return doc;
}

/* ---- list ---- */

static void print_table(struct run *r, const struct found *f)
{
	static const char *const head[] = {"TASK", "WORKER", "SAVED", "STATE", "TITLE"};
	struct table t;
	table_init(&t, head, NITEMS(head), 3);
	for (size_t i = 0; i < f->n; i++) {
		char when[32];
		json_t *doc = describe(r, &f->list[i]);
		const char *cells[] = {js_str_or(doc, "/task", ""), f->list[i].worker, when,
		                       js_str_or(doc, "/state", ""), js_str_or(doc, "/title", "")};
		out_when(&r->out, f->list[i].at_ms, now_wall_ms(), when);
		for (size_t k = 0; k < NITEMS(cells); k++)
			table_add(&t, cells[k], strlen(cells[k]));
		json_decref(doc);
	}
	table_print(&t, &r->out);
	table_release(&t);
	if (f->n > 0) {
		struct buf next = BUF_INIT;
		out_note(&r->out, "%s goes on%s", draft_command(&f->list[0], r, &next),
		         f->n > 1 ? " with the first" : "");
		buf_release(&next);
	}
}

static int list(struct run *r, struct err *err)
{
	struct found f = {.r = r};
	int rc = draft_each(r, keep, &f, err);
	if (rc == 0 && r->out.format == FMT_TEXT)
		print_table(r, &f);
	if (rc == 0 && r->out.format != FMT_TEXT) {
		out_items_begin(&r->out);
		for (size_t i = 0; i < f.n; i++) {
			json_t *doc = describe(r, &f.list[i]);
			out_item(&r->out, doc);
			json_decref(doc);
		}
		out_items_end(&r->out);
	}
	if (rc == 0 && f.n == 0)
		out_remark(&r->out, "there are no drafts");
	found_release(&f);
	return rc;
}

/* ---- show ---- */

static void show_text(struct run *r, const struct draft *d)
{
	struct buf text = BUF_INIT;
	struct err none = ERR_INIT;
	char *path = draft_editor_path(d, r, &none);
	if (path && io_read_file(AT_FDCWD, path, TEXT_MAX, &text, &none) == 0) {
		out_field(&r->out, "editor's file", path);
		if (draft_editor_newer(d, r))
			out_block(&r->out, "in the editor", buf_str(&text));
	}
	buf_release(&text);
	free(path);
}

static void show_one(struct run *r, const struct draft *d)
{
	char when[32];
	size_t i;
	json_t *piece, *doc = describe(r, d);
	out_field_styled(&r->out, "task", js_str_or(doc, "/task", ""), STYLE_BOLD);
	out_field(&r->out, "title", js_str_or(doc, "/title", ""));
	out_field(&r->out, "worker", d->worker);
	out_field(&r->out, "saved", out_when(&r->out, d->at_ms, now_wall_ms(), when));
	json_array_foreach(d->evidence, i, piece) {
		struct buf words = BUF_INIT;
		evidence_words(piece, &words);
		out_field(&r->out, i ? "" : "evidence", buf_str(&words));
		buf_release(&words);
	}
	out_block_json(&r->out, "answer", d->answer);
	out_block_json(&r->out, "typed, not finished", d->texts);
	show_text(r, d);
	out_field(&r->out, "go on with", js_str_or(doc, "/next", ""));
	json_decref(doc);
}

static int show(struct run *r, struct err *err)
{
	struct found f = {.r = r};
	if (r->argc != 2)
		return err_set(err, FAIL_USAGE, "drafts show: needs the id of one task");
	int rc = find(&f, r->argv[1], err);
	for (size_t i = 0; rc == 0 && i < f.n; i++) {
		if (r->out.format == FMT_TEXT) {
			show_one(r, &f.list[i]);
			continue;
		}
		json_t *doc = describe(r, &f.list[i]);
		out_doc(&r->out, doc);
		json_decref(doc);
	}
	found_release(&f);
	return rc;
}

/* ---- rm, clear ---- */

static int drop_all(struct run *r, const struct found *f, struct err *err)
{
	for (size_t i = 0; i < f->n; i++) {
		char id[ID_TEXT_MAX];
		if (!args_has(r, "dry-run") && draft_drop(&f->list[i], r, err) < 0)
			return -1;
		out_line(&r->out, "%s", id_format(&f->list[i].task, prefix, id));
	}
	return 0;
}

/* What somebody else has typed is thrown away on purpose only. */
static int rm(struct run *r, struct err *err)
{
	int rc = 0, all = args_has(r, "all");
	if (r->argc < 2)
		return err_set(err, FAIL_USAGE, "drafts rm: needs the id of a task");
	if (!all && identity_worker(r, err) < 0)
		return err_wrap(err, "drafts rm (--all: everybody's)");
	for (int i = 1; rc == 0 && i < r->argc; i++) {
		struct found f = {.r = r, .only = all ? NULL : r->worker};
		rc = find(&f, r->argv[i], err);
		if (rc == 0)
			rc = drop_all(r, &f, err);
		found_release(&f);
	}
	return rc;
}

static int confirmed(struct run *r, size_t n, struct err *err)
{
	char line[16];
	if (n == 0 || args_has(r, "yes") || args_has(r, "dry-run"))
		return 1;
	if (!terminal_asks(r))
		return err_set(err, FAIL_USAGE, "drafts clear: needs -y (or a terminal)");
	fprintf(stderr, "Throw away %zu draft%s? y or n: ", n, n == 1 ? "" : "s");
	return fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'Y');
}

static int clear(struct run *r, struct err *err)
{
	struct found f = {.r = r};
	int rc = draft_each(r, keep, &f, err);
	if (rc == 0)
		rc = confirmed(r, f.n, err);
	if (rc > 0)
		rc = drop_all(r, &f, err);
	found_release(&f);
	return rc;
}

static int run(struct run *r, struct err *err)
{
	static const struct part {
		const char *name;
		int (*run)(struct run *r, struct err *err);
	} parts[] = {{"clear", clear}, {"list", list}, {"rm", rm}, {"show", show}};
	const char *word = r->argc ? r->argv[0] : "list";
	for (size_t i = 0; i < NITEMS(parts); i++) {
		if (strcmp(word, parts[i].name) == 0)
			return parts[i].run(r, err);
	}
	return err_set(err, FAIL_USAGE, "drafts: there are list, show, rm and clear");
}

static const struct opt opts[] = {
	{'a', "all", OPT_FLAG, NULL, "rm: every worker's, not only your own"},
	{'y', "yes", OPT_FLAG, NULL, "clear: do not ask"},
	{'n', "dry-run", OPT_FLAG, NULL, "rm, clear: only say which"},
	OPT_END};

const struct cmd cmd_drafts = {
	.name = "drafts",
	.args = "[list|show|rm|clear] [ID]...",
	.summary = "answers that you began and did not hand in",
	.about = "Forms and editors keep what you type in a draft, one for each task and worker, "
	         "until erd has the answer. So a crash, a lost terminal or a refused answer costs "
	         "nothing: erctl answer ID goes on where you stopped, answer ID --draft hands the "
	         "draft in.\n\n"
	         "Drafts are yours, not the spool's: they lie in $XDG_STATE_HOME/er/drafts (or "
	         "~/.local/state/er/drafts). rm throws yours of a task away, with --all every "
	         "worker's; clear all of this spool.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_WORKER,
	.first = ARG_TEXT,
	.rest = ARG_ID,
	.min_args = 0,
	.max_args = -1,
	.exits = "0 2 3 75",
	.examples = "erctl drafts\nerctl drafts show 01J8\nerctl drafts clear -y",
	.fields = draft_fields,
	.run = run,
};
