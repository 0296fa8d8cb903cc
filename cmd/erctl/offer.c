#include "offer.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/safe.h"
#include "base/timefmt.h"
#include "help.h"
#include "model/config.h"
#include "model/state.h"
#include "noun.h"
#include "rows.h"
#include "spool/dirlist.h"

static int plain(const char *s, size_t n)
{
	static const char ok[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
	for (size_t i = 0; i < n; i++) {
		if (!s[i] || !strchr(ok, s[i]))
			return 0;
	}
	return n > 0;
}

static void add(struct offer *c, const char *value, size_t n, const char *text)
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

static void offer_words(struct offer *c, const char *words)
{
	while (*words) {
		size_t n = strcspn(words, "|");
		add(c, words, n, NULL);
		words += n + (words[n] == '|');
	}
	c->bits |= BIT_NO_FILES;
}

void offer_options(struct offer *c, const struct opt *o)
{
	char name[80];
	for (; o && o->name; o++) {
		snprintf(name, sizeof name, "--%s", o->name);
		add(c, name, strlen(name), o->help);
	}
	c->bits |= BIT_NO_FILES;
}

void offer_verbs(struct offer *c, const struct cmd *const *verbs)
{
	for (const struct cmd *const *v = verbs; *v; v++) {
		if (!(*v)->hidden)
			add(c, noun_word(*v), strlen(noun_word(*v)), (*v)->summary);
	}
	c->bits |= BIT_NO_FILES;
}

/* What is configured: the names of the files; nothing is parsed. */
static void offer_configured(struct offer *c, enum config_kind kind)
{
	struct err none = ERR_INIT;
	struct names names = {.n = 0};
	c->bits |= BIT_NO_FILES;
	if (!c->r->have_spool)
		return;
	int dir = io_open_dir(c->r->spool.etc, config_dirs[kind], &none);
	if (dir >= 0 && names_read(&names, dir, ".", ".json", &none) == 0) {
		for (size_t i = 0; i < names.n; i++)
			add(c, names.name[i], strlen(names.name[i]) - strlen(".json"), NULL);
		names_release(&names);
	}
	if (dir >= 0)
		close(dir);
}

static void offer_states(struct offer *c)
{
	for (int s = ST_QUEUED; s < ST_COUNT; s++)
		add(c, state_name((enum state)s), strlen(state_name((enum state)s)), NULL);
	c->bits |= BIT_NO_FILES;
}

static void offer_row(struct offer *c, const struct index_row *row)
{
	char text[160], due[48], left[DURATION_TEXT_MAX] = "";
	int64_t at;
	snprintf(due, sizeof due, "%.*s", (int)row->len[IX_DUE], row->col[IX_DUE]);
	if (time_parse(due, &at, NULL) == 0)
		duration_format(at - now_wall_ms(), left);
	snprintf(text, sizeof text, "%.*s, %.10s left: %.*s", (int)row->len[IX_STATE],
	         row->col[IX_STATE], left, (int)(row->len[IX_TITLE] < 60 ? row->len[IX_TITLE] : 60),
	         row->col[IX_TITLE]);
	add(c, row->col[IX_ID], row->len[IX_ID], text);
}

static void offer_ids(struct offer *c)
{
	struct rows_filter f = {.states = c->cmd->states, .open = 1, .limit = OFFER_IDS,
	                        .order = rows_newest,
	                        .closed = (c->cmd->states & 1u << ST_COMPLETED) != 0, .tests = 1};
	struct rows rows;
	struct err none = ERR_INIT;
	c->bits |= BIT_NO_FILES | BIT_KEEP_ORDER;
	if (!c->r->have_spool || rows_read(&c->r->spool, &f, &rows, &none) < 0)
		return;
	for (size_t i = 0; i < rows.n; i++)
		offer_row(c, &rows.row[i]);
	rows_release(&rows);
}

void offer_value(struct offer *c, const struct opt *o)
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

void offer_argument(struct offer *c)
{
	enum arg_type type = c->nargs == 0 ? c->cmd->first : c->cmd->rest;
	if (c->cmd->verbs) {
		offer_verbs(c, c->cmd->verbs);
		return;
	}
	if (c->cmd->max_args >= 0 && c->nargs >= c->cmd->max_args)
		type = ARG_NONE;
	switch (type) {
	case ARG_ID:
		offer_ids(c);
		break;
	case ARG_SCHEMA:
		offer_configured(c, CFG_SCHEMA);
		break;
	case ARG_SCHEMA_FILE:
		offer_configured(c, CFG_SCHEMA);
		c->bits &= ~BIT_NO_FILES;
		break;
	case ARG_LANE:
		offer_configured(c, CFG_LANE);
		break;
	case ARG_POOL:
		offer_configured(c, CFG_POOL);
		break;
	case ARG_WORKER:
		offer_configured(c, CFG_WORKER);
		break;
	case ARG_WORKER_LANE:
		offer_configured(c, CFG_WORKER);
		offer_configured(c, CFG_LANE);
		break;
	case ARG_SCHEDULE:
		offer_configured(c, CFG_SCHEDULE);
		break;
	case ARG_CHAIN:
		offer_configured(c, CFG_CHAIN);
		break;
	case ARG_GOLD:
		offer_configured(c, CFG_GOLD);
		break;
	case ARG_VERB:
		offer_verbs(c, commands);
		for (size_t i = 0; topics[i]; i++)
			add(c, topics[i], strlen(topics[i]), "topic");
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
