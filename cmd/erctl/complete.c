/*
 * erctl __complete: what could stand where the cursor is, for the shims in completions/.
 *
 * Format     VALUE<TAB>DESCRIPTION lines, then ":BITS" (1 error, 2 no space, 4 no files, 16
 *            directories, 32 keep order): cobra's protocol, so the shims know no verb.
 * Rules      What completes follows from the tables.  Views and file names only, read in a
 *            few milliseconds.  A value has only [A-Za-z0-9_.:-]; descriptions are made safe.
 */
#include <fcntl.h>
#include <unistd.h>

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/safe.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "help.h"
#include "model/config.h"
#include "model/state.h"
#include "rows.h"
#include "spool/dirlist.h"
#include "verbs.h"

enum { BIT_NO_SPACE = 2, BIT_NO_FILES = 4, BIT_DIRS = 16, BIT_KEEP_ORDER = 32, IDS_MAX = 50 };

struct completing {
	struct run *r;
	const struct cmd *cmd;      /* NULL: the verb itself is being typed */
	const struct opt *pending;  /* the word is this option's value */
	int nargs;                  /* positional words before it */
	const char *word;
	int bits;
};

static int plain(const char *s, size_t n)
{
	static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
	for (size_t i = 0; i < n; i++) {
		if (!s[i] || !strchr(ok, s[i]))
			return 0;
	}
	return n > 0;
}

static void offer(struct completing *c, const char *value, size_t n, const char *text)
{
	size_t typed = strlen(c->word);
	if (!plain(value, n) || n < typed || memcmp(value, c->word, typed) != 0)
		return;
	struct buf line = BUF_INIT;
	buf_add(&line, value, n);
	if (text && *text) {
		buf_addc(&line, '\t');
		safe_adds(&line, text, SAFE_LINE);
	}
	buf_addc(&line, '\n');
	out_bytes(&c->r->out, buf_str(&line), line.len);
	buf_release(&line);
}

static void offer_words(struct completing *c, const char *words)
{
	while (*words) {
		size_t n = strcspn(words, "|");
		offer(c, words, n, NULL);
		words += n + (words[n] == '|');
	}
	c->bits |= BIT_NO_FILES;
}

static void offer_options(struct completing *c, const struct opt *o)
{
	char name[80];
	for (; o && o->name; o++) {
		snprintf(name, sizeof name, "--%s", o->name);
		offer(c, name, strlen(name), o->help);
	}
	c->bits |= BIT_NO_FILES;
}

static void offer_verbs(struct completing *c)
{
	for (const struct cmd *const *v = commands; *v; v++) {
		if (!(*v)->hidden)
			offer(c, (*v)->name, strlen((*v)->name), (*v)->summary);
	}
	c->bits |= BIT_NO_FILES;
}

/* What is configured: the names of the files; nothing is parsed. */
static void offer_configured(struct completing *c, enum config_kind kind)
{
	struct err none = ERR_INIT;
	struct names names = {.n = 0};
	c->bits |= BIT_NO_FILES;
	if (!c->r->have_spool)
		return;
	int dir = io_open_dir(c->r->spool.etc, config_dirs[kind], &none);
	if (dir >= 0 && names_read(&names, dir, ".", ".json", &none) == 0) {
		for (size_t i = 0; i < names.n; i++)
			offer(c, names.name[i], strlen(names.name[i]) - strlen(".json"), NULL);
		names_release(&names);
	}
	if (dir >= 0)
		close(dir);
}

static void offer_states(struct completing *c)
{
	for (int s = ST_QUEUED; s < ST_COUNT; s++)
		offer(c, state_name((enum state)s), strlen(state_name((enum state)s)), NULL);
	c->bits |= BIT_NO_FILES;
}

static void offer_row(struct completing *c, const struct index_row *row)
{
	char text[160], due[48], left[DURATION_TEXT_MAX] = "";
	int64_t at;
	snprintf(due, sizeof due, "%.*s", (int)row->len[IX_DUE], row->col[IX_DUE]);
	if (time_parse(due, &at, NULL) == 0)
		duration_format(at - now_wall_ms(), left);
	snprintf(text, sizeof text, "%.*s, %.10s left: %.*s", (int)row->len[IX_STATE],
	         row->col[IX_STATE], left, (int)(row->len[IX_TITLE] < 60 ? row->len[IX_TITLE] : 60),
	         row->col[IX_TITLE]);
	offer(c, row->col[IX_ID], row->len[IX_ID], text);
}

static void offer_ids(struct completing *c)
{
	struct rows_filter f = {.states = c->cmd->states, .open = 1, .limit = IDS_MAX,
	                        .order = rows_newest,
	                        .closed = (c->cmd->states & 1u << ST_COMPLETED) != 0};
	struct rows rows;
	struct err none = ERR_INIT;
	c->bits |= BIT_NO_FILES | BIT_KEEP_ORDER;
	if (!c->r->have_spool || rows_read(&c->r->spool, &f, &rows, &none) < 0)
		return;
	for (size_t i = 0; i < rows.n; i++)
		offer_row(c, &rows.row[i]);
	rows_release(&rows);
}

static void offer_value(struct completing *c, const struct opt *o)
{
	switch (o->type) {
	case OPT_ENUM:
		offer_words(c, o->arg);
		break;
	case OPT_STATE:
		offer_states(c);
		break;
	case OPT_LANE:
		offer_configured(c, CFG_LANE);
		break;
	case OPT_POOL:
		offer_configured(c, CFG_POOL);
		break;
	case OPT_WORKER:
		offer_configured(c, CFG_WORKER);
		break;
	case OPT_SCHEMA:
		offer_configured(c, CFG_SCHEMA);
		break;
	case OPT_DIR:
		c->bits |= BIT_DIRS;
		break;
	case OPT_FILE:
		break;
	default:
		c->bits |= BIT_NO_FILES;
	}
}

static void offer_argument(struct completing *c)
{
	enum arg_type type = c->nargs == 0 ? c->cmd->first : c->cmd->rest;
	if (c->cmd->max_args >= 0 && c->nargs >= c->cmd->max_args)
		type = ARG_NONE;
	switch (type) {
	case ARG_ID:
		offer_ids(c);
		break;
	case ARG_VERB:
		offer_verbs(c);
		for (size_t i = 0; topics[i]; i++)
			offer(c, topics[i], strlen(topics[i]), "topic");
		break;
	case ARG_SHELL:
		offer_words(c, "bash|zsh|fish");
		break;
	case ARG_DIR:
		c->bits |= BIT_DIRS;
		break;
	case ARG_FILE:
		break;
	default:
		c->bits |= BIT_NO_FILES;
	}
}

static const struct opt *find_in(const struct opt *o, const char *w)
{
	for (; o && o->name; o++) {
		if (w[1] == '-' ? strcmp(w + 2, o->name) == 0 : w[1] == o->letter && !w[2])
			return o;
	}
	return NULL;
}

/* Read the words before the cursor as the real parser would. */
static void read_words(struct completing *c, int n, char **words)
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
	struct completing c = {.r = r, .word = r->argc ? r->argv[r->argc - 1] : ""};
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
		offer_verbs(&c);
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
