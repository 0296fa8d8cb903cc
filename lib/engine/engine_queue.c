#include <utlist.h>

#include "engine/decide.h"
#include "engine/world.h"

/* Nobody for this kind of task: let the next kind try.  Nobody for this task only (its
 * requester, those who declined): let the next task of its kind try. */
void engine_route_failed(struct world *w, const struct id *id, int class_full)
{
	struct task *t = world_task(w, id);
	struct match *m;

	if (w->route_budget)
		w->route_budget--;
	if (!t || !t->waiting)
		return;
	m = t->match;
	if (!class_full && m->head->wait_next) {
		DL_DELETE2(m->head, t, wait_prev, wait_next);
		DL_APPEND2(m->head, t, wait_prev, wait_next);
		return;
	}
	DL_DELETE(w->waiting, m);
	DL_APPEND(w->waiting, m);
}
