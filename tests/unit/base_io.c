/* base: files, and publishing them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/publish.h"
#include "kit.h"

static char root[64];
static int dir, tmpdir, newdir;

static void setup(void)
{
	struct err err = ERR_INIT;

	snprintf(root, sizeof(root), "/tmp/base_io.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	dir = io_open_dir(AT_FDCWD, root, &err);
	ck_assert_int_ge(dir, 0);
	ck_assert_int_eq(io_mkdir(dir, "tmp", 0700, &err), 0);
	ck_assert_int_eq(io_mkdir(dir, "new", 0700, &err), 0);
	ck_assert_int_eq(io_mkdir(dir, "new", 0700, &err), 0);
	tmpdir = io_open_dir(dir, "tmp", &err);
	newdir = io_open_dir(dir, "new", &err);
	ck_assert_int_ge(newdir, 0);
}

static void teardown(void)
{
	static const char *const names[] = {"new/a", "new/b", "tmp/a", "tmp/b", "a", "b",
	                                    "fifo",  "link",  ".a.tmp"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(dir, names[i], 0);
	ck_assert_int_eq(unlinkat(dir, "tmp", AT_REMOVEDIR), 0);
	ck_assert_int_eq(unlinkat(dir, "new", AT_REMOVEDIR), 0);
	close(tmpdir);
	close(newdir);
	close(dir);
	ck_assert_int_eq(rmdir(root), 0);
}

static int exists(int fd, const char *name)
{
	return faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void expect_content(int fd, const char *name, const char *text)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;

	ck_assert_int_eq(io_read_file(fd, name, 1000, &b, &err), 0);
	ck_assert_str_eq(buf_str(&b), text);
	buf_release(&b);
}

START_TEST(replace_and_read)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	ck_assert_int_eq(io_replace(dir, "a", "one", 3, &err), 0);
	expect_content(dir, "a", "one");
	ck_assert_int_eq(io_replace(dir, "new/a", "two", 3, &err), 0);
	ck_assert_int_eq(io_replace(dir, "new/a", "3", 1, &err), 0);
	expect_content(newdir, "a", "3");
	ck_assert(!exists(dir, ".a.tmp"));
	ck_assert_int_eq(io_read_file(dir, "b", 10, &b, &err), -1);
	ck_assert_int_eq(err.code, FAIL_NOT_FOUND);
	err_clear(&err);
	ck_assert_int_eq(io_replace(dir, "none/a", "x", 1, &err), -1);
	buf_release(&b);
}
END_TEST

START_TEST(read_limit)
{
	struct err err = ERR_INIT;
	struct buf b;
	int fds[2];

	ck_assert_int_eq(io_replace(dir, "a", "12345", 5, &err), 0);
	buf_init(&b, 5);
	ck_assert_int_eq(io_read_file(dir, "a", 5, &b, &err), 0);
	ck_assert_str_eq(buf_str(&b), "12345");
	ck_assert_int_eq(io_read_file(dir, "a", 5, &b, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	buf_release(&b);
	buf_init(&b, 0);
	err_clear(&err);
	ck_assert_int_eq(io_read_file(dir, "a", 4, &b, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_str_eq(err.msg, "a: longer than 4 bytes");
	buf_clear(&b);
	err_clear(&err);
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	ck_assert_int_eq(io_write_all(fds[1], "piped", 5, &err), 0);
	close(fds[1]);
	buf_adds(&b, "and ");
	ck_assert_int_eq(io_read_fd(fds[0], 5, &b, &err), 0);
	ck_assert_str_eq(buf_str(&b), "and piped");
	close(fds[0]);
	buf_release(&b);
}
END_TEST

START_TEST(large_file)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT, c = BUF_INIT;
	char part[10];
	int i, fd;

	for (i = 0; i < 100000; i++)
		buf_addf(&b, "%d\n", i);
	ck_assert_int_eq(io_replace(dir, "a", b.data, b.len, &err), 0);
	ck_assert_int_eq(io_read_file(dir, "a", b.len, &c, &err), 0);
	ck_assert_uint_eq(b.len, c.len);
	ck_assert(!memcmp(b.data, c.data, b.len));
	fd = openat(dir, "a", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(io_pread_all(fd, part, 10, 4, &err), 0);
	ck_assert(!memcmp(part, b.data + 4, 10));
	ck_assert_int_eq(io_pread_all(fd, part, 10, (off_t)b.len - 9, &err), -1);
	ck_assert_int_eq(io_close(fd, "a", &err), 0);
	buf_release(&b);
	buf_release(&c);
}
END_TEST

START_TEST(only_regular_files)
{
	static const char *const names[] = {"fifo", "link", "new"};
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	ck_assert_int_eq(mkfifoat(dir, "fifo", 0600), 0);
	ck_assert_int_eq(io_replace(dir, "a", "x", 1, &err), 0);
	ck_assert_int_eq(symlinkat("a", dir, "link"), 0);
	ck_assert_int_eq(io_read_file(dir, names[_i], 10, &b, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	err_clear(&err);
	ck_assert_int_eq(io_mkdir(dir, "a", 0700, &err), -1);
	ck_assert_int_eq(err.code, FAIL_CONFLICT);
	buf_release(&b);
}
END_TEST

static struct publish publication(const char *name)
{
	return (struct publish){.tmpdir = tmpdir, .newdir = newdir, .tmpname = name, .name = name,
	                        .mode = 0640, .visible = -1};
}

START_TEST(publish_new)
{
	struct publish p = publication("a");
	struct err err = ERR_INIT;
	struct stat st;

	umask(077);
	ck_assert_int_eq(publish_bytes(&p, "first", 5, &err), 0);
	ck_assert_int_eq(p.visible, 1);
	ck_assert(!exists(tmpdir, "a"));
	expect_content(newdir, "a", "first");
	ck_assert_int_eq(fstatat(newdir, "a", &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
}
END_TEST

START_TEST(publish_never_replaces)
{
	struct publish p = publication("a");
	struct err err = ERR_INIT;

	ck_assert_int_eq(publish_bytes(&p, "first", 5, &err), 0);
	ck_assert_int_eq(publish_bytes(&p, "second", 6, &err), -1);
	ck_assert_int_eq(err.code, FAIL_CONFLICT);
	ck_assert_int_eq(p.visible, 0);
	expect_content(newdir, "a", "first");
	ck_assert(!exists(tmpdir, "a"));
}
END_TEST

START_TEST(publish_tmp_is_taken)
{
	struct publish p = publication("a");
	struct err err = ERR_INIT;

	ck_assert_int_eq(io_replace(tmpdir, "a", "other", 5, &err), 0);
	ck_assert_int_eq(publish_bytes(&p, "first", 5, &err), -1);
	ck_assert_int_eq(err.code, FAIL_TEMPORARY);
	expect_content(tmpdir, "a", "other");
	ck_assert(!exists(newdir, "a"));
}
END_TEST

START_TEST(publish_by_descriptor)
{
	struct publish p = publication("b");
	struct err err = ERR_INIT;
	int fd = publish_open(&p, &err);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(io_write_all(fd, "b", 1, &err), 0);
	ck_assert_int_eq(publish_fd(&p, fd, &err), 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	fd = openat(newdir, "b", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(publish_confirm(newdir, fd, &err), 0);
	close(fd);
}
END_TEST

/* Each failure before the rename leaves nothing, and says so. */
START_TEST(publish_reports_failures)
{
	struct publish p = publication("a");
	struct err err = ERR_INIT;
	int fds[2], fd;

	p.newdir = -1;
	ck_assert_int_eq(publish_bytes(&p, "x", 1, &err), -1);
	ck_assert_int_eq(err.code, FAIL_TEMPORARY);
	ck_assert_int_eq(p.visible, 0);
	ck_assert(!exists(tmpdir, "a"));
	/* a pipe cannot be synced: the error must not be lost, nor the name taken */
	err_clear(&err);
	p = publication("a");
	ck_assert_int_eq(io_replace(tmpdir, "a", "x", 1, &err), 0);
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	ck_assert_int_eq(publish_fd(&p, fds[1], &err), -1);
	ck_assert_int_eq(err.code, FAIL_TEMPORARY);
	ck_assert_int_eq(p.visible, 0);
	ck_assert(!exists(tmpdir, "a") && !exists(newdir, "a"));
	close(fds[0]);
	/* the file is there, but its directory cannot be synced: outcome unknown */
	err_clear(&err);
	p.newdir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = publish_open(&p, &err);
	ck_assert_int_eq(publish_fd(&p, fd, &err), -1);
	ck_assert_int_eq(err.code, FAIL_TEMPORARY);
	ck_assert_int_eq(p.visible, 1);
	ck_assert(exists(dir, "a"));
	close(p.newdir);
	err_clear(&err);
	ck_assert_int_eq(publish_confirm(newdir, -1, &err), -1);
	ck_assert_int_eq(err.code, FAIL_TEMPORARY);
}
END_TEST

START_TEST(errors_are_reported)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(io_open_dir(dir, "none", &err), -1);
	ck_assert_int_eq(err.code, FAIL_NOT_FOUND);
	err_clear(&err);
	ck_assert_int_eq(io_fsync(-1, "x", &err), -1);
	ck_assert_str_eq(err.msg, "cannot sync x: Bad file descriptor");
	err_clear(&err);
	ck_assert_int_eq(io_close(-1, "x", &err), -1);
	err_clear(&err);
	ck_assert_int_eq(io_write_all(-1, "x", 1, &err), -1);
	ck_assert_int_eq(io_fsync(newdir, "new", NULL), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base_io");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, replace_and_read);
	tcase_add_test(tc, read_limit);
	tcase_add_test(tc, large_file);
	tcase_add_loop_test(tc, only_regular_files, 0, 3);
	tcase_add_test(tc, publish_new);
	tcase_add_test(tc, publish_never_replaces);
	tcase_add_test(tc, publish_tmp_is_taken);
	tcase_add_test(tc, publish_by_descriptor);
	tcase_add_test(tc, publish_reports_failures);
	tcase_add_test(tc, errors_are_reported);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
