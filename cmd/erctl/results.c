#include "results.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "json/js.h"
#include "spool/lock.h"
#include "waiter.h"

enum { GRACE_MS = 60 * 1000, UNSEEN_MS = 3600 * 1000 };

struct wait {
	struct run *r;
	const struct results *w;
	char *done; /* per id */
	size_t ndone;
	int64_t start_mono, start_wall;
};

const json_t *results_document(const json_t *result)
{
	const json_t *doc = json_object_get(result, "document");
	return doc ? doc : result;
}

int results_good(const json_t *result)
{
	return strcmp(js_str_or(result, "/state", ""), "completed") == 0;
}

static void look(struct wait *t)
{
	for (size_t i = 0; i < t->w->n; i++) {
		json_t *doc = t->done[i] ? NULL : view_read(&t->r->spool, VIEW_RESULT,
		                                            &t->w->ids[i]);
		if (!doc)
			continue;
		t->done[i] = 1;
		t->ndone++;
		t->w->closed(t->w->ctx, &t->w->ids[i], doc);
		json_decref(doc);
		if (t->w->any)
			return;
	}
}

static int finished(const struct wait *t)
{
	return t->w->any ? t->ndone > 0 : t->ndone == t->w->n;
}

/* When to give up, by the monotonic clock; a deadline may move while a task is blocked. */
static int64_t give_up(const struct wait *t)
{
	int64_t latest = 0;
	if (t->w->limit_ms == RESULTS_NO_LIMIT)
		return INT64_MAX;
	if (t->w->limit_ms > 0)
		return t->start_mono + t->w->limit_ms;
	for (size_t i = 0; i < t->w->n; i++) {
		int64_t due = t->start_wall + UNSEEN_MS;
		json_t *view = t->done[i] ? NULL : view_read(&t->r->spool, VIEW_TASK,
		                                             &t->w->ids[i]);
		if (view)
			time_parse(js_str_or(view, "/dueAt", ""), &due, NULL);
		json_decref(view);
		if (!t->done[i] && due > latest)
			latest = due;
	}
	int64_t now = now_wall_ms();
	int64_t end = latest + GRACE_MS;
	return now_mono_ms() + (end > now ? end - now : 0);
}

static void set_hint(struct wait *t)
{
	char id[ID_TEXT_MAX];
	for (size_t i = 0; i < t->w->n; i++) {
		if (t->done[i])
			continue;
		snprintf(t->r->hint, sizeof t->r->hint, "erctl wait %s%s goes on waiting",
		         id_format(&t->w->ids[i], "task_", id), t->w->n > 1 ? " …" : "");
		return;
	}
}

static int timed_out(struct wait *t, struct err *err)
{
	set_hint(t);
	if (t->w->n == 1) {
		char id[ID_TEXT_MAX];
		return err_set(err, FAIL_PENDING, "%s: still open",
		               id_format(&t->w->ids[0], "task_", id));
	}
	return err_set(err, FAIL_PENDING, "%zu of %zu tasks are still open", t->w->n - t->ndone,
	               t->w->n);
}

int results_wait(struct run *r, const struct results *w, struct err *err)
{
	struct wait t = {.r = r, .w = w, .done = mem_alloc(w->n),
	                 .start_mono = now_mono_ms(), .start_wall = now_wall_ms()};
	struct waiter waiter;
	int rc = 0;
	waiter_catch_signals();
	waiter_init(&waiter, &r->spool, VIEW_RESULT, w->ids, w->n);
	look(&t);
	if (!finished(&t) && !lock_held(&r->spool))
		out_remark(&r->out, "no erd is running on this spool");
	while (rc == 0 && !finished(&t)) {
		int64_t until = give_up(&t);
		if (now_mono_ms() >= until)
			rc = timed_out(&t, err);
		else
			rc = waiter_sleep(&waiter, until, err);
		if (rc == 0)
			look(&t);
	}
	if (rc < 0 && err->code == FAIL_INTERRUPTED)
		set_hint(&t);
	waiter_release(&waiter);
	free(t.done);
	return rc;
}
