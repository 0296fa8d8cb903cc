/*
 * erctl/args.h -- options: parsed from one table, checked by type, then asked for by name.
 *
 * Rules      Long and short, any order, `--` ends them, `-` is an argument.  Names are
 *            exact: no abbreviations, but near names are told.  Global options stand before
 *            or after the verb.  The last of several wins, except where args_each is used.
 * Errors     FAIL_USAGE.
 */
#ifndef ERCTL_ARGS_H
#define ERCTL_ARGS_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct given;
struct run;

/* Global options up to the verb: *next is the index of the verb (or argc). */
int args_global(struct run *r, int argc, char **argv, int *next, struct err *err);
/* Options of r->cmd and global ones; argv[0] is the verb.  Sets r->argc and r->argv. */
int args_parse(struct run *r, int argc, char **argv, struct err *err);
/* 1 when a word of argv asks for JSON: for errors met before parsing is through. */
int args_json_wanted(int argc, char **argv);

/* Check g->text by the option's type and fill g->num.  FAIL_USAGE names the option. */
int args_check(struct given *g, struct err *err);

/* By long name. */
int args_has(const struct run *r, const char *name);
const char *args_str(const struct run *r, const char *name, const char *dflt);
int64_t args_num(const struct run *r, const char *name, int64_t dflt);
/* The texts of a repeatable option in order: start with *pos 0; NULL at the end. */
const char *args_each(const struct run *r, const char *name, size_t *pos);

#endif
