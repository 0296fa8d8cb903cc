/*
 * base/timefmt.h -- times and durations as text.  Pure.
 *
 * Units      Times are int64_t milliseconds since the epoch, UTC.  Durations
 *            are int64_t milliseconds.
 * Source     RFC 3339 section 5.6.  Leap seconds (:60) are read as :59.999.
 * Limits     Years 1970..9999.  Durations up to 10 years.
 */
#ifndef BASE_TIMEFMT_H
#define BASE_TIMEFMT_H

#include <stddef.h>
#include <stdint.h>

struct err;

enum { TIME_TEXT_MAX = 25 }; /* "2026-11-22T18:44:38.123Z" and NUL */

/* "2026-11-22T18:44:38.123Z".  ${out} has TIME_TEXT_MAX bytes; returns out. */
char *time_format_ms(int64_t ms, char *out);
/* "2026-11-22T18:44:38Z": what the dialects use. */
char *time_format_s(int64_t ms, char *out);
/* "20261122T184438Z": sorts as text, fit for file names. */
char *time_format_compact(int64_t ms, char *out);
enum { TIME_MAIL_MAX = 32 };
/* "Sun, 22 Nov 2026 18:44:38 +0000" (RFC 5322 section 3.3); ${out} has TIME_MAIL_MAX bytes. */
char *time_format_mail(int64_t ms, char *out);

/* RFC 3339 with offset or Z, fraction optional.  FAIL_INVALID. */
int time_parse(const char *text, int64_t *ms, struct err *err);

/* "90s" "15m" "1h30m" "2d" "250ms", or bare seconds "30".  FAIL_INVALID. */
int duration_parse(const char *text, int64_t *ms, struct err *err);

enum { DURATION_TEXT_MAX = 24 };
/* Short, for people: "2m", "1h30m", "3d4h"; negative with "-". Returns out. */
char *duration_format(int64_t ms, char *out);

#endif
