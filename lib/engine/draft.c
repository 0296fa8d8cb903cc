#include "engine/draft.h"

#include <assert.h>

#include "engine/transition.h"

void drafts_init(struct drafts *d, struct decision *out, const struct id *task, enum state state,
                 const char *actor)
{
	d->out = out;
	d->task = *task;
	d->state = state;
	d->actor = actor;
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

void draft_task(struct drafts *d, enum event_type type, json_t *data)
{
	int next = state_next(d->state, type);
	struct draft *dr = next_draft(d->out);

	assert(next >= 0);
	d->state = (enum state)next;
	*dr = (struct draft){.type = type, .has_task = 1, .task = d->task, .state = d->state,
	                     .actor = d->actor, .data = data};
}

void draft_plain(struct decision *out, enum event_type type, const char *actor, json_t *data)
{
	*next_draft(out) = (struct draft){.type = type, .actor = actor, .data = data};
}
