/* base: identifiers, names, hashes, base 64, random bytes. */
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/entropy.h"
#include "base/ids.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "kit.h"

START_TEST(sha256_vectors)
{
	static const struct {
		const char *text, *hex;
	} rows[] = {
	    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	struct sha256 h, again;
	char hex[SHA256_HEX];
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		size_t n = strlen(rows[i].text), half = n / 2;

		sha256_of(&h, rows[i].text, n);
		ck_assert_str_eq(sha256_hex(&h, hex), rows[i].hex);
		sha256_of2(&again, rows[i].text, half, rows[i].text + half, n - half);
		ck_assert(!memcmp(&h, &again, sizeof(h)));
		ck_assert_int_eq(sha256_parse(hex, &again), 0);
		ck_assert(!memcmp(&h, &again, sizeof(h)));
	}
	hex[3] = 'F';
	ck_assert_int_eq(sha256_parse(hex, &again), -1);
	hex[3] = '\0';
	ck_assert_int_eq(sha256_parse(hex, &again), -1);
	ck_assert_int_eq(sha256_parse(NULL, &again), -1);
}
END_TEST

START_TEST(ulid_vector)
{
	/* the ULID specification's example: 01ARZ3NDEKTSV4RRFFQ69G5FAV */
	static const uint8_t random[10] = {0xd6, 0x76, 0x4c, 0x61, 0xef, 0xb9, 0x93, 0x02, 0xbd,
	                                   0x5b};
	char text[ID_TEXT_MAX];
	struct id id, back;

	id_from_ulid(&id, INT64_C(1469922850259), random);
	ck_assert_str_eq(id_format(&id, "task_", text), "task_01ARZ3NDEKTSV4RRFFQ69G5FAV");
	ck_assert_int_eq(id_parse(text, "task_", &back), 0);
	ck_assert_int_eq(id_cmp(&id, &back), 0);
	ck_assert_int_eq(id_parse(text, "evt_", &back), -1);
	ck_assert_int_eq(id_parse(text, "", &back), -1);
	ck_assert_int_eq(id_parse(NULL, "", &back), -1);
}
END_TEST

START_TEST(ids_round_trip)
{
	char text[ID_TEXT_MAX];
	struct id id, back;
	int i;

	for (i = 0; i < 10000; i++) {
		entropy_fill(&id, sizeof(id));
		if (i < 2)
			memset(&id, i ? 0xff : 0, sizeof(id));
		id_format(&id, "e_", text);
		ck_assert_uint_eq(strlen(text), 2 + ID_DIGITS);
		ck_assert_int_eq(id_parse(text, "e_", &back), 0);
		ck_assert_int_eq(id_cmp(&id, &back), 0);
	}
}
END_TEST

START_TEST(other_ids_are_refused)
{
	static const char *const bad[] = {
	    "task_", "task_01ARZ3NDEKTSV4RRFFQ69G5FA", "task_01ARZ3NDEKTSV4RRFFQ69G5FAVX",
	    "task_81ARZ3NDEKTSV4RRFFQ69G5FAV", "task_01ARZ3NDEKTSV4RRFFQ69G5FAU",
	    "task_01arz3ndektsv4rrffq69g5fav", "task_01ARZ3NDEKTSV4RRFFQ69G5F/V",
	    "TASK_01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "",
	};
	struct id id;

	ck_assert_int_eq(id_parse(bad[_i], "task_", &id), -1);
}
END_TEST

START_TEST(keys_and_numbers_make_ids)
{
	struct id a, b;
	struct sha256 h;

	id_from_key(&a, "acme", "order-1");
	sha256_of(&h, "acme\norder-1", 12);
	ck_assert(!memcmp(a.b, h.b, ID_BYTES));
	id_from_key(&b, "acme", "order-2");
	ck_assert_int_ne(id_cmp(&a, &b), 0);
	id_from_seq(&a, 1000, 5, 1);
	id_from_seq(&b, 1000, 5, 2);
	ck_assert_int_lt(id_cmp(&a, &b), 0);
	id_from_seq(&a, 1001, 5, 1);
	ck_assert_int_gt(id_cmp(&a, &b), 0);
	ck_assert_int_eq(a.b[15], 1);
	ck_assert_int_eq(a.b[10], 5);
	id_new(&a);
	id_new(&b);
	ck_assert_int_ne(id_cmp(&a, &b), 0);
}
END_TEST

START_TEST(names)
{
	static const char *const good[] = {
	    "a", "engineering.code_review", "review_decision.v1", "0", "pool-7", "a._b", "a.-",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	static const char *const bad[] = {
	    "", ".", ".a", "a.", "a..b", "_a", "-a", "A", "a b", "a/b", "ä", "a\n", "a~", NULL,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	size_t i;

	for (i = 0; i < NITEMS(good); i++)
		ck_assert_msg(name_valid(good[i]), "%s", good[i]);
	for (i = 0; i < NITEMS(bad); i++)
		ck_assert_msg(!name_valid(bad[i]), "%s", bad[i] ? bad[i] : "NULL");
}
END_TEST

START_TEST(base64_vectors)
{
	static const char *const rows[][2] = {
	    {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xff\xef\xbe", "/+++"},
	};
	static const char *const bad[] = {
	    "Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Z===", "====", "Zm9 ", "Zm-_", "=Zm9",
	    "Zm9v\n",
	};
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		buf_clear(&b);
		base64_encode(&b, rows[i][0], strlen(rows[i][0]));
		ck_assert_str_eq(buf_str(&b), rows[i][1]);
		buf_clear(&b);
		ck_assert_int_eq(base64_decode(&b, rows[i][1], strlen(rows[i][1])), 0);
		ck_assert_str_eq(buf_str(&b), rows[i][0]);
	}
	for (i = 0; i < NITEMS(bad); i++) {
		buf_clear(&b);
		buf_adds(&b, "kept");
		ck_assert_msg(base64_decode(&b, bad[i], strlen(bad[i])) == -1, "%s", bad[i]);
		ck_assert_str_eq(buf_str(&b), "kept");
	}
	buf_release(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base_ids");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, sha256_vectors);
	tcase_add_test(tc, ulid_vector);
	tcase_add_test(tc, ids_round_trip);
	tcase_add_loop_test(tc, other_ids_are_refused, 0, 10);
	tcase_add_test(tc, keys_and_numbers_make_ids);
	tcase_add_test(tc, names);
	tcase_add_test(tc, base64_vectors);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
