/*
 * engine/lookup.h -- documents and records of those who are at hand, without a search by name.
 *
 * Method     What was found is kept beside the match and the crew until the configuration changes
 *            (world.config_gen); no decision depends on whether it was kept.
 */
#ifndef ENGINE_LOOKUP_H
#define ENGINE_LOOKUP_H

#include "engine/world.h"

const struct lane *match_lane_anew(const struct world *w, struct match *m);

static inline const struct lane *match_lane(const struct world *w, struct match *m) /* or NULL */
{
	return m->lane_gen == w->config_gen ? m->lane_doc : match_lane_anew(w, m);
}

static inline struct lane_stats *match_stats(struct world *w, struct match *m) /* made when new */
{
	return m->stats ? m->stats : (m->stats = world_lane(w, m->lane, 1));
}

/* Or NULL. */
static inline const struct worker *crew_worker(const struct world *w, const struct crew *c)
{
	return c->doc_gen == w->config_gen ? c->doc : config_worker(w->config, c->name);
}

/* Who sent something: the worker of this name, else whose "user" it is; else ${from} itself. */
const char *sender_name(const struct world *w, const char *from);
/* NULL: no worker. */
const struct crew *task_requester(const struct world *w, const struct task *t);

#endif
