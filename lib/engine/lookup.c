#include "engine/lookup.h"

#include "engine/world.h"

const struct lane *match_lane(const struct world *w, struct match *m)
{
	if (m->lane_gen != w->config_gen) {
		m->lane_doc = config_lane(w->config, m->lane);
		m->lane_gen = w->config_gen;
	}
	return m->lane_doc;
}

struct lane_stats *match_stats(struct world *w, struct match *m)
{
	if (!m->stats)
		m->stats = world_lane(w, m->lane, 1);
	return m->stats;
}

const struct worker *crew_worker(const struct world *w, const struct crew *c)
{
	return c->doc_gen == w->config_gen ? c->doc : config_worker(w->config, c->name);
}
