/*
 * Which waiting task to route next.
 *
 * Each is tried once since somebody last may have become free (route_gen): so none starves while
 * an eligible worker is idle, and none is tried again and again in vain.  Raising route_gen costs
 * O(1): the lists are joined, and a match is brought up to date when its turn comes.  What was
 * tried goes behind what was not, so that a search cut short by the next change goes on where it was.
 */
#include <utlist.h>

#include "engine/decide.h"
#include "engine/world.h"

static int is_stuck(const struct world *w, const struct match *m)
{
	return m->stuck_gen == w->route_gen;
}

static void unlist(struct world *w, struct match *m)
{
	if (is_stuck(w, m))
		DL_DELETE(w->stuck, m);
	else
		DL_DELETE(w->waiting, m);
	m->stuck_gen = 0;
	m->listed = 0;
}

static void list_stuck(struct world *w, struct match *m)
{
	unlist(w, m);
	m->stuck_gen = w->route_gen;
	m->listed = 1;
	DL_APPEND(w->stuck, m);
}

static void list_waiting(struct world *w, struct match *m)
{
	if (m->listed)
		unlist(w, m);
	m->listed = 1;
	DL_PREPEND(w->waiting, m);
}

/* Bring the match up to date: what was tried before the last change may be tried again. */
static void refresh(const struct world *w, struct match *m)
{
	if (m->gen == w->route_gen)
		return;
	m->gen = w->route_gen;
	DL_CONCAT2(m->head, m->tried, wait_prev, wait_next);
	m->tried = NULL;
}

void world_route_again(struct world *w)
{
	DL_CONCAT(w->waiting, w->stuck);
	w->stuck = NULL;
	w->route_gen++;
}

void world_wait(struct world *w, struct task *t, int in_front)
{
	struct match *m = t->match;

	if (t->waiting)
		return;
	refresh(w, m);
	t->waiting = 1;
	t->tried_gen = 0;
	if (in_front)
		DL_PREPEND2(m->head, t, wait_prev, wait_next);
	else
		DL_APPEND2(m->head, t, wait_prev, wait_next);
	if (!m->listed || (is_stuck(w, m) && m->full_gen != w->route_gen))
		list_waiting(w, m);
}

void world_unwait(struct world *w, struct task *t)
{
	struct match *m = t->match;

	if (!t->waiting)
		return;
	refresh(w, m);
	t->waiting = 0;
	if (t->tried_gen == w->route_gen)
		DL_DELETE2(m->tried, t, wait_prev, wait_next);
	else
		DL_DELETE2(m->head, t, wait_prev, wait_next);
	if (!m->head && !m->tried)
		unlist(w, m);
	else if (!m->head && !is_stuck(w, m))
		list_stuck(w, m);
}

void world_tried(struct world *w, struct task *t, int class_full)
{
	struct match *m = t->match;

	refresh(w, m);
	if (class_full) {
		m->full_gen = w->route_gen;
	} else if (t->tried_gen != w->route_gen) {
		DL_DELETE2(m->head, t, wait_prev, wait_next);
		DL_APPEND2(m->tried, t, wait_prev, wait_next);
		t->tried_gen = w->route_gen;
	}
	if ((class_full || !m->head) && !is_stuck(w, m))
		list_stuck(w, m);
}

struct task *world_to_route(struct world *w)
{
	if (!w->waiting)
		return NULL;
	refresh(w, w->waiting);
	return w->waiting->head;
}

/* Nobody for this kind of task: let the next kind try.  Nobody for this task only (its
 * requester, those who declined): let the next task of its kind try. */
void engine_route_failed(struct world *w, const struct id *id, int class_full)
{
	struct task *t = world_task(w, id);

	if (t && t->waiting)
		world_tried(w, t, class_full);
}
