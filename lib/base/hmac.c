/* base/hmac.c -- HMAC-SHA256 by libcrypto. */
#include "base/hmac.h"

#include <assert.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/sha256.h"

void hmac_sha256(struct sha256 *out, const void *key, size_t nkey, const void *p, size_t n)
{
	unsigned len = 0;

	assert(nkey <= INT_MAX);
	/* with a digest that exists and a fitting buffer, only memory can lack */
	if (!HMAC(EVP_sha256(), nkey ? key : "", (int)nkey, n ? p : (const void *)"", n, out->b,
	          &len))
		mem_oom();
	assert(len == SHA256_BYTES);
}

void hmac_sha256_2(struct sha256 *out, const void *key, size_t nkey, const void *p, size_t n,
                   const void *q, size_t m)
{
	struct buf both = BUF_INIT;

	buf_add(&both, p, n);
	buf_add(&both, q, m);
	assert(buf_ok(&both));
	hmac_sha256(out, key, nkey, both.data, both.len);
	OPENSSL_cleanse(both.data, both.len);
	buf_release(&both);
}

int hmac_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
