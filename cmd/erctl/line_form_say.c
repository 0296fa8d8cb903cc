#include "line_form_p.h"

#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/safe.h"
#include "draft.h"
#include "json/js.h"

enum { COLS_DEFAULT = 80, COLS_MIN = 20, CHOICES_SHOWN = 20, CONTEXT_LINES = 12 };

static int columns(void)
{
	struct winsize ws;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0)
		return COLS_DEFAULT;
	return ws.ws_col < COLS_MIN ? COLS_MIN : ws.ws_col;
}

void say(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
}

/* As many bytes of the safe text ${s} (up to ${n}) as fit; broken at a blank where there is one. */
static size_t fitting(const char *s, size_t n, int cols)
{
	struct buf one = BUF_INIT;
	size_t at = 0, blank = 0;
	int width = 0;
	while (at < n) {
		unsigned cp;
		int len = utf8_next(s + at, n - at, &cp);
		buf_clear(&one);
		buf_add(&one, s + at, len > 0 ? (size_t)len : 1);
		width += safe_width(buf_str(&one));
		if (width > cols)
			break;
		at += one.len;
		if (cp == ' ')
			blank = at;
	}
	buf_release(&one);
	return at == n || blank == 0 ? (at ? at : 1) : blank;
}

void say_foreign(const char *text)
{
	struct buf safe = BUF_INIT;
	int cols = columns() - 3; /* "| ", and the last column, where some terminals wrap early */
	safe_adds(&safe, text, SAFE_TEXT);
	for (const char *p = buf_str(&safe); *p;) {
		size_t n = strcspn(p, "\n"), used = 0;
		do {
			size_t part = fitting(p + used, n - used, cols);
			say("| %.*s\n", (int)(n ? part : 0), p + used);
			used += part;
		} while (used < n);
		p += n + (p[n] == '\n');
	}
	buf_release(&safe);
}

/* ${text} safe and on one row of the terminal, ${left} columns of which are taken. */
static void add_cut(struct buf *out, const char *text, int left)
{
	struct buf safe = BUF_INIT;
	int room = columns() - left - 1;
	safe_adds(&safe, text, SAFE_LINE);
	if (safe_width(buf_str(&safe)) > room)
		safe_add_cols(out, buf_str(&safe), room > 1 ? room : 1);
	else
		buf_adds(out, buf_str(&safe));
	buf_release(&safe);
}

static void position(const struct fill *f, const struct fill_line *l, struct buf *out)
{
	size_t all = 0, at = 0;
	for (size_t i = 0; i < f->n; i++) {
		const struct fill_line *k = &f->line[i];
		if (k->what == FILL_FIELD && k->field->kind != FORM_FIXED)
			all++;
		if (k == l)
			at = all;
	}
	if (l->what == FILL_FIELD && l->field->kind != FORM_FIXED)
		buf_addf(out, "[%zu/%zu] ", at, all);
	else
		buf_adds(out, l->what == FILL_SECTION ? "== " : "[+] ");
}

static void say_label(const struct line_form *p, const struct fill_line *l)
{
	struct buf line = BUF_INIT, label = BUF_INIT;
	position(&p->f, l, &line);
	fill_label(l, &label);
	add_cut(&line, buf_str(&label), (int)line.len + 2);
	say("\n%s%s\n", buf_str(&line), l->required ? " *" : "");
	buf_release(&line);
	buf_release(&label);
}

void say_heading(const struct line_form *p, const struct fill_line *l)
{
	say_label(p, l);
	if (l->field && l->field->description)
		say_foreign(l->field->description);
}

static void say_choices(const struct fill *f, const struct fill_line *l, int all)
{
	size_t n = fill_nchoices(l);
	if (l->field->kind == FORM_BOOLEAN && l->field->nchoices != 2)
		return;
	for (size_t k = 0; k < n && (all || k < CHOICES_SHOWN); k++) {
		struct buf line = BUF_INIT, title = BUF_INIT;
		buf_addf(&line, "  %c%2zu  ", fill_chosen(f, l, k) ? '*' : ' ', k + 1);
		buf_adds(&title, fill_choice_title(l, k));
		if (l->field->kind != FORM_VARIANT && l->field->choices[k].description)
			buf_addf(&title, " - %s", l->field->choices[k].description);
		add_cut(&line, buf_str(&title), (int)line.len);
		say("%s\n", buf_str(&line));
		buf_release(&line);
		buf_release(&title);
	}
	if (!all && n > CHOICES_SHOWN)
		say("  and %zu more: ? lists them all\n", n - CHOICES_SHOWN);
}

/* How to answer, in our words. */
static const char *manner(const struct fill_line *l)
{
	if (l->what == FILL_EVIDENCE)
		return "a file, or a reference like https://...; Enter: no more";
	if (l->what == FILL_CONFIDENCE)
		return "how sure you are, from 0 to 1; Enter: not said";
	switch (l->field->kind) {
	case FORM_CHOICE:
	case FORM_VARIANT: return "number, name, or the beginning of a name";
	case FORM_CHOICES: return "numbers or names, with commas";
	case FORM_BOOLEAN: return l->field->nchoices == 2 ? "number, name, y or n" : "y or n";
	case FORM_INTEGER: return l->field->hint ? NULL : "a whole number";
	case FORM_NUMBER: return l->field->hint ? NULL : "a number";
	case FORM_TEXT:
		return fill_is_long(l) ? "several lines, then one with only a dot; e: in the editor"
		                       : "e: in the editor";
	case FORM_JSON: return "JSON on one line; e: in the editor";
	case FORM_SECTION:
	case FORM_LIST: return "one more? y or n";
	default: return NULL;
	}
}

static void say_hints(const struct fill_line *l)
{
	const char *how = manner(l), *hint = l->field ? l->field->hint : NULL;
	struct buf safe = BUF_INIT;
	if (hint)
		safe_adds(&safe, hint, SAFE_LINE);
	if (how || hint)
		say("  (%s%s%s)\n", hint ? buf_str(&safe) : "", hint && how ? "; " : "",
		    how ? how : "");
	buf_release(&safe);
}

static void say_examples(const struct fill_line *l)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; l->field && i < json_array_size(l->field->examples); i++) {
		char *text = form_show_words(l->field, json_array_get(l->field->examples, i));
		buf_addf(&b, "%s%s", i ? ", " : "for example ", text);
		free(text);
	}
	if (b.len)
		say_foreign(buf_str(&b));
	buf_release(&b);
}

static void say_now(const struct fill *f, const struct fill_line *l)
{
	char *now = fill_words(f, l);
	const char *typed = fill_pending(f, l);
	if (*now) {
		say(typed ? "  typed and not taken yet (Enter tries, !clear empties):\n"
		          : "  now (Enter keeps it, !clear empties):\n");
		say_foreign(now);
	}
	free(now);
}

void say_line(const struct line_form *p, const struct fill_line *l)
{
	struct buf wrong = BUF_INIT;
	if (p->refused) {
		say_label(p, l);
		say_hints(l);
		return;
	}
	say_heading(p, l);
	say_examples(l);
	if (fill_is_choice(l))
		say_choices(&p->f, l, 0);
	say_hints(l);
	say_now(&p->f, l);
	if ((p->f.strict || fill_pending(&p->f, l)) && fill_error(&p->f, l, &wrong)) {
		say("  wrong:\n");
		say_foreign(buf_str(&wrong));
	}
	buf_release(&wrong);
}

void say_help(const struct line_form *p, const struct fill_line *l)
{
	struct buf label = BUF_INIT;
	fill_label(l, &label);
	say("\n");
	say_foreign(buf_str(&label));
	if (l->field && l->field->description)
		say_foreign(l->field->description);
	for (const struct form_when *w = l->field ? l->field->when : NULL; w; w = w->next) {
		say("  asked because:\n");
		say_foreign(w->text);
	}
	say_examples(l);
	if (fill_is_choice(l))
		say_choices(&p->f, l, 1);
	say_hints(l);
	say("  %s\n", l->required ? "* it must be answered" : "Enter alone leaves it out");
	say("  <        back                 !next    leave it open for now\n"
	    "  e, !e    in your editor       !clear   empty it\n"
	    "  !list    what is filled in    !task    the task again, whole\n"
	    "  !remove  this item of a list  !up !down  move it\n"
	    "  !evidence  files and references   !json  all of it in your editor\n"
	    "  !draft   leave, keep what is typed (also ^D)   !quit  throw it away\n"
	    "  !!TEXT   TEXT as an answer, whatever it begins with\n");
	buf_release(&label);
}

static void say_matter(const char *label, const char *text)
{
	if (!text || !*text)
		return;
	say("%s\n", label);
	say_foreign(text);
}

/* ${whole}: not only the first lines of the context. */
void say_task(const struct line_form *p, int whole)
{
	const struct form_about *a = p->f.about;
	struct buf text = BUF_INIT;
	say_matter("Task", a->title ? a->title : a->id);
	say_matter("Lane", a->lane);
	say_matter("Due", a->due);
	say_matter("Price", a->price);
	say_matter("Instructions", a->instructions);
	if (a->context && json_is_string(a->context))
		buf_adds(&text, json_string_value(a->context));
	else if (a->context && !json_is_null(a->context))
		js_dump(&text, a->context, JS_PRETTY);
	char *cut = whole ? NULL : text.data;
	for (int i = 0; cut && i < CONTEXT_LINES; i++)
		cut = strchr(cut + (i > 0), '\n');
	if (cut)
		*cut = '\0';
	say_matter("Context", buf_str(&text));
	if (cut)
		say("  !task shows the rest\n");
	buf_release(&text);
}

/* The lines of a value stand further right than any label. */
static void add_words(struct buf *out, const char *words)
{
	if (words)
		buf_adds(out, ": ");
	for (const char *p = words; p && *p; p++) {
		buf_addc(out, *p);
		if (*p == '\n')
			buf_adds(out, "          ");
	}
}

void say_summary(const struct line_form *p)
{
	struct buf line = BUF_INIT;
	const struct fill *f = &p->f;
	say("\nYour answer\n");
	for (size_t i = 0, number = 0; i < f->n; i++) {
		const struct fill_line *l = &f->line[i];
		char *words = l->what == FILL_SECTION ? NULL : fill_words(f, l);
		buf_clear(&line);
		number += fill_asks(l);
		buf_addf(&line, "%2zu%*s ", number, 2 * l->depth, "");
		if (!fill_asks(l))
			memset(line.data, ' ', 2);
		fill_label(l, &line);
		add_words(&line, words);
		if (!words || *words)
			say_foreign(buf_str(&line));
		free(words);
	}
	buf_release(&line);
}
