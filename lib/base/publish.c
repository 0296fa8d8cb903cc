/* base/publish.c -- the one way a file becomes durable under a new name. */
#include "base/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"

/*
 * Test builds take one safeguard away (make MUTATE=n) to see that a test notices:
 * 1 no fsync of the file, 2 none of the directory, 3 a rename that replaces,
 * 4 an fsync error that is ignored.
 */
#ifndef ER_MUTATE
#define ER_MUTATE 0
#endif
enum { SYNC_FILE = ER_MUTATE != 1, SYNC_DIR = ER_MUTATE != 2, SYNC_CHECKED = ER_MUTATE != 4 };
enum { RENAME_FLAGS = ER_MUTATE == 3 ? 0 : RENAME_NOREPLACE };

/* Every failure here is one to repeat, whatever errno says. */
static int failed(const char *what, const char *name, struct err *err)
{
	char reason[128];

	return err_set(err, FAIL_TEMPORARY, "cannot %s %s: %s", what, name,
	               strerror_r(errno, reason, sizeof(reason)));
}

static int sync_fd(int fd, int wanted)
{
	int rc;

	if (!wanted)
		return 0;
	do
		rc = fsync(fd);
	while (rc && errno == EINTR);
	return SYNC_CHECKED ? rc : 0;
}

int publish_open(struct publish *p, struct err *err)
{
	int fd;

	p->visible = 0;
	do
		fd = openat(p->tmpdir, p->tmpname,
		            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? failed("create", p->tmpname, err) : fd;
}

static int discard(const struct publish *p)
{
	unlinkat(p->tmpdir, p->tmpname, 0); /* if it stays, the cleaner takes it */
	return -1;
}

/* Close in every case; the file is whole on disk when this returns 0. */
static int finish(const struct publish *p, int fd, struct err *err)
{
	int rc = 0;

	if (fchmod(fd, p->mode))
		rc = failed("change mode of", p->tmpname, err);
	else if (sync_fd(fd, SYNC_FILE))
		rc = failed("sync", p->tmpname, err);
	if (close(fd) && errno != EINTR)
		rc = failed("close", p->tmpname, err);
	return rc;
}

static int rename_new(const struct publish *p, struct err *err)
{
	int rc;

	do
		rc = renameat2(p->tmpdir, p->tmpname, p->newdir, p->name, RENAME_FLAGS);
	while (rc && errno == EINTR);
	if (rc && errno == EEXIST)
		return err_set(err, FAIL_CONFLICT, "%s: exists", p->name);
	return rc ? failed("rename", p->tmpname, err) : 0;
}

int publish_fd(struct publish *p, int fd, struct err *err)
{
	p->visible = 0;
	if (finish(p, fd, err) || rename_new(p, err))
		return discard(p);
	p->visible = 1;
	if (sync_fd(p->newdir, SYNC_DIR))
		return failed("sync the directory of", p->name, err);
	return 0;
}

int publish_bytes(struct publish *p, const void *data, size_t n, struct err *err)
{
	struct err why = ERR_INIT;
	int fd = publish_open(p, err);

	if (fd < 0)
		return -1;
	if (io_write_all(fd, data, n, &why)) {
		close(fd); /* the write's error is the one that matters */
		err_set(err, FAIL_TEMPORARY, "%s: %s", p->tmpname, why.msg);
		return discard(p);
	}
	return publish_fd(p, fd, err);
}

int publish_confirm(int newdir, int fd, struct err *err)
{
	if (sync_fd(fd, SYNC_FILE))
		return failed("sync", "the file", err);
	if (sync_fd(newdir, SYNC_DIR))
		return failed("sync", "its directory", err);
	return 0;
}
