/* tests/unit/out_agent.c -- programs that answer, and those that do not. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "out/agent.h"
#include "kit.h"

enum { WAIT_MS = 8000, RESULTS = 64 };

static struct fixture {
	char path[64];
	int dir;
	struct agents *a;
	int n;
	struct {
		enum agent_outcome outcome;
		int attempt;
		char worker[32];
		struct buf bytes;
		char reason[256], log[AGENT_LOG_MAX + 1];
	} done[RESULTS];
} f;

static void on_done(void *ctx, const struct agent_job *job, const struct agent_result *r)
{
	(void)ctx;
	ck_assert_int_lt(f.n, RESULTS);
	f.done[f.n].outcome = r->outcome;
	f.done[f.n].attempt = job->attempt;
	snprintf(f.done[f.n].worker, sizeof(f.done[f.n].worker), "%s", job->worker);
	buf_add(&f.done[f.n].bytes, r->bytes, r->n);
	snprintf(f.done[f.n].reason, sizeof(f.done[f.n].reason), "%s", r->reason);
	memcpy(f.done[f.n].log, r->log, r->nlog);
	f.n++;
}

static void setup(void)
{
	memset(&f, 0, sizeof(f));
	snprintf(f.path, sizeof(f.path), "/tmp/er-agent-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f.path));
	f.dir = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f.a = agents_new(f.path, on_done, NULL, NULL);
	ck_assert_ptr_nonnull(f.a);
}

static void teardown(void)
{
	char command[128];
	FILE *rm;

	agents_free(f.a);
	close(f.dir);
	for (int i = 0; i < f.n; i++)
		buf_release(&f.done[i].bytes);
	snprintf(command, sizeof(command), "rm -r %s", f.path);
	rm = popen(command, "r");
	ck_assert_ptr_nonnull(rm);
	ck_assert_int_eq(pclose(rm), 0);
}

static void start_argv(json_t *argv, int attempt, int64_t timeout_ms)
{
	struct agent_job job = {.worker = "bot",
	                        .attempt = attempt,
	                        .argv = argv,
	                        .stdin_bytes = "{\"title\":\"x\"}",
	                        .stdin_len = 13,
	                        .timeout_ms = timeout_ms};
	struct err err = ERR_INIT;

	ck_assert_msg(!agents_start(f.a, &job, &err), "%s", err.msg);
	json_decref(argv);
}

static void start_shell(const char *script, int64_t timeout_ms)
{
	start_argv(json_pack("[sss]", "sh", "-c", script), 1, timeout_ms);
}

static void turn(void)
{
	struct pollfd fds[AGENTS_POLLFDS];
	size_t n = agents_pollfds(f.a, fds);
	int64_t left = agents_next_ms(f.a) - now_mono_ms();

	ck_assert_int_ge(poll(fds, n, left < 0 ? 0 : left > 1000 ? 1000 : (int)left), 0);
	agents_handle(f.a, fds, n);
}

static void run_until(int n)
{
	int64_t end = now_mono_ms() + WAIT_MS;

	while (f.n < n && now_mono_ms() < end)
		turn();
	ck_assert_int_eq(f.n, n);
}

static void failed_with(const char *reason)
{
	run_until(1);
	ck_assert_int_eq(f.done[0].outcome, AGENT_FAILED);
	ck_assert_msg(strstr(f.done[0].reason, reason) != NULL, "%s", f.done[0].reason);
}

START_TEST(an_answer)
{
	start_shell("cat; echo note >&2", 5000);
	run_until(1);
	ck_assert_int_eq(f.done[0].outcome, AGENT_ANSWERED);
	ck_assert_str_eq(buf_str(&f.done[0].bytes), "{\"title\":\"x\"}");
	ck_assert_str_eq(f.done[0].worker, "bot");
	ck_assert_str_eq(f.done[0].log, "note\n");
	ck_assert_uint_eq(agents_running(f.a), 0);
	ck_assert_int_eq(agents_next_ms(f.a), INT64_MAX);
}
END_TEST

START_TEST(what_the_program_is_given)
{
	char want[4096];

	setenv("ER_TEST_SECRET", "x", 1);
	signal(SIGUSR1, SIG_IGN);
	/* a descriptor that nobody marked as ours */
	ck_assert_int_ge(dup2(f.dir, 77), 0);
	start_shell("env | grep -v -e ^_= -e ^PWD= -e ^OLDPWD= -e ^SHLVL= | sort | tail -n +1; pwd;"
	            "ls /proc/self/fd | grep -c . ; ulimit -c; umask;"
	            /* 32 and 33 are the C library's own; make leaves them ignored */
	            "grep -c '^SigIgn:\t0*\\(180000000\\)*$' /proc/self/status;"
	            "test $(cut -d ' ' -f 5 /proc/$$/stat) = $$ && echo own group; readlink "
	            "/proc/self/fd/77;:",
	            5000);
	run_until(1);
	close(77);
	snprintf(want, sizeof(want),
	         "ER_SPOOL=%s\nER_TASK=task_00000000000000000000000000\nER_WORKER=bot\n"
	         "HOME=/nonexistent\nLANG=C.UTF-8\nPATH=%s\n%s\n4\n0\n0077\n1\nown group\n",
	         f.path, getenv("PATH"), f.path);
	ck_assert_str_eq(buf_str(&f.done[0].bytes), want);
}
END_TEST

START_TEST(a_program_of_the_spool)
{
	static const char script[] = "#!/bin/sh\necho \"{\\\"answer\\\":\\\"$1\\\"}\"\n";
	int fd = openat(f.dir, "bot.sh", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	ck_assert_int_eq(io_write_all(fd, script, sizeof(script) - 1, NULL), 0);
	close(fd);
	start_argv(json_pack("[ss]", "./bot.sh", "yes"), 3, 5000);
	run_until(1);
	ck_assert_int_eq(f.done[0].outcome, AGENT_ANSWERED);
	ck_assert_str_eq(buf_str(&f.done[0].bytes), "{\"answer\":\"yes\"}\n");
	ck_assert_int_eq(f.done[0].attempt, 3);
}
END_TEST

START_TEST(failures_have_reasons)
{
	static const struct {
		const char *script, *reason;
	} cases[] = {
	    {"echo first >&2; echo 'no\033[2J model' >&2; exit 3",
	     "exit status 3: no<U+001B>[2J model"},
	    {"kill -9 $$", "ended by signal 9"},
	    {"true", "no output"},
	    {"exit 7", "exit status 7"},
	};

	start_shell(cases[_i].script, 5000);
	failed_with(cases[_i].reason);
}
END_TEST

START_TEST(programs_that_cannot_be_run)
{
	static const char *const cases[][2] = {
	    {"er-no-such-program", "no program er-no-such-program in PATH"},
	    {"./nowhere", "nowhere"},
	    {"/etc/passwd", "not an executable"},
	    {"/", "not an executable"},
	};

	start_argv(json_pack("[s]", cases[_i][0]), 1, 5000);
	failed_with(cases[_i][1]);
}
END_TEST

START_TEST(a_file_without_interpreter_is_told)
{
	int fd = openat(f.dir, "data", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	ck_assert_int_eq(io_write_all(fd, "garbage\n", 8, NULL), 0);
	close(fd);
	start_argv(json_pack("[s]", "./data"), 1, 5000);
	failed_with("exit status 126: no program");
}
END_TEST

START_TEST(a_command_must_be_words)
{
	json_t *cases[] = {json_array(), json_pack("[i]", 1), json_pack("[s]", ""), json_object(),
	                   json_array()};

	for (int i = 0; i <= AGENT_ARGS_MAX; i++)
		json_array_append_new(cases[4], json_string("x"));
	for (size_t i = 0; i < NITEMS(cases); i++) {
		struct agent_job job = {
		    .worker = "bot", .argv = cases[i], .stdin_bytes = "", .timeout_ms = 1};
		struct err err = ERR_INIT;

		ck_assert_int_eq(agents_start(f.a, &job, &err), -1);
		ck_assert_int_eq(err.code, FAIL_INVALID);
		json_decref(cases[i]);
	}
	ck_assert_uint_eq(agents_waiting(f.a), 0);
}
END_TEST

static pid_t pid_in(const char *name)
{
	struct buf text = BUF_INIT;
	pid_t pid = 0;

	if (!io_read_file(f.dir, name, 64, &text, NULL) && strchr(buf_str(&text), '\n'))
		pid = (pid_t)strtol(buf_str(&text), NULL, 10);
	buf_release(&text);
	return pid;
}

/* Whether ${pid} is gone, or a zombie that its new parent will collect. */
static int is_dead(pid_t pid)
{
	struct buf text = BUF_INIT;
	char name[64];
	int dead;

	snprintf(name, sizeof(name), "/proc/%d/stat", (int)pid);
	dead = io_read_file(AT_FDCWD, name, 4096, &text, NULL) || strstr(buf_str(&text), ") Z ") ||
	       strstr(buf_str(&text), ") X ");
	buf_release(&text);
	return dead;
}

static void expect_dead(pid_t pid)
{
	int64_t end = now_mono_ms() + WAIT_MS;

	ck_assert_int_gt(pid, 1);
	while (!is_dead(pid) && now_mono_ms() < end)
		poll(NULL, 0, 5);
	ck_assert_int_eq(is_dead(pid), 1);
}

/* Neither the program nor its children outlive their time, whether they heed SIGTERM or not. */
START_TEST(time_is_up_for_the_whole_group)
{
	static const char *const scripts[] = {
	    "echo $$ >main; sh -c 'echo $$ >sub; exec sleep 100'; :",
	    "trap '' TERM; echo $$ >main; sh -c 'echo $$ >sub; while :; do sleep 100; done'",
	};
	int64_t start = now_mono_ms(), took;

	start_shell(scripts[_i], 300);
	failed_with("no answer within 300ms");
	took = now_mono_ms() - start;
	ck_assert_int_ge(took, _i ? 300 + AGENT_GRACE_MS : 300);
	ck_assert_int_lt(took, _i ? 6000 : 300 + AGENT_GRACE_MS);
	expect_dead(pid_in("main"));
	expect_dead(pid_in("sub"));
}
END_TEST

START_TEST(what_is_left_behind_is_killed)
{
	start_shell("sh -c 'echo $$ >sub; exec sleep 100' & "
	            "until test -s sub; do :; done; echo '{}'",
	            5000);
	run_until(1);
	ck_assert_int_eq(f.done[0].outcome, AGENT_ANSWERED);
	ck_assert_str_eq(buf_str(&f.done[0].bytes), "{}\n");
	expect_dead(pid_in("sub"));
}
END_TEST

START_TEST(a_flood_is_cut)
{
	start_shell("exec cat /dev/zero", 60000);
	failed_with("more than 1048576 bytes");
}
END_TEST

START_TEST(a_megabyte_is_taken)
{
	start_shell("head -c 1048576 /dev/zero", 60000);
	run_until(1);
	ck_assert_int_eq(f.done[0].outcome, AGENT_ANSWERED);
	ck_assert_uint_eq(f.done[0].bytes.len, 1048576);
}
END_TEST

START_TEST(the_end_of_stderr_is_kept)
{
	start_shell("i=0; while test $i -lt 3000; do echo line $i; i=$((i+1)); done >&2; exit 1",
	            60000);
	failed_with("exit status 1: line 2999");
	ck_assert_uint_eq(strlen(f.done[0].log), AGENT_LOG_MAX);
	ck_assert_str_eq(f.done[0].log + AGENT_LOG_MAX - 10, "line 2999\n");
}
END_TEST

START_TEST(eight_at_once_the_rest_in_order)
{
	int fd;

	ck_assert_int_eq(mkfifoat(f.dir, "go", 0600), 0);
	for (int i = 0; i < 20; i++)
		start_argv(json_pack("[sss]", "sh", "-c",
		                     i < AGENTS_MAX ? "read x <go; echo 1" : "echo 2"),
		           i, 60000);
	ck_assert_uint_eq(agents_waiting(f.a), 20);
	ck_assert_int_eq(agents_next_ms(f.a), 0);
	agents_handle(f.a, NULL, 0);
	ck_assert_uint_eq(agents_running(f.a), AGENTS_MAX);
	ck_assert_uint_eq(agents_waiting(f.a), 20 - AGENTS_MAX);
	ck_assert_int_eq(f.n, 0);
	fd = openat(f.dir, "go", O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(io_write_all(fd, "\n\n\n\n\n\n\n\n", 8, NULL), 0);
	run_until(20);
	close(fd);
	ck_assert_uint_eq(agents_waiting(f.a), 0);
}
END_TEST

/* No fault of the program: it waits.  A file and two pipes are needed, and nothing is left open. */
START_TEST(a_shortage_of_descriptors)
{
	struct rlimit all, few;
	int next = dup(f.dir); /* the lowest free number */

	close(next);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &all), 0);
	few = (struct rlimit){(rlim_t)(next + _i), all.rlim_max};
	start_shell("cat", 5000);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	agents_handle(f.a, NULL, 0);
	ck_assert_int_eq(f.n, 0);
	ck_assert_uint_eq(agents_waiting(f.a), 1);
	ck_assert_uint_eq(agents_running(f.a), 0);
	ck_assert_ptr_nonnull(strstr(agents_held(f.a), strerror(EMFILE)));
	ck_assert_int_gt(agents_next_ms(f.a), now_mono_ms());
	few.rlim_cur = (rlim_t)(next + 5);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	run_until(1);
	setrlimit(RLIMIT_NOFILE, &all);
	ck_assert_int_eq(f.done[0].outcome, AGENT_ANSWERED);
	ck_assert_str_eq(buf_str(&f.done[0].bytes), "{\"title\":\"x\"}");
	ck_assert_ptr_null(agents_held(f.a));
}
END_TEST

START_TEST(free_kills_what_runs)
{
	int64_t end = now_mono_ms() + WAIT_MS;
	pid_t pid;

	start_shell("echo $$ >main; exec sleep 100", 60000);
	while (!(pid = pid_in("main")) && now_mono_ms() < end)
		agents_handle(f.a, NULL, 0);
	start_shell("never run", 60000);
	agents_free(f.a);
	f.a = NULL;
	expect_dead(pid);
	ck_assert_int_eq(f.n, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("out_agent");
	TCase *t = tcase_create("agent");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_answer);
	tcase_add_test(t, what_the_program_is_given);
	tcase_add_test(t, a_program_of_the_spool);
	tcase_add_loop_test(t, failures_have_reasons, 0, 4);
	tcase_add_loop_test(t, programs_that_cannot_be_run, 0, 4);
	tcase_add_test(t, a_file_without_interpreter_is_told);
	tcase_add_test(t, a_command_must_be_words);
	tcase_add_loop_test(t, time_is_up_for_the_whole_group, 0, 2);
	tcase_add_test(t, what_is_left_behind_is_killed);
	tcase_add_test(t, a_flood_is_cut);
	tcase_add_test(t, a_megabyte_is_taken);
	tcase_add_test(t, the_end_of_stderr_is_kept);
	tcase_add_test(t, eight_at_once_the_rest_in_order);
	tcase_add_loop_test(t, a_shortage_of_descriptors, 0, 5);
	tcase_add_test(t, free_kills_what_runs);
	suite_add_tcase(s, t);
	return kit_run(s);
}
