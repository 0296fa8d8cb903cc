#include "counts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "rows.h"
#include "spool/dirlist.h"
#include "spool/index.h"
#include "spool/journal.h"
#include "spool/layout.h"
#include "spool/lock.h"
#include "spool/snapshot.h"

static struct lane_count *lane_of(struct counts *st, const char *name, size_t n)
{
	struct lane_count *l = NULL;

	HASH_FIND(hh, st->lanes, name, n, l);
	if (!l) {
		l = mem_alloc(sizeof(*l));
		l->name = mem_strndup(name, n);
		HASH_ADD_KEYPTR(hh, st->lanes, l->name, n, l);
	}
	return l;
}

static int read_time(const struct index_row *row, enum index_col col, int64_t *ms)
{
	char text[TIME_TEXT_MAX];

	snprintf(text, sizeof text, "%.*s", (int)row->len[col], row->col[col]);
	return row->len[col] < sizeof text ? time_parse(text, ms, NULL) : -1;
}

/* At risk as erd sees it: four fifths of the time are gone. */
static void count_open(struct counts *st, const struct index_row *row)
{
	struct lane_count *l = lane_of(st, row->col[IX_LANE], row->len[IX_LANE]);
	int64_t created, due;

	l->open++;
	if (read_time(row, IX_CREATED, &created) < 0 || read_time(row, IX_DUE, &due) < 0)
		return;
	int overdue = st->now_ms > due;
	int at_risk = !overdue && st->now_ms > created + (due - created) / 5 * 4;
	l->overdue += (size_t)overdue;
	l->at_risk += (size_t)at_risk;
	st->overdue += (size_t)overdue;
	st->at_risk += (size_t)at_risk;
}

static int count_row(void *ctx, const struct index_row *row)
{
	struct counts *st = ctx;
	char name[32];
	if (rows_is_test(row))
		return 0;
	snprintf(name, sizeof name, "%.*s",
	         (int)(row->len[IX_STATE] < 31 ? row->len[IX_STATE] : 31), row->col[IX_STATE]);
	int s = state_by_name(name);
	if (s > ST_NONE) {
		st->tasks[s]++;
		st->open += !state_final((enum state)s);
		if (!state_final((enum state)s))
			count_open(st, row);
	}
	return 0;
}

static int count_event(void *ctx, const struct event *ev, struct err *err)
{
	(void)err;
	*(uint64_t *)ctx = ev->seq;
	return 0;
}

/* From the newest snapshot on, not from the beginning. */
static int read_seq(const struct spool *s, uint64_t *seq, struct err *err)
{
	struct journal_mark mark = {.seq = 0};
	struct buf state = BUF_INIT;
	int found = snapshot_load(s, &mark, &state, err);
	buf_release(&state);
	if (found < 0)
		return -1;
	*seq = found ? mark.seq : 0;
	return journal_walk(s, found ? &mark : NULL, 0, count_event, seq, NULL, err) < 0 ? -1 : 0;
}

static int read_drop(const struct spool *s, struct counts *st, struct err *err)
{
	struct names names = {.n = 0};
	int64_t now = now_wall_ms();
	if (names_read(&names, s->new_, ".", "", err) < 0)
		return -1;
	st->waiting = names.n;
	for (size_t i = 0; i < names.n; i++) {
		struct stat sb;
		if (fstatat(s->new_, names.name[i], &sb, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		int64_t since = (int64_t)sb.st_mtim.tv_sec * 1000 + sb.st_mtim.tv_nsec / 1000000;
		int64_t age = now - since;
		if (age > st->oldest_ms)
			st->oldest_ms = age;
	}
	names_release(&names);
	if (names_read(&names, s->refused, ".", ".why.json", err) < 0)
		return -1;
	st->refused = names.n;
	names_release(&names);
	return 0;
}

static int by_name(const struct lane_count *a, const struct lane_count *b)
{
	return strcmp(a->name, b->name);
}

int counts_read(const struct spool *s, struct counts *st, struct err *err)
{
	st->running = lock_held(s);
	st->now_ms = now_wall_ms();
	if (index_read_open(s, count_row, st, err) < 0 ||
	    index_read_closed(s, count_row, st, err) < 0 || read_drop(s, st, err) < 0 ||
	    read_seq(s, &st->seq, err) < 0)
		return -1;
	HASH_SORT(st->lanes, by_name);
	return 0;
}

void counts_release(struct counts *st)
{
	struct lane_count *l, *next;

	HASH_ITER(hh, st->lanes, l, next) {
		HASH_DEL(st->lanes, l);
		free(l->name);
		free(l);
	}
}
