#include "engine/lookup.h"

#include "engine/world.h"

const struct lane *match_lane_anew(const struct world *w, struct match *m)
{
	m->lane_doc = config_lane(w->config, m->lane);
	m->lane_gen = w->config_gen;
	return m->lane_doc;
}

const char *sender_name(const struct world *w, const char *from)
{
	const struct worker *wk =
		config_worker(w->config, from) ? NULL : config_worker_of_user(w->config, from);

	return wk ? wk->name : from;
}

const struct crew *task_requester(const struct world *w, const struct task *t)
{
	const struct crew *c = world_find_crew(w, t->from->name);
	const struct worker *wk = c ? NULL : config_worker_of_user(w->config, t->from->name);

	return wk ? world_find_crew(w, wk->name) : c;
}
