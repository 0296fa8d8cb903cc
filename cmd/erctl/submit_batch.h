/*
 * erctl/submit_batch.h -- submit --batch: a file of lines, durable with one or two fsyncs.
 *
 * Rules      Every line is checked before anything is published.  A bad line is named; then
 *            nothing is taken (FAIL_INVALID), or with --keep-going the good ones are.
 * Limits     A line has JS_MAX_BYTES; the first BAD_SHOWN bad lines are shown.
 */
#ifndef ERCTL_SUBMIT_BATCH_H
#define ERCTL_SUBMIT_BATCH_H

struct err;
struct run;

/* submit --batch: exit status, or -1. */
int submit_batch(struct run *r, struct err *err);

#endif
