/*
 * erctl/verb_message.h -- the verbs whose point is erd's verdict: accept, answer, cancel, …
 *
 * Method     Check what can be checked here and can never become right by waiting (the task is
 *            closed, the answer does not meet its schema), publish the message with a FIFO for
 *            the verdict, and wait for it up to 5 s.
 * Result     0: granted, the id on stdout and a sentence on stderr.  -1: refused, with erd's
 *            code and reason.  8: still queued, because no erd runs, or it was too slow; the
 *            message stays and will be judged.  With --no-wait 0 as soon as it is durable.
 */
#ifndef ERCTL_VERB_MESSAGE_H
#define ERCTL_VERB_MESSAGE_H

#include <jansson.h>

#include "base/ids.h"
#include "cmd.h"
#include "model/message.h"

struct err;

/* Options that every such verb has; part of each table. */
#define OPTS_MESSAGE \
	{0, "no-wait", OPT_FLAG, NULL, "do not wait for erd's verdict"}, \
	{'n', "dry-run", OPT_FLAG, NULL, "check, send nothing"}

/* The rest of such a verb's table, where the worker sends it; the file has opts and run. */
#define VERB_OF_WORKER \
	.opts = opts, .needs = NEED_SPOOL | NEED_WORKER, .group = GROUP_WORKER, .first = ARG_ID, \
	.min_args = 1, .exits = "0 2 3 4 6 8 75", .run = run

enum { VERB_WAIT_MS = 5000 };

struct verb_message {
	enum message_type type;
	const char *id_text; /* as the user wrote it; NULL: it is of no task */
	const char *about;   /* what a message of no task is about: told instead of an id */
	const char *from;
	const char *done;    /* "accepted": "ID: accepted" */
	json_t *body;        /* stolen in every case */
	/* a check of the verb's own against the view (NULL: not made yet); may be NULL */
	int (*check)(struct run *r, const json_t *view, const json_t *body, struct err *err);
};

int verb_message_send(struct run *r, struct verb_message *m, struct err *err);

/* ---- the same without printing, for whoever has a screen ---- */

struct receipt;
struct verb_sent {
	char task[ID_TEXT_MAX];
	struct receipt *receipt; /* owned; NULL: no verdict will come */
	const char *queued;      /* then why: "queued: no erd is running" */
};

/* Check and publish.  With --dry-run only check.  -1: nothing was sent. */
int verb_message_post(struct run *r, struct verb_message *m, struct verb_sent *sent,
                      struct err *err);
/* Wait up to ${ms} for erd.  0 and *verdict (a new reference), or NULL: not judged yet,
 * sent->queued says so.  -1: refused, or an answer was rejected (r->details). */
int verb_message_verdict(struct run *r, struct verb_sent *sent, int64_t ms, json_t **verdict,
                         struct err *err);
void verb_sent_release(struct verb_sent *sent);
/* Both, waiting VERB_WAIT_MS; ${sent} needs no release afterwards. */
int verb_message_judge(struct run *r, struct verb_message *m, struct verb_sent *sent,
                       json_t **verdict, struct err *err);
/* "accepted, now accepted": what a verdict means. */
void verb_message_sentence(const struct verb_message *m, const json_t *verdict, char *out,
                           size_t n);

/* Print what became of it, as verb_message_send does; the exit status. */
int verb_message_report(struct run *r, const struct verb_message *m, const struct verb_sent *sent,
                        const json_t *verdict);

/* {"reason":…} from --reason, or {}; NULL with FAIL_USAGE when it is too long or not UTF-8. */
json_t *verb_body_reason(const struct run *r, struct err *err);
/* {"text":…}; NULL with FAIL_USAGE when it is empty, too long or not UTF-8. */
json_t *verb_body_text(const char *text, struct err *err);

#endif
