/*
 * json/schema/pattern.h -- regular expressions with ECMA-262 semantics and limits.
 *
 * Method     PCRE2 with UTF | DOLLAR_ENDONLY | MATCH_UNSET_BACKREF |
 *            NEVER_BACKSLASH_C | ALLOW_EMPTY_CLASS and ALT_BSUX.  Before that a
 *            pass over the text refuses what ECMA-262 lacks -- (?i), \A \z \Z
 *            \G, possessive quantifiers -- and spells out what the two read
 *            differently: . \s \S \v \0 \1 \u and [ in a class.
 *            Unanchored.  No JIT.  Those of json/schema/plain.h are matched without
 *            PCRE2, which still says whether they are expressions at all.
 * Limits     Pattern 256 bytes, nesting 32, depth 10^3, heap 1 MB, subject 64 kB;
 *            work 20,000 items tried and 4 more for each byte of the subject, from
 *            wherever the match begins.  A match that meets a limit is not a match
 *            and says so.
 */
#ifndef JSON_SCHEMA_PATTERN_H
#define JSON_SCHEMA_PATTERN_H

#include <stddef.h>

struct err;
struct plain;
struct pattern; /* opaque */

struct pattern *pattern_compile(const char *text, size_t n, struct err *err); /* FAIL_INVALID */
void pattern_free(struct pattern *p);
/* 1 match, 0 none, -1 a limit was met. */
int pattern_match(const struct pattern *p, const char *s, size_t n);
/* As pattern_match, and adds to *steps what the match cost (0.1 us each, about). */
int pattern_match_steps(const struct pattern *p, const char *s, size_t n, unsigned long *steps);
/* When it is plain and of a fixed length; else NULL. */
const struct plain *pattern_fixed(const struct pattern *p);
size_t pattern_size(const struct pattern *p); /* compiled, in bytes */

#endif
