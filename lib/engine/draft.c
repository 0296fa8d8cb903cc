#include "engine/draft.h"

#include <assert.h>
#include <string.h>

#include "engine/transition.h"
#include "engine/world.h"
#include "json/js.h"

static enum state of_live(const struct drafts *d)
{
	static const enum state states[] = {[AS_OFFERED] = ST_OFFERED, [AS_ACCEPTED] = ST_ACCEPTED,
	                                    [AS_STARTED] = ST_STARTED, [AS_BLOCKED] = ST_BLOCKED};
	int furthest = AS_ENDED;

	for (size_t i = 0; i < d->n_live; i++)
		if (d->live[i].state > furthest)
			furthest = d->live[i].state;
	if (furthest > AS_HELD)
		return states[furthest];
	return d->review || (d->held && d->held >= d->overlap) ? ST_SUBMITTED : ST_QUEUED;
}

void drafts_init(struct drafts *d, struct decision *out, const struct id *id, const struct task *t,
                 const char *actor)
{
	d->out = out;
	d->task = *id;
	d->state = t ? (enum state)t->state : ST_NONE;
	d->actor = actor;
	d->n_live = 0;
	d->overlap = t ? t->overlap : 1;
	d->review = t ? t->review : 0;
	d->held = t ? task_held(t) : 0;
	for (struct assign *a = NULL; t && (a = task_live_assign(t, a));) {
		assert(d->n_live <= TASK_LIVE_MAX);
		d->live[d->n_live++] = (struct live){a->worker->name, a->state};
	}
	d->lives = of_live(d);
}

int draft_allowed(const struct drafts *d, enum event_type type)
{
	return d->out->moves->next[d->state][type] >= 0;
}

static struct draft *next_draft(struct decision *out)
{
	assert(out->n < DECISION_EVENTS_MAX);
	return &out->events[out->n++];
}

static struct live *live_of(struct drafts *d, const char *worker)
{
	for (size_t i = 0; i < d->n_live; i++)
		if (strcmp(d->live[i].worker, worker) == 0)
			return &d->live[i];
	assert(d->n_live <= TASK_LIVE_MAX);
	d->live[d->n_live] = (struct live){worker, AS_ENDED};
	return &d->live[d->n_live++];
}

static void unblock_all(struct drafts *d)
{
	for (size_t i = 0; i < d->n_live; i++)
		if (d->live[i].state == AS_BLOCKED)
			d->live[i].state = AS_STARTED;
}

/* Whoever had it live has it no longer; else its answer was held. */
static void drop(struct drafts *d, const char *worker)
{
	for (size_t i = 0; i < d->n_live; i++) {
		if (strcmp(d->live[i].worker, worker) == 0) {
			d->live[i] = d->live[--d->n_live];
			return;
		}
	}
	d->held -= d->held > 0;
}

static int is_live(const struct drafts *d, const char *worker)
{
	for (size_t i = 0; i < d->n_live; i++)
		if (strcmp(d->live[i].worker, worker) == 0)
			return 1;
	return 0;
}

static void hold(struct drafts *d, const char *worker, const struct fact *fact)
{
	if (is_live(d, worker)) {
		drop(d, worker);
		d->held++;
	}
	d->overlap = fact->wanted ? fact->wanted : d->overlap;
	d->review |= strcmp(fact->awaits, awaits_names[AWAITS_REVIEW]) == 0;
}

static void set(struct drafts *d, const char *worker, enum assign_state state)
{
	if (worker)
		live_of(d, worker)->state = (uint8_t)state;
}

/* Back to work, also when its answer was held. */
static void send_back(struct drafts *d, const char *worker)
{
	if (worker && !is_live(d, worker)) {
		drop(d, worker);
		d->review = 0;
	}
	set(d, worker, AS_STARTED);
}

/* What the event does to assignments: evolve_task does the same to the task's own.  0: nothing. */
static int walk(struct drafts *d, enum event_type type, const char *worker, const struct fact *fact)
{
	switch (type) {
	case EV_UNBLOCKED:
		unblock_all(d);
		return 1;
	case EV_ESC_ESCALATED:
	case EV_ESC_UNACKNOWLEDGED:
		d->n_live = 0;
		return 1;
	case EV_OFFERED:
		set(d, worker, AS_OFFERED);
		return 1;
	case EV_ACCEPTED:
		set(d, worker, AS_ACCEPTED);
		return 1;
	case EV_STARTED:
		set(d, worker, AS_STARTED);
		return 1;
	case EV_BLOCKED:
		set(d, worker, AS_BLOCKED);
		return 1;
	case EV_REJECTED:
		send_back(d, worker);
		return 1;
	case EV_HELD:
		hold(d, worker, fact);
		return 1;
	case EV_DECLINED:
	case EV_OFFER_EXPIRED:
	case EV_RELEASED:
	case EV_REASSIGNED:
		if (worker)
			drop(d, worker);
		return 1;
	default:
		return 0;
	}
}

/* Where the table leaves a choice, the assignments decide. */
static enum state next_state(const struct drafts *d, enum event_type type)
{
	if (moves_allow(d->out->moves, d->state, type, d->lives))
		return d->lives;
	int only = d->out->moves->next[d->state][type];
	assert(only >= 0);
	return (enum state)only;
}

static struct draft *add(struct drafts *d, enum event_type type, const char *worker,
                         const struct fact *fact)
{
	struct draft *dr = next_draft(d->out);

	if (walk(d, type, worker, fact))
		d->lives = of_live(d);
	d->state = next_state(d, type);
	dr->type = type;
	dr->has_task = 1;
	dr->task = d->task;
	dr->state = d->state;
	dr->actor = d->actor;
	dr->typed = 0;
	dr->terms = NULL;
	return dr;
}

void draft_task(struct drafts *d, enum event_type type, json_t *data)
{
	add(d, type, json_string_value(json_object_get(data, "worker")), NULL)->data = data;
}

void draft_fact(struct drafts *d, enum event_type type, const struct fact *fact)
{
	struct draft *dr = add(d, type, fact->worker, fact);

	dr->typed = 1;
	dr->fact = *fact;
	dr->fact.more = NULL;
	dr->data = NULL;
	if (d->out->brief)
		json_decref(fact->more);
	else
		dr->data = fact_json(fact);
}

void draft_created(struct drafts *d, const struct created *c, const char *kind)
{
	struct draft *dr = add(d, EV_CREATED, NULL, NULL);

	created_terms(c, &d->out->terms);
	d->out->terms.kind = kind;
	dr->terms = kind ? &d->out->terms : NULL;
	dr->data = d->out->brief && kind && !c->chain ? NULL : created_data(c);
}

void draft_plain(struct decision *out, enum event_type type, const char *actor, json_t *data)
{
	struct draft *dr = next_draft(out);

	dr->type = type;
	dr->has_task = dr->typed = 0;
	dr->state = ST_NONE;
	dr->actor = actor;
	dr->data = data;
	dr->terms = NULL;
}
