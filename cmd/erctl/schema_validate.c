/* erctl schema validate: no spool needed. */
#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "input.h"
#include "json/schema/output.h"
#include "schema_p.h"
#include "schema_source.h"

static const struct js_limits limits = {INSTANCE_MAX, 8000000, 200};

struct job {
	struct run *r;
	struct schema *schema;
	const char *uri;    /* of the schema, or "" */
	const char *output; /* word of --output, or NULL */
	int many;           /* verdicts say whose they are */
	size_t n, bad;
};

void schema_errors_print(struct run *r, const char *prefix, const json_t *errors)
{
	for (size_t i = 0; i < json_array_size(errors); i++) {
		const json_t *e = json_array_get(errors, i);
		const char *at = js_str_or(e, "/instance", "");
		const char *keyword = js_str_or(e, "/keyword", "");
		out_line(&r->out, "%s%s: %s%s%s%s", prefix, *at ? at : "(the whole)",
		         js_str_or(e, "/message", ""), r->out.verbose && *keyword ? " [" : "",
		         r->out.verbose ? keyword : "", r->out.verbose && *keyword ? "]" : "");
	}
}

static void print_verdict(struct job *j, const char *name, json_t *errors, size_t total)
{
	struct buf prefix = BUF_INIT;
	if (j->r->out.format == FMT_TEXT) {
		if (j->many)
			buf_addf(&prefix, "%s: ", name);
		schema_errors_print(j->r, buf_str(&prefix), errors);
		if (total > json_array_size(errors))
			out_line(&j->r->out, "%sand %zu more", buf_str(&prefix),
			         total - json_array_size(errors));
		buf_release(&prefix);
		return;
	}
	json_t *doc = json_object();
	js_set_str(doc, "schema", "er.validation.v1");
	out_set_safe(doc, "instance", name);
	js_set_new(doc, "valid", json_boolean(total == 0));
	js_set_copy(doc, "errors", errors);
	js_set_int(doc, "total", (int64_t)total);
	if (j->many || j->r->out.format == FMT_NDJSON)
		out_item(&j->r->out, doc);
	else
		out_doc(&j->r->out, doc);
	json_decref(doc);
}

/* In a format of the specification. */
static int print_output(struct job *j, const json_t *instance)
{
	enum schema_output form = strcmp(j->output, "flag") == 0    ? OUTPUT_FLAG
	                          : strcmp(j->output, "basic") == 0 ? OUTPUT_BASIC
	                                                            : OUTPUT_DETAILED;
	json_t *doc = schema_output(j->schema, instance, form, *j->uri ? j->uri : NULL);
	int valid = json_is_true(json_object_get(doc, "valid"));
	if (j->many)
		out_item(&j->r->out, doc);
	else
		out_doc(&j->r->out, doc);
	json_decref(doc);
	return valid;
}

static void judge(struct job *j, const char *name, const json_t *instance)
{
	struct schema_errors errors = {.n = 0};
	size_t total = 0;
	j->n++;
	if (j->output) {
		j->bad += !print_output(j, instance);
		return;
	}
	total = schema_validate(j->schema, instance, &errors);
	json_t *list = schema_errors_json(&errors);
	print_verdict(j, name, list, total);
	json_decref(list);
	schema_errors_release(&errors);
	j->bad += total != 0;
}

static int judge_text(struct job *j, const char *name, const char *text, size_t n, struct err *err)
{
	json_t *v = js_parse_any(text, n, &limits, err);
	if (!v)
		return err_wrap(err, "%s", name);
	judge(j, name, v);
	json_decref(v);
	return 0;
}

static int judge_lines(struct job *j, const char *path, const struct buf *all, struct err *err)
{
	const char *p = buf_str(all), *end = p + all->len;
	struct buf name = BUF_INIT;
	int rc = 0;
	for (size_t line = 1; rc == 0 && p < end; line++) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((lf ? lf : end) - p);
		buf_clear(&name);
		buf_addf(&name, "%s:%zu", path, line);
		if (n > 0 && strspn(p, " \t\r") < n)
			rc = judge_text(j, buf_str(&name), p, n, err);
		p += n + 1;
	}
	buf_release(&name);
	return rc;
}

static int judge_file(struct job *j, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	int fd = input_open(path, err), rc = -1;
	if (fd < 0)
		return -1;
	if (io_read_fd(fd, INSTANCE_MAX, &text, err) < 0)
		err_wrap(err, "%s", path);
	else if (args_has(j->r, "lines"))
		rc = judge_lines(j, path, &text, err);
	else
		rc = judge_text(j, path, buf_str(&text), text.len, err);
	input_close(fd);
	buf_release(&text);
	return rc;
}

static int judge_all(struct job *j, struct err *err)
{
	struct run *r = j->r;
	int rc = 0;
	j->many = r->argc > 2 || args_has(r, "lines");
	if (j->many)
		out_items_begin(&r->out);
	for (int i = 1; rc == 0 && i < r->argc; i++)
		rc = judge_file(j, r->argv[i], err);
	if (j->many && (r->out.format != FMT_TEXT || j->output))
		out_items_end(&r->out);
	if (rc < 0)
		return -1;
	if (j->many)
		out_note(&r->out, "%zu of %zu are valid", j->n - j->bad, j->n);
	else if (j->bad == 0)
		out_note(&r->out, "valid");
	return j->bad ? fail_exit(FAIL_INVALID) : 0;
}

static int schema_alone(struct run *r, struct schema_source *s, const json_t *doc)
{
	struct job j = {.r = r};
	json_t *faults = source_faults(s, doc);
	json_t *none = json_array();
	print_verdict(&j, r->argv[0], faults ? faults : none, json_array_size(faults));
	if (!faults)
		out_note(&r->out, "the schema is valid");
	json_decref(none);
	json_decref(faults);
	return faults ? fail_exit(FAIL_INVALID) : 0;
}

static int with_instances(struct run *r, struct schema_source *s, const json_t *doc,
                          const char *uri, struct err *err)
{
	struct schema_options o = source_options(s);
	struct job j = {.r = r, .uri = uri, .output = args_str(r, "output", NULL)};
	int rc = source_check(s, r->argv[0], doc, err);
	if (rc < 0)
		return -1;
	if (j.output && r->out.format == FMT_TEXT)
		r->out.format = FMT_JSON;
	o.keep_paths = j.output != NULL;
	j.schema = schema_compile_with(doc, &o, err);
	rc = j.schema ? judge_all(&j, err) : -1;
	schema_free(j.schema);
	return rc;
}

static int check_input(const struct run *r, struct err *err)
{
	int dashes = 0;
	for (int i = 0; i < r->argc; i++)
		dashes += strcmp(r->argv[i], "-") == 0;
	if (dashes > 1)
		return err_set(err, FAIL_USAGE, "schema validate: only one can be standard input");
	if (r->argc == 1 && (args_has(r, "lines") || args_has(r, "output")))
		return err_set(err, FAIL_USAGE, "schema validate: needs an INSTANCE");
	return 0;
}

static int run(struct run *r, struct err *err)
{
	struct schema_source s;
	char uri[SOURCE_URI];
	if (check_input(r, err) < 0 || source_open(&s, r, err) < 0)
		return -1;
	json_t *doc = source_read(&s, r->argv[0], uri, err);
	int rc = -1;
	if (doc)
		rc = r->argc == 1 ? schema_alone(r, &s, doc) : with_instances(r, &s, doc, uri, err);
	json_decref(doc);
	source_close(&s);
	return rc;
}

static const struct opt opts[] = {
	OPTS_SOURCE,
	{0, "output", OPT_ENUM, "flag|basic|detailed",
	 "print a format of JSON Schema 2020-12, core, "
	 "section 12"},
	{0, "lines", OPT_FLAG, NULL, "an instance file holds one JSON value a line"},
	OPT_END};

const struct cmd cmd_schema_validate = {
	.name = "schema validate",
	.args = "SCHEMA [INSTANCE|-]...",
	.summary = "judge JSON documents by a schema, or a schema by itself",
	.about = "SCHEMA is a file, - for standard input, or a name in etc/schemas. Without an "
	         "instance the schema itself is checked. Errors go to standard output, one a line; "
	         "with -v each shows its place in the schema. Exit status 5 means that something "
	         "is not valid.\n\n"
	         "No spool is needed. References lead into the document, to the metaschemas of the "
	         "drafts, to registered schemas where there is a spool, and into the folders of "
	         "--base; never to the network.\n\n"
	         "Formats are annotations unless --format is given, the schema has "
	         "\"x-assertFormat\": true, or its metaschema's vocabulary asserts them.",
	.opts = opts,
	.group = GROUP_SPOOL,
	.first = ARG_SCHEMA_FILE,
	.rest = ARG_FILE,
	.min_args = 1,
	.max_args = -1,
	.exits = "0 2 3 5",
	.examples = "erctl schema validate review.json answer.json\n"
	            "erctl schema validate verdict.v1 --lines answers.ndjson\n"
	            "erctl schema validate s.json i.json --output detailed\n"
	            "erctl schema validate s.json i.json --base http://localhost:1234/=remotes",
	.run = run,
};
