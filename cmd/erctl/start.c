#include "model/state.h"
#include "verb_message.h"
#include "verbs.h"

static int run(struct run *r, struct err *err)
{
	struct verb_message m = {.type = MSG_START, .id_text = r->argv[0], .from = r->worker,
	                         .done = "started", .body = json_object()};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_start = {
	VERB_OF_WORKER,
	.name = "start",
	.args = "ID",
	.summary = "say that you are at work on a task",
	.about = "A task that is still offered is accepted first.",
	.states = 1u << ST_OFFERED | 1u << ST_ACCEPTED,
	.max_args = 1,
	.examples = "erctl start 01J8",
};
