/* The full-screen inbox: keys in, commands out, and what happens by itself. */
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "cmd.h"
#include "handover.h"
#include "tui.h"
#include "tui_inbox_p.h"

enum { POLL_MS = 30000, TICK_MS = 1000, SLICE_US = 3000 };

int handover_possible(void)
{
	return 1; /* this is erctl-tui */
}

/* ---- what happens by itself ---- */

static void on_notify(void *ctx)
{
	struct inbox *in = ctx;
	if (entries_events(&in->list))
		inbox_keep_selection(in);
}

/* One bell for each task whose 80 % ends between two looks. */
static int ring(struct inbox *in)
{
	int64_t now = now_wall_ms(), before = in->bell_ms;
	int rang = 0;
	if (now - before < TICK_MS && now >= before)
		return 0;
	in->bell_ms = now;
	for (size_t i = 0; i < in->list.n; i++) {
		const struct entry *e = &in->list.e[i];
		int64_t at = entry_soon_ms(e);
		if (at <= before || at > now || e->state == ST_BLOCKED)
			continue;
		char left[ENTRY_LEFT_BYTES];
		entry_left(e, now, left);
		screen_status(PAINT_WAIT, "%.60s: %s", e->title, left);
		if (!rang)
			screen_bell();
		rang = 1;
	}
	return rang;
}

static int background(void *ctx, int *changed)
{
	struct inbox *in = ctx;
	struct err ignored = ERR_INIT;
	int64_t now = now_mono_ms(), next;
	if (inbox_answer_next(in) <= now)
		*changed |= inbox_answer_due(in);
	if (in->poll_mono_ms <= now) {
		in->poll_mono_ms = now + POLL_MS;
		if (entries_refresh(&in->list, &ignored) > 0) {
			inbox_keep_selection(in);
			*changed = 1;
		}
	}
	inbox_act_later(in);
	*changed |= ring(in);
	if (entries_load_some(&in->list, SLICE_US))
		return 0;
	next = inbox_answer_next(in) < in->poll_mono_ms ? inbox_answer_next(in) : in->poll_mono_ms;
	return (int)(next > now ? next - now : 0);
}

/* ---- commands ---- */

static void toggle_mark(struct inbox *in)
{
	if (names_has(&in->marks, in->selected)) {
		struct names rest = {.n = 0};
		for (size_t i = 0; i < in->marks.n; i++) {
			if (strcmp(in->marks.name[i], in->selected) != 0)
				names_add(&rest, in->marks.name[i]);
		}
		names_release(&in->marks);
		in->marks = rest;
	} else {
		names_add(&in->marks, in->selected);
	}
	names_sort(&in->marks);
	inbox_select(in, in->at + 1);
}

static void refresh_all(struct inbox *in)
{
	struct err err = ERR_INIT;
	if (entries_refresh(&in->list, &err) < 0)
		screen_status(PAINT_BAD, "%s", err.msg);
	inbox_keep_selection(in);
	inbox_reader_forget(in);
	inbox_drafts_read(in);
}

static void move(struct inbox *in, enum inbox_do what)
{
	size_t page = (size_t)inbox_list_rows(in), half = page / 2 + 1;
	size_t by = what == DO_DOWN || what == DO_UP                  ? 1
	            : what == DO_HALF_DOWN || what == DO_HALF_UP      ? half
	            : what == DO_PAGE_DOWN || what == DO_PAGE_UP      ? page
	                                                              : in->list.n;
	if (what == DO_UP || what == DO_HALF_UP || what == DO_PAGE_UP || what == DO_FIRST)
		inbox_select(in, in->at > by ? in->at - by : 0);
	else
		inbox_select(in, in->at + by);
}

static void leave(struct inbox *in)
{
	if (in->reading)
		in->reading = 0;
	else
		in->quit = 1;
}

static void run_verb(struct inbox *in, const struct inbox_verb *v, const char *text)
{
	switch (v->what) {
	case DO_ANSWER: inbox_answer(in, 0); break;
	case DO_EDIT: inbox_answer(in, 1); break;
	case DO_UNDO: inbox_undo(in); break;
	case DO_READ:
		if (in->reading)
			inbox_do(in, inbox_verb_by_name("answer"), NULL);
		in->reading = 1;
		break;
	case DO_MARK: toggle_mark(in); break;
	case DO_SEARCH: inbox_search(in, text); break;
	case DO_FIND_NEXT: inbox_find(in, 1); break;
	case DO_FIND_PREV: inbox_find(in, -1); break;
	case DO_DRAFT: inbox_next_draft(in); break;
	case DO_OPEN: inbox_open(in); break;
	case DO_PIPE: inbox_pipe(in, text); break;
	case DO_COMMAND: inbox_command(in); break;
	case DO_HELP: inbox_help(in); break;
	case DO_REFRESH: refresh_all(in); break;
	case DO_QUIT: leave(in); break;
	default:
		if (v->sends)
			inbox_act(in, v, text);
		else
			move(in, v->what);
	}
}

void inbox_do(struct inbox *in, const struct inbox_verb *v, const char *text)
{
	struct inbox_now now;
	char why[200];
	inbox_now(in, &now);
	if (v->many && in->marks.n)
		now.loaded = now.has_task = 1; /* each is judged by itself */
	if (inbox_verb_valid(v, &now, why, sizeof why) || (v->many && in->marks.n))
		run_verb(in, v, text);
	else
		screen_status(PAINT_BAD, "%s", why);
}

static void by_table(struct inbox *in, int key)
{
	const struct inbox_verb *v = inbox_verb_by_key(key);
	char name[16];
	if (v)
		inbox_do(in, v, NULL);
	else
		screen_status(PAINT_BAD, "%s does nothing here; ? shows all keys",
		              screen_key_name(key, name));
}

static void key_pressed(struct inbox *in, int key)
{
	int rows = screen_body_rows() - 1, wide = inbox_reader_wide();
	if (key == SK_ESC || (key == SK_LEFT && in->reading)) {
		if (in->reading)
			leave(in);
		else
			names_release(&in->marks);
		screen_status(PAINT_PLAIN, "%s", "");
	} else if (key == ' ' && !in->reading && !wide) {
		in->reading = in->list.n > 0;
	} else if (in->reading ? key == 'b' || area_key(&in->text, key, rows) == KEY_NOT_MINE
	                       : key != ' ' || area_key(&in->text, key, rows) == KEY_NOT_MINE) {
		by_table(in, key); /* b asks, here */
	}
}

/* ---- in and out ---- */

static void offer_drafts(struct inbox *in)
{
	inbox_drafts_read(in);
	if (in->drafts.n)
		screen_status(PAINT_WAIT, "%zu draft%s kept: D goes there, A goes on with it",
		              in->drafts.n, in->drafts.n == 1 ? " is" : "s are");
}

static void loop(struct inbox *in)
{
	while (!in->quit && !in->ended) {
		screen_redraw();
		int key = screen_key(TICK_MS);
		if (screen_pasted())
			screen_status(PAINT_BAD, "pasted text is not taken as keys");
		else if (key == SK_END)
			in->ended = 1;
		else if (key < SK_BASE || key > SK_RESIZE)
			key_pressed(in, key);
	}
}

static void release(struct inbox *in)
{
	entries_close(&in->list);
	names_release(&in->marks);
	names_release(&in->drafts);
	area_release(&in->text);
	json_decref(in->doc);
	buf_release(&in->typed);
}

static void say_afterwards(struct inbox *in)
{
	for (const char *p = buf_str(&in->said); *p;) {
		size_t n = strcspn(p, "\n");
		out_note(&in->r->out, "%.*s", (int)n, p);
		p += n + (p[n] == '\n');
	}
	buf_release(&in->said);
}

int tui_inbox(struct run *r, struct err *err)
{
	static struct inbox in; /* the background looks at it from everywhere */
	struct screen_view view = {inbox_draw, &in};
	in = (struct inbox){.r = r, .undo_ms = inbox_undo_ms(), .bell_ms = now_wall_ms(),
	                    .poll_mono_ms = now_mono_ms() + POLL_MS};
	if (entries_open(&in.list, r, err) < 0 || screen_start(r->out.colour_out, err) < 0) {
		entries_close(&in.list);
		return -1;
	}
	view = screen_view(view);
	screen_background(background, &in);
	if (in.list.notify >= 0)
		screen_watch(in.list.notify, on_notify, &in);
	inbox_select(&in, 0);
	offer_drafts(&in);
	loop(&in);
	screen_background(NULL, NULL);
	inbox_act_end(&in);
	inbox_answer_end(&in);
	screen_unwatch(in.list.notify);
	screen_view(view);
	screen_stop();
	say_afterwards(&in);
	int ended = in.ended;
	release(&in);
	return ended ? err_set(err, FAIL_INTERRUPTED, "interrupted") : 0;
}
