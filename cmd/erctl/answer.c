#include "args.h"
#include "base/err.h"
#include "input.h"
#include "json/js.h"
#include "json/schema/schema.h"
#include "model/state.h"
#include "verb_message.h"
#include "verbs.h"

/* Every error is kept for the message; a schema is fixed when the task is made, so what is wrong
 * here stays wrong. */
static int check(struct run *r, const json_t *view, const json_t *body, struct err *err)
{
	struct schema_errors errors = {.n = 0};
	const json_t *doc = json_object_get(view, "answerSchema");
	if (!doc || args_has(r, "no-check"))
		return 0;
	struct schema *schema = schema_compile(doc, err);
	if (!schema)
		return err_wrap(err, "the task's schema");
	size_t n = schema_validate(schema, json_object_get(body, "answer"), &errors);
	schema_free(schema);
	if (n == 0)
		return 0;
	r->details = schema_errors_json(&errors);
	schema_errors_release(&errors);
	return err_set(err, FAIL_INVALID, "the answer does not meet the task's schema (%zu error%s); "
	                                  "nothing was sent", n, n == 1 ? "" : "s");
}

static json_t *read_answer(const struct run *r, struct err *err)
{
	const char *assignment;
	int from_file = r->argc > 1 || !args_has(r, "set");
	json_t *answer = from_file ? input_any(r->argc > 1 ? r->argv[1] : "-", err) : json_object();
	if (!answer)
		return NULL;
	for (size_t pos = 0; (assignment = args_each(r, "set", &pos));) {
		if (!json_is_object(answer))
			err_set(err, FAIL_USAGE, "answer: --set needs an object to set it in");
		if (!json_is_object(answer) || input_set(answer, assignment, err) < 0) {
			json_decref(answer);
			return NULL;
		}
	}
	return answer;
}

static json_t *confidence(const char *text, struct err *err)
{
	struct err no_json = ERR_INIT;
	json_t *v = js_parse_any(text, strlen(text), &js_limits_doc, &no_json);
	if (v && json_is_number(v) && json_number_value(v) >= 0 && json_number_value(v) <= 1)
		return v;
	json_decref(v);
	err_set(err, FAIL_USAGE, "--confidence: needs a number from 0 to 1");
	return NULL;
}

static int run(struct run *r, struct err *err)
{
	const char *sure = args_str(r, "confidence", NULL);
	json_t *number = sure ? confidence(sure, err) : NULL;
	if (sure && !number)
		return -1;
	json_t *body = json_object(), *answer = read_answer(r, err);
	if (answer)
		js_set_new(body, "answer", answer);
	if (number)
		js_set_new(body, "confidence", number);
	if (!answer) {
		json_decref(body);
		return -1;
	}
	struct verb_message m = {.type = MSG_ANSWER, .id_text = r->argv[0], .from = r->worker,
	                         .done = "answered", .body = body, .check = check};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {
	{'s', "set", OPT_STRING, "PATH=VALUE", "set a member of the answer; may be repeated"},
	{0, "confidence", OPT_STRING, "0..1", "how sure you are"},
	{0, "no-check", OPT_FLAG, NULL, "leave the schema to erd"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_answer = {
	.name = "answer",
	.args = "ID [FILE|-]",
	.summary = "hand in the answer to a task",
	.about = "The answer is JSON, from a file, standard input, or made with --set. It is checked "
	         "against the task's schema first: all errors are listed, and nothing is sent (exit "
	         "status 5). A task that is still offered is accepted on the way.\n\n"
	         "erd verifies the answer once more; a rejected one returns to work with its reasons.",
	.opts = opts,
	.needs = NEED_SPOOL | NEED_WORKER,
	.group = GROUP_WORKER,
	.first = ARG_ID,
	.rest = ARG_FILE,
	.states = 1u << ST_OFFERED | 1u << ST_ACCEPTED | 1u << ST_STARTED,
	.min_args = 1,
	.max_args = 2,
	.exits = "0 2 3 4 5 6 8 75",
	.examples = "erctl answer 01J8 --set decision=approve --set severity=low\n"
	            "erctl answer 01J8 answer.json --confidence 0.8",
	.run = run,
};
