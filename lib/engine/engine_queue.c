/*
 * Which waiting task to route next: tasks that nobody has before those that wait for one more
 * worker, then by their next deadline, then first come first served.  The order follows from the
 * state alone, so that a restart does not change it.
 *
 * Each is tried once since somebody last may have become free for it: so none starves while an
 * eligible worker is idle, and none is tried again and again in vain.  A match is ready while it
 * has fresh tasks and is not full; else it is stuck until it is woken.
 *
 * A task that nobody can ever take is to say so at once, though all who could take others of its
 * kind are busy: when nothing is ready, those that changed since they were looked at are looked at.
 */
#include <utlist.h>

#include "engine/decide.h"
#include "engine/duty.h"
#include "engine/roster.h"
#include "engine/world.h"

static int task_before(const void *a, const void *b)
{
	const struct task *x = a, *y = b;

	if (x->wait_beside != y->wait_beside)
		return x->wait_beside < y->wait_beside;
	return x->wait_key != y->wait_key ? x->wait_key < y->wait_key : x->born < y->born;
}

static uint32_t *task_slot(void *item)
{
	return &((struct task *)item)->wait_slot;
}

static const struct pheap_kind by_deadline = {task_before, task_slot};

static int match_before(const void *a, const void *b)
{
	const struct match *x = a, *y = b;

	return task_before(pheap_first(&x->fresh), pheap_first(&y->fresh));
}

static uint32_t *match_slot(void *item)
{
	return &((struct match *)item)->ready_slot;
}

static const struct pheap_kind by_first = {match_before, match_slot};

/* world.ready is ordered by first tasks: the match leaves it while they change. */
static void delist(struct world *w, struct match *m)
{
	if (m->ready)
		pheap_remove(&w->ready, &by_first, m);
	else if (m->prev)
		DL_DELETE(w->stuck, m);
	m->ready = 0;
	m->prev = m->next = NULL;
}

static void enlist(struct world *w, struct match *m)
{
	if (!m->fresh.n && !m->tried.n) /* nobody wakes it now: what it knew grows old */
		m->full = m->only = 0;
	m->ready = m->fresh.n && !m->full;
	if (m->ready)
		pheap_add(&w->ready, &by_first, m);
	else if (m->fresh.n || m->tried.n)
		DL_APPEND(w->stuck, m);
}

static void try_again(struct match *m)
{
	struct task *t;

	m->full = 0;
	while ((t = pheap_first(&m->tried))) {
		pheap_remove(&m->tried, &by_deadline, t);
		t->waiting = WAITS_FRESH;
		pheap_add(&m->fresh, &by_deadline, t);
	}
}

void world_wake(struct world *w, struct match *m)
{
	delist(w, m);
	m->only = 0;
	try_again(m);
	enlist(w, m);
}

/* Whoever becomes free is mostly taken by the first that looks: the others, who were full before,
 * need not look at all their workers to see that. */
static void wake_for(struct world *w, struct match *m, const struct crew *c)
{
	uint32_t only = !c || !m->roster ? 0
	                : m->full         ? c->id + 1
	                : m->only == c->id + 1 ? m->only : 0;

	world_wake(w, m);
	m->only = only;
}

/* Whether ${c} (NULL: anybody) may be asked for tasks of this kind. */
static int concerns(const struct match *m, const struct crew *c)
{
	return !c || !m->roster || m->by_chain || roster_find(m->roster, c);
}

/* Also matches that are ready have tasks that were tried before the others came. */
void world_wake_all(struct world *w, const struct crew *c)
{
	struct match *m, *next;

	w->retell |= !c;
	DL_FOREACH_SAFE(w->stuck, m, next)
		if (concerns(m, c))
			wake_for(w, m, c);
	for (uint32_t i = 0; i < w->ready.n; i++) {
		m = w->ready.v[i];
		if (!c || m->only != c->id + 1)
			m->only = 0;
		if (m->tried.n && concerns(m, c)) {
			wake_for(w, m, c);
			i = UINT32_MAX; /* the heap has changed: from its beginning */
		}
	}
}

static int born_before(const void *a, const void *b)
{
	return ((const struct task *)a)->born < ((const struct task *)b)->born;
}

static uint32_t *tell_slot(void *item)
{
	return &((struct task *)item)->tell_slot;
}

static const struct pheap_kind by_birth = {born_before, tell_slot};

static void set_tell(struct world *w, struct task *t, int tell)
{
	if (t->tell == tell)
		return;
	t->tell = (uint8_t)tell;
	if (tell)
		pheap_add(&w->untold, &by_birth, t);
	else
		pheap_remove(&w->untold, &by_birth, t);
}

static void tell_all(struct world *w)
{
	w->retell = 0;
	for (uint32_t i = 0; i < w->n_tasks; i++) {
		struct task *t = world_at(w, i);
		if (t && t->waiting != WAITS_NOT && t->state == ST_QUEUED && !t->told && !t->esc)
			set_tell(w, t, 1);
	}
}

static void take_out(struct match *m, struct task *t)
{
	if (t->waiting != WAITS_NOT)
		pheap_remove(t->waiting == WAITS_FRESH ? &m->fresh : &m->tried, &by_deadline, t);
	t->waiting = WAITS_NOT;
}

void world_unwait(struct world *w, struct task *t)
{
	struct match *m = t->match;

	if (t->waiting == WAITS_NOT)
		return;
	set_tell(w, t, 0);
	delist(w, m);
	take_out(m, t);
	enlist(w, m);
}

void world_requeue(struct world *w, struct task *t)
{
	struct match *m = t->match;

	if (!task_wants(t)) {
		world_unwait(w, t);
		return;
	}
	delist(w, m);
	take_out(m, t);
	m->by_chain |= t->esc != NULL;
	t->wait_beside = t->state != ST_QUEUED && t->state != ST_OFFERED;
	t->wait_key = t->breached ? t->expire_ms : t->due_ms;
	t->waiting = WAITS_FRESH;
	pheap_add(&m->fresh, &by_deadline, t);
	enlist(w, m);
	set_tell(w, t, t->state == ST_QUEUED && !t->told && !t->esc);
}

void world_tried(struct world *w, struct task *t, int class_full)
{
	struct match *m = t->match;

	set_tell(w, t, 0);
	delist(w, m);
	m->only = 0;
	if (class_full) {
		m->full = 1;
	} else if (t->waiting == WAITS_FRESH) {
		take_out(m, t);
		t->waiting = WAITS_TRIED;
		pheap_add(&m->tried, &by_deadline, t);
	}
	enlist(w, m);
	if (!m->ready)
		duty_wait(w, m);
}

/* Whom somebody took who became free for all: still full, without another look. */
static void still_full(struct world *w, struct match *m)
{
	delist(w, m);
	m->only = 0;
	m->full = 1;
	enlist(w, m);
	duty_wait(w, m);
}

struct task *world_to_route(struct world *w)
{
	struct match *m;

	while ((m = pheap_first(&w->ready)) && m->only && duty_busy(w, m->only - 1))
		still_full(w, m);
	if (m)
		return pheap_first(&m->fresh);
	if (w->retell)
		tell_all(w);
	return pheap_first(&w->untold);
}

/* Nobody for this kind of task: let the next kind try.  Nobody for this task only (its
 * requester, those who declined): let the next task of its kind try. */
void engine_route_failed(struct world *w, const struct id *id, int class_full)
{
	struct task *t = world_task(w, id);

	if (t && t->waiting)
		world_tried(w, t, class_full);
	if (t && t->esc)
		world_set_timer(w, t); /* it may have got a time to be looked at again */
}
