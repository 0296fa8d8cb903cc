#include "model/state.h"
#include "verb_message.h"
#include "verbs.h"

static int run(struct run *r, struct err *err)
{
	struct verb_message m = {.type = MSG_DECLINE, .id_text = r->argv[0], .from = r->worker,
	                         .done = "declined", .body = verb_body_reason(r, err)};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {
	{'r', "reason", OPT_STRING, "TEXT", "why"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_decline = {
	.name = "decline",
	.args = "ID",
	.summary = "turn down a task that is offered to you",
	.about = "The offer goes to somebody else. The reason is kept with the task.",
	.opts = opts,
	.needs = NEED_SPOOL | NEED_WORKER,
	.group = GROUP_WORKER,
	.first = ARG_ID,
	.states = 1u << ST_OFFERED,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 4 6 8 75",
	.examples = "erctl decline 01J8 --reason \"on leave\"",
	.run = run,
};
