/*
 * engine/route.h -- whom to ask next.
 *
 * Method     Hard requirements filter; the roster (engine/roster.h) holds those that every task of a kind
 *            shares, this adds what depends on the task and the moment: never the requester, nobody
 *            who declined or has it, nobody at capacity or out of hours.  The score of the others is
 *                success * P(answers) * P(in the time left) * P(passes)
 *                - cost * (worker's cost / lane's price) - load * (share of capacity in use)
 *            with the lane's weights; the best is asked, first among those not asked before, with
 *            internal_first our own before external ones; equal scores go by name.
 * Exact      The best is the best of all, and those shown are the best five: bounds (engine/bounds.h)
 *            only spare scores of those that cannot be among them.  Of those who are busy the four
 *            are shown that could be highest with nothing in hand, if higher than the fifth.
 * Exploring  A stated share of choices goes to the least known of a few drawn by a hash of the
 *            task's id and the sequence number, so that nobody starves and a replay draws the same.
 *            Only for tasks that are asked for the first time and have more than half their time.
 * Complexity At most 6 ns for each of those that meet the requirements, until nobody better can come;
 *            about ten of them are scored (60 ns).  No other workers are looked at, but when a roster
 *            is made anew (engine/staff.h).
 */
#ifndef ENGINE_ROUTE_H
#define ENGINE_ROUTE_H

#include <jansson.h>
#include <stdint.h>

struct spec;
struct task;
struct worker;
struct world;

enum route_verdict {
	ROUTE_ELIGIBLE,
	ROUTE_NO_WORKER,      /* named in a pool but has no document */
	ROUTE_PAUSED,
	ROUTE_AWAY,           /* and nobody in place */
	ROUTE_NOT_NAMED,      /* restricted to others */
	ROUTE_CONFIDENTIALITY,
	ROUTE_SKILLS,
	ROUTE_CERTIFICATIONS, /* or expired */
	ROUTE_TRUST,
	ROUTE_RATING,
	ROUTE_SUSPENDED,      /* its answers in this lane were too often wrong */
	ROUTE_REQUESTER,
	ROUTE_HAS_IT,         /* is asked or at work already */
	ROUTE_DECLINED,
	ROUTE_OUTSIDE,        /* in none of its pools */
	ROUTE_OFF,            /* out of hours */
	ROUTE_FULL,
	ROUTE_LANE_PAUSED,
	ROUTE_VERDICTS
};
extern const char *const route_verdict_names[ROUTE_VERDICTS];

/* What routing is compared with in rehearsals (world.rule); erd routes by value. */
enum route_rule { ROUTE_BY_VALUE, ROUTE_LEAST_LOADED, ROUTE_ROUND_ROBIN, ROUTE_RANDOM, ROUTE_RULES };
extern const char *const route_rule_names[ROUTE_RULES + 1]; /* NULL-ended */

enum {
	ROUTE_ALL_SHOWN = 16, /* so many candidates are all in the journal; of more, only: */
	ROUTE_BEST_SHOWN = 5,
	ROUTE_OTHERS_SHOWN = 4
};

struct choice {
	const struct worker *worker; /* or NULL: nobody now */
	const char *instead_of;      /* who is away, or NULL */
	int64_t model_ms;            /* the median that the model expects */
	int64_t p50_ms, p90_ms;      /* until the task is done, with the lane's record of misses */
	int class_full; /* nobody for any task of this kind now */
	int nobody;     /* nobody at all, whatever becomes free */
};

/* Choose for ${t}.  ${why} (an object or NULL) gets candidates, eligible, refused, explored.  A candidate is
 * a line: "NAME eligible SCORE ANSWERS INTIME PASSES COST INHAND [for AWAY]", thousandths but the last,
 * or "NAME VERDICT [for AWAY]". */
void route_choose(struct world *w, struct task *t, int64_t now_ms, json_t *why, struct choice *out);
/* May ${name} take the task unasked?  ${*wk} NULL: never, as the lane and the task are. */
enum route_verdict route_may_take(struct world *w, struct task *t, const char *name, int64_t now_ms,
                                  const struct worker **wk);
/* What a task like ${spec} (world_match_kind), submitted now, will take; 0: cannot be said. */
int64_t route_estimate(struct world *w, const struct spec *spec, const char *kind, int64_t now_ms);
/* When a second worker is to be asked because ${name} will probably be late; INT64_MAX: not
 * before the time at which one is asked anyway. */
int64_t route_backup_ms(const struct world *w, const struct task *t, const char *name,
                        int64_t now_ms);

/* route_why.c: {verdict: number}, and in words what would make somebody eligible. */
void route_reasons(json_t *out, const uint32_t counts[ROUTE_VERDICTS]);
json_t *route_remedies(const struct task *t, const uint32_t counts[ROUTE_VERDICTS]);

#endif
