/*
 * erctl/lines.h -- a file line by line, whatever its size, with a limit on each line.
 *
 * Ownership  The line is borrowed until the next call; lines_release frees.
 */
#ifndef ERCTL_LINES_H
#define ERCTL_LINES_H

#include <stddef.h>

struct err;

struct lines {
	int fd;       /* borrowed */
	char *data;   /* owned */
	size_t cap, begin, end;
	size_t max;   /* bytes of a line */
	size_t number; /* of the line last returned; the first is 1 */
	int eof;
};

void lines_init(struct lines *l, int fd, size_t max);
/* 1 and the line without its LF, 0 at the end, -1: read error, or a line is too long. */
int lines_next(struct lines *l, const char **text, size_t *n, struct err *err);
void lines_release(struct lines *l);

#endif
