/* spool/init.c -- making a spool. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/publish.h"
#include "base/safe.h"
#include "json/js.h"
#include "model/config.h"
#include "spool/layout.h"

enum { COPY_DEPTH = 4, COPY_FILE_MAX = 16 << 20, ORGANISATION_MAX = 128, PATH_BYTES = 4096 };

static const struct part {
	const char *name;
	mode_t mode;
} parts[] = {
	{"etc", 0750},     {"tmp", 02770},   {"new", 02770},        {"refused", 0750},
	{"journal", 0750}, {"tasks", 0750},  {"inbox", 0750},       {"results", 0750},
	{"outbox", 0750},  {"index", 0750},  {"outbox/due", 0750},  {"outbox/dead", 0750},
	{"blobs", 0750},
};

/* Whatever the umask; a set-group-id bit that the parent handed down stays. */
static int make_dir(int dirfd, const char *name, mode_t mode, struct err *err)
{
	struct stat st;

	if (io_mkdir(dirfd, name, mode, err))
		return -1;
	if (fstatat(dirfd, name, &st, 0) ||
	    fchmodat(dirfd, name, mode | (st.st_mode & S_ISGID), 0))
		return err_errno(err, "cannot set the mode of %s", name);
	return 0;
}

static int sync_dir(int dirfd, const char *name, struct err *err)
{
	int fd = io_open_dir(dirfd, name, err), rc;

	if (fd < 0)
		return -1;
	rc = io_fsync(fd, name, err);
	close(fd);
	return rc;
}

/* Make ${path} and what is missing above it, each made durable in its parent. */
static int make_path(const char *path, struct err *err)
{
	char part[PATH_BYTES];
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(part))
		return err_set(err, FAIL_INVALID, "the spool's path is empty or too long");
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (!access(part, F_OK))
			continue;
		if (io_mkdir(AT_FDCWD, part, path[i] ? 0755 : 0750, err))
			return -1;
		memcpy(strrchr(part, '/') ? strrchr(part, '/') + 1 : part, ".", 2);
		if (sync_dir(AT_FDCWD, part, err))
			return -1;
	}
	return 0;
}

static int copy_file(int from, int to, const char *name, mode_t mode, struct err *err)
{
	struct buf data = BUF_INIT;
	int rc = -1, fd;

	if (io_read_file(from, name, COPY_FILE_MAX, &data, err))
		goto out;
	fd = io_open(to, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0640);
	if (fd < 0) {
		err_errno(err, "cannot create %s", name);
		goto out;
	}
	rc = io_write_all(fd, data.data, data.len, err);
	if (!rc && fchmod(fd, mode & 0111 ? 0750 : 0640))
		rc = err_errno(err, "cannot set the mode of %s", name);
	if (!rc)
		rc = io_fsync(fd, name, err);
	if (io_close(fd, name, err))
		rc = -1;
out:
	buf_release(&data);
	return rc;
}

static int copy_tree(int from, int to, int depth, struct err *err);

static int copy_entry(int from, int to, const char *name, int depth, struct err *err)
{
	struct stat st;
	int in, out, rc = -1;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return err_errno(err, "cannot stat %s", name);
	if (S_ISREG(st.st_mode))
		return copy_file(from, to, name, st.st_mode, err);
	if (!S_ISDIR(st.st_mode) || depth == 0)
		return err_set(err, FAIL_INVALID, "%s: neither file nor folder, or too deep", name);
	if (make_dir(to, name, 0750, err))
		return -1;
	in = io_open_dir(from, name, err);
	out = in < 0 ? -1 : io_open_dir(to, name, err);
	if (out >= 0)
		rc = copy_tree(in, out, depth - 1, err);
	if (out >= 0)
		close(out);
	if (in >= 0)
		close(in);
	return rc ? err_wrap(err, "%s", name) : 0;
}

static int copy_tree(int from, int to, int depth, struct err *err)
{
	int copy = io_open(from, ".", O_RDONLY | O_DIRECTORY, 0), rc = 0;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!dir) {
		err_errno(err, "cannot list the folder");
		if (copy >= 0)
			close(copy);
		return -1;
	}
	while (!rc && (errno = 0, entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			rc = copy_entry(from, to, entry->d_name, depth, err);
	if (!rc && errno)
		rc = err_errno(err, "cannot list the folder");
	closedir(dir);
	return rc ? rc : io_fsync(to, "etc", err);
}

static int fill_etc(int root, const char *from, struct err *err)
{
	int etc = io_open_dir(root, "etc", err), source, rc = 0;
	char path[PATH_BYTES];

	if (etc < 0)
		return -1;
	for (int kind = 0; !rc && kind < CFG_ZONE; kind++) /* zones come from tzdata */
		rc = make_dir(etc, config_dirs[kind], 0750, err);
	if (!rc && from) {
		snprintf(path, sizeof(path), "%s/etc", from);
		source = io_open_dir(AT_FDCWD, path, err);
		rc = source < 0 ? -1 : copy_tree(source, etc, COPY_DEPTH, err);
		if (source >= 0)
			close(source);
	}
	if (!rc)
		rc = io_fsync(etc, "etc", err);
	close(etc);
	return rc;
}

/* What the spool we copy from calls itself; NULL when it does not say.  The caller frees. */
static char *organisation_of(const char *from)
{
	struct buf text = BUF_INIT;
	char path[PATH_BYTES];
	char *name = NULL;
	json_t *doc;

	snprintf(path, sizeof(path), "%s/spool.json", from);
	if (!io_read_file(AT_FDCWD, path, 64 * 1024, &text, NULL)) {
		doc = js_parse(text.data, text.len, &js_limits_doc, NULL);
		if (doc && js_str_or(doc, "/organisation", NULL))
			name = mem_strdup(js_str_or(doc, "/organisation", NULL));
		json_decref(doc);
	}
	buf_release(&text);
	return name;
}

static int write_identity(int root, const char *organisation, int rehearsal, struct err *err)
{
	struct publish p = {root, root, ".spool.json.tmp", "spool.json", 0644, 0};
	struct buf text = BUF_INIT;
	json_t *doc = json_object();
	unsigned char tag[5];
	char hex[11];
	int rc;

	entropy_fill(tag, sizeof(tag));
	snprintf(hex, sizeof(hex), "%02x%02x%02x%02x%02x", tag[0], tag[1], tag[2], tag[3], tag[4]);
	js_set_int(doc, "er", 1);
	js_set_int(doc, "format", SPOOL_FORMAT);
	js_set_str(doc, "id", hex);
	js_set_str(doc, "organisation", organisation);
	js_set_time(doc, "createdAt", now_wall_ms());
	if (rehearsal)
		js_set_new(doc, "rehearsal", json_true());
	js_dump(&text, doc, JS_PRETTY);
	buf_addc(&text, '\n');
	unlinkat(root, p.tmpname, 0); /* what an init that was killed left */
	rc = publish_bytes(&p, text.data, text.len, err);
	json_decref(doc);
	buf_release(&text);
	return rc;
}

static int fill(int root, const struct spool_init *how, const char *organisation, struct err *err)
{
	struct stat st;

	if (!fstatat(root, "spool.json", &st, AT_SYMLINK_NOFOLLOW))
		return err_set(err, FAIL_CONFLICT, "%s: is a spool already", how->path);
	for (size_t i = 0; i < NITEMS(parts); i++)
		if (make_dir(root, parts[i].name, parts[i].mode, err))
			return -1;
	if (fill_etc(root, how->from, err) || sync_dir(root, "outbox", err))
		return -1;
	/* The identity comes last: an init that was killed can be repeated. */
	return write_identity(root, organisation, how->rehearsal, err);
}

int spool_init(const struct spool_init *how, struct err *err)
{
	char *inherited = how->from && !how->organisation ? organisation_of(how->from) : NULL;
	const char *name = how->organisation ? how->organisation : inherited ? inherited : "local";
	int rc = -1, root = -1;

	if (!*name || strlen(name) > ORGANISATION_MAX || !utf8_valid(name, strlen(name))) {
		err_set(err, FAIL_INVALID, "the organisation's name must have 1 to %d bytes of UTF-8",
		        ORGANISATION_MAX);
		goto out;
	}
	if (make_path(how->path, err))
		goto out;
	root = io_open_dir(AT_FDCWD, how->path, err);
	if (root >= 0)
		rc = fill(root, how, name, err);
out:
	if (root >= 0)
		close(root);
	free(inherited);
	return rc ? err_wrap(err, "init") : 0;
}
