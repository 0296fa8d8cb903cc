/*
 * spool/blob_p.h -- private to blob*.c: names below blobs/ and in new/.
 */
#ifndef SPOOL_BLOB_P_H
#define SPOOL_BLOB_P_H

#include "spool/blob.h"

enum { BLOB_PATH_MAX = 96, BLOB_CHUNK = 64 * 1024 };

extern const char blob_prefix[]; /* "blob_" */
extern const char blob_folder[]; /* "waiting" */

/* "XX/SHA256" or "waiting/SHA256"; returns out. */
char *blob_path(enum blob_place place, const struct sha256 *sha, char out[BLOB_PATH_MAX]);
/* The hash that a name in new/ claims; -1: it claims none. */
int blob_claims(const char *name, struct sha256 *sha);
/* FAIL_INVALID with both numbers. */
int blob_too_large(int64_t max, struct err *err);

#endif
