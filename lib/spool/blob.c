/* spool/blob.c -- finding and reading blobs. */
#include "spool/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "spool/blob_p.h"
#include "spool/dirlist.h"
#include "spool/layout.h"

const char blob_prefix[] = "blob_", blob_folder[] = "waiting";

enum { DIGITS = SHA256_HEX - 1, SHARD = 2 };
static const char hex_digits[] = "0123456789abcdef";

char *blob_path(enum blob_place place, const struct sha256 *sha, char out[BLOB_PATH_MAX])
{
	char hex[SHA256_HEX];

	sha256_hex(sha, hex);
	if (place == BLOB_WAITING)
		snprintf(out, BLOB_PATH_MAX, "%s/%s", blob_folder, hex);
	else
		snprintf(out, BLOB_PATH_MAX, "%.*s/%s", SHARD, hex, hex);
	return out;
}

int blob_claims(const char *name, struct sha256 *sha)
{
	char hex[SHA256_HEX];
	size_t n = strlen(blob_prefix);

	if (strncmp(name, blob_prefix, n) || strlen(name + n) < DIGITS ||
	    (name[n + DIGITS] != '\0' && name[n + DIGITS] != '.'))
		return -1;
	snprintf(hex, sizeof(hex), "%.*s", DIGITS, name + n);
	return sha256_parse(hex, sha);
}

int blob_is_name(const char *name)
{
	return !strncmp(name, blob_prefix, strlen(blob_prefix));
}

int blob_too_large(int64_t max, struct err *err)
{
	return err_set(err, FAIL_INVALID, "evidence is larger than %lld bytes", (long long)max);
}

static int open_at(const struct spool *s, enum blob_place place, const struct sha256 *sha)
{
	char path[BLOB_PATH_MAX];

	return io_open(s->blobs, blob_path(place, sha, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
	               0);
}

int blob_open(const struct spool *s, const struct sha256 *sha, enum blob_place *place,
              struct err *err)
{
	char hex[SHA256_HEX];
	int fd = -1;

	/* It moves from the one to the other, never back: the third look is for a move in between. */
	for (int i = 0; fd < 0 && i < 3; i++) {
		enum blob_place at = i == 1 ? BLOB_WAITING : BLOB_KEPT;
		fd = open_at(s, at, sha);
		if (fd >= 0 && place)
			*place = at;
		if (fd < 0 && errno != ENOENT)
			return err_errno(err, "blob %s", sha256_hex(sha, hex));
	}
	if (fd < 0)
		err_set(err, FAIL_NOT_FOUND, "there is no blob %s", sha256_hex(sha, hex));
	return fd;
}

struct search {
	const struct sha256 *sha;
	int found;
};

static int is_coming(void *ctx, const char *name, struct err *err)
{
	struct search *look = ctx;
	struct sha256 sha;

	(void)err;
	look->found = !blob_claims(name, &sha) && !memcmp(sha.b, look->sha->b, SHA256_BYTES);
	return look->found;
}

int blob_coming(const struct spool *s, const struct sha256 *sha)
{
	struct search look = {sha, 0};

	return dirlist_each(s->new_, ".", is_coming, &look, NULL) == 0 && look.found;
}

/* Up to ${n} bytes from the start, fewer at the end of the file. */
static ssize_t read_head(int fd, char *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		ssize_t got = pread(fd, p + at, n - at, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		at += (size_t)got;
	}
	return (ssize_t)at;
}

int blob_describe(int fd, struct blob *b, struct err *err)
{
	struct buf head = BUF_INIT;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st))
		return err_errno(err, "cannot stat a blob");
	n = read_head(fd, buf_room(&head, BLOB_HEAD), BLOB_HEAD);
	if (n >= 0) {
		b->bytes = st.st_size;
		b->type = blob_type(head.data, (size_t)n, st.st_size);
	}
	buf_release(&head);
	return n < 0 ? err_errno(err, "cannot read a blob") : 0;
}

int blob_verify(int fd, const struct sha256 *sha, struct err *err)
{
	char chunk[BLOB_CHUNK];
	struct sha256_stream *stream = sha256_begin();
	struct sha256 got;
	off_t at = 0;
	ssize_t n;

	for (;;) {
		n = pread(fd, chunk, sizeof(chunk), at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		sha256_add(stream, chunk, (size_t)n);
		at += n;
	}
	if (n < 0)
		err_errno(err, "cannot read a blob");
	sha256_end(stream, &got);
	return n < 0 ? -1 : !memcmp(got.b, sha->b, SHA256_BYTES);
}

/* ---- all of them ---- */

struct walk {
	const struct spool *s;
	blob_fn *fn;
	void *ctx;
	const char *folder;
	int stopped;
};

static int each_file(void *ctx, const char *name, struct err *err)
{
	struct walk *w = ctx;
	char path[SPOOL_NAME_MAX + 16];
	enum blob_place place = strcmp(w->folder, blob_folder) ? BLOB_KEPT : BLOB_WAITING;
	struct sha256 sha;
	int good, rc;

	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	good = !sha256_parse(name, &sha) &&
	       (place == BLOB_WAITING || !strncmp(name, w->folder, SHARD));
	rc = w->fn(w->ctx, place, path, good ? &sha : NULL, err);
	w->stopped = rc > 0;
	return rc;
}

static int each_folder(void *ctx, const char *name, struct err *err)
{
	struct walk *w = ctx;
	int rc;

	if (strcmp(name, blob_folder) &&
	    (strlen(name) != SHARD || strspn(name, hex_digits) != SHARD))
		rc = w->fn(w->ctx, BLOB_KEPT, name, NULL, err);
	else {
		w->folder = name;
		rc = dirlist_each(w->s->blobs, name, each_file, w, err);
		if (w->stopped)
			rc = 1;
	}
	return rc;
}

int blob_each(const struct spool *s, blob_fn *fn, void *ctx, struct err *err)
{
	struct walk w = {.s = s, .fn = fn, .ctx = ctx};

	return dirlist_each(s->blobs, ".", each_folder, &w, err) < 0 ? -1 : 0;
}

/* ---- abbreviations ---- */

struct candidates {
	const char *text;
	struct sha256 first;
	size_t n;
};

static int candidate(void *ctx, const char *name, struct err *err)
{
	struct candidates *c = ctx;
	struct sha256 sha;

	(void)err;
	if (strncmp(name, c->text, strlen(c->text)) || sha256_parse(name, &sha))
		return 0;
	if (c->n && !memcmp(c->first.b, sha.b, SHA256_BYTES))
		return 0; /* moved while we looked */
	c->first = sha;
	c->n++;
	return 0;
}

int blob_resolve(const struct spool *s, const char *text, struct sha256 *out, struct err *err)
{
	struct candidates c = {.text = text};
	const char *folders[2] = {"", blob_folder};
	char shard[SHARD + 1];
	struct err absent = ERR_INIT;

	if (!sha256_parse(text, out))
		return 0;
	if (strlen(text) < BLOB_ABBREV_MIN || strlen(text) >= DIGITS ||
	    strspn(text, hex_digits) != strlen(text))
		return err_set(err, FAIL_NOT_FOUND, "a blob is named by %d or more hexadecimal digits "
		                                    "of its SHA-256",
		               BLOB_ABBREV_MIN);
	snprintf(shard, sizeof(shard), "%.*s", SHARD, text);
	folders[0] = shard;
	for (size_t i = 0; i < NITEMS(folders); i++) {
		if (dirlist_each(s->blobs, folders[i], candidate, &c, &absent) < 0 &&
		    absent.code != FAIL_NOT_FOUND)
			return err_set(err, absent.code, "%s", absent.msg);
		err_clear(&absent);
	}
	if (c.n != 1)
		return err_set(err, FAIL_NOT_FOUND, c.n ? "%s: begins the names of several blobs"
		                                        : "%s: there is no such blob",
		               text);
	*out = c.first;
	return 0;
}
