/*
 * json/schema/format.h -- the formats that strings may be asked to have.  Pure.
 *
 * Source     RFC 3339 (date-time date time, duration by its appendix A), 5321 and
 *            6531 (email), 1123, 5890 ff. (hostname), 2673, 4291 (ipv4, ipv6), 3986,
 *            3987 (uri, iri), 6570 (uri-template), 4122 (uuid), 6901
 *            (json-pointer), the relative JSON pointers of draft-bhutton; ECMA-262
 *            (regex).
 */
#ifndef JSON_SCHEMA_FORMAT_H
#define JSON_SCHEMA_FORMAT_H

#include <stddef.h>

struct idn;

struct format {
	const char *name;
	const char *text; /* "must be ..." */
	int (*plain)(const char *s, size_t n);
	int (*host_names)(const struct idn *idn, const char *s, size_t n); /* one of the two */
};

/* NULL when unknown.  ${early}: as drafts 04 and 06 mean it, whose host names have no IDNA. */
const struct format *format_find(const char *name, int early);
int format_fits(const struct format *f, const struct idn *idn, const char *s, size_t n);
/* What that costs, in steps of 0.1 us. */
unsigned long format_steps(const struct format *f, const char *s, size_t n);

/* The checks, by file. */
int format_date_time(const char *s, size_t n);
int format_date(const char *s, size_t n);
int format_time(const char *s, size_t n);
int format_duration(const char *s, size_t n);

int format_uri(const char *s, size_t n);
int format_uri_reference(const char *s, size_t n);
int format_iri(const char *s, size_t n);
int format_iri_reference(const char *s, size_t n);
int format_uri_template(const char *s, size_t n);
int format_ipv4(const char *s, size_t n);
int format_ipv6(const char *s, size_t n);

int format_plain_hostname(const char *s, size_t n);
int format_hostname(const struct idn *idn, const char *s, size_t n);
int format_idn_hostname(const struct idn *idn, const char *s, size_t n);
int format_email(const char *s, size_t n);
int format_idn_email(const char *s, size_t n);

#endif
