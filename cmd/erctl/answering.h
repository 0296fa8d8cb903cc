/*
 * erctl/answering.h -- from a filled-in form to erd's verdict; shared by `answer` and the inbox.
 *
 * Method     The view gives schema and texts, form.h the fields, draft.h keeps what was typed.  The
 *            answer is checked here (schema, evidence), blobs are dropped, the message is sent, and
 *            the draft is dropped only when erd granted it or, without a verdict, the message is
 *            durable: then it is in new/, and later in the journal or in refused/.
 * Errors     FAIL_INVALID with r->details: the errors; FAIL_CONFLICT: the assignment is gone (the
 *            draft stays, the hint names the command to try again).
 */
#ifndef ERCTL_ANSWERING_H
#define ERCTL_ANSWERING_H

#include <jansson.h>

#include "model/form/form.h"

struct draft;
struct err;
struct run;

struct answering {
	json_t *doc;             /* what the worker may know (er.inbox.v1); owned */
	struct form *form;       /* owned; NULL: the task has no schema, any JSON */
	struct form_about about; /* points into doc and into .texts */
	char texts[4][64];
};

/* ${doc} (borrowed) is an inbox document. */
int answering_begin(struct answering *a, struct run *r, const json_t *doc, struct err *err);
void answering_end(struct answering *a);

/* Schema and evidence, as erd will; errors into r->details.  0 or -1. */
int answering_check(const struct answering *a, struct run *r, const struct draft *d,
                    struct err *err);
/* Drop blobs, send, wait for the verdict, print nothing: *verdict is erd's (a new reference) or
 * NULL when it is queued.  0 granted or queued; -1 refused or rejected. */
int answering_send(const struct answering *a, struct run *r, struct draft *d, json_t **verdict,
                   struct err *err);
/* The same, with what verb_message_report wants to know. */
struct verb_sent;
int answering_post(const struct answering *a, struct run *r, struct draft *d,
                   struct verb_sent *sent, json_t **verdict, struct err *err);
/* $EDITOR on the draft until valid or abandoned (crontab -e, kubectl edit). *submit: 1 when it is
   valid. */
int answering_edit(const struct answering *a, struct run *r, struct draft *d, int *submit,
                   struct err *err);
/* Take over what an editor left that was killed: 1 into d->answer, 0 there is nothing newer than
 * the draft, -1 it cannot be read (FAIL_INVALID names file and line). */
int answering_adopt(const struct answering *a, struct run *r, struct draft *d, struct err *err);

#endif
