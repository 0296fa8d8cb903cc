#include "args.h"
#include "base/err.h"
#include "model/state.h"
#include "verb_message.h"
#include "verbs.h"

static int run(struct run *r, struct err *err)
{
	const char *text = args_str(r, "ask", r->argc > 1 ? r->argv[1] : NULL);
	if (!text || (args_has(r, "ask") && r->argc > 1))
		return err_set(err, FAIL_USAGE, "block: needs one question, with --ask TEXT");
	struct verb_message m = {.type = MSG_BLOCK, .id_text = r->argv[0], .from = r->worker,
	                         .done = "blocked", .body = verb_body_text(text, err)};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {
	{0, "ask", OPT_STRING, "TEXT", "the question"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_block = {
	VERB_OF_WORKER,
	.name = "block",
	.args = "ID [TEXT]",
	.summary = "ask the requester something; the clock stands until the reply",
	.about = "The task is blocked until the requester replies (erctl reply), and the time "
	         "until then does not count against its deadline.",
	.rest = ARG_TEXT,
	.states = 1u << ST_OFFERED | 1u << ST_ACCEPTED | 1u << ST_STARTED,
	.max_args = 2,
	.examples = "erctl block 01J8 --ask \"Which of the two accounts?\"",
};
