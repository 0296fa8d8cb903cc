/* spool: views -- folding step by step, after crashes and anew from the journal must agree. */
#include "spool_kit.h"

#include "model/taskview.h"
#include "spool/fsck.h"
#include "spool/index.h"
#include "spool/journal.h"
#include "spool/views.h"

enum { TASKS = 12, EVENTS_MAX = 5000 };

static struct journal *journal;
static struct views *views;

static struct {
	enum state state;
	uint64_t last;
	struct journal_pos created;
	int busy; /* index of the worker who has it */
} tasks[TASKS];

/* All events since the last snapshot, as a restart would find them. */
static struct {
	struct journal_pos pos, created;
	uint64_t prior;
	unsigned task;
} tail[EVENTS_MAX];
static size_t n_tail;
static unsigned seed;

static unsigned rnd(unsigned n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* The status of a shell command. */
static int shell(const char *command)
{
	FILE *sh = popen(command, "r");
	char line[512];

	while (sh && fgets(line, sizeof(line), sh))
		fputs(line, stderr);
	return sh ? pclose(sh) : -1;
}

static int run(const char *command)
{
	char with_dir[1024];

	snprintf(with_dir, sizeof(with_dir), "cd %s && %s", kit_dir, command);
	return shell(with_dir);
}

static int ignore(void *ctx, const struct event *ev, struct err *err)
{
	(void)ctx;
	(void)ev;
	(void)err;
	return 0;
}

static void start(void)
{
	size_t torn;

	err_clear(&kit_err);
	journal = journal_open(&kit_spool, NULL, ignore, NULL, &torn, &kit_err);
	ck_assert_msg(journal != NULL, "%s", kit_err.msg);
	views = views_new(&kit_spool, journal, &kit_err);
	ck_assert_ptr_nonnull(views);
}

static void setup(void)
{
	kit_setup();
	memset(tasks, 0, sizeof(tasks));
	n_tail = 0;
	start();
}

static void stop(void)
{
	views_free(views);
	journal_close(journal);
	views = NULL;
	journal = NULL;
}

static void teardown(void)
{
	stop();
	kit_teardown();
}

static json_t *created(unsigned t)
{
	char hex[SHA256_HEX], title[64];
	json_t *data, *spec;

	memset(hex, 'a', 64);
	hex[64] = '\0';
	snprintf(title, sizeof(title), "t\xc3\xa4sk %u \t\x1b[1m", t);
	spec = json_pack("{s:s,s:s,s:s,s:s}", "dialect", "er", "lane", "refunds", "title", title,
	                 "urgency", "high");
	if (t % 3 == 0)
		js_set_new(spec, "webhook",
		           json_pack("{s:s,s:s,s:i,s:i}", "url", "https://x.example/h",
		                     "secret", "whsec_c2VjcmV0", "retryMax", 3,
		                     "retryBackoffMs", 1500));
	data = json_pack("{s:s,s:s,s:s,s:o,s:s,s:s,s:i,s:s,s:{s:s,s:f,s:I,s:{s:s,s:s}}}", "dialect",
	                 "er",
	                 "from", "alice", "contentSha256", hex, "spec", spec, "dueAt",
	                 "2027-01-15T08:00:00.000Z", "expiresAt", "2027-01-16T08:00:00.000Z",
	                 "maxAttempts", 3, "priceUsd", "2.50", "body", "objective", "decide",
	                 "amount", 0.1, "big", (json_int_t)9007199254740993, "webhook", "url",
	                 "https://x.example/h", "secret", "whsec_c2VjcmV0");
	if (t % 3 == 0)
		js_set_new(data, "deliver", json_true());
	return data;
}

static const char *const workers[] = {"ana", "bo", "cy.d", "../evil"};

/* What may happen to a task in this state, and where it goes. */
static enum event_type next_event(unsigned t, enum state *to)
{
	*to = tasks[t].state;
	if (!state_final(*to) && rnd(6) == 0)
		return EV_COMMENTED;
	switch (tasks[t].state) {
	case ST_QUEUED:
		tasks[t].busy = (int)rnd(4);
		*to = rnd(12) ? ST_OFFERED : ST_CANCELLED;
		return *to == ST_OFFERED ? EV_OFFERED : EV_CANCELLED;
	case ST_OFFERED:
		*to = rnd(3) ? ST_ACCEPTED : ST_QUEUED;
		return *to == ST_ACCEPTED ? EV_ACCEPTED : rnd(2) ? EV_DECLINED : EV_OFFER_EXPIRED;
	case ST_ACCEPTED:
	case ST_STARTED:
		*to = rnd(4) ? ST_SUBMITTED : rnd(2) ? ST_BLOCKED : ST_STARTED;
		return *to == ST_SUBMITTED ? EV_SUBMITTED : *to == ST_BLOCKED ? EV_BLOCKED
		                                                              : EV_STARTED;
	case ST_BLOCKED:
		*to = ST_STARTED;
		return EV_UNBLOCKED;
	case ST_SUBMITTED:
		*to = rnd(2) ? ST_VERIFIED : ST_STARTED;
		return *to == ST_VERIFIED ? EV_VERIFIED : EV_REJECTED;
	case ST_VERIFIED:
		*to = ST_COMPLETED;
		return EV_COMPLETED;
	default:
		return EV_COUNT;
	}
}

static void record(unsigned t)
{
	struct event ev = {.at_ms = 1800000000000 + (int64_t)n_tail * 1000 - rnd(3000),
	                   .has_task = 1, .actor = "alice", .msg = "msg_1"};
	uint64_t prior = tasks[t].last;

	kit_id(t * 7919 + 1, &ev.task);
	if (tasks[t].state == ST_NONE) {
		ev.type = EV_CREATED;
		ev.state = ST_QUEUED;
		ev.data = created(t);
	} else {
		ev.type = next_event(t, &ev.state);
		if (ev.type == EV_COUNT)
			return;
		ev.data = json_pack("{s:s,s:s,s:s,s:i,s:s}", "worker", workers[tasks[t].busy],
		                    "text",
		                    "hello", "from", "bo", "attempt", (int)rnd(3) + 1, "answer",
		                    "yes");
	}
	ck_ok(journal_append(journal, &ev, &kit_err));
	if (ev.type == EV_CREATED)
		tasks[t].created = ev.pos;
	tasks[t].state = ev.state;
	tasks[t].last = ev.seq;
	ck_ok(journal_commit(journal, &kit_err));
	ck_ok(views_note(views, &ev, prior, tasks[t].created, 0, &kit_err));
	tail[n_tail].pos = ev.pos;
	tail[n_tail].created = tasks[t].created;
	tail[n_tail].task = t;
	tail[n_tail++].prior = prior;
	json_decref(ev.data);
}

/* Nothing was delivered in these tests. */
static int all_due(void *ctx, uint64_t seq)
{
	(void)ctx;
	(void)seq;
	return 1;
}

static int in_tail(unsigned t)
{
	for (size_t i = 0; i < n_tail; i++)
		if (tail[i].task == t)
			return 1;
	return 0;
}

/* Lose files of events behind the snapshot; what is before it was synced. */
static void hurt_files(void)
{
	char path[SPOOL_NAME_MAX];
	struct id id;

	for (unsigned t = 0; t < TASKS; t++) {
		kit_id(t * 7919 + 1, &id);
		layout_task_path(&id, path);
		if (in_tail(t) && kit_exists(kit_spool.tasks, path) && rnd(3) == 0)
			kit_puts(kit_spool.tasks, path, rnd(2) ? "" : "{\"seq\":");
		if (in_tail(t) && kit_exists(kit_spool.results, path) && rnd(3) == 0)
			unlinkat(kit_spool.results, path, 0);
	}
	for (size_t i = 0; i < n_tail; i++) {
		json_t *line = journal_read(journal, tail[i].pos, &kit_err);

		snprintf(path, sizeof(path), "due/%s.json", js_str_or(line, "/id", ""));
		if (kit_exists(kit_spool.outbox, path) && rnd(3) == 0)
			kit_puts(kit_spool.outbox, path, "");
		json_decref(line);
	}
	ck_assert_int_eq(run("printf 'torn row' >> index/closed.tsv"), 0);
}

/* erd dies, perhaps with the power, and starts again from its last snapshot. */
static void crash(int power)
{
	if (power)
		hurt_files();
	stop();
	start();
	views_on_recovery(views, all_due, NULL);
	for (size_t i = 0; i < n_tail; i++) {
		json_t *line = journal_read(journal, tail[i].pos, &kit_err);
		struct event ev;

		ck_ok(event_parse(line, &ev, &kit_err));
		ev.pos = tail[i].pos;
		ck_ok(views_note(views, &ev, tail[i].prior, tail[i].created, 1, &kit_err));
		json_decref(line);
	}
}

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
