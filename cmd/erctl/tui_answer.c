/* Answers: typed in a form or an editor, held for a while, then sent.  Until erd has it, it is a
 * draft. */
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "cmd.h"
#include "json/js.h"
#include "tui.h"
#include "tui_inbox_p.h"

enum { SHOWN_LINES = 8 };

static void held_free(struct held *h)
{
	answering_end(&h->a);
	draft_release(&h->d);
	free(h);
}

struct held *inbox_held(const struct inbox *in, const char *id)
{
	struct held *h = in->held;
	while (h && strcmp(h->id, id) != 0)
		h = h->next;
	return h;
}

int64_t inbox_answer_next(const struct inbox *in)
{
	int64_t next = INT64_MAX;
	for (const struct held *h = in->held; h; h = h->next)
		next = h->at_mono_ms < next ? h->at_mono_ms : next;
	return next;
}

/* ---- drafts ---- */

static int note_draft(void *ctx, const struct draft *d)
{
	struct inbox *in = ctx;
	char id[ID_TEXT_MAX];
	if (strcmp(d->worker, in->r->worker) == 0)
		names_add(&in->drafts, id_format(&d->task, "task_", id));
	return 0;
}

void inbox_drafts_read(struct inbox *in)
{
	struct err ignored = ERR_INIT;
	names_release(&in->drafts);
	draft_each(in->r, note_draft, in, &ignored);
	names_sort(&in->drafts);
	in->text_id[0] = '\0';
}

/* ---- sending ---- */

/* One sentence on what became of it; the first detail of a rejection belongs to it. */
static void sentence(const struct run *r, const json_t *verdict, int rc, const struct err *err,
                     struct buf *out)
{
	const json_t *first = json_array_get(r->details, 0);
	if (rc == 0 && verdict)
		buf_addf(out, "answered, now %s", js_str_or(verdict, "/state", "sent"));
	else if (rc == 0)
		buf_adds(out, "queued: no erd has judged it yet");
	else
		buf_addf(out, "not taken, the draft is kept: %s", err->msg);
	if (rc < 0 && first)
		buf_addf(out, " (%s: %s)", js_str_or(first, "/instance", ""),
		         js_str_or(first, "/message", ""));
}

static void send_held(struct inbox *in, struct held *h)
{
	json_t *verdict = NULL;
	struct err err = ERR_INIT;
	struct buf what = BUF_INIT;
	const char *title = h->a.about.title ? h->a.about.title : h->id;
	if (screen_on()) {
		screen_status(PAINT_WAIT, "%.60s: sending your answer …", title);
		screen_redraw();
	}
	int rc = answering_send(&h->a, in->r, &h->d, &verdict, &err);
	sentence(in->r, verdict, rc, &err, &what);
	if (rc < 0 && screen_on())
		screen_bell();
	screen_status(rc < 0 ? PAINT_BAD : verdict ? PAINT_GOOD : PAINT_WAIT, "%.60s: %s", title,
	              buf_str(&what));
	if (in->quit)
		buf_addf(&in->said, "%s: %s\n", h->id, buf_str(&what));
	inbox_forget_details(in->r);
	json_decref(verdict);
	buf_release(&what);
	inbox_reader_forget(in);
}

static void take_out(struct inbox *in, struct held *h)
{
	struct held **p = &in->held;
	while (*p != h)
		p = &(*p)->next;
	*p = h->next;
}

int inbox_answer_due(struct inbox *in)
{
	int sent = 0;
	struct held *h = in->held;
	while (h) {
		struct held *next = h->next;
		if (h->at_mono_ms <= now_mono_ms()) {
			take_out(in, h);
			send_held(in, h);
			held_free(h);
			sent = 1;
		}
		h = next;
	}
	if (sent)
		inbox_drafts_read(in);
	return sent;
}

void inbox_answer_end(struct inbox *in)
{
	struct err ignored = ERR_INIT;
	while (in->held) {
		struct held *h = in->held;
		take_out(in, h);
		if (in->ended)
			buf_addf(&in->said, "%s: your answer was not sent; the draft is kept\n",
			         h->id);
		else
			send_held(in, h);
		held_free(h);
	}
	draft_sync(in->r, &ignored);
}

void inbox_undo(struct inbox *in)
{
	struct held *h = in->held;
	if (!h)
		return;
	take_out(in, h);
	size_t i = entries_find(&in->list, h->id);
	if (i != SIZE_MAX)
		inbox_select(in, i);
	screen_status(PAINT_GOOD, "%.60s: taken back, the draft is kept; A goes on with it",
	              h->a.about.title ? h->a.about.title : h->id);
	held_free(h);
	inbox_drafts_read(in);
}

/* ---- before sending: what it means ---- */

static void say_impact(struct inbox *in, const struct held *h, struct area *a, int cols)
{
	struct buf b = BUF_INIT;
	js_dump(&b, h->d.answer, JS_PRETTY);
	a->max = SHOWN_LINES;
	area_add_foreign(a, PAINT_PLAIN, "| ", buf_str(&b), cols);
	a->max = 0;
	if (a->full)
		area_addf(a, PAINT_DIM, cols, "… and more");
	if (h->a.about.price)
		area_addf(a, PAINT_BOLD, cols, "%s goes to you, %s, when the answer stands.",
		          h->a.about.price, in->r->worker);
	else
		area_addf(a, PAINT_BOLD, cols, "No price is set for this task.");
	area_addf(a, PAINT_PLAIN, cols, "erd verifies it and tells the requester; rejected, the "
	                                "task comes back to you with the reasons.");
	if (in->undo_ms)
		area_addf(a, PAINT_PLAIN, cols,
		          "It is held for %lld s before it is sent: u takes it back.",
		          (long long)(in->undo_ms / 1000));
	buf_release(&b);
}

/* 'y', 'e' or SK_ESC. */
static int confirm(struct inbox *in, const struct held *h)
{
	static const struct dialog_choice choices[] = {{'y', "send"}, {'e', "edit again"}};
	char title[160];
	struct area a;
	area_init(&a);
	say_impact(in, h, &a, screen_cols() - 2);
	snprintf(title, sizeof title, "Send this answer to \"%.100s\"?",
	         h->a.about.title ? h->a.about.title : h->id);
	int key = dialog_choose_area(title, &a, choices, 2);
	area_release(&a);
	return key;
}

static void hold(struct inbox *in, struct held *h)
{
	h->at_mono_ms = now_mono_ms() + in->undo_ms;
	h->next = in->held;
	in->held = h;
	screen_status(PAINT_WAIT, "answer held for %lld s: u takes it back",
	              (long long)(in->undo_ms / 1000));
	inbox_answer_due(in); /* ER_UNDO=0 */
}

/* ---- filling in ---- */

static int edit(struct inbox *in, struct held *h, enum form_end *end, struct err *err)
{
	int submit = 0;
	screen_suspend();
	int rc = answering_edit(&h->a, in->r, &h->d, &submit, err);
	screen_resume();
	*end = submit ? FORM_SUBMIT : FORM_KEEP;
	return rc;
}

static int fill(struct inbox *in, struct held *h, int editor, enum form_end *end, struct err *err)
{
	if (!editor)
		return tui_form(in->r, h->a.form, &h->a.about, &h->d, end, err);
	return edit(in, h, end, err);
}

/* 1: hold it; 0: leave it as it is; 2: once more.  ${asked}: the form has shown what it means
 * already. */
static int decide(struct inbox *in, struct held *h, enum form_end end, int asked)
{
	struct err err = ERR_INIT;
	if (end == FORM_GIVE_UP) {
		draft_drop(&h->d, in->r, &err);
		screen_status(PAINT_PLAIN, "the draft was thrown away");
		return 0;
	}
	if (end != FORM_SUBMIT) {
		draft_sync(in->r, &err);
		screen_status(PAINT_PLAIN, "the draft is kept: A goes on with it");
		return 0;
	}
	if (answering_check(&h->a, in->r, &h->d, &err) < 0) {
		const json_t *first = json_array_get(in->r->details, 0);
		screen_status(PAINT_BAD, "%s: %s", err.msg, js_str_or(first, "/message", ""));
		inbox_forget_details(in->r);
		return 2;
	}
	int key = asked ? 'y' : confirm(in, h);
	if (key == 'y')
		return 1;
	if (key != 'e')
		screen_status(PAINT_PLAIN, "not sent, the draft is kept: A goes on with it");
	return key == 'e' ? 2 : 0;
}

static struct held *begin(struct inbox *in, struct err *err)
{
	struct held *h = mem_alloc(sizeof *h);
	struct id task;
	const json_t *doc = inbox_reader_doc(in);
	memcpy(h->id, in->selected, sizeof h->id);
	if (!doc || id_parse(h->id, "task_", &task) < 0) {
		err_set(err, FAIL_NOT_FOUND, "the task is gone");
		free(h);
		return NULL;
	}
	draft_init(&h->d, &task, in->r->worker);
	if (answering_begin(&h->a, in->r, doc, err) < 0 || draft_load(&h->d, in->r, err) < 0) {
		held_free(h);
		return NULL;
	}
	return h;
}

void inbox_answer(struct inbox *in, int editor)
{
	struct err err = ERR_INIT;
	enum form_end end = FORM_KEEP;
	int next = 2;
	struct held *h = begin(in, &err);
	if (!h) {
		screen_status(PAINT_BAD, "%s", err.msg);
		return;
	}
	editor |= h->a.form == NULL;
	while (next == 2) {
		if (fill(in, h, editor, &end, &err) < 0) {
			screen_status(PAINT_BAD, "%s", err.msg);
			break;
		}
		if (end == FORM_EDITOR)
			editor = 1;
		else
			next = decide(in, h, end, !editor);
	}
	if (next == 1)
		hold(in, h);
	else
		held_free(h);
	inbox_drafts_read(in);
}
