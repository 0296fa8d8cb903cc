/*
 * spool/lock.h -- one erd per spool: flock on SPOOL/lock, and the control FIFO.
 */
#ifndef SPOOL_LOCK_H
#define SPOOL_LOCK_H

struct err;
struct spool;

/* The descriptor that holds the lock, or -1: FAIL_TEMPORARY "another erd (pid N) …". */
int lock_take(const struct spool *s, struct err *err);
void lock_release(int fd);
/* 1 when somebody holds it. */
int lock_held(const struct spool *s);

/* erd: make and open the control FIFO for reading (kept open for writing too, so that it never
 * reads EOF). */
int control_open(const struct spool *s, struct err *err);
/* 1 when somebody asked for a reload of etc/, else 0. */
int control_drain(int fd);

enum { CONTROL_WAKE = '\n', CONTROL_RELOAD = 'R' }; /* the bytes of it */

#endif
