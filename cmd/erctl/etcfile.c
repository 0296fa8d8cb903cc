#include "etcfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "cmd.h"
#include "json/js.h"
#include "spool/drop.h"

static int open_folder(struct run *r, enum config_kind kind, struct err *err)
{
	if (io_mkdir(r->spool.etc, config_dirs[kind], 0750, err) < 0)
		return -1;
	return io_open_dir(r->spool.etc, config_dirs[kind], err);
}

/* A dot file: nobody takes it for a document. */
static int write_new(int dir, const char *tmp, const struct buf *text, struct err *err)
{
	int fd = io_open(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0640);
	if (fd < 0)
		return err_errno(err, "cannot write %s", tmp);
	int rc = io_write_all(fd, buf_str(text), text->len, err);
	if (rc == 0)
		rc = io_fsync(fd, tmp, err);
	if (io_close(fd, tmp, err) < 0)
		rc = -1;
	return rc;
}

static int rename_to(int dir, const char *tmp, const char *file, int replace, struct err *err)
{
	if (renameat2(dir, tmp, dir, file, replace ? 0 : RENAME_NOREPLACE) == 0)
		return io_fsync(dir, file, err);
	if (errno == EEXIST)
		return err_set(err, FAIL_CONFLICT, "%s: somebody else made it just now", file);
	return err_errno(err, "cannot make %s", file);
}

int etcfile_write(struct run *r, enum config_kind kind, const char *name, const json_t *doc,
                  int replace, struct err *err)
{
	char tmp[128], file[128];
	struct buf text = BUF_INIT;
	int dir = open_folder(r, kind, err), rc;
	if (dir < 0)
		return err_wrap(err, "etc/%s", config_dirs[kind]);
	snprintf(tmp, sizeof tmp, ".%s.%ld", name, (long)getpid());
	snprintf(file, sizeof file, "%s.json", name);
	js_dump(&text, doc, JS_PRETTY);
	buf_addc(&text, '\n');
	rc = write_new(dir, tmp, &text, err);
	if (rc == 0)
		rc = rename_to(dir, tmp, file, replace, err);
	if (rc < 0)
		unlinkat(dir, tmp, 0);
	buf_release(&text);
	close(dir);
	return rc < 0 ? err_wrap(err, "etc/%s", config_dirs[kind]) : 0;
}

int etcfile_remove(struct run *r, enum config_kind kind, const char *name, struct err *err)
{
	char file[128];
	int dir = open_folder(r, kind, err), rc;
	if (dir < 0)
		return -1;
	snprintf(file, sizeof file, "%s.json", name);
	if (unlinkat(dir, file, 0) < 0)
		rc = err_errno(err, "cannot remove etc/%s/%s", config_dirs[kind], file);
	else
		rc = io_fsync(dir, file, err);
	close(dir);
	return rc;
}

void etcfile_tell(struct run *r)
{
	struct config *c = config_new();
	struct err bad = ERR_INIT;
	int whole = spool_load_config(&r->spool, c, NULL, &bad) == 0;
	config_free(c);
	if (!whole)
		out_note(&r->out, "erd will keep what it has until this is mended: %s", bad.msg);
	if (drop_nudge_reload(&r->spool) && whole)
		out_note(&r->out, "erd is told to take it");
}
