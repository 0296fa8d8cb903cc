/* An answer comes: it is in the journal (submitted) before any stage judges it. */
#include <string.h>

#include "base/err.h"
#include "engine/decide_p.h"
#include "engine/lookup.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"

static void draft_submitted(const struct answered *v)
{
	int64_t ms = v->took_ms;

	draft_fact(v->d, EV_SUBMITTED, &(struct fact){
		.worker = v->worker, .attempt = v->attempt,
		.took_ms = ms > INT32_MAX ? INT32_MAX : ms > 0 ? (int)ms : ms == 0,
		.answer = v->answer, .confidence = v->confidence, .evidence = v->evidence});
}

static int may_answer(const struct task *t, const struct assign *own, struct err *err)
{
	char id[ID_TEXT_MAX];

	if (t->attempts >= t->max_attempts && !t->esc) /* the last one is at its programs */
		return err_set(err, FAIL_CONFLICT, "%s: has all the answers it may have",
		               id_format(&t->id, "task_", id));
	if (own->state != AS_BLOCKED)
		return 0;
	return err_set(err, FAIL_CONFLICT, "%s: waits for the requester's reply",
	               id_format(&t->id, "task_", id));
}

/* By one look at all members: there are few. */
static void hear(struct answered *v, const json_t *said)
{
	const char *key;
	json_t *value;

	v->said = said;
	json_object_foreach((json_t *)said, key, value) {
		if (strcmp(key, "answer") == 0)
			v->answer = value;
		else if (strcmp(key, "confidence") == 0)
			v->confidence = value;
		else if (strcmp(key, "evidence") == 0)
			v->evidence = value;
	}
}

/* What is known of the worker in the lane. */
static void find_skill(struct answered *v)
{
	v->stats = v->t->match->stats ? v->t->match->stats : world_lane(v->w, v->t->match->lane, 0);
	if (!v->crew)
		v->crew = world_find_crew(v->w, v->worker);
	v->skill = v->stats && v->crew ? reputation_skill(v->w, v->stats, v->crew) : NULL;
}

void answered_held(struct answered *v, struct world *w, int64_t now_ms, const struct input *in,
                   const struct task *t, const struct assign *a, struct drafts *d)
{
	struct err bad;
	size_t k = 0;

	for (const struct assign *x = t->assigns; x < a; x++)
		k += x->state == AS_HELD;
	const json_t *said = in->answers[k];
	*v = (struct answered){.w = w, .now_ms = now_ms, .in = in, .t = t,
	                       .lane = match_lane(w, t->match), .how = verify_of(w, t),
	                       .d = d, .worker = a->worker->name, .crew = a->worker,
	                       .attempt = a->attempt, .held = 1,
	                       .took_ms = js_int_or(said, "/tookMs", -1)};
	hear(v, said);
	v->said_ms = v->took_ms < 0 ? now_ms : a->accepted_ms + v->took_ms;
	err_clear(&bad); /* it was compiled when the answer came */
	(void)answer_contract(v, &bad);
	find_skill(v);
}

/* What the sender says of the time counts between what is known of it. */
static int64_t said_ms(const struct message *m, const struct assign *own, int64_t now_ms)
{
	int64_t least = own ? own->state > AS_OFFERED ? own->accepted_ms : own->since_ms : now_ms;

	return m->at_ms > now_ms || !m->at_ms ? now_ms : m->at_ms < least ? least : m->at_ms;
}

int draft_answer(struct world *w, int64_t now_ms, const struct input *in, const struct message *m,
                 const struct task *t, const struct assign *own, struct drafts *d, struct err *err)
{
	struct answered v = {.w = w, .now_ms = now_ms, .in = in, .t = t,
	                     .lane = match_lane(w, t->match), .how = verify_of(w, t),
	                     .d = d, .fresh = 1, .worker = m->from,
	                     .crew = own ? own->worker : NULL, .attempt = t->attempts + 1,
	                     .took_ms = -1, .said_ms = said_ms(m, own, now_ms)};

	hear(&v, m->body);
	if (own && own->state > AS_OFFERED)
		v.took_ms = v.said_ms - own->accepted_ms;
	if (own)
		draft_started(d, w, now_ms, t, own);
	else
		draft_worker(d, EV_STARTED, m->from);
	draft_submitted(&v);
	find_skill(&v);
	return verify_answer(&v, STAGE_SCHEMA, err);
}

int decide_answer(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
                  struct decision *out, struct err *err)
{
	const struct assign *own = own_assign(w, in->msg, t, err);
	struct drafts d;

	if (!own || may_answer(t, own, err) != 0)
		return -1;
	drafts_init(&d, out, &t->id, t, in->msg->from);
	return draft_answer(w, now_ms, in, in->msg, t, own, &d, err);
}
