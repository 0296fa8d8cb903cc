/* json/schema/uri.c -- a reference against its base, by RFC 3986 section 5.2. */
#include "json/schema/uri.h"

#include <string.h>

#include "base/buf.h"

struct part {
	const char *p;
	size_t n;
	int there;
};

/* Each without its delimiters. */
struct parts {
	struct part scheme, authority, path, query, fragment;
};

static struct part part_of(const char *p, size_t n)
{
	return (struct part){.p = p, .n = n, .there = 1};
}

static int is_scheme(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int letter = (s[i] | 32) >= 'a' && (s[i] | 32) <= 'z';

		if (!letter && (i == 0 || !(strchr("+-.", s[i]) || (s[i] >= '0' && s[i] <= '9'))))
			return 0;
	}
	return n > 0;
}

static struct parts split(const char *s)
{
	struct parts u = {.path = {.p = s}};
	size_t n = strcspn(s, ":/?#");

	if (s[n] == ':' && is_scheme(s, n)) {
		u.scheme = part_of(s, n);
		s += n + 1;
	}
	if (s[0] == '/' && s[1] == '/') {
		u.authority = part_of(s + 2, strcspn(s + 2, "/?#"));
		s += 2 + u.authority.n;
	}
	u.path = part_of(s, strcspn(s, "?#"));
	s += u.path.n;
	if (*s == '?') {
		u.query = part_of(s + 1, strcspn(s + 1, "#"));
		s += 1 + u.query.n;
	}
	if (*s == '#')
		u.fragment = part_of(s + 1, strlen(s + 1));
	return u;
}

static void put(struct buf *out, const char *before, struct part part, const char *after)
{
	if (!part.there)
		return;
	buf_adds(out, before);
	buf_add(out, part.p, part.n);
	buf_adds(out, after);
}

/* Drop the last segment of what was written from ${start} on, with its slash. */
static void drop_segment(struct buf *out, size_t start)
{
	while (out->len > start && out->data[out->len - 1] != '/')
		out->len--;
	if (out->len > start)
		out->len--;
	if (out->data)
		out->data[out->len] = '\0';
}

/* Append ${path} without its "." and ".." segments. */
static void put_path(struct buf *out, const char *path, size_t n)
{
	size_t start = out->len, at = 0;

	while (at < n) {
		const char *s = path + at;
		size_t slash = *s == '/', len = slash;

		while (at + len < n && s[len] != '/')
			len++;
		if (len - slash == 2 && s[slash] == '.' && s[slash + 1] == '.')
			drop_segment(out, start);
		else if (len - slash != 1 || s[slash] != '.')
			buf_add(out, s, len);
		at += len;
		/* "/." and "/.." at the end leave the slash */
		if (at == n && len > slash && s[slash] == '.' &&
		    (len - slash == 1 || (len - slash == 2 && s[slash + 1] == '.')))
			buf_addc(out, '/');
	}
}

static void put_merged(struct buf *out, const struct parts *base, const struct parts *ref)
{
	struct buf all = BUF_INIT;
	size_t n = base->path.n;

	while (n > 0 && base->path.p[n - 1] != '/')
		n--;
	if (base->authority.there && base->path.n == 0)
		buf_addc(&all, '/');
	buf_add(&all, base->path.p, n);
	buf_add(&all, ref->path.p, ref->path.n);
	put_path(out, buf_str(&all), all.len);
	buf_release(&all);
}

void uri_resolve(struct buf *out, const char *base, const char *ref)
{
	struct parts b = split(base), r = split(ref);
	int own = r.scheme.there || r.authority.there;

	if (!*base || r.scheme.there) {
		buf_adds(out, ref);
		return;
	}
	put(out, "", b.scheme, ":");
	put(out, "//", own ? r.authority : b.authority, "");
	if (own || (r.path.n && r.path.p[0] == '/'))
		put_path(out, r.path.p, r.path.n);
	else if (r.path.n)
		put_merged(out, &b, &r);
	else
		buf_add(out, b.path.p, b.path.n);
	put(out, "?", own || r.path.n || r.query.there ? r.query : b.query, "");
	put(out, "#", r.fragment, "");
}

int uri_is_absolute(const char *s)
{
	size_t n = strcspn(s, ":/?#");

	return s[n] == ':' && is_scheme(s, n);
}

void uri_add_fragment(struct buf *out, const char *s)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                         "-._~!$&'()*+,;=:@/?";

	for (; *s; s++)
		if (strchr(ok, *s))
			buf_addc(out, *s);
		else
			buf_addf(out, "%%%02X", (unsigned char)*s);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int uri_decode(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s != '%') {
			buf_addc(out, *s);
			continue;
		}
		if (hex(s[1]) < 0 || hex(s[2]) < 0)
			return -1;
		buf_addc(out, (char)(hex(s[1]) * 16 + hex(s[2])));
		s += 2;
	}
	return 0;
}
