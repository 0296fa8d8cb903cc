/*
 * base/entropy.h -- random bytes from the kernel (getrandom).  Not for lib/engine.
 */
#ifndef BASE_ENTROPY_H
#define BASE_ENTROPY_H

#include <stddef.h>

struct id;

void entropy_fill(void *p, size_t n); /* EINTR is retried; cannot fail otherwise */
void id_new(struct id *id);           /* a ULID of now */

#endif
