/* spool/views.c -- the queue of tasks with events that their files do not show yet. */
#include "spool/views.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "spool/layout.h"
#include "spool/views_p.h"

enum { ROWS_MAX = 256 * 1024 };

struct views *views_new(const struct spool *s, const struct journal *j, struct err *err)
{
	struct views *v = mem_alloc(sizeof(*v));

	v->s = s;
	v->j = j;
	if (io_mkdir(s->outbox, "due", 0750, err) || io_mkdir(s->outbox, "dead", 0750, err) ||
	    views_index_open(&v->index, s, err)) {
		views_free(v);
		return NULL;
	}
	return v;
}

static void drop_event(struct views *v, struct queued *q)
{
	if (!q->kept)
		return;
	free((char *)q->ev.actor);
	free((char *)q->ev.msg);
	json_decref(q->ev.data);
	v->kept--;
	v->kept_bytes -= q->ev.pos.length;
}

static void job_free(struct views *v, struct job *job)
{
	for (size_t i = 0; i < job->n; i++)
		drop_event(v, &job->events[i]);
	free(job->events);
	free(job);
}

void views_free(struct views *v)
{
	struct job *next;

	if (!v)
		return;
	for (struct job *job = v->first; job; job = next) {
		next = job->next;
		job_free(v, job);
	}
	views_index_close(&v->index);
	idmap_release(&v->ids);
	free(v->jobs);
	free(v);
}

void views_on_due(struct views *v, views_due_fn *fn, void *ctx)
{
	v->due = fn;
	v->due_ctx = ctx;
}

void views_on_recovery(struct views *v, int (*undelivered)(void *ctx, uint64_t seq), void *ctx)
{
	v->undelivered = undelivered;
	v->undelivered_ctx = ctx;
}

size_t views_pending(const struct views *v)
{
	return v->pending;
}

/* ---- tasks that send nothing ---- */

static size_t plain_slot(const struct id *task)
{
	return (task->b[ID_BYTES - 1] | (size_t)task->b[ID_BYTES - 2] << 8) & (PLAIN_SLOTS - 1);
}

void views_note_plain(struct views *v, const struct event *created)
{
	if (!json_is_true(json_object_get(created->data, "deliver")))
		v->plain[plain_slot(&created->task)] = created->task;
}

int views_is_plain(const struct views *v, const struct id *task)
{
	return id_cmp(&v->plain[plain_slot(task)], task) == 0;
}

/* ---- the queue ---- */

static uint32_t free_slot(struct views *v)
{
	for (; v->n_jobs < v->cap_jobs; v->n_jobs++)
		if (!v->jobs[v->n_jobs])
			return (uint32_t)v->n_jobs++;
	for (size_t i = 0; v->pending * 2 < v->cap_jobs && i < v->cap_jobs; i++)
		if (!v->jobs[i]) {
			v->n_jobs = i + 1;
			return (uint32_t)i;
		}
	v->n_jobs = v->cap_jobs;
	v->cap_jobs = v->cap_jobs ? v->cap_jobs * 2 : 256;
	v->jobs = mem_grow(v->jobs, v->cap_jobs, sizeof(struct job *));
	memset(v->jobs + v->n_jobs, 0, (v->cap_jobs - v->n_jobs) * sizeof(struct job *));
	return (uint32_t)v->n_jobs++;
}

static struct job *job_of(struct views *v, const struct id *task, int make)
{
	uint32_t *slot = idmap_find(&v->ids, task);
	struct job *job;
	uint32_t at;

	if (slot || !make)
		return slot ? v->jobs[*slot] : NULL;
	at = free_slot(v);
	job = mem_alloc(sizeof(*job));
	job->task = *task;
	job->prev = v->last;
	if (v->last)
		v->last->next = job;
	else
		v->first = job;
	v->last = job;
	v->jobs[at] = job;
	*idmap_add(&v->ids, task, NULL) = at;
	v->pending++;
	return job;
}

static void job_remove(struct views *v, struct job *job)
{
	uint32_t *slot = idmap_find(&v->ids, &job->task);

	if (job->prev)
		job->prev->next = job->next;
	else
		v->first = job->next;
	if (job->next)
		job->next->prev = job->prev;
	else
		v->last = job->prev;
	v->jobs[*slot] = NULL;
	idmap_remove(&v->ids, &job->task);
	v->pending--;
	if (job->recovering && --v->recovering == 0)
		views_index_recovered(&v->index);
	job_free(v, job);
}

static void queue_event(struct views *v, struct job *job, const struct event *ev)
{
	struct queued *q;

	if (job->n == job->cap) {
		job->cap = job->cap ? job->cap * 2 : 4;
		job->events = mem_grow(job->events, job->cap, sizeof(*job->events));
	}
	q = &job->events[job->n++];
	q->ev = *ev;
	q->kept = v->kept < VIEWS_KEEP && v->kept_bytes + ev->pos.length <= VIEWS_KEEP_BYTES;
	v->kept += (size_t)q->kept;
	v->kept_bytes += q->kept ? ev->pos.length : 0;
	q->ev.actor = q->kept && ev->actor ? mem_strdup(ev->actor) : NULL;
	q->ev.msg = q->kept && ev->msg ? mem_strdup(ev->msg) : NULL;
	q->ev.data = q->kept ? json_incref(ev->data) : NULL;
}

int views_note(struct views *v, const struct event *ev, uint64_t prior_seq,
               struct journal_pos created, int recovering, struct err *err)
{
	struct job *job;

	if (!ev->has_task || ev->type >= EV_CONFIG_SET)
		return 0;
	if (!ev->seq || !ev->pos.length)
		return err_set(err, FAIL_FAILURE, "views: an event that was not journalled");
	job = job_of(v, &ev->task, 1);
	if (job->n && job->events[job->n - 1].ev.seq >= ev->seq)
		return err_set(err, FAIL_FAILURE, "views: events out of order");
	if (job->n == 0) {
		job->prior_seq = prior_seq;
		job->created = created;
	}
	if (recovering && !job->recovering) {
		job->recovering = 1;
		v->recovering++;
	}
	if (ev->type == EV_CREATED) {
		views_note_plain(v, ev);
		job->plain = views_is_plain(v, &ev->task);
	}
	queue_event(v, job, ev);
	return 0;
}

/* ---- writing ---- */

static int flush_job(struct views *v, struct job *job, struct err *err)
{
	struct fold f = {.v = v, .job = job};
	char id[ID_TEXT_MAX];
	int rc = views_fold(&f, err);

	if (!rc)
		rc = views_write(&f, err);
	if (rc)
		err_wrap(err, "views of %s", id_format(&job->task, "task_", id));
	else
		job_remove(v, job);
	for (size_t i = 0; !rc && v->due && i < f.n_due; i++)
		v->due(v->due_ctx, id_format(&f.due[i], "evt_", id));
	views_fold_release(&f);
	return rc;
}

int views_flush(struct views *v, int64_t budget_us, struct err *err)
{
	int64_t until = budget_us < 0 ? INT64_MAX : now_mono_us() + budget_us;

	while (v->first) {
		if (flush_job(v, v->first, err))
			return -1;
		if (v->index.rows.len > ROWS_MAX && views_index_flush(&v->index, err))
			return -1;
		if (budget_us >= 0 && now_mono_us() >= until)
			break;
	}
	return views_index_flush(&v->index, err);
}

int views_flush_task(struct views *v, const struct id *task, struct err *err)
{
	struct job *job = job_of(v, task, 0);

	if (job && flush_job(v, job, err))
		return -1;
	return v->index.rows.len > ROWS_MAX ? views_index_flush(&v->index, err) : 0;
}

int views_compact_index(struct views *v, int idle, struct err *err)
{
	if (views_index_flush(&v->index, err))
		return -1;
	return views_index_compact(&v->index, v->s, idle, err);
}
