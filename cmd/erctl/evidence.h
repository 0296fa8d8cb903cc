/*
 * erctl/evidence.h -- what goes with an answer: files, blobs the spool has, links.
 *
 * Items      As in a draft's "evidence": a string is a file's path, "sha256:HEX" (or 64 digits) a
 *            blob, with "://" inside a link; anything else than a string is sent as it is.
 * Files      Are read when the answer is sent, and copied into the drop (spool/blob.h); a symbolic
 *            link is followed, but only a regular file is taken.
 * Errors     FAIL_INVALID: too large, no regular file, too many; FAIL_NOT_FOUND: no such file or
 *            blob; the field is /evidence/N.
 */
#ifndef ERCTL_EVIDENCE_H
#define ERCTL_EVIDENCE_H

#include <jansson.h>
#include <stdint.h>

struct buf;
struct err;
struct run;

enum { EVIDENCE_MAX = 100 };

/* What somebody gave on the command line as it is kept: a file's path made absolute.  A new
   reference. */
json_t *evidence_item(const char *text, struct err *err);
/* The lane's limit for each piece, in bytes; ${lane} NULL: the largest of all. */
int64_t evidence_limit(const struct run *r, const char *lane);
/* Would it go?  Looks at files and blobs, sends nothing. */
int evidence_check(const struct run *r, const char *lane, const json_t *items, struct err *err);
/* Put files into the drop; the references for the message: a new array, NULL with *err. */
json_t *evidence_send(const struct run *r, const char *lane, const json_t *items, struct err *err);
/* Open a file of the user's own for evidence; -1. */
int evidence_open(const char *path, int64_t max, struct err *err);
/* {"sha256","bytes","type","name"}; ${name} may be NULL. */
struct blob;
json_t *evidence_reference(const struct blob *b, const char *name);
/* One piece for people, one line, safe: "invoice.pdf, application/pdf, 12 KiB, 1a2b3c…". */
void evidence_words(const json_t *piece, struct buf *out);

#endif
