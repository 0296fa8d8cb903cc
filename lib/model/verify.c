#include "model/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/logic/logic.h"
#include "model/config_fields.h"
#include "model/config_p.h"
#include "model/strings.h"

const char *const stage_names[STAGE_COUNT + 1] = {"schema",    "rules", "anomaly", "gold",
                                                  "consensus", "qa",    NULL};

int stage_by_name(const char *name)
{
	for (int i = 0; i < STAGE_COUNT; i++)
		if (strcmp(stage_names[i], name) == 0)
			return i;
	return -1;
}

static const char *const method_words[] = {"crowd", "majority", "weighted", NULL};
static const char *const unsure_words[] = {"accept", "review", "fail", NULL};
static const char *const fail_words[] = {"return", "reroute", "fail", NULL};

static const struct field verify_fields[] = {
	{"/verify/minOverlap", F_INT, AT(verify, min_overlap), 1, OVERLAP_MAX, 1, NULL},
	{"/verify/maxOverlap", F_INT, AT(verify, max_overlap), 1, OVERLAP_MAX, 0, NULL},
	{"/verify/confidence", F_MILLI, AT(verify, confidence_milli), 500, 1000, 950, NULL},
	{"/verify/consensus", F_WORD, AT(verify, consensus), 0, 0, CONSENSUS_CROWD, method_words},
	{"/verify/approval", F_NONE, 0, 0, 0, 0, NULL},
	{"/verify/rules", F_NONE, 0, 0, 0, 0, NULL},
	{"/verify/programs", F_NONE, 0, 0, 0, 0, NULL},
	{"/verify/anomaly", F_NONE, 0, 0, 0, 0, NULL},
	{"/verify/gold", F_NONE, 0, 0, 0, 0, NULL},
	{"/verify/qa", F_NONE, 0, 0, 0, 0, NULL},
	{"/verify/onFail", F_NONE, 0, 0, 0, 0, NULL},
};

static const struct field anomaly_fields[] = {
	{"/verify/anomaly/alpha", F_MICRO, AT(verify, alpha_micro), 0, 100000, 1000, NULL},
	{"/verify/anomaly/off", F_STRINGS, AT(verify, anomaly_off), 0, 16, 0, NULL},
};

static const struct field gold_fields[] = {
	{"/verify/gold/rate", F_MILLI, AT(verify, gold.rate_milli), 0, 500, 0, NULL},
	{"/verify/gold/newRate", F_MILLI, AT(verify, gold.new_rate_milli), 0, 500, 0, NULL},
	{"/verify/gold/newTasks", F_INT, AT(verify, gold.new_tasks), 0, 1000, 20, NULL},
	{"/verify/gold/floor", F_MILLI, AT(verify, gold.floor_milli), 0, 1000, 600, NULL},
	{"/verify/gold/acceptIfAtLeast", F_MILLI, AT(verify, gold.accept_milli), 0, 1000, -1, NULL},
	{"/verify/gold/askMoreIfLess", F_MILLI, AT(verify, gold.more_milli), 0, 1000, -1, NULL},
	{"/verify/gold/rejectIfLess", F_MILLI, AT(verify, gold.reject_milli), 0, 1000, -1, NULL},
};

static const struct field qa_fields[] = {
	{"/verify/qa/lane", F_TEXT, AT(verify, qa.lane), 0, 64, 0, NULL},
	{"/verify/qa/rate", F_MILLI, AT(verify, qa.rate_milli), 0, 1000, -1, NULL},
};

static const struct field fail_fields[] = {
	{"/verify/onFail/rules", F_WORD, AT(verify, on_fail[STAGE_RULES]), 0, 0, ON_FAIL_RETURN,
	 fail_words},
	{"/verify/onFail/anomaly", F_WORD, AT(verify, on_fail[STAGE_ANOMALY]), 0, 0, ON_FAIL_REROUTE,
	 fail_words},
	{"/verify/onFail/gold", F_WORD, AT(verify, on_fail[STAGE_GOLD]), 0, 0, ON_FAIL_REROUTE,
	 fail_words},
	{"/verify/onFail/consensus", F_WORD, AT(verify, on_fail[STAGE_CONSENSUS]), 0, 0, UNSURE_ACCEPT,
	 unsure_words},
	{"/verify/onFail/qa", F_WORD, AT(verify, on_fail[STAGE_QA]), 0, 0, ON_FAIL_REROUTE, fail_words},
};

static const struct field approval_fields[] = {
	{"/verify/approval/field", F_TEXT, AT(verify, approval.field), 0, 256, 0, NULL},
	{"/verify/approval/approve", F_NONE, 0, 0, 0, 0, NULL},
	{"/verify/approval/quorum", F_INT, AT(verify, approval.quorum), 1, OVERLAP_MAX, 1, NULL},
	{"/verify/approval/veto", F_BOOL, AT(verify, approval.veto), 0, 0, 0, NULL},
	{"/verify/approval/groups", F_NONE, 0, 0, 0, 0, NULL},
};

static const struct {
	const char *parent;
	const struct field *fields;
	size_t n;
} parts[] = {{"/verify", verify_fields, NITEMS(verify_fields)},
             {"/verify/anomaly", anomaly_fields, NITEMS(anomaly_fields)},
             {"/verify/gold", gold_fields, NITEMS(gold_fields)},
             {"/verify/qa", qa_fields, NITEMS(qa_fields)},
             {"/verify/approval", approval_fields, NITEMS(approval_fields)},
             {"/verify/onFail", fail_fields, NITEMS(fail_fields)}};

/* One member of a list: {name, …}, at ${at}. */
static int read_name(const json_t *doc, const char *at, const char **out, struct err *err)
{
	char pointer[96];

	snprintf(pointer, sizeof(pointer), "%s/name", at);
	if (js_get_str(doc, pointer, out, 64, err) != 0)
		return -1;
	return *out ? 0 : err_field(err, FAIL_INVALID, pointer, "required");
}

static int read_rule(const json_t *doc, size_t i, struct rule *out, struct err *err)
{
	static const char *const known[] = {"name", "logic", "message", "field", NULL};
	char at[48], pointer[96], field[sizeof(err->field)];
	struct err bad = ERR_INIT;

	snprintf(at, sizeof(at), "/verify/rules/%zu", i);
	if (js_only_keys(js_at(doc, at), at, known, err) != 0 || read_name(doc, at, &out->name, err) != 0)
		return -1;
	snprintf(pointer, sizeof(pointer), "%s/message", at);
	if (js_get_str(doc, pointer, &out->message, 500, err) != 0)
		return -1;
	snprintf(pointer, sizeof(pointer), "%s/field", at);
	out->field = "";
	if (js_get_str(doc, pointer, &out->field, 256, err) != 0)
		return -1;
	snprintf(pointer, sizeof(pointer), "%s/logic", at);
	const json_t *rule = js_at(doc, pointer);
	if (!rule)
		return err_field(err, FAIL_INVALID, pointer, "required");
	out->logic = logic_compile(rule, &bad);
	if (out->logic)
		return 0;
	snprintf(field, sizeof(field), "%s%.120s", pointer, bad.field);
	return err_field(err, bad.code, field, "%s", bad.msg);
}

static int read_rules(const json_t *doc, struct verify *v, struct err *err)
{
	json_t *list = NULL;

	if (js_get_arr(doc, "/verify/rules", RULES_MAX, &list, err) != 0)
		return -1;
	v->rules = mem_alloc((json_array_size(list) + 1) * sizeof(*v->rules));
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (read_rule(doc, i, &v->rules[i], err) != 0)
			return -1;
		v->n_rules++;
	}
	return 0;
}

static int read_argv(const json_t *doc, const char *pointer, const json_t **out, struct err *err)
{
	json_t *argv = NULL, *arg;
	size_t i;

	if (js_get_arr(doc, pointer, 64, &argv, err) != 0)
		return -1;
	if (!json_array_size(argv))
		return err_field(err, FAIL_INVALID, pointer, "needs a program and its arguments");
	json_array_foreach(argv, i, arg) {
		if (!json_is_string(arg) || strlen(json_string_value(arg)) != json_string_length(arg))
			return err_field(err, FAIL_INVALID, pointer, "must hold texts");
	}
	*out = argv;
	return 0;
}

static int read_program(const json_t *doc, size_t i, struct rule_program *out, struct err *err)
{
	static const char *const known[] = {"name", "command", "timeoutSeconds", "memoryMiB", NULL};
	char at[48], pointer[96];
	int64_t seconds = 10, mib = 256;

	snprintf(at, sizeof(at), "/verify/programs/%zu", i);
	if (js_only_keys(js_at(doc, at), at, known, err) != 0 || read_name(doc, at, &out->name, err) != 0)
		return -1;
	snprintf(pointer, sizeof(pointer), "%s/command", at);
	if (read_argv(doc, pointer, &out->argv, err) != 0)
		return -1;
	snprintf(pointer, sizeof(pointer), "%s/timeoutSeconds", at);
	if (js_get_int(doc, pointer, 1, 600, &seconds, err) != 0)
		return -1;
	snprintf(pointer, sizeof(pointer), "%s/memoryMiB", at);
	if (js_get_int(doc, pointer, 16, 4096, &mib, err) != 0)
		return -1;
	out->timeout_ms = seconds * 1000;
	out->memory_mib = (int)mib;
	return 0;
}

static int read_programs(const json_t *doc, struct verify *v, struct err *err)
{
	json_t *list = NULL;

	if (js_get_arr(doc, "/verify/programs", PROGRAMS_MAX, &list, err) != 0)
		return -1;
	for (; v->n_programs < json_array_size(list); v->n_programs++)
		if (read_program(doc, v->n_programs, &v->program[v->n_programs], err) != 0)
			return -1;
	return 0;
}

static int read_group(const json_t *doc, size_t i, struct approval_group *out, struct err *err)
{
	static const char *const known[] = {"pool", "quorum", NULL};
	char at[48], pointer[96];
	int64_t quorum = 1;

	snprintf(at, sizeof(at), "/verify/approval/groups/%zu", i);
	if (js_only_keys(js_at(doc, at), at, known, err) != 0)
		return -1;
	snprintf(pointer, sizeof(pointer), "%s/pool", at);
	if (js_get_str(doc, pointer, &out->pool, 64, err) != 0)
		return -1;
	if (!out->pool)
		return err_field(err, FAIL_INVALID, pointer, "required");
	snprintf(pointer, sizeof(pointer), "%s/quorum", at);
	if (js_get_int(doc, pointer, 1, OVERLAP_MAX, &quorum, err) != 0)
		return -1;
	out->quorum = (int)quorum;
	return 0;
}

static int read_approval(const json_t *doc, struct verify *v, struct err *err)
{
	json_t *list = NULL, *groups = NULL;

	if (!js_at(doc, "/verify/approval"))
		return 0;
	if (!v->approval.field)
		return err_field(err, FAIL_INVALID, "/verify/approval/field", "required");
	if (js_get_arr(doc, "/verify/approval/approve", 64, &list, err) != 0 ||
	    js_get_arr(doc, "/verify/approval/groups", GROUPS_MAX, &groups, err) != 0)
		return -1;
	if (!json_array_size(list))
		return err_field(err, FAIL_INVALID, "/verify/approval/approve",
		                 "needs the values of the field that approve");
	v->approval.approve = list;
	for (; v->approval.n_groups < json_array_size(groups); v->approval.n_groups++)
		if (read_group(doc, v->approval.n_groups, &v->approval.group[v->approval.n_groups], err) != 0)
			return -1;
	if (v->approval.quorum > v->max_overlap)
		return err_field(err, FAIL_INVALID, "/verify/approval/quorum",
		                 "is above maxOverlap: nobody could reach it");
	return 0;
}

/* A stated confidence is a promise: what stays below it is for a reviewer, or no result. */
static int unsure_unsaid(const json_t *doc, const struct verify *v)
{
	if (v->qa.lane)
		return UNSURE_REVIEW;
	return js_at(doc, "/verify/confidence") ? UNSURE_FAIL : UNSURE_ACCEPT;
}

int verify_read(const json_t *doc, struct verify *out, struct err *err)
{
	for (size_t i = 0; i < NITEMS(parts); i++)
		if (config_read_fields(doc, parts[i].parent, parts[i].fields, parts[i].n, out, err) != 0)
			return -1;
	out->asked = json_is_object(json_object_get(doc, "verify"));
	if (!out->asked)
		out->alpha_micro = 0;
	if (!out->max_overlap)
		out->max_overlap = out->min_overlap;
	if (out->max_overlap < out->min_overlap)
		return err_field(err, FAIL_INVALID, "/verify/maxOverlap", "is below minOverlap");
	if (js_at(doc, "/verify/qa") && !out->qa.lane)
		return err_field(err, FAIL_INVALID, "/verify/qa/lane", "required: who reviews");
	if (!js_at(doc, "/verify/onFail/consensus"))
		out->on_fail[STAGE_CONSENSUS] = unsure_unsaid(doc, out);
	if (out->gold.accept_milli >= 0 && out->gold.accept_milli < out->gold.reject_milli)
		return err_field(err, FAIL_INVALID, "/verify/gold/acceptIfAtLeast", "is below rejectIfLess");
	if (out->gold.new_rate_milli < out->gold.rate_milli)
		out->gold.new_rate_milli = out->gold.rate_milli;
	if (read_rules(doc, out, err) != 0 || read_programs(doc, out, err) != 0)
		return -1;
	return read_approval(doc, out, err);
}

void verify_release(struct verify *v)
{
	for (size_t i = 0; i < v->n_rules; i++)
		logic_free(v->rules[i].logic);
	free(v->rules);
	strings_release(&v->anomaly_off);
}

void verify_defaults(const json_t *doc, json_t *out)
{
	if (js_at(doc, "/verify"))
		config_add_defaults(doc, "/verify", verify_fields, NITEMS(verify_fields), out);
}

int verify_overlap(const struct verify *v, int risk, int risk_overlap)
{
	static const int by_risk[RISK_COUNT] = {1, 1, 2, 3};
	int n = v->min_overlap, raised = risk < 0 ? 1 : risk_overlap > 0 ? risk_overlap : by_risk[risk];

	if (raised > n)
		n = raised;
	return n < v->max_overlap ? n : v->max_overlap;
}

int verify_qa_milli(const struct verify *v, int risk, int risk_rate)
{
	static const int by_risk[RISK_COUNT] = {10, 50, 200, 1000};

	if (!v->qa.lane)
		return 0;
	if (risk >= 0 && risk_rate >= 0)
		return risk_rate;
	if (v->qa.rate_milli >= 0)
		return v->qa.rate_milli;
	return by_risk[risk < 0 ? RISK_LOW : risk];
}
