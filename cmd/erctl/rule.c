/* erctl rule: try JSONLogic out. */
#include "base/buf.h"
#include "base/err.h"
#include "input.h"
#include "json/js.h"
#include "json/logic/logic.h"
#include "verbs.h"

static json_t *read_value(const char *path, const struct js_limits *limits, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *v = NULL;
	if (input_read(path, &text, err) == 0) {
		v = js_parse_any(buf_str(&text), text.len, limits, err);
		if (!v)
			err_wrap(err, "%s", path);
	}
	buf_release(&text);
	return v;
}

/* Each place once. */
static int note_place(void *ctx, const char *pointer)
{
	json_t *list = ctx, *known;
	size_t i;
	json_array_foreach(list, i, known) {
		if (strcmp(json_string_value(known), pointer) == 0)
			return 0;
	}
	json_array_append_new(list, json_string(pointer));
	return 0;
}

static void print_result(struct run *r, const struct logic *logic, const json_t *result, int yes)
{
	json_t *reads = json_array(), *doc;
	logic_each_var(logic, note_place, reads);
	if (r->out.format == FMT_TEXT) {
		r->out.format = FMT_NDJSON; /* one line, whatever the result is */
		out_doc(&r->out, result);
		out_note(&r->out, yes ? "the rule holds" : "the rule does not hold");
		json_decref(reads);
		return;
	}
	doc = json_object();
	js_set_str(doc, "schema", "er.rule-test.v1");
	js_set_copy(doc, "result", result);
	js_set_new(doc, "truthy", json_boolean(yes));
	js_set_new(doc, "reads", reads);
	out_doc(&r->out, doc);
	json_decref(doc);
}

static int test_rule(struct run *r, const json_t *rule, const json_t *data, struct err *err)
{
	struct logic *logic = logic_compile(rule, err);
	json_t *result = logic ? logic_run(logic, data, err) : NULL;
	int rc = -1;
	if (result) {
		int yes = logic_truthy(result);
		print_result(r, logic, result, yes);
		rc = yes ? 0 : fail_exit(FAIL_NEGATIVE);
	} else {
		err_wrap(err, "%s", r->argv[0]);
	}
	json_decref(result);
	logic_free(logic);
	return rc;
}

static int test(struct run *r, struct err *err)
{
	if (strcmp(r->argv[0], "-") == 0 && strcmp(r->argv[1], "-") == 0)
		return err_set(err, FAIL_USAGE, "rule test: only one can be standard input");
	json_t *rule = read_value(r->argv[0], &js_limits_schema, err);
	json_t *data = rule ? read_value(r->argv[1], &js_limits_doc, err) : NULL;
	int rc = data ? test_rule(r, rule, data, err) : -1;
	json_decref(rule);
	json_decref(data);
	return rc;
}

static const struct opt opts[] = {OPT_END};

static const char *const fields[] = {"schema", "result", "truthy", "reads", NULL};

static const struct cmd cmd_rule_test = {
	.name = "rule test",
	.args = "RULE|- DATA|-",
	.summary = "what a rule says about a document",
	.about = "Prints the result as JSON on one line. Exit status 0 means that the rule holds, "
	         "7 that it does not (the result is false, null, 0, \"\" or []), 5 that the rule "
	         "is wrong or took too long. No spool is needed.\n\n"
	         "RULE and DATA are files with one JSON value each. The data of a lane's rules has "
	         "task, answer, worker and now (er-rule(7)). With --json the places of the data "
	         "that the rule names are listed, too: a misspelled one shows there.",
	.opts = opts,
	.group = GROUP_SPOOL,
	.first = ARG_FILE,
	.rest = ARG_FILE,
	.min_args = 2,
	.max_args = 2,
	.exits = "0 2 3 5 7",
	.examples = "erctl rule test limit.json case.json\n"
	            "erctl show 01J8 --json | erctl rule test limit.json -\n"
	            "erctl rule test limit.json case.json --json=reads",
	.fields = fields,
	.run = test,
};

static const struct cmd *const verbs[] = {&cmd_rule_test, NULL};

const struct cmd cmd_rule = {
	.name = "rule",
	.args = "VERB",
	.summary = "try a JSONLogic rule",
	.about = "Rules are JSONLogic, the operators of jsonlogic.com: var missing missing_some; "
	         "if and or ! !!; == === != !== < <= > >=; + - * / % min max; map filter reduce "
	         "all none some merge in; cat substr log. They compute and choose, reach nothing "
	         "but their data, and end after 100000 steps at the latest. See er-rule(7).",
	.group = GROUP_SPOOL,
	.max_args = -1,
	.exits = "0 2 3 5 7",
	.examples = "erctl rule test limit.json case.json",
	.verbs = verbs,
};
