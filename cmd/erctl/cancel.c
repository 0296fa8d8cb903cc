#include "identity.h"
#include "verb_message.h"
#include "verbs.h"

static int run(struct run *r, struct err *err)
{
	char from[IDENTITY_MAX];
	if (identity_requester(r, from, err) < 0)
		return -1;
	struct verb_message m = {.type = MSG_CANCEL, .id_text = r->argv[0], .from = from,
	                         .done = "cancelled", .body = verb_body_reason(r, err)};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {
	{'r', "reason", OPT_STRING, "TEXT", "why"},
	{0, "from", OPT_STRING, "NAME", "who says so (default: --as, else your login name)"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_cancel = {
	.name = "cancel",
	.args = "ID",
	.summary = "take a task back",
	.about = "The task is closed and whoever works on it is released. Cancelling twice is "
	         "harmless; a task that is completed, failed or expired cannot be cancelled "
	         "(exit status 6).",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_REQUESTER,
	.first = ARG_ID,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 4 6 8 75",
	.examples = "erctl cancel \"$id\" --reason \"fixed itself\"",
	.run = run,
};
