/* What follows from a task's own members: its state, whom it wants, its next timer. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "engine/escalation.h"
#include "engine/world.h"

struct assign *task_assign_of(const struct task *t, const char *worker)
{
	for (int i = 0; i < t->n_assigns; i++)
		if (strcmp(t->assigns[i].worker->name, worker) == 0)
			return &t->assigns[i];
	return NULL;
}

struct assign *task_live_assign(const struct task *t, struct assign *after)
{
	for (struct assign *a = after ? after + 1 : t->assigns; a < t->assigns + t->n_assigns; a++)
		if (a->state > AS_HELD)
			return a;
	return NULL;
}

int task_held(const struct task *t)
{
	int n = 0;

	for (int i = 0; i < t->n_assigns; i++)
		n += t->assigns[i].state == AS_HELD;
	return n;
}

enum state task_state(const struct task *t)
{
	static const enum state states[] = {[AS_OFFERED] = ST_OFFERED, [AS_ACCEPTED] = ST_ACCEPTED,
	                                    [AS_STARTED] = ST_STARTED, [AS_BLOCKED] = ST_BLOCKED};
	int furthest = AS_ENDED, held = task_held(t);

	for (int i = 0; i < t->n_assigns; i++)
		if (t->assigns[i].state > furthest)
			furthest = t->assigns[i].state;
	if (furthest > AS_HELD)
		return states[furthest];
	return t->review || (held && held >= t->overlap) ? ST_SUBMITTED : ST_QUEUED;
}

/* Workers that are to be at work: for the answers that are wanted, and beside them. */
static int wanted(const struct task *t)
{
	int answers = t->overlap - task_held(t);

	return answers > 0 && !t->review ? answers + t->want - 1 : 0;
}

int task_wants(const struct task *t)
{
	int offered = 0, active = 0, more, want = wanted(t);

	if (t->esc)
		return escalation_wants(t);
	if (t->state > ST_STARTED || !want || t->hold_ms)
		return 0;
	for (int i = 0; i < t->n_assigns; i++) {
		offered += t->assigns[i].state == AS_OFFERED;
		active += t->assigns[i].state > AS_OFFERED;
	}
	if (active >= want)
		return 0;
	more = (active ? 0 : t->fan - 1) + want - active - offered;
	if (more > TASK_LIVE_MAX - active - offered)
		more = TASK_LIVE_MAX - active - offered;
	return more > 0 ? more : 0;
}

struct assign *task_add_assign(struct task *t, struct crew *worker)
{
	struct assign *a = task_assign_of(t, worker->name);

	if (a)
		return a;
	assert(t->n_assigns < UINT16_MAX);
	if (t->n_assigns == 1) {
		t->assigns = mem_grow(NULL, 2, sizeof(*t->assigns));
		t->assigns[0] = t->first;
	} else if (t->n_assigns > 1) {
		t->assigns = mem_grow(t->assigns, (size_t)t->n_assigns + 1, sizeof(*t->assigns));
	}
	a = &t->assigns[t->n_assigns++];
	memset(a, 0, sizeof(*a));
	a->worker = worker;
	return a;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t task_next_ms(const struct task *t)
{
	if (t->recheck)
		return 0;
	if (t->hold_ms)
		return t->hold_ms;
	if (t->state == ST_BLOCKED) /* the clock stands, but not for ever */
		return t->blocked_ms + (t->expire_ms - t->created_ms);
	int64_t at = t->expire_ms;
	if (t->esc)
		at = earlier(at, escalation_next_ms(t->esc));
	if (!t->breached)
		at = earlier(at, t->due_ms);
	if (!t->warned)
		at = earlier(at, t->warn_ms);
	if (!t->alerted && !t->warned)
		at = earlier(at, t->backup_ms);
	at = earlier(at, t->remind_ms);
	for (int i = 0; i < t->n_assigns; i++)
		if (t->assigns[i].state == AS_OFFERED)
			at = earlier(at, t->assigns[i].offer_ends_ms);
	return at;
}
