/*
 * model/ical.h -- shifts as an iCalendar object (RFC 5545).  Pure.
 *
 * Method     One VEVENT per shift, in UTC, so that no VTIMEZONE is needed.  Lines end in CRLF and are
 *            folded after at most 75 octets, never inside a UTF-8 sequence (3.1); texts are
 *            escaped (3.3.11).
 * UIDs       SCHEDULE-BEGIN-WORKER@HOST: the same shift has the same one in every export, and another
 *            worker's shift, an override's for instance, has another.
 */
#ifndef MODEL_ICAL_H
#define MODEL_ICAL_H

#include <stddef.h>
#include <stdint.h>

#include "model/schedule.h"

struct buf;

/* ${host}: what makes the UIDs of this spool different from another's; ${stamp_ms}: DTSTAMP. */
void ical_write(struct buf *out, const struct schedule *s, const struct shift *shifts, size_t n,
                const char *host, int64_t stamp_ms);

#endif
