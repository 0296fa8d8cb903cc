/*
 * json/schema/idn.h -- is this label of a host name one that IDNA allows?  Pure.
 *
 * Method     Unicode properties by PCRE2, so that no table of our own ages.
 * Source     RFC 5890-5893 (IDNA2008, contextual rules, bidi), 3492 (Punycode).
 *            Ours differs: joining types are told by script, not by table.
 * Ownership  Immutable after idn_new: may be shared.
 */
#ifndef JSON_SCHEMA_IDN_H
#define JSON_SCHEMA_IDN_H

#include <stddef.h>

struct idn; /* opaque */

struct idn *idn_new(void);
void idn_free(struct idn *idn);

/* A label in UTF-8 with at least one character that is not ASCII. */
int idn_label(const struct idn *idn, const char *s, size_t n);
/* Has it a letter that is written from right to left? */
int idn_is_rtl(const char *s, size_t n);
/* RFC 5893: what a label of a name with such letters must keep to. */
int idn_bidi(const char *s, size_t n);

enum { IDN_LABEL_MAX = 63 };

/* Behind "xn--": the label in UTF-8 (at most 4 * IDN_LABEL_MAX bytes) and its length, or 0. */
size_t idn_decode(const char *s, size_t n, char *out);
/* Length of the Punycode of a label in UTF-8, or 0; ${out} has IDN_LABEL_MAX bytes. */
size_t idn_encode(const char *s, size_t n, char *out);

#endif
