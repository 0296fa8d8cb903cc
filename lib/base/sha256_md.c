/*
 * base/sha256_md.c -- the digest by libmd: portable C that costs a short-lived process nothing at
 * start-up.  Alone in its object, so that erd, which has libcrypto loaded anyway, can bring its own
 * (cmd/erd/sha256.c: ten times as fast where the processor has instructions for it).
 */
#include "base/sha256.h"

#include <sha2.h>
#include <stdlib.h>

#include "base/mem.h"

struct sha256_stream {
	SHA2_CTX ctx;
};

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

struct sha256_stream *sha256_begin(void)
{
	struct sha256_stream *stream = mem_alloc(sizeof(*stream));

	SHA256Init(&stream->ctx);
	return stream;
}

void sha256_add(struct sha256_stream *stream, const void *p, size_t n)
{
	if (n)
		SHA256Update(&stream->ctx, p, n);
}

void sha256_end(struct sha256_stream *stream, struct sha256 *out)
{
	SHA256Final(out->b, &stream->ctx);
	free(stream);
}
