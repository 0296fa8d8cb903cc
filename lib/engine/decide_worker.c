#include "base/err.h"
#include "base/timefmt.h"
#include "engine/decide_p.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"

static int wrong_state(const struct task *t, const char *verb, struct err *err)
{
	char id[ID_TEXT_MAX];

	return err_set(err, FAIL_CONFLICT, "%s: cannot %s, it is %s", id_format(&t->id, "task_", id),
	               verb, state_name((enum state)t->state));
}

static json_t *data_reason(const struct message *m)
{
	json_t *data = data_worker(m->from);

	js_set_str(data, "reason", js_str_or(m->body, "/reason", NULL));
	return data;
}

/* A program that gave up would give up again: it is not asked a second time. */
static json_t *data_released(const struct world *w, const struct message *m)
{
	const struct worker *wk = config_worker(w->config, m->from);
	json_t *data = data_reason(m);

	if (wk && wk->kind == WORKER_EXEC)
		js_set_new(data, "declined", json_true());
	return data;
}

/* Bring the sender from offered to started, with the events in between. */
static void draft_started(struct drafts *d, const char *worker)
{
	if (d->state == ST_OFFERED)
		draft_task(d, EV_ACCEPTED, data_worker(worker));
	if (d->state == ST_ACCEPTED)
		draft_task(d, EV_STARTED, data_worker(worker));
}

static int decide_block(struct drafts *d, const struct message *m, const struct task *t,
                        struct err *err)
{
	if (d->state == ST_BLOCKED || d->state == ST_SUBMITTED)
		return wrong_state(t, "block", err);
	draft_started(d, m->from);
	json_t *data = data_worker(m->from);
	js_set_str(data, "text", js_str_or(m->body, "/text", ""));
	draft_task(d, EV_BLOCKED, data);
	return 0;
}

int decide_worker(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                  struct decision *out, struct err *err)
{
	struct drafts d;

	(void)now_ms;
	if (!own_assign(w, m, t, err))
		return -1;
	drafts_init(&d, out, &t->id, (enum state)t->state, m->from);
	switch (m->type) {
	case MSG_ACCEPT:
		if (d.state == ST_ACCEPTED || d.state == ST_STARTED) {
			out->replayed = 1; /* it is the sender's already */
			return 0;
		}
		if (!draft_allowed(&d, EV_ACCEPTED))
			return wrong_state(t, "accept", err);
		draft_task(&d, EV_ACCEPTED, data_worker(m->from));
		return 0;
	case MSG_START:
		if (d.state == ST_STARTED) {
			out->replayed = 1;
			return 0;
		}
		if (d.state != ST_OFFERED && d.state != ST_ACCEPTED)
			return wrong_state(t, "start", err);
		draft_started(&d, m->from);
		return 0;
	case MSG_DECLINE:
		if (!draft_allowed(&d, EV_DECLINED))
			return wrong_state(t, "decline", err);
		draft_task(&d, EV_DECLINED, data_reason(m));
		return 0;
	case MSG_RELEASE:
		if (!draft_allowed(&d, EV_RELEASED))
			return wrong_state(t, "release", err);
		draft_task(&d, EV_RELEASED, data_released(w, m));
		return 0;
	case MSG_BLOCK:
		return decide_block(&d, m, t, err);
	default:
		return err_set(err, FAIL_FAILURE, "not a worker's message");
	}
}

int decide_requester(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                     struct decision *out, struct err *err)
{
	struct drafts d;
	json_t *data = json_object();
	int64_t stood = now_ms > t->blocked_ms ? now_ms - t->blocked_ms : 0; /* clocks step back */

	(void)w;
	drafts_init(&d, out, &t->id, (enum state)t->state, m->from);
	switch (m->type) {
	case MSG_CANCEL:
		js_set_str(data, "by", m->from);
		js_set_str(data, "reason", js_str_or(m->body, "/reason", NULL));
		draft_task(&d, EV_CANCELLED, data);
		return 0;
	case MSG_COMMENT:
		js_set_str(data, "from", m->from);
		js_set_str(data, "text", js_str_or(m->body, "/text", ""));
		draft_task(&d, EV_COMMENTED, data);
		return 0;
	default: /* reply: the clock goes on where it stood */
		if (!draft_allowed(&d, EV_UNBLOCKED)) {
			json_decref(data);
			return wrong_state(t, "reply", err);
		}
		js_set_str(data, "from", m->from);
		js_set_str(data, "text", js_str_or(m->body, "/text", ""));
		js_set_time(data, "dueAt", t->due_ms + stood);
		js_set_time(data, "expiresAt", t->expire_ms + stood);
		draft_task(&d, EV_UNBLOCKED, data);
		return 0;
	}
}
