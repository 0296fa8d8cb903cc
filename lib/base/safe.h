/*
 * base/safe.h -- make foreign text fit for a terminal or a log line.  Pure.
 *
 * Purpose    Nothing that came from outside is printed without this.
 * Method     Keep assigned visible characters (and LF, TAB when asked); show
 *            everything else as <U+202E>, bytes that are not UTF-8 as <0x9B>.
 *            Denied: Cc (with C1), Cf (bidi, zero width, tags), Cs, Co, Cn, Zl,
 *            Zp and noncharacters; more than 4 combining marks per base are
 *            shown escaped.  The C library's iswprint is not used: it calls
 *            U+202E printable.
 * Source     Unicode 15.0 general categories.
 */
#ifndef BASE_SAFE_H
#define BASE_SAFE_H

#include <stddef.h>

struct buf;

enum safe_flags {
	SAFE_LINE = 0,    /* one line: LF and TAB are escaped too */
	SAFE_TEXT = 1     /* LF and TAB pass */
};

void safe_add(struct buf *out, const char *s, size_t n, enum safe_flags flags);
void safe_adds(struct buf *out, const char *s, enum safe_flags flags);

/* Columns that ${s} (already safe) takes on a terminal; wcwidth rules without
 * locale: wide East Asian and emoji 2, combining 0. */
int safe_width(const char *s);
/* Append ${s} cut or padded to exactly ${cols} columns ("…" marks a cut). */
void safe_add_cols(struct buf *out, const char *s, int cols);

/* Length of the valid UTF-8 sequence at ${s} (1..4) and its code point, or 0. */
int utf8_next(const char *s, size_t n, unsigned *cp);
int utf8_valid(const char *s, size_t n);
size_t utf8_count(const char *s); /* code points; s is valid UTF-8 */

#endif
