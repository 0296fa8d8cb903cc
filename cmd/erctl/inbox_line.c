#include "inbox_line.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "answering.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "draft.h"
#include "entries.h"
#include "inbox_verbs.h"
#include "json/js.h"
#include "tui.h"

enum { SHOWN = 20, TYPED_MAX = 16 * 1024 };

struct line_inbox {
	struct run *r;
	struct entries list;
	size_t from;              /* first of the numbers shown */
	char current[ID_TEXT_MAX]; /* the task that commands are for, or "" */
};

/* ---- asking ---- */

/* One byte at a time: what follows the line belongs to whoever reads next. 1, or 0 at the end. */
static int read_line(struct buf *out)
{
	char c;
	ssize_t got;
	buf_clear(out);
	while ((got = read(STDIN_FILENO, &c, 1)) == 1 || (got < 0 && errno == EINTR)) {
		if (got == 1 && c == '\n')
			return 1;
		if (got == 1 && out->len < TYPED_MAX)
			buf_addc(out, c);
	}
	return out->len > 0;
}

static int ask(const struct line_inbox *in, const char *prompt, struct buf *out)
{
	out_flush(&in->r->out);
	fprintf(stderr, "%s> ", prompt);
	int got = read_line(out);
	if (!got || !isatty(STDIN_FILENO))
		fputc('\n', stderr);
	return got;
}

static int yes(const struct line_inbox *in, const char *prompt)
{
	struct buf line = BUF_INIT;
	int answer = ask(in, prompt, &line) && line.len && strchr("yY", line.data[0]);
	buf_release(&line);
	return answer;
}

/* ---- showing ---- */

static void show_list(struct line_inbox *in)
{
	struct out *o = &in->r->out;
	struct err ignored = ERR_INIT;
	entries_refresh(&in->list, &ignored);
	if (in->from >= in->list.n)
		in->from = 0;
	out_line(o, "%zu task%s for %s", in->list.n, in->list.n == 1 ? "" : "s", in->r->worker);
	for (size_t i = in->from; i < in->list.n && i < in->from + SHOWN; i++) {
		char left[ENTRY_LEFT_BYTES];
		if (!entries_load(&in->list, i))
			continue;
		const struct entry *e = &in->list.e[i];
		entry_left(e, now_wall_ms(), left);
		out_line(o, "%3zu  %s, %s%s%s%s, %s: %s", i + 1, left, state_name(e->state),
		         *e->price ? ", " : "", e->price, *e->price ? " USD" : "", e->lane,
		         e->title);
	}
	if (in->from + SHOWN < in->list.n)
		out_line(o, "     and %zu more", in->list.n - in->from - SHOWN);
}

static void show_time(struct out *o, const char *label, const char *text)
{
	char when[32];
	int64_t at;
	if (time_parse(text, &at, NULL) == 0)
		out_field(o, label, out_when(o, at, now_wall_ms(), when));
}

static void show_task(struct out *o, const json_t *doc)
{
	static const char *const blocks[][2] = {{"payload", "Payload"}, {"artifacts", "Artifacts"},
	                                        {"context", "Context"}, {"comments", "Comments"}};
	out_field(o, "title", js_str_or(doc, "/title", ""));
	out_field(o, "task", js_str_or(doc, "/task", ""));
	out_field(o, "state", js_str_or(doc, "/state", ""));
	out_field(o, "lane", js_str_or(doc, "/lane", ""));
	out_field(o, "urgency", js_str_or(doc, "/urgency", ""));
	out_field(o, "price USD", js_str_or(doc, "/priceUsd", ""));
	show_time(o, "due", js_str_or(doc, "/due", ""));
	show_time(o, "offer ends", js_str_or(doc, "/offerExpires", ""));
	out_block_json(o, "Your last answer was rejected", json_object_get(doc, "rejections"));
	out_block(o, "Asked", js_str_or(doc, "/question/text", ""));
	out_block(o, "Instructions", js_str_or(doc, "/instructions", ""));
	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
		out_block_json(o, blocks[i][1], json_object_get(doc, blocks[i][0]));
}

static void show_help(struct line_inbox *in)
{
	out_line(&in->r->out, "NUMBER          show that task; commands are for it from then on");
	out_line(&in->r->out, "list, more      the tasks; the next %d", SHOWN);
	for (const struct inbox_verb *v = inbox_verbs; v->name; v++) {
		if (v->sends || v->what == DO_ANSWER || v->what == DO_EDIT)
			out_line(&in->r->out, "%-15s %s%s%s", v->name, v->help,
			         v->asks ? ": with its " : "", v->asks ? v->asks : "");
	}
	out_line(&in->r->out, "quit            leave");
}

/* ---- answering ---- */

/* 1 when nobody pressed Enter meanwhile. */
static int not_taken_back(struct line_inbox *in)
{
	struct pollfd p = {STDIN_FILENO, POLLIN, 0};
	struct buf line = BUF_INIT;
	int64_t ms = inbox_undo_ms();
	if (!isatty(STDIN_FILENO) || ms == 0)
		return 1;
	out_note(&in->r->out, "sent in %lld s; Enter takes it back", (long long)(ms / 1000));
	int back = poll(&p, 1, (int)ms) == 1;
	if (back)
		read_line(&line);
	buf_release(&line);
	return !back;
}

static int send_answer(struct line_inbox *in, struct answering *a, struct draft *d, struct err *err)
{
	json_t *verdict = NULL;
	if (a->about.price)
		out_note(&in->r->out, "%s goes to you, %s, when the answer stands", a->about.price,
		         in->r->worker);
	if (!yes(in, "erd verifies it and tells the requester. Send this answer? y or n") ||
	    !not_taken_back(in)) {
		out_note(&in->r->out, "not sent; the draft is kept");
		return 0;
	}
	if (answering_send(a, in->r, d, &verdict, err) < 0)
		return -1;
	if (verdict)
		out_note(&in->r->out, "answered, now %s", js_str_or(verdict, "/state", "sent"));
	else
		out_note(&in->r->out, "queued: no erd has judged it yet");
	json_decref(verdict);
	return 0;
}

static int fill_in(struct line_inbox *in, struct answering *a, struct draft *d, int editor,
                   struct err *err)
{
	enum form_end end = FORM_EDITOR;
	int submit = 0;
	if (!editor && a->form && line_form(in->r, a->form, &a->about, d, &end, err) < 0)
		return -1;
	if (end == FORM_EDITOR) {
		if (answering_edit(a, in->r, d, &submit, err) < 0)
			return -1;
	} else if (end == FORM_GIVE_UP) {
		return draft_drop(d, in->r, err);
	}
	if (end != FORM_SUBMIT && !submit)
		return 0;
	return answering_check(a, in->r, d, err) < 0 ? -1 : send_answer(in, a, d, err);
}

static int answer(struct line_inbox *in, const json_t *doc, int editor, struct err *err)
{
	struct answering a;
	struct draft d;
	struct id task;
	if (id_parse(in->current, "task_", &task) < 0)
		return err_set(err, FAIL_NOT_FOUND, "no such task");
	draft_init(&d, &task, in->r->worker);
	int rc = answering_begin(&a, in->r, doc, err);
	if (rc == 0)
		rc = draft_load(&d, in->r, err) < 0 ? -1 : fill_in(in, &a, &d, editor, err);
	answering_end(&a);
	draft_release(&d);
	return rc;
}

/* ---- commands ---- */

static int send_message(struct line_inbox *in, const struct inbox_verb *v, const char *text,
                        struct err *err)
{
	struct buf typed = BUF_INIT;
	struct verb_message m;
	struct verb_sent sent;
	json_t *verdict = NULL;
	char what[128];
	buf_adds(&typed, text);
	int rc = 0;
	if (v->asks && !*text && !ask(in, v->asks, &typed))
		rc = err_set(err, FAIL_USAGE, "nothing was sent");
	if (rc == 0)
		rc = inbox_verb_message(v, in->r, in->current, buf_str(&typed), &m, err);
	if (rc == 0)
		rc = verb_message_judge(in->r, &m, &sent, &verdict, err);
	if (rc == 0 && sent.queued) {
		out_note(&in->r->out, "%s: %s", in->current, sent.queued);
	} else if (rc == 0) {
		verb_message_sentence(&m, verdict, what, sizeof what);
		out_note(&in->r->out, "%s: %s", in->current, what);
	}
	json_decref(verdict);
	buf_release(&typed);
	return rc;
}

static int for_task(struct line_inbox *in, const struct inbox_verb *v, const char *text,
                    struct err *err)
{
	char why[200];
	struct inbox_now now = {.has_task = 0};
	size_t i = in->current[0] ? entries_find(&in->list, in->current) : SIZE_MAX;
	if (i != SIZE_MAX) {
		now.has_task = 1;
		now.loaded = entries_load(&in->list, i);
		now.state = in->list.e[i].state;
	}
	if (!inbox_verb_valid(v, &now, why, sizeof why))
		return err_set(err, FAIL_CONFLICT, "%s%s", why,
		               now.has_task ? "" : ": give a number first");
	if (v->sends)
		return send_message(in, v, text, err);
	json_t *doc = entries_doc(&in->list, i);
	int rc = doc ? answer(in, doc, v->what == DO_EDIT, err)
	             : err_set(err, FAIL_NOT_FOUND, "the task is gone");
	json_decref(doc);
	return rc;
}

static int show_number(struct line_inbox *in, const char *word, struct err *err)
{
	size_t n = (size_t)strtoul(word, NULL, 10);
	json_t *doc = n > 0 && n <= in->list.n ? entries_doc(&in->list, n - 1) : NULL;
	if (!doc)
		return err_set(err, FAIL_NOT_FOUND, "there is no task %s", word);
	entry_id(&in->list.e[n - 1], in->current);
	show_task(&in->r->out, doc);
	json_decref(doc);
	return 0;
}

/* 1: leave. */
static int run_line(struct line_inbox *in, const char *line, struct err *err)
{
	char word[INBOX_WORD_MAX];
	const char *text = inbox_verb_split(line, word);
	const struct inbox_verb *v = inbox_verb_by_name(word);
	if (strcmp(word, "q") == 0 || strcmp(word, "quit") == 0)
		return 1;
	entries_events(&in->list);
	if (!*word || strcmp(word, "list") == 0) {
		in->from = 0;
		show_list(in);
	} else if (strcmp(word, "more") == 0) {
		in->from += SHOWN;
		show_list(in);
	} else if (strspn(word, "0123456789") == strlen(word)) {
		return show_number(in, word, err);
	} else if (v && (v->sends || v->what == DO_ANSWER || v->what == DO_EDIT)) {
		return for_task(in, v, text, err);
	} else {
		show_help(in);
	}
	return 0;
}

int inbox_line(struct run *r, struct err *err)
{
	struct line_inbox in = {.r = r};
	struct buf line = BUF_INIT;
	int rc = 0;
	if (entries_open(&in.list, r, err) < 0)
		return -1;
	show_list(&in);
	while (rc != 1 && ask(&in, "a number, list, more, help or quit", &line)) {
		struct err bad = ERR_INIT;
		rc = run_line(&in, buf_str(&line), &bad);
		if (rc < 0)
			out_error(&r->out, &bad, r->hint, r->details);
		json_decref(r->details);
		r->details = NULL;
		r->hint[0] = '\0';
	}
	buf_release(&line);
	entries_close(&in.list);
	return 0;
}
