/*
 * engine/route_p.h -- a choice in the making; for route*.c.
 */
#ifndef ENGINE_ROUTE_P_H
#define ENGINE_ROUTE_P_H

#include <jansson.h>
#include <stdint.h>

#include "engine/route.h"

struct crew;
struct roster;
struct seat;

struct scored {
	const struct seat *seat;
	double score;
	uint32_t live;
};

/* One that is passed over, and what its score could be with nothing in hand. */
struct other {
	const struct seat *seat;
	float bound;
};

/* One whose score is somewhere between the two. */
struct hope {
	const struct seat *seat;
	float bound, least;
};

enum { HOPES = 32 };

struct picking {
	struct world *w;
	const struct task *t;         /* or NULL: one that is not there yet */
	int rule;
	struct roster *r;
	const struct crew *requester; /* or NULL */
	double log_left;
	struct scored best[ROUTE_ALL_SHOWN]; /* not asked before, best first */
	int n_best;
	struct scored again;          /* the best of those asked before, least often first */
	unsigned again_offers;
	struct other others[ROUTE_ALL_SHOWN];
	int n_others;
	struct hope hopes[HOPES];     /* not asked before and not scored yet, the highest bound first */
	int n_hopes;
	float floor;                  /* as many as are shown have a score that is not below */
	uint32_t idle;                /* of those known who are not busy */
	int brief;                    /* nobody is told why */
};

/* Fills in best, again and others of a picking that has the members up to log_left. */
void route_walk(struct picking *p);
/* What of this task and this moment speaks against a seat. */
enum route_verdict route_judge(const struct picking *p, const struct seat *s);
struct scored route_score(const struct picking *p, const struct seat *s);
/* route_why.c: the candidates. */
void route_show(const struct picking *p, json_t *why);

#endif
