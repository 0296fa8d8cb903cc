/* spool: the journal -- commit, chain, rotation, marks, a disk that fails. */
#include <sys/syscall.h>

#include "spool_journal_kit.h"

/* In place of the C library's: what was synced, and a disk that fails on demand. */
static struct {
	int data, dir; /* calls */
	int fail;      /* errno of the next fdatasync, 0: none */
} syncs;

int fdatasync(int fd)
{
	syncs.data++;
	if (syncs.fail) {
		errno = syncs.fail;
		syncs.fail = 0;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	struct stat st;

	if (!fstat(fd, &st) && S_ISDIR(st.st_mode))
		syncs.dir++;
	return (int)syscall(SYS_fsync, fd);
}

START_TEST(append_commit_reopen)
{
	struct seen seen;
	struct event ev;
	json_t *line;

	open_journal(NULL, &seen);
	ck_assert_uint_eq(journal_mark(journal).seq, 0);
	append(0, 5);
	ck_assert_uint_gt(journal_buffered(journal), 0);
	ck_ok(journal_commit(journal, &kit_err));
	ck_assert_uint_eq(journal_buffered(journal), 0);
	ck_assert_uint_eq(journal_mark(journal).seq, 5);
	append(5, 8); /* never committed: promised to nobody */
	close_journal();

	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 5);
	ck_assert_uint_eq(torn, 0);
	line = journal_read(journal, seen.pos[3], &kit_err);
	ck_assert_ptr_nonnull(line);
	ck_ok(event_parse(line, &ev, &kit_err));
	ck_assert_uint_eq(ev.seq, 4);
	ck_assert_int_eq(js_int_or(ev.data, "/i", -1), 3);
	json_decref(line);
	append(5, 6);
	ck_ok(journal_commit(journal, &kit_err));
	close_journal();
	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 6);
}
END_TEST

/* The chain by other means: sha256sum, as er-spool(5) says. */
START_TEST(chain_by_sha256sum)
{
	char command[1024], answer[16] = "";
	size_t n;
	FILE *sh;

	free(fill(7, &n));
	snprintf(command, sizeof(command),
	         "cd %s/journal && prev=$(printf '%%064d' 0) && sed 1d 00000001.ndjson | { while "
	         "IFS= read -r line; do h=$(printf '%%s%%s' \"$prev\" \"${line%%,\\\"hash\\\":*}\" "
	         "| sha256sum | cut -c1-64); case ${line%% } in *\",\\\"hash\\\":\\\"$h\\\"}\") ;; "
	         "*) echo bad; exit;; esac; prev=$h; done; echo good; }", kit_dir);
	sh = popen(command, "r");
	ck_assert_ptr_nonnull(fgets(answer, sizeof(answer), sh));
	pclose(sh);
	ck_assert_str_eq(answer, "good\n");
}
END_TEST

START_TEST(rotation)
{
	struct seen seen;
	struct journal_mark end;
	json_t *line;

	fill_segments(30);
	ck_assert_uint_ge(journal_mark(journal).next.segment, 4);
	close_journal();
	for (int s = 1; s < 4; s++) {
		char name[32];
		struct stat st;

		snprintf(name, sizeof(name), "%08d.ndjson", s);
		ck_assert_int_eq(fstatat(kit_spool.journal, name, &st, 0), 0);
		ck_assert_int_le(st.st_size, 2000 + 3 * 300); /* a commit is not split */
	}
	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 30);
	for (int i = 0; i < 30; i += 7) { /* reading across segments, there and back */
		line = journal_read(journal, seen.pos[29 - i], &kit_err);
		ck_assert_ptr_nonnull(line);
		ck_assert_int_eq(js_int_or(line, "/seq", 0), 30 - i);
		json_decref(line);
	}
	memset(&seen, 0, sizeof(seen));
	ck_ok(journal_walk(&kit_spool, NULL, 1, see, &seen, &end, &kit_err));
	ck_assert_uint_eq(seen.n, 30);
	ck_assert_uint_eq(end.seq, 30);
	ck_assert_str_eq(end.hash, journal_mark(journal).hash);
	append(30, 40);
	ck_ok(journal_commit(journal, &kit_err));
	memset(&seen, 0, sizeof(seen)); /* --follow */
	ck_ok(journal_walk(&kit_spool, &end, 1, see, &seen, &end, &kit_err));
	ck_assert_uint_eq(seen.n, 10);
	ck_ok(journal_walk(&kit_spool, &end, 1, see, &seen, &end, &kit_err));
	ck_assert_uint_eq(seen.n, 10);
}
END_TEST

START_TEST(an_event_larger_than_a_segment)
{
	struct seen seen;
	char *text = mem_alloc(5000);
	json_t *data;
	struct event ev;

	memset(text, 'x', 4999);
	data = json_pack("{s:s}", "text", text);
	kit_spool.segment_max = 2000;
	open_journal(NULL, &seen);
	for (int i = 0; i < 3; i++) {
		ev = make_event(i, data);
		ck_ok(journal_append(journal, &ev, &kit_err));
		ck_ok(journal_commit(journal, &kit_err));
	}
	ck_assert_uint_eq(journal_mark(journal).next.segment, 3);
	close_journal();
	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 3);
	json_decref(data);
	free(text);
}
END_TEST

START_TEST(event_too_long_is_refused_alone)
{
	struct seen seen;
	char *text = mem_alloc(JOURNAL_LINE_MAX + 1);
	json_t *data;
	struct event ev;

	memset(text, 'x', JOURNAL_LINE_MAX);
	data = json_pack("{s:s}", "text", text);
	ev = make_event(0, data);
	open_journal(NULL, &seen);
	ck_fails(journal_append(journal, &ev, &kit_err), FAIL_INVALID);
	append(0, 2);
	ck_ok(journal_commit(journal, &kit_err));
	close_journal();
	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 2);
	json_decref(data);
	free(text);
}
END_TEST

START_TEST(from_a_mark_reads_the_tail_only)
{
	struct seen seen;
	struct journal_mark mark;
	char *text;
	size_t n;

	fill_segments(20);
	mark = journal_mark(journal);
	append(20, 25);
	ck_ok(journal_commit(journal, &kit_err));
	close_journal();
	text = kit_read(kit_spool.journal, "00000001.ndjson", &n);
	text[n / 2] ^= 1; /* not looked at */
	kit_write(kit_spool.journal, "00000001.ndjson", text, n);
	open_journal(&mark, &seen);
	ck_assert_uint_eq(seen.n, 5);
	close_journal();
	unlinkat(kit_spool.journal, "00000001.ndjson", 0); /* but it has to be there */
	fails_to_open(&mark);
	kit_write(kit_spool.journal, "00000001.ndjson", text, n);
	mark.hash[5] ^= 1;
	fails_to_open(&mark);
	free(text);
}
END_TEST

START_TEST(preallocated_space)
{
	size_t n;
	char *text = fill(3, &n);
	struct seen seen;

	ck_assert_int_eq(faccessat(kit_spool.journal, "00000001.ndjson", W_OK, 0), 0);
	int fd = openat(kit_spool.journal, "00000001.ndjson", O_WRONLY);
	ck_assert_int_eq(ftruncate(fd, 1 << 20), 0);
	close(fd);
	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 3);
	ck_assert_uint_eq(torn, 0);
	append(3, 4);
	ck_ok(journal_commit(journal, &kit_err));
	close_journal();
	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 4);
	free(text);
}
END_TEST

START_TEST(future_format)
{
	struct seen seen = {.n = 0};

	kit_puts(kit_spool.journal, "00000001.ndjson",
	         "{\"er\":1,\"journal\":2,\"segment\":1,\"firstSeq\":1,\"previous\":\"\"}\n");
	ck_assert_ptr_null(journal_open(&kit_spool, NULL, see, &seen, &torn, &kit_err));
	ck_assert_int_eq(kit_err.code, FAIL_CONFIG);
}
END_TEST

/* A disk that takes no more: nothing is committed, and the journal stays dead. */
START_TEST(failed_write_is_final)
{
	struct seen seen;
	struct event ev = make_event(9, NULL);

	open_journal(NULL, &seen);
	append(0, 2);
	ck_ok(journal_commit(journal, &kit_err));
	append(2, 3);
	for (int fd = 3; fd < 64; fd++) { /* writing fails from now on */
		char path[64], to[512];
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, to, sizeof(to) - 1);
		if (n > 0 && (to[n] = '\0', strstr(to, "00000001.ndjson"))) {
			int ro = open(path, O_RDONLY);

			dup2(ro, fd);
			close(ro);
		}
	}
	ck_fails(journal_commit(journal, &kit_err), FAIL_TEMPORARY);
	ck_fails(journal_commit(journal, &kit_err), FAIL_TEMPORARY);
	ck_fails(journal_append(journal, &ev, &kit_err), FAIL_TEMPORARY);
	close_journal();
	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 2);
}
END_TEST

START_TEST(failed_sync_is_final)
{
	struct seen seen;
	struct event ev = make_event(9, NULL);

	open_journal(NULL, &seen);
	append(0, 1);
	syncs.fail = EIO;
	ck_fails(journal_commit(journal, &kit_err), FAIL_TEMPORARY);
	ck_assert_uint_eq(journal_mark(journal).seq, 0);
	syncs.data = 0;
	ck_fails(journal_commit(journal, &kit_err), FAIL_TEMPORARY);
	ck_fails(journal_append(journal, &ev, &kit_err), FAIL_TEMPORARY);
	ck_assert_int_eq(syncs.data, 0); /* a second try could report a lie */
}
END_TEST

/* A commit is one sync however many events; a segment's name is on disk before its events. */
START_TEST(what_is_synced)
{
	struct seen seen;

	kit_spool.segment_max = 2000;
	open_journal(NULL, &seen);
	syncs.data = 0;
	append(0, 3);
	ck_assert_int_eq(syncs.data, 0);
	ck_ok(journal_commit(journal, &kit_err));
	ck_assert_int_eq(syncs.data, 1);
	ck_ok(journal_commit(journal, &kit_err)); /* nothing to do */
	ck_assert_int_eq(syncs.data, 1);
	append(3, 9);
	ck_ok(journal_commit(journal, &kit_err));
	ck_assert_uint_eq(journal_mark(journal).next.segment, 1);
	syncs.dir = 0;
	append(9, 10);
	ck_assert_uint_eq(journal_mark(journal).next.segment, 2);
	ck_assert_int_eq(syncs.dir, 1);
}
END_TEST

START_TEST(walk_of_one_task)
{
	struct id id;
	struct event ev;
	json_t *data;
	char text[64];
	int n = 0;

	fill_segments(30);
	snprintf(text, sizeof(text), "\"task\":\"%s\"", kit_task_name(1));
	data = json_pack("{s:{s:s}}", "x", "task", kit_task_name(1)); /* only mentioned */
	ev = make_event(32, data);
	ck_ok(journal_append(journal, &ev, &kit_err));
	ck_ok(journal_commit(journal, &kit_err));
	kit_id(1, &id);
	ck_ok(journal_walk_task(&kit_spool, &id, count_task, &n, &kit_err));
	ck_assert_int_eq(n, 10);
	json_decref(data);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spool_journal");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, kit_setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, append_commit_reopen);
	tcase_add_test(tc, chain_by_sha256sum);
	tcase_add_test(tc, rotation);
	tcase_add_test(tc, an_event_larger_than_a_segment);
	tcase_add_test(tc, event_too_long_is_refused_alone);
	tcase_add_test(tc, from_a_mark_reads_the_tail_only);
	tcase_add_test(tc, preallocated_space);
	tcase_add_test(tc, future_format);
	tcase_add_test(tc, failed_write_is_final);
	tcase_add_test(tc, failed_sync_is_final);
	tcase_add_test(tc, what_is_synced);
	tcase_add_test(tc, walk_of_one_task);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
