/*
 * spool_journal_kit.h -- a journal that tests fill, close and open again.
 */
#ifndef SPOOL_JOURNAL_KIT_H
#define SPOOL_JOURNAL_KIT_H

#include "spool/journal.h"
#include "spool_kit.h"

static struct journal *journal;
static size_t torn;
static struct journal_mark start_mark;

struct seen {
	uint64_t n, last;
	struct journal_pos pos[64];
	uint64_t stop_at;
};

KIT int see(void *ctx, const struct event *ev, struct err *err)
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

KIT void open_journal(const struct journal_mark *from, struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	err_clear(&kit_err);
	journal = journal_open(&kit_spool, from, see, seen, &torn, &kit_err);
	ck_assert_msg(journal != NULL, "%s", kit_err.msg);
}

KIT void fails_to_open(const struct journal_mark *from)
{
	struct seen seen = {.n = 0};

	err_clear(&kit_err);
	ck_assert_ptr_null(journal_open(&kit_spool, from, see, &seen, &torn, &kit_err));
	ck_assert_msg(kit_err.code == FAIL_FAILURE, "%s", kit_err.msg);
}

KIT struct event make_event(int i, json_t *data)
{
	struct event ev = {.type = EV_COMMENTED, .at_ms = 1800000000000 + i, .has_task = 1,
	                   .state = ST_QUEUED, .actor = "alice", .msg = "msg_x", .data = data};

	kit_id((unsigned)i % 3, &ev.task);
	return ev;
}

KIT void append(int from, int to)
{
	for (int i = from; i < to; i++) {
		json_t *data = json_pack("{s:s,s:i}", "text", "gr\xc3\xbc\xc3\x9f \"x\"\n", "i", i);
		struct event ev = make_event(i, data);

		ck_ok(journal_append(journal, &ev, &kit_err));
		ck_assert_uint_eq(ev.seq, (uint64_t)i + 1);
		json_decref(data);
	}
}

KIT void close_journal(void)
{
	journal_close(journal);
	journal = NULL;
}

KIT void teardown(void)
{
	journal_close(journal);
	journal = NULL;
	kit_teardown();
}

/* n events, each committed, and closed; the segment's bytes. */
KIT char *fill(int events, size_t *n)
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

KIT void fill_segments(int events)
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

KIT int count_task(void *ctx, const struct event *ev, struct err *err)
{
	struct id want;

	(void)err;
	kit_id(1, &want);
	ck_assert_int_eq(id_cmp(&want, &ev->task), 0);
	ck_assert_uint_gt(ev->pos.length, 0);
	++*(int *)ctx;
	return 0;
}

#endif
