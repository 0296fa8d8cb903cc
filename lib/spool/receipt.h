/*
 * spool/receipt.h -- erd's verdict on a message, told to whoever still waits for it.
 *
 * Method     The client makes a FIFO tmp/ID.reply and names it in the message ("reply"); erd
 *            opens it O_WRONLY|O_NONBLOCK|O_NOFOLLOW (ENXIO: nobody waits any more), writes one JSON line and
 *            closes.  No fsync, nothing is left: the client unlinks the FIFO; erd unlinks it too
 *            after writing or when nobody listens.
 * Format     {"ok":true,"seq":N,"task":"task_…","state":"accepted","replayed":bool} or
 *            {"ok":false,"code":"conflict","exitCode":6,"message":…,"field"?:…}
 *            plus "errors":[…] when an answer was rejected by a check.
 */
#ifndef SPOOL_RECEIPT_H
#define SPOOL_RECEIPT_H

#include <jansson.h>
#include <stdint.h>

struct err;
struct spool;

struct receipt; /* opaque; the waiting side */
struct receipt *receipt_new(const struct spool *s, const char *message_id, struct err *err);
const char *receipt_name(const struct receipt *r); /* for the message's "reply" */
int receipt_fd(const struct receipt *r);           /* poll it for reading */
/* Wait up to ${timeout_ms}.  A new reference, or NULL with FAIL_PENDING when there was none. */
json_t *receipt_wait(struct receipt *r, int64_t timeout_ms, struct err *err);
void receipt_free(struct receipt *r); /* unlinks; NULL is fine */

/* erd's side: never blocks, failure is no error (nobody waits). */
void receipt_send(const struct spool *s, const char *fifo_name, const json_t *verdict);
int receipt_name_valid(const char *name); /* what erd accepts in "reply" */

#endif
