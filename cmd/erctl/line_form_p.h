/*
 * erctl/line_form_p.h -- private to line_form*.c: plain prompts.
 *
 * Rules      Prompts and all else go to stderr, answers come from stdin, one line each, edited by
 *            the terminal.  No line that we print begins with foreign text: labels stand behind
 *            "[2/4]", the rest behind "| ", and a prompt is "> " and nothing else.
 * Loss       A line is in the draft before the next one is read; what was typed of a line that was
 *            never ended belongs to the terminal.
 */
#ifndef ERCTL_LINE_FORM_P_H
#define ERCTL_LINE_FORM_P_H

#include "base/buf.h"
#include "fill.h"
#include "tui.h"

/* What somebody typed: a text, or one of the words that help shows. */
enum word {
	WORD_TEXT,
	WORD_END,    /* end of input, or a signal */
	WORD_HELP,
	WORD_BACK,
	WORD_NEXT,
	WORD_EDIT,
	WORD_CLEAR,
	WORD_REMOVE,
	WORD_UP,
	WORD_DOWN,
	WORD_TASK,
	WORD_LIST,
	WORD_SURE,   /* show the lines for evidence */
	WORD_JSON,
	WORD_DRAFT,
	WORD_QUIT,
	WORD_WRONG   /* none of them, and begins like one; a sentence was printed */
};

struct line_form {
	struct fill f;
	size_t at;         /* the line that is asked */
	struct buf input;  /* read and not used yet */
	int ended;         /* of input */
	struct buf typed;  /* the last line, without its end */
	int warned;        /* that the draft cannot be kept */
	enum form_end *end;
	int refused;       /* what was typed there just now, with a sentence why */
};

/* ---- line_form_say.c ---- */

void say(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* ours, with LF */
void say_foreign(const char *text);                   /* "| " in front of each line */
void say_heading(const struct line_form *p, const struct fill_line *l);
/* All that a prompt needs; after a refusal only which line it is, and how to answer. */
void say_line(const struct line_form *p, const struct fill_line *l);
void say_help(const struct line_form *p, const struct fill_line *l);
void say_task(const struct line_form *p, int whole);
void say_summary(const struct line_form *p);

/* ---- line_form_read.c ---- */

/* From now on SIGINT, SIGTERM and SIGHUP only end the input. */
void line_signals_begin(void);
void line_signals_end(void);
/* Save the draft, prompt, read a line into p->typed. */
enum word line_read(struct line_form *p);

/* ---- line_form_ask.c ---- */

enum asked { ASKED_ON, ASKED_AGAIN, ASKED_BACK, ASKED_LEAVE /* p->end is set */ };
/* One line of the form: prompt, take what is typed.  p->at may be another line then; ASKED_ON: the
 * next is behind it. */
enum asked line_ask(struct line_form *p);
enum asked line_leave(struct line_form *p, enum form_end end);

/* ---- line_form_end.c ---- */

/* What lacks, the summary, and the question.  ASKED_AGAIN: at p->at. */
enum asked line_finish(struct line_form *p);
int line_give_up(struct line_form *p);

#endif
