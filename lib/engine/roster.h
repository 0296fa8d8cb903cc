/*
 * engine/roster.h -- who may be asked for a kind of task, best first.
 *
 * Purpose    A decision must not look at all workers.  For each match there is a list of those who
 *            meet what does not depend on the moment (pools, confidentiality, skills, certifications,
 *            trust, rating, names, absence), with what is expected of each.
 * Orders     For a time left of at most 4^k seconds the list is kept in the order of its scores for
 *            exactly that time and an idle worker.  A task's own score for a worker is never
 *            above that, so a walk from the front may stop as soon as the best it has seen is not
 *            below what comes next.
 * Up to date Made anew when the configuration changes, or an absence or a certification begins or ends; what is
 *            expected is looked up anew for those of whom something was learned since.  It follows
 *            from the state and the time, so it is not saved, and dropped when there are too many.
 * Memory     76 bytes a seat and 8 per seat and order; at most ROSTER_SEATS_MAX of all matches.
 */
#ifndef ENGINE_ROSTER_H
#define ENGINE_ROSTER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/outlook.h"
#include "engine/route.h"

struct crew;
struct lane;
struct lane_stats;
struct match;
struct worker;
struct world;

enum {
	ROSTER_SEATS_MAX = 2000000,
	ROSTER_ORDERS = 3,       /* kept at once */
	ROSTER_REFUSED_SHOWN = 4, /* of those who may not be asked, where there are others */
	ROSTER_REFUSED_MAX = 16
};

/* One cache line: a decision looks at some dozens. */
struct seat {
	struct crew *crew;
	const struct worker *wk;
	const char *instead_of; /* who is away, or NULL */
	float chance;           /* answers and passes, weighed */
	float mu, sd, nu;       /* engine/outlook.h */
	float slope;
	float base;             /* what the score is without chances and load */
	float share;            /* of capacity that one task in hand takes, weighed */
	float known;
	uint8_t external;       /* asked only when nobody of our own can be */
};

struct place {
	float bound;
	uint32_t seat;
};

struct order {
	int horizon;         /* for at most 2^horizon seconds; -1: unused */
	struct place *v;     /* owned; best first, by name where equal */
	uint64_t used;
};

struct roster {
	struct match *match;
	const struct lane *lane;
	struct lane_stats *stats;
	uint64_t gen;        /* config_gen it was made for */
	int64_t from_ms, until_ms; /* and for this time */
	uint32_t lane_shown, crews_shown, news; /* engine/stats.h: seen so far */
	struct seat *seats;  /* owned; by name */
	uint32_t *crews;     /* owned; their ids: who is busy is seen without looking at seats */
	uint32_t n;
	uint32_t *slots;     /* owned; seats by crew id, 0: none, else index + 1 */
	uint32_t mask;
	uint32_t refused[ROUTE_VERDICTS]; /* how many, and why */
	json_t *shown;       /* owned; some of them, a line each */
	json_t *reasons;     /* owned; ${refused} by name */
	struct order orders[ROSTER_ORDERS];
	uint64_t uses;
	double price;        /* USD; what a worker's cost is compared with */
	struct roster *prev, *next; /* in world.rosters */
};

/* The roster of ${m} as it is at ${now_ms}; made when there is none. */
struct roster *roster_of(struct world *w, struct match *m, int64_t now_ms);
/* The order for ${left_ms}. */
const struct order *roster_order(struct roster *r, int64_t left_ms);
/* A seat's score with ${log_left} and ${live} tasks in hand; with none it is the bound. */
double roster_score(const struct seat *s, double log_left, uint32_t live);
struct seat *roster_find(const struct roster *r, const struct crew *c); /* or NULL */
void roster_drop(struct world *w, struct match *m);

/* roster_fill.c: the seats. */
void roster_fill(struct world *w, struct roster *r, int64_t now_ms);
/* Of one worker under its own name, whoever stands for whom. */
enum route_verdict roster_verdict(struct world *w, struct match *m, const char *name, int64_t now_ms);

#endif
