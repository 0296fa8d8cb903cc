#include "tui_form_p.h"

#include "base/mem.h"
#include "draft.h"

enum { LABEL_MIN = 10, LABEL_MAX = 30, MARGIN = 2, PREVIEW_BYTES = 400, INTRO_ROWS = 3,
       ROWS_FOR_INTRO = 20, ROWS_FOR_ABOUT = 12, INFO_ROWS = 3 };

/* Rows of the form are counted from 0 and scrolled; ${y} is where row .top is on the screen. */
struct painter {
	struct tui_form *t;
	int y, height;
	int row;             /* the next one */
	int paints;          /* 0: only count */
	int margin;          /* of wrapped text */
	int label_cols;
	int focus, focus_end; /* rows of the line in focus */
};

/* The screen's row for the next row of the form, or -1: not to be seen. */
static int next_row(struct painter *p)
{
	int at = p->row++ - p->t->top;
	return p->paints && at >= 0 && at < p->height ? p->y + at : -1;
}

static int value_x(const struct painter *p)
{
	return MARGIN + p->label_cols + 2;
}

/* ---- parts of a line ---- */

static void paint_wrapped(struct painter *p, enum paint paint, const char *prefix, const char *text,
                          int max)
{
	struct buf marked = BUF_INIT, row = BUF_INIT;
	int x = p->margin, cols = screen_cols() - x - mark_width(prefix) - 1;
	mark_adds(&marked, text, SAFE_TEXT);
	for (const char *s = buf_str(&marked); *s && max-- > 0;) {
		size_t skip, n = mark_wrap(s, cols > 8 ? cols : 8, &skip);
		int y = next_row(p);
		buf_clear(&row);
		buf_adds(&row, prefix);
		buf_add(&row, s, n);
		if (max == 0 && s[n + skip])
			buf_adds(&row, " …");
		if (y >= 0)
			paint_text(y, x, screen_cols() - x, paint, buf_str(&row));
		s += n + skip;
	}
	buf_release(&marked);
	buf_release(&row);
}

static void paint_label(const struct painter *p, int y, const struct fill_line *l, int focused)
{
	struct buf label = BUF_INIT, marked = BUF_INIT;
	int x = MARGIN + 2 * l->depth, cols = value_x(p) - x - 1;
	if (y < 0)
		return;
	if (l->what == FILL_ADD)
		buf_adds(&marked, "+ ");
	fill_label(l, &label);
	mark_adds(&marked, buf_str(&label), SAFE_LINE);
	if (l->required)
		buf_adds(&marked, " *");
	if (focused)
		paint_text(y, 0, MARGIN, PAINT_KEY, "▶");
	if (mark_width(buf_str(&marked)) > cols && l->required) /* the star must be seen */
		paint_text(y, x + cols - 1, 2, PAINT_PLAIN, "*");
	paint_text(y, x, cols > 1 ? cols : 1, focused ? PAINT_BOLD : PAINT_PLAIN, buf_str(&marked));
	buf_release(&label);
	buf_release(&marked);
}

/* The beginning of a value on one row. */
static void paint_value(const struct painter *p, int y, const struct fill_line *l)
{
	char *words = y >= 0 ? fill_words(&p->t->f, l) : NULL;
	int x = value_x(p);
	if (!words)
		return;
	size_t n = strlen(words);
	if (n > PREVIEW_BYTES) {
		for (n = PREVIEW_BYTES; n > 0 && ((unsigned char)words[n] & 0xc0) == 0x80; n--)
			;
		words[n] = '\0';
	}
	for (char *c = words; (c = strchr(c, '\n'));)
		*c = ' ';
	paint_foreign(y, x, screen_cols() - x - 1, PAINT_PLAIN, words);
	free(words);
}

static void paint_error(struct painter *p, const struct fill_line *l)
{
	struct buf why = BUF_INIT;
	if (fill_error(&p->t->f, l, &why)) {
		int y = next_row(p);
		if (y >= 0)
			paint_format(y, MARGIN + 2, screen_cols() - MARGIN - 2, PAINT_BAD, "! %s",
			             buf_str(&why));
	}
	buf_release(&why);
}

/* ---- the line in focus ---- */

static void paint_choices(struct painter *p, const struct fill_line *l)
{
	const struct tui_form *t = p->t;
	size_t n = fill_nchoices(l), from = 0, k;
	int several = l->field->kind == FORM_CHOICES;
	if (n > FORM_SHOWN_CHOICES && t->mark > FORM_SHOWN_CHOICES / 2)
		from = t->mark - FORM_SHOWN_CHOICES / 2;
	if (n > FORM_SHOWN_CHOICES && from > n - FORM_SHOWN_CHOICES)
		from = n - FORM_SHOWN_CHOICES;
	for (k = from; k < n && k < from + FORM_SHOWN_CHOICES; k++) {
		int y = next_row(p), yes = fill_chosen(&t->f, l, k), x = MARGIN + 2;
		const char *description = l->field->kind != FORM_VARIANT &&
		                                  k < l->field->nchoices
		                              ? l->field->choices[k].description : NULL;
		if (y < 0)
			continue;
		paint_format(y, x, screen_cols() - x, yes ? PAINT_BOLD : PAINT_PLAIN,
		             "%c%2zu  %s %s%s%s", several && k == t->mark ? '>' : ' ', k + 1,
		             several ? (yes ? "[x]" : "[ ]") : (yes ? "(o)" : "( )"),
		             fill_choice_title(l, k), description ? " - " : "",
		             description ? description : "");
	}
	if (k < n || from > 0) {
		int y = next_row(p);
		if (y >= 0)
			paint_format(y, MARGIN + 2, screen_cols() - MARGIN - 2, PAINT_DIM,
			             "%zu to %zu of %zu%s%s", from + 1, k, n,
			             t->typed[0] ? "; begins with " : "; type a name or a number",
			             t->typed);
	}
}

static void paint_editor(struct painter *p, int y, const struct fill_line *l)
{
	struct tui_form *t = p->t;
	int x = value_x(p), cols = screen_cols() - MARGIN - 3;
	if (t->editor == EDITOR_NONE) {
		if (!fill_is_text(l) && fill_is_choice(l))
			paint_value(p, y, l);
		else if (y >= 0)
			paint_text(y, x, screen_cols() - x, PAINT_DIM, "Enter adds one");
		return;
	}
	if (t->editor == EDITOR_LINE) {
		if (y >= 0)
			line_edit_draw(&t->line, y, x, screen_cols() - x - 1, 1);
		return;
	}
	int rows = text_edit_rows(&t->text, cols), most = p->height - 3;
	most = most > FORM_EDITOR_ROWS ? FORM_EDITOR_ROWS : most < 1 ? 1 : most;
	rows = rows < 3 ? 3 : rows;
	rows = rows > most ? most : rows;
	int first = next_row(p);
	for (int i = 1; i < rows; i++)
		next_row(p);
	if (first >= 0)
		text_edit_draw(&t->text, first, MARGIN + 2, rows, cols, 1);
}

static void paint_hint(struct painter *p, const struct fill_line *l)
{
	const struct tui_form *t = p->t;
	struct buf b = BUF_INIT;
	if (l->what == FILL_EVIDENCE)
		buf_adds(&b, "a file, or a reference like https://…");
	else if (l->what == FILL_CONFIDENCE)
		buf_adds(&b, "how sure you are, from 0 to 1; may stay empty");
	else if (l->field->hint)
		buf_adds(&b, l->field->hint);
	if (l->field && l->field->max_len != SIZE_MAX && t->editor != EDITOR_NONE) {
		const struct buf *text = t->editor == EDITOR_LINE ? &t->line.text : &t->text.text;
		buf_addf(&b, "%s%zu/%zu", b.len ? "  " : "", utf8_count(buf_str(text)),
		         l->field->max_len);
	}
	if (fill_is_choice(l) && t->typed[0] && fill_nchoices(l) <= FORM_SHOWN_CHOICES)
		buf_addf(&b, "%sbegins with %s", b.len ? "; " : "", t->typed);
	if (b.len)
		paint_wrapped(p, PAINT_DIM, "", buf_str(&b), 2);
	buf_release(&b);
}

static void paint_examples(struct painter *p, const struct form_field *field)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < json_array_size(field->examples); i++) {
		char *text = form_show_words(field, json_array_get(field->examples, i));
		buf_addf(&b, "%s%s", i ? ", " : "for example ", text);
		free(text);
	}
	if (b.len)
		paint_wrapped(p, PAINT_DIM, "| ", buf_str(&b), 1);
	buf_release(&b);
}

static void paint_focused(struct painter *p, const struct fill_line *l)
{
	int y = next_row(p);
	paint_label(p, y, l, 1);
	paint_editor(p, y, l);
	if (fill_is_choice(l))
		paint_choices(p, l);
	if (l->field && l->field->description)
		paint_wrapped(p, PAINT_DIM, "| ", l->field->description, INFO_ROWS);
	paint_hint(p, l);
	if (l->field)
		paint_examples(p, l->field);
	paint_error(p, l);
}

/* ---- all lines ---- */

static void paint_section(struct painter *p, const struct fill_line *l)
{
	struct buf label = BUF_INIT;
	if (!*l->at)
		return;
	int y = next_row(p), x = MARGIN + 2 * l->depth;
	fill_label(l, &label);
	if (y >= 0 && l->field->kind == FORM_LIST)
		paint_format(y, x, screen_cols() - x, PAINT_BOLD, "%s%s (%zu)", buf_str(&label),
		             l->required ? " *" : "",
		             json_array_size(fill_value(&p->t->f, l)));
	else if (y >= 0)
		paint_format(y, x, screen_cols() - x, PAINT_BOLD, "%s%s", buf_str(&label),
		             l->required ? " *" : "");
	buf_release(&label);
	if (l->field->description)
		paint_wrapped(p, PAINT_DIM, "| ", l->field->description, 1);
	paint_error(p, l);
}

static void paint_line(struct painter *p, size_t i)
{
	const struct fill_line *l = &p->t->f.line[i];
	if (l->what == FILL_SECTION) {
		paint_section(p, l);
	} else if (i == p->t->at) {
		p->focus = p->row;
		paint_focused(p, l);
		p->focus_end = p->row;
	} else {
		int y = next_row(p);
		paint_label(p, y, l, 0);
		if (l->what != FILL_ADD)
			paint_value(p, y, l);
		paint_error(p, l);
	}
}

static void paint_button(struct painter *p)
{
	const struct tui_form *t = p->t;
	int focused = t->at == t->f.n, y;
	next_row(p);
	if (focused)
		p->focus = p->row - 1;
	y = next_row(p);
	if (y >= 0)
		paint_text(y, MARGIN, 23, focused ? PAINT_SELECTED : PAINT_BOLD,
		           "[ Review and submit … ]");
	if (focused)
		p->focus_end = p->row;
}

static void paint_all(struct painter *p)
{
	p->row = 0;
	for (size_t i = 0; i < p->t->f.n; i++)
		paint_line(p, i);
	paint_button(p);
}

static int label_cols(const struct fill *f)
{
	int most = LABEL_MIN, limit = screen_cols() * 2 / 5;
	for (size_t i = 0; i < f->n; i++) {
		const struct fill_line *l = &f->line[i];
		struct buf label = BUF_INIT, marked = BUF_INIT;
		if (l->what != FILL_SECTION) {
			fill_label(l, &label);
			mark_adds(&marked, buf_str(&label), SAFE_LINE);
			int cols = mark_width(buf_str(&marked)) + 2 * l->depth +
			           (l->required || l->what == FILL_ADD ? 2 : 0);
			most = cols > most ? cols : most;
		}
		buf_release(&label);
		buf_release(&marked);
	}
	limit = limit > LABEL_MAX ? LABEL_MAX : limit;
	return most > limit ? limit : most;
}

/* ---- above and below ---- */

static int paint_head(const struct tui_form *t)
{
	const struct form_about *a = t->f.about;
	struct buf right = BUF_INIT;
	size_t done, all;
	int y = 1, cols = screen_cols(), w;
	fill_progress(&t->f, &done, &all);
	mark_adds(&right, a->price ? a->price : "", SAFE_LINE);
	buf_adds(&right, a->price && a->due ? "  due " : a->due ? "due " : "");
	mark_adds(&right, a->due ? a->due : "", SAFE_LINE);
	buf_addf(&right, "  [%zu/%zu]", done, all);
	w = mark_width(buf_str(&right));
	paint_fill(0, 0, cols, PAINT_TITLE);
	paint_foreign(0, 1, cols - w - 3 > 8 ? cols - w - 3 : cols - 2, PAINT_TITLE,
	              a->title ? a->title : a->id ? a->id : "answer");
	if (cols - w - 3 > 8)
		paint_text(0, cols - w - 1, w, PAINT_TITLE, buf_str(&right));
	buf_release(&right);
	if (screen_rows() >= ROWS_FOR_ABOUT)
		paint_format(y++, 1, cols - 1, PAINT_DIM, "%s%s%s  as %s", a->id ? a->id : "",
		             a->lane ? "  " : "", a->lane ? a->lane : "", t->f.draft->worker);
	if (screen_rows() >= ROWS_FOR_INTRO && a->instructions && *a->instructions) {
		struct painter p = {.t = (struct tui_form *)t, .y = y, .height = INTRO_ROWS,
		                    .paints = 1, .row = t->top, .margin = 1};
		paint_wrapped(&p, PAINT_PLAIN, "| ", a->instructions, INTRO_ROWS);
		y += p.row - t->top;
	}
	return screen_rows() >= ROWS_FOR_ABOUT ? y + 1 : y;
}

/* What Enter and the line's own keys do here; ${n} so far. */
static size_t keys_of_line(const struct tui_form *t, struct footer_key *keys)
{
	const struct fill_line *l = t->at < t->f.n ? &t->f.line[t->at] : NULL;
	size_t n = 0;
	if (!l) {
		keys[n++] = (struct footer_key){"Enter", "review"};
		return n;
	}
	if (t->editor == EDITOR_TEXT)
		keys[n++] = (struct footer_key){"Tab", "next"};
	else if (l->what == FILL_ADD && !fill_is_text(l) && !fill_is_choice(l))
		keys[n++] = (struct footer_key){"Enter", "add"};
	else
		keys[n++] = (struct footer_key){"Enter", "next"};
	if (fill_is_choice(l) && l->field->kind == FORM_CHOICES)
		keys[n++] = (struct footer_key){"Space", "in/out"};
	else if (fill_is_choice(l))
		keys[n++] = (struct footer_key){fill_nchoices(l) <= FORM_SHOWN_CHOICES ? "1-9"
		                                                                       : "a-z",
		                                "choose"};
	if (t->editor != EDITOR_NONE)
		keys[n++] = (struct footer_key){"^O", "editor"};
	if (tui_form_item_around(t) < t->f.n)
		keys[n++] = (struct footer_key){"^R", "item"};
	return n;
}

static void paint_foot(const struct tui_form *t)
{
	static const struct footer_key always[] = {{"^X", "submit"}, {"Esc", "leave"},
	                                           {"F1", "help"}, {"^T", "task"},
	                                           {"^G", "more"}};
	struct footer_key keys[9];
	size_t n = keys_of_line(t, keys);
	for (size_t i = 0; i < NITEMS(always); i++)
		keys[n++] = always[i];
	screen_footer(keys, n);
}

void tui_form_draw(void *form)
{
	struct tui_form *t = form;
	screen_clear();
	int y = paint_head(t);
	struct painter p = {.t = t, .y = y, .height = screen_body_rows() - y,
	                    .label_cols = label_cols(&t->f), .margin = MARGIN + 2};
	if (p.height < 1)
		p.height = 1;
	paint_all(&p); /* how high it is, and where the focus */
	if (p.focus_end > t->top + p.height)
		t->top = p.focus_end - p.height;
	if (p.focus < t->top)
		t->top = p.focus;
	if (t->top > 0 && t->top + p.height > p.row)
		t->top = p.row > p.height ? p.row - p.height : 0;
	p.paints = 1;
	paint_all(&p);
	paint_foot(t);
}
