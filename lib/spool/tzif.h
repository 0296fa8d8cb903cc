/*
 * spool/tzif.h -- from the name of a time zone to its document (model/zone.h), by the system's tzdata.
 *
 * Purpose    The only reader of /usr/share/zoneinfo; runs when configuration is loaded.
 * Format     TZif, RFC 8536: of versions 2 to 4 the 64-bit block and the footer.  Version 1
 *            alone (none is shipped any more) is refused.  Leap seconds are not counted.
 * Errors     FAIL_CONFIG: no such zone (with near names' advice to install tzdata), damaged file.
 *            "UTC" needs no file.
 * Limits     256 KiB a file.
 */
#ifndef SPOOL_TZIF_H
#define SPOOL_TZIF_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct config;
struct err;

/* A new reference, or NULL. */
json_t *tzif_load(const char *zone_name, struct err *err);
/* The same from the bytes of a file. */
json_t *tzif_parse(const void *bytes, size_t n, struct err *err);

/* Resolve every zone that the documents in ${c} name.  Each failure is a line of ${report}
 * (or NULL), the first goes to ${err}. */
int spool_load_zones(struct config *c, struct buf *report, struct err *err);

#endif
