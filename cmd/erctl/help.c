#include "help.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/near.h"
#include "base/safe.h"
#include "cmd.h"
#include "noun.h"
#include "handover.h"
#include "noun.h"
#include "verbs.h"

enum { HELP_COLS = 79, OPT_COLS = 26 };

void help_fill(struct buf *b, const char *text, int indent, int cols)
{
	int col = 0;
	while (*text) {
		if (*text == '\n') { /* our texts use it only for an empty line */
			buf_adds(b, col ? "\n\n" : "\n");
			text += strspn(text, "\n");
			col = 0;
			continue;
		}
		size_t n = strcspn(text, " \n");
		char word[128];
		snprintf(word, sizeof word, "%.*s", (int)n, text);
		int width = safe_width(word);
		if (col && col + 1 + width > cols) {
			buf_addc(b, '\n');
			col = 0;
		}
		if (col == 0) {
			buf_addf(b, "%*s", indent, "");
			col = indent;
		} else {
			buf_addc(b, ' ');
			col++;
		}
		buf_add(b, text, n);
		col += width;
		text += n;
		text += strspn(text, " ");
	}
	if (col)
		buf_addc(b, '\n');
}

static void add_option(struct buf *b, const struct opt *o)
{
	struct buf left = BUF_INIT, right = BUF_INIT;
	if (o->letter)
		buf_addf(&left, "  -%c, --%s", o->letter, o->name);
	else
		buf_addf(&left, "      --%s", o->name);
	if (o->arg)
		buf_addf(&left, o->type == OPT_FIELDS ? "[=%s]" : " %s", o->arg);
	help_fill(&right, o->help, OPT_COLS + 2, HELP_COLS);
	if (left.len > OPT_COLS)
		buf_addf(b, "%s\n%s", buf_str(&left), buf_str(&right));
	else
		buf_addf(b, "%-*s  %s", OPT_COLS, buf_str(&left), buf_str(&right) + OPT_COLS + 2);
	buf_release(&left);
	buf_release(&right);
}

static void add_options(struct buf *b, const char *title, const struct opt *o)
{
	if (!o || !o->name)
		return;
	buf_addf(b, "\n%s:\n", title);
	for (; o->name; o++)
		add_option(b, o);
}

static void add_examples(struct buf *b, const char *text)
{
	if (!text)
		return;
	buf_adds(b, "\nExamples:\n");
	while (*text) {
		size_t n = strcspn(text, "\n");
		buf_addf(b, "  %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void add_exits(struct buf *b, const char *list)
{
	int code;
	buf_adds(b, "\nExit status:\n");
	while ((code = exits_next(&list)) >= 0)
		buf_addf(b, "  %3d  %s\n", code, exit_text(code));
}

int help_print(struct run *r, const struct cmd *cmd)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "usage: erctl %s%s%s%s\n\n%s.\n", cmd->name, cmd->opts ? " [options]" : "",
	         *cmd->args ? " " : "", cmd->args, cmd->summary);
	if (cmd->about) {
		buf_addc(&b, '\n');
		help_fill(&b, cmd->about, 0, HELP_COLS);
	}
	if (cmd->verbs)
		noun_help(&b, cmd);
	add_options(&b, "Options", cmd->opts);
	add_options(&b, "Global options", global_opts);
	if (cmd->fields) {
		struct buf f = BUF_INIT;
		for (size_t i = 0; cmd->fields[i]; i++)
			buf_addf(&f, "%s%s", i ? ", " : "", cmd->fields[i]);
		buf_adds(&b, "\nFields of --json=…:\n");
		help_fill(&b, buf_str(&f), 2, HELP_COLS);
		buf_release(&f);
	}
	add_exits(&b, cmd->exits);
	add_examples(&b, cmd->examples);
	out_page(&r->out);
	out_plain(&r->out, buf_str(&b));
	buf_release(&b);
	return 0;
}

int help_overview(struct run *r)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "erctl: hand work that software should not decide alone to people who can.\n\n"
	             "  id=$(erctl submit task.json)       "
	             "erctl ask \"Ship it?\" --choice yes,no\n\n");
	for (int g = 0; g < GROUP_COUNT; g++) {
		struct buf names = BUF_INIT;
		for (const struct cmd *const *c = commands; *c; c++) {
			if (!(*c)->hidden && (*c)->group == (enum cmd_group)g)
				buf_addf(&names, " %s", (*c)->name);
		}
		buf_addf(&b, "%-16s%s\n", cmd_group_title(g), buf_str(&names));
		buf_release(&names);
	}
	buf_adds(&b, "\n'erctl help VERB' explains a verb, 'erctl help' lists them all; topics:");
	for (size_t i = 0; topics[i]; i++)
		buf_addf(&b, " %s", topics[i]);
	buf_addc(&b, '\n');
	out_plain(&r->out, buf_str(&b));
	buf_release(&b);
	return 0;
}

int help_version(struct run *r)
{
	if (r->out.format != FMT_TEXT) {
		json_t *doc = json_pack("{s:s, s:s, s:i, s:b}", "version", ER_VERSION, "jansson",
		                        jansson_version_str(), "spoolFormat", SPOOL_FORMAT,
		                        "fullScreen", handover_possible());
		out_doc(&r->out, doc);
		json_decref(doc);
		return 0;
	}
	out_line(&r->out, "erctl %s", ER_VERSION);
	out_line(&r->out, "jansson %s, spool format %d, full screen: %s", jansson_version_str(),
	         SPOOL_FORMAT, handover_possible() ? "yes" : "no (erctl-tui is not installed)");
	return 0;
}

static void list_all(struct run *r)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "usage: erctl [global options] VERB …\n");
	for (int g = 0; g < GROUP_COUNT; g++) {
		buf_addf(&b, "\n%s:\n", cmd_group_title(g));
		for (const struct cmd *const *c = commands; *c; c++) {
			if (!(*c)->hidden && (*c)->group == (enum cmd_group)g)
				buf_addf(&b, "  %-12s%s\n", (*c)->name, (*c)->summary);
		}
	}
	add_options(&b, "Global options", global_opts);
	out_page(&r->out);
	out_plain(&r->out, buf_str(&b));
	buf_release(&b);
}

int help_unknown(const char *what, const char *word, const char *const *also, struct err *err)
{
	struct near near;
	struct buf tip = BUF_INIT;
	near_init(&near, word);
	for (const struct cmd *const *c = commands; *c; c++) {
		if (!(*c)->hidden)
			near_offer(&near, (*c)->name);
	}
	for (; also && *also; also++)
		near_offer(&near, *also);
	near_add(&near, &tip);
	err_set(err, FAIL_USAGE, "%s %s%s", what, word, buf_str(&tip));
	buf_release(&tip);
	return -1;
}

static int known(const char *word)
{
	for (size_t i = 0; topics[i]; i++) {
		if (strcmp(topics[i], word) == 0)
			return 1;
	}
	return cmd_find(word) != NULL;
}

static int run(struct run *r, struct err *err)
{
	if (r->out.format != FMT_TEXT) {
		if (r->argc > 0 && !known(r->argv[0]))
			return help_unknown("no help on", r->argv[0], topics, err);
		help_json(r);
	} else if (r->argc == 0) {
		list_all(r);
	} else {
		const struct cmd *c = cmd_find(r->argv[0]);
		const struct cmd *verb = c;
		if (c && c->verbs && r->argc > 1)
			verb = noun_verb(c, r->argv[1]);
		if (c && !verb)
			return noun_unknown(c, r->argv[1], err);
		if (c && !c->hidden && (verb != c || r->argc == 1))
			return help_print(r, verb);
		if (!topic_print(&r->out, r->argv[0]))
			return help_unknown("no help on", r->argv[0], topics, err);
	}
	return 0;
}

const struct cmd cmd_help = {
	.name = "help",
	.args = "[VERB|NOUN [VERB]|TOPIC]",
	.summary = "explain a verb or a topic",
	.about = "Without an argument all verbs are listed. Topics: environment, exit-codes, "
	         "states. With --json everything that the tables know is printed as one document: "
	         "verbs, options with their types, exit codes.",
	.group = GROUP_LOOK,
	.first = ARG_VERB,
	.max_args = 2,
	.exits = "0 2",
	.examples = "erctl help submit\n"
	            "erctl help schema add\n"
	            "erctl help exit-codes\n"
	            "erctl help --json",
	.run = run,
};
