/* tests/unit/out_judge.c -- programs that judge: their verdicts, and what they may take. */
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "out/agent.h"
#include "kit.h"

enum { WAIT_MS = 80000 };

static struct fixture {
	char path[64];
	struct agents *a;
	int n, status, cut;
	enum agent_outcome outcome;
	struct buf said;
	char reason[256];
} f;

static void on_done(void *ctx, const struct agent_job *job, const struct agent_result *r)
{
	(void)ctx;
	ck_assert_str_eq(job->lane, "a lane");
	f.n++;
	f.outcome = r->outcome;
	f.status = r->status;
	f.cut = r->cut;
	buf_add(&f.said, r->bytes, r->n);
	snprintf(f.reason, sizeof(f.reason), "%s", r->reason);
}

static void setup(void)
{
	memset(&f, 0, sizeof(f));
	snprintf(f.path, sizeof(f.path), "/tmp/er-judge-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(f.path));
	f.a = agents_new(f.path, on_done, NULL, NULL);
	ck_assert_ptr_nonnull(f.a);
}

static void teardown(void)
{
	char command[128];

	agents_free(f.a);
	buf_release(&f.said);
	snprintf(command, sizeof(command), "rm -r %s", f.path);
	FILE *rm = popen(command, "r");
	ck_assert_int_eq(pclose(rm), 0);
}

static void run(const char *script, const struct limits *limits)
{
	json_t *argv = json_pack("[sss]", "sh", "-c", script);
	struct agent_job job = {.worker = "bot", .attempt = 1, .argv = argv, .stdin_bytes = "{}",
	                        .stdin_len = 2, .timeout_ms = 60000, .judge = 1, .lane = "a lane",
	                        .limits = *limits};
	int64_t end = now_mono_ms() + WAIT_MS;
	struct pollfd fds[AGENTS_POLLFDS];

	ck_assert_int_eq(agents_start(f.a, &job, NULL), 0);
	json_decref(argv);
	agents_handle(f.a, NULL, 0);
	while (!f.n && now_mono_ms() < end) {
		size_t n = agents_pollfds(f.a, fds);
		poll(fds, n, 200);
		agents_handle(f.a, fds, n);
	}
	ck_assert_int_eq(f.n, 1);
}

static const struct limits none;

START_TEST(verdicts)
{
	static const struct {
		const char *script, *said;
		enum agent_outcome outcome;
		int status;
	} cases[] = {
	    {"exit 0", "", AGENT_ANSWERED, 0},
	    {"echo fine", "fine\n", AGENT_ANSWERED, 0},
	    {"exit 1", "", AGENT_ANSWERED, 1},
	    {"echo no; exit 1", "no\n", AGENT_ANSWERED, 1},
	    {"echo no; exit 2", "", AGENT_FAILED, 0},
	    {"kill -15 $$", "", AGENT_FAILED, 0},
	};

	run(cases[_i].script, &none);
	ck_assert_int_eq(f.outcome, cases[_i].outcome);
	ck_assert_int_eq(f.status, cases[_i].status);
	ck_assert_int_eq(f.cut, 0);
	if (cases[_i].outcome == AGENT_ANSWERED)
		ck_assert_str_eq(buf_str(&f.said), cases[_i].said);
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
	run("head -c 100000 /dev/zero | tr '\\0' x; exit 1", &none);
	ck_assert_int_eq(f.outcome, AGENT_ANSWERED);
	ck_assert_uint_eq(f.said.len, AGENT_VERDICT_MAX);
	ck_assert_int_eq(f.cut, 1);
}
END_TEST

START_TEST(a_flood_is_no_verdict)
{
	run("exec cat /dev/zero", &none);
	ck_assert_int_eq(f.outcome, AGENT_FAILED);
	ck_assert_ptr_nonnull(strstr(f.reason, "more than 1048576 bytes"));
}
END_TEST

START_TEST(limits_are_set_and_stay)
{
	const struct limits l = {64 << 20, 1 << 20, 7, 20};

	run("for l in v f t n; do ulimit -$l; ulimit -H -$l; done;"
	    "ulimit -n 30 2>/dev/null && echo raised;"
	    "grep -h NoNewPrivs /proc/self/status; cat; env | grep -e ^TZ -e ^ER_LANE | sort",
	    &l);
	ck_assert_str_eq(buf_str(&f.said),
	                 "65536\n65536\n2048\n2048\n7\n7\n20\n20\nNoNewPrivs:\t1\n"
	                 "{}ER_LANE=a lane\nTZ=UTC\n");
}
END_TEST

START_TEST(too_much_ends_it)
{
	static const struct {
		const char *script, *reason;
		struct limits l;
	} cases[] = {
	    {"exec head -c 3000000 /dev/zero >big", "File size limit exceeded",
	     {.file_bytes = 1 << 20}},
	    {"while :; do :; done", "Killed", {.cpu_s = 1}},
	};

	run(cases[_i].script, &cases[_i].l);
	ck_assert_int_eq(f.outcome, AGENT_FAILED);
	ck_assert_msg(strstr(f.reason, cases[_i].reason) != NULL, "%s", f.reason);
}
END_TEST

/* Where erd itself may have less, that stays. */
START_TEST(never_more_than_our_own)
{
	const struct limits l = {.files = 1000};
	struct rlimit lim = {100, 100};

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &lim), 0);
	run("ulimit -n", &l);
	ck_assert_str_eq(buf_str(&f.said), "100\n");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("out_judge");
	TCase *t = tcase_create("judge");

	tcase_set_timeout(t, 100);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, verdicts, 0, 6);
	tcase_add_test(t, what_is_too_long_is_cut);
	tcase_add_test(t, a_flood_is_no_verdict);
	tcase_add_test(t, limits_are_set_and_stay);
	tcase_add_loop_test(t, too_much_ends_it, 0, 2);
	tcase_add_test(t, never_more_than_our_own);
	suite_add_tcase(s, t);
	return kit_run(s);
}
