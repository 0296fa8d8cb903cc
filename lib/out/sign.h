/*
 * out/sign.h -- webhook signatures, byte-exact to WIRE.md 3.1 and its vectors.
 *
 * Styles     Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature "v1,<base64>" of
 *            HMAC-SHA256 over id.timestamp.body; key = the base64-decoded part after whsec_, or the raw bytes of
 *            the whole string when that is not base64 of >= 16 bytes (*raw_key is set: say so in the log).
 *            HumanRail/Stripe: "t=<s>,v1=<hex>" over t.body, key = the literal string.
 * Errors     FAIL_INVALID: empty secret, or a bare "whsec_".
 */
#ifndef OUT_SIGN_H
#define OUT_SIGN_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

struct sign_in {
	const char *secret;
	const char *id;      /* "evt_…" */
	int64_t timestamp_s; /* of the attempt */
	const void *body;
	size_t n;
};

/* Append the header's value (not its name). */
int sign_standard(const struct sign_in *in, struct buf *out, int *raw_key, struct err *err);
int sign_humanrail(const struct sign_in *in, struct buf *out, struct err *err);

/* Check a received "webhook-signature" value: any of its v1 entries, +-300 s around ${now_s}.  0 or
 * FAIL_DENIED with the reason.  Constant-time compare. */
int sign_verify_standard(const struct sign_in *in, const char *value, int64_t now_s, struct err *err);
int sign_verify_humanrail(const struct sign_in *in, const char *value, int64_t now_s, struct err *err);

#endif
