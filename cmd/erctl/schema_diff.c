#include "base/buf.h"
#include "base/err.h"
#include "json/schema/compare.h"
#include "schema_p.h"
#include "schema_source.h"

enum { EXAMPLE_SHOWN = 400 };

static struct schema *compile(struct schema_source *s, const char *arg, struct err *err)
{
	struct schema_options o = source_options(s);
	char uri[SOURCE_URI];
	json_t *doc = source_read(s, arg, uri, err);
	struct schema *made = NULL;
	if (doc && source_check(s, arg, doc, err) == 0)
		made = schema_compile_with(doc, &o, err);
	json_decref(doc);
	return made;
}

static json_t *finding_json(const struct compare_finding *f)
{
	json_t *j = json_object();
	js_set_str(j, "verdict", compare_words[f->verdict]);
	js_set_str(j, "in", f->verdict == COMPARE_COMPATIBLE ? "A" : "B");
	js_set_str(j, "keyword", f->keyword);
	js_set_str(j, "instance", f->instance);
	js_set_str(j, "message", f->message);
	js_set_copy(j, "example", f->example);
	return j;
}

static void print_json(struct run *r, const struct comparison *c)
{
	json_t *doc = json_object(), *list = json_array();
	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(list, finding_json(&c->list[i]));
	js_set_str(doc, "schema", "er.schema-diff.v1");
	js_set_str(doc, "verdict", compare_words[c->verdict]);
	js_set_new(doc, "equal", json_boolean(c->equal));
	js_set_new(doc, "findings", list);
	out_doc(&r->out, doc);
	json_decref(doc);
}

/* A person needs the beginning; --json has all of it. */
static void add_example(struct buf *b, const json_t *example)
{
	js_dump(b, example, JS_COMPACT);
	if (b->len <= EXAMPLE_SHOWN)
		return;
	b->len = EXAMPLE_SHOWN;
	while (b->len && ((unsigned char)b->data[b->len] & 0xc0) == 0x80)
		b->len--;
	b->data[b->len] = '\0';
	buf_adds(b, "…");
}

static void print_finding(struct run *r, const struct compare_finding *f)
{
	static const char *const said[] = {
		[COMPARE_COMPATIBLE] = "no longer refused", [COMPARE_BREAKING] = "refused now",
		[COMPARE_UNKNOWN] = "not decided"};
	struct buf example = BUF_INIT;
	out_line(&r->out, "%-10s  %s  %s: %s: %s", compare_words[f->verdict],
	         *f->keyword ? f->keyword : "(the whole)", said[f->verdict],
	         *f->instance ? f->instance : "(the whole)", f->message);
	if (f->example) {
		add_example(&example, f->example);
		out_line(&r->out, "            as in %s", buf_str(&example));
	}
	buf_release(&example);
}

static int print(struct run *r, const struct comparison *c)
{
	static const char *const sums[] = {
		[COMPARE_COMPATIBLE] = "compatible: B accepts all that A accepts",
		[COMPARE_BREAKING] = "breaking: B refuses something that A accepts",
		[COMPARE_UNKNOWN] =
		    "unknown: whether B accepts all that A accepts was not decided"};
	static const enum fail exits[] = {
		[COMPARE_COMPATIBLE] = FAIL_NONE, [COMPARE_BREAKING] = FAIL_NEGATIVE,
		[COMPARE_UNKNOWN] = FAIL_FAILURE};
	if (r->out.format != FMT_TEXT) {
		print_json(r, c);
	} else {
		for (size_t i = 0; i < c->n; i++)
			print_finding(r, &c->list[i]);
		out_note(&r->out, "%s", c->equal ? "equal: each accepts what the other one accepts"
		                                 : sums[c->verdict]);
	}
	return fail_exit(exits[c->verdict]);
}

static int run(struct run *r, struct err *err)
{
	struct schema_source s;
	struct comparison c;
	int rc = -1;
	if (strcmp(r->argv[0], "-") == 0 && strcmp(r->argv[1], "-") == 0)
		return err_set(err, FAIL_USAGE, "schema diff: only one can be standard input");
	if (source_open(&s, r, err) < 0)
		return -1;
	struct schema *old = compile(&s, r->argv[0], err);
	struct schema *new = old ? compile(&s, r->argv[1], err) : NULL;
	if (new) {
		schema_compare(old, new, &c);
		rc = print(r, &c);
		comparison_release(&c);
	}
	schema_free(old);
	schema_free(new);
	source_close(&s);
	return rc;
}

static const struct opt opts[] = {OPTS_SOURCE, OPT_END};

const struct cmd cmd_schema_diff = {
	.name = "schema diff",
	.args = "A B",
	.summary = "tell whether schema B accepts all that schema A accepted",
	.about = "A and B are files, names in etc/schemas, or one of them - for standard input. "
	         "\"compatible\" is a proof; \"breaking\" comes with a document that A accepts and "
	         "B refuses; what could be neither proven nor refuted is \"unknown\". Each line "
	         "names the keyword: of B where it refuses more or that is not known, of A where B "
	         "accepts more than it did.\n\n"
	         "Exit status 0 means compatible, 7 breaking, 1 unknown.",
	.opts = opts,
	.group = GROUP_SPOOL,
	.first = ARG_SCHEMA_FILE,
	.rest = ARG_SCHEMA_FILE,
	.min_args = 2,
	.max_args = 2,
	.exits = "0 1 2 3 5 7",
	.examples = "erctl schema diff verdict.v1 verdict.v2\n"
	            "erctl schema diff verdict.v1 new.json && erctl schema add verdict.v2 new.json",
	.run = run,
};
