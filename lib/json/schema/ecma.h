/*
 * json/schema/ecma.h -- an ECMA-262 regular expression rewritten for PCRE2.  Pure.
 *
 * Purpose    What both read alike is copied, what they read differently is
 *            spelled out, what only PCRE2 has is refused.
 * Method     One pass; no tree is built.  Grouping and repetition errors are
 *            left to PCRE2.  Where ECMA-262 has two readings (with and without
 *            the u flag) the one with it is taken; letters that mean nothing
 *            after a backslash are refused.
 * Source     ECMA-262 section 22.2.1; pcre2pattern(3) of 10.42.
 */
#ifndef JSON_SCHEMA_ECMA_H
#define JSON_SCHEMA_ECMA_H

#include <stddef.h>

struct buf;
struct err;

/* Append the PCRE2 form of ${text} to ${out}.  FAIL_INVALID. */
int ecma_translate(const char *text, size_t n, struct buf *out, struct err *err);

#endif
