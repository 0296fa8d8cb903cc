/*
 * spool/segment.h -- the bytes of a journal segment: lines, headers and the hash chain.
 *
 * Purpose    What recovery, the tools' walk and the writer share (spool/journal.h has the
 *            format).
 * Method     A segment is read in chunks of 1 MiB, never mapped: a read error is an error and
 *            no signal.
 * Ownership  struct segment owns its buffer and descriptor; segment_close.
 */
#ifndef SPOOL_SEGMENT_H
#define SPOOL_SEGMENT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/sha256.h"
#include "spool/journal.h"

struct err;
struct spool;

enum { SEGMENT_NAME_MAX = 32, SEGMENTS_LIMIT = 99999999 };

char *segment_name(uint32_t number, char out[SEGMENT_NAME_MAX]); /* "00000001.ndjson" */

/* The highest segment number, 0 when there is none.  FAIL_FAILURE when one below is missing. */
int segment_last(const struct spool *s, uint32_t *last, struct err *err);

struct segment {
	int fd;
	uint32_t number;
	char *data;        /* owned */
	size_t pos, len, cap;
	off_t off;         /* in the file, of data[pos] */
	int eof;
};

int segment_open(struct segment *g, const struct spool *s, uint32_t number, off_t off,
                 struct err *err);
void segment_close(struct segment *g);

enum segment_got {
	SEGMENT_LINE, /* *line, without LF; borrowed until the next call */
	SEGMENT_END,  /* nothing more: end of file, or NULs only */
	SEGMENT_TORN  /* bytes, but no whole line */
};
/* enum segment_got, or -1 when it cannot be read. */
int segment_line(struct segment *g, const char **line, size_t *n, struct err *err);
/* As many whole lines as fit 4 MiB, LFs included: SEGMENT_LINE or SEGMENT_END. */
int segment_block(struct segment *g, const char **block, size_t *n, struct err *err);

/* LFs before ${off}: for messages. */
int segment_count_lines(const struct segment *g, off_t off, uint64_t *lines, struct err *err);
/* Bytes from ${off} up to and with the last one that is not NUL. */
int segment_rest(const struct segment *g, off_t off, size_t *n, struct err *err);

/*
 * A line at ${off} is bad.  1 when it and all behind it can be what a crash leaves of an unsynced
 * write: no whole journal line follows before the end or the first NUL.
 */
int segment_torn_from(const struct segment *g, off_t off, int *torn, struct err *err);

/* Where the last whole commit of the segment ends, 0 when it holds none. */
int segment_commit_end(const struct segment *g, off_t *end, struct err *err);

/* Where the chain stands. */
struct chain {
	uint64_t seq;
	char hash[SHA256_HEX];
};
void chain_start(struct chain *c); /* before the first event of all */
/* The hash of ${line} (all before ,"hash":) behind ${c}. */
void chain_hash(const struct chain *c, const char *line, size_t n, char out[SHA256_HEX]);
/* Check form and seq, with ${verify} the hash too, and step on.  0, or -1: not the next line. */
int chain_step(struct chain *c, const char *line, size_t n, int verify);

struct buf;
void chain_header(const struct chain *c, uint32_t segment, struct buf *out); /* with LF */
/* FAIL_CONFIG for another format, FAIL_FAILURE when it does not follow ${c}. */
int chain_check_header(const struct chain *c, uint32_t segment, const char *line, size_t n,
                       struct err *err);
/* Bytes of ${line} (without LF) less the blank that ends a commit; *last tells. */
size_t chain_line(const char *line, size_t n, int *last);
/* ,"hash":"…"} and LF. */
void chain_seal(const char hash[SHA256_HEX], struct buf *out);

#endif
