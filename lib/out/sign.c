/* out/sign.c -- webhook signatures, made and checked. */
#include "out/sign.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hmac.h"
#include "base/sha256.h"

enum {
	TOLERANCE_S = 300,
	KEY_MIN = 16,     /* bytes; what is shorter was not meant as base 64 */
	VALUE_MAX = 4096, /* of a received header */
	DIGITS_MAX = 15   /* of a received timestamp */
};

static const char prefix[] = "whsec_";

static int check_secret(const char *secret, struct err *err)
{
	if (!secret || !secret[0])
		return err_set(err, FAIL_INVALID, "the webhook secret is empty");
	if (!strcmp(secret, prefix))
		return err_set(err, FAIL_INVALID, "the webhook secret ends after %s", prefix);
	return 0;
}

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	buf_release(b);
}

/* The key of Standard Webhooks.  Returns 1 when the secret's own bytes had to do. */
static int standard_key(const char *secret, struct buf *key)
{
	size_t n = sizeof(prefix) - 1;

	if (!strncmp(secret, prefix, n) && !base64_decode(key, secret + n, strlen(secret + n)) &&
	    key->len >= KEY_MIN)
		return 0;
	buf_clear(key);
	buf_adds(key, secret);
	return 1;
}

static int standard_value(const struct sign_in *in, struct buf *out, int *raw_key, struct err *err)
{
	struct buf key = BUF_INIT, head = BUF_INIT;
	struct sha256 mac;
	int raw;

	if (check_secret(in->secret, err))
		return -1;
	if (!in->id[0] || strchr(in->id, '.'))
		return err_set(err, FAIL_INVALID, "a webhook id is not empty and has no dot");
	raw = standard_key(in->secret, &key);
	if (raw_key)
		*raw_key = raw;
	buf_addf(&head, "%s.%" PRId64 ".", in->id, in->timestamp_s);
	hmac_sha256_2(&mac, key.data, key.len, head.data, head.len, in->body, in->n);
	buf_adds(out, "v1,");
	base64_encode(out, mac.b, sizeof(mac.b));
	wipe(&key);
	buf_release(&head);
	return 0;
}

int sign_standard(const struct sign_in *in, struct buf *out, int *raw_key, struct err *err)
{
	return standard_value(in, out, raw_key, err);
}

static void humanrail_hex(const char *secret, const char *t, size_t tlen, const struct sign_in *in,
                          char hex[SHA256_HEX])
{
	struct buf head = BUF_INIT;
	struct sha256 mac;

	buf_add(&head, t, tlen);
	buf_addc(&head, '.');
	hmac_sha256_2(&mac, secret, strlen(secret), head.data, head.len, in->body, in->n);
	sha256_hex(&mac, hex);
	buf_release(&head);
}

int sign_humanrail(const struct sign_in *in, struct buf *out, struct err *err)
{
	char t[24], hex[SHA256_HEX];

	if (check_secret(in->secret, err))
		return -1;
	snprintf(t, sizeof(t), "%" PRId64, in->timestamp_s);
	humanrail_hex(in->secret, t, strlen(t), in, hex);
	buf_addf(out, "t=%s,v1=%s", t, hex);
	return 0;
}

static int check_time(int64_t stamp_s, int64_t now_s, struct err *err)
{
	if (stamp_s < now_s - TOLERANCE_S)
		return err_set(err, FAIL_DENIED, "the timestamp is too old");
	if (stamp_s > now_s + TOLERANCE_S)
		return err_set(err, FAIL_DENIED, "the timestamp lies in the future");
	return 0;
}

/* 1 when one of the ${sep}-separated entries of ${value} is exactly ${want}.  All are
 * compared, so the time tells nothing about which. */
static int any_entry(const char *value, char sep, const char *want)
{
	size_t nwant = strlen(want);
	int found = 0;

	for (;;) {
		const char *end = strchrnul(value, sep);

		if ((size_t)(end - value) == nwant)
			found |= hmac_equal(value, want, nwant);
		if (!*end)
			return found;
		value = end + 1;
	}
}

int sign_verify_standard(const struct sign_in *in, const char *value, int64_t now_s,
                         struct err *err)
{
	struct buf want = BUF_INIT;
	int found;

	if (strlen(value) > VALUE_MAX)
		return err_set(err, FAIL_DENIED, "the signature header is too long");
	if (check_time(in->timestamp_s, now_s, err) || standard_value(in, &want, NULL, err))
		return -1;
	found = any_entry(value, ' ', buf_str(&want));
	buf_release(&want);
	if (!found)
		return err_set(err, FAIL_DENIED, "no signature matches");
	return 0;
}

/* "t=DIGITS,": the digits' length, or 0. */
static size_t stamp_digits(const char *value, int64_t *t)
{
	size_t n = 0;

	if (strncmp(value, "t=", 2))
		return 0;
	for (*t = 0; value[2 + n] >= '0' && value[2 + n] <= '9'; n++) {
		if (n == DIGITS_MAX)
			return 0;
		*t = *t * 10 + (value[2 + n] - '0');
	}
	return value[2 + n] == ',' ? n : 0;
}

int sign_verify_humanrail(const struct sign_in *in, const char *value, int64_t now_s,
                          struct err *err)
{
	char hex[SHA256_HEX], want[SHA256_HEX + 4];
	int64_t t;
	size_t n;

	if (check_secret(in->secret, err))
		return -1;
	if (strlen(value) > VALUE_MAX)
		return err_set(err, FAIL_DENIED, "the signature header is too long");
	n = stamp_digits(value, &t);
	if (!n)
		return err_set(err, FAIL_DENIED, "the signature does not begin with t=SECONDS");
	if (check_time(t, now_s, err))
		return -1;
	humanrail_hex(in->secret, value + 2, n, in, hex);
	snprintf(want, sizeof(want), "v1=%s", hex);
	if (!any_entry(value + 2 + n + 1, ',', want))
		return err_set(err, FAIL_DENIED, "no signature matches");
	return 0;
}
