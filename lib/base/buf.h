/*
 * base/buf.h -- a growing byte buffer with a maximum and a sticky error.
 *
 * Purpose    Build lines and documents without a check per append.
 * Order      buf_init, any number of buf_add*, one buf_ok at the end.
 * Limits     Passing ${max} makes the buffer bad: later appends do nothing and
 *            buf_ok returns 0.  max 0 means 2^31.
 * Ownership  The buffer owns ${data}, which is always NUL-terminated (also when
 *            empty) but may contain NULs; ${len} counts without the terminator.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t cap;
	size_t max;
	int bad;
};

#define BUF_INIT {NULL, 0, 0, 0, 0}

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b); /* free contents; the struct may be used again */
void buf_clear(struct buf *b);   /* empty, keep the memory and forget the error */
int buf_ok(const struct buf *b); /* 1 while nothing was lost */

void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Make room for ${n} more bytes and return where they go (NULL when over the
 * maximum); the caller writes there and then sets b->len. */
char *buf_room(struct buf *b, size_t n);
const char *buf_str(const struct buf *b); /* "" when empty, never NULL */
char *buf_detach(struct buf *b);          /* the caller owns the string */

#endif
