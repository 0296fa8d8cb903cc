/*
 * base/base64.h -- base 64 with padding (RFC 4648 section 4).  Pure.
 *
 * Errors     Decoding is strict: standard alphabet, full padding, no white
 *            space, unused bits zero.  So each byte string has one spelling.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

struct buf;

/* Append the text of ${n} bytes. */
void base64_encode(struct buf *out, const void *p, size_t n);
/* Append the bytes of ${n} characters.  0, or -1 and nothing is appended. */
int base64_decode(struct buf *out, const char *text, size_t n);

#endif
