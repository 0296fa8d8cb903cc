#include "etcnoun.h"
#include "standing.h"
#include "verbs.h"

static const struct cmd verb_list = {
	.name = "worker list",
	.args = "",
	.summary = "every worker, and who is here now",
	.about = ETCNOUN_LIST_ABOUT,
	.aliases = etcnoun_list_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.max_args = 0,
	.exits = "0 2 3 5",
	.examples = "erctl worker list\nerctl worker list --json",
	.fields = etcnoun_list_fields,
	.run = etcnoun_list,
};

static const struct cmd verb_show = {
	.name = "worker show",
	.args = "NAME",
	.summary = "every member, with its default where the document has none",
	.about = ETCNOUN_SHOW_ABOUT "\n\n"
	         "Below stands, for each lane, what verification has shown of the worker (er-verify(7)): "
	         "the accuracy with 90 % of its posterior, how many answers gold tasks, peers and "
	         "reviewers found right, as they count today, how near suspicion is to suspension, and "
	         "since when the worker is suspended.",
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_WORKER,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 5",
	.examples = "erctl worker show ana\nerctl worker show ana --json=document",
	.fields = etcnoun_show_fields,
	.run = etcnoun_show,
};

static const struct cmd verb_set = {
	.name = "worker set",
	.args = "NAME [FILE|-]",
	.summary = "write the document, checked",
	.about = ETCNOUN_SET_ABOUT,
	.opts = etcnoun_change_opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_WORKER,
	.rest = ARG_FILE,
	.min_args = 1,
	.max_args = 2,
	.exits = "0 2 3 4 5 75",
	.examples = "erctl worker set ana ana.json",
	.fields = etcnoun_list_fields,
	.run = etcnoun_set,
};

static const struct cmd verb_rm = {
	.name = "worker rm",
	.args = "NAME",
	.summary = "remove it, unless something refers to it",
	.about = "A worker who is in a pool, a schedule or a chain, or stands for somebody, "
	         "stays: exit 5.",
	.opts = etcnoun_change_opts,
	.aliases = etcnoun_rm_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_WORKER,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 4 5 75",
	.examples = "erctl worker rm ana",
	.run = etcnoun_rm,
};

static const struct cmd verb_check = {
	.name = "worker check",
	.args = "[NAME]...",
	.summary = "every error of these documents, or of all",
	.about = ETCNOUN_CHECK_ABOUT,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_WORKER,
	.rest = ARG_WORKER,
	.max_args = -1,
	.exits = "0 2 3 5",
	.examples = "erctl worker check",
	.run = etcnoun_check,
};

static const struct cmd *const verbs[] = {
	&verb_check, &verb_list, &cmd_worker_reinstate, &verb_rm, &verb_set, &verb_show, NULL};

const struct cmd cmd_worker = {
	.name = "worker",
	.args = "VERB",
	.summary = "workers: who they are, what they can, when they are there",
	.about = "A worker is a document in etc/workers/ (er-config(5)): a person, a program or a "
	         "service, with skills, hours, absences and how to tell them. How well they do is in `erctl stats`, "
	         "how right they are in `erctl worker show`.",
	.group = GROUP_SPOOL,
	.max_args = -1,
	.exits = "0 2 3 4 5 75",
	.examples = "erctl worker list\nerctl worker show ana\nerctl worker set ana ana.json",
	.verbs = verbs,
};
