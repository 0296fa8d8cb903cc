/* The first line is the name of a format, the rest a string: never a crash, and the formats agree
 * where one is a part of another.  Then both as URI references, resolved. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/schema/format.h"
#include "json/schema/idn.h"
#include "json/schema/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { LINE_BYTES = 2048 };

static struct idn *idn;

static int fits(const char *name, const char *s, size_t n)
{
	return format_fits(format_find(name, 0), idn, s, n);
}

/* What ${narrow} lets pass, ${wide} does. */
static void check_parts(const char *s, size_t n)
{
	static const char *const pairs[][2] = {
	    {"uri", "uri-reference"}, {"uri", "iri"}, {"uri-reference", "iri-reference"},
	    {"iri", "iri-reference"}, {"hostname", "idn-hostname"}, {"email", "idn-email"},
	};
	size_t i;

	for (i = 0; i < NITEMS(pairs); i++)
		if (fits(pairs[i][0], s, n) && !fits(pairs[i][1], s, n))
			__builtin_trap();
	if (fits("date-time", s, n) && (!fits("date", s, 10) || !fits("time", s + 11, n - 11)))
		__builtin_trap();
}

static void check_uris(const char *base, const char *ref)
{
	struct buf out = BUF_INIT, plain = BUF_INIT;

	uri_resolve(&out, base, ref);
	if (out.len > strlen(base) + strlen(ref) + 1)
		__builtin_trap();
	if (uri_decode(&plain, ref) == 0 && plain.len > strlen(ref))
		__builtin_trap();
	buf_release(&out);
	buf_release(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *text = (const char *)data, *lf = n ? memchr(text, '\n', n) : NULL;
	char name[LINE_BYTES], s[LINE_BYTES];
	size_t head, rest;
	const struct format *f;

	if (!lf || n >= LINE_BYTES || !utf8_valid(text, n))
		return 0;
	if (!idn)
		idn = idn_new();
	head = (size_t)(lf - text);
	rest = n - head - 1;
	memcpy(name, text, head);
	name[head] = '\0';
	memcpy(s, lf + 1, rest);
	s[rest] = '\0';
	f = format_find(name, (int)(n % 2));
	if (f)
		format_fits(f, idn, s, rest);
	check_parts(s, rest);
	check_uris(name, s);
	return 0;
}
