/* spool/fsck_blobs.c -- is all evidence there, and what it was? */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "json/js.h"
#include "model/event.h"
#include "spool/blob.h"
#include "spool/fsck_p.h"
#include "spool/layout.h"

enum { PATH_BYTES = SPOOL_NAME_MAX + 32, GRACE_MS = 3600 * 1000 };

/* Half of a SHA-256 tells blobs apart as well. */
static struct id key_of(const struct sha256 *sha)
{
	struct id id;

	memcpy(id.b, sha->b, ID_BYTES);
	return id;
}

static void name_one(struct fsck_blobs *b, const struct event *ev, const struct sha256 *sha)
{
	char hex[SHA256_HEX], path[PATH_BYTES], what[128], task[ID_TEXT_MAX];
	struct id key = key_of(sha);
	struct err why = ERR_INIT;
	enum blob_place place;
	int added, fd;

	idmap_add(&b->named, &key, &added);
	if (!added)
		return;
	fd = blob_open(b->s, sha, &place, &why);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && place == BLOB_KEPT)
		return;
	sha256_hex(sha, hex);
	snprintf(path, sizeof(path), "blobs/%.2s/%s", hex, hex);
	snprintf(what, sizeof(what), "%s, and an answer of %s names it",
	         fd >= 0                         ? "is in waiting/ only"
	         : why.code == FAIL_NOT_FOUND ? "is missing"
	                                      : "cannot be opened",
	         id_format(&ev->task, "task_", task));
	b->find(b->ctx, FSCK_ERROR, path, what);
}

void blobs_named(struct fsck_blobs *b, const struct event *ev)
{
	const json_t *piece;
	struct sha256 sha;
	size_t i;

	if (ev->type != EV_SUBMITTED)
		return;
	json_array_foreach(json_object_get(ev->data, "evidence"), i, piece) {
		if (sha256_parse(js_str_or(piece, "/sha256", ""), &sha) == 0)
			name_one(b, ev, &sha);
	}
}

static int64_t age_ms(const struct fsck_blobs *b, const char *path)
{
	struct stat st;

	if (fstatat(b->s->blobs, path, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	return b->now_ms - (int64_t)st.st_ctim.tv_sec * 1000;
}

/* NULL: nothing to say of it. */
static const char *verdict(struct fsck_blobs *b, const char *path, const struct sha256 *sha)
{
	struct err why = ERR_INIT;
	int fd = io_open(b->s->blobs, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0), good;
	struct stat st;

	if (fd < 0) /* moved on, or too old, while we looked */
		return fstatat(b->s->blobs, path, &st, AT_SYMLINK_NOFOLLOW) ? NULL : "cannot be opened";
	good = blob_verify(fd, sha, &why);
	close(fd);
	return good > 0 ? NULL
	       : good   ? "cannot be read"
	                : "is not what it was: its content has another SHA-256 than its name";
}

static int look(void *ctx, enum blob_place place, const char *path, const struct sha256 *sha,
                struct err *err)
{
	struct fsck_blobs *b = ctx;
	char shown[PATH_BYTES];
	const char *bad = sha ? verdict(b, path, sha) : NULL;
	struct id key;

	(void)err;
	snprintf(shown, sizeof(shown), "blobs/%s", path);
	if (!sha) {
		b->find(b->ctx, FSCK_NOTE, shown, "does not belong here");
		return 0;
	}
	key = key_of(sha);
	if (bad)
		b->find(b->ctx, FSCK_ERROR, shown, bad);
	else if (place == BLOB_WAITING && age_ms(b, path) > BLOB_WAIT_MS + GRACE_MS)
		b->find(b->ctx, FSCK_NOTE, shown, "no answer names it; erd removes it");
	else if (place == BLOB_KEPT && !idmap_find(&b->named, &key) &&
	         (!b->erd_running || age_ms(b, path) > GRACE_MS))
		b->find(b->ctx, FSCK_NOTE, shown, "no answer in the journal names it; may be removed");
	return 0;
}

int blobs_check(struct fsck_blobs *b, struct err *err)
{
	return blob_each(b->s, look, b, err);
}

void blobs_release(struct fsck_blobs *b)
{
	idmap_release(&b->named);
}
