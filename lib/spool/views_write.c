/* spool/views_write.c -- one task: its files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/ids.h"
#include "json/js.h"
#include "model/taskview.h"
#include "spool/layout.h"
#include "spool/put.h"
#include "spool/views_p.h"

int views_inbox_path(const struct inbox_entry *e, char *out)
{
	if (!name_valid(e->worker))
		return -1;
	snprintf(out, SPOOL_NAME_MAX, "%s/%s", e->worker, e->name);
	return 0;
}

/* ${known}: the file may be there already with the same content. */
static int put(int dirfd, const char *path, const struct buf *text, int known, struct err *err)
{
	if (known && put_compare(dirfd, path, text) == PUT_SAME)
		return 0;
	return put_file(dirfd, path, text, err);
}

/* Take the entry off the list of those to remove; 1 when it was there. */
static int keep(struct touched *t, const struct inbox_entry *e)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->at[i].worker, e->worker) && !strcmp(t->at[i].name, e->name)) {
			t->at[i] = t->at[--t->n];
			return 1;
		}
	return 0;
}

static int write_entry(struct fold *f, const struct inbox_entry *e, struct err *err)
{
	struct buf text = BUF_INIT;
	char path[SPOOL_NAME_MAX];
	int known = keep(&f->touched, e), rc;

	if (views_inbox_path(e, path))
		return 0; /* no document can have this name: nobody looks there */
	put_render(&text, e->doc);
	rc = put(f->v->s->inbox, path, &text, known, err);
	buf_release(&text);
	return rc;
}

static int write_inbox(struct fold *f, struct err *err)
{
	struct inbox_entry e[INBOX_ENTRIES_MAX];
	size_t n = taskview_inbox(f->view, 1, e);
	char path[SPOOL_NAME_MAX];
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = write_entry(f, &e[i], err);
	taskview_inbox_release(e, n);
	for (size_t i = 0; !rc && i < f->touched.n; i++) {
		memcpy(e[0].worker, f->touched.at[i].worker, sizeof(e[0].worker));
		memcpy(e[0].name, f->touched.at[i].name, sizeof(e[0].name));
		if (!views_inbox_path(&e[0], path) && unlinkat(f->v->s->inbox, path, 0) &&
		    errno != ENOENT)
			rc = err_errno(err, "cannot remove inbox/%s", path);
	}
	return rc;
}

static int write_doc(struct fold *f, int dirfd, const json_t *doc, struct err *err)
{
	struct buf text = BUF_INIT;
	char path[SPOOL_NAME_MAX];
	int rc;

	put_render(&text, doc);
	rc = put(dirfd, layout_task_path(&f->job->task, path), &text, f->job->recovering, err);
	buf_release(&text);
	return rc;
}

int views_write(struct fold *f, struct err *err)
{
	const struct spool *s = f->v->s;
	json_t *result;
	int rc;

	if (write_inbox(f, err) || write_doc(f, s->tasks, f->view, err))
		return -1;
	result = taskview_result(f->view);
	rc = result ? write_doc(f, s->results, result, err) : 0;
	json_decref(result);
	if (rc)
		return -1;
	return views_index_add(&f->v->index, f->view, &f->job->task, f->closing,
	                       f->job->recovering, err);
}
