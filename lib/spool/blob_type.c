/* spool/blob_type.c -- what a file is, by its first bytes. */
#include <string.h>

#include "base/mem.h"
#include "base/safe.h"
#include "json/js.h"
#include "spool/blob.h"

static const struct signature {
	const char *type, *bytes;
	size_t n, at;
	const char *first; /* what it begins with when .at is not 0 */
} signatures[] = {
	{"application/pdf", "%PDF-", 5, 0, NULL},
	{"image/png", "\x89PNG\r\n\x1a\n", 8, 0, NULL},
	{"image/jpeg", "\xff\xd8\xff", 3, 0, NULL},
	{"image/gif", "GIF87a", 6, 0, NULL},
	{"image/gif", "GIF89a", 6, 0, NULL},
	{"image/webp", "WEBP", 4, 8, "RIFF"},
	{"application/zip", "PK\x03\x04", 4, 0, NULL},
	{"application/zip", "PK\x05\x06", 4, 0, NULL},
	{"application/gzip", "\x1f\x8b", 2, 0, NULL},
};

static int matches(const struct signature *sig, const char *p, size_t n)
{
	return n >= sig->at + sig->n && !memcmp(p + sig->at, sig->bytes, sig->n) &&
	       (!sig->first || !memcmp(p, sig->first, strlen(sig->first)));
}

/* Characters that a text has; one that the end of ${p} cuts is no fault. */
static int is_text(const char *p, size_t n, int whole)
{
	size_t at = 0;

	while (at < n) {
		unsigned cp;
		int len = utf8_next(p + at, n - at, &cp);
		if (len == 0)
			return !whole && n - at < 4;
		if ((cp < ' ' && (cp < '\t' || cp > '\r') && cp != 0x1b) || cp == 0x7f)
			return 0;
		at += (size_t)len;
	}
	return 1;
}

static int is_json(const char *p, size_t n)
{
	json_t *doc = js_parse(p, n, &js_limits_doc, NULL);

	json_decref(doc);
	return doc != NULL;
}

const char *blob_type(const void *head, size_t n, int64_t total)
{
	const char *p = head;
	int whole = (int64_t)n >= total;

	for (size_t i = 0; i < NITEMS(signatures); i++)
		if (matches(&signatures[i], p, n))
			return signatures[i].type;
	if (n > 0 && whole && is_json(p, n))
		return "application/json";
	if (is_text(p, n, whole))
		return "text/plain";
	return "application/octet-stream";
}
