/* tests/unit/out_sign.c -- signatures, byte for byte, and what must not verify. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "out/sign.h"
#include "kit.h"

#define BODY(text) .body = (text), .n = sizeof(text) - 1

static const struct vector {
	struct sign_in in;
	const char *value;
} standard[] =
    {
	{{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
          BODY("{\"test\": 2432232314}")},
         "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
	{{"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "msg_1", 1700000000, BODY("{\"a\":1}")},
         "v1,WUgAXU8H0NQ1/7M+TtMwKma2b74a3/TCgekiM3YUdN8="},
},
  humanrail[] = {
      {{"whsec_x", "", 1700000000, BODY("{\"a\":1}")},
       "t=1700000000,v1=b3438763ab46d9634b9844c8722818eaf523f803db1327484c6067462a5fd6d1"},
      {{"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "", 1700000000, BODY("{\"a\":1}")},
       "t=1700000000,v1=c2afd8219e9c5771cefc17f901599147a6c76c1794ff6add656bbc988f2572fd"},
};

static int verify(const struct sign_in *in, const char *value, int64_t now_s)
{
	struct err err = ERR_INIT;
	int rc = sign_verify_standard(in, value, now_s, &err);

	ck_assert_int_eq(err.code, rc ? FAIL_DENIED : FAIL_NONE);
	return rc;
}

static int verify_h(const struct sign_in *in, const char *value, int64_t now_s)
{
	struct err err = ERR_INIT;
	int rc = sign_verify_humanrail(in, value, now_s, &err);

	ck_assert_int_eq(err.code, rc ? FAIL_DENIED : FAIL_NONE);
	return rc;
}

START_TEST(standard_vectors)
{
	const struct vector *v = &standard[_i];
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	int raw = 1;

	ck_assert_int_eq(sign_standard(&v->in, &out, &raw, &err), 0);
	ck_assert_str_eq(buf_str(&out), v->value);
	ck_assert_int_eq(raw, 0);
	ck_assert_int_eq(verify(&v->in, v->value, v->in.timestamp_s), 0);
	buf_release(&out);
}
END_TEST

START_TEST(humanrail_vectors)
{
	const struct vector *v = &humanrail[_i];
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	ck_assert_int_eq(sign_humanrail(&v->in, &out, &err), 0);
	ck_assert_str_eq(buf_str(&out), v->value);
	ck_assert_int_eq(verify_h(&v->in, v->value, v->in.timestamp_s), 0);
	buf_release(&out);
}
END_TEST

START_TEST(every_changed_byte_is_refused)
{
	char body[64], value[128];

	for (size_t k = 0; k < NITEMS(standard); k++) {
		const struct vector *s = &standard[k], *h = &humanrail[k];
		struct sign_in in = s->in;

		memcpy(body, s->in.body, s->in.n);
		in.body = body;
		for (size_t i = 0; i < in.n; i++) {
			body[i] ^= 1;
			ck_assert_int_eq(verify(&in, s->value, in.timestamp_s), -1);
			body[i] ^= 1;
		}
		for (size_t i = 0; i < strlen(s->value); i++) {
			memcpy(value, s->value, strlen(s->value) + 1);
			value[i] ^= 1;
			ck_assert_int_eq(verify(&in, value, in.timestamp_s), -1);
		}
		for (size_t i = 0; i < strlen(h->value); i++) {
			memcpy(value, h->value, strlen(h->value) + 1);
			value[i] ^= 1;
			ck_assert_int_eq(verify_h(&h->in, value, h->in.timestamp_s), -1);
		}
	}
}
END_TEST

START_TEST(the_clock_may_differ_by_300_s)
{
	const struct vector *s = &standard[0], *h = &humanrail[0];
	int64_t t = s->in.timestamp_s, u = h->in.timestamp_s;

	ck_assert_int_eq(verify(&s->in, s->value, t + 300), 0);
	ck_assert_int_eq(verify(&s->in, s->value, t - 300), 0);
	ck_assert_int_eq(verify(&s->in, s->value, t + 301), -1);
	ck_assert_int_eq(verify(&s->in, s->value, t - 301), -1);
	ck_assert_int_eq(verify_h(&h->in, h->value, u + 300), 0);
	ck_assert_int_eq(verify_h(&h->in, h->value, u - 300), 0);
	ck_assert_int_eq(verify_h(&h->in, h->value, u + 301), -1);
	ck_assert_int_eq(verify_h(&h->in, h->value, u - 301), -1);
}
END_TEST

static const char *const refused[] = {
    "",
    "v1,",
    "v1",
    "v1,g0hM9Ss",
    "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=", /* unused bits set */
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
    "V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=,",
};

START_TEST(malformed_values_are_refused)
{
	const struct sign_in *in = &standard[0].in;

	ck_assert_int_eq(verify(in, refused[_i], in->timestamp_s), -1);
}
END_TEST

START_TEST(any_of_several_signatures_will_do)
{
	const struct sign_in *in = &standard[0].in;
	struct buf b = BUF_INIT;

	buf_addf(&b, "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x  v1a,y %s",
	         standard[0].value);
	ck_assert_int_eq(verify(in, buf_str(&b), in->timestamp_s), 0);
	while (b.len <= 4096)
		buf_adds(&b, " v1,x");
	ck_assert_int_eq(verify(in, buf_str(&b), in->timestamp_s), -1);
	buf_release(&b);
}
END_TEST

static const char *const bad_stripe[] = {
    "",
    "t=,v1=",
    "t=hello,v1=00",
    "v1=00,t=1700000000",
    "t=1700000000",
    "t=1700000000;v1=0",
    "t=1700000000, v1=b3438763ab46d9634b9844c8722818eaf523f803db1327484c6067462a5fd6d1",
    "t=1700000000,v1=B3438763AB46D9634B9844C8722818EAF523F803DB1327484C6067462A5FD6D1",
    "t=1700000000,v0=b3438763ab46d9634b9844c8722818eaf523f803db1327484c6067462a5fd6d1",
    "t=99999999999999999999999,v1=00",
    "t=-1700000000,v1=00",
};

START_TEST(malformed_humanrail_values_are_refused)
{
	ck_assert_int_eq(verify_h(&humanrail[0].in, bad_stripe[_i], 1700000000), -1);
}
END_TEST

/* What is no base 64 of 16 bytes or more after whsec_ is a key as it stands. */
START_TEST(raw_keys_are_told)
{
	static const struct {
		const char *secret;
		int raw;
	} cases[] = {
	    {"whsec_x", 1},
	    {"correct horse battery staple", 1},
	    {"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", 1},
	    {"whsec_MDEyMzQ1Njc4OWFiY2Rl", 1},     /* 15 bytes */
	    {"whsec_MDEyMzQ1Njc4OWFiY2RlZg==", 0}, /* 16 bytes */
	    {"whsec_MDEyMzQ1Njc4OWFiY2RlZg", 1},   /* padding missing */
	    {"whsec_MDEyMzQ1Njc4OWFiY2RlZjAx!!!!", 1},
	};

	for (size_t i = 0; i < NITEMS(cases); i++) {
		struct sign_in in = {cases[i].secret, "evt_1", 1, "x", 1};
		struct buf out = BUF_INIT;
		int raw = -1;

		ck_assert_int_eq(sign_standard(&in, &out, &raw, NULL), 0);
		ck_assert_int_eq(raw, cases[i].raw);
		ck_assert_int_eq(verify(&in, buf_str(&out), 1), 0);
		buf_release(&out);
	}
}
END_TEST

START_TEST(empty_secrets_are_refused)
{
	static const char *const secrets[] = {"", "whsec_"};

	for (size_t i = 0; i < NITEMS(secrets); i++) {
		struct sign_in in = {secrets[i], "evt_1", 1, "x", 1};
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;
		int raw;

		ck_assert_int_eq(sign_standard(&in, &out, &raw, &err), -1);
		ck_assert_int_eq(err.code, FAIL_INVALID);
		ck_assert_int_eq(sign_humanrail(&in, &out, NULL), -1);
		ck_assert_int_eq(sign_verify_standard(&in, "v1,", 1, NULL), -1);
		ck_assert_int_eq(sign_verify_humanrail(&in, "t=1,v1=", 1, NULL), -1);
		ck_assert_uint_eq(out.len, 0);
	}
}
END_TEST

START_TEST(an_id_with_a_dot_is_refused)
{
	struct sign_in in = {"secret", "evt.1", 1, "x", 1};
	struct buf out = BUF_INIT;

	ck_assert_int_eq(sign_standard(&in, &out, NULL, NULL), -1);
	in.id = "";
	ck_assert_int_eq(sign_standard(&in, &out, NULL, NULL), -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("out_sign");
	TCase *t = tcase_create("sign");

	tcase_add_loop_test(t, standard_vectors, 0, NITEMS(standard));
	tcase_add_loop_test(t, humanrail_vectors, 0, NITEMS(humanrail));
	tcase_add_test(t, every_changed_byte_is_refused);
	tcase_add_test(t, the_clock_may_differ_by_300_s);
	tcase_add_loop_test(t, malformed_values_are_refused, 0, NITEMS(refused));
	tcase_add_test(t, any_of_several_signatures_will_do);
	tcase_add_loop_test(t, malformed_humanrail_values_are_refused, 0, NITEMS(bad_stripe));
	tcase_add_test(t, raw_keys_are_told);
	tcase_add_test(t, empty_secrets_are_refused);
	tcase_add_test(t, an_id_with_a_dot_is_refused);
	suite_add_tcase(s, t);
	return kit_run(s);
}
