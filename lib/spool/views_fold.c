/* spool/views_fold.c -- one task: its view brought up to date in memory. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "model/dialect.h"
#include "model/taskview.h"
#include "spool/delivery.h"
#include "spool/layout.h"
#include "spool/put.h"
#include "spool/views_p.h"
#include "spool/walk.h"

void views_fold_release(struct fold *f)
{
	json_decref(f->view);
	json_decref(f->created);
	free(f->touched.at);
	free(f->due);
}

/* ---- inbox entries that older views implied ---- */

static int is_touched(const struct touched *t, const struct inbox_entry *e)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->at[i].worker, e->worker) && !strcmp(t->at[i].name, e->name))
			return 1;
	return 0;
}

static void touch(struct fold *f)
{
	struct inbox_entry e[INBOX_ENTRIES_MAX];
	size_t n = f->view ? taskview_inbox(f->view, 0, e) : 0;
	struct touched *t = &f->touched;

	for (size_t i = 0; i < n; i++) {
		if (is_touched(t, &e[i]))
			continue;
		if (t->n == t->cap) {
			t->cap = t->cap ? t->cap * 2 : 4;
			t->at = mem_grow(t->at, t->cap, sizeof(*t->at));
		}
		memcpy(t->at[t->n].worker, e[i].worker, sizeof(e[i].worker));
		memcpy(t->at[t->n++].name, e[i].name, sizeof(e[i].name));
	}
	taskview_inbox_release(e, n);
}

/* ---- where to start ---- */

/* The file's view, when it stands at an event that we know of. */
static json_t *load_view(const struct fold *f)
{
	const struct job *job = f->job;
	char path[SPOOL_NAME_MAX], id[ID_TEXT_MAX];
	struct buf text = BUF_INIT;
	json_t *view = NULL;
	uint64_t seq;
	int known;

	if (io_read_file(f->v->s->tasks, layout_task_path(&job->task, path), PUT_FILE_MAX, &text,
	                 NULL) == 0)
		view = js_parse_trusted(text.data ? text.data : "", text.len, NULL);
	buf_release(&text);
	if (!view)
		return NULL;
	seq = (uint64_t)taskview_seq(view);
	known = job->prior_seq && seq == job->prior_seq;
	for (size_t i = 0; job->recovering && !known && i < job->n; i++)
		known = job->events[i].ev.seq == seq;
	if (known && !strcmp(js_str_or(view, "/id", ""), id_format(&job->task, "task_", id)))
		return view;
	json_decref(view);
	return NULL;
}

static int apply_old(void *ctx, const struct event *ev, struct err *err)
{
	struct fold *f = ctx;

	if (ev->type >= EV_CONFIG_SET)
		return 0;
	if (!f->view)
		f->view = taskview_create(ev, err);
	else if (taskview_apply(f->view, ev, err))
		return -1;
	if (!f->view)
		return -1;
	touch(f);
	return 0;
}

/* The file is missing, torn or of another time: fold anew what came before the queued events. */
static int fold_anew(struct fold *f, struct err *err)
{
	const struct job *job = f->job;

	f->shown = job->prior_seq;
	if (!job->prior_seq)
		return 0;
	if (walk_task_from(f->v->s, &job->task, job->created, job->prior_seq, apply_old, f, err))
		return -1;
	if (!f->view || (uint64_t)taskview_seq(f->view) != job->prior_seq)
		return err_set(err, FAIL_FAILURE, "the journal lacks events of it");
	return 0;
}

/* ---- outbox ---- */

/* The data of task.created, or NULL with *err set. */
static const json_t *created_data(struct fold *f, struct err *err)
{
	const struct queued *first = &f->job->events[0];
	struct event ev;

	if (first->kept && first->ev.type == EV_CREATED)
		return first->ev.data;
	if (!f->created)
		f->created = journal_read(f->v->j, f->job->created, err);
	if (!f->created || event_parse(f->created, &ev, err))
		return NULL;
	if (ev.type != EV_CREATED || id_cmp(&ev.task, &f->job->task)) {
		err_set(err, FAIL_FAILURE, "its task.created is not where it should be");
		return NULL;
	}
	views_note_plain(f->v, &ev);
	return ev.data;
}

/* Reading task.created costs: ask the dialect first. */
static int may_want(const struct fold *f, enum event_type type)
{
	const struct dialect *d = dialect_by_name(js_str_or(f->view, "/dialect", ""));

	return d && d->wants && d->wants(type) && !f->job->plain &&
	       !views_is_plain(f->v, &f->job->task);
}

static int write_due(struct fold *f, const struct event *ev, struct err *err)
{
	const json_t *created;
	struct buf text = BUF_INIT;
	char path[SPOOL_NAME_MAX];
	int rc = 0;

	if (!may_want(f, ev->type))
		return 0;
	created = created_data(f, err);
	if (!created)
		return -1;
	if (delivery_wanted(created, ev->type) && delivery_render(&text, created, f->view, ev)) {
		rc = put_private(f->v->s->outbox, delivery_path(&ev->id, path), &text, err);
		if (!rc && f->n_due == f->cap_due) {
			f->cap_due = f->cap_due ? f->cap_due * 2 : 4;
			f->due = mem_grow(f->due, f->cap_due, sizeof(*f->due));
		}
		if (!rc)
			f->due[f->n_due++] = ev->id;
	}
	buf_release(&text);
	return rc;
}

/* A power cut may have taken an outbox file whose event the view shows. */
static int lost_due(const struct fold *f, const struct queued *q)
{
	const struct views *v = f->v;
	struct buf text = BUF_INIT;
	char path[SPOOL_NAME_MAX];
	json_t *doc = NULL;

	if (q->ev.seq > f->shown || !v->undelivered || !v->undelivered(v->undelivered_ctx, q->ev.seq))
		return 0;
	if (!io_read_file(v->s->outbox, delivery_path(&q->ev.id, path), PUT_FILE_MAX, &text, NULL))
		doc = js_parse_trusted(text.data ? text.data : "", text.len, NULL);
	buf_release(&text);
	json_decref(doc);
	return doc == NULL;
}

static int start(struct fold *f, struct err *err)
{
	const struct job *job = f->job;

	if (job->prior_seq || job->recovering)
		f->view = load_view(f);
	if (!f->view)
		return fold_anew(f, err);
	f->shown = (uint64_t)taskview_seq(f->view);
	touch(f);
	for (size_t i = 0; job->recovering && i < job->n; i++)
		if (lost_due(f, &job->events[i])) {
			json_decref(f->view);
			f->view = NULL;
			return fold_anew(f, err);
		}
	return 0;
}

/* ---- the queued events ---- */

static int apply_new(struct fold *f, const struct event *ev, struct err *err)
{
	if (!f->view && ev->type == EV_CREATED)
		f->view = taskview_create(ev, err);
	else if (!f->view)
		return err_set(err, FAIL_FAILURE, "its first event is no task.created");
	else if (taskview_apply(f->view, ev, err))
		return -1;
	if (!f->view)
		return -1;
	if (state_final(ev->state) && !f->closing)
		f->closing = ev->seq;
	/* A crash may have left the inbox as of any event in between. */
	if (f->job->recovering)
		touch(f);
	return ev->seq > f->shown ? write_due(f, ev, err) : 0;
}

static int apply_queued(struct fold *f, const struct queued *q, struct err *err)
{
	struct event ev;
	json_t *line;
	int rc;

	if (q->kept)
		return apply_new(f, &q->ev, err);
	line = journal_read(f->v->j, q->ev.pos, err);
	rc = line ? event_parse(line, &ev, err) : -1;
	if (!rc && ev.seq != q->ev.seq)
		rc = err_set(err, FAIL_FAILURE, "another event lies at its position");
	if (!rc)
		rc = apply_new(f, &ev, err);
	json_decref(line);
	return rc;
}

int views_fold(struct fold *f, struct err *err)
{
	if (start(f, err))
		return -1;
	for (size_t i = 0; i < f->job->n; i++)
		if (apply_queued(f, &f->job->events[i], err))
			return -1;
	return 0;
}
