/*
 * spool/put.h -- writing view files.
 *
 * Method     tmp name in the same folder, rename; the folder is made when it is missing.  No fsync:
 *            views come again from the journal.
 */
#ifndef SPOOL_PUT_H
#define SPOOL_PUT_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;

enum { PUT_FILE_MAX = 256 << 20 };

/* ${path} has at most one folder in it. */
int put_file(int dirfd, const char *path, const struct buf *data, struct err *err);
/* The same, readable by its owner only. */
int put_private(int dirfd, const char *path, const struct buf *data, struct err *err);

enum put_state { PUT_SAME, PUT_DIFFERS, PUT_MISSING };
enum put_state put_compare(int dirfd, const char *path, const struct buf *data);

/* Append ${doc} as people and git diff like it, with a final LF. */
void put_render(struct buf *out, const json_t *doc);

#endif
