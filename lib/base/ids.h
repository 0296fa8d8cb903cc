/*
 * base/ids.h -- identifiers.  Pure (random bytes come from base/entropy.h).
 *
 * Format     PREFIX + 26 digits of Crockford's base 32, upper case, no I L O U:
 *            128 bits, most significant first (first digit 0..7).  Prefixes:
 *            task_ evt_ msg_ e_ pay_ wh_.
 *            Without a key the 128 bits are a ULID: 48 bits of milliseconds,
 *            80 random.  With a key they are the first 16 bytes of
 *            SHA-256(org "\n" key), so the same key is the same id anywhere.
 * Source     github.com/ulid/spec; Crockford base 32.
 * Errors     id_parse is strict: exact length, upper-case alphabet.
 */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include <stddef.h>
#include <stdint.h>

enum {
	ID_BYTES = 16,
	ID_DIGITS = 26,
	ID_TEXT_MAX = 40 /* longest prefix, digits and NUL, with room */
};

struct id {
	uint8_t b[ID_BYTES];
};

void id_from_ulid(struct id *id, int64_t ms, const uint8_t random[10]);
void id_from_key(struct id *id, const char *org, const char *key);
/* An id for the ${seq}-th event: ULID of ${ms} whose low 80 bits are ${tag} (40
 * bits, one per spool) and ${seq} (40 bits). Deterministic. */
void id_from_seq(struct id *id, int64_t ms, uint64_t tag, uint64_t seq);

/* ${out} has ID_TEXT_MAX bytes; returns out. */
char *id_format(const struct id *id, const char *prefix, char *out);
/* 0, or -1 when ${text} is not exactly prefix + 26 digits. */
int id_parse(const char *text, const char *prefix, struct id *id);
int id_cmp(const struct id *a, const struct id *b);

/* Configuration names: ^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$, at most 64 bytes. */
int name_valid(const char *name);

#endif
