/*
 * erctl __complete: what could stand where the cursor is, for the shims in completions/.
 *
 * Format     VALUE<TAB>DESCRIPTION lines, then ":BITS" (1 error, 2 no space, 4 no files, 16
 *            directories, 32 keep order): cobra's protocol, so the shims know no verb.
 * Rules      What completes follows from the tables.  Views and file names only, read in a
 *            few milliseconds.
 */
#include "base/err.h"
#include "cmd.h"
#include "noun.h"
#include "offer.h"
#include "verbs.h"

static const struct opt *find_in(const struct opt *o, const char *w)
{
	for (; o && o->name; o++) {
		if (w[1] == '-' ? strcmp(w + 2, o->name) == 0 : w[1] == o->letter && !w[2])
			return o;
	}
	return NULL;
}

/* Read the words before the cursor as the real parser would. */
static void read_words(struct offer *c, int n, char **words)
{
	for (int i = 0; i < n; i++) {
		const char *w = words[i];
		const struct opt *o = NULL;
		if (w[0] == '-' && w[1]) {
			o = find_in(c->cmd ? c->cmd->opts : NULL, w);
			if (!o)
				o = find_in(global_opts, w);
		} else if (!c->cmd) {
			c->cmd = cmd_find(w);
			continue;
		} else if (c->cmd->verbs) {
			const struct cmd *verb = noun_verb(c->cmd, w);
			c->cmd = verb ? verb : c->cmd;
			continue;
		} else {
			c->nargs++;
			continue;
		}
		if (!o || o->type == OPT_FLAG || o->type == OPT_FIELDS)
			continue;
		if (i + 1 == n) {
			c->pending = o;
		} else {
			struct given *g = &c->r->given[c->r->ngiven];
			i++;
			if (c->r->ngiven < GIVEN_MAX) /* -C counts: it says whose ids */
				*g = (struct given){.opt = o, .text = words[i]};
			c->r->ngiven += c->r->ngiven < GIVEN_MAX;
		}
	}
}

static int run(struct run *r, struct err *err)
{
	struct offer c = {.r = r, .word = r->argc ? r->argv[r->argc - 1] : ""};
	read_words(&c, r->argc - 1, r->argv);
	struct err no_spool = ERR_INIT;
	if (c.pending || (c.cmd && c.word[0] != '-'))
		run_open_spool(r, &no_spool);
	(void)err;
	if (c.pending) {
		offer_value(&c, c.pending);
	} else if (c.word[0] == '-') {
		offer_options(&c, c.cmd ? c.cmd->opts : NULL);
		offer_options(&c, global_opts);
	} else if (!c.cmd) {
		offer_verbs(&c, commands);
	} else {
		offer_argument(&c);
	}
	out_line(&r->out, ":%d", c.bits);
	return 0;
}

const struct cmd cmd_complete = {
	.name = "__complete",
	.args = "[WORD]...",
	.summary = "complete a command line",
	.about = "For the shells' completion.",
	.group = GROUP_SPOOL,
	.rest = ARG_VERB,
	.max_args = -1,
	.exits = "0",
	.hidden = 1,
	.run = run,
};
