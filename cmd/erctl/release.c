#include "model/state.h"
#include "verb_message.h"
#include "verbs.h"

static int run(struct run *r, struct err *err)
{
	struct verb_message m = {.type = MSG_RELEASE, .id_text = r->argv[0], .from = r->worker,
	                         .done = "released", .body = verb_body_reason(r, err)};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {
	{'r', "reason", OPT_STRING, "TEXT", "why"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_release = {
	VERB_OF_WORKER,
	.name = "release",
	.args = "ID",
	.summary = "give back a task that you accepted",
	.about = "The task returns to the queue and is offered again.",
	.states = 1u << ST_ACCEPTED | 1u << ST_STARTED | 1u << ST_BLOCKED,
	.max_args = 1,
	.examples = "erctl release 01J8 --reason \"needs a lawyer\"",
};
