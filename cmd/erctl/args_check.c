/* What a value on the command line must be, by the type of its option. */
#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/near.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "model/state.h"

static int enum_has(const char *words, const char *text)
{
	size_t n = strlen(text);
	while (*words) {
		size_t len = strcspn(words, "|");
		if (len == n && memcmp(words, text, n) == 0)
			return 1;
		words += len + (words[len] == '|');
	}
	return 0;
}

static int check_states(const char *text, struct err *err)
{
	char word[32];
	if (!*text)
		return err_set(err, FAIL_USAGE, "--state: needs states joined by commas");
	while (*text) {
		size_t len = strcspn(text, ",");
		snprintf(word, sizeof word, "%.*s", (int)(len < 31 ? len : 31), text);
		if (state_by_name(word) <= ST_NONE) {
			struct near near;
			struct buf tip = BUF_INIT;
			near_init(&near, word);
			for (int s = ST_QUEUED; s < ST_COUNT; s++)
				near_offer(&near, state_name((enum state)s));
			near_add(&near, &tip);
			err_set(err, FAIL_USAGE, "no state is called %s%s", word, buf_str(&tip));
			buf_release(&tip);
			return -1;
		}
		text += len + (text[len] == ',');
	}
	return 0;
}

static int check_int(struct given *g, struct err *err)
{
	size_t len = strlen(g->text);
	g->num = 0;
	if (len == 0 || len > 10 || strspn(g->text, "0123456789") != len)
		return err_set(err, FAIL_USAGE, "--%s: needs a whole number", g->opt->name);
	for (size_t i = 0; i < len; i++)
		g->num = g->num * 10 + (g->text[i] - '0');
	if (g->num > INT32_MAX)
		return err_set(err, FAIL_USAGE, "--%s: at most %d", g->opt->name, INT32_MAX);
	return 0;
}

/* "15m" is that long ago, "+15m" from now. */
static int check_time_from_now(struct given *g, struct err *err)
{
	struct err why = ERR_INIT;
	int ahead = g->text[0] == '+';
	if (duration_parse(g->text + ahead, &g->num, &why) < 0 || g->num < 0)
		return err_set(err, FAIL_USAGE,
		               "--%s: needs a time like 2026-01-31T12:00:00Z, 15m (ago) or +15m",
		               g->opt->name);
	g->num = now_wall_ms() + (ahead ? g->num : -g->num);
	return 0;
}

int args_check(struct given *g, struct err *err)
{
	struct err why = ERR_INIT;
	const char *name = g->opt->name;
	switch (g->opt->type) {
	case OPT_INT:
		return check_int(g, err);
	case OPT_DURATION:
		if (duration_parse(g->text, &g->num, &why) == 0 && g->num >= 0)
			return 0;
		return err_set(err, FAIL_USAGE, "--%s: needs a time like 90s, 15m, 4h or 2d", name);
	case OPT_TIME:
		if (time_parse(g->text, &g->num, &why) == 0)
			return 0;
		return check_time_from_now(g, err);
	case OPT_ENUM:
		if (!enum_has(g->opt->arg, g->text))
			return err_set(err, FAIL_USAGE, "--%s: must be one of %s", name,
			               g->opt->arg);
		return 0;
	case OPT_STATE:
		return check_states(g->text, err);
	default:
		return 0;
	}
}
