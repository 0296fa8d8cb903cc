/* spool: snapshots, receipts, the index, the map of ids, fsck's findings. */
#include "spool_kit.h"

#include "base/clock.h"
#include "spool/fsck.h"
#include "spool/idmap.h"
#include "spool/index.h"
#include "spool/receipt.h"
#include "spool/snapshot.h"

/* ---- snapshots ---- */

static struct journal_mark mark_at(uint64_t seq)
{
	struct journal_mark m = {.seq = seq, .next = {1, (uint32_t)seq * 100, 0}};

	memset(m.hash, 'a' + (int)(seq % 6), 64);
	return m;
}

static void snap(uint64_t seq, const char *state)
{
	struct journal_mark m = mark_at(seq);

	ck_ok(snapshot_write(&kit_spool, &m, state, strlen(state), &kit_err));
}

static void expect_snap(uint64_t seq, const char *state)
{
	struct journal_mark m, want = mark_at(seq);
	struct buf b = BUF_INIT;

	err_clear(&kit_err);
	ck_assert_int_eq(snapshot_load(&kit_spool, &m, &b, &kit_err), state != NULL);
	if (state) {
		ck_assert_uint_eq(m.seq, seq);
		ck_assert_uint_eq(m.next.offset, want.next.offset);
		ck_assert_str_eq(m.hash, want.hash);
		ck_assert_str_eq(buf_str(&b), state);
	}
	buf_release(&b);
}

START_TEST(snapshots)
{
	expect_snap(0, NULL);
	snap(5, "five");
	expect_snap(5, "five");
	snap(40, "forty");
	snap(7, "seven"); /* written last: what it says holds */
	expect_snap(7, "seven");
	snap(100, "hundred");
	expect_snap(100, "hundred");
	snap(100, "again");
	expect_snap(100, "again");
	ck_assert_uint_eq(kit_count(kit_spool.journal), 2);
	kit_puts(kit_spool.journal, "snapshot-0200.bin", "x"); /* not a name that we make */
	expect_snap(100, "again");
}
END_TEST

START_TEST(bad_snapshots_fall_back)
{
	char *text;
	size_t n;

	snap(5, "five");
	snap(9, "nine");
	text = kit_read(kit_spool.journal, "snapshot-9.bin", &n);
	for (size_t i = 0; i < n; i++) {
		text[i] ^= 1;
		kit_write(kit_spool.journal, "snapshot-9.bin", text, n);
		expect_snap(5, "five");
		text[i] ^= 1;
	}
	for (size_t i = 0; i < n; i++) {
		kit_write(kit_spool.journal, "snapshot-9.bin", text, i);
		expect_snap(5, "five");
	}
	kit_write(kit_spool.journal, "snapshot-9.bin", text, n);
	expect_snap(9, "nine");
	kit_write(kit_spool.journal, "snapshot-11.bin", text, n); /* of another seq than its name */
	expect_snap(9, "nine");
	free(text);
}
END_TEST

/* ---- receipts ---- */

START_TEST(receipt_arrives)
{
	struct receipt *r = receipt_new(&kit_spool, "msg_01JD8M3V9KTQ4W2X5Y6Z7A8B9C", &kit_err);
	json_t *verdict = json_pack("{s:b,s:i}", "ok", 1, "seq", 7), *got;

	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(receipt_name_valid(receipt_name(r)), 1);
	ck_assert_ptr_null(receipt_wait(r, 0, &kit_err));
	ck_assert_int_eq(kit_err.code, FAIL_PENDING);
	err_clear(&kit_err);
	receipt_send(&kit_spool, receipt_name(r), verdict);
	ck_assert(!kit_exists(kit_spool.tmp, receipt_name(r)));
	got = receipt_wait(r, 1000, &kit_err);
	ck_assert_msg(got && json_equal(got, verdict), "%s", kit_err.msg);
	json_decref(got);
	json_decref(verdict);
	receipt_free(r);
	receipt_free(NULL);
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);
}
END_TEST

START_TEST(receipt_from_another_process)
{
	struct receipt *r = receipt_new(&kit_spool, "msg_1", &kit_err);
	json_t *got;
	int status;

	if (fork() == 0) {
		json_t *verdict = json_pack("{s:b}", "ok", 1);

		receipt_send(&kit_spool, receipt_name(r), verdict);
		_exit(0);
	}
	got = receipt_wait(r, 20000, &kit_err);
	ck_assert_ptr_nonnull(got);
	json_decref(got);
	receipt_free(r);
	wait(&status);
}
END_TEST

START_TEST(nobody_waits)
{
	struct receipt *r = receipt_new(&kit_spool, "msg_1", &kit_err);
	struct receipt *same = receipt_new(&kit_spool, "msg_1", &kit_err);
	json_t *verdict = json_object();
	char name[64];

	ck_assert_str_ne(receipt_name(r), receipt_name(same));
	ck_assert_int_eq(receipt_name_valid(receipt_name(same)), 1);
	snprintf(name, sizeof(name), "%s", receipt_name(r));
	receipt_free(r);
	receipt_free(same);
	mkfifoat(kit_spool.tmp, name, 0600); /* its reader was killed */
	receipt_send(&kit_spool, name, verdict);
	ck_assert(!kit_exists(kit_spool.tmp, name));
	receipt_send(&kit_spool, name, verdict);
	receipt_send(&kit_spool, "../spool.json", verdict);
	ck_assert(kit_exists(kit_spool.root, "spool.json"));
	kit_puts(kit_spool.tmp, "x.reply", "keep?"); /* not a FIFO: nothing is written to it */
	receipt_send(&kit_spool, "x.reply", verdict);
	json_decref(verdict);
}
END_TEST

START_TEST(receipt_names)
{
	static const char *const bad[] = {"", ".reply", "a", "../x.reply", ".x.reply", "a/b.reply",
	                                  "x.reply\n", "a b.reply", "x.replyy"};
	char name[200];

	for (size_t i = 0; i < NITEMS(bad); i++)
		ck_assert_msg(!receipt_name_valid(bad[i]), "%s", bad[i]);
	memset(name, 'a', sizeof(name));
	memcpy(name + sizeof(name) - 7, ".reply", 7);
	ck_assert(!receipt_name_valid(name));
	ck_assert(receipt_name_valid("msg_01JD8M3V9KTQ4W2X5Y6Z7A8B9C.reply"));
}
END_TEST

START_TEST(large_receipt_is_cut)
{
	struct receipt *r = receipt_new(&kit_spool, "msg_1", &kit_err);
	json_t *verdict = json_pack("{s:b,s:[]}", "ok", 0, "errors"), *got;

	for (int i = 0; i < 20000; i++)
		json_array_append_new(json_object_get(verdict, "errors"), json_string("/x: wrong"));
	receipt_send(&kit_spool, receipt_name(r), verdict);
	got = receipt_wait(r, 1000, &kit_err);
	ck_assert_ptr_nonnull(got);
	ck_assert_ptr_null(json_object_get(got, "errors"));
	ck_assert(json_is_true(json_object_get(got, "errorsOmitted")));
	json_decref(got);
	json_decref(verdict);
	receipt_free(r);
}
END_TEST

/* ---- index ---- */

struct rows {
	char ids[64][32];
	char states[64][16];
	int n;
};

static int collect(void *ctx, const struct index_row *row)
{
	struct rows *r = ctx;

	snprintf(r->ids[r->n], 32, "%.*s", (int)row->len[IX_ID], row->col[IX_ID]);
	snprintf(r->states[r->n], 16, "%.*s", (int)row->len[IX_STATE], row->col[IX_STATE]);
	r->n++;
	return 0;
}

static void add_row(struct buf *out, unsigned task, const char *state, int minute)
{
	buf_addf(out, "%s\t%s\tl\t-\tlow\t-\t2026-11-22T18:%02d:38.123Z\t-\ter\ta\t-\t-\ttitle\n",
	         kit_task_name(task), state, minute);
}

START_TEST(index_open)
{
	struct buf text = BUF_INIT;
	struct rows rows = {.n = 0};

	ck_ok(index_read_open(&kit_spool, collect, &rows, &kit_err));
	ck_assert_int_eq(rows.n, 0);
	add_row(&text, 3, "queued", 30);
	add_row(&text, 1, "queued", 10);
	add_row(&text, 2, "queued", 10);
	add_row(&text, 3, "offered", 30);
	buf_adds(&text, "junk\n\n\t\t\t\n");
	add_row(&text, 4, "queued", 40);
	add_row(&text, 1, "completed", 10);
	buf_adds(&text, "task_01");
	kit_write(kit_spool.index, "open.tsv", text.data, text.len);
	ck_ok(index_read_open(&kit_spool, collect, &rows, &kit_err));
	ck_assert_int_eq(rows.n, 3);
	ck_assert_str_eq(rows.ids[0], kit_task_name(2));
	ck_assert_str_eq(rows.ids[1], kit_task_name(3));
	ck_assert_str_eq(rows.states[1], "offered");
	ck_assert_str_eq(rows.ids[2], kit_task_name(4));
	buf_release(&text);
}
END_TEST

START_TEST(index_closed)
{
	struct buf text = BUF_INIT;
	struct rows rows = {.n = 0};

	add_row(&text, 3, "completed", 30);
	add_row(&text, 1, "expired", 10);
	buf_adds(&text, "task_01");
	kit_write(kit_spool.index, "closed.tsv", text.data, text.len);
	ck_ok(index_read_closed(&kit_spool, collect, &rows, &kit_err));
	ck_assert_int_eq(rows.n, 2);
	ck_assert_str_eq(rows.ids[0], kit_task_name(1));
	ck_assert_str_eq(rows.ids[1], kit_task_name(3));
	buf_release(&text);
}
END_TEST

START_TEST(map_of_ids)
{
	struct idmap m = {NULL, 0, 0};
	struct id id;
	int added;

	for (unsigned i = 0; i < 5000; i++) {
		kit_id(i, &id);
		*idmap_add(&m, &id, &added) = i;
		ck_assert_int_eq(added, 1);
	}
	for (unsigned i = 0; i < 5000; i += 3) {
		kit_id(i, &id);
		idmap_remove(&m, &id);
		idmap_remove(&m, &id);
	}
	for (unsigned i = 0; i < 5000; i++) {
		uint32_t *v;

		kit_id(i, &id);
		v = idmap_find(&m, &id);
		ck_assert_int_eq(v != NULL, i % 3 != 0);
		if (v)
			ck_assert_uint_eq(*v, i);
	}
	idmap_release(&m);
	ck_assert_ptr_null(idmap_find(&m, &id));
}
END_TEST

/* ---- fsck ---- */

struct found {
	char text[4000];
};

static void find(void *ctx, enum fsck_severity sev, const char *path, const char *what)
{
	struct found *f = ctx;
	size_t n = strlen(f->text);

	snprintf(f->text + n, sizeof(f->text) - n, "%c %s: %s\n", sev == FSCK_ERROR ? 'E' : 'n',
	         path, what);
}

static struct fsck_report check(struct found *f, int running)
{
	struct fsck_report rep;

	f->text[0] = '\0';
	ck_ok(fsck_check(&kit_spool, running, now_wall_ms() + (int64_t)37 * 3600 * 1000, find, f,
	                 &rep, &kit_err));
	return rep;
}

/* An event journalled for message msg_…5; its journal stays behind. */
static void record_message(const char *id)
{
	struct event ev = {.type = EV_MESSAGE_REFUSED, .at_ms = 1800000000000, .actor = "erd",
	                   .msg = id};
	size_t torn;
	struct journal *j = journal_open(&kit_spool, NULL, NULL, NULL, &torn, &kit_err);

	ck_assert_ptr_nonnull(j);
	ev.data = json_object();
	ck_ok(journal_append(j, &ev, &kit_err));
	ck_ok(journal_commit(j, &kit_err));
	json_decref(ev.data);
	journal_close(j);
}

START_TEST(fsck_findings)
{
	static const char id[] = "msg_01JD8M3V9KTQ4W2X5Y6Z7A8B9C";
	struct found f;
	struct fsck_report rep;
	char text[200];

	kit_puts(kit_spool.index, "open.tsv", "");
	kit_puts(kit_spool.index, "closed.tsv", "");
	rep = check(&f, 0);
	ck_assert_msg(rep.errors == 0 && rep.notes == 0, "%s", f.text);
	record_message(id);
	snprintf(text, sizeof(text), "{\"er\":1,\"type\":\"cancel\",\"id\":\"%s\"}\n", id);
	kit_puts(kit_spool.new_, id, text);
	kit_puts(kit_spool.new_, "torn\033", "{");
	mkfifoat(kit_spool.new_, "fifo", 0600);
	kit_puts(kit_spool.tmp, "old", "");
	kit_puts(kit_spool.refused, "bare", "");
	kit_puts(kit_spool.refused, "ghost.why.json", "{}");
	kit_puts(kit_spool.journal, "torn-00000001-5", "x");
	kit_puts(kit_spool.tasks, "stray", "x");
	rep = check(&f, 0);
	ck_assert_uint_eq(rep.events, 1);
	ck_assert_ptr_nonnull(strstr(f.text,
	                             "n new/msg_01JD8M3V9KTQ4W2X5Y6Z7A8B9C: "
	                             "in the journal already"));
	ck_assert_ptr_nonnull(strstr(f.text, "n new/torn<U+001B>: not a message"));
	ck_assert_ptr_nonnull(strstr(f.text, "n new/fifo: "));
	ck_assert_ptr_nonnull(strstr(f.text, "n tmp/old: "));
	ck_assert_ptr_nonnull(strstr(f.text, "E refused/bare: "));
	ck_assert_ptr_nonnull(strstr(f.text, "n refused/ghost.why.json: "));
	ck_assert_ptr_nonnull(strstr(f.text, "n journal/torn-00000001-5: "));
	ck_assert_ptr_nonnull(strstr(f.text, "E tasks/stray: "));
	ck_assert_msg(rep.errors == 2 && rep.notes == 6, "%s", f.text);
	rep = check(&f, 1);
	ck_assert_ptr_nonnull(strstr(f.text, "n tasks/stray: "));
}
END_TEST

START_TEST(fsck_sees_a_broken_chain)
{
	struct found f;
	struct fsck_report rep;
	char *text;
	size_t n;

	for (int i = 0; i < 3; i++)
		record_message("msg_01JD8M3V9KTQ4W2X5Y6Z7A8B9C");
	text = kit_read(kit_spool.journal, "00000001.ndjson", &n);
	*strstr(text, "2027-01") = '3';
	kit_write(kit_spool.journal, "00000001.ndjson", text, n);
	rep = check(&f, 0);
	ck_assert_uint_ge(rep.errors, 1);
	ck_assert_ptr_nonnull(strstr(f.text, "E journal: journal/00000001.ndjson: line 2 "));
	free(text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spool_state");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, kit_setup, kit_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, snapshots);
	tcase_add_test(tc, bad_snapshots_fall_back);
	tcase_add_test(tc, receipt_arrives);
	tcase_add_test(tc, receipt_from_another_process);
	tcase_add_test(tc, nobody_waits);
	tcase_add_test(tc, receipt_names);
	tcase_add_test(tc, large_receipt_is_cut);
	tcase_add_test(tc, index_open);
	tcase_add_test(tc, index_closed);
	tcase_add_test(tc, map_of_ids);
	tcase_add_test(tc, fsck_findings);
	tcase_add_test(tc, fsck_sees_a_broken_chain);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
