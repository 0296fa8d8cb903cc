/* json/schema/format_host.c -- host names and e-mail addresses. */
#include <string.h>

#include "base/safe.h"
#include "json/schema/format.h"
#include "json/schema/idn.h"

enum { NAME_MAX_BYTES = 253, LOCAL_MAX_BYTES = 64 };

static int is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static int is_ascii(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] & 0x80)
			return 0;
	return 1;
}

/* Letters, digits, and hyphens within. */
static int is_ldh(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!is_letter_or_digit(s[i]) && s[i] != '-')
			return 0;
	return n > 0 && n <= IDN_LABEL_MAX && s[0] != '-' && s[n - 1] != '-';
}

struct label {
	const char *s; /* as it is meant: "xn--" decoded */
	size_t n;
	size_t bytes; /* in the ASCII form */
	char decoded[4 * IDN_LABEL_MAX];
};

/* "xn--..." must be what its decoded form encodes to. */
static int decode_label(const struct idn *idn, struct label *l)
{
	char again[IDN_LABEL_MAX];
	size_t n = idn_decode(l->s + 4, l->n - 4, l->decoded), m, i;

	if (!n || is_ascii(l->decoded, n) || !idn_label(idn, l->decoded, n))
		return 0;
	m = idn_encode(l->decoded, n, again);
	if (m != l->n - 4)
		return 0;
	for (i = 0; i < m; i++)
		if ((again[i] | 32) != (l->s[4 + i] | 32))
			return 0;
	l->s = l->decoded;
	l->n = n;
	return 1;
}

static int read_label(const struct idn *idn, struct label *l, const char *s, size_t n)
{
	char code[IDN_LABEL_MAX];

	l->s = s;
	l->n = l->bytes = n;
	if (is_ascii(s, n)) {
		if (!is_ldh(s, n))
			return 0;
		if (n < 4 || s[2] != '-' || s[3] != '-')
			return 1;
		return (s[0] | 32) == 'x' && (s[1] | 32) == 'n' && decode_label(idn, l);
	}
	if (n > 4 * IDN_LABEL_MAX || !idn_label(idn, s, n))
		return 0;
	l->bytes = 4 + idn_encode(s, n, code);
	return l->bytes > 4 && l->bytes <= IDN_LABEL_MAX;
}

/* Length of the label separator at ${s}, 0 when there is none. */
static size_t dot(const char *s, size_t n, int idn_dots)
{
	if (n && *s == '.')
		return 1;
	if (idn_dots && n >= 3 &&
	    (!memcmp(s, "\u3002", 3) || !memcmp(s, "\uff0e", 3) || !memcmp(s, "\uff61", 3)))
		return 3;
	return 0;
}

/* All labels in turn; ${bidi}: each must keep to the rules of names with such letters. */
static int check_labels(const struct idn *idn, const char *s, size_t n, int idn_dots, int bidi,
                        int *rtl)
{
	size_t total = 0, k;
	struct label l;

	for (;;) {
		for (k = 0; k < n && !dot(s + k, n - k, idn_dots); k++)
			;
		if (!read_label(idn, &l, s, k))
			return 0;
		*rtl |= idn_is_rtl(l.s, l.n);
		if (bidi && !idn_bidi(l.s, l.n))
			return 0;
		total += l.bytes;
		if (total > NAME_MAX_BYTES)
			return 0;
		if (k == n)
			return 1;
		total++;
		k += dot(s + k, n - k, idn_dots);
		s += k;
		n -= k;
	}
}

static int is_name(const struct idn *idn, const char *s, size_t n, int idn_dots)
{
	int rtl = 0;

	if (!check_labels(idn, s, n, idn_dots, 0, &rtl))
		return 0;
	return !rtl || check_labels(idn, s, n, idn_dots, 1, &rtl);
}

/* RFC 1123 alone. */
int format_plain_hostname(const char *s, size_t n)
{
	const char *end = s + n, *stop;

	for (;; s = stop + 1) {
		stop = memchr(s, '.', (size_t)(end - s));
		if (!is_ldh(s, (size_t)((stop ? stop : end) - s)))
			return 0;
		if (!stop)
			return n <= NAME_MAX_BYTES;
	}
}

int format_hostname(const struct idn *idn, const char *s, size_t n)
{
	return is_ascii(s, n) && is_name(idn, s, n, 0);
}

int format_idn_hostname(const struct idn *idn, const char *s, size_t n)
{
	return is_name(idn, s, n, 1);
}

/* ---- e-mail ---- */

static int is_atom(const char *s, size_t n, int idn)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '.' ? i == 0 || i + 1 == n || s[i + 1] == '.'
		                : !is_letter_or_digit(s[i]) && !(idn && s[i] & 0x80) &&
		                      (!s[i] || !strchr("!#$%&'*+-/=?^_`{|}~", s[i])))
			return 0;
	}
	return n > 0;
}

static int is_quoted(const char *s, size_t n, int idn)
{
	size_t i;

	if (n < 2 || s[0] != '"' || s[n - 1] != '"')
		return 0;
	for (i = 1; i + 1 < n; i++) {
		if (s[i] == '\\' && ++i + 1 == n)
			return 0;
		if (s[i] == '"' && s[i - 1] != '\\')
			return 0;
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f || (!idn && s[i] & 0x80))
			return 0;
	}
	return 1;
}

/* "[127.0.0.1]", "[IPv6:::1]" */
static int is_literal(const char *s, size_t n)
{
	if (n < 3 || s[0] != '[' || s[n - 1] != ']')
		return 0;
	if (n > 7 && !memcmp(s + 1, "IPv6:", 5))
		return format_ipv6(s + 6, n - 7);
	return format_ipv4(s + 1, n - 2);
}

/* A domain whose labels are plain; in the idn form any character that is not ASCII stands. */
static int is_domain(const char *s, size_t n, int idn)
{
	size_t i, start = 0;

	for (i = 0; i <= n; i++) {
		if (i < n && s[i] != '.') {
			if (!is_letter_or_digit(s[i]) && s[i] != '-' && !(idn && s[i] & 0x80))
				return 0;
			continue;
		}
		if (i == start || i - start > 4 * IDN_LABEL_MAX || s[start] == '-' ||
		    s[i - 1] == '-')
			return 0;
		start = i + 1;
	}
	return n <= NAME_MAX_BYTES + (idn ? NAME_MAX_BYTES : 0);
}

static int is_address(const char *s, size_t n, int idn)
{
	const char *at = n ? memrchr(s, '@', n) : NULL;
	size_t local;

	if (!at)
		return 0;
	local = (size_t)(at - s);
	if (local > LOCAL_MAX_BYTES || !(is_atom(s, local, idn) || is_quoted(s, local, idn)))
		return 0;
	return is_domain(at + 1, n - local - 1, idn) || is_literal(at + 1, n - local - 1);
}

int format_email(const char *s, size_t n)
{
	return is_address(s, n, 0);
}

int format_idn_email(const char *s, size_t n)
{
	return is_address(s, n, 1) && utf8_valid(s, n);
}
