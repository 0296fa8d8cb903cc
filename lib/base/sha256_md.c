/*
 * base/sha256_md.c -- the digest by libmd: portable C that costs a short-lived process nothing at
 * start-up.  Alone in its object, so that erd, which has libcrypto loaded anyway, can bring its own
 * (cmd/erd/sha256.c: ten times as fast where the processor has instructions for it).
 */
#include "base/sha256.h"

#include <sha2.h>

void sha256_of2(struct sha256 *out, const void *p, size_t n, const void *q, size_t m)
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	if (n)
		SHA256Update(&ctx, p, n);
	if (m)
		SHA256Update(&ctx, q, m);
	SHA256Final(out->b, &ctx);
}
