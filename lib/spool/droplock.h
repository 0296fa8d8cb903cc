/*
 * spool/droplock.h -- keyed submits and keyed batches look and publish one after the other.
 *
 * Method     flock on new/: singles share it, keyed batches have it alone.  The lock belongs to
 *            the descriptor in struct spool.
 * Errors     FAIL_TEMPORARY after 10 s.
 */
#ifndef SPOOL_DROPLOCK_H
#define SPOOL_DROPLOCK_H

struct err;
struct spool;

int drop_lock(const struct spool *s, int how, struct err *err); /* LOCK_SH or LOCK_EX */
void drop_unlock(const struct spool *s);
int drop_space(const struct spool *s, struct err *err); /* FAIL_TEMPORARY below the reserve */

#endif
