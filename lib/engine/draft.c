#include "engine/draft.h"

#include <assert.h>
#include <string.h>

#include "engine/transition.h"
#include "engine/world.h"
#include "json/js.h"

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
}

int draft_allowed(const struct drafts *d, enum event_type type)
{
	return state_next(d->state, type) >= 0;
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

static void hold(struct drafts *d, const char *worker, const json_t *data)
{
	if (is_live(d, worker)) {
		drop(d, worker);
		d->held++;
	}
	d->overlap = (int)js_int_or(data, "/wanted", d->overlap);
	d->review = strcmp(js_str_or(data, "/awaits", ""), awaits_names[AWAITS_REVIEW]) == 0;
}

/* What the event does to assignments: evolve_task does the same to the task's own. */
static void walk(struct drafts *d, enum event_type type, const json_t *data)
{
	const char *worker = js_str_or(data, "/worker", NULL);

	if (type == EV_UNBLOCKED)
		unblock_all(d);
	if (type == EV_ESC_ESCALATED || type == EV_ESC_UNACKNOWLEDGED)
		d->n_live = 0;
	if (!worker)
		return;
	switch (type) {
	case EV_OFFERED:
		live_of(d, worker)->state = AS_OFFERED;
		break;
	case EV_ACCEPTED:
		live_of(d, worker)->state = AS_ACCEPTED;
		break;
	case EV_REJECTED:
		if (!is_live(d, worker))
			drop(d, worker);
		live_of(d, worker)->state = AS_STARTED;
		break;
	case EV_STARTED:
		live_of(d, worker)->state = AS_STARTED;
		break;
	case EV_BLOCKED:
		live_of(d, worker)->state = AS_BLOCKED;
		break;
	case EV_HELD:
		hold(d, worker, data);
		break;
	case EV_DECLINED:
	case EV_OFFER_EXPIRED:
	case EV_RELEASED:
	case EV_REASSIGNED:
		drop(d, worker);
		break;
	default:
		break;
	}
}

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

/* Where the table leaves a choice, the assignments decide. */
static enum state next_state(const struct drafts *d, enum event_type type)
{
	enum state s = of_live(d);
	int only = state_next(d->state, type);

	assert(only >= 0);
	return state_allowed(d->state, type, s) ? s : (enum state)only;
}

void draft_task(struct drafts *d, enum event_type type, json_t *data)
{
	struct draft *dr = next_draft(d->out);

	walk(d, type, data);
	d->state = next_state(d, type);
	*dr = (struct draft){.type = type, .has_task = 1, .task = d->task, .state = d->state,
	                     .actor = d->actor, .data = data};
}

void draft_plain(struct decision *out, enum event_type type, const char *actor, json_t *data)
{
	*next_draft(out) = (struct draft){.type = type, .actor = actor, .data = data};
}
