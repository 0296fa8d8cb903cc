/* spool/blob_put.c -- the way of a blob: into the drop, out of it, to where it stays or ends. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/io.h"
#include "base/publish.h"
#include "spool/blob_p.h"
#include "spool/droplock.h"
#include "spool/layout.h"

enum { STEM_BYTES = 80, NAME_BYTES = STEM_BYTES + 20, MODE = 0640 };

/* ---- copying ---- */

struct copy {
	int from, to;
	int64_t max;
	struct buf *head; /* its first BLOB_HEAD bytes, or NULL */
	struct blob *out; /* ->sha and ->bytes */
};

static int copy_chunk(struct copy *c, struct sha256_stream *stream, const char *p, size_t n,
                      struct err *err)
{
	c->out->bytes += (int64_t)n;
	if (c->out->bytes > c->max)
		return blob_too_large(c->max, err);
	sha256_add(stream, p, n);
	if (c->head && c->head->len < BLOB_HEAD)
		buf_add(c->head, p, n < BLOB_HEAD - c->head->len ? n : BLOB_HEAD - c->head->len);
	return io_write_all(c->to, p, n, err);
}

/* All of it, never more than a chunk in memory. */
static int copy_all(struct copy *c, struct err *err)
{
	char chunk[BLOB_CHUNK];
	struct sha256_stream *stream = sha256_begin();
	int rc = 0;

	c->out->bytes = 0;
	while (!rc) {
		ssize_t n = read(c->from, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			break;
		rc = n < 0 ? err_errno(err, "cannot read the file")
		           : copy_chunk(c, stream, chunk, (size_t)n, err);
	}
	sha256_end(stream, &c->out->sha);
	return rc;
}

/* A name in tmp/ that nobody else has. */
static void salted(const char *stem, char out[NAME_BYTES])
{
	uint64_t salt;

	entropy_fill(&salt, sizeof(salt));
	snprintf(out, NAME_BYTES, "%.*s.%016" PRIx64, STEM_BYTES, stem, salt);
}

/* ---- the sender ---- */

int blob_drop(const struct spool *s, int fd, int64_t max, struct blob *out, struct err *err)
{
	char tmpname[NAME_BYTES], name[NAME_BYTES], stem[STEM_BYTES], hex[SHA256_HEX];
	struct publish pub = {s->tmp, s->new_, tmpname, name, MODE, 0};
	struct buf head = BUF_INIT;
	struct copy c = {.from = fd, .max = max, .head = &head, .out = out};
	int rc = -1;

	if (drop_space(s, err))
		return -1;
	salted("blob", tmpname);
	c.to = publish_open(&pub, err);
	if (c.to < 0)
		return -1;
	if (copy_all(&c, err)) {
		close(c.to); /* the error is known */
		unlinkat(s->tmp, tmpname, 0);
	} else {
		out->type = blob_type(head.data, head.len, out->bytes);
		snprintf(stem, sizeof(stem), "%s%s", blob_prefix, sha256_hex(&out->sha, hex));
		salted(stem, name);
		rc = publish_fd(&pub, c.to, err);
	}
	buf_release(&head);
	return rc;
}

/* ---- erd ---- */

static int is_there(const struct spool *s, enum blob_place place, const struct sha256 *sha)
{
	char path[BLOB_PATH_MAX];

	return !faccessat(s->blobs, blob_path(place, sha, path), F_OK, AT_SYMLINK_NOFOLLOW);
}

static int wrong_hash(const struct sha256 *got, struct err *err)
{
	char hex[SHA256_HEX];

	return err_set(err, FAIL_INVALID, "its content has the SHA-256 %s", sha256_hex(got, hex));
}

/* The file is ours: after the look nobody writes it but by our own rights. */
static int take_own(const struct spool *s, const char *name, int fd, const struct sha256 *sha,
                    struct err *err)
{
	char path[BLOB_PATH_MAX];
	int good = blob_verify(fd, sha, err);

	if (good < 0)
		return -1;
	if (!good)
		return err_set(err, FAIL_INVALID, "its content does not have the SHA-256 of its name");
	if (fchmod(fd, MODE))
		return err_errno(err, "cannot set the mode of a blob");
	if (io_fsync(fd, "a blob", err))
		return -1;
	if (is_there(s, BLOB_KEPT, sha))
		return unlinkat(s->new_, name, 0) && errno != ENOENT
		           ? err_errno(err, "cannot remove a blob from new/")
		           : 0;
	if (!renameat(s->new_, name, s->blobs, blob_path(BLOB_WAITING, sha, path)) ||
	    errno == ENOENT) /* withdrawn by its sender */
		return 0;
	return err_errno(err, "cannot move a blob from new/");
}

/* For a copy, and the reserve is left.  Unknown: a write will tell. */
static int has_room(const struct spool *s, int64_t bytes)
{
	struct statvfs vfs;

	if (!spool_space_ok(s))
		return 0;
	return fstatvfs(s->tmp, &vfs) || (int64_t)(vfs.f_bavail * vfs.f_frsize) / 2 > bytes;
}

static int finish_copy(const struct spool *s, struct publish *pub, int to,
                       const struct sha256 *sha, const struct sha256 *got, struct err *err)
{
	char path[BLOB_PATH_MAX];
	struct err why = ERR_INIT;

	if (memcmp(got->b, sha->b, SHA256_BYTES)) {
		close(to);
		unlinkat(s->tmp, pub->tmpname, 0);
		return wrong_hash(got, err);
	}
	if (!publish_fd(pub, to, &why))
		return 0;
	if (why.code != FAIL_CONFLICT)
		return err_set(err, why.code, "%s", why.msg);
	/* It waits already: its time begins anew. */
	utimensat(s->blobs, blob_path(BLOB_WAITING, sha, path), NULL, AT_SYMLINK_NOFOLLOW);
	return 0;
}

static int take_copy(const struct spool *s, const char *name, int fd, int64_t max,
                     const struct sha256 *sha, struct err *err)
{
	char tmpname[NAME_BYTES], path[BLOB_PATH_MAX];
	struct publish pub = {s->tmp, s->blobs, tmpname, blob_path(BLOB_WAITING, sha, path), MODE, 0};
	struct blob got;
	struct copy c = {.from = fd, .max = max, .out = &got};

	salted("blob", tmpname);
	c.to = publish_open(&pub, err);
	if (c.to < 0)
		return -1;
	if (copy_all(&c, err)) {
		close(c.to); /* the error is known */
		unlinkat(s->tmp, tmpname, 0);
		return -1;
	}
	if (finish_copy(s, &pub, c.to, sha, &got.sha, err))
		return -1;
	if (unlinkat(s->new_, name, 0) && errno != ENOENT)
		return err_errno(err, "cannot remove a blob from new/");
	return 0;
}

int blob_take(const struct spool *s, const char *name, int fd, int64_t max, struct err *err)
{
	struct sha256 sha;
	struct stat st;

	if (blob_claims(name, &sha))
		return err_set(err, FAIL_INVALID,
		               "a blob is called blob_ and the 64 digits of its SHA-256");
	if (fstat(fd, &st))
		return err_errno(err, "cannot stat a blob");
	if (st.st_size > max)
		return blob_too_large(max, err);
	if (io_mkdir(s->blobs, blob_folder, 0750, err))
		return -1;
	if (st.st_uid == geteuid())
		return take_own(s, name, fd, &sha, err);
	return has_room(s, st.st_size) ? take_copy(s, name, fd, max, &sha, err) : 1;
}

/* The new name must be on the disk before the journal's line is; its folder too.  Also when it was
 * there: whoever moved it may have been killed before the fsync. */
int blob_keep(const struct spool *s, const struct sha256 *sha, struct err *err)
{
	char from[BLOB_PATH_MAX], to[BLOB_PATH_MAX], folder[3], hex[SHA256_HEX];
	int fd, rc;

	snprintf(folder, sizeof(folder), "%.2s", sha256_hex(sha, hex));
	if (io_mkdir(s->blobs, folder, 0750, err))
		return -1;
	if (!is_there(s, BLOB_KEPT, sha) &&
	    renameat(s->blobs, blob_path(BLOB_WAITING, sha, from), s->blobs,
	             blob_path(BLOB_KEPT, sha, to)))
		return err_errno(err, "blob %s", hex);
	fd = io_open_dir(s->blobs, folder, err);
	if (fd < 0)
		return -1;
	rc = io_fsync(fd, "a folder of blobs", err);
	close(fd);
	return rc ? rc : io_fsync(s->blobs, "blobs", err);
}

struct cleaning {
	const struct spool *s;
	int64_t before_ms;
};

static int64_t stamp_ms(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

static int clean_one(void *ctx, enum blob_place place, const char *path, const struct sha256 *sha,
                     struct err *err)
{
	const struct cleaning *c = ctx;
	struct stat st;

	(void)err;
	/* The rename into the folder has set ctime; both, since a clock may have been wrong. */
	if (place == BLOB_WAITING && sha && !fstatat(c->s->blobs, path, &st, AT_SYMLINK_NOFOLLOW) &&
	    stamp_ms(&st.st_mtim) < c->before_ms && stamp_ms(&st.st_ctim) < c->before_ms)
		unlinkat(c->s->blobs, path, 0);
	return 0;
}

int blob_clean(const struct spool *s, int64_t now_ms, struct err *err)
{
	struct cleaning c = {s, now_ms - BLOB_WAIT_MS};

	return blob_each(s, clean_one, &c, err);
}
