/* base: errors, buffers, allocation. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "kit.h"

START_TEST(first_error_wins)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(err_set(&err, FAIL_CONFLICT, "held by %s", "w17"), -1);
	ck_assert_int_eq(err_set(&err, FAIL_INVALID, "later"), -1);
	ck_assert_int_eq(err_field(&err, FAIL_INVALID, "/a", "later"), -1);
	ck_assert_int_eq(err.code, FAIL_CONFLICT);
	ck_assert_str_eq(err.msg, "held by w17");
	ck_assert_str_eq(err.field, "");
	ck_assert_int_eq(err_wrap(&err, "task_%d", 1), -1);
	ck_assert_str_eq(err.msg, "task_1: held by w17");
	err_clear(&err);
	ck_assert_int_eq(err.code, FAIL_NONE);
	ck_assert_int_eq(err_wrap(&err, "nothing to wrap"), -1);
	ck_assert_str_eq(err.msg, "");
	ck_assert_int_eq(err_set(NULL, FAIL_INVALID, "nobody listens"), -1);
	ck_assert_int_eq(err_errno(NULL, "nobody listens"), -1);
	ck_assert_int_eq(err_wrap(NULL, "nobody listens"), -1);
}
END_TEST

START_TEST(field_is_kept)
{
	struct err err = ERR_INIT;

	err_field(&err, FAIL_INVALID, "/policy/maxBudgetUsd", "must be %s", "an amount");
	ck_assert_str_eq(err.field, "/policy/maxBudgetUsd");
	ck_assert_str_eq(err.msg, "/policy/maxBudgetUsd: must be an amount");
	err_clear(&err);
	err_field(&err, FAIL_INVALID, "", "must be an object");
	ck_assert_str_eq(err.msg, "must be an object");
}
END_TEST

START_TEST(errno_has_a_code)
{
	static const struct {
		int error;
		enum fail code;
	} rows[] = {
	    {ENOENT, FAIL_NOT_FOUND}, {EACCES, FAIL_DENIED},    {EPERM, FAIL_DENIED},
	    {ENOSPC, FAIL_TEMPORARY}, {EIO, FAIL_TEMPORARY},    {EDQUOT, FAIL_TEMPORARY},
	    {EMFILE, FAIL_TEMPORARY}, {ENOTDIR, FAIL_FAILURE},
	};
	struct err err = ERR_INIT;

	errno = rows[_i].error;
	ck_assert_int_eq(err_errno(&err, "cannot open %s", "x"), -1);
	ck_assert_int_eq(err.code, rows[_i].code);
	ck_assert(!strncmp(err.msg, "cannot open x: ", 15));
	ck_assert_int_eq(errno, rows[_i].error);
}
END_TEST

/* A cut message never ends inside a character. */
START_TEST(cut_keeps_utf8)
{
	char text[3 * ERR_MSG_MAX + 1];
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < ERR_MSG_MAX; i++)
		memcpy(text + 3 * i, "€", 3);
	text[3 * ERR_MSG_MAX] = '\0';
	err_field(&err, FAIL_INVALID, text, "x");
	ck_assert(utf8_valid(err.msg, strlen(err.msg)));
	ck_assert(utf8_valid(err.field, strlen(err.field)));
	ck_assert_uint_gt(strlen(err.msg), ERR_MSG_MAX - 5);
	err_wrap(&err, "%*s", _i, "");
	ck_assert(utf8_valid(err.msg, strlen(err.msg)));
}
END_TEST

START_TEST(exit_table)
{
	static const int exits[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 75, 78, 130};
	int code;

	ck_assert_int_eq(NITEMS(exits), FAIL_COUNT);
	for (code = 0; code < FAIL_COUNT; code++) {
		ck_assert_int_eq(fail_exit((enum fail)code), exits[code]);
		ck_assert_int_eq(fail_by_name(fail_name((enum fail)code)), code);
	}
	ck_assert_int_eq(fail_by_name("no such"), FAIL_COUNT);
	ck_assert_str_eq(fail_name(FAIL_CONFLICT), "conflict");
	ck_assert_int_eq(fail_exit(FAIL_COUNT), 1);
}
END_TEST

START_TEST(buffer_grows)
{
	struct buf b = BUF_INIT;
	char *s;
	int i;

	ck_assert_str_eq(buf_str(&b), "");
	for (i = 0; i < 1000; i++)
		buf_addf(&b, "%03d ", i);
	ck_assert(buf_ok(&b));
	ck_assert_uint_eq(b.len, 4000);
	ck_assert(!memcmp(b.data + 3996, "999 ", 5));
	buf_add(&b, "\0x", 2);
	ck_assert_uint_eq(b.len, 4002);
	s = buf_detach(&b);
	ck_assert_uint_eq(strlen(s), 4000);
	free(s);
	ck_assert_ptr_null(b.data);
	s = buf_detach(&b);
	ck_assert_str_eq(s, "");
	free(s);
	memcpy(buf_room(&b, 3), "abc", 3);
	b.len += 3;
	ck_assert_str_eq(buf_str(&b), "abc");
	buf_release(&b);
}
END_TEST

START_TEST(buffer_has_a_maximum)
{
	struct buf b;

	buf_init(&b, 5);
	buf_adds(&b, "12345");
	ck_assert(buf_ok(&b));
	buf_adds(&b, "");
	ck_assert(buf_ok(&b));
	buf_addc(&b, '6');
	ck_assert(!buf_ok(&b));
	ck_assert_ptr_null(buf_room(&b, 0));
	ck_assert_str_eq(buf_str(&b), "12345");
	buf_clear(&b);
	ck_assert(buf_ok(&b));
	ck_assert_str_eq(buf_str(&b), "");
	buf_addf(&b, "%s", "123456");
	ck_assert(!buf_ok(&b));
	ck_assert_str_eq(buf_str(&b), "");
	buf_clear(&b);
	buf_addf(&b, "%s", "54321");
	ck_assert_str_eq(buf_str(&b), "54321");
	buf_release(&b);
}
END_TEST

START_TEST(out_of_memory_ends)
{
	(void)mem_grow(NULL, (size_t)-1 / 2, 4);
}
END_TEST

START_TEST(memory)
{
	char *p = mem_alloc(8), *s = mem_strndup("abcdef", 3);

	ck_assert(!memcmp(p, "\0\0\0\0\0\0\0", 8));
	ck_assert_str_eq(s, "abc");
	free(p);
	free(s);
	p = mem_grow(NULL, 0, 8);
	ck_assert_ptr_nonnull(p);
	free(p);
}
END_TEST

static int forked(void)
{
	const char *fork = getenv("CK_FORK");

	return !fork || strcmp(fork, "no");
}

int main(void)
{
	Suite *s = suite_create("base_err");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, first_error_wins);
	tcase_add_test(tc, field_is_kept);
	tcase_add_loop_test(tc, errno_has_a_code, 0, 8);
	tcase_add_loop_test(tc, cut_keeps_utf8, 1, 5);
	tcase_add_test(tc, exit_table);
	tcase_add_test(tc, buffer_grows);
	tcase_add_test(tc, buffer_has_a_maximum);
	tcase_add_test(tc, memory);
	if (forked())
		tcase_add_exit_test(tc, out_of_memory_ends, 75);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
