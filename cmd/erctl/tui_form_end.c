#include "tui_form_p.h"

#include "base/err.h"
#include "base/mem.h"
#include "draft.h"
#include "fill_edit.h"
#include "json/js.h"

/* ---- pages ---- */

static void add_matter(struct area *a, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	area_addf(a, PAINT_BOLD, screen_cols() - 2, "%s", label);
	area_add_foreign(a, PAINT_PLAIN, "| ", text, screen_cols() - 2);
}

void tui_form_task(struct tui_form *t)
{
	const struct form_about *about = t->f.about;
	struct area a;
	struct buf text = BUF_INIT;
	area_init(&a);
	add_matter(&a, "Task", about->title ? about->title : about->id);
	add_matter(&a, "Lane", about->lane);
	add_matter(&a, "Due", about->due);
	add_matter(&a, "Price", about->price);
	add_matter(&a, "Instructions", about->instructions);
	if (about->context && json_is_string(about->context))
		buf_adds(&text, json_string_value(about->context));
	else if (about->context && !json_is_null(about->context))
		js_dump(&text, about->context, JS_PRETTY);
	add_matter(&a, "Context", buf_str(&text));
	dialog_page("The task", &a);
	area_release(&a);
	buf_release(&text);
}

static void add_field_help(struct area *a, const struct fill_line *l)
{
	struct buf label = BUF_INIT;
	fill_label(l, &label);
	area_add_foreign(a, PAINT_BOLD, "| ", buf_str(&label), screen_cols() - 2);
	if (l->field && l->field->description)
		area_add_foreign(a, PAINT_PLAIN, "| ", l->field->description, screen_cols() - 2);
	if (l->field && l->field->hint)
		area_addf(a, PAINT_DIM, screen_cols() - 2, "%s", l->field->hint);
	for (const struct form_when *w = l->field ? l->field->when : NULL; w; w = w->next) {
		area_addf(a, PAINT_DIM, screen_cols() - 2, "asked because");
		area_add_foreign(a, PAINT_DIM, "| ", w->text, screen_cols() - 2);
	}
	area_addf(a, PAINT_PLAIN, screen_cols() - 2, "%s",
	          l->required ? "* must be answered." : "May be left empty.");
	area_addf(a, PAINT_PLAIN, screen_cols() - 2, " ");
	buf_release(&label);
}

void tui_form_help(struct tui_form *t)
{
	static const char *const lines[] = {
		"Tab, Down, Enter       the next field         Shift-Tab, Up   the one before",
		"one of a few           its number, the beginning of its name, Left and Right",
		"several of a few       Space puts in and takes out, Left and Right point",
		"yes or no              y, n, Space",
		"Backspace, Delete      empties a choice",
		"long text              Enter is a new line; Tab leaves",
		"^A ^E ^U ^K ^W         begin, end, erase before, behind, the word before",
		"^O                     this text in your editor (ER_EDITOR, VISUAL, EDITOR)",
		"^R                     this item of a list: remove it, move it up or down",
		"^T                     the task: instructions and context",
		"^X                     look at all of it, and submit",
		"^G                     more: evidence, all of it as JSON, throw it away",
		"Esc, ^C                leave; what you typed is kept, `erctl answer ID` goes on",
	};
	struct area a;
	area_init(&a);
	if (t->at < t->f.n)
		add_field_help(&a, &t->f.line[t->at]);
	for (size_t i = 0; i < NITEMS(lines); i++)
		area_addf(&a, PAINT_PLAIN, screen_cols() - 2, "%s", lines[i]);
	dialog_page("Help", &a);
	area_release(&a);
}

/* ---- list items ---- */

size_t tui_form_item_around(const struct tui_form *t)
{
	for (size_t i = t->at < t->f.n ? t->at + 1 : 0; i-- > 0;) {
		const struct fill_line *l = &t->f.line[i];
		size_t n = strlen(l->at);
		const char *at = t->f.line[t->at].at;
		if (l->item && strncmp(at, l->at, n) == 0 && (at[n] == '/' || at[n] == '\0'))
			return i;
	}
	return t->f.n;
}

/* A heading takes no focus: on to what asks, forward first. */
static void focus_near(struct tui_form *t, size_t i)
{
	while (i < t->f.n && !fill_asks(&t->f.line[i]))
		i++;
	tui_form_focus(t, i);
}

void tui_form_item(struct tui_form *t)
{
	static const struct dialog_choice choices[] = {
		{'r', "remove"}, {'u', "up"}, {'d', "down"}};
	struct buf label = BUF_INIT, text = BUF_INIT;
	tui_form_leave_line(t);
	size_t i = tui_form_item_around(t);
	if (i == t->f.n) {
		screen_status(PAINT_WAIT, "this is not an item of a list");
		tui_form_focus(t, t->at);
		return;
	}
	fill_label(&t->f.line[i], &label);
	mark_adds(&text, buf_str(&label), SAFE_LINE);
	int key = dialog_choose("Item of a list", buf_str(&text), choices, NITEMS(choices));
	if (key == 'r') {
		fill_remove_item(&t->f, i);
		focus_near(t, i);
	} else if (key == 'u' || key == 'd') {
		focus_near(t, fill_move_item(&t->f, i, key == 'u' ? -1 : 1));
	} else {
		tui_form_focus(t, t->at);
	}
	buf_release(&label);
	buf_release(&text);
}

void tui_form_edit(struct tui_form *t)
{
	struct err why = ERR_INIT;
	if (t->at == t->f.n || !fill_is_text(&t->f.line[t->at])) {
		screen_status(PAINT_WAIT, "there is no text here; ^G j opens all of it as JSON");
		return;
	}
	screen_suspend();
	char *text = fill_edit(&t->f, t->at, &why);
	screen_resume();
	if (text) {
		fill_type(&t->f, t->f.line[t->at].at, text);
		tui_form_leave_line(t);
	} else {
		screen_status(PAINT_BAD, "%s", why.msg);
	}
	tui_form_focus(t, t->at);
	free(text);
}

/* ---- leaving ---- */

static enum form_go leave(struct tui_form *t, enum form_end end)
{
	*t->end = end;
	return GO_LEAVE;
}

static enum form_go throw_away(struct tui_form *t)
{
	if (dialog_confirm("Throw away what you filled in?", "It cannot be brought back."))
		return leave(t, FORM_GIVE_UP);
	return GO_ON;
}

enum form_go tui_form_more(struct tui_form *t)
{
	static const struct dialog_choice choices[] = {
		{'e', "evidence"}, {'j', "as JSON in your editor"}, {'t', "throw away"}};
	tui_form_leave_line(t);
	int key = dialog_choose("More", "", choices, NITEMS(choices));
	if (key == 'e')
		tui_form_focus(t, fill_show_evidence(&t->f));
	else
		tui_form_focus(t, t->at);
	if (key == 'j')
		return leave(t, FORM_EDITOR);
	return key == 't' ? throw_away(t) : GO_ON;
}

/* ---- review ---- */

static void add_line(struct area *a, const struct tui_form *t, const struct fill_line *l)
{
	struct buf line = BUF_INIT;
	char *words = l->what == FILL_SECTION ? NULL : fill_words(&t->f, l);
	buf_addf(&line, "%*s", 2 * l->depth, "");
	fill_label(l, &line);
	if (words) {
		buf_adds(&line, ": ");
		for (const char *p = words; *p; p++)
			buf_addf(&line, "%c%s", *p, *p == '\n' ? "        " : "");
	}
	if (*l->at && (!words || *words))
		area_add_foreign(a, words ? PAINT_PLAIN : PAINT_BOLD, "| ", buf_str(&line),
		                 screen_cols() - 2);
	free(words);
	buf_release(&line);
}

static void summary(struct area *a, const struct tui_form *t, const char *other)
{
	const struct form_about *about = t->f.about;
	int cols = screen_cols() - 2;
	area_init(a);
	area_addf(a, PAINT_BOLD, cols, "Your answer to");
	area_add_foreign(a, PAINT_PLAIN, "| ",
	                 about->title ? about->title : about->id ? about->id : "", cols);
	for (size_t i = 0; i < t->f.n; i++)
		add_line(a, t, &t->f.line[i]);
	area_addf(a, PAINT_PLAIN, cols, " ");
	if (about->price)
		area_addf(a, PAINT_PLAIN, cols, "Price %s, as %s.", about->price,
		          t->f.draft->worker);
	if (*other)
		area_addf(a, PAINT_BAD, cols, "It does not meet its schema yet: %s", other);
	area_addf(a, PAINT_PLAIN, cols, "It is verified, then the requester has it; it cannot be "
	                                "changed once it passed.");
}

struct review {
	struct tui_form *t;
	const char *other;
	size_t top;
};

static void draw_review(void *ctx)
{
	struct review *r = ctx;
	static const struct footer_key keys[] = {{"s", "submit"}, {"e", "edit"},
	                                         {"d", "keep the draft and leave"},
	                                         {"q", "throw away"}, {"j k", "scroll"}};
	struct area a;
	summary(&a, r->t, r->other);
	a.top = r->top;
	screen_clear();
	paint_text(0, 0, screen_cols(), PAINT_TITLE, " Review");
	area_draw(&a, 1, 1, screen_body_rows() - 1, screen_cols() - 1);
	area_release(&a);
	screen_footer(keys, NITEMS(keys));
}

static void scroll_review(struct review *r, int key)
{
	struct area a;
	summary(&a, r->t, r->other);
	a.top = r->top;
	area_key(&a, key, screen_body_rows() - 1);
	r->top = a.top;
	area_release(&a);
}

static enum form_go ask(struct tui_form *t, const char *other)
{
	struct review r = {.t = t, .other = other};
	struct screen_view old = screen_view((struct screen_view){draw_review, &r});
	enum form_go go = GO_ON;
	for (int asking = 1; asking;) {
		screen_redraw();
		int key = screen_key(-1);
		if (screen_pasted())
			continue;
		if (key == 'd' || key == SK_END)
			go = leave(t, FORM_KEEP);
		else if (key == 's' && !*other)
			go = leave(t, FORM_SUBMIT);
		else if (key == 's')
			screen_status(PAINT_BAD, "not while it does not meet its schema");
		else if (key == 'q')
			go = throw_away(t);
		else
			scroll_review(&r, key);
		asking = go == GO_ON && key != 'e' && key != SK_ESC;
	}
	screen_view(old);
	screen_status(PAINT_PLAIN, "%s", "");
	return go;
}

enum form_go tui_form_review(struct tui_form *t)
{
	struct buf other = BUF_INIT;
	struct err why = ERR_INIT;
	enum form_go go = GO_ON;
	tui_form_leave_line(t);
	fill_settle(&t->f);
	t->f.strict = 1;
	size_t i = fill_first_wrong(&t->f, &other);
	if (fill_save(&t->f, &why) < 0)
		screen_status(PAINT_BAD, "%s", why.msg);
	if (i < t->f.n) {
		screen_status(PAINT_BAD, "this lacks or is wrong");
		focus_near(t, i);
	} else {
		go = ask(t, buf_str(&other));
		tui_form_focus(t, t->at);
	}
	buf_release(&other);
	return go;
}
