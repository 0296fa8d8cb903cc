/* base/io.c -- reading and writing whole files by directory descriptor. */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

enum { CHUNK = 65536, PATH_BYTES = 4096 };

int io_open(int dirfd, const char *name, int flags, mode_t mode)
{
	int fd;

	do
		fd = openat(dirfd, name, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int io_write_all(int fd, const void *p, size_t n, struct err *err)
{
	const char *from = p;

	while (n > 0) {
		ssize_t got = write(fd, from, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, "cannot write");
		from += got;
		n -= (size_t)got;
	}
	return 0;
}

int io_pread_all(int fd, void *p, size_t n, off_t off, struct err *err)
{
	char *to = p;

	while (n > 0) {
		ssize_t got = pread(fd, to, n, off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, "cannot read");
		if (got == 0)
			return err_set(err, FAIL_FAILURE, "file ends early");
		to += got;
		off += got;
		n -= (size_t)got;
	}
	return 0;
}

/* How much to ask for first: the rest of a regular file and one byte to see its end. */
static size_t first_chunk(int fd, size_t max)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < 0)
		return CHUNK;
	return (size_t)st.st_size < max ? (size_t)st.st_size + 1 : max + 1;
}

/* Read at most ${want} bytes behind what ${out} holds; a full buffer takes none. */
static ssize_t read_some(int fd, size_t want, struct buf *out)
{
	char probe;
	char *to;
	ssize_t got;

	if (out->max && want > out->max - out->len)
		want = out->max - out->len;
	to = want ? buf_room(out, want) : &probe;
	do
		got = read(fd, to, want ? want : 1);
	while (got < 0 && errno == EINTR);
	if (got > 0 && !want)
		out->bad = 1;
	else if (got > 0)
		out->len += (size_t)got;
	return got;
}

int io_read_fd(int fd, size_t max, struct buf *out, struct err *err)
{
	size_t start = out->len, want = first_chunk(fd, max);

	while (buf_ok(out) && out->len - start <= max) {
		size_t left = max - (out->len - start) + 1;
		ssize_t got = read_some(fd, want < left ? want : left, out);

		if (got < 0)
			return err_errno(err, "cannot read");
		if (got == 0) {
			buf_add(out, "", 0); /* for the NUL behind it */
			return 0;
		}
		want = (size_t)got < want ? want - (size_t)got : CHUNK;
	}
	return err_set(err, FAIL_INVALID, "longer than %zu bytes", max);
}

static int read_regular(int fd, const char *name, size_t max, struct buf *out, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_errno(err, "cannot stat %s", name);
	if (!S_ISREG(st.st_mode))
		return err_set(err, FAIL_INVALID, "%s: not a regular file", name);
	if (io_read_fd(fd, max, out, err))
		return err_wrap(err, "%s", name);
	return 0;
}

int io_read_file(int dirfd, const char *name, size_t max, struct buf *out, struct err *err)
{
	int fd = io_open(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	int rc;

	if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		return err_set(err, FAIL_INVALID, "%s: not a regular file", name);
	if (fd < 0)
		return err_errno(err, "cannot open %s", name);
	rc = read_regular(fd, name, max, out, err);
	close(fd); /* opened for reading: nothing can be lost here */
	return rc;
}

static int fill_file(int dirfd, const char *tmp, const void *p, size_t n, struct err *err)
{
	int fd = io_open(dirfd, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return err_errno(err, "cannot create %s", tmp);
	if (io_write_all(fd, p, n, err)) {
		close(fd); /* the write's error is the one that matters */
		return err_wrap(err, "%s", tmp);
	}
	return io_close(fd, tmp, err);
}

int io_replace(int dirfd, const char *name, const void *p, size_t n, struct err *err)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;
	char tmp[PATH_BYTES];
	int len;

	/* The same tmp name each time: what a crash leaves is taken up by the next
	 * write.  Views have one writer, which holds the spool's lock. */
	len = snprintf(tmp, sizeof(tmp), "%.*s.%s.tmp", (int)(base - name), name, base);
	if (len < 0 || (size_t)len >= sizeof(tmp))
		return err_set(err, FAIL_FAILURE, "path too long");
	if (fill_file(dirfd, tmp, p, n, err)) {
		unlinkat(dirfd, tmp, 0);
		return -1;
	}
	if (renameat(dirfd, tmp, dirfd, name)) {
		err_errno(err, "cannot rename %s", tmp);
		unlinkat(dirfd, tmp, 0);
		return -1;
	}
	return 0;
}

int io_open_dir(int dirfd, const char *name, struct err *err)
{
	int fd = io_open(dirfd, name, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return err_errno(err, "cannot open %s", name);
	return fd;
}

int io_mkdir(int dirfd, const char *name, mode_t mode, struct err *err)
{
	struct stat st;

	if (!mkdirat(dirfd, name, mode))
		return 0;
	if (errno != EEXIST)
		return err_errno(err, "cannot make %s", name);
	if (fstatat(dirfd, name, &st, 0))
		return err_errno(err, "cannot stat %s", name);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, FAIL_CONFLICT, "%s: not a directory", name);
	return 0;
}

int io_fsync(int fd, const char *what, struct err *err)
{
	int rc;

	do /* EINTR says that nothing was tried; any other error is final */
		rc = fsync(fd);
	while (rc && errno == EINTR);
	return rc ? err_errno(err, "cannot sync %s", what) : 0;
}

int io_close(int fd, const char *what, struct err *err)
{
	if (close(fd) && errno != EINTR)
		return err_errno(err, "cannot close %s", what);
	return 0;
}
