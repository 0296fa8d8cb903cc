#include "identity.h"
#include "model/state.h"
#include "verb_message.h"
#include "verbs.h"

static int run(struct run *r, struct err *err)
{
	char from[IDENTITY_MAX];
	if (identity_requester(r, from, err) < 0)
		return -1;
	struct verb_message m = {.type = MSG_REPLY, .id_text = r->argv[0], .from = from,
	                         .done = "replied", .body = verb_body_text(r->argv[1], err)};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {
	{0, "from", OPT_STRING, "NAME", "who says so (default: --as, else your login name)"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_reply = {
	.name = "reply",
	.args = "ID TEXT",
	.summary = "answer a worker's question",
	.about = "A task that is blocked goes on: its clock stood while the question was open. "
	         "The reply is shown to the worker.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_REQUESTER,
	.first = ARG_ID,
	.rest = ARG_TEXT,
	.states = 1u << ST_BLOCKED,
	.min_args = 2,
	.max_args = 2,
	.exits = "0 2 3 4 6 8 75",
	.examples = "erctl reply 01J8 \"yes, both accounts\"",
	.run = run,
};
