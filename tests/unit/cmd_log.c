/* tests/unit/cmd_log.c -- lines of erd's log.  The source is part of erd, not of a library. */
#include "../../cmd/erd/log.c"
#include "kit.h"

#include <fcntl.h>
#include <jansson.h>

static char line[8192];

/* Everything ${say} logs, from a fresh start. */
static const char *logged(const char *format, int quiet, int journal, void (*say)(void))
{
	char stream[64];
	int saved = dup(STDERR_FILENO), fd[2];
	struct stat st;
	ssize_t n;

	ck_assert_int_eq(pipe2(fd, O_NONBLOCK), 0);
	ck_assert_int_eq(fstat(fd[1], &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
	         (uintmax_t)st.st_ino + !journal);
	setenv("JOURNAL_STREAM", stream, 1);
	ck_assert_int_ge(dup2(fd[1], STDERR_FILENO), 0);
	ck_assert_int_eq(log_open(format, quiet), 0);
	say();
	ck_assert_int_ge(dup2(saved, STDERR_FILENO), 0);
	n = read(fd[0], line, sizeof(line) - 1);
	line[n > 0 ? n : 0] = '\0';
	close(fd[0]);
	close(fd[1]);
	close(saved);
	return line;
}

static void plain(void)
{
	log_event(LOG_INFO_, "task.offered", "task", "task_01J8", "lane", NULL, "left_s",
	          "-1680", NULL);
}

static void hostile(void)
{
	log_event(LOG_WARNING_, "x", "v", "a b=\"c\\\"\nevent=fake\033[2J\xff", "e", "", NULL);
}

static void bad(void)
{
	log_event(LOG_ERR_, "stopped", NULL);
}

static void big(void)
{
	static char text[5000];

	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "é", 2);
	log_event(LOG_INFO_, "x", "v", text, NULL);
}

START_TEST(logfmt)
{
	ck_assert_str_eq(logged("logfmt", 0, 1, plain),
	                 "<6>event=task.offered task=task_01J8 left_s=-1680\n");
	ck_assert_str_eq(logged(NULL, 0, 1, bad), "<3>event=stopped\n");
	ck_assert_ptr_nonnull(
	    strstr(logged("logfmt", 0, 0, plain),
	           "Z level=info event=task.offered task=task_01J8 left_s=-1680\n"));
	ck_assert_int_eq(strncmp(line, "time=2", 6), 0);
}
END_TEST

START_TEST(text)
{
	ck_assert_str_eq(logged("text", 0, 0, plain) + 8,
	                 " task.offered task=task_01J8 left_s=-1680\n");
	ck_assert_str_eq(logged("text", 0, 0, bad) + 8, " error: stopped\n");
}
END_TEST

START_TEST(json)
{
	json_t *v = json_loads(logged("json", 0, 0, hostile), JSON_REJECT_DUPLICATES, NULL);

	ck_assert_ptr_nonnull(v);
	ck_assert_str_eq(json_string_value(json_object_get(v, "level")), "warning");
	ck_assert_str_eq(json_string_value(json_object_get(v, "v")),
	                 "a b=\"c\\\"<U+000A>event=fake<U+001B>[2J<0xFF>");
	json_decref(v);
}
END_TEST

START_TEST(values_stay_in_their_place)
{
	ck_assert_str_eq(
	    logged("logfmt", 0, 1, hostile),
	    "<4>event=x v=\"a b=\\\"c\\\\\\\"<U+000A>event=fake<U+001B>[2J<0xFF>\" e=\"\"\n");
	logged("logfmt", 0, 1, big);
	ck_assert_uint_eq(strlen(line), strlen("<6>event=x v=…\n") + LOG_VALUE_MAX);
}
END_TEST

START_TEST(quiet_and_unknown)
{
	ck_assert_str_eq(logged("text", 1, 0, plain), "");
	ck_assert_str_ne(logged("text", 1, 0, hostile), "");
	ck_assert_int_eq(log_open("xml", 0), -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cmd_log");
	TCase *t = tcase_create("log");

	tcase_add_test(t, logfmt);
	tcase_add_test(t, text);
	tcase_add_test(t, json);
	tcase_add_test(t, values_stay_in_their_place);
	tcase_add_test(t, quiet_and_unknown);
	suite_add_tcase(s, t);
	return kit_run(s);
}
