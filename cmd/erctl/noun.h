/*
 * erctl/noun.h -- `erctl NOUN VERB`: nouns and the table of their verbs.
 *
 * Rules      `erctl NOUN` alone and `erctl NOUN --help` print the noun's help, `erctl help NOUN
 *            VERB` and `erctl NOUN VERB --help` that of a verb; one manual page, erctl-NOUN, has
 *            all of them.  Global options may stand between noun and verb as well.
 */
#ifndef ERCTL_NOUN_H
#define ERCTL_NOUN_H

struct buf;
struct cmd;
struct err;

/* The verb of ${noun} called ${word} ("add"), or NULL; FAIL_USAGE with near ones. */
const struct cmd *noun_verb(const struct cmd *noun, const char *word);
int noun_unknown(const struct cmd *noun, const char *word, struct err *err);
/* "add" of "schema add". */
const char *noun_word(const struct cmd *verb);
/* The list of verbs in help. */
void noun_help(struct buf *b, const struct cmd *noun);

#endif
