#include "spool/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "model/config.h"
#include "spool/fifo.h"
#include "spool/layout.h"
#include "spool/put.h"

static int open_kind(const struct spool *s, int kind, struct err *err)
{
	struct stat st;

	if (fstatat(s->etc, config_dirs[kind], &st, 0) != 0 &&
	    io_mkdir(s->etc, config_dirs[kind], 0750, err) != 0)
		return -1;
	return io_open_dir(s->etc, config_dirs[kind], err);
}

static int write_file(int dir, const char *name, const struct buf *text, struct err *err)
{
	int fd = io_open(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0640);
	int rc = fd < 0 ? err_errno(err, "cannot write %s", name)
			: io_write_all(fd, text->data, text->len, err);

	if (rc == 0)
		rc = io_fsync(fd, name, err);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* The new one stays for the caller to remove. */
static int link_new(int dir, const char *fresh, const char *file, struct err *err)
{
	if (linkat(dir, fresh, dir, file, 0) == 0)
		return 0;
	return errno == EEXIST
		   ? err_set(err, FAIL_CONFLICT, "%s: somebody else made it just now", file)
		   : err_errno(err, "cannot make %s", file);
}

static int move_over(int dir, const char *fresh, const char *file, struct err *err)
{
	return renameat(dir, fresh, dir, file) == 0 ? 0 : err_errno(err, "cannot replace %s", file);
}

int spool_put_document(const struct spool *s, int kind, const char *name, const json_t *doc,
		       int fresh, struct err *err)
{
	char file[SPOOL_NAME_MAX], tmp[SPOOL_NAME_MAX];
	struct buf text = BUF_INIT;
	int dir = open_kind(s, kind, err), rc = -1;

	if (dir < 0)
		return err_wrap(err, "etc/%s", config_dirs[kind]);
	snprintf(file, sizeof(file), "%s.json", name);
	snprintf(tmp, sizeof(tmp), ".%s.json.%ld", name, (long)getpid());
	put_render(&text, doc);
	if (write_file(dir, tmp, &text, err) == 0)
		rc = fresh ? link_new(dir, tmp, file, err) : move_over(dir, tmp, file, err);
	if (rc != 0 || fresh)
		unlinkat(dir, tmp, 0);
	if (rc == 0)
		rc = io_fsync(dir, config_dirs[kind], err);
	buf_release(&text);
	close(dir);
	return rc == 0 ? 0 : err_wrap(err, "etc/%s", config_dirs[kind]);
}

int spool_remove_document(const struct spool *s, int kind, const char *name, struct err *err)
{
	char file[SPOOL_NAME_MAX];
	int dir = open_kind(s, kind, err), rc;

	if (dir < 0)
		return err_wrap(err, "etc/%s", config_dirs[kind]);
	snprintf(file, sizeof(file), "%s.json", name);
	rc = unlinkat(dir, file, 0);
	if (rc != 0)
		err_errno(err, "etc/%s/%s", config_dirs[kind], file);
	else
		rc = io_fsync(dir, config_dirs[kind], err);
	close(dir);
	return rc;
}

int spool_ask_reload(const struct spool *s, const char *receipt)
{
	char line[SPOOL_NAME_MAX];
	int fd = fifo_open(s->root, "control"), n, ok;

	if (fd < 0)
		return 0;
	n = snprintf(line, sizeof(line), "r %s\n", receipt);
	ok = fifo_write(fd, line, (size_t)n);
	close(fd);
	return ok;
}
