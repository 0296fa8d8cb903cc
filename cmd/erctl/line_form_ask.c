#include "line_form_p.h"

#include "base/err.h"
#include "base/mem.h"
#include "fill_edit.h"

enum asked line_leave(struct line_form *p, enum form_end end)
{
	*p->end = end;
	return ASKED_LEAVE;
}

static struct fill_line *current(struct line_form *p)
{
	return &p->f.line[p->at];
}

static void complain(struct line_form *p, const char *sentence)
{
	p->refused = 1;
	say("  no:\n");
	say_foreign(sentence);
}

/* Find the line again after the answer changed; p->at stays when it is gone. */
static void follow(struct line_form *p, const char *at, enum fill_what what)
{
	size_t i = fill_find(&p->f, what, at);
	if (i == p->f.n && what == FILL_ADD) { /* it became an item */
		i = fill_find(&p->f, FILL_FIELD, at);
		if (i == p->f.n)
			i = fill_find(&p->f, FILL_SECTION, at);
	}
	p->at = i < p->f.n ? i : p->at < p->f.n ? p->at : p->f.n - 1;
}

/* What the form says of the line now; 1: it is wrong. */
static int still_wrong(struct line_form *p, const char *at)
{
	struct buf why = BUF_INIT;
	int wrong = strcmp(current(p)->at, at) == 0 && fill_error(&p->f, current(p), &why);
	if (wrong)
		complain(p, buf_str(&why));
	buf_release(&why);
	return wrong;
}

static enum asked take(struct line_form *p, const char *text)
{
	struct err why = ERR_INIT;
	char *at = mem_strdup(current(p)->at);
	enum fill_what what = current(p)->what;
	int rc = fill_take(&p->f, p->at, text, &why);
	if (rc < 0)
		complain(p, why.msg);
	follow(p, at, what);
	if (rc == 0 && still_wrong(p, at))
		rc = -1;
	free(at);
	return rc < 0 ? ASKED_AGAIN : ASKED_ON;
}

/* Nothing was typed: what is there stays, but for what was refused a moment ago. */
static enum asked take_nothing(struct line_form *p, int refused)
{
	const struct fill_line *l = current(p);
	const char *typed = fill_pending(&p->f, l);
	if (typed && refused && !fill_is_long(l)) {
		fill_type(&p->f, l->at, NULL);
		typed = NULL;
	}
	if (typed) {
		char *copy = mem_strdup(typed);
		enum asked a = take(p, copy);
		free(copy);
		return a;
	}
	if (l->what == FILL_ADD || !l->required || l->what == FILL_EVIDENCE)
		return ASKED_ON;
	if (l->field && l->field->nullable && !fill_value(&p->f, l))
		return take(p, "");
	if (fill_value(&p->f, l))
		return still_wrong(p, l->at) ? ASKED_AGAIN : ASKED_ON;
	say("  * it must be answered; !next leaves it open for now\n");
	p->refused = 1;
	return ASKED_AGAIN;
}

static enum asked clear(struct line_form *p)
{
	char *at = mem_strdup(current(p)->at);
	enum fill_what what = current(p)->what;
	if (fill_asks(current(p)) && what != FILL_ADD)
		fill_set_new(&p->f, p->at, NULL);
	else
		fill_type(&p->f, at, NULL);
	follow(p, at, what);
	free(at);
	return ASKED_AGAIN;
}

/* ---- items ---- */

/* The item that the line is, or is inside of; f->n: none. */
static size_t item_around(const struct line_form *p)
{
	for (size_t i = p->at + 1; i-- > 0;) {
		const struct fill_line *l = &p->f.line[i];
		size_t n = strlen(l->at);
		if (l->item && strncmp(p->f.line[p->at].at, l->at, n) == 0 &&
		    strchr("/", p->f.line[p->at].at[n]))
			return i;
	}
	return p->f.n;
}

static enum asked change_item(struct line_form *p, enum word w)
{
	size_t i = item_around(p);
	if (i == p->f.n) {
		say("  this is not an item of a list\n");
	} else if (w == WORD_REMOVE) {
		fill_remove_item(&p->f, i);
		p->at = i < p->f.n ? i : p->f.n - 1;
		say("  removed\n");
	} else {
		p->at = fill_move_item(&p->f, i, w == WORD_UP ? -1 : 1);
		say(p->at == i ? "  it is at the end already\n" : "  moved\n");
	}
	return ASKED_AGAIN;
}

static enum asked ask_add(struct line_form *p, const char *text)
{
	if (strchr("yY", *text) && *text) {
		char *at = mem_strdup(current(p)->at);
		fill_add_item(&p->f, p->at);
		follow(p, at, FILL_ADD);
		free(at);
	} else if (*text && !strchr("nN", *text)) {
		complain(p, "y or n");
		return ASKED_AGAIN;
	}
	return ASKED_ON;
}

/* ---- several lines, and the editor ---- */

static enum asked edit(struct line_form *p)
{
	struct err why = ERR_INIT;
	char *at = mem_strdup(current(p)->at), *text = NULL;
	enum asked a = ASKED_AGAIN;
	if (!fill_is_text(current(p)))
		say("  there is no text to edit; !json opens all of it\n");
	else if ((text = fill_edit(&p->f, p->at, &why)))
		a = take(p, text);
	else
		complain(p, why.msg);
	free(text);
	free(at);
	return a;
}

/* Up to a dot alone; each line is in the draft before the next is read. */
static enum asked read_lines(struct line_form *p)
{
	struct buf text = BUF_INIT;
	char *at = mem_strdup(current(p)->at);
	enum word w = WORD_TEXT;
	enum asked a;
	while (strcmp(buf_str(&p->typed), ".") != 0 || w != WORD_TEXT) {
		if (w == WORD_TEXT) {
			buf_addf(&text, "%s%s", text.len ? "\n" : "", buf_str(&p->typed));
			fill_type(&p->f, at, buf_str(&text));
		}
		w = line_read(p);
		if (w == WORD_END || w == WORD_DRAFT)
			break;
		if (w != WORD_TEXT && w != WORD_WRONG)
			say("  a dot on a line of its own ends the text first\n");
	}
	a = w == WORD_TEXT ? take(p, buf_str(&text)) : line_leave(p, FORM_KEEP);
	free(at);
	buf_release(&text);
	return a;
}

static enum asked take_text(struct line_form *p, int refused)
{
	const struct fill_line *l = current(p);
	const char *text = buf_str(&p->typed);
	int may_edit = l->field && (l->field->kind == FORM_TEXT || l->field->kind == FORM_JSON);
	if (l->what == FILL_ADD && !fill_is_text(l) && !fill_is_choice(l))
		return ask_add(p, text);
	if (!*text)
		return take_nothing(p, refused);
	if (may_edit && strcmp(text, "e") == 0)
		return edit(p);
	if (fill_is_long(l) && l->field->kind == FORM_TEXT)
		return read_lines(p);
	char *copy = mem_strdup(text);
	enum asked a = take(p, copy);
	free(copy);
	return a;
}

static enum asked show_evidence(struct line_form *p)
{
	p->at = fill_show_evidence(&p->f);
	return ASKED_AGAIN;
}

enum asked line_ask(struct line_form *p)
{
	say_line(p, current(p));
	enum word w = line_read(p);
	int refused = p->refused;
	p->refused = w == WORD_WRONG;
	switch (w) {
	case WORD_TEXT: return take_text(p, refused);
	case WORD_END:
	case WORD_DRAFT: return line_leave(p, FORM_KEEP);
	case WORD_JSON: return line_leave(p, FORM_EDITOR);
	case WORD_QUIT: return line_give_up(p) ? line_leave(p, FORM_GIVE_UP) : ASKED_AGAIN;
	case WORD_BACK: return ASKED_BACK;
	case WORD_NEXT: return ASKED_ON;
	case WORD_EDIT: return edit(p);
	case WORD_CLEAR: return clear(p);
	case WORD_REMOVE:
	case WORD_UP:
	case WORD_DOWN: return change_item(p, w);
	case WORD_SURE: return show_evidence(p);
	case WORD_HELP: say_help(p, current(p)); break;
	case WORD_TASK: say_task(p, 1); break;
	case WORD_LIST: say_summary(p); break;
	case WORD_WRONG: break;
	}
	return ASKED_AGAIN;
}
