/* base/hmac.h, tested with the layer that uses it: only that one links libcrypto. */
#include <string.h>

#include "base/hmac.h"
#include "base/sha256.h"
#include "kit.h"

/* RFC 4231 cases 1, 2, 6. */
START_TEST(hmac_vectors)
{
	unsigned char key[131];
	char hex[SHA256_HEX];
	struct sha256 h;

	memset(key, 0x0b, 20);
	hmac_sha256(&h, key, 20, "Hi There", 8);
	ck_assert_str_eq(sha256_hex(&h, hex),
	                 "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hmac_sha256_2(&h, "Jefe", 4, "what do ya want", 15, " for nothing?", 13);
	ck_assert_str_eq(sha256_hex(&h, hex),
	                 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 131);
	hmac_sha256(&h, key, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54);
	ck_assert_str_eq(sha256_hex(&h, hex),
	                 "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	hmac_sha256_2(&h, "", 0, "", 0, "", 0);
	ck_assert_str_eq(sha256_hex(&h, hex),
	                 "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	ck_assert(hmac_equal("abc", "abc", 3));
	ck_assert(!hmac_equal("abc", "abd", 3));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("out_hmac");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, hmac_vectors);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
