/* spool/pickup.c -- finding messages and reading each once. */
#include "spool/pickup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "spool/blob.h"
#include "spool/dirlist.h"
#include "spool/drop.h"
#include "spool/layout.h"

enum { CLEAN_MS = 36 * 3600 * 1000, BATCH_HEADER_MAX = 1024, OPEN_TRIES = 16,
       NAMES_MAX = 1000000 };
static const uint64_t batch_max = (uint64_t)4 << 30;

struct scan {
	struct pickup_names *out;
	int (*skip)(void *ctx, const char *name);
	void *ctx;
};

static int add(void *ctx, const char *name, struct err *err)
{
	struct scan *sc = ctx;
	struct pickup_names *out = sc->out;

	(void)err;
	if (sc->skip && sc->skip(sc->ctx, name))
		return 0;
	if (out->n == out->cap) {
		out->cap = out->cap ? out->cap * 2 : 64;
		out->name = mem_grow(out->name, out->cap, sizeof(*out->name));
	}
	out->name[out->n++] = mem_strdup(name);
	return out->n == NAMES_MAX;
}

/* What is about a task comes behind what makes tasks: a submit and its cancel may wait together. */
static int by_turn(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	int later_x = strncmp(x, "msg_", 4) == 0, later_y = strncmp(y, "msg_", 4) == 0;

	return later_x != later_y ? later_x - later_y : strcmp(x, y);
}

/* The turn of the others comes with the next scan. */
static void keep_first(struct pickup_names *out, size_t n)
{
	while (out->n > n)
		free(out->name[--out->n]);
}

int pickup_scan(const struct spool *s, int (*skip)(void *ctx, const char *name), void *ctx,
                struct pickup_names *out, struct err *err)
{
	struct scan sc = {out, skip, ctx};

	*out = (struct pickup_names){NULL, 0, 0};
	if (dirlist_each(s->new_, ".", add, &sc, err)) {
		pickup_names_release(out);
		return -1;
	}
	if (out->n > 1)
		qsort(out->name, out->n, sizeof(*out->name), by_turn);
	keep_first(out, PICKUP_SCAN_MAX);
	return 0;
}

void pickup_names_release(struct pickup_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct pickup_names){NULL, 0, 0};
}

static int open_strict(int dirfd, const char *name)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	struct open_how how = {
		.flags = (uint64_t)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
		           RESOLVE_NO_XDEV,
	};
	long fd = -1;

	for (int i = 0; fd < 0 && i < OPEN_TRIES; i++) {
		fd = syscall(SYS_openat2, dirfd, name, &how, sizeof(how));
		if (fd < 0 && errno != EINTR && errno != EAGAIN)
			break;
	}
	if (fd < 0 && errno == ENOSYS) /* names come from readdir: no slash in them */
		fd = io_open(dirfd, name, flags, 0);
	return (int)fd;
}

static int64_t stamp_ms(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

/* Somebody may still be at it.  A time stamp of the future proves nothing. */
static int is_young(const struct timespec *t, int64_t now_ms)
{
	int64_t age = now_ms - stamp_ms(t);

	return age < TORN_WAIT_MS && age > -TORN_WAIT_MS;
}

static enum pickup_verdict cannot_open(struct err *err)
{
	switch (errno) {
	case ENOENT:
		return PICKUP_GONE;
	case EINTR:
	case EAGAIN: /* somebody holds a lease on it */
	case EMFILE: /* our own trouble, not the message's */
	case ENFILE:
	case ENOMEM:
	case EIO:
		return PICKUP_WAIT;
	case ELOOP:
		err_set(err, FAIL_INVALID, "a symbolic link, not a message");
		return PICKUP_BAD;
	case EACCES:
	case EPERM:
		err_set(err, FAIL_DENIED, "erd may not read it: publish messages with mode 0640");
		return PICKUP_BAD;
	default:
		err_set(err, FAIL_INVALID, "not a file that can be opened");
		return PICKUP_BAD;
	}
}

static enum pickup_verdict bad(struct err *err, const char *what)
{
	err_set(err, FAIL_INVALID, "%s", what);
	return PICKUP_BAD;
}

/* PICKUP_MESSAGE when it is a file to be read. */
static enum pickup_verdict check_file(const struct stat *st, uint64_t max, int64_t now_ms,
                                      struct err *err)
{
	if (!S_ISREG(st->st_mode))
		return bad(err, S_ISDIR(st->st_mode)    ? "a folder, not a message"
		                : S_ISFIFO(st->st_mode) ? "a FIFO, not a message"
		                                        : "a device, not a message");
	if (st->st_nlink != 1) /* publishing by link and unlink has two names for an instant */
		return is_young(&st->st_ctim, now_ms) ? PICKUP_WAIT
		                                      : bad(err, "has another hard link elsewhere");
	if ((uint64_t)st->st_size > max)
		return bad(err, "too large");
	return PICKUP_MESSAGE;
}

/* A whole JSON text ends in '}', perhaps with a line end behind it. */
static int ends_whole(char last)
{
	return last == '\n' || last == '}';
}

static int parses(const struct buf *text)
{
	json_t *doc = js_parse(text->data ? text->data : "", text->len, &js_limits_message, NULL);

	json_decref(doc);
	return doc != NULL;
}

static enum pickup_verdict read_message(int fd, const struct stat *st, int64_t now_ms,
                                        struct buf *out, struct err *err)
{
	struct err why = ERR_INIT;

	if (io_read_fd(fd, DROP_MESSAGE_MAX, out, &why)) {
		if (why.code == FAIL_TEMPORARY)
			return PICKUP_WAIT;
		return bad(err, why.msg);
	}
	if ((out->len && ends_whole(out->data[out->len - 1])) || parses(out))
		return PICKUP_MESSAGE;
	if (is_young(&st->st_mtim, now_ms))
		return PICKUP_WAIT;
	return bad(err, out->len ? "torn: it ends in the middle" : "empty");
}

/* The first line must be {"er":1,"type":"batch","id":"batch_…","count":N}. */
static int check_header(const char *text, size_t n, struct err *err)
{
	const char *lf = n ? memchr(text, '\n', n) : NULL;
	json_t *doc = lf ? js_parse(text, (size_t)(lf - text), &js_limits_doc, NULL) : NULL;
	int64_t count = -1;
	struct id id;
	int ok;

	ok = doc && js_int_or(doc, "/er", 0) == 1 && !strcmp(js_str_or(doc, "/type", ""), "batch") &&
	     !id_parse(js_str_or(doc, "/id", ""), "batch_", &id) &&
	     !js_get_int(doc, "/count", 0, 10 * 1000 * 1000, &count, NULL) && count >= 0;
	json_decref(doc);
	return ok ? 0 : err_set(err, FAIL_INVALID, "the first line is no batch line");
}

static enum pickup_verdict read_batch(int fd, const struct stat *st, int64_t now_ms,
                                      struct err *err)
{
	char head[BATCH_HEADER_MAX], last = '\0';
	ssize_t n = pread(fd, head, sizeof(head), 0);

	if (n < 0)
		return PICKUP_WAIT;
	if (st->st_size > 0 && pread(fd, &last, 1, st->st_size - 1) != 1)
		return PICKUP_WAIT;
	if (!ends_whole(last))
		return is_young(&st->st_mtim, now_ms) ? PICKUP_WAIT
		                                      : bad(err, "torn: it ends in the middle");
	return check_header(head, (size_t)n, err) ? PICKUP_BAD : PICKUP_BATCH;
}

enum pickup_verdict pickup_read(const struct spool *s, const char *name, int64_t now_ms,
                                struct buf *out, int *fd, struct err *err)
{
	int is_batch = !strncmp(name, "batch_", strlen("batch_")), is_blob = blob_is_name(name);
	enum pickup_verdict verdict;
	struct stat st;

	*fd = open_strict(s->new_, name);
	if (*fd < 0)
		return cannot_open(err);
	if (fstat(*fd, &st))
		verdict = PICKUP_WAIT;
	else
		verdict = check_file(&st, is_batch  ? batch_max
		                          : is_blob ? BLOB_MAX
		                                    : DROP_MESSAGE_MAX,
		                     now_ms, err);
	if (verdict == PICKUP_MESSAGE)
		verdict = is_batch  ? read_batch(*fd, &st, now_ms, err)
		          : is_blob ? PICKUP_BLOB
		                    : read_message(*fd, &st, now_ms, out, err);
	if (verdict != PICKUP_BATCH && verdict != PICKUP_BLOB) {
		close(*fd); /* opened for reading */
		*fd = -1;
	}
	return verdict;
}

int pickup_done(const struct spool *s, const char *name, struct err *err)
{
	if (unlinkat(s->new_, name, 0) && errno != ENOENT)
		return err_errno(err, "cannot remove a message from new/");
	return 0;
}

struct clean {
	const struct spool *s;
	int64_t before_ms;
};

static int clean_one(void *ctx, const char *name, struct err *err)
{
	const struct clean *c = ctx;
	struct stat st;

	(void)err;
	/* Both times: a copy with an old mtime may have been made just now. */
	if (!fstatat(c->s->tmp, name, &st, AT_SYMLINK_NOFOLLOW) && !S_ISDIR(st.st_mode) &&
	    stamp_ms(&st.st_mtim) < c->before_ms && stamp_ms(&st.st_ctim) < c->before_ms)
		unlinkat(c->s->tmp, name, 0); /* somebody else's right to it may be missing: leave it */
	return 0;
}

int pickup_clean(const struct spool *s, int64_t now_ms, struct err *err)
{
	struct clean c = {s, now_ms - CLEAN_MS};

	return dirlist_each(s->tmp, ".", clean_one, &c, err);
}
