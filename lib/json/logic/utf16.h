/*
 * json/logic/utf16.h -- counting and cutting text as JavaScript does: by UTF-16 units.  Pure.
 *
 * Method     The text stays UTF-8, which is valid; a code point beyond U+FFFF counts two.  Half
 *            of one that a cut leaves over is written as U+FFFD, as JavaScript does when it
 *            writes UTF-8.
 */
#ifndef JSON_LOGIC_UTF16_H
#define JSON_LOGIC_UTF16_H

#include <stddef.h>

struct buf;

size_t utf16_length(const char *s, size_t n);
/* Append ${count} units from unit ${start} on; fewer when the text ends. */
void utf16_cut(struct buf *out, const char *s, size_t n, size_t start, size_t count);

#endif
