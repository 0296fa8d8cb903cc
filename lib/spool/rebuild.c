/* spool/rebuild.c -- every view from nothing but the journal. */
#include "spool/rebuild.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "model/config.h"
#include "model/taskview.h"
#include "spool/delivery.h"
#include "spool/layout.h"
#include "spool/rebuild_p.h"
#include "spool/walk.h"

/* ---- tasks in memory ---- */

static void freeze(struct kept *k)
{
	struct buf text = BUF_INIT;

	if (!k->view)
		return;
	js_dump(&text, k->view, JS_COMPACT);
	k->frozen = buf_detach(&text);
	json_decref(k->view);
	k->view = NULL;
}

/* ${k} is used now; who was used longest ago becomes text. */
static void use(struct rebuild *r, struct kept *k)
{
	uint32_t *slot = &r->ring[r->ring_at];

	if (*slot)
		freeze(&r->tasks[*slot - 1]);
	*slot = (uint32_t)(k - r->tasks) + 1;
	r->ring_at = (r->ring_at + 1) % THAWED_MAX;
}

static int thaw(struct rebuild *r, struct kept *k, struct err *err)
{
	if (k->view)
		return 0;
	k->view = js_parse_trusted(k->frozen, strlen(k->frozen), err);
	if (!k->view)
		return -1;
	free(k->frozen);
	k->frozen = NULL;
	use(r, k);
	return 0;
}

static struct kept *add_task(struct rebuild *r, const struct event *ev)
{
	struct kept *k;

	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 1024;
		r->tasks = mem_grow(r->tasks, r->cap, sizeof(*r->tasks));
	}
	*idmap_add(&r->ids, &ev->task, NULL) = (uint32_t)r->n;
	k = &r->tasks[r->n++];
	memset(k, 0, sizeof(*k));
	k->id = ev->task;
	if (json_is_true(json_object_get(ev->data, "deliver"))) {
		k->deliver = 1;
		k->created = json_object();
		js_set_copy(k->created, "deliver", json_object_get(ev->data, "deliver"));
		js_set_copy(k->created, "dialect", json_object_get(ev->data, "dialect"));
		js_set_new(k->created, "spec", json_object());
		js_set_copy(json_object_get(k->created, "spec"), "webhook",
		            js_at(ev->data, "/spec/webhook"));
	}
	return k;
}

/* ---- webhooks ---- */

static int told_before(const uint64_t *told, size_t n, uint64_t seq)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (told[mid] < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && told[lo] == seq;
}

static int still_due(const struct rebuild *r, uint64_t seq)
{
	if (r->how->undelivered)
		return r->how->undelivered(r->how->undelivered_ctx, seq);
	return !told_before(r->told, r->n_told, seq);
}

static int emit_due(struct rebuild *r, const struct kept *k, const struct event *ev,
                    struct err *err)
{
	struct buf text = BUF_INIT;
	char path[SPOOL_NAME_MAX];
	int rc = 0;

	if (!k->deliver || !delivery_wanted(k->created, ev->type) || !still_due(r, ev->seq))
		return 0;
	if (delivery_render(&text, k->created, k->view, ev)) {
		delivery_path(&ev->id, path);
		names_add(&r->due, path + strlen("due/"));
		rc = rebuild_file(r, r->s->outbox, "outbox", path, &text, 1, err);
	}
	buf_release(&text);
	return rc;
}

static int note_told(void *ctx, const struct event *ev, struct err *err)
{
	struct rebuild *r = ctx;
	int64_t seq = js_int_or(ev->data, "/seq", 0);

	(void)err;
	if (ev->type != EV_WEBHOOK_DELIVERED && ev->type != EV_WEBHOOK_DEAD)
		return 0;
	if (r->n_told == r->cap_told) {
		r->cap_told = r->cap_told ? r->cap_told * 2 : 256;
		r->told = mem_grow(r->told, r->cap_told, sizeof(*r->told));
	}
	r->told[r->n_told++] = (uint64_t)seq;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int read_told(struct rebuild *r, struct err *err)
{
	if (r->how->undelivered)
		return 0;
	if (walk_matching(r->s, (struct journal_pos){0, 0, 0}, "\"type\":\"webhook.", note_told, r,
	                  err))
		return -1;
	if (r->n_told > 1)
		qsort(r->told, r->n_told, sizeof(*r->told), by_number);
	return 0;
}

/* ---- the walk ---- */

static int close_task(struct rebuild *r, struct kept *k, struct err *err)
{
	int rc = rebuild_view(r, k, k->view, err);

	taskview_index_row(k->view, &r->closed_rows);
	json_decref(k->view);
	json_decref(k->created);
	k->view = k->created = NULL;
	k->closed = 1;
	r->counts->closed++;
	return rc;
}

static int apply(struct rebuild *r, const struct event *ev, struct err *err)
{
	uint32_t *at = idmap_find(&r->ids, &ev->task);
	struct kept *k = at ? &r->tasks[*at] : NULL;

	if ((ev->type == EV_CREATED) == (k != NULL))
		return err_set(err, FAIL_FAILURE, k ? "task.created twice" : "an event of no task");
	if (k && k->closed)
		return err_set(err, FAIL_FAILURE, "an event behind the end of its task");
	if (!k) {
		k = add_task(r, ev);
		k->view = taskview_create(ev, err);
		if (!k->view)
			return -1;
		use(r, k);
	} else if (thaw(r, k, err) || taskview_apply(k->view, ev, err)) {
		return -1;
	}
	if (emit_due(r, k, ev, err))
		return -1;
	return state_final(ev->state) ? close_task(r, k, err) : 0;
}

/* Every worker that ever was has a folder, empty or not. */
static int make_inbox(const struct rebuild *r, const json_t *data, struct err *err)
{
	const char *name = js_str_or(data, "/name", "");

	if (r->how->dry_run || strcmp(js_str_or(data, "/kind", ""), config_words[CFG_WORKER]) != 0 ||
	    !json_is_object(json_object_get(data, "doc")) || !name_valid(name))
		return 0;
	return io_mkdir(r->s->inbox, name, 0750, err);
}

static int visit(void *ctx, const struct event *ev, struct err *err)
{
	struct rebuild *r = ctx;
	struct err why = ERR_INIT;
	int rc = r->how->each ? r->how->each(r->how->each_ctx, ev, &why) : 0;

	if (!rc && ev->has_task && ev->type < EV_CONFIG_SET)
		rc = apply(r, ev, &why);
	else if (!rc && ev->type == EV_CONFIG_SET)
		rc = make_inbox(r, ev->data, &why);
	if (!rc)
		return 0;
	return err_set(err, why.code == FAIL_INVALID ? FAIL_FAILURE : why.code, "event %" PRIu64 ": %s",
	               ev->seq, why.msg);
}

static int emit_open(struct rebuild *r, struct err *err)
{
	for (size_t i = 0; i < r->n; i++) {
		struct kept *k = &r->tasks[i];

		if (k->closed)
			continue;
		if (thaw(r, k, err) || rebuild_view(r, k, k->view, err))
			return -1;
		taskview_index_row(k->view, &r->open_rows);
		r->counts->open++;
	}
	return 0;
}

static void release(struct rebuild *r)
{
	for (size_t i = 0; i < r->n; i++) {
		json_decref(r->tasks[i].view);
		json_decref(r->tasks[i].created);
		free(r->tasks[i].frozen);
	}
	free(r->tasks);
	free(r->told);
	idmap_release(&r->ids);
	names_release(&r->inbox);
	names_release(&r->due);
	buf_release(&r->open_rows);
	buf_release(&r->closed_rows);
	free(r);
}

int rebuild_run(const struct spool *s, const struct rebuild_options *how,
                struct rebuild_counts *counts, struct err *err)
{
	struct rebuild *r = mem_alloc(sizeof(*r));
	int rc;

	memset(counts, 0, sizeof(*counts));
	r->s = s;
	r->how = how;
	r->counts = counts;
	rc = read_told(r, err);
	if (!rc)
		rc = journal_walk(s, NULL, 1, visit, r, NULL, err);
	if (!rc)
		rc = emit_open(r, err);
	if (!rc)
		rc = rebuild_index(r, err);
	if (!rc)
		rc = rebuild_strays(r, err);
	counts->files.tasks = r->n;
	release(r);
	/* A snapshot vouches for the views on disk. */
	if (!rc && !how->dry_run && syncfs(s->root))
		rc = err_errno(err, "cannot sync the views");
	return rc;
}

int views_rebuild(const struct spool *s, int (*undelivered)(void *ctx, uint64_t seq), void *ctx,
                  int dry_run, struct rebuild_report *rep, struct err *err)
{
	struct rebuild_options how = {
		.undelivered = undelivered, .undelivered_ctx = ctx, .dry_run = dry_run};
	struct rebuild_counts counts;
	int rc = rebuild_run(s, &how, &counts, err);

	*rep = counts.files;
	return rc;
}
