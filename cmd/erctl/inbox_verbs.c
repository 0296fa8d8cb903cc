#include "inbox_verbs.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/safe.h"
#include "json/js.h"
#include "tui_screen.h"

enum { UNDO_S = 10, UNDO_MAX_S = 3600 };

#define SENDS(message) .type = message, .sends = 1, .needs_task = 1
static const char awaited[] = "the requester's reply is awaited";

/* The order is that of the footer and of the help page. */
const struct inbox_verb inbox_verbs[] = {
	{.what = DO_UNDO, .key = 'u', .name = "undo", .brief = "undo",
	 .help = "take back the answer that is held"},
	{.what = DO_READ, .key = SK_ENTER, .other_key = SK_RIGHT, .name = "read", .brief = "read",
	 .help = "read the task; there, answer it", .needs_task = 1},
	{.what = DO_ACCEPT, .key = 'a', .name = "accept", .brief = "accept",
	 .help = "take the task", SENDS(MSG_ACCEPT), .many = 1},
	{.what = DO_ANSWER, .key = 'A', .name = "answer", .brief = "answer",
	 .help = "fill in the answer's form", .otherwise = awaited, .needs_task = 1},
	{.what = DO_START, .key = 's', .name = "start", .brief = "start",
	 .help = "say that you are at work on it", SENDS(MSG_START), .many = 1},
	{.what = DO_DECLINE, .key = 'd', .name = "decline", .brief = "decline",
	 .help = "turn the offer down, with a reason", .asks = "reason",
	 .otherwise = "r gives it back", SENDS(MSG_DECLINE), .many = 1},
	{.what = DO_BLOCK, .key = 'b', .name = "block", .brief = "ask",
	 .help = "ask the requester; the clock stands until the reply", .asks = "question",
	 SENDS(MSG_BLOCK), .text_needed = 1},
	{.what = DO_RELEASE, .key = 'r', .name = "release", .brief = "release",
	 .help = "give the task back, with a reason", .asks = "reason",
	 .otherwise = "d turns it down", SENDS(MSG_RELEASE), .many = 1},
	{.what = DO_EDIT, .key = 'e', .name = "edit", .brief = "editor",
	 .help = "answer in your editor", .otherwise = awaited, .needs_task = 1},
	{.what = DO_COMMENT, .key = 'c', .name = "comment", .brief = "comment",
	 .help = "add a comment", .asks = "comment", SENDS(MSG_COMMENT), .text_needed = 1,
	 .many = 1},
	{.what = DO_MARK, .key = 't', .name = "mark",
	 .help = "mark or unmark; verbs then act on all marked tasks", .needs_task = 1},
	{.what = DO_SEARCH, .key = '/', .name = "search",
	 .help = "search titles, lanes, states, ids", .asks = "text"},
	{.what = DO_FIND_NEXT, .key = 'n', .name = "next",
	 .help = "the next that was searched for"},
	{.what = DO_FIND_PREV, .key = 'N', .name = "previous", .help = "the one before"},
	{.what = DO_DRAFT, .key = 'D', .name = "drafts",
	 .help = "go to the next task with a draft"},
	{.what = DO_OPEN, .key = 'o', .name = "open",
	 .help = "open a link of the task with $ER_OPEN", .needs_task = 1},
	{.what = DO_PIPE, .key = '|', .name = "pipe",
	 .help = "the task, or all marked ones, as JSON through a command", .asks = "command",
	 .needs_task = 1},
	{.what = DO_COMMAND, .key = ':', .name = "command", .help = "a command by its name"},
	{.what = DO_HELP, .key = '?', .other_key = SK_F1, .name = "help", .help = "this page"},
	{.what = DO_REFRESH, .key = SK_CTRL_L, .name = "refresh", .help = "read the inbox anew"},
	{.what = DO_QUIT, .key = 'q', .name = "quit",
	 .help = "back, or leave; what is held is sent"},
	{.what = DO_DOWN, .key = 'j', .other_key = SK_DOWN, .name = "down", .help = "down"},
	{.what = DO_UP, .key = 'k', .other_key = SK_UP, .name = "up", .help = "up"},
	{.what = DO_FIRST, .key = 'g', .other_key = SK_HOME, .name = "first", .help = "to the top"},
	{.what = DO_LAST, .key = 'G', .other_key = SK_END_LINE, .name = "last",
	 .help = "to the end"},
	{.what = DO_HALF_DOWN, .key = SK_CTRL_D, .name = "half-down", .help = "half a page down"},
	{.what = DO_HALF_UP, .key = SK_CTRL_U, .name = "half-up", .help = "half a page up"},
	{.what = DO_PAGE_DOWN, .key = SK_PGDN, .other_key = ' ', .name = "page-down",
	 .help = "a page down; space: of the task's text"},
	{.what = DO_PAGE_UP, .key = SK_PGUP, .name = "page-up", .help = "a page up"},
	{.name = NULL}};

const struct inbox_verb *inbox_verb_by_key(int key)
{
	for (const struct inbox_verb *v = inbox_verbs; key && v->name; v++) {
		if (v->key == key || v->other_key == key)
			return v;
	}
	return NULL;
}

const char *inbox_verb_split(const char *line, char word[INBOX_WORD_MAX])
{
	line += strspn(line, " ");
	int n = (int)strcspn(line, " ");
	snprintf(word, INBOX_WORD_MAX, "%.*s", n, line);
	return line + n + strspn(line + n, " ");
}

const struct inbox_verb *inbox_verb_by_name(const char *name)
{
	const struct inbox_verb *near = NULL;
	size_t n = strlen(name), hits = 0;
	for (const struct inbox_verb *v = inbox_verbs; n > 0 && v->name; v++) {
		if (strcmp(v->name, name) == 0)
			return v;
		if (strncmp(v->name, name, n) == 0) {
			near = v;
			hits++;
		}
	}
	return hits == 1 ? near : NULL;
}

/* "offered or accepted" */
static void state_list(unsigned states, struct buf *out)
{
	int left = __builtin_popcount(states);
	for (int s = 0; s < ST_COUNT; s++) {
		if (!(states & 1u << s))
			continue;
		left--;
		buf_adds(out, state_name((enum state)s));
		buf_adds(out, left > 1 ? ", " : left ? " or " : "");
	}
}

static int wrong_state(const struct inbox_verb *v, const struct inbox_now *now, char *why, size_t n)
{
	const struct cmd *c = cmd_find(v->what == DO_EDIT ? "answer" : v->name);
	struct buf may = BUF_INIT;
	if (!c || c->states == 0 || (c->states & 1u << now->state))
		return 0;
	state_list(c->states, &may);
	snprintf(why, n, "it is %s%s%s; %s needs a task that is %s", state_name(now->state),
	         v->otherwise ? ": " : "", v->otherwise ? v->otherwise : "", v->name,
	         buf_str(&may));
	buf_release(&may);
	return 1;
}

int inbox_verb_valid(const struct inbox_verb *v, const struct inbox_now *now, char *why, size_t n)
{
	const char *reason = NULL;
	if (v->needs_task && !now->has_task)
		reason = "there is no task";
	else if (v->needs_task && !now->loaded)
		reason = "the task is gone";
	else if (v->what == DO_UNDO && !now->any_held)
		reason = "no answer is held: it was sent, or there was none";
	else if (now->held && (v->sends || v->what == DO_ANSWER || v->what == DO_EDIT) &&
	         v->what != DO_COMMENT)
		reason = "your answer is about to be sent: u takes it back";
	else if (v->what == DO_DRAFT && now->drafts == 0)
		reason = "you have no drafts";
	else if ((v->what == DO_FIND_NEXT || v->what == DO_FIND_PREV) && !now->searched)
		reason = "nothing was searched for: / does";
	else if (v->what == DO_OPEN && !now->link)
		reason = "the task has no link";
	else if (v->what == DO_OPEN && !getenv("ER_OPEN"))
		reason = "ER_OPEN names no program";
	else if (v->needs_task && wrong_state(v, now, why, n))
		return 0;
	if (reason)
		snprintf(why, n, "%s", reason);
	return reason == NULL;
}

static json_t *body_reason(const char *text, struct err *err)
{
	json_t *body = json_object();
	if (!text || !*text)
		return body;
	if (strlen(text) > MESSAGE_REASON_MAX || !utf8_valid(text, strlen(text))) {
		err_set(err, FAIL_USAGE, "a reason has at most %d bytes of UTF-8",
		        MESSAGE_REASON_MAX);
		json_decref(body);
		return NULL;
	}
	js_set_str(body, "reason", text);
	return body;
}

int inbox_verb_message(const struct inbox_verb *v, const struct run *r, const char *id,
                       const char *text, struct verb_message *m, struct err *err)
{
	static const struct {
		enum message_type type;
		const char *done;
	} words[] = {{MSG_ACCEPT, "accepted"}, {MSG_START, "started"}, {MSG_DECLINE, "declined"},
	             {MSG_RELEASE, "released"}, {MSG_BLOCK, "asked"}, {MSG_COMMENT, "commented"}};
	*m = (struct verb_message){.type = v->type, .id_text = id, .from = r->worker, .done = ""};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (words[i].type == v->type)
			m->done = words[i].done;
	}
	m->body = v->text_needed ? verb_body_text(text ? text : "", err) : body_reason(text, err);
	return m->body ? 0 : -1;
}

int64_t inbox_undo_ms(void)
{
	const char *text = getenv("ER_UNDO");
	char *end;
	long s = text ? strtol(text, &end, 10) : UNDO_S;
	if (text && (end == text || *end || s < 0 || s > UNDO_MAX_S))
		s = UNDO_S;
	return s * 1000;
}
