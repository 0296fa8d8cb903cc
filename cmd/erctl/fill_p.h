/*
 * erctl/fill_p.h -- private to fill*.c.
 */
#ifndef ERCTL_FILL_P_H
#define ERCTL_FILL_P_H

#include "fill.h"

#define AT_EVIDENCE "#evidence/"
#define AT_CONFIDENCE "#confidence"

/* The lines of the answer as it is.  ${hide}: values that no line shows any more move to the
 * texts; without it they are gone on purpose.  Fields that appeared get back what they had, else
 * their default. */
void fill_refresh(struct fill *f, int hide);

/* 0: ${text} is a value of the line, or empty; -1 and why not. */
int fill_readable(const struct fill *f, const struct fill_line *l, const char *text,
                  struct err *err);
/* What lines below ${l} hold is copied to the texts: a variant gives way to another one. */
void fill_stash_below(struct fill *f, const struct fill_line *l);
void fill_put_new(struct fill *f, const char *at, json_t *value);

#endif
