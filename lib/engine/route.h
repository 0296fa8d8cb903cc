/*
 * engine/route.h -- whom to ask.
 *
 * Method     Hard requirements filter (pool and confidentiality, skills, certifications, trust,
 *            rating, not paused, capacity, never the requester, not declined before), then
 *            internal pools first where the policy says so, then least often asked for this task, then
 *            least loaded, then by name: deterministic.
 * Complexity O(members of the pools concerned).
 */
#ifndef ENGINE_ROUTE_H
#define ENGINE_ROUTE_H

#include <jansson.h>

struct task;
struct worker;
struct world;

enum route_verdict {
	ROUTE_ELIGIBLE,
	ROUTE_NO_WORKER,      /* named in a pool but has no document */
	ROUTE_PAUSED,
	ROUTE_KIND,           /* http: nothing here calls it yet */
	ROUTE_SKILLS,
	ROUTE_CERTIFICATIONS,
	ROUTE_TRUST,
	ROUTE_RATING,
	ROUTE_CONFIDENTIALITY,
	ROUTE_REQUESTER,
	ROUTE_HAS_IT,         /* is asked or at work already */
	ROUTE_DECLINED,
	ROUTE_FULL,
	ROUTE_VERDICTS
};
extern const char *const route_verdict_names[ROUTE_VERDICTS];

enum { ROUTE_CANDIDATES_SHOWN = 20 };

/* The worker to ask, or NULL.  ${candidates} (an array, may be NULL) is filled with
 * {worker, verdict}, at most ROUTE_CANDIDATES_SHOWN.  *class_full: set when no task of this match
 * could be placed now, whoever its requester. */
const struct worker *route_pick(const struct world *w, const struct task *t, json_t *candidates,
                                int *class_full);

#endif
