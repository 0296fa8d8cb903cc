#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/event.h"
#include "spool/journal.h"

/* A task that counts; the offer and the acceptance are those of the last worker. */
struct seen {
	struct id id;
	struct lane_row *lane; /* NULL: a gold task */
	int64_t created_ms, due_ms, offered_ms, accepted_ms;
	int open;
	UT_hash_handle hh;
};

struct reading {
	struct history *st;
	int64_t since_ms;
	struct seen *tasks;
};

/* ---- rows ---- */

static void add_time(struct times *t, int64_t from, int64_t to)
{
	if (from == 0 || to < from)
		return;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->ms = mem_grow(t->ms, t->cap, sizeof(*t->ms));
	}
	t->ms[t->n++] = to - from;
}

static int by_ms(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static void sort_times(struct times *t)
{
	if (t->n > 1)
		qsort(t->ms, t->n, sizeof(*t->ms), by_ms);
}

int64_t times_quantile(const struct times *t, double q)
{
	return t->n ? t->ms[(size_t)(q * (double)(t->n - 1) + 0.5)] : 0;
}

static struct lane_row *lane_of(struct history *st, const char *name)
{
	struct lane_row *l = NULL;

	HASH_FIND_STR(st->lanes, name, l);
	if (!l) {
		l = mem_alloc(sizeof(*l));
		l->name = mem_strdup(name);
		HASH_ADD_KEYPTR(hh, st->lanes, l->name, strlen(l->name), l);
	}
	return l;
}

static struct worker_row *worker_of(struct history *st, const char *name)
{
	struct worker_row *w = NULL;

	HASH_FIND_STR(st->workers, name, w);
	if (!w) {
		w = mem_alloc(sizeof(*w));
		w->name = mem_strdup(name);
		HASH_ADD_KEYPTR(hh, st->workers, w->name, strlen(w->name), w);
	}
	return w;
}

/* ---- events ---- */

static void note_created(struct reading *r, const struct event *ev)
{
	if (ev->at_ms < r->since_ms)
		return;
	struct seen *t = mem_alloc(sizeof(*t));
	t->id = ev->task;
	t->created_ms = ev->at_ms;
	t->due_ms = INT64_MAX;
	time_parse(js_str_or(ev->data, "/dueAt", ""), &t->due_ms, NULL);
	t->open = 1;
	if (!json_object_get(ev->data, "gold")) {
		t->lane = lane_of(r->st, js_str_or(ev->data, "/spec/lane", ""));
		t->lane->created++;
		r->st->tasks++;
	}
	HASH_ADD(hh, r->tasks, id, sizeof(t->id), t);
}

static void note_end(struct seen *t, const struct event *ev)
{
	struct lane_row *l = t->lane;

	t->open = 0;
	switch (ev->type) {
	case EV_COMPLETED:
		l->completed++;
		l->in_time += ev->at_ms <= t->due_ms;
		l->late += ev->at_ms > t->due_ms;
		add_time(&l->took, t->created_ms, ev->at_ms);
		break;
	case EV_FAILED:
		l->failed++;
		l->late++;
		break;
	case EV_EXPIRED:
		l->expired++;
		l->late++;
		break;
	default:
		l->cancelled++;
	}
}

static void note_worker(struct worker_row *w, struct seen *t, const struct event *ev)
{
	switch (ev->type) {
	case EV_OFFERED:
		w->offers++;
		t->offered_ms = ev->at_ms;
		break;
	case EV_ACCEPTED:
		w->accepted++;
		add_time(&w->react, t->offered_ms, ev->at_ms);
		t->accepted_ms = ev->at_ms;
		break;
	case EV_DECLINED:
		w->declined++;
		add_time(&w->react, t->offered_ms, ev->at_ms);
		break;
	case EV_OFFER_EXPIRED:
		w->missed++;
		break;
	case EV_RELEASED:
		w->released++;
		break;
	case EV_SUBMITTED:
		w->answers++;
		add_time(&w->work, t->accepted_ms, ev->at_ms);
		break;
	case EV_REJECTED:
		w->rejected++;
		break;
	case EV_COMPLETED:
		w->completed++;
		break;
	default:
		break;
	}
}

static int visit(void *ctx, const struct event *ev, struct err *err)
{
	struct reading *r = ctx;
	struct seen *t = NULL;

	(void)err;
	if (ev->type == EV_CREATED)
		note_created(r, ev);
	else if (ev->has_task)
		HASH_FIND(hh, r->tasks, &ev->task, sizeof(ev->task), t);
	if (!t)
		return 0;
	const char *worker = js_str_or(ev->data, "/worker", NULL);
	if (worker)
		note_worker(worker_of(r->st, worker), t, ev);
	if (t->lane && (ev->type == EV_COMPLETED || ev->type == EV_FAILED ||
	                ev->type == EV_EXPIRED || ev->type == EV_CANCELLED))
		note_end(t, ev);
	return 0;
}

/* ---- the whole ---- */

static int by_lane(const struct lane_row *a, const struct lane_row *b)
{
	return strcmp(a->name, b->name);
}

static int by_worker(const struct worker_row *a, const struct worker_row *b)
{
	return strcmp(a->name, b->name);
}

static void finish(struct reading *r, int64_t now_ms)
{
	struct seen *t, *next;

	HASH_ITER(hh, r->tasks, t, next) {
		if (t->lane) {
			t->lane->open += t->open;
			t->lane->late += t->open && now_ms > t->due_ms;
		}
		HASH_DEL(r->tasks, t);
		free(t);
	}
	for (struct lane_row *l = r->st->lanes; l; l = l->hh.next)
		sort_times(&l->took);
	for (struct worker_row *w = r->st->workers; w; w = w->hh.next) {
		sort_times(&w->react);
		sort_times(&w->work);
	}
	HASH_SORT(r->st->lanes, by_lane);
	HASH_SORT(r->st->workers, by_worker);
}

int history_read(const struct spool *s, int64_t since_ms, int64_t now_ms, struct history *out,
               struct err *err)
{
	struct reading r = {.st = out, .since_ms = since_ms};

	*out = (struct history){.tasks = 0};
	int rc = journal_walk(s, NULL, 0, visit, &r, NULL, err);
	finish(&r, now_ms);
	if (rc != 0)
		history_release(out);
	return rc;
}

void history_release(struct history *st)
{
	struct lane_row *l, *next_lane;
	struct worker_row *w, *next_worker;

	HASH_ITER(hh, st->lanes, l, next_lane) {
		HASH_DEL(st->lanes, l);
		free(l->took.ms);
		free(l->name);
		free(l);
	}
	HASH_ITER(hh, st->workers, w, next_worker) {
		HASH_DEL(st->workers, w);
		free(w->react.ms);
		free(w->work.ms);
		free(w->name);
		free(w);
	}
}
