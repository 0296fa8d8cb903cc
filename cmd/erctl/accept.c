#include "verb_message.h"
#include "model/state.h"
#include "verbs.h"

static int run(struct run *r, struct err *err)
{
	struct verb_message m = {.type = MSG_ACCEPT, .id_text = r->argv[0], .from = r->worker,
	                         .done = "accepted", .body = json_object()};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {OPTS_MESSAGE, OPT_END};

const struct cmd cmd_accept = {
	VERB_OF_WORKER,
	.name = "accept",
	.args = "ID",
	.summary = "take a task that is offered to you",
	.about = "Accepting twice is harmless. A task that is not offered to you is denied (exit "
	         "status 4), one that somebody else holds is a conflict (6).",
	.states = 1u << ST_OFFERED,
	.max_args = 1,
	.examples = "erctl --as ana accept 01J8",
};
