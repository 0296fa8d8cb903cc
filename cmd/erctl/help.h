/*
 * erctl/help.h -- --help, topics and `help --json`, all from the tables of cmd.h.
 *
 * Purpose    help.c prints for people, topics.c holds the tables that several pages share
 *            (exit codes, environment, states), man.c prints the same as mdoc.
 */
#ifndef ERCTL_HELP_H
#define ERCTL_HELP_H

#include <stddef.h>

struct buf;
struct cmd;
struct err;
struct out;
struct run;

int help_print(struct run *r, const struct cmd *cmd); /* 0 */
int help_overview(struct run *r);
int help_version(struct run *r);
void help_json(struct run *r); /* help_json.c */
/* FAIL_USAGE "${what} ${word}", with near verbs and, of ${also} (NULL-ended, or NULL), near
   words. */
int help_unknown(const char *what, const char *word, const char *const *also, struct err *err);

/* ---- topics.c ---- */
const char *exit_text(int code); /* "wrong state; …"; NULL when no row has it */
const char *exit_word(int code); /* "conflict" */
/* Take the next number of "0 2 3"; -1 at the end. */
int exits_next(const char **list);

struct env_row {
	const char *name, *text;
};
extern const struct env_row env_rows[]; /* NULL-ended */

extern const char *const topics[];      /* names, NULL-ended */
/* 1 when ${word} is a topic and was printed. */
int topic_print(struct out *o, const char *word);
const char *cmd_group_title(int group);

/* Append ${text} filled to ${cols} columns with ${indent} blanks; empty lines stay. */
void help_fill(struct buf *b, const char *text, int indent, int cols);

#endif
