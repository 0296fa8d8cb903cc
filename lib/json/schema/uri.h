/*
 * json/schema/uri.h -- a reference against its base.  Pure.
 *
 * Source     RFC 3986 section 5.2; no normalisation beyond dot segments.
 */
#ifndef JSON_SCHEMA_URI_H
#define JSON_SCHEMA_URI_H

#include <stddef.h>

struct buf;

/* Append ${ref} resolved against ${base}; an empty base leaves it as it is. */
void uri_resolve(struct buf *out, const char *base, const char *ref);
/* Does it begin with a scheme? */
int uri_is_absolute(const char *s);
/* Append ${s} as a fragment: what may not stand there as %41. */
void uri_add_fragment(struct buf *out, const char *s);
/* Append ${s} with %41 decoded: 0, or -1 when a percent sign stands alone. */
int uri_decode(struct buf *out, const char *s);

#endif
