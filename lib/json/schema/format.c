/* json/schema/format.c -- the table of formats, and the small ones. */
#include "json/schema/format.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/schema/pattern.h"

static int is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static int format_uuid(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' : !is_hex(s[i]))
			return 0;
	return n == 36;
}

static int format_json_pointer(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] == '~' && (i + 1 == n || (s[i + 1] != '0' && s[i + 1] != '1')))
			return 0;
	return n == 0 || s[0] == '/';
}

static int format_relative_pointer(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= '0' && s[i] <= '9')
		i++;
	if (i == 0 || (s[0] == '0' && i > 1))
		return 0;
	return (i + 1 == n && s[i] == '#') || format_json_pointer(s + i, n - i);
}

static int format_regex(const char *s, size_t n)
{
	struct err err = ERR_INIT;
	struct pattern *p = pattern_compile(s, n, &err);

	pattern_free(p);
	return p != NULL;
}

static const struct format formats[] = {
    {"date-time", "a date and time such as 2026-03-01T09:30:00Z", format_date_time, NULL},
    {"date", "a date such as 2026-03-01", format_date, NULL},
    {"time", "a time such as 09:30:00Z", format_time, NULL},
    {"duration", "a duration such as P1DT12H", format_duration, NULL},
    {"email", "an e-mail address", format_email, NULL},
    {"idn-email", "an e-mail address", format_idn_email, NULL},
    {"hostname", "a host name", NULL, format_hostname},
    {"idn-hostname", "a host name", NULL, format_idn_hostname},
    {"ipv4", "an IPv4 address", format_ipv4, NULL},
    {"ipv6", "an IPv6 address", format_ipv6, NULL},
    {"uri", "a URI such as https://example.com/a", format_uri, NULL},
    {"uri-reference", "a URI or a reference to one", format_uri_reference, NULL},
    {"iri", "an IRI such as https://example.com/a", format_iri, NULL},
    {"iri-reference", "an IRI or a reference to one", format_iri_reference, NULL},
    {"uri-template", "a URI template", format_uri_template, NULL},
    {"uuid", "a UUID", format_uuid, NULL},
    {"json-pointer", "a JSON pointer such as /a/0", format_json_pointer, NULL},
    {"relative-json-pointer", "a relative JSON pointer such as 1/a", format_relative_pointer, NULL},
    {"regex", "a regular expression", format_regex, NULL},
};

const struct format *format_find(const char *name, int early)
{
	static const struct format plain = {"hostname", "a host name", format_plain_hostname, NULL};
	size_t i;

	if (early && !strcmp(name, plain.name))
		return &plain;
	for (i = 0; i < NITEMS(formats); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

int format_fits(const struct format *f, const struct idn *idn, const char *s, size_t n)
{
	return f->plain ? f->plain(s, n) : f->host_names(idn, s, n);
}

unsigned long format_steps(const struct format *f, const char *s, size_t n)
{
	size_t i, wide = 0;

	if (f->plain == format_regex)
		return 20 + n; /* compiled */
	if (!f->host_names)
		return 1 + n / 32;
	/* labels beyond ASCII are searched by a dozen patterns */
	for (i = 0; i < n; i++)
		wide += (unsigned char)s[i] >= 0x80 || (i > 2 && !memcmp(s + i - 3, "xn--", 4));
	return 1 + n / 16 + (wide ? 20 + 2 * n : 0);
}
