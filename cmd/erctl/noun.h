/*
 * erctl/noun.h -- `erctl NOUN VERB …`: one command whose first argument is a verb of its own.
 *
 * Purpose    struct cmd.verbs lists them (cmd.h); parsing, help, man page and completion of the noun show
 *            them.  A verb names the options that it takes of the noun's; another one is a
 *            usage error.
 */
#ifndef ERCTL_NOUN_H
#define ERCTL_NOUN_H

struct buf;
struct err;
struct run;

/* Find the verb, check its options and arguments, run it with r->argv behind it. */
int noun_run(struct run *r, struct err *err);

#endif
