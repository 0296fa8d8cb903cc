#include "etcnoun.h"
#include "verbs.h"

static const struct cmd verb_list = {
	.name = "lane list",
	.args = "",
	.summary = "every lane, whom it asks and how soon",
	.about = ETCNOUN_LIST_ABOUT,
	.aliases = etcnoun_list_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.max_args = 0,
	.exits = "0 2 3 5",
	.examples = "erctl lane list\nerctl lane list --json",
	.fields = etcnoun_list_fields,
	.run = etcnoun_list,
};

static const struct cmd verb_show = {
	.name = "lane show",
	.args = "NAME",
	.summary = "every member, with its default where the document has none",
	.about = ETCNOUN_SHOW_ABOUT,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_LANE,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 5",
	.examples = "erctl lane show general\nerctl lane show general --json=document",
	.fields = etcnoun_show_fields,
	.run = etcnoun_show,
};

static const struct cmd verb_set = {
	.name = "lane set",
	.args = "NAME [FILE|-]",
	.summary = "write the document, checked",
	.about = ETCNOUN_SET_ABOUT,
	.opts = etcnoun_change_opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_LANE,
	.rest = ARG_FILE,
	.min_args = 1,
	.max_args = 2,
	.exits = "0 2 3 4 5 75",
	.examples = "erctl lane set general general.json",
	.fields = etcnoun_list_fields,
	.run = etcnoun_set,
};

static const struct cmd verb_rm = {
	.name = "lane rm",
	.args = "NAME",
	.summary = "remove it, unless something refers to it",
	.about = "A lane that a chain names stays: exit 5. Its open tasks keep what they were "
	         "told.",
	.opts = etcnoun_change_opts,
	.aliases = etcnoun_rm_aliases,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_LANE,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 4 5 75",
	.examples = "erctl lane rm general",
	.run = etcnoun_rm,
};

static const struct cmd verb_check = {
	.name = "lane check",
	.args = "[NAME]...",
	.summary = "every error of these documents, or of all",
	.about = ETCNOUN_CHECK_ABOUT,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.first = ARG_LANE,
	.rest = ARG_LANE,
	.max_args = -1,
	.exits = "0 2 3 5",
	.examples = "erctl lane check",
	.run = etcnoun_check,
};

static const struct cmd *const verbs[] = {
	&verb_check, &verb_list, &verb_rm, &verb_set, &verb_show, NULL};

const struct cmd cmd_lane = {
	.name = "lane",
	.args = "VERB",
	.summary = "kinds of work: who may do it, at what price, how soon",
	.about = "A lane is a document in etc/lanes/ (er-config(5)); a task names its lane, or the "
	         "dialect that it came in says it.",
	.group = GROUP_SPOOL,
	.max_args = -1,
	.exits = "0 2 3 4 5 75",
	.examples = "erctl lane list\nerctl lane show general\nerctl lane set general general.json",
	.verbs = verbs,
};
