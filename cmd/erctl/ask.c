#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/safe.h"
#include "cmd.h"
#include "input.h"
#include "json/js.h"
#include "results.h"
#include "submission.h"
#include "verbs.h"

enum { QUESTION_MAX = 16 * 1024, CHOICE_MAX = 256 };

/* Words joined by commas: none empty, none twice. */
static int choices_good(const char *choices)
{
	for (const char *w = choices;; w += strcspn(w, ",") + 1) {
		size_t n = strcspn(w, ",");
		if (n == 0)
			return 0;
		for (const char *o = choices; o < w; o += strcspn(o, ",") + 1) {
			if (strcspn(o, ",") == n && memcmp(o, w, n) == 0)
				return 0;
		}
		if (!w[n])
			return 1;
	}
}

/* {"type":"object","properties":{"answer":…},"required":["answer"],…} */
static json_t *question_schema(const char *choices)
{
	json_t *answer = json_object(), *words;
	if (!choices) {
		js_set_str(answer, "type", "string");
	} else {
		words = json_array();
		while (*choices) {
			size_t n = strcspn(choices, ",");
			json_array_append_new(words, json_stringn(choices, n));
			choices += n + (choices[n] == ',');
		}
		js_set_new(answer, "enum", words);
	}
	return json_pack("{s:s, s:{s:o}, s:[s], s:b}", "type", "object", "properties", "answer",
	                 answer, "required", "answer", "additionalProperties", 0);
}

static json_t *make_body(const struct run *r, struct err *err)
{
	const char *schema = args_str(r, "schema", NULL), *choice = args_str(r, "choice", NULL);
	const char *payload = args_str(r, "payload", NULL), *question = r->argv[0];
	if (schema && choice) {
		err_set(err, FAIL_USAGE, "ask: --choice or --schema, not both");
		return NULL;
	}
	if (choice && (strlen(choice) > CHOICE_MAX * 8 || !choices_good(choice) ||
	               !utf8_valid(choice, strlen(choice)))) {
		err_set(err, FAIL_USAGE, "ask: --choice: needs different words joined by commas");
		return NULL;
	}
	if (!*question || strlen(question) > QUESTION_MAX ||
	    !utf8_valid(question, strlen(question))) {
		err_set(err, FAIL_USAGE, "ask: the question has 1 to %d bytes of UTF-8",
		        QUESTION_MAX);
		return NULL;
	}
	json_t *body = json_object();
	js_set_int(body, "er", 1);
	js_set_str(body, "lane", args_str(r, "lane", "general"));
	js_set_str(body, "question", question);
	json_t *v = schema ? taskdoc_schema(schema, err) : question_schema(choice);
	if (v)
		js_set_new(body, "schema", v);
	if (v && payload) {
		v = input_value("--payload", payload, err);
		if (v)
			js_set_new(body, "payload", v);
	}
	if (!v)
		json_decref(body);
	return v ? body : NULL;
}

static void keep(void *ctx, const struct id *id, const json_t *doc)
{
	json_t **out = ctx;
	(void)id;
	*out = json_deep_copy(doc);
}

/* The answer itself: of our own schema the member "answer", else all of it. */
static const json_t *answer_of(const struct run *r, const json_t *result)
{
	const json_t *answer = json_object_get(result, "answer");
	if (args_has(r, "schema"))
		return answer;
	const json_t *inner = json_object_get(answer, "answer");
	return inner ? inner : answer;
}

static int is_no(const json_t *answer)
{
	static const char *const words[] = {"no", "deny", "denied", "reject", "rejected", "false",
	                                    NULL};
	if (json_is_false(answer))
		return 1;
	for (size_t i = 0; json_is_string(answer) && words[i]; i++) {
		if (strcasecmp(json_string_value(answer), words[i]) == 0)
			return 1;
	}
	return 0;
}

static void print_text(struct run *r, const json_t *answer)
{
	struct buf safe = BUF_INIT;
	safe_add(&safe, json_string_value(answer), json_string_length(answer), SAFE_TEXT);
	buf_addc(&safe, '\n');
	out_plain(&r->out, buf_str(&safe));
	buf_release(&safe);
}

static int print_answer(struct run *r, const char *id, const json_t *result, struct err *err)
{
	const json_t *answer = answer_of(r, result);
	if (!results_good(result) || !answer) {
		const char *reason = js_str_or(result, "/reason", "");
		return err_set(err, FAIL_NEGATIVE, "%s: %s%s%s", id,
		               js_str_or(result, "/state", "without an answer"),
		               *reason ? ": " : "", reason);
	}
	if (r->out.format == FMT_TEXT && json_is_string(answer))
		print_text(r, answer);
	else
		out_doc(&r->out, answer);
	return is_no(answer) ? fail_exit(FAIL_NEGATIVE) : 0;
}

static int run(struct run *r, struct err *err)
{
	struct submission s = {.key = args_str(r, "key", NULL)};
	json_t *result = NULL, *body = make_body(r, err);
	int rc = -1;
	if (!body)
		return -1;
	taskdoc_take_new(&s.doc, body);
	if (submission_check(&s, r, err) < 0 || submission_send(&s, r, err) < 0)
		goto out;
	out_remark(&r->out, "%s: waits for an answer", s.id);
	struct results w = {.ids = &s.task, .n = 1, .closed = keep, .ctx = &result,
	                    .limit_ms = args_num(r, "timeout", RESULTS_DEFAULT_LIMIT)};
	rc = results_wait(r, &w, err);
	if (rc == 0)
		rc = print_answer(r, s.id, result, err);
out:
	json_decref(result);
	submission_release(&s);
	return rc;
}

static const struct opt opts[] = {
	{'c', "choice", OPT_STRING, "A,B,…", "the answers to choose from"},
	{0, "schema", OPT_SCHEMA, "NAME|@FILE", "the schema of the answer, instead of --choice"},
	{'l', "lane", OPT_LANE, "LANE", "the kind of work (default: general)"},
	{0, "payload", OPT_STRING, "JSON|@FILE", "data to decide on"},
	{0, "timeout", OPT_DURATION, "TIME", "how long to wait; 0 is for ever (default: one minute "
	                                     "behind the deadline)"},
	{'k', "key", OPT_STRING, "KEY", "idempotency key: asking again gives the same answer"},
	{0, "from", OPT_STRING, "NAME", "who asks (default: --as, else your login name)"},
	OPT_END};

const struct cmd cmd_ask = {
	.name = "ask",
	.args = "QUESTION",
	.summary = "ask, wait, and print the answer",
	.about = "The question becomes a task, and the answer that stands is printed alone: text "
	         "as it is, anything else as JSON.\n\n"
	         "Exit status 0 means answered; 7 means answered no (no, deny, denied, reject, "
	         "rejected, false, in any case of letters), or the task failed, was cancelled or "
	         "expired; 8 means that there is no answer yet: the task stays, and the hint says "
	         "how to go on waiting.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_REQUESTER,
	.first = ARG_TEXT,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 4 5 6 7 8 75 130",
	.examples = "erctl ask \"Ship it?\" --choice yes,no --timeout 2m && deploy\n"
	            "erctl ask \"Which name?\" --lane naming --key name-of-7",
	.run = run,
};
