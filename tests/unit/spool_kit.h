/*
 * spool_kit.h -- what the tests of lib/spool share: a spool in a folder of its own, messages,
 * events, files.
 */
#ifndef SPOOL_KIT_H
#define SPOOL_KIT_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "model/event.h"
#include "spool/drop.h"
#include "spool/layout.h"
#include "kit.h"

static char kit_dir[256];
static struct spool kit_spool;
static struct err kit_err;

#define ck_ok(expr) \
	do { \
		err_clear(&kit_err); \
		ck_assert_msg((expr) == 0, "%s: %s", #expr, kit_err.msg); \
	} while (0)
#define ck_fails(expr, with) \
	do { \
		err_clear(&kit_err); \
		ck_assert_int_eq((expr), -1); \
		ck_assert_msg(kit_err.code == (with), "%s: %s: %s", #expr, \
		              fail_name(kit_err.code), kit_err.msg); \
	} while (0)

KIT void kit_open(void)
{
	ck_ok(spool_open(&kit_spool, kit_dir, &kit_err));
}

KIT void kit_setup(void)
{
	const char *tmp = getenv("TMPDIR");
	struct spool_init how = {.path = kit_dir, .organisation = "acme"};

	snprintf(kit_dir, sizeof(kit_dir), "%s/er-spool.XXXXXX", tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(kit_dir));
	ck_ok(spool_init(&how, &kit_err));
	kit_open();
}

KIT int kit_unlink(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

KIT void kit_remove(const char *path)
{
	nftw(path, kit_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

KIT void kit_teardown(void)
{
	spool_close(&kit_spool);
	kit_remove(kit_dir);
}

KIT int kit_exists(int dirfd, const char *name)
{
	struct stat st;

	return !fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW);
}

KIT void kit_write(int dirfd, const char *name, const void *p, size_t n)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0640);

	ck_assert_int_ge(fd, 0);
	ck_ok(io_write_all(fd, p, n, &kit_err));
	close(fd);
}

KIT void kit_puts(int dirfd, const char *name, const char *text)
{
	kit_write(dirfd, name, text, strlen(text));
}

/* The whole file; the caller frees. */
KIT char *kit_read(int dirfd, const char *name, size_t *n)
{
	struct buf b = BUF_INIT;

	ck_ok(io_read_file(dirfd, name, (size_t)1 << 30, &b, &kit_err));
	if (n)
		*n = b.len;
	return buf_detach(&b);
}

KIT size_t kit_count(int dirfd)
{
	char path[64];
	char name[512];
	size_t n = 0;
	FILE *ls;

	snprintf(path, sizeof(path), "ls -A /proc/%d/fd/%d", (int)getpid(), dirfd);
	ls = popen(path, "r");
	while (ls && fgets(name, sizeof(name), ls))
		n++;
	if (ls)
		pclose(ls);
	return n;
}

KIT void kit_id(unsigned n, struct id *id)
{
	memset(id, 0, sizeof(*id));
	id->b[0] = 1;
	for (int i = 0; i < 4; i++)
		id->b[ID_BYTES - 1 - i] = (uint8_t)(n >> (8 * i));
}

/* A submit of {"n":WHAT}; what it points to is static. */
KIT struct drop_submit kit_submit(unsigned task, int keyed, int what)
{
	static char id[ID_TEXT_MAX], text[256], body[64];
	struct drop_submit d = {.id = id, .keyed = keyed, .bytes = text};
	struct id raw;
	json_t *doc;

	kit_id(task, &raw);
	id_format(&raw, "task_", id);
	snprintf(body, sizeof(body), "{\"n\":%d}", what);
	snprintf(text, sizeof(text),
	         "{\"er\":1,\"type\":\"submit\",\"id\":\"%s\",\"from\":\"alice\",\"body\":%s}", id,
	         body);
	d.n = strlen(text);
	doc = js_parse(body, strlen(body), &js_limits_doc, NULL);
	js_hash(doc, &d.content);
	json_decref(doc);
	return d;
}

KIT const char *kit_task_name(unsigned n)
{
	static char text[ID_TEXT_MAX];
	struct id id;

	kit_id(n, &id);
	return id_format(&id, "task_", text);
}

/* A minimal view that names the content, as drop_submit reads it. */
KIT void kit_view(unsigned task, int what)
{
	struct drop_submit d = kit_submit(task, 1, what);
	char path[SPOOL_NAME_MAX], shard[SPOOL_NAME_MAX], text[256], hex[SHA256_HEX];
	struct id id;

	kit_id(task, &id);
	mkdirat(kit_spool.tasks, layout_shard(&id, shard), 0750);
	snprintf(text, sizeof(text),
	         "{\"schema\":\"er.task.v1\",\"id\":\"%s\",\"contentSha256\":\"%s\"}",
	         d.id, sha256_hex(&d.content, hex));
	kit_puts(kit_spool.tasks, layout_task_path(&id, path), text);
}

#endif
