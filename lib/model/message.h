/*
 * model/message.h -- what a client drops into the spool.
 *
 * Format     One JSON object, UTF-8, at most 1 MiB, LF at the end optional:
 *              {"er":1,"type":"submit","id":"task_…","from":"alice",
 *               "at":"2026-11-22T18:44:38.123Z","key":"order-1","body":{…}}
 *              {"er":1,"type":"answer","id":"msg_…","task":"task_…","from":"ana",
 *               "at":"…","body":{"answer":{…},"confidence":0.9}}
 *            id    unique for ever; a message read twice acts once.  A submit's
 *                  id is the task's id (derived from organisation and key where
 *                  there is a key; erd checks it).
 *            from  who says so; for worker verbs the worker's name.
 *            reply optional: name of a FIFO in tmp/ that waits for the verdict
 *                  (spool/receipt.h).
 *            A batch is a file of such submit lines (spool/drop.h).
 * Bodies     submit: the task document in any dialect, verbatim.
 *            accept start: {}.  decline release cancel: {"reason"?}.
 *            block comment reply: {"text"}.
 *            answer: {"answer":any,"confidence"?:0..1,"evidence"?:[any, at most 100]}; a
 *            piece {"sha256",…,"name"?} is a blob (spool/blob.h): erd writes its "bytes" and
 *            "type".
 *            acknowledge: {"agentId"?}.  unacknowledge: {"agentId"?,"reason"?}.
 *            escalate: {"level"? 1..20,"reason"?}.  resolve: {"resolution","agentId"?}.
 *            reassign: {"worker"? who loses it,"to"?,"reason"?,"force"? bool}.
 * Limits     from 1..64 name bytes (name_valid, or any printable up to 64);
 *            text 16 KiB; reason 4 KiB; key 1..256 bytes.
 * Errors     FAIL_INVALID naming the member.
 * Ownership  struct message borrows from the parsed document, which it keeps.
 */
#ifndef MODEL_MESSAGE_H
#define MODEL_MESSAGE_H

#include <jansson.h>
#include <stdint.h>

#include "base/ids.h"

struct err;

enum message_type {
	MSG_SUBMIT,
	MSG_ACCEPT,
	MSG_DECLINE,
	MSG_RELEASE,
	MSG_START,
	MSG_BLOCK,
	MSG_REPLY,
	MSG_ANSWER,
	MSG_COMMENT,
	MSG_CANCEL,
	MSG_ACKNOWLEDGE, /* and the others that an escalation understands */
	MSG_UNACKNOWLEDGE,
	MSG_ESCALATE,
	MSG_RESOLVE,
	MSG_CHECKED,     /* what rule programs said of an answer: body {worker,attempt,passed,reasons,absent} */
	MSG_REINSTATE,   /* of no task: a suspended worker may work again: body {worker,lane,reason} */
	MSG_REASSIGN,
	MSG_COUNT
};

enum {
	MESSAGE_KEY_MAX = 256,
	MESSAGE_FROM_MAX = 64,
	MESSAGE_TEXT_MAX = 16 * 1024,
	MESSAGE_REASON_MAX = 4 * 1024
};

struct message {
	json_t *doc; /* owned */
	enum message_type type;
	const char *id;
	struct id task;
	const char *from;
	const char *key;   /* or NULL */
	const char *reply; /* FIFO name in tmp/, or NULL */
	int64_t at_ms;     /* 0 when absent: display only, never trusted */
	json_t *body;
};

const char *message_type_name(enum message_type t);

/* Steals ${doc} on success only.  Checks shape and limits of every member and of
 * the body of its type; the task document of a submit is checked by model/intake.h. */
int message_parse(json_t *doc, struct message *m, struct err *err);
void message_release(struct message *m);

#endif
