/* spool/torn.c -- setting aside what a crash left behind the journal's last good line. */
#include "spool/torn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "spool/layout.h"
#include "spool/segment.h"

enum { NAME_BYTES = 64, NAME_TRIES = 1000, CHUNK = 65536 };

/* Torn at this byte before?  Then keep both. */
static int create(const struct spool *s, uint32_t segment, off_t keep, struct err *err)
{
	char name[NAME_BYTES];

	for (int i = 0; i < NAME_TRIES; i++) {
		int fd;

		if (i)
			snprintf(name, sizeof(name), "torn-%08u-%lld.%d", segment, (long long)keep, i);
		else
			snprintf(name, sizeof(name), "torn-%08u-%lld", segment, (long long)keep);
		fd = io_open(s->journal, name, O_WRONLY | O_CREAT | O_EXCL, 0640);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return err_errno(err, "cannot create journal/%s", name);
	}
	return err_set(err, FAIL_FAILURE, "journal: too many torn-%08u-%lld files", segment,
	               (long long)keep);
}

static int copy(int from, off_t at, size_t n, int to, struct err *err)
{
	char *chunk = mem_alloc(CHUNK);
	int rc = 0;

	while (!rc && n > 0) {
		size_t some = n < CHUNK ? n : CHUNK;

		rc = io_pread_all(from, chunk, some, at, err);
		if (!rc)
			rc = io_write_all(to, chunk, some, err);
		at += (off_t)some;
		n -= some;
	}
	free(chunk);
	return rc;
}

static int set_aside(const struct spool *s, int fd, uint32_t segment, off_t keep, size_t n,
                     struct err *err)
{
	int out = create(s, segment, keep, err), rc;

	if (out < 0)
		return -1;
	rc = copy(fd, keep, n, out, err);
	if (!rc)
		rc = io_fsync(out, "the torn bytes", err);
	if (io_close(out, "the torn bytes", err))
		rc = -1;
	return rc ? rc : io_fsync(s->journal, "journal", err);
}

int torn_cut(const struct spool *s, int fd, uint32_t segment, off_t keep, size_t *bytes,
             struct err *err)
{
	struct segment g = {.fd = fd, .number = segment};
	struct stat st;

	if (segment_rest(&g, keep, bytes, err))
		return -1;
	if (*bytes && set_aside(s, fd, segment, keep, *bytes, err))
		return -1;
	if (fstat(fd, &st))
		return err_errno(err, "cannot stat journal/%08u.ndjson", segment);
	if (st.st_size == keep)
		return 0;
	if (ftruncate(fd, keep))
		return err_errno(err, "cannot cut journal/%08u.ndjson", segment);
	return io_fsync(fd, "the journal", err);
}
