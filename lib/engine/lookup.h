/*
 * engine/lookup.h -- documents and records of those who are at hand, without a search by name.
 *
 * Method     What was found is kept beside the match and the crew until the configuration changes
 *            (world.config_gen); no decision depends on whether it was kept.
 */
#ifndef ENGINE_LOOKUP_H
#define ENGINE_LOOKUP_H

struct crew;
struct lane;
struct lane_stats;
struct match;
struct task;
struct worker;
struct world;

const struct lane *match_lane(const struct world *w, struct match *m); /* or NULL */
struct lane_stats *match_stats(struct world *w, struct match *m);      /* made when new */
const struct worker *crew_worker(const struct world *w, const struct crew *c); /* or NULL */
/* Who sent something: the worker of this name, else whose "user" it is; else ${from} itself. */
const char *sender_name(const struct world *w, const char *from);
const struct crew *task_requester(const struct world *w, const struct task *t); /* or NULL: no worker */

#endif
