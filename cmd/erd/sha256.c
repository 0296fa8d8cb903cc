/*
 * cmd/erd/sha256.c -- the digest of base/sha256.h by libcrypto, in place of base/sha256_md.c.
 *
 * The journal's chain hashes every byte that erd writes; libcurl has loaded libcrypto already, and
 * with the processor's own instructions it is ten times as fast as portable C.
 */
#include "base/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/mem.h"

struct sha256_stream {
	EVP_MD_CTX *ctx;
};

void sha256_of2(struct sha256 *out, const void *p, size_t n, const void *q, size_t m)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	/* with a digest that exists, only memory can lack */
	if (!ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) || !EVP_DigestUpdate(ctx, p, n) ||
	    !EVP_DigestUpdate(ctx, q, m) || !EVP_DigestFinal_ex(ctx, out->b, NULL))
		mem_oom();
	EVP_MD_CTX_free(ctx);
}

struct sha256_stream *sha256_begin(void)
{
	struct sha256_stream *stream = mem_alloc(sizeof(*stream));

	stream->ctx = EVP_MD_CTX_new();
	if (!stream->ctx || !EVP_DigestInit_ex(stream->ctx, EVP_sha256(), NULL))
		mem_oom();
	return stream;
}

void sha256_add(struct sha256_stream *stream, const void *p, size_t n)
{
	if (!EVP_DigestUpdate(stream->ctx, p, n))
		mem_oom();
}

void sha256_end(struct sha256_stream *stream, struct sha256 *out)
{
	if (!EVP_DigestFinal_ex(stream->ctx, out->b, NULL))
		mem_oom();
	EVP_MD_CTX_free(stream->ctx);
	free(stream);
}
