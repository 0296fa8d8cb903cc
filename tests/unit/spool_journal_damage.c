/* spool: the journal torn, changed or cut short: what was committed stays, or it is refused. */
#include "spool_journal_kit.h"

/* Cut the file at every byte of the last line, also with garbage or NULs behind. */
START_TEST(torn_at_every_byte)
{
	size_t n, last;
	char *text = fill(4, &n), name[64];
	struct seen seen;

	for (last = n - 1; text[last - 1] != '\n'; last--)
		;
	for (size_t cut = last; cut <= n; cut++) {
		char with[8192];
		size_t len = cut;

		memcpy(with, text, cut);
		if (_i == 1) {
			memset(with + len, 0, 100);
			len += 100;
		} else if (_i == 2 && cut < n) { /* old blocks, no LF in them */
			memset(with + len, 'x', 50);
			len += 50;
		} else if (_i == 3 && cut < n) { /* a hole, and a later block of the same write */
			memset(with + len, 0, 30);
			memcpy(with + len + 30, "\n", 1);
			memcpy(with + len + 31, text + last, n - last);
			len += 31 + n - last;
		}
		kit_write(kit_spool.journal, "00000001.ndjson", with, len);
		open_journal(NULL, &seen);
		ck_assert_uint_eq(seen.n, cut == n ? 4 : 3);
		ck_assert_uint_eq(journal_mark(journal).next.offset, cut == n ? n : last);
		if (_i == 0)
			ck_assert_uint_eq(torn, cut == n ? 0 : cut - last);
		snprintf(name, sizeof(name), "torn-00000001-%zu", last);
		ck_assert_int_eq(kit_exists(kit_spool.journal, name), torn > 0);
		append((int)seen.n, (int)seen.n + 1);
		ck_ok(journal_commit(journal, &kit_err));
		close_journal();
		open_journal(NULL, &seen);
		ck_assert_uint_eq(torn, 0);
		ck_assert_uint_eq(seen.n, cut == n ? 5 : 4);
		close_journal();
		unlinkat(kit_spool.journal, name, 0);
	}
	free(text);
}
END_TEST

/* The events of a commit are there all or not at all. */
START_TEST(torn_commit)
{
	size_t n, from, lf = 0;
	struct seen seen;
	char *text;

	open_journal(NULL, &seen);
	append(0, 2);
	ck_ok(journal_commit(journal, &kit_err));
	from = journal_mark(journal).next.offset;
	append(2, 6);
	ck_ok(journal_commit(journal, &kit_err));
	close_journal();
	text = kit_read(kit_spool.journal, "00000001.ndjson", &n);
	ck_assert_int_eq(text[n - 2], ' ');
	for (size_t i = 0; i < n; i++)
		lf += text[i] == '\n';
	ck_assert_uint_eq(lf, 7);
	for (size_t cut = from; cut < n; cut += 1 + cut % 3) {
		struct journal_mark end;
		struct id id;
		int of_task = 0;

		kit_write(kit_spool.journal, "00000001.ndjson", text, cut);
		memset(&seen, 0, sizeof(seen));
		ck_ok(journal_walk(&kit_spool, NULL, 1, see, &seen, &end, &kit_err));
		ck_assert_uint_eq(seen.n, 2);
		ck_assert_uint_eq(end.next.offset, from);
		kit_id(1, &id);
		ck_ok(journal_walk_task(&kit_spool, &id, count_task, &of_task, &kit_err));
		ck_assert_int_eq(of_task, 1);
		open_journal(NULL, &seen);
		ck_assert_uint_eq(seen.n, 2);
		ck_assert_uint_eq(torn, cut - from);
		ck_assert_uint_eq(journal_mark(journal).seq, 2);
		close_journal();
	}
	free(text);
}
END_TEST

START_TEST(torn_bytes_are_kept)
{
	size_t n, m;
	char *text = fill(2, &n), *kept, name[64];
	struct seen seen;

	for (int again = 0; again < 2; again++) {
		kit_write(kit_spool.journal, "00000001.ndjson", text, n - 10);
		open_journal(NULL, &seen);
		close_journal();
	}
	snprintf(name, sizeof(name), "torn-00000001-%u.1", start_mark.next.offset);
	for (m = n - 1; text[m - 1] != '\n'; m--)
		;
	snprintf(name, sizeof(name), "torn-00000001-%zu.1", m);
	kept = kit_read(kit_spool.journal, name, &n);
	ck_assert_mem_eq(kept, text + m, n);
	free(kept);
	free(text);
}
END_TEST

/* A flip in any byte is damage: refused, nothing changed.  Only in the last line, and in the LF
 * before it, it cannot be told from a torn write. */
START_TEST(damage_in_the_middle)
{
	size_t n, last;
	char *text = fill(4, &n), *after;

	for (last = n - 1; text[last - 1] != '\n'; last--)
		;
	for (size_t i = 0; i < last - 1; i++) {
		size_t m;
		char was = text[i];

		text[i] = was == 'Q' ? 'R' : 'Q';
		kit_write(kit_spool.journal, "00000001.ndjson", text, n);
		fails_to_open(NULL);
		ck_assert_ptr_nonnull(strstr(kit_err.msg, "00000001.ndjson: line "));
		after = kit_read(kit_spool.journal, "00000001.ndjson", &m);
		ck_assert_uint_eq(m, n);
		ck_assert_mem_eq(after, text, n);
		free(after);
		text[i] = was;
	}
	ck_assert_uint_eq(kit_count(kit_spool.journal), 1);
	free(text);
}
END_TEST

START_TEST(damage_by_lines)
{
	size_t n, at[8], lines = 0;
	char *text = fill(4, &n), with[8192];
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		if (i == 0 || text[i - 1] == '\n')
			at[lines++] = i;
	at[lines] = n;
	ck_assert_uint_eq(lines, 5);
	if (_i == 0) { /* one missing */
		memcpy(with, text, at[2]);
		memcpy(with + at[2], text + at[3], n - at[3]);
		len = n - (at[3] - at[2]);
	} else if (_i == 1) { /* two swapped */
		memcpy(with, text, at[2]);
		memcpy(with + at[2], text + at[3], at[4] - at[3]);
		memcpy(with + at[2] + at[4] - at[3], text + at[2], at[3] - at[2]);
		memcpy(with + at[4], text + at[4], n - at[4]);
		len = n;
	} else { /* one twice */
		memcpy(with, text, at[3]);
		memcpy(with + at[3], text + at[2], n - at[2]);
		len = n + at[3] - at[2];
	}
	kit_write(kit_spool.journal, "00000001.ndjson", with, len);
	fails_to_open(NULL);
	free(text);
}
END_TEST

START_TEST(segments_missing_or_broken)
{
	struct seen seen;
	char *text;
	size_t n;

	fill_segments(20);
	close_journal();
	text = kit_read(kit_spool.journal, "00000002.ndjson", &n);
	unlinkat(kit_spool.journal, "00000002.ndjson", 0);
	fails_to_open(NULL);
	ck_assert_ptr_nonnull(strstr(kit_err.msg, "00000002.ndjson: missing"));
	kit_write(kit_spool.journal, "00000002.ndjson", text, n - 5); /* torn, but not the last */
	fails_to_open(NULL);
	text[n - 20] ^= 1;
	kit_write(kit_spool.journal, "00000002.ndjson", text, n);
	fails_to_open(NULL);
	text[n - 20] ^= 1;
	kit_write(kit_spool.journal, "00000002.ndjson", text, n);
	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 20);
	free(text);
}
END_TEST

/* A crash between creating a segment and its header's fsync. */
START_TEST(torn_header)
{
	static const char *const heads[] = {"", "{\"er\":1,\"journal\":1,\"seg"};
	struct seen seen;
	struct journal_mark end;
	char name[32], zeros[200] = {0};

	fill_segments(20);
	end = journal_mark(journal);
	close_journal();
	snprintf(name, sizeof(name), "%08u.ndjson", end.next.segment + 1);
	if (_i < 2)
		kit_puts(kit_spool.journal, name, heads[_i]);
	else
		kit_write(kit_spool.journal, name, zeros, sizeof(zeros));
	memset(&seen, 0, sizeof(seen));
	ck_ok(journal_walk(&kit_spool, NULL, 1, see, &seen, &end, &kit_err));
	ck_assert_uint_eq(seen.n, 20);
	open_journal(&end, &seen);
	ck_assert_uint_eq(seen.n, 0);
	ck_assert_uint_eq(journal_mark(journal).next.segment, end.next.segment + 1);
	append(20, 22);
	ck_ok(journal_commit(journal, &kit_err));
	close_journal();
	open_journal(NULL, &seen);
	ck_assert_uint_eq(seen.n, 22);
}
END_TEST

/* A journal that ends before what a snapshot saw has lost something. */
START_TEST(mark_behind_the_end)
{
	size_t n;
	char *text = fill(5, &n);

	kit_write(kit_spool.journal, "00000001.ndjson", text, n / 2);
	fails_to_open(&start_mark);
	unlinkat(kit_spool.journal, "00000001.ndjson", 0);
	fails_to_open(&start_mark);
	free(text);
}
END_TEST

START_TEST(walk_stops_and_tolerates_a_torn_end)
{
	size_t n;
	char *text = fill(6, &n);
	struct seen seen = {.stop_at = 4};
	struct journal_mark end;

	ck_ok(journal_walk(&kit_spool, NULL, 1, see, &seen, &end, &kit_err));
	ck_assert_uint_eq(seen.n, 4);
	ck_assert_uint_eq(end.seq, 4);
	kit_write(kit_spool.journal, "00000001.ndjson", text, n - 3);
	memset(&seen, 0, sizeof(seen));
	ck_ok(journal_walk(&kit_spool, &end, 0, see, &seen, &end, &kit_err));
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_uint_eq(end.seq, 5);
	kit_write(kit_spool.journal, "00000001.ndjson", text, n); /* the write went on */
	ck_ok(journal_walk(&kit_spool, &end, 1, see, &seen, &end, &kit_err));
	ck_assert_uint_eq(seen.n, 2);
	free(text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spool_journal_damage");
	TCase *tc = tcase_create("damage");

	tcase_add_checked_fixture(tc, kit_setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, torn_at_every_byte, 0, 4);
	tcase_add_test(tc, torn_commit);
	tcase_add_test(tc, torn_bytes_are_kept);
	tcase_add_test(tc, damage_in_the_middle);
	tcase_add_loop_test(tc, damage_by_lines, 0, 3);
	tcase_add_test(tc, segments_missing_or_broken);
	tcase_add_loop_test(tc, torn_header, 0, 3);
	tcase_add_test(tc, mark_behind_the_end);
	tcase_add_test(tc, walk_stops_and_tolerates_a_torn_end);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
