/* erctl __man: manual pages in mdoc, from the same tables as --help. */
#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "cmd.h"
#include "help.h"
#include "verbs.h"

enum { MAN_COLS = 76 };

static void add_char(struct buf *b, char c)
{
	if (c == '\\')
		buf_adds(b, "\\e");
	else if (c == '-')
		buf_adds(b, "\\-");
	else
		buf_addc(b, c);
}

/* Text as mdoc reads it: no line begins with a control character, no escapes. */
static void add_text(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((i == 0 || s[i - 1] == '\n') && (s[i] == '.' || s[i] == '\''))
			buf_adds(b, "\\&");
		add_char(b, s[i]);
	}
}

/* Sentences begin on lines of their own, long ones are broken, paragraphs stand behind .Pp. */
static void add_prose(struct buf *b, const char *s)
{
	size_t col = 0;
	while (*s) {
		size_t n = strcspn(s, " \n");
		if (col > 0 && col + 1 + n > MAN_COLS) {
			buf_addc(b, '\n');
			col = 0;
		}
		if (col > 0)
			buf_addc(b, ' ');
		else if (*s == '.' || *s == '\'')
			buf_adds(b, "\\&");
		for (size_t i = 0; i < n; i++)
			add_char(b, s[i]);
		col += n + 1;
		int ends = n > 0 && s[n - 1] == '.';
		s += n;
		if (*s == '\n')
			buf_adds(b, "\n.Pp\n");
		else if (ends || !*s)
			buf_addc(b, '\n');
		if (*s == '\n' || ends)
			col = 0;
		s += strspn(s, " \n");
	}
}

static void add_head(struct buf *b, const char *title, const char *name, const char *summary)
{
	buf_adds(b, ".Dd November 22, 2026\n.Dt ");
	for (const char *p = title; *p; p++)
		buf_addc(b, *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p);
	buf_addf(b, " 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", name);
	add_text(b, summary, strlen(summary));
	buf_addc(b, '\n');
}

static void add_opt_tag(struct buf *b, const struct opt *o)
{
	buf_adds(b, ".It ");
	if (o->letter)
		buf_addf(b, "Fl %c , ", o->letter);
	buf_adds(b, "Fl \\-");
	add_text(b, o->name, strlen(o->name));
	if (o->arg && o->type == OPT_FIELDS)
		buf_addf(b, " Ns Op = Ns Ar %s", o->arg);
	else if (o->arg)
		buf_addf(b, " Ar %s", o->arg);
	buf_addc(b, '\n');
	add_prose(b, o->help);
}

static void add_opts(struct buf *b, const struct opt *o)
{
	buf_adds(b, ".Bl -tag -width Ds\n");
	for (; o->name; o++)
		add_opt_tag(b, o);
	buf_adds(b, ".El\n");
}

static void add_exit_section(struct buf *b, const char *list)
{
	int code;
	buf_adds(b, ".Sh EXIT STATUS\n.Bl -tag -width Ds -compact\n");
	while ((code = exits_next(&list)) >= 0) {
		buf_addf(b, ".It %d\n", code);
		add_prose(b, exit_text(code));
	}
	buf_adds(b, ".El\n");
}

static void add_environment(struct buf *b)
{
	buf_adds(b, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n");
	for (const struct env_row *e = env_rows; e->name; e++) {
		buf_addf(b, ".It Ev %s\n", e->name);
		add_prose(b, e->text);
	}
	buf_adds(b, ".El\n");
}

static void add_files(struct buf *b)
{
	buf_adds(b, ".Sh FILES\n.Bl -tag -width Ds\n"
	            ".It Pa /var/spool/er\nThe spool of the system, see\n.Xr er-spool 5 .\n"
	            ".It Pa ~/.local/state/er/spool\nThe spool of one user.\n.El\n");
}

static void add_example_section(struct buf *b, const char *text)
{
	if (!text)
		return;
	buf_adds(b, ".Sh EXAMPLES\n.Bd -literal -offset indent\n");
	add_text(b, text, strlen(text));
	buf_adds(b, "\n.Ed\n");
}

static void add_synopsis(struct buf *b, const struct cmd *c)
{
	buf_addf(b, ".Nm erctl %s\n", c->name);
	buf_adds(b, ".Op Ar options\n");
	if (*c->args) {
		buf_adds(b, ".Ar ");
		add_text(b, c->args, strlen(c->args));
		buf_addc(b, '\n');
	}
}

/* The verbs of a noun have a part each. */
static void add_verbs(struct buf *b, const struct cmd *noun)
{
	for (const struct cmd *const *v = noun->verbs; *v; v++) {
		buf_addf(b, ".Ss erctl %s\n", (*v)->name);
		if (*(*v)->args) {
			buf_adds(b, ".Ar ");
			add_text(b, (*v)->args, strlen((*v)->args));
			buf_adds(b, "\n.Pp\n");
		}
		add_prose(b, (*v)->about);
		if ((*v)->opts && (*v)->opts->name)
			add_opts(b, (*v)->opts);
	}
}

static void verb_page(struct buf *b, const struct cmd *c)
{
	char name[64];
	snprintf(name, sizeof name, "erctl-%s", c->name);
	add_head(b, name, name, c->summary);
	buf_adds(b, ".Sh SYNOPSIS\n");
	if (!c->verbs)
		add_synopsis(b, c);
	for (const struct cmd *const *v = c->verbs; v && *v; v++)
		add_synopsis(b, *v);
	buf_adds(b, ".Sh DESCRIPTION\n");
	add_prose(b, c->about);
	if (c->opts && c->opts->name) {
		buf_adds(b, ".Pp\nThe options are as follows:\n");
		add_opts(b, c->opts);
	}
	buf_adds(b, ".Pp\nOptions that every verb takes are in\n.Xr erctl 1 .\n");
	if (c->verbs)
		add_verbs(b, c);
	if (c->fields) {
		buf_adds(b, ".Pp\nFields of\n.Fl \\-json Ns = :\n");
		for (size_t i = 0; c->fields[i]; i++)
			buf_addf(b, ".Li %s%s\n", c->fields[i], c->fields[i + 1] ? " ," : " .");
	}
	add_environment(b);
	add_files(b);
	add_exit_section(b, c->exits);
	add_example_section(b, c->examples);
	buf_adds(b, ".Sh SEE ALSO\n.Xr erctl 1 ,\n.Xr er-spool 5 ,\n.Xr er-task 5 ,\n.Xr erd 8\n");
}

static void verb_list(struct buf *b)
{
	for (int g = 0; g < GROUP_COUNT; g++) {
		buf_addf(b, ".Ss To %s\n.Bl -tag -width completion\n", cmd_group_title(g));
		for (const struct cmd *const *c = commands; *c; c++) {
			if ((*c)->hidden || (*c)->group != (enum cmd_group)g)
				continue;
			buf_addf(b, ".It Cm %s\n", (*c)->name);
			add_text(b, (*c)->summary, strlen((*c)->summary));
			buf_addf(b, ":\n.Xr erctl-%s 1 .\n", (*c)->name);
		}
		buf_adds(b, ".El\n");
	}
}

static const char overview[] =
	"erctl puts messages into a spool and shows what erd made of them. It writes nothing "
	"but messages: submitting needs no running erd, and reading works without one.\n\n"
	"Results go to standard output, everything else to standard error. A verb that changes "
	"something prints the id and says in one sentence what happened. Ids may be shortened to "
	"any unique beginning of at least four characters behind the underscore.\n\n"
	"A word that is no verb runs the program erctl-WORD from the library directory or the "
	"path, with ER_SPOOL set.";

static const char all_exits[] = "0 1 2 3 4 5 6 7 8 75 78 130";

static void main_page(struct buf *b)
{
	add_head(b, "erctl", "erctl", "hand work to people and programs, and take their answers");
	buf_adds(b, ".Sh SYNOPSIS\n.Nm\n.Op Ar global options\n.Ar verb\n.Op Ar options\n"
	            ".Op Ar argument ...\n.Sh DESCRIPTION\n");
	add_prose(b, overview);
	verb_list(b);
	buf_adds(b, ".Ss Global options\nThey may stand before or after the verb.\n");
	add_opts(b, global_opts);
	add_environment(b);
	add_files(b);
	add_exit_section(b, all_exits);
	add_example_section(b, "id=$(erctl submit task.json) && erctl wait \"$id\"\n"
	                       "erctl ask \"Ship it?\" --choice yes,no --timeout 15m && deploy\n"
	                       "erctl --as ana inbox");
	buf_adds(b,
	         ".Sh SEE ALSO\n.Xr er-config 5 ,\n.Xr er-spool 5 ,\n.Xr er-task 5 ,\n.Xr erd 8\n");
}

static const struct opt opts[] = {
	{0, "list", OPT_FLAG, NULL, "print the names of the verbs that have a page"},
	{0, "all", OPT_FLAG, NULL, "with --list: the verbs of nouns, too"},
	OPT_END};

static int run(struct run *r, struct err *err)
{
	struct buf b = BUF_INIT;
	if (args_has(r, "list")) {
		for (const struct cmd *const *c = commands; *c; c++) {
			const struct cmd *const *v = args_has(r, "all") ? (*c)->verbs : NULL;
			if (!(*c)->hidden)
				buf_addf(&b, "%s\n", (*c)->name);
			for (; v && *v; v++)
				buf_addf(&b, "%s\n", (*v)->name);
		}
	} else if (r->argc == 0) {
		main_page(&b);
	} else {
		const struct cmd *c = cmd_find(r->argv[0]);
		if (!c || c->hidden)
			return err_set(err, FAIL_USAGE, "no page for %s", r->argv[0]);
		verb_page(&b, c);
	}
	out_plain(&r->out, buf_str(&b));
	buf_release(&b);
	return 0;
}

const struct cmd cmd_man = {
	.name = "__man",
	.args = "[VERB]",
	.summary = "print a manual page",
	.about = "Prints mdoc.",
	.opts = opts,
	.group = GROUP_SPOOL,
	.first = ARG_VERB,
	.max_args = 1,
	.exits = "0 2",
	.hidden = 1,
	.run = run,
};
