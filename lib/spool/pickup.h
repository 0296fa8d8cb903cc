/*
 * spool/pickup.h -- erd's side of the drop: find messages, read each once, put it away.
 *
 * Rules      A message's bytes are read once and only that copy is checked, hashed and acted
 *            on.  Every open: openat2 RESOLVE_BENEATH|NO_SYMLINKS|NO_MAGICLINKS|NO_XDEV,
 *            O_NOFOLLOW|O_NONBLOCK|O_NOCTTY|O_CLOEXEC, then fstat: regular, one link, size in
 *            limits.  What fails is moved to refused/ (or, where it cannot be moved, unlinked only if
 *            it is not a regular file) with NAME.why.json; names are escaped there, never trusted.
 * Torn       A file that does not parse and whose last byte is not LF or '}' may still have a writer
 *            (foreign tools that write in place): it is left alone until it is TORN_WAIT_MS old by
 *            mtime, then refused as torn.
 * Order      Within one scan: blobs, submits and batches by name, then messages about tasks (msg_…) by name,
 *            so that a submit and its cancel that wait together are taken in that order, and a
 *            replay of the same directory is the same.
 * Limits     At most PICKUP_SCAN_MAX names are handed out per scan, of up to a million that are read;
 *            more on the next.
 */
#ifndef SPOOL_PICKUP_H
#define SPOOL_PICKUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct err;
struct spool;

enum { PICKUP_SCAN_MAX = 8192, TORN_WAIT_MS = 10000 };

struct pickup_names {
	char **name; /* owned */
	size_t n, cap;
};

/* The names in new/ that ${skip} (may be NULL) does not claim, sorted. Dot files are ignored. */
int pickup_scan(const struct spool *s, int (*skip)(void *ctx, const char *name), void *ctx,
                struct pickup_names *out, struct err *err);
void pickup_names_release(struct pickup_names *names);

enum pickup_verdict {
	PICKUP_MESSAGE, /* bytes are in ${out} */
	PICKUP_BATCH,   /* *fd is open on it; the first line was checked */
	PICKUP_BLOB,    /* *fd is open on it; nothing was read (spool/blob.h) */
	PICKUP_WAIT,    /* torn, leave it for now */
	PICKUP_GONE,    /* vanished meanwhile */
	PICKUP_BAD      /* *err says why: refuse it */
};
enum pickup_verdict pickup_read(const struct spool *s, const char *name, int64_t now_ms,
                                struct buf *out, int *fd, struct err *err);

/* Move new/NAME to refused/NAME (or NAME.N when taken) and write NAME.why.json:
 * {"schema":"er.refusal.v1","name":…,"at":…,"code":"invalid","exitCode":5,"message":…,"field":…} */
int pickup_refuse(const struct spool *s, const char *name, int64_t now_ms, const struct err *why,
                  struct err *err);
/* The same for bytes that are no file of their own (a line of a batch), under a name like one's. */
int pickup_refuse_bytes(const struct spool *s, const char *name, const void *p, size_t n,
                        int64_t now_ms, const struct err *why, struct err *err);
int pickup_done(const struct spool *s, const char *name, struct err *err); /* unlink; absent is fine */

/* Remove files in tmp/ older than 36 h by mtime and ctime. */
int pickup_clean(const struct spool *s, int64_t now_ms, struct err *err);

#endif
