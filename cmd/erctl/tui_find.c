/* Finding, the `:` line, the page of keys, and other programs. */
#include "base/clock.h"
#include "base/err.h"
#include "base/near.h"
#include "out.h"
#include "tui_inbox_p.h"

enum { PROGRESS_MS = 100, COMMAND_MAX = 4096, LINKS_MAX = 9 };

/* ---- search ---- */

static int matches(const struct inbox *in, const struct entry *e)
{
	char id[ID_TEXT_MAX];
	return strcasestr(e->title, in->search) || strcasestr(e->lane, in->search) ||
	       strcasestr(state_name(e->state), in->search) ||
	       strcasestr(e->urgency, in->search) || strcasestr(entry_id(e, id), in->search);
}

/* Draws how far it is now and then; 1 when the user pressed Esc. */
static int progress(struct inbox *in, size_t done, int64_t *said_ms)
{
	if (now_mono_ms() - *said_ms < PROGRESS_MS)
		return 0;
	*said_ms = now_mono_ms();
	screen_status(PAINT_WAIT, "searching, %zu of %zu; Esc stops", done, in->list.n);
	screen_redraw();
	int key = screen_key(0);
	return key == SK_ESC || key == SK_END;
}

void inbox_find(struct inbox *in, int step)
{
	int64_t said_ms = now_mono_ms();
	size_t i = in->at;
	for (size_t done = 1; done <= in->list.n; done++) {
		i = step > 0 ? (i + 1) % in->list.n : (i ? i : in->list.n) - 1;
		if (entries_load(&in->list, i) && matches(in, &in->list.e[i])) {
			int round = step > 0 ? i <= in->at : i >= in->at;
			screen_status(PAINT_PLAIN, "%s%s", in->search,
			              round ? " (from the other end)" : "");
			inbox_select(in, i);
			return;
		}
		if (progress(in, done, &said_ms)) {
			screen_status(PAINT_PLAIN, "stopped");
			return;
		}
		if (i >= in->list.n) /* the list changed while we drew */
			i = 0;
	}
	screen_status(PAINT_BAD, "not found: %s", in->search);
}

void inbox_search(struct inbox *in, const char *text)
{
	struct buf typed = BUF_INIT;
	buf_adds(&typed, text ? text : in->search);
	if (text ||
	    dialog_line("search", "title, lane, state, urgency or id", &typed, SEARCH_MAX) == 1) {
		snprintf(in->search, sizeof in->search, "%s", buf_str(&typed));
		if (in->search[0] && in->list.n)
			inbox_find(in, 1);
	}
	buf_release(&typed);
}

void inbox_next_draft(struct inbox *in)
{
	for (size_t k = 1; k <= in->list.n; k++) {
		char id[ID_TEXT_MAX];
		size_t i = (in->at + k) % in->list.n;
		if (names_has(&in->drafts, entry_id(&in->list.e[i], id))) {
			inbox_select(in, i);
			screen_status(PAINT_PLAIN, "A goes on with this draft");
			return;
		}
	}
	screen_status(PAINT_PLAIN, "the tasks of your drafts have left the inbox");
}

/* ---- help ---- */

static void help_row(struct area *a, const struct inbox_verb *v, const struct inbox_now *now,
                     int cols)
{
	static const char indent[] = "                         ";
	char key[16], other[16] = "", keys[40], why[200] = "not now: ";
	size_t said = strlen(why);
	int ok = inbox_verb_valid(v, now, why + said, sizeof why - said);
	if (v->other_key)
		screen_key_name(v->other_key, other);
	snprintf(keys, sizeof keys, "%s%s%s", screen_key_name(v->key, key), *other ? " " : "",
	         other);
	area_addf(a, ok ? PAINT_PLAIN : PAINT_DIM, cols, "%-13s%-12s%s", keys, v->name, v->help);
	if (!ok)
		area_add_foreign(a, PAINT_DIM, indent, why, cols);
}

void inbox_help(struct inbox *in)
{
	struct area a;
	struct inbox_now now;
	int cols = screen_cols() - 2;
	area_init(&a);
	inbox_now(in, &now);
	for (const struct inbox_verb *v = inbox_verbs; v->name; v++)
		help_row(&a, v, &now, cols);
	area_addf(&a, PAINT_PLAIN, cols, " ");
	area_addf(&a, PAINT_PLAIN, cols,
	          "In front of a row: > selected, * marked, D you have a draft, S an answer is "
	          "about to be sent.  Esc leaves every state.");
	dialog_page("all keys", &a);
	area_release(&a);
}

/* ---- the `:` line ---- */

static void unknown(const char *word)
{
	struct near near;
	struct buf tip = BUF_INIT;
	near_init(&near, word);
	for (const struct inbox_verb *v = inbox_verbs; v->name; v++)
		near_offer(&near, v->name);
	near_add(&near, &tip);
	screen_status(PAINT_BAD, "no command is called %s%s", word, buf_str(&tip));
	buf_release(&tip);
}

static void run_line(struct inbox *in, const char *line)
{
	char word[INBOX_WORD_MAX];
	const char *rest = inbox_verb_split(line, word);
	const struct inbox_verb *v = inbox_verb_by_name(word);
	if (!v)
		unknown(word);
	else if (*rest && !v->asks)
		screen_status(PAINT_BAD, "%s takes no text", v->name);
	else
		inbox_do(in, v, *rest ? rest : NULL);
}

void inbox_command(struct inbox *in)
{
	struct buf line = BUF_INIT;
	if (dialog_line("command", "a name of the page of keys (?), and its text", &line,
	                MESSAGE_TEXT_MAX) == 1 &&
	    line.len)
		run_line(in, buf_str(&line));
	buf_release(&line);
}

/* ---- other programs ---- */

static void add_task(struct inbox *in, const char *id, struct buf *out)
{
	size_t i = entries_find(&in->list, id);
	json_t *doc = i == SIZE_MAX ? NULL : entries_doc(&in->list, i);
	if (doc)
		out_add_doc(out, doc);
	json_decref(doc);
}

void inbox_pipe(struct inbox *in, const char *command)
{
	struct buf typed = BUF_INIT, docs = BUF_INIT;
	struct err err = ERR_INIT;
	if (command)
		buf_adds(&typed, command);
	if (command ||
	    dialog_line("pipe the task through", "a shell command; it reads JSON", &typed,
	                COMMAND_MAX) == 1) {
		char sh[] = "sh", c[] = "-c";
		char *argv[] = {sh, c, typed.data, NULL};
		struct screen_child child = {.argv = argv, .pause = 1};
		for (size_t i = 0; i < in->marks.n; i++)
			add_task(in, in->marks.name[i], &docs);
		if (in->marks.n == 0)
			add_task(in, in->selected, &docs);
		child.input = buf_str(&docs);
		child.n = docs.len;
		int rc = typed.len ? screen_run(&child, &err) : 0;
		if (rc < 0)
			screen_status(PAINT_BAD, "%s", err.msg);
		else
			screen_status(rc ? PAINT_BAD : PAINT_PLAIN, "%s: exit status %d",
			              buf_str(&typed), rc);
	}
	buf_release(&typed);
	buf_release(&docs);
}

/* The program is the user's own, the address is its argument and never part of a command line. */
static void open_link(const char *link)
{
	char script[] = "exec $ER_OPEN \"$1\"", sh[] = "sh", c[] = "-c", name[] = "erctl";
	char *copy = strdup(link);
	char *argv[] = {sh, c, script, name, copy, NULL};
	struct screen_child child = {.argv = argv};
	struct err err = ERR_INIT;
	int rc = copy ? screen_run(&child, &err) : -1;
	screen_status(rc ? PAINT_BAD : PAINT_PLAIN, rc < 0 ? "%s" : "opened %s",
	              rc < 0 ? err.msg : link);
	free(copy);
}

void inbox_open(struct inbox *in)
{
	struct dialog_choice choices[LINKS_MAX];
	struct buf text = BUF_INIT;
	size_t n = 0;
	const char *link;
	for (; n < LINKS_MAX && (link = inbox_link(in, n)); n++) {
		choices[n] = (struct dialog_choice){'1' + (int)n, ""};
		buf_addf(&text, "%s%zu  %s", n ? "\n" : "", n + 1, link);
	}
	int key = dialog_choose("open which?", buf_str(&text), choices, n);
	link = key >= '1' && key <= '9' ? inbox_link(in, (size_t)(key - '1')) : NULL;
	if (link)
		open_link(link);
	buf_release(&text);
}
