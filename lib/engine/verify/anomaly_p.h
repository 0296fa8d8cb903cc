/*
 * engine/verify/anomaly_p.h -- private to anomaly*.c: three small learners, and what one answer shows.
 *
 * tail       counts of scores; a score is the log2 of a ratio, and the smaller the stranger
 * peers      a histogram with one entry for each worker
 * watch      the e-process of one worker and test
 */
#ifndef ENGINE_VERIFY_ANOMALY_P_H
#define ENGINE_VERIFY_ANOMALY_P_H

#include <stddef.h>
#include <stdint.h>

#include "engine/verify/anomaly.h"

enum {
	TEXT_MIN = 40,    /* code points; what is shorter is a choice, not prose */
	TEXT_LONG = 200,  /* from here on no text is common property */
	TEXT_NEAR = 10,   /* bits: two letters of a hundred changed are 8; strangers differ in 24 */
	FIELD_MIN = 16,   /* values before a number can be strange */
	LOOKS_MIN = 12,   /* before a worker counts as a peer */
	SPANS_MIN = 6,    /* the same for bursts, where one look takes four answers */
	OUTLIER_Z = 4
};

#define ANOMALY_MS_MAX (INT64_C(1) << 53) /* differences do not overflow */

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	uint64_t z = a + 0x9e3779b97f4a7c15u + b * 0xd1342543de82ef95u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t hash_bytes(const char *s, size_t n);
/* Charikar's SimHash over the 6-byte shingles of the folded text; *${len}: its code points. */
uint64_t text_simhash(const char *s, size_t n, uint16_t *len);

void tail_add(struct anomaly_tail *t, double score);
double tail_p(const struct anomaly_tail *t, double score); /* 1 where too little is known */

struct peers {
	double rate;  /* that the worker in the middle of the others has; -1 when there are too few */
	double bound; /* the largest rate that still counts as honest; -1 when that is not known */
};

/* ${least}: what the middle is at least, or -1. */
struct peers peers_of(const struct anomaly_lane *l, const struct anomaly_worker *w, enum anomaly a,
                      double least);

struct pace {
	double typical, least; /* of the others, log2 ms; -1 when there are too few; the least plausible */
	double size;           /* workers, the own one with them */
};

struct pace peers_pace(const struct anomaly_lane *l, const struct anomaly_worker *w);
double own_typical(const struct anomaly_worker *w); /* log2 ms */
void peers_renew(struct anomaly_lane *l, struct anomaly_worker *w);

double watch_value(const struct anomaly_worker *w, enum anomaly a);
double watch_mean(const struct anomaly_worker *w);
void watch_step(struct anomaly_worker *w, enum anomaly a, int hit, double bound);

/* What one answer shows. */
struct look {
	int hit[ANOMALY_COUNT]; /* 1, 0, or -1: says nothing */
	double recent;          /* share of the worker's usual answer among the peers' last; or -1 */
	struct pace pace;
	double fast, copied;    /* scores; INFINITY: none */
	double outlier[TRACE_NUMBERS];
	int field[TRACE_NUMBERS]; /* the lane's slot, or -1 */
	double worst_z;
	int64_t span_ms;          /* of the last answers; -1 */
	double usual;             /* log2 ms that one answer takes at least, for a burst */
	int nearest;              /* bits; -1: no text */
	int copy_of[TRACE_TEXTS]; /* the lane's text that it is near to, or -1 */
};

void look_at(const struct anomaly_lane *l, const struct anomaly_worker *w, const struct traces *t,
             struct look *out);
/* For this test and answer; .bound -1: the peers are not known. */
struct peers look_peers(const struct anomaly_lane *l, const struct anomaly_worker *w, enum anomaly a,
                        const struct look *k);

#endif
