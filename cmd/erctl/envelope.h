/*
 * erctl/envelope.h -- the text of a message (model/message.h) around a body's text.
 *
 * Purpose    The body goes in as the bytes it came in: no second dump, which would cost more
 *            than the rest of a submit.
 */
#ifndef ERCTL_ENVELOPE_H
#define ERCTL_ENVELOPE_H

#include <stddef.h>
#include <stdint.h>

#include "model/message.h"

struct buf;

struct envelope {
	enum message_type type;
	const char *id;    /* "task_…" of a submit, else "msg_…" */
	const char *task;  /* or NULL: a submit */
	const char *from;
	int64_t at_ms;
	const char *key;   /* or NULL */
	const char *reply; /* or NULL */
	const char *body;  /* JSON text, without a LF for a batch */
	size_t nbody;
};

/* Append the message, without a final LF. */
void envelope_add(struct buf *out, const struct envelope *e);

#endif
