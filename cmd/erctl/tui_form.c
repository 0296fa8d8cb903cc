#include "tui_form_p.h"

#include "base/clock.h"
#include "base/err.h"
#include "cmd.h"
#include "draft.h"

enum { CTRL_G = 7, CTRL_O = 15, CTRL_R = 18, CTRL_T = 20, CTRL_X = 24 };

static void save(struct tui_form *t)
{
	struct err err = ERR_INIT;
	if (fill_save(&t->f, &err) < 0 && !t->warned) {
		screen_status(PAINT_BAD, "what you type cannot be kept: %s", err.msg);
		t->warned = 1;
	}
	t->saved_ms = now_mono_ms();
}

/* The next key; when none is there yet, save and draw first. */
static int next_key(struct tui_form *t)
{
	int key = screen_key(0);
	if (key != SK_TICK) {
		if (t->f.dirty && now_mono_ms() - t->saved_ms >= FORM_SAVE_MS)
			save(t);
		return key;
	}
	save(t);
	screen_redraw();
	return screen_key(-1);
}

static size_t first_line(const struct fill *f)
{
	size_t i = 0;
	while (i < f->n && !fill_asks(&f->line[i]))
		i++;
	return i;
}

static void to_first(struct tui_form *t)
{
	tui_form_leave_line(t);
	tui_form_focus(t, first_line(&t->f));
}

/* Left and right do nothing elsewhere, so that holding a key never submits. */
static enum form_go command(struct tui_form *t, int key)
{
	switch (key) {
	case '\t':
	case SK_DOWN: tui_form_go(t, 1); break;
	case SK_BACKTAB:
	case SK_UP: tui_form_go(t, -1); break;
	case SK_HOME: to_first(t); break;
	case SK_END_LINE: tui_form_leave_line(t); tui_form_focus(t, t->f.n); break;
	case SK_ENTER: return t->at == t->f.n ? tui_form_review(t) : GO_ON;
	case CTRL_X: return tui_form_review(t);
	case CTRL_O: tui_form_edit(t); break;
	case CTRL_R: tui_form_item(t); break;
	case CTRL_T: tui_form_task(t); break;
	case CTRL_G: return tui_form_more(t);
	case SK_F1:
	case '?': tui_form_help(t); break;
	case SK_ESC:
	case SK_END: *t->end = FORM_KEEP; return GO_LEAVE;
	default: break;
	}
	return GO_ON;
}

static void loop(struct tui_form *t)
{
	enum form_go go = GO_ON;
	while (go == GO_ON) {
		int key = next_key(t);
		if (key == SK_RESIZE || key == SK_WATCH || key == SK_TICK)
			continue;
		screen_status(PAINT_PLAIN, "%s", "");
		if (key == SK_END)
			go = command(t, key);
		else if (!tui_form_line_key(t, key) && !screen_pasted())
			go = command(t, key);
	}
}

/* The first line that asks and has nothing yet. */
static size_t where_to_begin(const struct fill *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct fill_line *l = &f->line[i];
		if (fill_asks(l) && (fill_pending(f, l) || (l->required && !fill_value(f, l))))
			return i;
	}
	return first_line(f);
}

int tui_form(struct run *r, const struct form *form, const struct form_about *about,
             struct draft *draft, enum form_end *end, struct err *err)
{
	struct tui_form t = {.end = end};
	int was_on = screen_on();
	if (screen_start(r->out.colour_out, err) < 0)
		return -1;
	fill_begin(&t.f, r, form, about, draft);
	struct screen_view old = screen_view((struct screen_view){tui_form_draw, &t});
	tui_form_focus(&t, where_to_begin(&t.f));
	loop(&t);
	screen_view(old);
	screen_status(PAINT_PLAIN, "%s", "");
	if (!was_on)
		screen_stop();
	int rc = fill_leave(&t.f, *end, err);
	tui_form_focus(&t, t.f.n); /* drops the editor */
	fill_end(&t.f);
	return rc;
}
