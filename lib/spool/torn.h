/*
 * spool/torn.h -- setting aside what a crash left behind the journal's last good line.
 *
 * Method     Copy the bytes to journal/torn-SEGMENT-OFFSET (a free name), fsync it and journal/,
 *            only then cut the segment and fsync that.  NULs at the end are cut and not kept.
 */
#ifndef SPOOL_TORN_H
#define SPOOL_TORN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct spool;

/* ${fd} is open on the segment for writing.  *bytes: how many were set aside. */
int torn_cut(const struct spool *s, int fd, uint32_t segment, off_t keep, size_t *bytes,
             struct err *err);

#endif
