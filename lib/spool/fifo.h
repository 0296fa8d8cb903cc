/*
 * spool/fifo.h -- writing to a FIFO that may have lost its reader.
 *
 * Method     O_WRONLY|O_NONBLOCK|O_NOFOLLOW: ENXIO says that nobody reads.  SIGPIPE is held
 *            back for the one write and swallowed, so a library call cannot end the program.
 */
#ifndef SPOOL_FIFO_H
#define SPOOL_FIFO_H

#include <stddef.h>

/* A descriptor, or -1: absent, not a FIFO, or nobody reads. */
int fifo_open(int dirfd, const char *name);
/* 1 when all ${n} bytes went in, else 0.  Never blocks. */
int fifo_write(int fd, const void *p, size_t n);

#endif
