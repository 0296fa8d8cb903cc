#include <assert.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cmd.h"
#include "engine/transition.h"
#include "help.h"
#include "model/state.h"

static const char *const exit_texts[] = {
	[FAIL_NONE] = "done; an empty list is 0, too",
	[FAIL_FAILURE] = "failed; trying again will not help",
	[FAIL_USAGE] = "unknown command or option, or missing input",
	[FAIL_NOT_FOUND] = "not found, or the id is ambiguous",
	[FAIL_DENIED] = "not permitted",
	[FAIL_INVALID] = "invalid input, or refused by policy or schema",
	[FAIL_CONFLICT] = "wrong state; or the same key with other content",
	[FAIL_NEGATIVE] = "the outcome is negative: answered no, failed, cancelled or expired",
	[FAIL_PENDING] = "no outcome yet; what was sent stays in the spool",
	[FAIL_TEMPORARY] = "temporary failure or unknown outcome; repeat with the same key",
	[FAIL_CONFIG] = "bad configuration",
	[FAIL_INTERRUPTED] = "interrupted",
};
static_assert(NITEMS(exit_texts) == FAIL_COUNT, "describe every row of the exit table");

const struct env_row env_rows[] = {
	{"ER_SPOOL", "the spool, where -C is not given"},
	{"ER_WORKER", "the worker to act as, where --as is not given; a choice, not a permission"},
	{"ER_FORMAT", "text, json or ndjson: the format where no option names one"},
	{"ER_COLOR", "always, never or auto; NO_COLOR, CLICOLOR, CLICOLOR_FORCE, FORCE_COLOR and "
	             "TERM=dumb are heard, too"},
	{"ER_LIST_FORMAT", "the --format of list where none is given"},
	{"ER_PAGER", "the pager, before PAGER; LESS is FRX unless set"},
	{"ER_UNDO", "seconds in which an answer given in the inbox can be taken back (10)"},
	{"ER_OPEN", "the program that opens a link of a task when a key asks for it"},
	{"ER_ACCESSIBLE", "when set, plain prompts instead of a full screen"},
	{"ER_NO_INPUT", "when set, nothing is ever asked"},
	{"ER_EDITOR", "the editor, before VISUAL (not with TERM=dumb) and EDITOR"},
	{"USER", "who you are, before LOGNAME"},
	{"XDG_STATE_HOME", "where your own spool (er/spool) and your drafts (er/drafts) lie"},
	{NULL, NULL}};

static const char *const state_texts[ST_COUNT] = {
	[ST_NONE] = "there is no such task",
	[ST_QUEUED] = "waits for a worker",
	[ST_OFFERED] = "lies in a worker's inbox; the offer ends by itself",
	[ST_ACCEPTED] = "a worker took it",
	[ST_STARTED] = "a worker is at it",
	[ST_BLOCKED] = "a question awaits the requester; the clock stands",
	[ST_SUBMITTED] = "an answer is being verified",
	[ST_VERIFIED] = "the answer passed every stage",
	[ST_COMPLETED] = "final: there is a result",
	[ST_FAILED] = "final: attempts ran out",
	[ST_CANCELLED] = "final: taken back by the requester",
	[ST_EXPIRED] = "final: nobody answered in time",
};

const char *const topics[] = {"environment", "exit-codes", "states", NULL};

static enum fail fail_of(int code)
{
	enum fail f = FAIL_NONE;
	while (f < FAIL_COUNT && fail_exit(f) != code)
		f++;
	return f;
}

const char *exit_text(int code)
{
	enum fail f = fail_of(code);
	return f < FAIL_COUNT ? exit_texts[f] : NULL;
}

const char *exit_word(int code)
{
	enum fail f = fail_of(code);
	return f == FAIL_NONE ? "ok" : f < FAIL_COUNT ? fail_name(f) : "?";
}

int exits_next(const char **list)
{
	char *end;
	long n = strtol(*list, &end, 10);
	if (end == *list)
		return -1;
	*list = end;
	return (int)n;
}

const char *cmd_group_title(int group)
{
	static const char *const titles[] = {
		[GROUP_REQUESTER] = "ask for work", [GROUP_WORKER] = "do the work",
		[GROUP_LOOK] = "look", [GROUP_SPOOL] = "keep the spool"};
	static_assert(NITEMS(titles) == GROUP_COUNT, "name every group");
	return titles[group];
}

static void rows(struct buf *b, const char *name, const char *text, int width)
{
	struct buf body = BUF_INIT;
	help_fill(&body, text, width + 4, 79);
	buf_addf(b, "  %-*s  %s", width, name, buf_str(&body) + (body.len ? width + 4 : 0));
	buf_release(&body);
}

static void print_exits(struct buf *b)
{
	for (int f = FAIL_NONE; f < FAIL_COUNT; f++) {
		char name[32];
		int code = fail_exit((enum fail)f);
		snprintf(name, sizeof name, "%3d %s", code, exit_word(code));
		rows(b, name, exit_texts[f], 17);
	}
}

static void print_states(struct buf *b)
{
	for (int s = ST_QUEUED; s < ST_COUNT; s++)
		rows(b, state_name((enum state)s), state_texts[s], 10);
	buf_adds(b, "\nEvery way from one to another:\n");
	for (size_t i = 0; i < transitions_count; i++) {
		const struct transition *t = &transitions[i];
		buf_addf(b, "  %-10s  %-20s  %s\n", state_name(t->from), event_name(t->on),
		         state_name(t->to));
	}
}

int topic_print(struct out *o, const char *word)
{
	struct buf b = BUF_INIT;
	if (strcmp(word, "exit-codes") == 0) {
		print_exits(&b);
	} else if (strcmp(word, "states") == 0) {
		print_states(&b);
	} else if (strcmp(word, "environment") == 0) {
		for (const struct env_row *e = env_rows; e->name; e++)
			rows(&b, e->name, e->text, 14);
	} else {
		return 0;
	}
	out_page(o);
	out_plain(o, buf_str(&b));
	buf_release(&b);
	return 1;
}
