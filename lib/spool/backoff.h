/*
 * spool/backoff.h -- waiting for an flock with a limit.
 *
 * Method     flock has no timeout: try without blocking, pause 0.1 ms, double up to 10 ms.
 * Errors     -1 with errno; EWOULDBLOCK when ${wait_ms} went by.
 */
#ifndef SPOOL_BACKOFF_H
#define SPOOL_BACKOFF_H

#include <stdint.h>

/* ${how} is LOCK_SH or LOCK_EX. */
int lock_try(int fd, int how, int64_t wait_ms);

#endif
