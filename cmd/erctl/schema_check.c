#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "model/contract.h"
#include "schema_p.h"
#include "schema_source.h"
#include "spool/dirlist.h"

enum { PATH_BYTES = 400 };

struct checking {
	struct run *r;
	struct schema_source *s;
	json_t *findings; /* of --json */
	size_t schemas, cases, bad;
};

static void report(struct checking *k, const char *path, const json_t *errors)
{
	struct buf prefix = BUF_INIT;
	k->bad++;
	if (k->r->out.format == FMT_TEXT) {
		buf_addf(&prefix, "%s: ", path);
		schema_errors_print(k->r, buf_str(&prefix), errors);
		buf_release(&prefix);
		return;
	}
	json_t *f = json_object();
	out_set_safe(f, "path", path);
	js_set_copy(f, "errors", errors);
	json_array_append_new(k->findings, f);
}

static void report_text(struct checking *k, const char *path, const char *text)
{
	json_t *list =
	    json_pack("[{s:s, s:s, s:s}]", "instance", "", "keyword", "", "message", text);
	report(k, path, list);
	json_decref(list);
}

/* ---- cases ---- */

static json_t *read_case(struct checking *k, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *v = NULL;
	if (io_read_file(k->r->spool.etc, path, js_limits_doc.bytes, &text, err) == 0)
		v = js_parse_any(buf_str(&text), text.len, &js_limits_doc, err);
	buf_release(&text);
	return v;
}

static void check_case(struct checking *k, const struct schema *schema, const char *path, int valid)
{
	struct schema_errors errors = {.n = 0};
	struct err err = ERR_INIT;
	json_t *v = read_case(k, path, &err);
	k->cases++;
	if (!v) {
		report_text(k, path, err.msg);
		return;
	}
	size_t n = schema_validate(schema, v, &errors);
	if (valid && n) {
		json_t *list = schema_errors_json(&errors);
		report(k, path, list);
		json_decref(list);
	} else if (!valid && !n) {
		report_text(k, path, "is valid, and should not be");
	}
	schema_errors_release(&errors);
	json_decref(v);
}

static void check_cases(struct checking *k, const struct schema *schema, const char *name,
                        int valid)
{
	struct names files = {.n = 0};
	struct err err = ERR_INIT;
	char folder[PATH_BYTES / 2], path[PATH_BYTES];
	snprintf(folder, sizeof folder, "schemas/%s/%s", name, valid ? "valid" : "invalid");
	if (names_read(&files, k->r->spool.etc, folder, ".json", &err) < 0)
		report_text(k, folder, err.msg);
	for (size_t i = 0; i < files.n; i++) {
		int len = snprintf(path, sizeof path, "%s/%s", folder, files.name[i]);
		if ((size_t)len < sizeof path)
			check_case(k, schema, path, valid);
	}
	names_release(&files);
}

/* ---- a schema ---- */

static void check_one(struct checking *k, const struct config *c, const char *name)
{
	const struct schema_entry *s = config_schema(c, name);
	struct err err = ERR_INIT;
	char path[128];
	k->schemas++;
	snprintf(path, sizeof path, "schemas/%.64s.json", name);
	if (!s) { /* why is told when it is read once more */
		struct config *alone = config_new();
		spool_load_document(&k->r->spool, alone, CFG_SCHEMA, name, &err);
		config_free(alone);
		size_t n = strlen(path);
		const char *text = strncmp(err.msg, path, n) == 0 ? err.msg + n + 2 : err.msg;
		report_text(k, path, *text ? text : "not the name of a schema");
		return;
	}
	json_t *faults = source_faults(k->s, s->doc);
	if (faults) {
		report(k, path, faults);
		json_decref(faults);
		return;
	}
	struct contract contract;
	if (contract_make(c, s->doc, 0, &contract, &err) < 0) {
		report_text(k, path, err.msg);
		return;
	}
	const struct schema *compiled = contract_schema(c, contract.doc, &err);
	if (compiled) {
		check_cases(k, compiled, name, 1);
		check_cases(k, compiled, name, 0);
	}
	contract_release(&contract);
}

static int names_of(struct run *r, struct names *out, struct err *err)
{
	for (int i = 0; i < r->argc; i++)
		names_add(out, r->argv[i]);
	if (r->argc)
		return 0;
	if (names_read(out, r->spool.etc, "schemas", ".json", err) < 0)
		return -1;
	for (size_t i = 0; i < out->n; i++)
		out->name[i][strlen(out->name[i]) - strlen(".json")] = '\0';
	return 0;
}

static int check_exists(struct run *r, const char *name, struct err *err)
{
	char path[128];
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	snprintf(path, sizeof path, "schemas/%.64s.json", name);
	int rc = strchr(name, '/') ? -1 : io_read_file(r->spool.etc, path, 1 << 20, &text, &why);
	buf_release(&text);
	return rc < 0 && (why.code == FAIL_NOT_FOUND || why.code == FAIL_NONE)
	           ? err_set(err, FAIL_NOT_FOUND, "no schema is called %.64s", name)
	           : 0;
}

static void finish(struct checking *k)
{
	if (k->r->out.format != FMT_TEXT) {
		json_t *doc = json_object();
		js_set_str(doc, "schema", "er.schema-check.v1");
		js_set_new(doc, "good", json_boolean(k->bad == 0));
		js_set_int(doc, "schemas", (int64_t)k->schemas);
		js_set_int(doc, "cases", (int64_t)k->cases);
		js_set_copy(doc, "findings", k->findings);
		out_doc(&k->r->out, doc);
		json_decref(doc);
	}
	out_note(&k->r->out, "%zu schema%s and %zu case%s, %zu bad", k->schemas,
	         k->schemas == 1 ? "" : "s", k->cases, k->cases == 1 ? "" : "s", k->bad);
}

static int run(struct run *r, struct err *err)
{
	struct schema_source s;
	struct names names = {.n = 0};
	struct checking k = {.r = r, .s = &s};
	int rc = 0;
	if (source_open(&s, r, err) < 0)
		return -1;
	struct config *c = source_registry(&s, err);
	if (!c || names_of(r, &names, err) < 0)
		rc = -1;
	for (int i = 0; rc == 0 && i < r->argc; i++)
		rc = check_exists(r, r->argv[i], err);
	k.findings = json_array();
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		check_one(&k, c, names.name[i]);
	if (rc == 0)
		finish(&k);
	json_decref(k.findings);
	names_release(&names);
	source_close(&s);
	return rc < 0 ? -1 : k.bad ? fail_exit(FAIL_INVALID) : 0;
}

const struct cmd cmd_schema_check = {
	.name = "schema check",
	.args = "[NAME]...",
	.summary = "check registered schemas and their cases",
	.about = "Each schema of etc/schemas, or those named, is checked by its metaschema, "
	         "compiled, and its references are looked up. Beside NAME.json a folder NAME may "
	         "hold cases: NAME/valid/*.json must be valid, NAME/invalid/*.json must not. All "
	         "errors of all are told; exit status 5 when there is one.",
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_SCHEMA,
	.rest = ARG_SCHEMA,
	.max_args = -1,
	.exits = "0 2 3 5",
	.examples = "erctl schema check\nerctl schema check review_decision.v1 --json",
	.run = run,
};
