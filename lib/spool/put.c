/* spool/put.c -- writing view files. */
#include "spool/put.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "json/js.h"
#include "spool/layout.h"

static int make_folder(int dirfd, const char *path, struct err *err)
{
	const char *slash = strchr(path, '/');
	char folder[SPOOL_NAME_MAX];

	if (!slash)
		return err_set(err, FAIL_NOT_FOUND, "%s: its folder is gone", path);
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	return io_mkdir(dirfd, folder, 0750, err);
}

int put_file(int dirfd, const char *path, const struct buf *data, struct err *err)
{
	struct err why = ERR_INIT;

	if (!io_replace(dirfd, path, data->data, data->len, &why))
		return 0;
	if (why.code != FAIL_NOT_FOUND)
		return err_set(err, why.code, "%s", why.msg);
	if (make_folder(dirfd, path, err))
		return -1;
	return io_replace(dirfd, path, data->data, data->len, err);
}

static int write_private(int dirfd, const char *tmp, const struct buf *data, struct err *err)
{
	int fd = io_open(dirfd, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	int rc = 0;

	if (fd < 0)
		return err_errno(err, "cannot create %s", tmp);
	if (fchmod(fd, 0600))
		rc = err_errno(err, "cannot set the mode of %s", tmp);
	if (!rc)
		rc = io_write_all(fd, data->data, data->len, err);
	if (io_close(fd, tmp, err))
		rc = -1;
	return rc;
}

int put_private(int dirfd, const char *path, const struct buf *data, struct err *err)
{
	char tmp[SPOOL_NAME_MAX + 8];
	struct err why = ERR_INIT;
	const char *slash = strchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	int rc;

	snprintf(tmp, sizeof(tmp), "%.*s.%s.tmp", (int)(base - path), path, base);
	rc = write_private(dirfd, tmp, data, &why);
	if (rc && why.code == FAIL_NOT_FOUND && !make_folder(dirfd, path, err)) {
		err_clear(&why);
		rc = write_private(dirfd, tmp, data, &why);
	}
	if (!rc && renameat(dirfd, tmp, dirfd, path))
		rc = err_errno(&why, "cannot rename %s", tmp);
	return rc ? err_set(err, why.code, "%s", why.msg) : 0;
}

enum put_state put_compare(int dirfd, const char *path, const struct buf *data)
{
	struct err why = ERR_INIT;
	struct buf now = BUF_INIT;
	enum put_state state = PUT_DIFFERS;

	if (io_read_file(dirfd, path, PUT_FILE_MAX, &now, &why)) {
		if (why.code == FAIL_NOT_FOUND)
			state = PUT_MISSING;
	} else if (now.len == data->len && (!now.len || !memcmp(now.data, data->data, now.len))) {
		state = PUT_SAME;
	}
	buf_release(&now);
	return state;
}

void put_render(struct buf *out, const json_t *doc)
{
	js_dump(out, doc, JS_PRETTY);
	buf_addc(out, '\n');
}
