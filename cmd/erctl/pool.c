#include "etcnoun.h"
#include "verbs.h"

static const struct cmd verb_list = {
	.name = "pool list",
	.args = "",
	.summary = "every pool and its members",
	.about = ETCNOUN_LIST_ABOUT,
	.aliases = etcnoun_list_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.max_args = 0,
	.exits = "0 2 3 5",
	.examples = "erctl pool list\nerctl pool list --json",
	.fields = etcnoun_list_fields,
	.run = etcnoun_list,
};

static const struct cmd verb_show = {
	.name = "pool show",
	.args = "NAME",
	.summary = "every member, with its default where the document has none",
	.about = ETCNOUN_SHOW_ABOUT,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_POOL,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 5",
	.examples = "erctl pool show support\nerctl pool show support --json=document",
	.fields = etcnoun_show_fields,
	.run = etcnoun_show,
};

static const struct cmd verb_set = {
	.name = "pool set",
	.args = "NAME [FILE|-]",
	.summary = "write the document, checked",
	.about = ETCNOUN_SET_ABOUT,
	.opts = etcnoun_change_opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_POOL,
	.rest = ARG_FILE,
	.min_args = 1,
	.max_args = 2,
	.exits = "0 2 3 4 5 75",
	.examples = "erctl pool set support support.json",
	.fields = etcnoun_list_fields,
	.run = etcnoun_set,
};

static const struct cmd verb_rm = {
	.name = "pool rm",
	.args = "NAME",
	.summary = "remove it, unless something refers to it",
	.about = "A pool that a lane or a chain names stays: exit 5.",
	.opts = etcnoun_change_opts,
	.aliases = etcnoun_rm_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_POOL,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 4 5 75",
	.examples = "erctl pool rm support",
	.run = etcnoun_rm,
};

static const struct cmd verb_check = {
	.name = "pool check",
	.args = "[NAME]...",
	.summary = "every error of these documents, or of all",
	.about = ETCNOUN_CHECK_ABOUT,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_POOL,
	.rest = ARG_POOL,
	.max_args = -1,
	.exits = "0 2 3 5",
	.examples = "erctl pool check",
	.run = etcnoun_check,
};

static const struct cmd *const verbs[] = {
	&verb_check, &verb_list, &verb_rm, &verb_set, &verb_show, NULL};

const struct cmd cmd_pool = {
	.name = "pool",
	.args = "VERB",
	.summary = "pools: the workers who serve a lane",
	.about = "A pool is a document in etc/pools/ (er-config(5)): workers, and whether "
	         "they are our own.",
	.group = GROUP_SPOOL,
	.max_args = -1,
	.exits = "0 2 3 4 5 75",
	.examples = "erctl pool list\nerctl pool show support\nerctl pool set support support.json",
	.verbs = verbs,
};
