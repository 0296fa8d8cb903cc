/* json/schema/sample_text.c -- strings that a pattern or a format may accept. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/schema/compare_p.h"
#include "json/schema/format.h"

enum { TEXT_MAX = 5000, REPEAT_MAX = 100, GROUPS_MAX = 20 };

static json_t *text(const char *s)
{
	json_t *v = json_string(s);

	return v ? v : json_string("");
}

json_t *sample_length(size_t n)
{
	char chars[TEXT_MAX + 1];

	n = n > TEXT_MAX ? TEXT_MAX : n;
	memset(chars, 'a', n);
	chars[n] = '\0';
	return text(chars);
}

/* ---- patterns: the shortest way through the commonest parts of them ---- */

struct reader {
	const char *p;
	struct buf *out;
	unsigned groups;
	int last; /* of a class, the last character */
};

static void read_choice(struct reader *r);

static char of_escape(char c)
{
	switch (c) {
	case 'd':
		return '0';
	case 'D':
	case 'w':
	case 'S':
		return 'a';
	case 'W':
	case 's':
		return ' ';
	case 'n':
		return '\n';
	case 't':
		return '\t';
	default:
		return c;
	}
}

/* "[abc]", "[^abc]": a character of it, or one that is not named. */
static char of_class(struct reader *r)
{
	static const char others[] = "a0_-xZ9 #~";
	const char *from = ++r->p, *o;
	int not = *from == '^';
	char first;

	from += not;
	first = *from == '\\' ? of_escape(from[1]) : *from;
	while (*r->p && *r->p != ']')
		r->p += *r->p == '\\' && r->p[1] ? 2 : 1;
	if (!not)
		return r->last && r->p > from && r->p[-2] != '\\' ? r->p[-1] : first;
	for (o = others; *o; o++)
		if (!memchr(from, *o, (size_t)(r->p - from)))
			return *o;
	return '!';
}

static size_t read_number(struct reader *r)
{
	size_t n = 0;

	while (isdigit((unsigned char)*r->p) && n < TEXT_MAX)
		n = n * 10 + (size_t)(*r->p++ - '0');
	return n;
}

/* How often at least. */
static size_t read_count(struct reader *r)
{
	size_t n = 1;

	if (*r->p == '*' || *r->p == '?') {
		r->p++;
		n = 0;
	} else if (*r->p == '+') {
		r->p++;
	} else if (*r->p == '{' && isdigit((unsigned char)r->p[1])) {
		r->p++;
		n = read_number(r);
		r->p += strcspn(r->p, "}");
		r->p += *r->p == '}';
	}
	r->p += *r->p == '?'; /* lazy */
	return n < REPEAT_MAX ? n : REPEAT_MAX;
}

static void read_group(struct reader *r)
{
	int looks = !strncmp(r->p, "(?=", 3) || !strncmp(r->p, "(?!", 3) || !strncmp(r->p, "(?<", 3);
	size_t before = r->out->len;

	r->p++;
	if (*r->p == '?')
		r->p += 1 + strcspn(r->p + 1, ":=!>") + (r->p[1 + strcspn(r->p + 1, ":=!>")] != '\0');
	read_choice(r);
	r->p += *r->p == ')';
	if (looks)
		r->out->len = before;
}

static void read_atom(struct reader *r)
{
	if (*r->p == '(' && r->groups++ < GROUPS_MAX) {
		read_group(r);
	} else if (*r->p == '[') {
		buf_addc(r->out, of_class(r));
		r->p += *r->p == ']';
	} else if (*r->p == '\\' && r->p[1]) {
		if (!strchr("bB", r->p[1]))
			buf_addc(r->out, of_escape(r->p[1]));
		r->p += 2;
	} else {
		buf_addc(r->out, *r->p == '.' ? 'a' : *r->p);
		r->p++;
	}
}

static void read_repeated(struct reader *r)
{
	size_t from = r->out->len, len, n;
	char *once;

	read_atom(r);
	len = r->out->len - from;
	n = read_count(r);
	once = mem_strndup(buf_str(r->out) + from, len);
	r->out->len = from;
	while (n-- && r->out->len < TEXT_MAX)
		buf_add(r->out, once, len);
	free(once);
}

/* The first of several; the others are passed over. */
static void read_choice(struct reader *r)
{
	size_t kept = 0;
	int first = 1;

	while (*r->p && *r->p != ')') {
		if (*r->p == '|') {
			kept = first ? r->out->len : kept;
			first = 0;
			r->p++;
		} else if (*r->p == '^' || *r->p == '$') {
			r->p++;
		} else {
			read_repeated(r);
		}
	}
	if (!first)
		r->out->len = kept;
}

json_t *sample_pattern(const char *pattern, int last)
{
	struct buf b = BUF_INIT;
	struct reader r = {.p = pattern, .out = &b, .last = last};
	json_t *v;

	while (*r.p) {
		read_choice(&r);
		r.p += *r.p == ')';
	}
	v = json_stringn(buf_str(&b), b.len);
	buf_release(&b);
	return v ? v : json_string("");
}

/* ---- formats ---- */

json_t *sample_format(const struct format *f)
{
	static const struct {
		const char *name, *text;
	} known[] = {
	    {"date-time", "2026-01-01T00:00:00Z"}, {"date", "2026-01-01"}, {"time", "00:00:00Z"},
	    {"duration", "P1D"}, {"email", "a@example.com"}, {"idn-email", "a@example.com"},
	    {"hostname", "example.com"}, {"idn-hostname", "example.com"}, {"ipv4", "192.0.2.1"},
	    {"ipv6", "2001:db8::1"}, {"uri", "https://example.com/"}, {"uri-reference", "a"},
	    {"iri", "https://example.com/"}, {"iri-reference", "a"}, {"uri-template", "a"},
	    {"uuid", "123e4567-e89b-12d3-a456-426614174000"}, {"json-pointer", "/a"},
	    {"relative-json-pointer", "0"}, {"regex", "a"},
	};
	size_t i;

	for (i = 0; i < NITEMS(known); i++)
		if (!strcmp(known[i].name, f->name))
			return text(known[i].text);
	return text("a");
}
