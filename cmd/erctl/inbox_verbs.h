/*
 * erctl/inbox_verbs.h -- everything a key of the inbox can do, in one table.
 *
 * Purpose    Footer, help page, `:` line, line mode and the keys themselves read it.  A command
 *            that is a verb of erctl has its name, and is valid in the states of that verb's own
 *            table (cmd.h): the rule stands in one place.
 * Adding     A member of enum inbox_do, a row, and a case in tui_inbox.c.
 */
#ifndef ERCTL_INBOX_VERBS_H
#define ERCTL_INBOX_VERBS_H

#include <stddef.h>

#include "model/state.h"
#include "verb_message.h"

struct err;
struct run;

enum inbox_do {
	DO_ACCEPT, DO_DECLINE, DO_START, DO_ANSWER, DO_EDIT, DO_BLOCK, DO_COMMENT, DO_RELEASE,
	DO_UNDO, DO_READ, DO_MARK, DO_SEARCH, DO_FIND_NEXT, DO_FIND_PREV, DO_DRAFT, DO_OPEN,
	DO_PIPE, DO_COMMAND, DO_HELP, DO_REFRESH, DO_QUIT, DO_DOWN, DO_UP, DO_FIRST, DO_LAST,
	DO_HALF_DOWN, DO_HALF_UP, DO_PAGE_DOWN, DO_PAGE_UP
};

struct inbox_verb {
	enum inbox_do what;
	int key, other_key;    /* as screen_key gives them; 0: none */
	const char *name;      /* for `:` and line mode; where erctl has the verb, its name */
	const char *brief;     /* in the footer, at most two words; NULL: never there */
	const char *help;
	const char *asks;      /* what its text is, or NULL: it takes none */
	const char *otherwise; /* said behind the reason when the state is wrong, or NULL */
	enum message_type type; /* of the message it sends, where .sends */
	unsigned sends : 1, text_needed : 1, needs_task : 1, many : 1; /* .many: all marked tasks */
};

extern const struct inbox_verb inbox_verbs[]; /* .name NULL ends */

/* A typed line: its first word, cut to fit, into ${word}; returns the text behind it. */
enum { INBOX_WORD_MAX = 40 };
const char *inbox_verb_split(const char *line, char word[INBOX_WORD_MAX]);

const struct inbox_verb *inbox_verb_by_key(int key);
const struct inbox_verb *inbox_verb_by_name(const char *name); /* whole, or a unique beginning */

/* What a command is judged by. */
struct inbox_now {
	int has_task, loaded;
	enum state state;
	int held;       /* an answer to this task waits to be sent */
	int any_held;
	int drafts;     /* how many tasks have one */
	int link;       /* the task has something to open */
	int searched;
};

/* 1, or 0 and the reason in ${why}: a sentence without a full stop. */
int inbox_verb_valid(const struct inbox_verb *v, const struct inbox_now *now, char *why, size_t n);

/* The message of a verb with .sends; m->body is the caller's to hand on.  FAIL_USAGE: the text. */
int inbox_verb_message(const struct inbox_verb *v, const struct run *r, const char *id,
                       const char *text, struct verb_message *m, struct err *err);

/* ER_UNDO: how long an answer is held before it is sent. */
int64_t inbox_undo_ms(void);

#endif
