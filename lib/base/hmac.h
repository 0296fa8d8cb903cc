/*
 * base/hmac.h -- HMAC-SHA256 (RFC 2104) by libcrypto.
 *
 * Purpose    Sign and check webhooks.  In an object of its own: a program that
 *            signs nothing does not load libcrypto, whose start costs more than
 *            all the rest.
 * Limits     Keys up to 2^31-1 bytes.
 */
#ifndef BASE_HMAC_H
#define BASE_HMAC_H

#include <stddef.h>

struct sha256;

void hmac_sha256(struct sha256 *out, const void *key, size_t nkey, const void *p, size_t n);
/* Of two pieces as if they were one. */
void hmac_sha256_2(struct sha256 *out, const void *key, size_t nkey, const void *p, size_t n,
                   const void *q, size_t m);
/* 1 when the ${n} bytes are equal, in a time that does not depend on them. */
int hmac_equal(const void *a, const void *b, size_t n);

#endif
