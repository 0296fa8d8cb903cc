/*
 * out/secret.h -- a secret that a document under etc/ names by its file.
 *
 * Rules      Relative to etc/ or absolute; a regular file, owned by us or root, closed to group and
 *            others.  Its first line is the secret.
 * Ownership  The caller wipes and releases ${out}.
 * Errors     FAIL_CONFIG, or of opening it; the text names the file, never what is in it.
 */
#ifndef OUT_SECRET_H
#define OUT_SECRET_H

struct buf;
struct err;
struct spool;

int secret_read(struct buf *out, const struct spool *s, const char *file, struct err *err);

#endif
