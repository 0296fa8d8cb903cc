#include "args.h"
#include "base/err.h"
#include "identity.h"
#include "json/js.h"
#include "verb_message.h"
#include "verbs.h"

static int add_name(const struct run *r, const char *option, json_t *body, const char *key,
                    struct err *err)
{
	const char *name = args_str(r, option, NULL);
	if (name && (!*name || strlen(name) > MESSAGE_FROM_MAX))
		return err_set(err, FAIL_USAGE, "--%s: needs the name of a worker", option);
	js_set_str(body, key, name);
	return 0;
}

static json_t *body_of(const struct run *r, struct err *err)
{
	json_t *body = verb_body_reason(r, err);
	if (!body)
		return NULL;
	if (add_name(r, "from", body, "worker", err) < 0 ||
	    add_name(r, "to", body, "to", err) < 0) {
		json_decref(body);
		return NULL;
	}
	if (args_has(r, "force"))
		js_set_new(body, "force", json_true());
	return body;
}

static int run(struct run *r, struct err *err)
{
	char login[IDENTITY_MAX];
	struct verb_message m = {.type = MSG_REASSIGN, .id_text = r->argv[0],
	                         .from = identity_login(login), .done = "reassigned",
	                         .body = body_of(r, err)};
	return verb_message_send(r, &m, err);
}

static const struct opt opts[] = {
	{'t', "to", OPT_WORKER, "WORKER", "offer it to this one"},
	{0, "from", OPT_WORKER, "WORKER", "take it from this one only (default: from all)"},
	{'r', "reason", OPT_STRING, "TEXT", "why; the journal keeps it"},
	{'f', "force", OPT_FLAG, NULL, "although --to is at capacity or out of hours"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_reassign = {
	.name = "reassign",
	.args = "ID",
	.summary = "take a task from whoever has it, and give it to somebody else",
	.about = "An operator's act: an offer is withdrawn, work in hand is taken away, and "
	         "nothing of it counts in anybody's record. A question that waits for a reply is "
	         "dropped and the clock goes on. It works as well for a worker who has no document "
	         "any more.\n\n"
	         "With --to the task is offered to that worker (at once theirs where the lane "
	         "assigns by trust), who must be one that routing could ask: in the lane's pools, "
	         "with the skills and the trust that it needs, and never the requester. --force "
	         "overrules load and hours, nothing else. Without --to routing looks for somebody; "
	         "whom it was taken from is not asked for this task again, unless by --to.\n\n"
	         "What a chain routes is passed on by `erctl escalation escalate`.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_ID,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 4 6 8 75",
	.examples = "erctl reassign 01J8 --to bo --reason \"ana is ill\"\n"
	            "erctl reassign \"$id\" --from ana",
	.run = run,
};
