/*
 * What people say to an escalation: acknowledge, unacknowledge, escalate, resolve.
 *
 * Any agent of the chain may take it, also one of a level that is over or not yet reached: whoever
 * takes care has it.  Sender and agent may differ (somebody at a desk acknowledges for the one on
 * the phone): the agent is in the data, the sender is the event's actor.
 */
#include <string.h>

#include "base/err.h"
#include "engine/decide_p.h"
#include "engine/escalation.h"
#include "engine/lookup.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/dialect.h"
#include "model/message.h"

static int refuse(const struct task *t, enum fail code, const char *what, const char *who,
		  struct err *err)
{
	char id[ID_TEXT_MAX];

	return err_set(err, code, "%s: %s%s", id_format(&t->id, "e_", id), what, who);
}

/* The only member of a pool, or the only one who has an offer; or NULL. */
static const char *holder_in(const struct pool *pool, const struct task *t)
{
	const char *found = NULL;

	if (pool->members.n == 1)
		return pool->members.s[0];
	for (struct assign *a = NULL; (a = task_live_assign(t, a));) {
		if (!strings_has(&pool->members, a->worker->name))
			continue;
		if (found)
			return NULL;
		found = a->worker->name;
	}
	return found;
}

/* Which worker "agentId" means, else the sender; NULL with a refusal. */
static const char *agent_of(const struct world *w, int64_t now_ms, const struct message *m,
			    const struct task *t, struct err *err)
{
	const char *name = js_str_or(m->body, "/agentId", sender_name(w, m->from)), *who = name;

	if (!config_worker(w->config, name) && config_pool(w->config, name))
		who = holder_in(config_pool(w->config, name), t);
	else if (!config_worker(w->config, name))
		who = chain_agent_now(w, name, now_ms);
	if (!who || !config_worker(w->config, who)) {
		refuse(t, FAIL_NOT_FOUND, "no worker is meant by ", name, err);
		return NULL;
	}
	if (t->esc && !escalation_knows(w, t->esc, who) && !task_assign_of(t, who)) {
		refuse(t, FAIL_DENIED, "the chain has no agent ", who, err);
		return NULL;
	}
	return who;
}

static int has(const struct drafts *d, const char *worker, int state)
{
	for (size_t i = 0; i < d->n_live; i++)
		if (strcmp(d->live[i].worker, worker) == 0)
			return d->live[i].state >= state;
	return 0;
}

/* Whether they were asked or not, it is theirs now, with the event that says so. */
static void draft_taken(struct drafts *d, const struct world *w, struct task *t, int64_t now_ms,
			const char *worker)
{
	chain_take(d, t, worker);
	if (!has(d, worker, AS_OFFERED))
		chain_offer(d, w, t, worker, NULL);
	if (!has(d, worker, AS_ACCEPTED))
		draft_task(d, EV_ACCEPTED, data_worker(worker));
	chain_acknowledge(d, t, now_ms, worker);
}

static int acknowledge(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
		       struct decision *out, struct err *err)
{
	const char *who = agent_of(w, now_ms, m, t, err);
	struct drafts d;

	if (!who)
		return -1;
	if (!t->esc) {
		struct message accept = *m;
		accept.type = MSG_ACCEPT;
		accept.from = who;
		return decide_worker(w, now_ms, &accept, t, out, err);
	}
	if (escalation_acked(t->esc, who)) {
		out->replayed = 1;
		return 0;
	}
	if (t->esc->stopped)
		return refuse(t, FAIL_CONFLICT, "acknowledged by ", t->esc->ack[0]->name, err);
	drafts_init(&d, out, &t->id, t, m->from);
	draft_taken(&d, w, t, now_ms, who);
	return 0;
}

static int unacknowledge(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
			 struct decision *out, struct err *err)
{
	const char *who = js_str_or(m->body, "/agentId", NULL);
	struct drafts d;

	if (!t->esc || !t->esc->n_acks)
		return refuse(t, FAIL_CONFLICT, "is not acknowledged", "", err);
	if (who && !escalation_acked(t->esc, who))
		return refuse(t, FAIL_CONFLICT, "not acknowledged by ", who, err);
	if (!who)
		who = sender_name(w, m->from);
	if (!escalation_acked(t->esc, who))
		who = t->esc->ack[0]->name;
	drafts_init(&d, out, &t->id, t, m->from);
	chain_unacknowledge(&d, t, now_ms, who, js_str_or(m->body, "/reason", "withdrawn"));
	return 0;
}

static int escalate(int64_t now_ms, const struct message *m, struct task *t, struct decision *out,
		    struct err *err)
{
	struct drafts d;
	int level, round, chosen = (int)js_int_or(m->body, "/level", 0);
	json_t *more;

	if (!t->esc)
		return refuse(t, FAIL_CONFLICT, "is not routed by a chain", "", err);
	if (chosen > (int)escalation_chain(t->esc)->n)
		return err_field(err, FAIL_INVALID, "/level", "the chain has %zu levels",
				 escalation_chain(t->esc)->n);
	if (!escalation_next(t->esc, &level, &round) && !chosen)
		return refuse(t, FAIL_CONFLICT, "is at the last level", "", err);
	if (chosen) {
		level = chosen - 1;
		round = t->esc->round;
	}
	more = json_object();
	js_set_str(more, "note", js_str_or(m->body, "/reason", NULL));
	drafts_init(&d, out, &t->id, t, m->from);
	chain_go(&d, t, level, round, now_ms, "forced", more);
	return 0;
}

/* Whoever resolves: the agent named, the sender if it is one, else who acknowledged last. */
static const char *resolver(const struct world *w, int64_t now_ms, const struct message *m,
			    const struct task *t, struct err *err)
{
	const struct assign *a = task_live_assign(t, NULL);

	if (json_object_get(m->body, "agentId") ||
	    config_worker(w->config, sender_name(w, m->from)))
		return agent_of(w, now_ms, m, t, err);
	if (t->esc && t->esc->n_acks)
		return t->esc->ack[t->esc->n_acks - 1]->name;
	if (a && a->state >= AS_ACCEPTED)
		return a->worker->name;
	refuse(t, FAIL_CONFLICT, "nobody has acknowledged it: say for whom by agentId", "", err);
	return NULL;
}

static int resolve(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
		   struct decision *out, struct err *err)
{
	const struct message *m = in->msg;
	const char *who = resolver(w, now_ms, m, t, err);
	struct message said = {.type = MSG_ANSWER, .task = m->task, .from = who};
	const struct assign *own;
	struct drafts d;
	int rc;

	if (!who)
		return -1;
	if (t->state == ST_BLOCKED)
		return refuse(t, FAIL_CONFLICT, "waits for the requester's reply", "", err);
	drafts_init(&d, out, &t->id, t, m->from);
	own = task_assign_of(t, who);
	if (own && own->state <= AS_HELD)
		own = NULL;
	if (!t->esc && !own)
		return refuse(t, FAIL_DENIED, "not offered to ", who, err);
	if (t->esc && !escalation_acked(t->esc, who)) {
		draft_taken(&d, w, t, now_ms, who);
		own = own && own->state == AS_STARTED ? own : NULL;
	}
	said.body = json_object();
	json_t *answer = json_object();
	js_set_copy(answer, "resolution", json_object_get(m->body, "resolution"));
	js_set_new(said.body, "answer", answer);
	rc = draft_answer(w, now_ms, in, &said, t, own, &d, err);
	json_decref(said.body);
	return rc;
}

int decide_escalation(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
		      struct decision *out, struct err *err)
{
	const struct message *m = in->msg;

	if (!t->esc && strcmp(t->dialect->name, "chain") != 0)
		return refuse(t, FAIL_CONFLICT, "is a task and no escalation", "", err);
	switch (m->type) {
	case MSG_ACKNOWLEDGE:
		return acknowledge(w, now_ms, m, t, out, err);
	case MSG_UNACKNOWLEDGE:
		return unacknowledge(w, now_ms, m, t, out, err);
	case MSG_ESCALATE:
		return escalate(now_ms, m, t, out, err);
	default:
		return resolve(w, now_ms, in, t, out, err);
	}
}
