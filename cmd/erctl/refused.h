/*
 * erctl/refused.h -- list the messages that erd would not take, with its reasons.
 *
 * Rules      Names and reasons are foreign text: they are shown safe, never opened by what
 *            they say.
 */
#ifndef ERCTL_REFUSED_H
#define ERCTL_REFUSED_H

struct err;
struct run;

int refused_list(struct run *r, struct err *err);

#endif
