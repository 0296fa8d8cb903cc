#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "engine/evolve.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "spool/pickup.h"
#include "spool/views.h"

int err_fatal(const struct err *err)
{
	return err->code == FAIL_TEMPORARY || err->code == FAIL_FAILURE || err->code == FAIL_CONFIG;
}

static struct pending *pending_new(struct erd *e)
{
	if (e->n_pending == e->cap_pending) {
		e->cap_pending = e->cap_pending ? e->cap_pending * 2 : 64;
		e->pending = mem_grow(e->pending, e->cap_pending, sizeof(*e->pending));
	}
	struct pending *p = &e->pending[e->n_pending++];
	memset(p, 0, sizeof(*p));
	return p;
}

static void pending_release(struct pending *p)
{
	free((char *)p->ev.actor);
	free((char *)p->ev.msg);
	json_decref(p->ev.data);
}

/* Append one event, apply it, and keep it for the views. */
static int record_event(struct erd *e, struct event *ev, struct err *err)
{
	uint64_t prior = 0;
	const struct task *t = ev->has_task ? world_task(e->world, &ev->task) : NULL;
	struct pending *p;

	if (journal_append(e->journal, ev, err) != 0)
		return -1;
	struct journal_pos created = t ? t->created : ev->pos;
	if (t)
		prior = t->last_seq;
	if (evolve(e->world, ev, err) != 0) {
		err->code = FAIL_FAILURE;
		return -1;
	}
	p = pending_new(e);
	p->ev = *ev;
	p->ev.actor = mem_strdup(ev->actor);
	p->ev.msg = ev->msg ? mem_strdup(ev->msg) : NULL;
	p->ev.data = json_incref(ev->data);
	p->prior_seq = prior;
	p->created = created;
	return 0;
}

/* Programs and services are asked when offered a task and again when their answer was sent back. */
static void note_expert(struct erd *e, const struct event *ev)
{
	if (ev->type != EV_OFFERED && ev->type != EV_REJECTED)
		return;
	const char *name = js_str_or(ev->data, "/worker", "");
	const struct worker *wk = config_worker(e->world->config, name);
	if (wk && wk->kind != WORKER_HUMAN && !state_final(ev->state))
		experts_want(e, &ev->task, wk);
}

/* Programs are shown an answer when it begins to wait for them. */
static void note_ruling(struct erd *e, const struct event *ev)
{
	if (ev->type != EV_HELD)
		return;
	const char *awaits = js_str_or(ev->data, "/awaits", "");
	if (strcmp(awaits, awaits_names[AWAITS_PROGRAMS]) == 0)
		rulings_want(e, &ev->task, js_str_or(ev->data, "/worker", ""),
		             (int)js_int_or(ev->data, "/attempt", 0));
}

int record_input(struct erd *e, const struct input *in, const char *msg_id, struct decision *out,
                 struct err *err)
{
	int64_t now = erd_now(e);

	if (decide(e->world, now, in, out, err) != 0)
		return -1;
	for (size_t i = 0; i < out->n; i++) {
		const struct draft *d = &out->events[i];
		struct event ev = {.type = d->type, .at_ms = now, .has_task = d->has_task,
		                   .task = d->task, .state = d->state, .actor = d->actor,
		                   .msg = msg_id, .data = d->data};
		if (record_event(e, &ev, err) != 0)
			return -1;
		note_expert(e, &ev);
		note_ruling(e, &ev);
	}
	return 0;
}

int record_refused(struct erd *e, const char *shown, const struct message *m,
                   const struct err *why, struct err *err)
{
	json_t *data = json_object();
	struct buf name = BUF_INIT;
	struct event ev = {.type = EV_MESSAGE_REFUSED, .at_ms = erd_now(e), .actor = "erd"};

	safe_adds(&name, shown, SAFE_LINE);
	js_set_str(data, "name", buf_str(&name));
	if (m)
		js_set_str(data, "type", message_type_name(m->type));
	js_set_str(data, "code", fail_name(why->code));
	js_set_str(data, "reason", why->msg);
	if (why->field[0])
		js_set_str(data, "field", why->field);
	ev.data = data;
	int rc = record_event(e, &ev, err);
	log_event(LOG_NOTICE_, "message.refused", "name", buf_str(&name), "reason", why->msg, NULL);
	e->refused_total++;
	buf_release(&name);
	json_decref(data);
	return rc;
}

/* What cannot be put away stays: it must not stop the others.  Said once, not at every scan. */
static int leave_it(struct erd *e, const char *file, const struct err *why)
{
	char name[SPOOL_NAME_MAX];

	snprintf(name, sizeof(name), "%s", file);
	if (strcmp(name, e->stuck) != 0)
		log_event(LOG_ERR_, "message.stuck", "name", file, "reason", why->msg, NULL);
	memcpy(e->stuck, name, sizeof(name));
	return 0;
}

int record_refusal(struct erd *e, const char *file, const struct message *m, const struct err *why,
                   struct err *err)
{
	struct err cannot = ERR_INIT;

	/* Filed before it is journalled: a crash in between must not lose the message. */
	if (pickup_refuse(&e->spool, file, erd_now(e), why, &cannot) == 0)
		return record_refused(e, file, m, why, err);
	if (cannot.code == FAIL_DENIED)
		return leave_it(e, file, &cannot);
	*err = cannot;
	return -1;
}

int record_full(const struct erd *e)
{
	return e->n_pending >= PENDING_MAX || journal_buffered(e->journal) >= PENDING_BYTES;
}

int record_engine(struct erd *e, struct err *err)
{
	struct input in;
	struct decision d;
	struct docs docs;
	int in_vain = 0;

	e->routing = 0;
	while (!record_full(e) && engine_next(e->world, erd_now(e), &in)) {
		int rc;

		if (in.kind == IN_ROUTE && in_vain == ROUTE_TRIES) {
			e->routing = 1;
			break;
		}
		if (docs_load(e, &in, &docs, err) != 0) {
			docs_release(&docs);
			return -1;
		}
		rc = record_input(e, &in, NULL, &d, err);
		docs_release(&docs);
		if (rc == 0 && d.n == 0 && in.kind == IN_ROUTE) {
			engine_route_failed(e->world, &in.task, d.class_full);
			in_vain++;
		}
		decision_release(&d);
		if (rc != 0)
			return -1;
	}
	return 0;
}

int record_commit(struct erd *e, struct err *err)
{
	int rc = 0;

	if (!e->n_pending)
		return 0;
	if (journal_commit(e->journal, err) != 0)
		return -1;
	for (size_t i = 0; i < e->n_pending; i++) {
		struct pending *p = &e->pending[i];
		if (rc == 0 && p->ev.has_task && p->ev.type < EV_CONFIG_SET)
			rc = views_note(e->views, &p->ev, p->prior_seq, p->created, 0, err);
		if (rc == 0 && p->ev.has_task)
			notices_note(e, p);
		pending_release(p);
	}
	e->n_pending = 0;
	return rc;
}
