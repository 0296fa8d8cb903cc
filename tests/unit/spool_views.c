/* spool: views -- folding step by step, after crashes and anew from the journal must agree. */
#include "spool/fsck.h"
#include "spool_views_kit.h"

static void say(void *ctx, enum fsck_severity sev, const char *path, const char *what)
{
	(void)ctx;
	if (sev == FSCK_ERROR)
		fprintf(stderr, "%s: %s\n", path, what);
}

static void expect_no_difference(void)
{
	struct rebuild_report rep;
	struct fsck_report fsck;

	ck_ok(fsck_check(&kit_spool, 0, 1800000000000, say, NULL, &fsck, &kit_err));
	ck_assert_uint_eq(fsck.errors, 0);
	ck_ok(views_rebuild(&kit_spool, all_due, NULL, 1, &rep, &kit_err));
	ck_assert_uint_eq(rep.written + rep.removed, 0);
	ck_assert_uint_eq(rep.tasks, fsck.tasks_open + fsck.tasks_closed);
}

START_TEST(random_histories)
{
	struct rebuild_report rep;

	seed = (unsigned)_i * 7 + 1;
	for (int i = 0; i < 250; i++) {
		struct id id;
		unsigned t = rnd(TASKS);

		record(t);
		kit_id(rnd(TASKS) * 7919 + 1, &id);
		switch (rnd(14)) {
		case 0:
			ck_ok(views_flush(views, -1, &kit_err));
			break;
		case 1:
			ck_ok(views_flush_task(views, &id, &kit_err));
			break;
		case 2:
			ck_ok(views_flush(views, 0, &kit_err));
			break;
		case 3:
			if (rnd(4) == 0)
				crash(rnd(2) == 0);
			break;
		case 4: /* a snapshot needs all views written */
			ck_ok(views_flush(views, -1, &kit_err));
			ck_assert_int_ge(views_compact_index(views, 1, &kit_err), 0);
			n_tail = 0;
			break;
		default:
			break;
		}
	}
	crash(1);
	ck_ok(views_flush(views, -1, &kit_err));
	ck_assert_uint_eq(views_pending(views), 0);
	expect_no_difference();
	ck_ok(views_rebuild(&kit_spool, all_due, NULL, 0, &rep, &kit_err)); /* canonical index */
	ck_assert_int_eq(run("mkdir keep && cp -a tasks inbox results index outbox keep && "
	                     "rm -r tasks/* results/* index/* inbox/* outbox/due/*"), 0);
	ck_ok(views_rebuild(&kit_spool, all_due, NULL, 0, &rep, &kit_err));
	/* folders that became empty are kept by one and not made by the other */
	ck_assert_int_eq(run("find keep -type d -empty -delete; mkdir -p keep/inbox keep/results; "
	                     "for d in tasks inbox results index outbox/due; do "
	                     "[ ! -e keep/$d ] || diff -r keep/$d $d || exit 1; done"), 0);
}
END_TEST

START_TEST(strays_go)
{
	struct rebuild_report rep;

	seed = 5;
	for (int i = 0; i < 40; i++)
		record(rnd(TASKS));
	ck_ok(views_flush(views, -1, &kit_err));
	ck_ok(views_rebuild(&kit_spool, all_due, NULL, 0, &rep, &kit_err));
	kit_puts(kit_spool.tasks, "README", "x");
	mkdirat(kit_spool.inbox, "nobody", 0750);
	kit_puts(kit_spool.inbox, "nobody/x.json", "{}");
	mkdirat(kit_spool.inbox, "nobody/deep", 0750);
	kit_puts(kit_spool.inbox, "nobody/deep/y", "{}");
	kit_puts(kit_spool.outbox, "due/evt_x.json", "{}");
	kit_puts(kit_spool.index, ".open.tsv.tmp", "half");
	ck_ok(views_rebuild(&kit_spool, all_due, NULL, 1, &rep, &kit_err));
	ck_assert_uint_eq(rep.removed, 5);
	ck_assert(kit_exists(kit_spool.inbox, "nobody/deep/y"));
	ck_ok(views_rebuild(&kit_spool, all_due, NULL, 0, &rep, &kit_err));
	ck_assert_uint_eq(rep.removed, 5);
	ck_assert_uint_eq(rep.written, 0);
	ck_assert(!kit_exists(kit_spool.inbox, "nobody/deep"));
	ck_assert(kit_exists(kit_spool.inbox, "nobody"));
	expect_no_difference();
}
END_TEST

static void remember_due(void *ctx, const char *event_id)
{
	char path[SPOOL_NAME_MAX];

	snprintf(path, sizeof(path), "due/%s.json", event_id);
	ck_assert(kit_exists(kit_spool.outbox, path));
	++*(int *)ctx;
}

START_TEST(due_files)
{
	char path[SPOOL_NAME_MAX], *text, id[ID_TEXT_MAX];
	struct stat st;
	struct id event;
	json_t *doc, *body;
	int told = 0;

	seed = 1;
	views_on_due(views, remember_due, &told);
	record(0);
	record(1); /* wants no webhook */
	ck_ok(views_flush(views, -1, &kit_err));
	ck_assert_int_eq(told, 1);
	json_t *line = journal_read(journal, tasks[0].created, &kit_err);
	ck_assert_int_eq(id_parse(js_str_or(line, "/id", ""), "evt_", &event), 0);
	json_decref(line);
	snprintf(path, sizeof(path), "due/%s.json", id_format(&event, "evt_", id));
	ck_assert_int_eq(fstatat(kit_spool.outbox, path, &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	text = kit_read(kit_spool.outbox, path, NULL);
	doc = js_parse(text, strlen(text), &js_limits_own, &kit_err);
	ck_assert_str_eq(js_str_or(doc, "/schema", ""), "er.delivery.v1");
	ck_assert_str_eq(js_str_or(doc, "/id", ""), id);
	ck_assert_str_eq(js_str_or(doc, "/type", ""), "task.created");
	ck_assert_str_eq(js_str_or(doc, "/secret", ""), "whsec_c2VjcmV0");
	ck_assert_int_eq(js_int_or(doc, "/retry/max", 0), 3);
	ck_assert_int_eq(js_int_or(doc, "/retry/backoffSeconds", 0), 2);
	body = js_parse(js_str_or(doc, "/body", ""), strlen(js_str_or(doc, "/body", "")),
	                &js_limits_own, &kit_err);
	ck_assert_ptr_nonnull(body);
	json_decref(body);
	json_decref(doc);
	free(text);
}
END_TEST

/* What was journalled as delivered is not due, although nobody says so. */
START_TEST(journal_knows_what_is_due)
{
	struct event ev = {.type = EV_WEBHOOK_DELIVERED, .at_ms = 1800000000000, .has_task = 1,
	                   .state = ST_QUEUED, .actor = "erd"};
	struct rebuild_report rep;

	seed = 1;
	record(0);
	ck_ok(views_flush(views, -1, &kit_err));
	kit_id(1, &ev.task);
	ev.data = json_pack("{s:s,s:i}", "event", "evt_x", "seq", 1);
	ck_ok(journal_append(journal, &ev, &kit_err));
	ck_ok(journal_commit(journal, &kit_err));
	json_decref(ev.data);
	ck_ok(views_rebuild(&kit_spool, NULL, NULL, 0, &rep, &kit_err));
	ck_assert_uint_eq(rep.removed, 1);
	ck_ok(views_rebuild(&kit_spool, NULL, NULL, 1, &rep, &kit_err));
	ck_assert_uint_eq(rep.removed + rep.written, 0);
}
END_TEST

/* Somebody removed views while erd was away or at work. */
START_TEST(missing_views_come_back)
{
	seed = 9;
	for (int i = 0; i < 60; i++)
		record(rnd(TASKS));
	ck_ok(views_flush(views, -1, &kit_err));
	ck_assert_int_eq(run("rm -r tasks/*"), 0);
	for (int i = 0; i < 60; i++)
		record(rnd(TASKS));
	ck_ok(views_flush(views, -1, &kit_err));
	ck_assert_int_eq(run("rm -r tasks inbox results"), 0);
	stop();
	spool_close(&kit_spool);
	kit_open();
	start();
	struct rebuild_report rep;
	ck_ok(views_rebuild(&kit_spool, all_due, NULL, 0, &rep, &kit_err));
	expect_no_difference();
}
END_TEST

/* More than is kept parsed: the rest is read from the journal. */
START_TEST(many_queued_events)
{
	seed = 3;
	for (int i = 0; i < VIEWS_KEEP + 500; i++) {
		unsigned t = rnd(TASKS);

		if (state_final(tasks[t].state))
			tasks[t].state = ST_QUEUED; /* views fold what they are told */
		record(t);
	}
	ck_ok(views_flush(views, -1, &kit_err));
	ck_assert_uint_eq(views_pending(views), 0);
	for (unsigned t = 0; t < TASKS; t++) {
		char path[SPOOL_NAME_MAX], *text;
		struct id id;
		json_t *view;

		kit_id(t * 7919 + 1, &id);
		text = kit_read(kit_spool.tasks, layout_task_path(&id, path), NULL);
		view = js_parse(text, strlen(text), &js_limits_own, &kit_err);
		ck_assert_int_eq(taskview_seq(view), (int64_t)tasks[t].last);
		json_decref(view);
		free(text);
	}
}
END_TEST

static int count_rows(void *ctx, const struct index_row *row)
{
	ck_assert_uint_gt(row->len[IX_ID], 26);
	++*(int *)ctx;
	return 0;
}

START_TEST(index_is_compacted)
{
	struct stat before, after;
	int live = 0, open_tasks = 0, n = 0;

	seed = 4;
	for (int i = 0; i < 400; i++) {
		record(rnd(TASKS));
		ck_ok(views_flush(views, -1, &kit_err));
	}
	for (unsigned t = 0; t < TASKS; t++)
		open_tasks += tasks[t].state != ST_NONE && !state_final(tasks[t].state);
	ck_ok(index_read_open(&kit_spool, count_rows, &live, &kit_err));
	ck_assert_int_eq(live, open_tasks);
	fstatat(kit_spool.index, "open.tsv", &before, 0);
	ck_assert_int_eq(views_compact_index(views, 1, &kit_err), 1);
	ck_assert_int_eq(views_compact_index(views, 1, &kit_err), 0);
	fstatat(kit_spool.index, "open.tsv", &after, 0);
	ck_assert_int_lt(after.st_size, before.st_size);
	ck_ok(index_read_open(&kit_spool, count_rows, &n, &kit_err));
	ck_assert_int_eq(n, live);
	expect_no_difference();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spool_views");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, random_histories, 0, 10);
	tcase_add_test(tc, strays_go);
	tcase_add_test(tc, due_files);
	tcase_add_test(tc, journal_knows_what_is_due);
	tcase_add_test(tc, missing_views_come_back);
	tcase_add_test(tc, many_queued_events);
	tcase_add_test(tc, index_is_compacted);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
