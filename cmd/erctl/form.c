#include <string.h>

#include "answering.h"
#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/safe.h"
#include "cmd.h"
#include "idargs.h"
#include "identity.h"
#include "input.h"
#include "json/js.h"
#include "model/config.h"
#include "model/taskview.h"
#include "spool/layout.h"
#include "verbs.h"

/* ---- as text ---- */

static void add_words(struct buf *b, const json_t *list, const char *between)
{
	size_t i;
	json_t *v;
	json_array_foreach(list, i, v) {
		buf_adds(b, i ? between : "");
		if (json_is_array(v))
			add_words(b, v, " and ");
		else
			buf_adds(b, json_string_value(v));
	}
}

static int depth_of(const char *path)
{
	int n = 0;
	for (; *path; path++)
		n += *path == '/';
	return n > 1 ? n - 1 : 0;
}

static void print_line(struct run *r, int depth, const char *label, const char *text)
{
	struct buf safe = BUF_INIT;
	safe_adds(&safe, text, SAFE_LINE);
	if (*text)
		out_line(&r->out, "%*s    %s%s%s", depth * 2, "", label, *label ? ": " : "",
		         buf_str(&safe));
	buf_release(&safe);
}

static void print_choices(struct run *r, int depth, const json_t *choices)
{
	size_t i;
	json_t *c;
	json_array_foreach(choices, i, c) {
		struct buf b = BUF_INIT;
		js_dump(&b, json_object_get(c, "value"), JS_COMPACT);
		if (strcmp(js_str_or(c, "/title", ""), js_str_or(c, "/value", "")) != 0)
			buf_addf(&b, "  %s", js_str_or(c, "/title", ""));
		print_line(r, depth, "choice", buf_str(&b));
		buf_release(&b);
	}
}

static void print_field(struct run *r, const json_t *f)
{
	struct buf b = BUF_INIT, safe = BUF_INIT;
	const char *path = js_str_or(f, "/path", "");
	int depth = depth_of(path);
	const json_t *needs = json_object_get(f, "requiredWhen");
	buf_addf(&b, "%s  %s%s", *path ? path : "(all)", js_str_or(f, "/label", ""),
	         json_is_true(json_object_get(f, "required")) ? " *" : "");
	safe_adds(&safe, buf_str(&b), SAFE_LINE);
	out_line(&r->out, "%*s%s  [%s]", depth * 2, "", buf_str(&safe), js_str_or(f, "/kind", ""));
	print_line(r, depth, "", js_str_or(f, "/description", ""));
	buf_clear(&b);
	add_words(&b, json_object_get(f, "when"), " and ");
	print_line(r, depth, "only if", buf_str(&b));
	buf_clear(&b);
	add_words(&b, needs, ", or ");
	print_line(r, depth, "required if", buf_str(&b));
	print_line(r, depth, "", js_str_or(f, "/hint", ""));
	print_choices(r, depth, json_object_get(f, "choices"));
	buf_release(&b);
	buf_release(&safe);
}

static void print_text(struct run *r, const json_t *fields)
{
	size_t i;
	json_t *f;
	out_page(&r->out);
	json_array_foreach(fields, i, f)
		print_field(r, f);
}

/* ---- whose form ---- */

/* What a worker may know of the task; of several the one who asks, else the first. */
static json_t *doc_of_task(struct run *r, const char *id_text, struct err *err)
{
	struct inbox_entry e[INBOX_ENTRIES_MAX];
	struct err nobody = ERR_INIT;
	struct id id;
	json_t *view = idarg(r, id_text, &id, err) < 0 ? NULL : idarg_view(r, &id, err);
	if (!view)
		return NULL;
	json_t *doc = NULL;
	if (identity_worker(r, &nobody) == 0)
		doc = taskview_worker_doc(view, r->worker);
	size_t n = taskview_inbox(view, 1, e);
	if (!doc && n > 0)
		doc = json_incref(e[0].doc);
	taskview_inbox_release(e, n);
	if (!doc) {
		doc = json_object();
		js_set_copy(doc, "task", json_object_get(view, "id"));
		js_set_copy(doc, "title", json_object_get(view, "title"));
		js_set_copy(doc, "lane", json_object_get(view, "lane"));
		js_set_copy(doc, "due", json_object_get(view, "dueAt"));
		js_set_copy(doc, "answerSchema", json_object_get(view, "answerSchema"));
	}
	json_decref(view);
	return doc;
}

static int is_file(const char *text)
{
	size_t n = strlen(text);
	return *text == '@' || strcmp(text, "-") == 0 || strchr(text, '/') ||
	       (n > 5 && strcmp(text + n - 5, ".json") == 0);
}

struct registry {
	struct run *r;
	struct config *config; /* of what was asked for so far */
};

/* The registered schema of that name. */
static json_t *registered(void *arg, const char *name, struct err *err)
{
	struct registry *g = arg;
	struct spool *s = &g->r->spool;
	if (!g->r->have_spool)
		return NULL;
	if (!config_schema(g->config, name) &&
	    spool_load_document(s, g->config, CFG_SCHEMA, name, err) <= 0)
		return NULL;
	const struct schema_entry *e = config_schema(g->config, name);
	return e ? json_incref((json_t *)e->doc) : NULL;
}

static json_t *read_file(const char *path, struct err *err)
{
	struct buf b = BUF_INIT;
	json_t *v = NULL;
	if (input_read(path, &b, err) == 0) {
		v = js_parse_any(buf_str(&b), b.len, &js_limits_schema, err);
		if (!v)
			err_wrap(err, "%s", path);
	}
	buf_release(&b);
	return v;
}

static json_t *read_schema(struct registry *g, const char *text, struct err *err)
{
	json_t *doc, *full;
	if (is_file(text))
		doc = read_file(text + (*text == '@'), err);
	else if (run_open_spool(g->r, err) < 0)
		return NULL;
	else if (!(doc = registered(g, text, err)))
		err_set(err, FAIL_NOT_FOUND, "no schema %s in etc/schemas (a file: @%s)", text,
		        text);
	if (!doc)
		return NULL;
	full = schema_expand(doc, err);
	json_decref(doc);
	return full;
}

/* ---- the verb ---- */

static void print_form(struct run *r, const struct form *form, const struct form_about *about)
{
	struct buf page = BUF_INIT;
	if (args_has(r, "html")) {
		form_html(form, about, &page);
		out_bytes(&r->out, buf_str(&page), page.len);
		buf_release(&page);
		return;
	}
	json_t *fields = form_describe(form);
	if (r->out.format == FMT_TEXT)
		print_text(r, fields);
	else
		out_doc(&r->out, fields);
	json_decref(fields);
}

static int of_schema(struct run *r, const char *text, struct err *err)
{
	struct registry g = {.r = r, .config = config_new()};
	struct schema_options options = {.load = registered, .arg = &g};
	struct form_about about = {.action = args_str(r, "action", NULL)};
	json_t *schema = read_schema(&g, text, err);
	struct form *form = schema ? form_new(schema, &options, err) : NULL;
	if (form)
		print_form(r, form, &about);
	form_free(form);
	json_decref(schema);
	config_free(g.config);
	return form ? 0 : -1;
}

static int of_task(struct run *r, struct err *err)
{
	struct answering a;
	if (run_open_spool(r, err) < 0)
		return -1;
	json_t *doc = doc_of_task(r, r->argv[0], err);
	if (!doc)
		return -1;
	int rc = answering_begin(&a, r, doc, err);
	json_decref(doc);
	if (rc == 0 && !a.form)
		rc = err_set(err, FAIL_INVALID, "the task has no schema: its answer is any JSON");
	a.about.action = args_str(r, "action", NULL);
	if (rc == 0)
		print_form(r, a.form, &a.about);
	answering_end(&a);
	return rc;
}

static int run(struct run *r, struct err *err)
{
	const char *schema = args_str(r, "schema", NULL);
	if ((r->argc == 1) == (schema != NULL))
		return err_set(err, FAIL_USAGE, "form: needs either an id or --schema");
	if (args_str(r, "action", NULL) && !args_has(r, "html"))
		return err_set(err, FAIL_USAGE, "form: --action is for --html");
	return schema ? of_schema(r, schema, err) : of_task(r, err);
}

static const struct opt opts[] = {
	{0, "schema", OPT_SCHEMA, "FILE|NAME",
	 "of a schema, without a task: a file, - or a name in etc/schemas"},
	{0, "html", OPT_FLAG, NULL, "one HTML page that can be filled in and stands alone"},
	{0, "action", OPT_STRING, "URL", "where the page sends the answer"},
	OPT_END};

const struct cmd cmd_form = {
	.name = "form",
	.args = "[ID]",
	.summary = "show the form of an answer, as text, data or a page",
	.about = "The fields are those that `erctl answer` asks for: made from the schema of the "
	         "task, with the same names, choices and conditions. An asterisk marks what is "
	         "required.\n\n"
	         "--html writes one page without anything around it: labels, constraints and hints "
	         "work without a script; with it, what does not apply is hidden, items can be "
	         "added, and the answer appears as JSON for `erctl answer ID FILE`. With --action "
	         "it is sent there, as JSON, or without a script as form fields named by JSON "
	         "pointers.",
	.opts = opts,
	.group = GROUP_WORKER,
	.first = ARG_ID,
	.max_args = 1,
	.exits = "0 2 3 5 8",
	.examples = "erctl form 01J8\nerctl form 01J8 --html > form.html\n"
	            "erctl form --schema @verdict.json --json",
	.run = run,
};
