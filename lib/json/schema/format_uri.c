/* json/schema/format_uri.c -- URIs, IRIs, templates and IP addresses. */
#include <string.h>

#include "base/safe.h"
#include "json/schema/format.h"

#define UNRESERVED "-._~"
#define SUB_DELIMS "!$&'()*+,;="

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int is_alpha(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static int is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static int among(char c, const char *set)
{
	return c && strchr(set, c) != NULL;
}

/* ---- addresses ---- */

int format_ipv4(const char *s, size_t n)
{
	size_t i = 0;
	int part;

	for (part = 0; part < 4; part++) {
		size_t start;
		int v = 0;

		if (part && (i == n || s[i++] != '.'))
			return 0;
		for (start = i; i < n && is_digit(s[i]) && i - start < 3; i++)
			v = v * 10 + (s[i] - '0');
		if (i == start || v > 255 || (s[start] == '0' && i - start > 1))
			return 0;
	}
	return i == n;
}

int format_ipv6(const char *s, size_t n)
{
	int groups = 0, gap = 0;
	size_t i = 0;

	if (n >= 2 && s[0] == ':' && s[1] == ':') {
		gap = 1;
		i = 2;
	}
	while (i < n) {
		size_t start = i;

		while (i < n && is_hex(s[i]) && i - start < 5)
			i++;
		if (i < n && s[i] == '.' && i > start) {
			groups += 2;
			return format_ipv4(s + start, n - start) && (gap ? groups < 8 : groups == 8);
		}
		if (i == start || i - start > 4)
			return 0;
		groups++;
		if (i == n)
			break;
		if (s[i++] != ':' || i == n)
			return 0;
		if (s[i] == ':') {
			if (gap++)
				return 0;
			i++;
		}
	}
	return gap == 1 ? groups < 8 : gap == 0 && groups == 8;
}

/* ---- URIs and IRIs ---- */

static int is_ucschar(unsigned cp, int private)
{
	if (private && ((cp >= 0xe000 && cp <= 0xf8ff) || cp >= 0xf0000))
		return (cp & 0xfffe) != 0xfffe;
	if (cp < 0x10000)
		return (cp >= 0xa0 && cp <= 0xd7ff) || (cp >= 0xf900 && cp <= 0xfdcf) ||
		       (cp >= 0xfdf0 && cp <= 0xffef);
	return cp < 0xf0000 && (cp & 0xfffe) != 0xfffe && !(cp >= 0xe0000 && cp < 0xe1000);
}

/* Letters, digits, unreserved, %41, those of ${set}, and in an IRI what is not ASCII. */
static int all_of(const char *s, size_t n, const char *set, int iri)
{
	size_t i = 0;

	while (i < n) {
		unsigned cp;
		int len;

		if (s[i] == '%') {
			if (n - i < 3 || !is_hex(s[i + 1]) || !is_hex(s[i + 2]))
				return 0;
			i += 3;
		} else if (is_alpha(s[i]) || is_digit(s[i]) || among(s[i], UNRESERVED) ||
			   among(s[i], set)) {
			i++;
		} else {
			len = iri && (s[i] & 0x80) ? utf8_next(s + i, n - i, &cp) : 0;
			if (!len || !is_ucschar(cp, iri > 1))
				return 0;
			i += (size_t)len;
		}
	}
	return 1;
}

static int is_literal(const char *s, size_t n)
{
	size_t i = 1;

	if (n == 0 || (s[0] | 32) != 'v')
		return format_ipv6(s, n);
	while (i < n && is_hex(s[i]))
		i++;
	return i > 1 && i + 1 < n && s[i] == '.' && !memchr(s, '%', n) &&
	       all_of(s + i + 1, n - i - 1, SUB_DELIMS ":", 0);
}

static int is_authority(const char *s, size_t n, int iri)
{
	const char *at = memchr(s, '@', n), *end = s + n, *close;

	if (at) {
		if (!all_of(s, (size_t)(at - s), SUB_DELIMS ":", iri))
			return 0;
		s = at + 1;
	}
	if (s < end && *s == '[') {
		close = memchr(s, ']', (size_t)(end - s));
		if (!close || !is_literal(s + 1, (size_t)(close - s - 1)))
			return 0;
		close++;
	} else {
		close = memchr(s, ':', (size_t)(end - s));
		close = close ? close : end;
		if (!all_of(s, (size_t)(close - s), SUB_DELIMS, iri))
			return 0;
	}
	if (close == end)
		return 1;
	if (*close++ != ':')
		return 0;
	while (close < end && is_digit(*close))
		close++;
	return close == end;
}

/* Up to one of ${stop}, or all. */
static size_t until(const char *s, size_t n, const char *stop)
{
	size_t i = 0;

	while (i < n && !among(s[i], stop))
		i++;
	return i;
}

static size_t scheme(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && s[i] != ':'; i++)
		if (!is_alpha(s[i]) && (i == 0 || !(is_digit(s[i]) || among(s[i], "+-."))))
			return 0;
	return i > 0 && i < n ? i + 1 : 0;
}

static int is_reference(const char *s, size_t n, int iri, int absolute)
{
	size_t k = scheme(s, n);

	if (!k && (absolute || until(s, n, ":/?#") < until(s, n, "/?#")))
		return 0;
	s += k;
	n -= k;
	if (n >= 2 && s[0] == '/' && s[1] == '/') {
		k = 2 + until(s + 2, n - 2, "/?#");
		if (!is_authority(s + 2, k - 2, iri))
			return 0;
		s += k;
		n -= k;
	}
	k = until(s, n, "?#");
	if (!all_of(s, k, SUB_DELIMS ":@/", iri))
		return 0;
	s += k;
	n -= k;
	if (n && *s == '?') {
		k = until(s, n, "#");
		if (!all_of(s + 1, k - 1, SUB_DELIMS ":@/?", iri ? 2 : 0))
			return 0;
		s += k;
		n -= k;
	}
	return !n || all_of(s + 1, n - 1, SUB_DELIMS ":@/?", iri);
}

int format_uri(const char *s, size_t n)
{
	return is_reference(s, n, 0, 1);
}

int format_uri_reference(const char *s, size_t n)
{
	return is_reference(s, n, 0, 0);
}

int format_iri(const char *s, size_t n)
{
	return is_reference(s, n, 1, 1);
}

int format_iri_reference(const char *s, size_t n)
{
	return is_reference(s, n, 1, 0);
}

/* ---- templates ---- */

static size_t var_name(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		if (s[i] == '%' && n - i >= 3 && is_hex(s[i + 1]) && is_hex(s[i + 2]))
			i += 3;
		else if (is_alpha(s[i]) || is_digit(s[i]) || s[i] == '_' ||
			 (s[i] == '.' && i > 0 && s[i - 1] != '.'))
			i++;
		else
			break;
	}
	return i > 0 && s[i - 1] == '.' ? 0 : i;
}

static int is_var(const char *s, size_t n)
{
	size_t i = var_name(s, n), start;

	if (!i)
		return 0;
	if (i == n || (i + 1 == n && s[i] == '*'))
		return 1;
	start = ++i;
	if (s[start - 1] != ':' || start == n || s[start] == '0')
		return 0;
	while (i < n && is_digit(s[i]))
		i++;
	return i == n && i - start <= 4;
}

static int is_expression(const char *s, size_t n)
{
	if (n && among(*s, "+#./;?&=,!@|")) {
		s++;
		n--;
	}
	for (;;) {
		size_t k = until(s, n, ",");

		if (!is_var(s, k))
			return 0;
		if (k == n)
			return 1;
		s += k + 1;
		n -= k + 1;
	}
}

int format_uri_template(const char *s, size_t n)
{
	while (n) {
		size_t k = 1;

		if (*s == '{') {
			k = until(s, n, "}");
			if (k == n || !is_expression(s + 1, k - 1))
				return 0;
			k++;
		} else if (*s == '%') {
			if (n < 3 || !is_hex(s[1]) || !is_hex(s[2]))
				return 0;
		} else if ((unsigned char)*s <= ' ' || *s == 0x7f || among(*s, "\"<>\\^`|}")) {
			return 0;
		}
		s += k;
		n -= k;
	}
	return 1;
}
