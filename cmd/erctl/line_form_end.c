#include "line_form_p.h"

#include "draft.h"

static size_t line_by_number(const struct fill *f, size_t number)
{
	for (size_t i = 0; i < f->n; i++) {
		if (fill_asks(&f->line[i]) && --number == 0)
			return i;
	}
	return f->n;
}

static size_t first_line(const struct fill *f)
{
	return line_by_number(f, 1);
}

int line_give_up(struct line_form *p)
{
	for (;;) {
		say("\nThrow away what you filled in? y or n\n");
		if (line_read(p) != WORD_TEXT)
			return 0;
		if (strcmp(buf_str(&p->typed), "y") == 0 || strcmp(buf_str(&p->typed), "yes") == 0)
			return 1;
		if (strchr("nN", *buf_str(&p->typed)) && p->typed.len)
			return 0;
	}
}

/* 1: there is something to put right at p->at. */
static int wrong(struct line_form *p)
{
	struct buf other = BUF_INIT;
	fill_settle(&p->f);
	p->f.strict = 1;
	size_t i = fill_first_wrong(&p->f, &other);
	if (i < p->f.n) {
		say("\nSomething lacks or is wrong, so this once more:\n");
		p->at = i;
	} else if (other.len) {
		say("\nThe answer does not meet its schema yet; no field shows why, json does:\n");
		say_foreign(buf_str(&other));
	}
	buf_release(&other);
	return i < p->f.n;
}

static void say_impact(const struct line_form *p)
{
	const struct form_about *a = p->f.about;
	struct buf line = BUF_INIT;
	say("\nThis answers\n");
	buf_addf(&line, "task   %s", a->title ? a->title : a->id ? a->id : "");
	say_foreign(buf_str(&line));
	if (a->price) {
		buf_clear(&line);
		buf_addf(&line, "price  %s", a->price);
		say_foreign(buf_str(&line));
	}
	buf_clear(&line);
	buf_addf(&line, "as     %s", p->f.draft->worker);
	say_foreign(buf_str(&line));
	buf_release(&line);
	say("It is verified, then the requester has it; it cannot be changed once it passed.\n");
	say("submit, edit N, draft (keep it and leave), json (in the editor), or quit?\n");
}

/* An empty line is no answer: nothing here has a default. */
static int is(const char *typed, const char *word)
{
	size_t n = strcspn(typed, " ");
	return n > 0 && strncmp(typed, word, n) == 0 && n <= strlen(word);
}

static enum asked edit(struct line_form *p, const char *typed)
{
	const char *number = strchr(typed, ' ');
	size_t i = number ? line_by_number(&p->f, strtoul(number, NULL, 10)) : first_line(&p->f);
	if (i == p->f.n) {
		say("  there is no such number above\n");
		return line_finish(p);
	}
	p->at = i;
	return ASKED_AGAIN;
}

enum asked line_finish(struct line_form *p)
{
	if (wrong(p))
		return ASKED_AGAIN;
	say_summary(p);
	for (;;) {
		say_impact(p);
		enum word w = line_read(p);
		const char *typed = buf_str(&p->typed);
		if (w == WORD_END || w == WORD_DRAFT || (w == WORD_TEXT && is(typed, "draft")))
			return line_leave(p, FORM_KEEP);
		if (w == WORD_TEXT && is(typed, "submit"))
			return line_leave(p, FORM_SUBMIT);
		if (w == WORD_JSON || (w == WORD_TEXT && is(typed, "json")))
			return line_leave(p, FORM_EDITOR);
		if (w == WORD_BACK || (w == WORD_TEXT && is(typed, "edit")))
			return edit(p, w == WORD_BACK ? "" : typed);
		if ((w == WORD_QUIT || (w == WORD_TEXT && is(typed, "quit"))) && line_give_up(p))
			return line_leave(p, FORM_GIVE_UP);
		if (w == WORD_LIST)
			say_summary(p);
		if (w == WORD_TASK)
			say_task(p, 1);
	}
}
