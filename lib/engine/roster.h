/*
 * engine/roster.h -- who may be asked for a kind of task, and what is expected of each.
 *
 * Purpose    A decision must not look at all workers.  For each match there is a list of those who
 *            meet what does not depend on the moment (pools, confidentiality, skills, certifications,
 *            trust, rating, names, absence), with what is expected of each.
 * Blocks     What a score is made of stands once more in blocks (engine/bounds.h), those first that
 *            could do best with nothing in hand and endless time, and each block knows the best
 *            that comes from it on: a walk may stop when that is below what it has found.
 * Up to date Made anew when the configuration changes, or an absence or a certification begins or ends; what is
 *            expected is looked up anew for those of whom something was learned since, in place: the
 *            blocks' order is a hint, no decision depends on it.  All of it follows
 *            from the state and the time, so it is not saved, and dropped when there are too many.
 * Memory     About 130 bytes a seat; at most ROSTER_SEATS_MAX of all matches.
 */
#ifndef ENGINE_ROSTER_H
#define ENGINE_ROSTER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bounds.h"
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
	ROSTER_REFUSED_SHOWN = 4, /* of those who may not be asked, where there are others */
	ROSTER_REFUSED_MAX = 16
};

/* One cache line: a decision looks at some of them. */
struct seat {
	struct crew *crew;
	const struct worker *wk;
	const char *instead_of; /* who is away, or NULL */
	float take, pass;       /* the chances to answer, and rightly */
	float chance;           /* of both, weighed */
	float mu, sd, nu;       /* engine/outlook.h */
	float slope;
	float base;             /* what the score is without chances and load */
	float share;            /* of capacity that one task in hand takes, weighed */
	unsigned place : 31;    /* in the blocks: block * BLOCK + column */
	unsigned external : 1;  /* asked only when nobody of our own can be */
};

struct slot {
	uint32_t crew, seat; /* seat: index + 1; 0: empty */
};

struct roster {
	struct match *match;
	const struct lane *lane;
	struct lane_stats *stats;
	struct outlook_lane usual;
	uint64_t gen;        /* config_gen it was made for */
	int64_t from_ms, until_ms; /* and for this time */
	uint32_t lane_shown, crews_shown, news; /* engine/stats.h: seen so far */
	struct seat *seats;  /* owned; by name */
	uint32_t n;
	struct block *blocks; /* owned; external ones behind all others */
	float *rest;         /* owned; the highest idle_bound in this block and those behind it that
	                        are as external */
	uint32_t n_blocks;
	struct slot *slots;  /* owned; seats by crew id */
	uint32_t mask;
	uint32_t refused[ROUTE_VERDICTS]; /* how many, and why */
	json_t *shown;       /* owned; some of them, a line each */
	json_t *reasons;     /* owned; ${refused} by name */
	double price;        /* USD; what a worker's cost is compared with */
	struct {
		const struct seat *seat; /* or NULL */
		double log_left;
		uint64_t load_gen;
	} first;             /* the best for a task that nobody has been asked for, as of then */
	struct roster *prev, *next; /* in world.rosters */
};

/* The roster of ${m} as it is at ${now_ms}; made when there is none. */
struct roster *roster_of(struct world *w, struct match *m, int64_t now_ms);
/* The chance that it is in time. */
double roster_in_time(const struct seat *s, double log_left, uint32_t live);
/* A seat's score with ${log_left} and ${live} tasks in hand. */
double roster_score(const struct seat *s, double log_left, uint32_t live);
struct seat *roster_find(const struct roster *r, const struct crew *c); /* or NULL */
void roster_drop(struct world *w, struct match *m);

/* roster_fill.c: the seats. */
void roster_fill(struct world *w, struct roster *r, int64_t now_ms);
/* Of one worker under its own name, whoever stands for whom. */
enum route_verdict roster_verdict(struct world *w, struct match *m, const char *name, int64_t now_ms);

#endif
