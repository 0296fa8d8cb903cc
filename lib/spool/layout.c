/* spool/layout.c -- opening a spool, and the names inside it. */
#include "spool/layout.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"

enum { SPOOL_JSON_MAX = 64 * 1024, RESERVE_PERCENT = 5 };

char *layout_shard(const struct id *task, char *out)
{
	char text[ID_TEXT_MAX];

	id_format(task, "", text);
	memcpy(out, text + ID_DIGITS - 2, 3);
	return out;
}

char *layout_task_path(const struct id *task, char *out)
{
	char text[ID_TEXT_MAX];

	id_format(task, "task_", text);
	snprintf(out, SPOOL_NAME_MAX, "%s/%s.json", text + strlen(text) - 2, text);
	return out;
}

static int read_identity(struct spool *s, const json_t *doc, struct err *err)
{
	const char *tag = NULL, *organisation = NULL;
	int64_t format = 0;
	char *end;

	if (js_get_int(doc, "/format", 0, INT64_MAX, &format, err) ||
	    js_get_str(doc, "/id", &tag, 10, err) ||
	    js_get_str(doc, "/organisation", &organisation, sizeof(s->organisation) - 1, err) ||
	    js_get_bool(doc, "/rehearsal", &s->rehearsal, err))
		return -1;
	if (format != SPOOL_FORMAT)
		return err_set(err, FAIL_CONFIG, "format %lld; this er knows %d", (long long)format,
		               SPOOL_FORMAT);
	if (!tag || strlen(tag) != 10 || strspn(tag, "0123456789abcdef") != 10)
		return err_set(err, FAIL_CONFIG, "/id: not 10 hexadecimal digits");
	s->tag = strtoull(tag, &end, 16);
	snprintf(s->organisation, sizeof(s->organisation), "%s",
	         organisation ? organisation : "local");
	return 0;
}

static int load_identity(struct spool *s, struct err *err)
{
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	json_t *doc = NULL;
	int rc = -1;

	if (io_read_file(s->root, "spool.json", SPOOL_JSON_MAX, &text, &why)) {
		if (why.code == FAIL_NOT_FOUND)
			err_set(err, FAIL_NOT_FOUND, "no spool at %s: there is no spool.json", s->path);
		goto out;
	}
	doc = js_parse(text.data, text.len, &js_limits_doc, &why);
	if (doc && !read_identity(s, doc, &why))
		rc = 0;
out:
	if (rc)
		err_set(err, why.code == FAIL_INVALID ? FAIL_CONFIG : why.code, "%s/spool.json: %s",
		        s->path, why.msg);
	json_decref(doc);
	buf_release(&text);
	return rc;
}

/* Folders that hold views may be deleted by anybody at any time: they come back. */
static int open_part(struct spool *s, const char *name, int is_view, int *fd, struct err *err)
{
	struct err why = ERR_INIT;

	*fd = io_open_dir(s->root, name, &why);
	if (*fd < 0 && why.code == FAIL_NOT_FOUND && is_view) {
		err_clear(&why);
		if (!io_mkdir(s->root, name, 0750, &why))
			*fd = io_open_dir(s->root, name, &why);
	}
	if (*fd < 0)
		return err_set(err, why.code == FAIL_NOT_FOUND ? FAIL_CONFIG : why.code,
		               "spool %s: %s", s->path, why.msg);
	return 0;
}

static int open_parts(struct spool *s, struct err *err)
{
	const struct {
		const char *name;
		int is_view;
		int *fd;
	} parts[] = {
		{"etc", 0, &s->etc},         {"tmp", 0, &s->tmp},
		{"new", 0, &s->new_},        {"refused", 0, &s->refused},
		{"journal", 0, &s->journal}, {"tasks", 1, &s->tasks},
		{"inbox", 1, &s->inbox},     {"results", 1, &s->results},
		{"outbox", 1, &s->outbox},   {"index", 1, &s->index},
		{"blobs", 1, &s->blobs},
	};

	for (size_t i = 0; i < NITEMS(parts); i++)
		if (open_part(s, parts[i].name, parts[i].is_view, parts[i].fd, err))
			return -1;
	return 0;
}

/* Under the same number, which others hold too. */
static int open_again(struct spool *s, const char *name, int fd, struct err *err)
{
	int fresh;

	if (open_part(s, name, 1, &fresh, err))
		return -1;
	if (dup3(fresh, fd, O_CLOEXEC) < 0)
		err_errno(err, "cannot open %s again", name);
	close(fresh);
	return err->code ? -1 : 1;
}

int spool_mend(struct spool *s, struct err *err)
{
	const struct {
		const char *name;
		int fd;
	} views[] = {{"tasks", s->tasks},   {"inbox", s->inbox}, {"results", s->results},
	             {"outbox", s->outbox}, {"index", s->index}};
	struct stat st;
	int mended = 0;

	for (size_t i = 0; mended >= 0 && i < NITEMS(views); i++)
		if (!fstat(views[i].fd, &st) && st.st_nlink == 0)
			mended = open_again(s, views[i].name, views[i].fd, err);
	return mended;
}

static void forget(struct spool *s)
{
	memset(s, 0, sizeof(*s));
	s->root = s->etc = s->tmp = s->new_ = s->refused = s->journal = -1;
	s->tasks = s->inbox = s->results = s->outbox = s->index = s->blobs = -1;
}

int spool_open(struct spool *s, const char *path, struct err *err)
{
	struct err why = ERR_INIT;

	forget(s);
	s->path = mem_strdup(path);
	s->root = io_open_dir(AT_FDCWD, path, &why);
	if (s->root < 0) {
		if (why.code == FAIL_NOT_FOUND)
			err_set(err, FAIL_NOT_FOUND, "no spool at %s: no such directory", path);
		else
			err_set(err, why.code, "no spool at %s: %s", path, why.msg);
	} else if (!load_identity(s, err) && !open_parts(s, err)) {
		return 0;
	}
	spool_close(s);
	return -1;
}

void spool_close(struct spool *s)
{
	const int fds[] = {s->root,  s->etc,   s->tmp,     s->new_,   s->refused, s->journal,
	                   s->tasks, s->inbox, s->results, s->outbox, s->index,   s->blobs};

	if (!s->path)
		return;
	for (size_t i = 0; i < NITEMS(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]); /* directories: nothing can be lost */
	free(s->path);
	forget(s);
}

int spool_space_ok(const struct spool *s)
{
	struct statvfs vfs;

	if (fstatvfs(s->root, &vfs))
		return 1; /* unknown: a write will tell */
	if (vfs.f_bavail < vfs.f_blocks / 100 * RESERVE_PERCENT)
		return 0;
	return vfs.f_files == 0 || vfs.f_favail >= vfs.f_files / 100 * RESERVE_PERCENT;
}
