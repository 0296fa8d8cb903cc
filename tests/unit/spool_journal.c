/* spool: the journal -- commit, recovery at every byte, damage, rotation, chain. */
#include "spool_kit.h"

#include <sys/syscall.h>

#include "spool/journal.h"

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

static struct journal *journal;
static size_t torn;
static struct journal_mark start_mark;

struct seen {
	uint64_t n, last;
	struct journal_pos pos[64];
	uint64_t stop_at;
};

static int see(void *ctx, const struct event *ev, struct err *err)
{
	struct seen *s = ctx;

	(void)err;
	ck_assert_uint_eq(ev->seq, s->n == 0 ? ev->seq : s->last + 1);
	if (s->n < NITEMS(s->pos))
		s->pos[s->n] = ev->pos;
	s->n++;
	s->last = ev->seq;
	return s->stop_at == ev->seq;
}

static void open_journal(const struct journal_mark *from, struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	err_clear(&kit_err);
	journal = journal_open(&kit_spool, from, see, seen, &torn, &kit_err);
	ck_assert_msg(journal != NULL, "%s", kit_err.msg);
}

static void fails_to_open(const struct journal_mark *from)
{
	struct seen seen = {.n = 0};

	err_clear(&kit_err);
	ck_assert_ptr_null(journal_open(&kit_spool, from, see, &seen, &torn, &kit_err));
	ck_assert_msg(kit_err.code == FAIL_FAILURE, "%s", kit_err.msg);
}

static struct event make_event(int i, json_t *data)
{
	struct event ev = {.type = EV_COMMENTED, .at_ms = 1800000000000 + i, .has_task = 1,
	                   .state = ST_QUEUED, .actor = "alice", .msg = "msg_x", .data = data};

	kit_id((unsigned)i % 3, &ev.task);
	return ev;
}

static void append(int from, int to)
{
	for (int i = from; i < to; i++) {
		json_t *data = json_pack("{s:s,s:i}", "text", "gr\xc3\xbc\xc3\x9f \"x\"\n", "i", i);
		struct event ev = make_event(i, data);

		ck_ok(journal_append(journal, &ev, &kit_err));
		ck_assert_uint_eq(ev.seq, (uint64_t)i + 1);
		json_decref(data);
	}
}

static void close_journal(void)
{
	journal_close(journal);
	journal = NULL;
}

static void teardown(void)
{
	journal_close(journal);
	journal = NULL;
	kit_teardown();
}

/* n events, each committed, and closed; the segment's bytes. */
static char *fill(int events, size_t *n)
{
	struct seen seen;

	open_journal(NULL, &seen);
	for (int i = 0; i < events; i++) {
		append(i, i + 1);
		ck_ok(journal_commit(journal, &kit_err));
	}
	start_mark = journal_mark(journal);
	close_journal();
	return kit_read(kit_spool.journal, "00000001.ndjson", n);
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

static int count_task(void *ctx, const struct event *ev, struct err *err)
{
	struct id want;

	(void)err;
	kit_id(1, &want);
	ck_assert_int_eq(id_cmp(&want, &ev->task), 0);
	ck_assert_uint_gt(ev->pos.length, 0);
	++*(int *)ctx;
	return 0;
}

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

static void fill_segments(int events)
{
	struct seen seen;

	kit_spool.segment_max = 2000;
	open_journal(NULL, &seen);
	for (int i = 0; i < events; i++) {
		append(i, i + 1);
		if (i % 3 == 2)
			ck_ok(journal_commit(journal, &kit_err));
	}
	ck_ok(journal_commit(journal, &kit_err));
}

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
	Suite *s = suite_create("spool_journal");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, kit_setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, append_commit_reopen);
	tcase_add_test(tc, chain_by_sha256sum);
	tcase_add_loop_test(tc, torn_at_every_byte, 0, 4);
	tcase_add_test(tc, torn_commit);
	tcase_add_test(tc, torn_bytes_are_kept);
	tcase_add_test(tc, damage_in_the_middle);
	tcase_add_loop_test(tc, damage_by_lines, 0, 3);
	tcase_add_test(tc, rotation);
	tcase_add_test(tc, an_event_larger_than_a_segment);
	tcase_add_test(tc, event_too_long_is_refused_alone);
	tcase_add_test(tc, segments_missing_or_broken);
	tcase_add_loop_test(tc, torn_header, 0, 3);
	tcase_add_test(tc, from_a_mark_reads_the_tail_only);
	tcase_add_test(tc, mark_behind_the_end);
	tcase_add_test(tc, preallocated_space);
	tcase_add_test(tc, future_format);
	tcase_add_test(tc, failed_write_is_final);
	tcase_add_test(tc, failed_sync_is_final);
	tcase_add_test(tc, what_is_synced);
	tcase_add_test(tc, walk_of_one_task);
	tcase_add_test(tc, walk_stops_and_tolerates_a_torn_end);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
