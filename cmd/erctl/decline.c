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
	VERB_OF_WORKER,
	.name = "decline",
	.args = "ID",
	.summary = "turn down a task that is offered to you",
	.about = "The offer goes to somebody else. The reason is kept with the task.",
	.states = 1u << ST_OFFERED,
	.max_args = 1,
	.examples = "erctl decline 01J8 --reason \"on leave\"",
};
