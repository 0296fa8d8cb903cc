/* spool: the drop -- replays, conflicts and races. */
#include "spool_kit.h"

#include <sys/file.h>

#include "spool/lock.h"

enum where { IN_NEW = 1, IN_VIEW = 2, IN_BATCH = 4 };
enum want { FRESH, REPLAYED, CONFLICT };

static void put_batch(unsigned task, int what)
{
	struct drop_batch *b = drop_batch_new(&kit_spool, &kit_err);
	struct drop_submit other = kit_submit(999, 0, 1), d;
	size_t replayed;

	ck_assert_ptr_nonnull(b);
	ck_ok(drop_batch_add(b, &other, &kit_err));
	d = kit_submit(task, 0, what);
	ck_ok(drop_batch_add(b, &d, &kit_err));
	ck_ok(drop_batch_commit(b, &replayed, &kit_err));
}

static const struct row {
	int where;
	int what; /* content 1 is ours */
	enum want want;
} matrix[] = {
	{0, 0, FRESH},
	{IN_NEW, 1, REPLAYED},
	{IN_NEW, 2, CONFLICT},
	{IN_VIEW, 1, REPLAYED},
	{IN_VIEW, 2, CONFLICT},
	{IN_NEW | IN_VIEW, 1, REPLAYED},
	{IN_NEW | IN_VIEW, 2, CONFLICT},
	{IN_BATCH, 1, REPLAYED},
	{IN_BATCH, 2, CONFLICT},
	{IN_BATCH | IN_VIEW, 1, REPLAYED},
	{IN_BATCH | IN_VIEW, 2, CONFLICT},
};

static void lay_out(const struct row *r)
{
	struct drop_submit d = kit_submit(7, 0, r->what);

	if (r->where & IN_NEW)
		kit_write(kit_spool.new_, d.id, d.bytes, d.n);
	if (r->where & IN_VIEW)
		kit_view(7, r->what);
	if (r->where & IN_BATCH)
		put_batch(7, r->what);
}

/* What waits with our content came second itself, its writer died before it could withdraw it: the
 * view knows better. */
START_TEST(waiting_too_late)
{
	struct drop_submit d = kit_submit(7, 0, 1);
	struct drop_batch *b;
	size_t replayed;

	kit_write(kit_spool.new_, d.id, d.bytes, d.n);
	kit_view(7, 2);
	d = kit_submit(7, 1, 1);
	ck_fails(drop_submit(&kit_spool, &d, &kit_err), FAIL_CONFLICT);
	b = drop_batch_new(&kit_spool, &kit_err);
	ck_assert_ptr_nonnull(b);
	d = kit_submit(7, 1, 1);
	ck_ok(drop_batch_add(b, &d, &kit_err));
	ck_fails(drop_batch_commit(b, &replayed, &kit_err), FAIL_CONFLICT);
}
END_TEST

START_TEST(single_matrix)
{
	const struct row *r = &matrix[_i];
	struct drop_submit d;

	lay_out(r);
	d = kit_submit(7, 1, 1);
	if (r->want == CONFLICT) {
		ck_fails(drop_submit(&kit_spool, &d, &kit_err), FAIL_CONFLICT);
	} else {
		ck_ok(drop_submit(&kit_spool, &d, &kit_err));
		ck_assert_int_eq(d.replayed, r->want == REPLAYED);
	}
	ck_assert_int_eq(kit_exists(kit_spool.new_, d.id), r->want == FRESH || (r->where & IN_NEW));
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);
}
END_TEST

START_TEST(batch_matrix)
{
	const struct row *r = &matrix[_i];
	struct drop_batch *b;
	struct drop_submit d;
	size_t replayed, before;

	lay_out(r);
	before = kit_count(kit_spool.new_);
	b = drop_batch_new(&kit_spool, &kit_err);
	d = kit_submit(8, 1, 5);
	ck_ok(drop_batch_add(b, &d, &kit_err));
	d = kit_submit(7, 1, 1);
	ck_ok(drop_batch_add(b, &d, &kit_err));
	if (r->want == CONFLICT) {
		ck_fails(drop_batch_commit(b, &replayed, &kit_err), FAIL_CONFLICT);
		ck_assert_uint_eq(kit_count(kit_spool.new_), before);
	} else {
		ck_ok(drop_batch_commit(b, &replayed, &kit_err));
		ck_assert_uint_eq(replayed, r->want == REPLAYED);
		ck_assert_uint_eq(kit_count(kit_spool.new_), before + 1);
	}
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);
}
END_TEST

START_TEST(keyless_is_published)
{
	struct drop_submit d = kit_submit(1, 0, 1);
	size_t n;
	char *text;

	ck_ok(drop_submit(&kit_spool, &d, &kit_err));
	text = kit_read(kit_spool.new_, d.id, &n);
	ck_assert_uint_eq(n, d.n);
	ck_assert_mem_eq(text, d.bytes, n);
	free(text);
	ck_fails(drop_submit(&kit_spool, &d, &kit_err), FAIL_CONFLICT);
}
END_TEST

/* White space, key order and escapes are no difference. */
START_TEST(same_content_otherwise_spelled)
{
	struct drop_submit d = kit_submit(3, 1, 1);
	char text[256];

	snprintf(text, sizeof(text),
	         "{\"body\": {\"\\u006e\" : 1}, \"id\":\"%s\",\n \"type\":\"submit\",\"er\":1}\n",
	         d.id);
	kit_puts(kit_spool.new_, d.id, text);
	ck_ok(drop_submit(&kit_spool, &d, &kit_err));
	ck_assert_int_eq(d.replayed, 1);
}
END_TEST

START_TEST(occupied_by_something_else)
{
	static const char *const foreign[] = {"", "{", "[]", "{\"type\":\"submit\"}"};
	struct drop_submit d = kit_submit(3, 1, 1);

	if (_i < 4)
		kit_puts(kit_spool.new_, d.id, foreign[_i]);
	else if (_i == 4)
		ck_assert_int_eq(mkfifoat(kit_spool.new_, d.id, 0600), 0);
	else if (_i == 5)
		ck_assert_int_eq(symlinkat("/etc/passwd", kit_spool.new_, d.id), 0);
	else
		ck_assert_int_eq(mkdirat(kit_spool.new_, d.id, 0700), 0);
	ck_fails(drop_submit(&kit_spool, &d, &kit_err), FAIL_CONFLICT);
}
END_TEST

/* In a batch an id counts only as the id of a submit. */
START_TEST(mentioned_in_a_batch)
{
	struct drop_batch *b = drop_batch_new(&kit_spool, &kit_err);
	char text[256];
	struct drop_submit line = {.id = "", .bytes = text}, d = kit_submit(3, 1, 1);
	size_t replayed;

	snprintf(text, sizeof(text),
	         "{\"er\":1,\"type\":\"submit\",\"id\":\"task_%026d\",\"body\":{\"see\":\"%s\"}}",
	         5, d.id);
	line.n = strlen(text);
	ck_ok(drop_batch_add(b, &line, &kit_err));
	ck_ok(drop_batch_commit(b, &replayed, &kit_err));
	ck_ok(drop_submit(&kit_spool, &d, &kit_err));
	ck_assert_int_eq(d.replayed, 0);
}
END_TEST

START_TEST(damaged_view_is_not_guessed)
{
	struct drop_submit d = kit_submit(7, 1, 1);
	char path[SPOOL_NAME_MAX];
	struct id id;

	kit_view(7, 1);
	kit_id(7, &id);
	kit_puts(kit_spool.tasks, layout_task_path(&id, path), "{\"id\":");
	ck_fails(drop_submit(&kit_spool, &d, &kit_err), FAIL_TEMPORARY);
}
END_TEST

START_TEST(too_large)
{
	struct drop_submit d = kit_submit(1, 0, 1);
	char *text = mem_alloc(DROP_MESSAGE_MAX + 1);

	d.bytes = text;
	d.n = DROP_MESSAGE_MAX + 1;
	ck_fails(drop_submit(&kit_spool, &d, &kit_err), FAIL_INVALID);
	ck_fails(drop_message(&kit_spool, "msg_1", text, d.n, &kit_err), FAIL_INVALID);
	free(text);
	ck_assert_uint_eq(kit_count(kit_spool.new_) + kit_count(kit_spool.tmp), 0);
}
END_TEST

/* ---- two processes, one key ---- */

enum { RACES = 200 };

/* Reports per key: 0 fresh, 1 replayed, 2 conflict, 9 anything else. */
static void racer(int what_parity, int go, int out)
{
	char verdicts[RACES];
	struct spool s;
	char byte;

	if (spool_open(&s, kit_dir, NULL) || read(go, &byte, 1) < 0)
		_exit(1);
	for (int i = 0; i < RACES; i++) {
		/* every other key: the same content on both sides */
		struct drop_submit d = kit_submit(1000 + (unsigned)i, 1,
		                                  i % 2 ? 1 : 1 + what_parity);
		struct err err = ERR_INIT;

		if (!drop_submit(&s, &d, &err))
			verdicts[i] = (char)d.replayed;
		else
			verdicts[i] = err.code == FAIL_CONFLICT ? 2 : 9;
	}
	_exit(write(out, verdicts, sizeof(verdicts)) != (ssize_t)sizeof(verdicts));
}

START_TEST(race)
{
	char a[RACES], b[RACES];
	int go[2], out[2][2], status;

	ck_assert_int_eq(pipe(go), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pipe(out[i]), 0);
		if (fork() == 0) {
			close(go[1]);
			racer(i, go[0], out[i][1]);
		}
	}
	close(go[0]);
	close(go[1]); /* both start */
	ck_assert_int_eq(read(out[0][0], a, RACES), RACES);
	ck_assert_int_eq(read(out[1][0], b, RACES), RACES);
	for (int i = 0; i < 2; i++)
		ck_assert_int_gt(wait(&status), 0);
	for (int i = 0; i < RACES; i++) {
		int loser = i % 2 ? 1 : 2;

		ck_assert_msg((a[i] == 0 && b[i] == loser) || (a[i] == loser && b[i] == 0),
		              "key %d: %d and %d", i, a[i], b[i]);
	}
	ck_assert_uint_eq(kit_count(kit_spool.new_), RACES);
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);
}
END_TEST

/* A keyed batch against keyed singles of the same keys. */
START_TEST(race_of_batch_and_single)
{
	struct drop_batch *b;
	struct err err = ERR_INIT;
	size_t replayed, fresh = 0;
	int out[2], status, rc;
	char verdicts[RACES], single[RACES];

	ck_assert_int_eq(pipe(out), 0);
	if (fork() == 0)
		racer(0, open("/dev/null", O_RDONLY), out[1]);
	b = drop_batch_new(&kit_spool, &err);
	for (int i = 0; i < RACES; i++) {
		struct drop_submit d = kit_submit(1000 + (unsigned)i, 1, 1);

		ck_ok(drop_batch_add(b, &d, &kit_err));
	}
	rc = drop_batch_commit(b, &replayed, &err);
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(read(out[0], single, RACES), RACES);
	memcpy(verdicts, single, RACES);
	for (int i = 0; i < RACES; i++)
		fresh += verdicts[i] == 0;
	ck_assert_uint_eq(fresh, replayed); /* whoever was first, the other saw it */
	ck_assert_int_gt(wait(&status), 0);
}
END_TEST

/* ---- batches ---- */

START_TEST(large_batch)
{
	enum { LINES = 10000, DISTINCT = 9000 };
	struct drop_batch *b = drop_batch_new(&kit_spool, &kit_err);
	struct drop_submit d;
	size_t replayed, n, lines = 0;
	char name[300];
	char *text;
	FILE *ls;

	for (unsigned i = 0; i < LINES; i++) {
		d = kit_submit(i % DISTINCT, 1, (int)(i % DISTINCT));
		ck_ok(drop_batch_add(b, &d, &kit_err));
	}
	ck_ok(drop_batch_commit(b, &replayed, &kit_err));
	ck_assert_uint_eq(replayed, LINES - DISTINCT);
	snprintf(name, sizeof(name), "ls %s/new", kit_dir);
	ls = popen(name, "r");
	ck_assert_ptr_nonnull(fgets(name, sizeof(name), ls));
	pclose(ls);
	name[strcspn(name, "\n")] = '\0';
	text = kit_read(kit_spool.new_, name, &n);
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	ck_assert_uint_eq(lines, LINES + 1);
	ck_assert_ptr_nonnull(strstr(text, "\"count\":10000 "));
	free(text);

	/* the same again is a replay of all, in another order too */
	b = drop_batch_new(&kit_spool, &kit_err);
	for (unsigned i = DISTINCT; i-- > 0;) {
		d = kit_submit(i, 1, (int)i);
		ck_ok(drop_batch_add(b, &d, &kit_err));
	}
	ck_ok(drop_batch_commit(b, &replayed, &kit_err));
	ck_assert_uint_eq(replayed, DISTINCT);

	/* one key with other content: nothing at all */
	b = drop_batch_new(&kit_spool, &kit_err);
	d = kit_submit(20000, 1, 1);
	ck_ok(drop_batch_add(b, &d, &kit_err));
	d = kit_submit(8999, 1, 1);
	ck_ok(drop_batch_add(b, &d, &kit_err));
	ck_fails(drop_batch_commit(b, &replayed, &kit_err), FAIL_CONFLICT);
	ck_assert_uint_eq(kit_count(kit_spool.new_), 2);
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);
}
END_TEST

START_TEST(conflict_inside_a_batch)
{
	struct drop_batch *b = drop_batch_new(&kit_spool, &kit_err);
	struct drop_submit d = kit_submit(1, 1, 1);
	size_t replayed;

	ck_ok(drop_batch_add(b, &d, &kit_err));
	d = kit_submit(1, 1, 2);
	ck_ok(drop_batch_add(b, &d, &kit_err));
	ck_fails(drop_batch_commit(b, &replayed, &kit_err), FAIL_CONFLICT);
	ck_assert_uint_eq(kit_count(kit_spool.new_) + kit_count(kit_spool.tmp), 0);
}
END_TEST

START_TEST(batch_line_rules_and_abort)
{
	struct drop_batch *b = drop_batch_new(&kit_spool, &kit_err);
	struct drop_submit d = {.id = "x", .bytes = "{}\n{}", .n = 5};

	ck_fails(drop_batch_add(b, &d, &kit_err), FAIL_INVALID);
	d = (struct drop_submit){.id = "x", .keyed = 1, .bytes = "{}", .n = 2};
	ck_fails(drop_batch_add(b, &d, &kit_err), FAIL_INVALID);
	drop_batch_abort(b);
	drop_batch_abort(NULL);
	ck_assert_uint_eq(kit_count(kit_spool.new_) + kit_count(kit_spool.tmp), 0);
}
END_TEST

START_TEST(nudge)
{
	int fd;
	char byte;

	ck_assert_int_eq(drop_nudge(&kit_spool), 0);
	fd = control_open(&kit_spool, &kit_err);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(drop_nudge(&kit_spool), 1);
	ck_assert_int_eq(drop_nudge(&kit_spool), 1);
	ck_assert_int_eq(read(fd, &byte, 1), 1);
	control_drain(fd);
	ck_assert_int_eq(read(fd, &byte, 1), -1);
	for (int i = 0; i < 70000; i++) /* a full FIFO is no reason to wait */
		ck_assert_int_eq(drop_nudge(&kit_spool), 1);
	close(fd);
	ck_assert_int_eq(drop_nudge(&kit_spool), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spool_drop");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, kit_setup, kit_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, waiting_too_late);
	tcase_add_loop_test(tc, single_matrix, 0, NITEMS(matrix));
	tcase_add_loop_test(tc, batch_matrix, 0, NITEMS(matrix));
	tcase_add_test(tc, keyless_is_published);
	tcase_add_test(tc, same_content_otherwise_spelled);
	tcase_add_loop_test(tc, occupied_by_something_else, 0, 7);
	tcase_add_test(tc, mentioned_in_a_batch);
	tcase_add_test(tc, damaged_view_is_not_guessed);
	tcase_add_test(tc, too_large);
	tcase_add_test(tc, race);
	tcase_add_test(tc, race_of_batch_and_single);
	tcase_add_test(tc, large_batch);
	tcase_add_test(tc, conflict_inside_a_batch);
	tcase_add_test(tc, batch_line_rules_and_abort);
	tcase_add_test(tc, nudge);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
