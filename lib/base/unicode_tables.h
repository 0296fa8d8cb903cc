/*
 * base/unicode_tables.h -- Unicode 15.0 properties as sorted ranges.  Pure.
 *
 * Purpose    What base/safe.c must know about a code point, without the C
 *            library's locale.
 * Source     unicode_tables.c is written by tests/unit/make_unicode_tables.py
 *            from the Unicode character database; do not edit it.
 */
#ifndef BASE_UNICODE_TABLES_H
#define BASE_UNICODE_TABLES_H

#include <stddef.h>
#include <stdint.h>

struct unicode_range {
	uint32_t first, last;
};

/* Cc Cf Cs Co Cn Zl Zp: not to be shown as it is */
extern const struct unicode_range unicode_denied[];
extern const size_t unicode_ndenied;
/* Mn Me and conjoining Hangul vowels and finals: no column of their own */
extern const struct unicode_range unicode_combining[];
extern const size_t unicode_ncombining;
/* East Asian wide and full width: two columns */
extern const struct unicode_range unicode_wide[];
extern const size_t unicode_nwide;

#endif
