/* Messages to erd: published at once, judged when the verdict comes.  Nobody waits meanwhile. */
#include "base/clock.h"
#include "base/err.h"
#include "cmd.h"
#include "spool/receipt.h"
#include "tui_inbox_p.h"

enum { TITLE_BYTES = 160, MANY = 3 };

/* The title for a sentence, or the id. */
static const char *title_of(const struct inbox *in, const char *id)
{
	size_t i = entries_find(&in->list, id);
	const char *title = i != SIZE_MAX ? in->list.e[i].title : NULL;
	return title && *title ? title : id;
}

void inbox_forget_details(struct run *r)
{
	json_decref(r->details);
	r->details = NULL;
	r->hint[0] = '\0';
}

static void say(struct inbox *in, enum paint p, const char *id, const char *what)
{
	screen_status(p, "%.60s: %s", title_of(in, id), what);
}

/* ---- verdicts ---- */

static void end_waiting(struct waiting *w)
{
	if (w->sent.receipt)
		screen_unwatch(receipt_fd(w->sent.receipt));
	verb_sent_release(&w->sent);
	w->used = 0;
}

static void judged(void *ctx)
{
	struct waiting *w = ctx;
	struct inbox *in = w->in;
	struct err err = ERR_INIT;
	json_t *verdict = NULL;
	char what[128];
	if (verb_message_verdict(in->r, &w->sent, 0, &verdict, &err) < 0) {
		screen_bell();
		screen_status(PAINT_BAD, "%s", err.msg);
	} else if (verdict) {
		verb_message_sentence(&w->m, verdict, what, sizeof what);
		say(in, PAINT_GOOD, w->sent.task, what);
	} else {
		w->sent.queued = NULL; /* half a line so far */
		return;
	}
	inbox_forget_details(in->r);
	json_decref(verdict);
	end_waiting(w);
}

void inbox_act_later(struct inbox *in)
{
	for (size_t i = 0; i < INBOX_WAITING_MAX; i++) {
		struct waiting *w = &in->waiting[i];
		if (!w->used || now_mono_ms() < w->until_mono_ms)
			continue;
		say(in, PAINT_WAIT, w->sent.task, "queued: erd has not judged it yet");
		end_waiting(w);
	}
}

int inbox_act_count(const struct inbox *in)
{
	int n = 0;
	for (size_t i = 0; i < INBOX_WAITING_MAX; i++)
		n += in->waiting[i].used;
	return n;
}

void inbox_act_end(struct inbox *in)
{
	for (size_t i = 0; i < INBOX_WAITING_MAX; i++) {
		if (in->waiting[i].used)
			end_waiting(&in->waiting[i]);
	}
}

static struct waiting *free_slot(struct inbox *in)
{
	for (size_t i = 0; i < INBOX_WAITING_MAX; i++) {
		if (!in->waiting[i].used)
			return &in->waiting[i];
	}
	return NULL;
}

static void wait_for(struct inbox *in, const struct verb_message *m, const struct verb_sent *sent)
{
	struct waiting *w = free_slot(in);
	*w = (struct waiting){.in = in, .m = *m, .sent = *sent, .used = 1,
	                      .until_mono_ms = now_mono_ms() + VERB_WAIT_MS};
	w->m.body = NULL;
	w->m.id_text = NULL;
	if (screen_watch(receipt_fd(w->sent.receipt), judged, w) < 0)
		w->until_mono_ms = 0; /* too many at once: it stays in the spool */
	say(in, PAINT_WAIT, w->sent.task, "sent, waiting for erd");
}

/* ---- sending ---- */

static int send_one(struct inbox *in, const struct inbox_verb *v, const char *id, const char *text)
{
	struct verb_message m;
	struct verb_sent sent;
	struct err err = ERR_INIT;
	if (!free_slot(in)) {
		screen_status(PAINT_BAD, "%d messages wait for erd already", INBOX_WAITING_MAX);
		return -1;
	}
	int rc = inbox_verb_message(v, in->r, id, text, &m, &err);
	if (rc == 0)
		rc = verb_message_post(in->r, &m, &sent, &err);
	inbox_forget_details(in->r);
	if (rc < 0) {
		screen_bell();
		screen_status(PAINT_BAD, "%s", err.msg);
		return -1;
	}
	if (sent.queued)
		say(in, PAINT_WAIT, sent.task, sent.queued);
	else
		wait_for(in, &m, &sent);
	return 0;
}

static int valid_for(struct inbox *in, const struct inbox_verb *v, const char *id)
{
	char why[160];
	struct inbox_now now = {.has_task = 1, .held = inbox_held(in, id) != NULL};
	size_t i = entries_find(&in->list, id);
	if (i == SIZE_MAX)
		return 0;
	now.loaded = entries_load(&in->list, i);
	now.state = in->list.e[i].state;
	return inbox_verb_valid(v, &now, why, sizeof why);
}

/* 1 and the text, or 0: the user went back. */
static int ask_text(struct inbox *in, const struct inbox_verb *v, const char *of, struct buf *text)
{
	char label[TITLE_BYTES];
	size_t max = v->text_needed ? MESSAGE_TEXT_MAX : MESSAGE_REASON_MAX;
	snprintf(label, sizeof label, "%s: %s", v->asks, of);
	buf_clear(text);
	if (in->typed.len && in->typed_for == v->what)
		buf_add(text, buf_str(&in->typed), in->typed.len);
	buf_clear(&in->typed);
	for (;;) {
		int rc = dialog_line(label, v->text_needed ? "Enter sends it"
		                                           : "may be empty; Enter sends it",
		                     text, max);
		if (rc != 1 || text->len || !v->text_needed)
			return rc == 1;
		screen_status(PAINT_BAD, "a %s is needed", v->asks);
	}
}

static int confirm_many(const struct inbox_verb *v, size_t n)
{
	char title[80];
	if (n <= MANY)
		return 1;
	snprintf(title, sizeof title, "%s %zu tasks?", v->name, n);
	return dialog_confirm(title, v->help);
}

static void send_marked(struct inbox *in, const struct inbox_verb *v, const char *text)
{
	size_t sent = 0, skipped = 0, failed = 0;
	for (size_t i = 0; i < in->marks.n; i++) {
		if (!valid_for(in, v, in->marks.name[i]))
			skipped++;
		else if (send_one(in, v, in->marks.name[i], text) < 0)
			failed++;
		else
			sent++;
	}
	if (skipped || failed || sent > 1)
		screen_status(failed ? PAINT_BAD : PAINT_WAIT,
		              "%s: %zu sent, %zu not possible now, %zu failed", v->name, sent,
		              skipped, failed);
	names_release(&in->marks);
}

void inbox_act(struct inbox *in, const struct inbox_verb *v, const char *given)
{
	struct buf text = BUF_INIT;
	char id[ID_TEXT_MAX], several[64];
	int marked = v->many && in->marks.n > 0;
	memcpy(id, in->selected, sizeof id); /* the list goes on living behind the question */
	snprintf(several, sizeof several, "%zu marked tasks", in->marks.n);
	if (given)
		buf_adds(&text, given);
	if ((!marked || confirm_many(v, in->marks.n)) &&
	    (given || !v->asks || ask_text(in, v, marked ? several : title_of(in, id), &text))) {
		if (marked) {
			send_marked(in, v, buf_str(&text));
		} else if (!valid_for(in, v, id)) {
			screen_status(PAINT_BAD, "the task changed meanwhile");
		} else if (send_one(in, v, id, buf_str(&text)) < 0) {
			buf_adds(&in->typed, buf_str(&text));
			in->typed_for = v->what;
		}
	}
	buf_release(&text);
}
