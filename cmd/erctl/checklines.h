/*
 * erctl/checklines.h -- check the lines of a batch on all processors, use them in order.
 *
 * Purpose    Parsing is what a batch costs (20 us for a kilobyte); lines do not depend on each
 *            other.  Chunks of lines go to workers, and come back in the order of the file.
 * Method     A ring of chunks.  The calling thread uses the next chunk in order when it is
 *            done, else fills a free one, else checks one itself, else waits; so it works with
 *            no worker at all, too.
 * Threads    .check is called from several threads at once, each with a number of its own;
 *            .use only from the calling one.  No thread is left when the call returns.
 * Limits     RING chunks of CHUNK_BYTES (or one longer line), CHECK_THREADS threads.
 */
#ifndef ERCTL_CHECKLINES_H
#define ERCTL_CHECKLINES_H

#include <stddef.h>

#include "base/ids.h"
#include "base/sha256.h"

struct buf;
struct err;
struct lines;

enum { CHECK_THREADS = 4 };

struct checked {
	size_t number;         /* of the line */
	char id[ID_TEXT_MAX];
	int keyed;
	struct sha256 content; /* when keyed */
	size_t at, n;          /* the message in the chunk's bytes */
	struct err *why;       /* owned; NULL: the line is good */
};

struct checklines {
	/* Fill ${out} (number is set) and append the message to ${bytes}; -1: *err is why not.
	 * ${thread} is below CHECK_THREADS. */
	int (*check)(void *ctx, unsigned thread, const char *text, size_t n, struct checked *out,
	             struct buf *bytes, struct err *err);
	/* In order of the file; -1 ends it. */
	int (*use)(void *ctx, const struct checked *line, const char *message, struct err *err);
	void *ctx;
};

/* Lines of nothing but blanks are left out. */
int checklines_run(struct lines *in, const struct checklines *how, struct err *err);

#endif
