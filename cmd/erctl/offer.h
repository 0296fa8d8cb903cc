/*
 * erctl/offer.h -- what completion can offer for one word.
 *
 * Rules      Only what begins with the word; a value has only [A-Za-z0-9_.:-], so no shell
 *            can trip over it; descriptions are made safe.  Bits are cobra's.
 * Limits     OFFER_IDS ids, newest first.
 */
#ifndef ERCTL_OFFER_H
#define ERCTL_OFFER_H

#include "cmd.h"

enum { BIT_NO_SPACE = 2, BIT_NO_FILES = 4, BIT_DIRS = 16, BIT_KEEP_ORDER = 32, OFFER_IDS = 50 };

struct offer {
	struct run *r;
	const struct cmd *cmd;     /* NULL: the verb itself is being typed */
	const struct opt *pending; /* the word is this option's value */
	int nargs;                 /* positional words before it */
	const char *word;
	int bits;                  /* out */
};

void offer_verbs(struct offer *c, const struct cmd *const *verbs); /* NULL-ended */
void offer_options(struct offer *c, const struct opt *o);
void offer_value(struct offer *c, const struct opt *o); /* by the option's type */
void offer_argument(struct offer *c);                   /* by the verb's */

#endif
