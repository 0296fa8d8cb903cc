#include "line_form_p.h"

#include <unistd.h>

#include "args.h"
#include "base/err.h"
#include "cmd.h"
#include "draft.h"

static int is_set(const char *name)
{
	const char *v = getenv(name);
	return v && *v && strcmp(v, "0") != 0;
}

static int may_ask(const struct run *r)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !args_has(r, "no-input") &&
	       !is_set("ER_NO_INPUT") && !is_set("CI");
}

/* Headings and constants on the way to the next line that asks; f->n: there is none. */
static void go_on(struct line_form *p)
{
	while (p->at < p->f.n && !fill_asks(&p->f.line[p->at])) {
		const struct fill_line *l = &p->f.line[p->at];
		if (*l->at)
			say_heading(p, l);
		if (l->what == FILL_FIELD) {
			char *words = fill_words(&p->f, l);
			say("  given:\n");
			say_foreign(words);
			free(words);
		}
		p->at++;
	}
}

static void go_back(struct line_form *p)
{
	size_t i = p->at;
	while (i > 0 && !fill_asks(&p->f.line[i - 1]))
		i--;
	if (i > 0)
		p->at = i - 1;
	else
		say("  this is the first\n");
}

/* Where somebody who comes back was, more or less: the first line that has no value yet. */
static size_t where_to_begin(const struct fill *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct fill_line *l = &f->line[i];
		if (fill_asks(l) && (fill_pending(f, l) || (l->required && !fill_value(f, l))))
			return i;
	}
	return 0;
}

static void greet(struct line_form *p, int resumed)
{
	size_t done, all;
	fill_progress(&p->f, &done, &all);
	say_task(p, 0);
	say("\n* must be answered.  ? helps, < goes back, !draft leaves and keeps what is "
	    "typed.\n");
	if (resumed) {
		say("Your draft has %zu of %zu filled in; this is the first that is open.\n", done,
		    all);
		p->at = where_to_begin(&p->f);
	}
}

static void ask_all(struct line_form *p)
{
	enum asked a = ASKED_AGAIN;
	while (a != ASKED_LEAVE) {
		if (a == ASKED_ON)
			p->at++;
		else if (a == ASKED_BACK)
			go_back(p);
		go_on(p);
		a = p->at < p->f.n ? line_ask(p) : line_finish(p);
	}
}

int line_form(struct run *r, const struct form *form, const struct form_about *about,
              struct draft *draft, enum form_end *end, struct err *err)
{
	struct line_form p = {.end = end};
	int resumed = draft->at_ms != 0;
	if (!may_ask(r))
		return err_set(err, FAIL_USAGE,
		               "nobody can be asked here: needs an answer from a file, - or --set "
		               "(or a terminal)");
	fflush(stdout);
	fill_begin(&p.f, r, form, about, draft);
	line_signals_begin();
	greet(&p, resumed);
	ask_all(&p);
	line_signals_end();
	int rc = fill_leave(&p.f, *end, err);
	fill_end(&p.f);
	buf_release(&p.input);
	buf_release(&p.typed);
	return rc;
}
