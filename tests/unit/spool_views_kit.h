/*
 * spool_views_kit.h -- tasks that live at random, their journal and views, and an erd that dies in
 * the middle of it.
 */
#ifndef SPOOL_VIEWS_KIT_H
#define SPOOL_VIEWS_KIT_H

#include "model/taskview.h"
#include "spool/index.h"
#include "spool/journal.h"
#include "spool/views.h"
#include "spool_kit.h"

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

KIT unsigned rnd(unsigned n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* The status of a shell command. */
KIT int shell(const char *command)
{
	FILE *sh = popen(command, "r");
	char line[512];

	while (sh && fgets(line, sizeof(line), sh))
		fputs(line, stderr);
	return sh ? pclose(sh) : -1;
}

KIT int run(const char *command)
{
	char with_dir[1024];

	snprintf(with_dir, sizeof(with_dir), "cd %s && %s", kit_dir, command);
	return shell(with_dir);
}

KIT int ignore(void *ctx, const struct event *ev, struct err *err)
{
	(void)ctx;
	(void)ev;
	(void)err;
	return 0;
}

KIT void start(void)
{
	size_t torn;

	err_clear(&kit_err);
	journal = journal_open(&kit_spool, NULL, ignore, NULL, &torn, &kit_err);
	ck_assert_msg(journal != NULL, "%s", kit_err.msg);
	views = views_new(&kit_spool, journal, &kit_err);
	ck_assert_ptr_nonnull(views);
}

KIT void setup(void)
{
	kit_setup();
	memset(tasks, 0, sizeof(tasks));
	n_tail = 0;
	start();
}

KIT void stop(void)
{
	views_free(views);
	journal_close(journal);
	views = NULL;
	journal = NULL;
}

KIT void teardown(void)
{
	stop();
	kit_teardown();
}

KIT json_t *created(unsigned t)
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
KIT enum event_type next_event(unsigned t, enum state *to)
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

KIT void record(unsigned t)
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
KIT int all_due(void *ctx, uint64_t seq)
{
	(void)ctx;
	(void)seq;
	return 1;
}

KIT int in_tail(unsigned t)
{
	for (size_t i = 0; i < n_tail; i++)
		if (tail[i].task == t)
			return 1;
	return 0;
}

/* Lose files of events behind the snapshot; what is before it was synced. */
KIT void hurt_files(void)
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
KIT void crash(int power)
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

#endif
