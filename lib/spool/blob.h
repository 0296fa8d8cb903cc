/*
 * spool/blob.h -- evidence: files kept under the SHA-256 of their bytes.
 *
 * Way        1. Whoever has a file copies it into the drop as new/blob_SHA256.ANYTHING (the suffix is
 *               optional: it lets two bring the same file at once), whole and synced, before the
 *               answer that names it.
 *            2. erd hashes it (streaming) and moves it to blobs/waiting/SHA256.  What does not hash to
 *               its name, or is too large, goes to refused/.
 *            3. When an answer names it, and before that answer is committed to the journal, it moves
 *               on to blobs/XX/SHA256, durably.  So whatever the journal names is there.
 *            4. What no answer names leaves blobs/waiting after BLOB_WAIT_MS.  That folder is all that
 *               has to be known for it: no references are counted.
 * Owner      A file of erd's own user is renamed.  One of somebody else is copied, since its owner
 *            could go on writing it.
 * Crash      Each step is one rename (or a copy and an unlink: the file then comes a second time, and
 *            finds itself).  A kill between step 3 and the commit leaves a blob in blobs/XX that no
 *            answer names: the message is taken again and names it; fsck tells of others.
 * Type       By content, never by name: a few signatures, JSON that parses, UTF-8 text, else
 *            application/octet-stream.
 * Limits     BLOB_MAX of any blob; a lane's own (evidenceMaxBytes) is the caller's business.
 * Ownership  Descriptors returned are the caller's.
 * Errors     FAIL_INVALID: refuse it.  FAIL_NOT_FOUND.  FAIL_TEMPORARY: the disk.
 */
#ifndef SPOOL_BLOB_H
#define SPOOL_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

struct err;
struct spool;

enum {
	BLOB_MAX = 256 << 20,
	BLOB_MAX_DEFAULT = 10 << 20,
	BLOB_WAIT_MS = 24 * 3600 * 1000,
	BLOB_HEAD = 64 * 1024, /* bytes that tell the type */
	BLOB_ABBREV_MIN = 4
};

struct blob {
	struct sha256 sha;
	int64_t bytes;
	const char *type; /* static */
};

enum blob_place { BLOB_KEPT, BLOB_WAITING };

/* The media type of a file of ${total} bytes that begins with ${head} (all of it, or BLOB_HEAD). Pure. */
const char *blob_type(const void *head, size_t n, int64_t total);

/* ---- the sender ---- */

/* Copy what ${fd} has into the drop, durably.  FAIL_INVALID when it is longer than ${max}. */
int blob_drop(const struct spool *s, int fd, int64_t max, struct blob *out, struct err *err);

/* ---- erd ---- */

int blob_is_name(const char *name); /* in new/: begins with blob_ */
/* Step 2 for new/NAME, open as ${fd}.  0 done (also when it was here before), 1 no room now: leave it, -1.
 * FAIL_INVALID: it stays in new/ to be refused. */
int blob_take(const struct spool *s, const char *name, int fd, int64_t max, struct err *err);
/* Step 3.  FAIL_NOT_FOUND when there is none. */
int blob_keep(const struct spool *s, const struct sha256 *sha, struct err *err);
/* Step 4. */
int blob_clean(const struct spool *s, int64_t now_ms, struct err *err);

/* ---- everybody ---- */

/* For reading.  FAIL_NOT_FOUND, FAIL_DENIED. ${place} may be NULL. */
int blob_open(const struct spool *s, const struct sha256 *sha, enum blob_place *place,
              struct err *err);
/* Is it in new/, not yet looked at by erd? */
int blob_coming(const struct spool *s, const struct sha256 *sha);
/* ->bytes and ->type of an open one; ->sha is left alone. */
int blob_describe(int fd, struct blob *b, struct err *err);
/* Read all of it: 1 it has that hash, 0 it has not, -1. */
int blob_verify(int fd, const struct sha256 *sha, struct err *err);
/* The one that begins with ${text} (BLOB_ABBREV_MIN digits or more).  FAIL_NOT_FOUND: none, several. */
int blob_resolve(const struct spool *s, const char *text, struct sha256 *out, struct err *err);

/* ${path} is below blobs/; ${sha} is NULL when that is no name of a blob.  > 0 stops. */
typedef int blob_fn(void *ctx, enum blob_place place, const char *path, const struct sha256 *sha,
                    struct err *err);
int blob_each(const struct spool *s, blob_fn *fn, void *ctx, struct err *err);

#endif
