#include "identity.h"
#include "verb_message.h"
#include "verbs.h"

static int run(struct run *r, struct err *err)
{
	char from[IDENTITY_MAX];
	if (identity_requester(r, from, err) < 0)
		return -1;
	struct verb_message m = {.type = MSG_COMMENT, .id_text = r->argv[0], .from = from,
	                         .done = "commented", .body = verb_body_text(r->argv[1], err)};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {
	{0, "from", OPT_STRING, "NAME", "who says so (default: --as, else your login name)"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_comment = {
	.name = "comment",
	.args = "ID TEXT",
	.summary = "add a comment to a task",
	.about = "Comments are shown to the worker and to the requester; they change nothing "
	         "else.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_REQUESTER,
	.first = ARG_ID,
	.rest = ARG_TEXT,
	.min_args = 2,
	.max_args = 2,
	.exits = "0 2 3 4 6 8 75",
	.examples = "erctl comment 01J8 \"the customer called again\"",
	.run = run,
};
