#include "base/err.h"
#include "base/timefmt.h"
#include "engine/decide_p.h"
#include "engine/route.h"
#include "engine/escalation.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"

static int wrong_state(const struct task *t, const char *verb, const char *state, struct err *err)
{
	char id[ID_TEXT_MAX];

	return err_set(err, FAIL_CONFLICT, "%s: cannot %s, it is %s", id_format(&t->id, "task_", id),
	               verb, state);
}

/* With several workers each has the task in a state of its own. */
static int wrong_own(const struct task *t, const struct assign *a, const char *verb, struct err *err)
{
	static const char *const words[] = {[AS_ENDED] = "over",         [AS_OFFERED] = "offered",
	                                    [AS_ACCEPTED] = "accepted",  [AS_STARTED] = "started",
	                                    [AS_BLOCKED] = "blocked"};

	if (t->state == ST_SUBMITTED)
		return wrong_state(t, verb, state_name(ST_SUBMITTED), err);
	return wrong_state(t, verb, words[a->state], err);
}

static json_t *data_reason(const struct message *m)
{
	json_t *data = data_worker(m->from);

	js_set_str(data, "reason", js_str_or(m->body, "/reason", NULL));
	return data;
}

/* A program that gave up would give up again: it is not asked a second time.  Who gives back what
 * was accepted long ago is taken at that. */
static json_t *data_released(const struct world *w, int64_t now_ms, const struct message *m,
                             const struct task *t, const struct assign *a)
{
	const struct worker *wk = config_worker(w->config, m->from);
	const struct lane *lane = config_lane(w->config, t->match->lane);
	json_t *data = data_reason(m);

	if (wk && wk->kind != WORKER_HUMAN)
		js_set_new(data, "declined", json_true());
	if (lane && now_ms - a->accepted_ms > lane->release_free_ms)
		js_set_new(data, "penalty", json_true());
	if (a->state == AS_BLOCKED)
		data_clock(data, now_ms, t);
	return data;
}

void draft_started(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
                   const struct assign *a)
{
	if (a->state == AS_OFFERED)
		draft_accepted(d, w, now_ms, t, a->worker->name, 0);
	if (a->state == AS_OFFERED || a->state == AS_ACCEPTED)
		draft_worker(d, EV_STARTED, a->worker->name);
}

static int decide_block(struct drafts *d, const struct world *w, int64_t now_ms,
                        const struct message *m, const struct task *t, const struct assign *a,
                        struct err *err)
{
	if (t->state == ST_BLOCKED) /* one question at a time */
		return wrong_state(t, "block", state_name(ST_BLOCKED), err);
	draft_started(d, w, now_ms, t, a);
	json_t *data = data_worker(m->from);
	js_set_str(data, "text", js_str_or(m->body, "/text", ""));
	draft_task(d, EV_BLOCKED, data);
	return 0;
}

static int decide_by_state(struct drafts *d, const struct world *w, int64_t now_ms,
                           const struct message *m, const struct task *t, const struct assign *a,
                           struct err *err)
{
	switch (m->type) {
	case MSG_ACCEPT:
		if (a->state != AS_OFFERED)
			return wrong_own(t, a, "accept", err);
		draft_accepted(d, w, now_ms, t, m->from, 0);
		return 0;
	case MSG_START:
		if (a->state != AS_OFFERED && a->state != AS_ACCEPTED)
			return wrong_own(t, a, "start", err);
		draft_started(d, w, now_ms, t, a);
		return 0;
	case MSG_DECLINE:
		if (a->state != AS_OFFERED)
			return wrong_own(t, a, "decline", err);
		draft_fact(d, EV_DECLINED, &(struct fact){.worker = m->from,
		                                          .reason = js_str_or(m->body, "/reason", NULL)});
		return 0;
	case MSG_RELEASE:
		if (a->state == AS_OFFERED)
			return wrong_own(t, a, "release", err);
		draft_task(d, EV_RELEASED, data_released(w, now_ms, m, t, a));
		if (t->esc && escalation_acked(t->esc, m->from))
			chain_unacknowledge(d, t, now_ms, m->from, "released");
		return 0;
	case MSG_BLOCK:
		return decide_block(d, w, now_ms, m, t, a, err);
	default:
		return err_set(err, FAIL_FAILURE, "not a worker's message");
	}
}

static const char *verb_of(const struct message *m)
{
	return message_type_name(m->type);
}

static int refuse_claim(const struct task *t, const struct message *m, enum route_verdict v,
                        struct err *err)
{
	char id[ID_TEXT_MAX];

	return err_set(err, v >= ROUTE_OFF ? FAIL_CONFLICT : FAIL_DENIED, "%s: %s cannot take it: %s",
	               id_format(&t->id, "task_", id), m->from, route_verdict_names[v]);
}

/* A lane may let whoever could be asked take a task unasked. */
static int decide_claim(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                        struct decision *out, struct err *err)
{
	const struct worker *wk;
	enum route_verdict v = route_may_take(w, t, m->from, now_ms, &wk);
	struct drafts d;

	if (v != ROUTE_ELIGIBLE)
		return refuse_claim(t, m, v, err);
	drafts_init(&d, out, &t->id, t, m->from);
	struct fact offered = {.worker = m->from, .is = FACT_CLAIMED};
	draft_offered(&d, w, now_ms, t, wk, &offered);
	draft_accepted(&d, w, now_ms, t, wk->name, 0);
	if (m->type == MSG_START)
		draft_worker(&d, EV_STARTED, wk->name);
	return 0;
}

static int claims(const struct world *w, const struct message *m, const struct task *t)
{
	const struct assign *a = task_assign_of(t, m->from);

	return t->claim && !t->esc && !t->hold_ms && (m->type == MSG_ACCEPT || m->type == MSG_START) &&
	       (!a || a->state == AS_ENDED) && (t->state == ST_QUEUED || t->state == ST_OFFERED) &&
	       config_worker(w->config, m->from);
}

int decide_worker(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                  struct decision *out, struct err *err)
{
	struct drafts d;
	const struct assign *a;

	if (claims(w, m, t))
		return decide_claim(w, now_ms, m, t, out, err);
	a = own_assign(w, m, t, err);
	if (!a)
		return -1;
	if ((m->type == MSG_ACCEPT && (a->state == AS_ACCEPTED || a->state == AS_STARTED)) ||
	    (m->type == MSG_START && a->state == AS_STARTED)) {
		out->replayed = t->state != ST_SUBMITTED; /* it is the sender's already */
		return out->replayed ? 0 : wrong_own(t, a, verb_of(m), err);
	}
	if (t->state == ST_SUBMITTED)
		return wrong_own(t, a, verb_of(m), err);
	drafts_init(&d, out, &t->id, t, m->from);
	return decide_by_state(&d, w, now_ms, m, t, a, err);
}

int decide_requester(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                     struct decision *out, struct err *err)
{
	struct drafts d;
	json_t *data = json_object();

	(void)w;
	drafts_init(&d, out, &t->id, t, m->from);
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
			return wrong_state(t, "reply", state_name((enum state)t->state), err);
		}
		js_set_str(data, "from", m->from);
		js_set_str(data, "text", js_str_or(m->body, "/text", ""));
		data_clock(data, now_ms, t);
		draft_task(&d, EV_UNBLOCKED, data);
		return 0;
	}
}
