/*
 * base/sha256.h -- SHA-256 (FIPS 180-4): by libmd, in erd by libcrypto (sha256_md.c says why).
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_HEX = 65 /* with NUL */ };

struct sha256 {
	uint8_t b[SHA256_BYTES];
};

void sha256_of(struct sha256 *out, const void *p, size_t n);
/* Of two pieces as if they were one. */
void sha256_of2(struct sha256 *out, const void *p, size_t n, const void *q, size_t m);

/* Piece by piece, for what does not fit into memory.  sha256_end frees. */
struct sha256_stream; /* opaque */
struct sha256_stream *sha256_begin(void);
void sha256_add(struct sha256_stream *stream, const void *p, size_t n);
void sha256_end(struct sha256_stream *stream, struct sha256 *out);

char *sha256_hex(const struct sha256 *h, char out[SHA256_HEX]);
int sha256_parse(const char *hex, struct sha256 *out); /* 0, or -1 unless 64 lower-case hex digits */

#endif
